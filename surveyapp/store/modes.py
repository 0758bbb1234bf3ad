"""What the other modes keep while fieldwork goes on: attempts by telephone, paper copies typed once, evidence by day."""

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from surveyapp.store import tables
from surveyapp.store.errors import UnknownSurveyError
from surveyapp.store.records import Call, Evidence, PaperEntry
from surveyapp.store.topic import Topic, insert_if_new

_CALL = tables.call_attempt.c
_CODE = tables.access_code.c
_PAPER = tables.paper_entry.c
_EVIDENCE = tables.evidence.c


class Modes(Topic):
    """The statements about calls, paper copies and evidence."""

    def log_call(self, slug: str, call: Call) -> None:
        """Keep one more attempt to reach a case; logging the same call again changes nothing."""
        self._write(lambda connection: _log(connection, slug, call))

    def calls(self, slug: str, code_hash: str | None = None) -> list[Call]:
        """List the attempts to reach one case, or all cases, the newest of each case last."""
        columns = [column for column in _CALL if column.name != "survey"]
        chosen = select(*columns).where(_CALL.survey == slug)
        if code_hash is not None:
            chosen = chosen.where(_CALL.code_hash == code_hash)
        return self._all(Call, chosen.order_by(_CALL.code_hash, _CALL.attempt))

    def forget_calls(self, slug: str, code_hash: str) -> int:
        """Delete the record of a case that needs none any more; how many attempts there were."""
        return self._change(
            delete(tables.call_attempt).where(_CALL.survey == slug, _CALL.code_hash == code_hash)
        )

    def forget_settled_calls(self) -> int:
        """Delete the records of all cases whose codes were used, in whatever way, or made void; how many there were."""
        settled = exists().where(_CODE.code_hash == _CALL.code_hash, _CODE.state != "issued")
        return self._change(delete(tables.call_attempt).where(settled))

    def drop_call(self, slug: str, code_hash: str, id: str) -> int:
        """Delete the newest attempt of a case if it is this one; 0 if another is."""
        mine = (_CALL.survey == slug, _CALL.code_hash == code_hash)
        newest = select(func.max(_CALL.attempt)).where(*mine).scalar_subquery()
        return self._change(delete(tables.call_attempt).where(*mine, _CALL.id == id, _CALL.attempt == newest))

    def keep_entry(self, entry: PaperEntry) -> bool:
        """Keep the first typing of a paper copy; false if its number is taken. Raises UnknownSurveyError."""
        values = {column.name: getattr(entry, column.name) for column in _PAPER}
        return self._write(
            lambda connection: insert_if_new(connection, tables.paper_entry, values),
            UnknownSurveyError(entry.survey),
        )

    def kept_entry(self, slug: str, number: str) -> PaperEntry | None:
        """Find the first typing of a paper copy."""
        chosen = select(tables.paper_entry).where(_PAPER.survey == slug, _PAPER.number == number)
        return self._one(PaperEntry, chosen)

    def kept_entries(self, slug: str) -> list[PaperEntry]:
        """List the copies that wait for their second typing, by number."""
        chosen = select(tables.paper_entry).where(_PAPER.survey == slug)
        return self._all(PaperEntry, chosen.order_by(_PAPER.number))

    def drop_entry(self, slug: str, number: str) -> int:
        """Delete the first typing of a paper copy; 0 if there is none."""
        return self._change(delete(tables.paper_entry).where(_PAPER.survey == slug, _PAPER.number == number))

    def note_evidence(self, slug: str, day: str, kind: str, count: int) -> None:
        """Keep a day's largest count of a kind. Raises UnknownSurveyError."""
        key = {"survey": slug, "day": day, "kind": kind}
        self._write(lambda connection: _note(connection, key, count), UnknownSurveyError(slug))

    def evidence(self, slug: str) -> list[Evidence]:
        """List what was noted, by day and kind."""
        columns = (_EVIDENCE.day, _EVIDENCE.kind, _EVIDENCE.count)
        chosen = select(*columns).where(_EVIDENCE.survey == slug)
        return self._all(Evidence, chosen.order_by(_EVIDENCE.day, _EVIDENCE.kind))


def _log(connection: Connection, slug: str, call: Call) -> None:
    mine = (_CALL.survey == slug, _CALL.code_hash == call.code_hash)
    if connection.execute(select(1).where(_CALL.id == call.id)).first() is not None:
        return
    before = connection.execute(select(func.coalesce(func.max(_CALL.attempt), 0)).where(*mine)).scalar_one()
    names = [column.name for column in _CALL if column.name not in ("survey", "attempt")]
    values = {name: getattr(call, name) for name in names}
    connection.execute(insert(tables.call_attempt).values(values | {"survey": slug, "attempt": before + 1}))


def _note(connection: Connection, key: dict[str, str], count: int) -> None:
    if not insert_if_new(connection, tables.evidence, key | {"count": count}):
        at = [_EVIDENCE[name] == value for name, value in key.items()]
        larger = update(tables.evidence).where(*at, _EVIDENCE.count < count)
        connection.execute(larger.values(count=count))
