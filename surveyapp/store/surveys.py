"""Surveys, their published versions, and the values evaluators enter by hand."""

import time
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from surveyapp.store import tables
from surveyapp.store.errors import UnknownSurveyError
from surveyapp.store.records import EnteredValue, Survey, Version
from surveyapp.store.topic import Topic, insert_if_new

STATES = ("draft", "open", "paused", "closed")


class Surveys(Topic):
    """The statements about surveys."""

    def publish(self, slug: str, version: str, source: str, *, day: str, open_link: bool) -> bool:
        """Make this version the survey's current one; true if it had not been published before.

        A new survey begins open, with the open link accepted or not. An existing one keeps its settings, and
        publishing a version again changes nothing but which one is current.
        """
        first = {"slug": slug, "state": "open", "version": version, "open_link": open_link}
        values = {"survey": slug, "version": version, "source": source, "published_on": day}
        return self._write(lambda connection: _publish(connection, first, values))

    def survey(self, slug: str) -> Survey | None:
        """Find a survey."""
        return self._one(Survey, select(tables.survey).where(tables.survey.c.slug == slug))

    def surveys(self) -> list[Survey]:
        """List all surveys by slug."""
        return self._all(Survey, select(tables.survey).order_by(tables.survey.c.slug))

    def set_state(self, slug: str, state: str, *, at: float | None = None) -> None:
        """Set the state: draft, open, paused or closed, at a time in unix seconds, now unless told otherwise.

        Closing also shows the answers that waited, deletes the records of calls and forgets the order of arrival. A
        survey that is closed already keeps the time at which it was closed.
        """
        if state not in STATES:
            raise ValueError(f"state ({state}) must be one of {', '.join(STATES)}")
        if state == "closed":
            self.finish(slug, closed_at=int(time.time() if at is None else at))
        else:
            self._set(slug, state=state, closed_at=None)

    def finish(self, slug: str, *, closed_at: int | None = None) -> None:
        """Do what closing does, also for answers that came in the grace time after it. Raises UnknownSurveyError."""
        missing = UnknownSurveyError(slug)
        self._write(lambda connection: _close(connection, slug, closed_at, missing))
        self._database.forget_order(slug)

    def set_window(self, slug: str, opens_on: str | None, closes_on: str | None) -> None:
        """Set the first and the last day of fielding."""
        self._set(slug, opens_on=opens_on, closes_on=closes_on)

    def set_distributed(self, slug: str, n: int | None) -> None:
        """Set how many questionnaires were handed out, as counted by hand."""
        self._set(slug, distributed=n)

    def set_open_link(self, slug: str, accepted: bool) -> None:
        """Accept or refuse answers by the open link."""
        self._set(slug, open_link=accepted)

    def source(self, slug: str, version: str) -> str | None:
        """Give the text of a published definition."""
        table = tables.version.c
        chosen = select(table.source).where(table.survey == slug, table.version == version)
        with self._database.read() as connection:
            return connection.execute(chosen).scalar()

    def versions(self, slug: str) -> list[Version]:
        """List a survey's published versions, oldest day first."""
        table = tables.version.c
        chosen = select(table.survey, table.version, table.published_on).where(table.survey == slug)
        return self._all(Version, chosen.order_by(table.published_on, table.version))

    def enter(
        self, slug: str, indicator: str, part: str, value: str, reason: str, entered_by: str, day: str
    ) -> None:
        """Keep a value entered by hand, in place of an earlier one for the same indicator and part."""
        key = {"survey": slug, "indicator": indicator, "part": part}
        values = {"value": value, "reason": reason, "entered_by": entered_by, "day": day}
        self._write(lambda connection: _enter(connection, key, values), UnknownSurveyError(slug))

    def entered(self, slug: str) -> list[EnteredValue]:
        """List the values entered by hand."""
        table = tables.entered.c
        columns = [column for column in table if column.name != "survey"]
        chosen = select(*columns).where(table.survey == slug)
        return self._all(EnteredValue, chosen.order_by(table.indicator, table.part))

    def _set(self, slug: str, **values: Any) -> None:
        change = update(tables.survey).where(tables.survey.c.slug == slug).values(values)
        self._change(change, missing=UnknownSurveyError(slug))


def _close(connection: Connection, slug: str, closed_at: int | None, missing: UnknownSurveyError) -> None:
    survey, response = tables.survey.c, tables.response.c
    closed = {"state": "closed", "closed_at": func.coalesce(survey.closed_at, closed_at)}
    if not connection.execute(update(tables.survey).where(survey.slug == slug).values(closed)).rowcount:
        raise missing
    waiting = update(tables.response).where(response.survey == slug, ~response.shown)
    connection.execute(waiting.values(shown=True))
    connection.execute(delete(tables.call_attempt).where(tables.call_attempt.c.survey == slug))


def _publish(connection: Connection, first: dict[str, Any], values: dict[str, str]) -> bool:
    if not insert_if_new(connection, tables.survey, first):
        survey = update(tables.survey).where(tables.survey.c.slug == first["slug"])
        connection.execute(survey.values(version=first["version"]))
    return insert_if_new(connection, tables.version, values)


def _enter(connection: Connection, key: dict[str, str], values: dict[str, str]) -> None:
    if not insert_if_new(connection, tables.entered, key | values):
        at = [tables.entered.c[name] == value for name, value in key.items()]
        connection.execute(update(tables.entered).where(*at).values(values))
