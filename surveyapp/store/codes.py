"""Access codes: batches of them, their state, and the ledger of what became of them."""

import random
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select, update

from surveyapp.store import tables
from surveyapp.store.errors import CodeExistsError, UnknownSurveyError
from surveyapp.store.records import Batch, Code, LedgerRow
from surveyapp.store.topic import Topic

_CODE = tables.access_code.c
_BATCH = tables.batch.c


class Codes(Topic):
    """The statements about access codes."""

    def issue_codes(
        self, slug: str, hashes: Sequence[str], *, purpose: str, channel: str, stratum: str | None, day: str
    ) -> str:
        """Keep the hashes of new codes as one batch, all or none; the batch's id."""
        if self.survey_is_missing(slug):
            raise UnknownSurveyError(slug)
        batch = Batch(
            id=secrets.token_hex(16),
            survey=slug,
            purpose=purpose,
            channel=channel,
            stratum=stratum,
            issued_on=day,
            count=len(hashes),
        )
        self._write(lambda connection: _issue(connection, batch, hashes), CodeExistsError())
        return batch.id

    def code(self, slug: str, code_hash: str) -> Code | None:
        """Look at a code without spending it."""
        columns = (_CODE.state, _BATCH.stratum, _BATCH.channel, _CODE.batch, _BATCH.purpose)
        joined = select(*columns).join_from(tables.access_code, tables.batch)
        return self._one(Code, joined.where(_CODE.code_hash == code_hash, _CODE.survey == slug))

    def batches(self, slug: str) -> list[Batch]:
        """List what was issued, oldest day first."""
        chosen = select(tables.batch).where(_BATCH.survey == slug)
        return self._all(Batch, chosen.order_by(_BATCH.issued_on, _BATCH.id))

    def void_batch(self, slug: str, batch: str) -> int:
        """Make a batch's unused codes void; how many there were."""
        unused = (_CODE.survey == slug, _CODE.batch == batch, _CODE.state == "issued")
        return self._change(update(tables.access_code).where(*unused).values(state="void"))

    def ledger(self, slug: str) -> list[LedgerRow]:
        """Count a survey's codes by purpose, channel and stratum."""
        group = (_BATCH.purpose, _BATCH.channel, _BATCH.stratum)
        used, void = (func.count().filter(_CODE.state == state).label(state) for state in ("used", "void"))
        counted = select(*group, func.count().label("issued"), used, void).join_from(
            tables.batch, tables.access_code
        )
        rows = self._all(LedgerRow, counted.where(_BATCH.survey == slug).group_by(*group))
        return sorted(rows, key=lambda row: (row.purpose, row.channel, row.stratum or ""))

    def survey_is_missing(self, slug: str) -> bool:
        """Tell whether there is no such survey."""
        with self._database.read() as connection:
            return connection.execute(select(1).where(tables.survey.c.slug == slug)).first() is None


def _issue(connection: Connection, batch: Batch, hashes: Sequence[str]) -> None:
    # In random order, so that a code's place in the file says nothing about its place on the printed list.
    shuffled = random.SystemRandom().sample(hashes, len(hashes))
    connection.execute(insert(tables.batch).values(_row(batch)))
    rows = [
        {"code_hash": one, "survey": batch.survey, "batch": batch.id, "state": "issued"} for one in shuffled
    ]
    if rows:
        connection.execute(insert(tables.access_code), rows)


def _row(batch: Batch) -> dict[str, object]:
    return {column.name: getattr(batch, column.name) for column in tables.batch.c}
