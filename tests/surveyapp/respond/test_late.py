"""Answers begun before the end: taken for ten minutes and marked, whichever way the survey ended."""

from __future__ import annotations

import pytest
from flask import Flask

from surveyapp.respond.doors import GRACE
from surveyapp.store import Store
from tests.surveyapp.respond.conftest import DAY, KINDS, Clock, Respondent, stored

NOON = 1_790_049_600.0
"""22 September 2026, noon in China (04:00 UTC)."""
MIDNIGHT = 1_790_092_800.0
"""The end of that day in China: 23 September, 00:00 at UTC+8 (22 September, 16:00 UTC)."""

ENDS = {"by hand": NOON, "by date": MIDNIGHT}


def test_midnight_is_what_it_says() -> None:
    assert (MIDNIGHT + 8 * 3600) % 86400 == 0


def end(store: Store, clock: Clock, how: str) -> None:
    """End the survey, by hand at this moment or by the date that has just passed."""
    clock.now = ENDS[how]
    if how == "by hand":
        store.set_state("kinds", "closed", at=int(clock.now))
    else:
        store.set_window("kinds", None, DAY)


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("by", ["open link", "code"])
def test_what_was_begun_before_the_end_is_taken_and_marked(
    respondent: Respondent, invited: Respondent, store: Store, clock: Clock, how: str, by: str
) -> None:
    visitor = invited if by == "code" else respondent
    clock.now = ENDS[how] - 120
    visitor.opens()
    end(store, clock, how)
    clock.now += GRACE - 1
    status, said = visitor.sends_json({**KINDS, "area": "south"})
    assert (status, said["outcome"]) == (200, "stored")
    (kept,) = stored(store)
    assert "late" in kept.flags.split(";")
    assert kept.day == ("2026-09-22" if how == "by hand" else "2026-09-23")  # the day it arrived
    assert kept.channel == ("slip" if by == "code" else "open_link")


@pytest.mark.parametrize("how", ENDS)
def test_no_page_is_opened_after_the_end(
    respondent: Respondent, store: Store, clock: Clock, how: str
) -> None:
    end(store, clock, how)
    response = respondent.opens()
    assert (response.status_code, "本次调查已经结束" in response.text) == (410, True)


@pytest.mark.parametrize("how", ENDS)
def test_a_ticket_issued_after_the_end_is_refused(
    app: Flask, respondent: Respondent, store: Store, clock: Clock, how: str
) -> None:
    """Another server process may not have heard yet: it hands out a page, whose answers are not taken all the same."""
    clock.now = ENDS[how] + 10
    respondent.opens()
    clock.now = ENDS[how]
    end(store, clock, how)
    clock.now += 60
    assert respondent.sends_json(KINDS)[1]["outcome"] == "closed"
    assert stored(store) == []


@pytest.mark.parametrize("how", ENDS)
def test_after_the_grace_time_only_a_repeat_is_answered(
    respondent: Respondent, store: Store, clock: Clock, how: str
) -> None:
    clock.now = ENDS[how] - 120
    respondent.opens()
    other = Respondent(client=respondent.client, path=respondent.path)
    other.opens()
    end(store, clock, how)
    clock.now += 30
    _, first = respondent.sends_json(KINDS)
    clock.now = ENDS[how] + GRACE
    assert respondent.sends_json(KINDS) == (200, first)
    assert other.sends_json(KINDS)[1]["outcome"] == "closed"
    assert len(stored(store)) == 1


@pytest.mark.parametrize("how", ENDS)
def test_a_page_of_another_day_is_not_renewed_in_the_grace_time(
    respondent: Respondent, store: Store, clock: Clock, how: str
) -> None:
    clock.now = ENDS[how] - 25 * 3600
    respondent.opens()
    end(store, clock, how)
    clock.now += 60
    assert respondent.sends_json(KINDS)[1]["outcome"] == "closed"


def test_mistakes_may_be_corrected_in_the_grace_time(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    clock.now = NOON - 120
    respondent.opens()
    end(store, clock, "by hand")
    clock.now += 60
    assert respondent.sends_json({**KINDS, "visits": "x"})[1]["outcome"] == "problems"
    assert respondent.sends_json(KINDS)[1]["outcome"] == "stored"


def test_a_clock_that_is_set_back_opens_nothing(respondent: Respondent, store: Store, clock: Clock) -> None:
    respondent.opens()
    store.set_state("kinds", "closed", at=int(clock.now) + 86400)
    assert respondent.client.get("/s/kinds").status_code == 410
    assert respondent.sends_json(KINDS)[1]["outcome"] == "closed"


def test_a_survey_closed_by_an_older_version_has_no_grace_time(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    """It did not write down when."""
    respondent.opens()
    store.set_state("kinds", "closed", at=0)
    assert respondent.sends_json(KINDS)[1]["outcome"] == "closed"


def test_opened_again_it_takes_answers_without_a_mark(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    respondent.opens()
    end(store, clock, "by hand")
    store.set_state("kinds", "open")
    clock.now += 60
    assert respondent.sends_json(KINDS)[1]["outcome"] == "stored"
    assert stored(store)[0].flags == ""


def test_a_pause_in_the_grace_time_keeps_the_answers_on_the_phone(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    clock.now = MIDNIGHT - 120
    respondent.opens()
    end(store, clock, "by date")
    store.set_state("kinds", "paused")
    assert respondent.sends_json(KINDS)[1]["outcome"] == "paused"
    store.set_state("kinds", "open")
    assert respondent.sends_json(KINDS)[1]["outcome"] == "stored"
