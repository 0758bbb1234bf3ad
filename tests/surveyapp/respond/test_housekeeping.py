"""What a server does once a minute: openings are handed over, what is due is closed, late answers are taken up."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from flask import Flask

from surveyapp import closing, housekeeping
from surveyapp.config import Config
from surveyapp.respond.doors import GRACE
from surveyapp.store import Call, PaperEntry, Store, StoreBusyError, Survey
from tests.surveyapp.respond.conftest import DAY, KINDS, MORNING, Clock, Respondent

MIDNIGHT = 1_790_092_800.0
"""23 September 2026, 00:00 in China."""


def survey(store: Store) -> Survey:
    found = store.survey("kinds")
    assert found is not None
    return found


def shown(store: Store) -> int:
    return sum(row.count for row in store.patterns("kinds"))


def test_openings_are_handed_over(app: Flask, respondent: Respondent, store: Store, code: str) -> None:
    respondent.opens()
    respondent.opens()
    Respondent(client=app.test_client(), path=f"/s/kinds/{code}").opens()
    assert (survey(store).views, store.ledger("kinds")[0].opened) == (0, 0)
    housekeeping.tidy(app, MORNING)
    housekeeping.tidy(app, MORNING)
    assert (survey(store).views, store.ledger("kinds")[0].opened) == (2, 1)


def test_a_survey_closes_after_its_last_day_and_the_grace_time(
    app: Flask, respondent: Respondent, store: Store
) -> None:
    store.set_window("kinds", None, DAY)
    respondent.sends(KINDS)
    states = []
    for now in (MIDNIGHT - 1, MIDNIGHT + GRACE - 1, MIDNIGHT + GRACE):
        housekeeping.tidy(app, now)
        states.append((survey(store).state, survey(store).closed_at, shown(store)))
    assert states == [("open", None, 0), ("open", None, 0), ("closed", int(MIDNIGHT), 1)]


@pytest.mark.parametrize("why", ["paused", "typed once"])
def test_a_survey_whose_paper_is_still_typed_is_not_closed_by_its_last_day(
    app: Flask, store: Store, why: str
) -> None:
    store.set_window("kinds", None, DAY)
    if why == "paused":
        store.set_state("kinds", "paused")
    else:
        entry = {
            "survey": "kinds",
            "number": "7",
            "version": "v",
            "fields": "{}",
            "entered_by": "li",
            "day": DAY,
        }
        store.keep_entry(PaperEntry(**entry))
    before = survey(store).state
    housekeeping.tidy(app, MIDNIGHT + GRACE)
    assert survey(store).state == before
    store.drop_entry("kinds", "7")
    store.set_state("kinds", "open")
    housekeeping.tidy(app, MIDNIGHT + GRACE)
    assert survey(store).state == "closed"


def test_what_came_in_the_grace_time_is_shown_at_its_end(
    app: Flask, config: Config, respondent: Respondent, clock: Clock, store: Store
) -> None:
    respondent.opens()
    closing.set_state(config, store, "kinds", "closed", MORNING + 60)
    clock.now = MORNING + 120
    assert "已收到" in respondent.sends(KINDS).text
    counted = []
    for now in (MORNING + 60 + GRACE - 1, MORNING + 60 + GRACE):
        housekeeping.tidy(app, now)
        counted.append(shown(store))
    assert counted == [0, 1]
    assert [row.flags for row in store.patterns("kinds")] == ["late"]


def test_closing_keeps_how_many_refused_but_no_record_of_calls(
    config: Config, store: Store, code: str
) -> None:
    (hash_,) = [row[0] for row in _rows(config, "SELECT code_hash FROM access_code")]
    store.log_call("kinds", Call(id="1", code_hash=str(hash_), day=DAY, outcome="refused"))
    closing.set_state(config, store, "kinds", "closed", MORNING)
    assert store.calls("kinds") == []
    assert [(one.kind, one.count) for one in store.evidence("kinds")] == [("call:R", 1)]


def test_a_case_that_answered_by_itself_has_no_record_of_calls_any_more(
    app: Flask, config: Config, invited: Respondent, store: Store
) -> None:
    (hash_,) = [row[0] for row in _rows(config, "SELECT code_hash FROM access_code")]
    store.log_call("kinds", Call(id="1", code_hash=str(hash_), day=DAY, outcome="no_answer"))
    housekeeping.tidy(app, MORNING)
    assert len(store.calls("kinds")) == 1
    invited.opens()
    invited.sends(KINDS)
    housekeeping.tidy(app, MORNING)
    assert store.calls("kinds") == []


def test_the_write_ahead_log_is_empty_afterwards(
    app: Flask, config: Config, respondent: Respondent, store: Store
) -> None:
    respondent.sends(KINDS)
    log = Path(f"{_path(config)}-wal")
    assert log.stat().st_size > 0
    housekeeping.tidy(app, MORNING)
    assert log.stat().st_size == 0


def test_a_store_that_is_busy_is_left_for_the_next_minute(
    app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def busy() -> bool:
        raise StoreBusyError

    monkeypatch.setattr(store, "checkpoint", busy)
    housekeeping.tidy(app, MORNING)
    assert "StoreBusyError" in caplog.text


def _path(config: Config) -> Path:
    return Path(config.database_url.removeprefix("sqlite:///"))


def _rows(config: Config, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(_path(config))) as connection:
        return connection.execute(statement).fetchall()
