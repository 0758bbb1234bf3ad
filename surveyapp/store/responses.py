"""Responses: taking them in exactly once, and reading them as patterns or one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Dialect, bindparam, create_engine, func, select, update
from sqlalchemy.sql import ClauseElement

from questionnaires.accept import LENIENT_CHANNELS
from surveyapp.store import tables
from surveyapp.store.errors import UnknownSurveyError, UnstorableTextError
from surveyapp.store.records import CountRow, DayCount, Outcome, PatternRow, StoredResponse, Submission
from surveyapp.store.topic import Topic, inserting, made

_RESPONSE = tables.response.c
_VERSION = tables.version.c
_CODE = tables.access_code.c
_CONTENT = ("survey", "version", "answers", "open_text")
_FIELDS = tuple(field.name for field in fields(Submission))
_KEPT = [_RESPONSE[field.name] for field in fields(StoredResponse)]
_REFUSED = {"used": Outcome.CODE_USED, "void": Outcome.CODE_VOID}


BATCH = 5
"""New answers that are taken up together at least, so that nobody's can be read off by what changed."""


class _RefusedError(Exception):
    """Undoes one submission's writes and carries the reason."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome: Final = outcome


class _RefusedTogetherError(Exception):
    """Undoes all of many submissions' writes and carries what became of each."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__("refused")
        self.outcomes: Final = outcomes


class Responses(Topic):
    """The statements about responses."""

    def submit(self, submission: Submission) -> Outcome:
        """Store one response and spend its code, both or neither; durable when this returns STORED."""
        _refuse_unstorable(submission)
        values = _values(submission, shown=False)
        try:
            return self._write(
                lambda connection: _submit(connection, values), single=submission.code_hash is None
            )
        except _RefusedError as refused:
            return refused.outcome

    def submit_many(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """Store many responses in one transaction; each has its own outcome."""
        for submission in submissions:
            _refuse_unstorable(submission)
        rows = _loaded(submissions)
        return self._write(lambda connection: [_submit_apart(connection, row) for row in rows])

    def submit_all(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """Store many responses, or none of them unless each is stored or was there before; each has its outcome."""
        for submission in submissions:
            _refuse_unstorable(submission)
        rows = _loaded(submissions)
        try:
            return self._write(lambda connection: _submit_together(connection, rows))
        except _RefusedTogetherError as refused:
            return refused.outcomes

    def release(self, slug: str) -> int:
        """Take waiting answers into what is shown, if enough wait that none can be told apart; how many go on waiting.

        What respondents sent themselves and what staff entered for them are counted apart: who typed four copies knows
        them, and could read off the fifth answer of a batch. Closing shows all; what comes in the grace time after it
        waits for its end (`finish`).
        """
        waiting = self._waiting(slug)
        if not waiting or self._is_closed(slug):
            return sum(waiting.values())
        ripe = [
            channels
            for channels in (set(waiting) & LENIENT_CHANNELS, set(waiting) - LENIENT_CHANNELS)
            if sum(waiting[channel] for channel in channels) >= BATCH
        ]
        for channels in ripe:
            mine = (_RESPONSE.survey == slug, ~_RESPONSE.shown, _RESPONSE.channel.in_(sorted(channels)))
            self._change(update(tables.response).where(*mine).values(shown=True))
        return sum(waiting.values()) - sum(waiting[channel] for channels in ripe for channel in channels)

    def _is_closed(self, slug: str) -> bool:
        state = select(tables.survey.c.state).where(tables.survey.c.slug == slug)
        with self._database.read() as connection:
            return connection.execute(state).scalar() == "closed"

    def _waiting(self, slug: str) -> dict[str, int]:
        counted = select(_RESPONSE.channel, func.count()).where(_RESPONSE.survey == slug, ~_RESPONSE.shown)
        with self._database.read() as connection:
            rows = connection.execute(counted.group_by(_RESPONSE.channel)).all()
        return {row[0]: row[1] for row in rows}

    def patterns(self, slug: str, *, live: bool = False) -> list[PatternRow]:
        """Count the distinct answers of a survey that are shown: the pattern table. `live` counts those that wait too."""
        columns = [
            _RESPONSE[name] for name in ("answers", "stratum", "version", "channel", "validity", "flags")
        ]
        counted = select(*columns, func.count().label("count")).where(*_chosen(slug, live=live))
        return self._all(PatternRow, counted.group_by(*columns))

    def response(self, id: str) -> StoredResponse | None:
        """Find one response by the id its page was given, to tell whether it arrived."""
        return self._one(StoredResponse, select(*_KEPT).where(_RESPONSE.id == id))

    def responses(self, slug: str, *, live: bool = False) -> Iterator[StoredResponse]:
        """Stream a survey's shown responses by their random ids, which tell nothing of their arrival.

        `live` streams those that wait too.
        """
        chosen = select(*_KEPT).where(*_chosen(slug, live=live)).order_by(_RESPONSE.id)
        with (
            self._database.read(streaming=True) as connection,
            # Closed also where the reader stops halfway: on PostgreSQL it is a cursor on the server.
            connection.execution_options(yield_per=1000).execute(chosen) as streamed,
        ):
            for row in streamed.mappings():
                yield made(StoredResponse, row)

    def day_counts(self, slug: str) -> list[DayCount]:
        """Count a survey's responses by day and channel, shown or not."""
        columns = (_RESPONSE.day, _RESPONSE.channel)
        counted = select(*columns, func.count().label("count")).where(_RESPONSE.survey == slug)
        return self._all(DayCount, counted.group_by(*columns).order_by(*columns))

    def counts(self, slug: str) -> list[CountRow]:
        """Count a survey's responses by all but their answers, shown or not."""
        names = ("day", "channel", "stratum", "validity", "flags", "shown")
        columns = [_RESPONSE[name] for name in names]
        counted = select(*columns, func.count().label("count")).where(_RESPONSE.survey == slug)
        return self._all(CountRow, counted.group_by(*columns).order_by(*columns))


class _Statements:
    """The statements of a submission as prepared text: compiling them anew would cost more than running them."""

    def __init__(self, dialect: Dialect) -> None:
        def text(statement: ClauseElement) -> str:
            return str(statement.compile(dialect=dialect))

        published = select(*[bindparam(column.name, type_=column.type) for column in _RESPONSE]).where(
            _VERSION.survey == bindparam("survey"), _VERSION.version == bindparam("version")
        )
        mine = (_CODE.code_hash == bindparam("code_hash"), _CODE.survey == bindparam("survey"))
        content = select(*[_RESPONSE[name] for name in _CONTENT])
        spend = update(tables.access_code).where(*mine, _CODE.state == bindparam("issued", "issued"))
        self.insert = text(inserting(dialect.name, tables.response).from_select(list(_RESPONSE), published))
        self.content = text(content.where(_RESPONSE.id == bindparam("id")))
        self.spend = text(spend.values(state=bindparam("used", "used")))
        self.code = text(select(_CODE.state).where(*mine))


_STATEMENTS = {
    "sqlite": _Statements(create_engine("sqlite+pysqlite://", paramstyle="named").dialect),
    "postgresql": _Statements(create_engine("postgresql+psycopg://").dialect),
}


def _submit(connection: Connection, values: dict[str, Any]) -> Outcome:
    """Insert first: an id that is taken is judged before the code, so that a repeat needs no code any more."""
    statements = _STATEMENTS[connection.dialect.name]
    if not connection.exec_driver_sql(statements.insert, values).rowcount:
        return _judge_repeat(connection, statements, values)
    if values["code_hash"] is not None:
        _spend(connection, statements, values)
    return Outcome.STORED


def _judge_repeat(connection: Connection, statements: _Statements, values: dict[str, Any]) -> Outcome:
    stored = connection.exec_driver_sql(statements.content, values).first()
    if stored is None:
        raise UnknownSurveyError(values["survey"], values["version"])
    same = tuple(stored) == tuple(values[name] for name in _CONTENT)
    return Outcome.REPEATED if same else Outcome.CONFLICT


def _spend(connection: Connection, statements: _Statements, values: dict[str, Any]) -> None:
    spent = connection.exec_driver_sql(
        statements.spend, values | {"issued": "issued", "used": "used"}
    ).rowcount
    if not spent:
        state = connection.exec_driver_sql(statements.code, values).scalar()
        raise _RefusedError(_REFUSED.get(state or "", Outcome.CODE_UNKNOWN))


def _submit_apart(connection: Connection, values: dict[str, Any]) -> Outcome:
    """Submit under a savepoint, so that a refusal undoes this one only."""
    connection.exec_driver_sql("SAVEPOINT one")
    try:
        outcome = _submit(connection, values)
    except _RefusedError as refused:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT one")
        outcome = refused.outcome
    connection.exec_driver_sql("RELEASE SAVEPOINT one")
    return outcome


def _submit_together(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
    outcomes = [_submit_apart(connection, row) for row in rows]
    if not set(outcomes) <= {Outcome.STORED, Outcome.REPEATED}:
        raise _RefusedTogetherError(outcomes)
    return outcomes


def _loaded(submissions: Sequence[Submission]) -> list[dict[str, Any]]:
    """Return rows that are loaded at once: enough of them are one batch, which is shown as soon as it is there."""
    return [_values(one, shown=len(submissions) >= BATCH) for one in submissions]


def _chosen(slug: str, *, live: bool) -> list[ColumnElement[bool]]:
    mine = _RESPONSE.survey == slug
    return [mine] if live else [mine, _RESPONSE.shown]


def _values(submission: Submission, *, shown: bool) -> dict[str, Any]:
    return {name: getattr(submission, name) for name in _FIELDS} | {"shown": shown}


def _refuse_unstorable(submission: Submission) -> None:
    # PostgreSQL refuses NUL; SQLite would keep it and every download would trip over it.
    if "\0" in submission.answers or "\0" in submission.open_text:
        raise UnstorableTextError
