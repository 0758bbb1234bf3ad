"""Evidence of organised filling: two figures a day for a survey, nothing for a response, nothing about an address."""

from __future__ import annotations

from dataclasses import fields

import pytest
from flask import Flask

from surveyapp.respond import housekeeping
from surveyapp.respond.crowd import BURST, LEAST, MOST_NETWORKS, ONE_NETWORK, Crowd
from surveyapp.store import Evidence, Store, StoreBusyError, StoredResponse, UnknownSurveyError
from tests.surveyapp.respond.conftest import DAY, KINDS, Clock, Respondent, stored

OFFICE, OTHER = b"office", b"other"


class Kept:
    """A store that keeps evidence alone."""

    def __init__(self) -> None:
        self.evidence: dict[tuple[str, str], int] = {}
        self.writes = 0
        self.error: Exception | None = None

    def note_evidence(self, slug: str, day: str, kind: str, count: int) -> None:
        if self.error:
            raise self.error
        self.writes += 1
        self.evidence[day, kind] = max(count, self.evidence.get((day, kind), 0))


def handed(crowd: Crowd, kept: Kept) -> dict[tuple[str, str], int]:
    crowd.hand_over(kept)  # type: ignore[arg-type]  # all that is asked of a store here
    return kept.evidence


def test_the_largest_network_and_the_largest_five_minutes_of_a_day() -> None:
    """60 answers a minute apart: 25 from one network, 35 from as many others; no five minutes hold more than 5."""
    crowd, kept = Crowd(), Kept()
    for n in range(60):
        crowd.note("kinds", DAY, OFFICE if n % 2 and n < 50 else bytes([n]), 1000.0 + 60 * n)
    assert handed(crowd, kept) == {(DAY, ONE_NETWORK): 25}
    for n in range(40):  # then 40 within 40 seconds, from everywhere
        crowd.note("kinds", DAY, bytes([100, n]), 10_000.0 + n)
    assert handed(crowd, kept) == {(DAY, ONE_NETWORK): 25, (DAY, BURST): 40}


def test_five_minutes_slide() -> None:
    """One in ten seconds for an hour is 30 in any five minutes, whichever five."""
    crowd, kept = Crowd(), Kept()
    for n in range(360):
        crowd.note("kinds", DAY, b"", 1000.0 + 10 * n)
    assert handed(crowd, kept) == {(DAY, BURST): 30}


def test_a_few_are_nothing_to_be_told() -> None:
    crowd, kept = Crowd(), Kept()
    for _ in range(LEAST - 1):
        crowd.note("kinds", DAY, OFFICE, 1000.0)
    assert handed(crowd, kept) == {}
    crowd.note("kinds", DAY, OFFICE, 1000.0)
    assert handed(crowd, kept) == {(DAY, ONE_NETWORK): 20, (DAY, BURST): 20}


def test_a_new_day_begins_anew_and_surveys_are_apart() -> None:
    crowd, kept = Crowd(), Kept()
    for n in range(30):
        crowd.note("kinds" if n % 2 else "others", DAY, OFFICE, 1000.0)
    for _ in range(15):
        crowd.note("kinds", "2026-09-23", OFFICE, 1000.0)
    assert handed(crowd, kept) == {}


def test_only_what_grew_is_written_again() -> None:
    crowd, kept = Crowd(), Kept()
    for _ in range(25):
        crowd.note("kinds", DAY, OFFICE, 1000.0)
    handed(crowd, kept)
    handed(crowd, kept)
    assert kept.writes == 2
    crowd.note("kinds", DAY, OTHER, 1000.0)
    handed(crowd, kept)
    assert kept.writes == 3  # the five minutes grew, the largest network did not


def test_what_a_busy_store_did_not_take_is_handed_over_later() -> None:
    crowd, kept = Crowd(), Kept()
    for _ in range(25):
        crowd.note("kinds", DAY, OFFICE, 1000.0)
    kept.error = StoreBusyError()
    with pytest.raises(StoreBusyError):
        handed(crowd, kept)
    crowd.note("kinds", DAY, OFFICE, 1000.0)
    kept.error = None
    assert handed(crowd, kept) == {(DAY, ONE_NETWORK): 26, (DAY, BURST): 26}


def test_a_survey_that_is_gone_is_forgotten() -> None:
    crowd, kept = Crowd(), Kept()
    for _ in range(25):
        crowd.note("gone", DAY, OFFICE, 1000.0)
    kept.error = UnknownSurveyError("gone")
    assert handed(crowd, kept) == {}
    kept.error = None
    assert handed(crowd, kept) == {}


def test_memory_is_bounded() -> None:
    crowd = Crowd()
    for n in range(MOST_NETWORKS + 1000):
        crowd.note("kinds", DAY, n.to_bytes(8), 1000.0)
    assert len(crowd._days["kinds"].networks) == MOST_NETWORKS
    for n in range(5000):
        crowd.note("kinds", DAY, OFFICE, 1000.0 + n)
    assert len(crowd._days["kinds"].steps) <= 30


def test_answers_from_one_office_are_evidence_and_leave_no_mark_on_them(
    app: Flask, store: Store, clock: Clock
) -> None:
    """30 from one /24, 5 from elsewhere, one twice: 30 of one network, 35 in five minutes."""
    client = app.test_client()
    for n in range(35):
        client.environ_base["REMOTE_ADDR"] = f"203.0.113.{n + 1}" if n < 30 else f"198.51.{n}.1"
        person = Respondent(client=client, path="/s/kinds")
        person.opens()
        clock.now += 1
        assert person.sends(KINDS).status_code == 200
    person.sends(KINDS)
    assert store.evidence("kinds") == []
    housekeeping(app)
    assert sorted(store.evidence("kinds"), key=lambda one: one.kind) == [
        Evidence(day=DAY, kind=BURST, count=35),
        Evidence(day=DAY, kind=ONE_NETWORK, count=30),
    ]
    assert {one.flags for one in stored(store)} == {"too_fast"}  # they took a second; nothing else is told
    assert not {"address", "network", "time"} & {field.name for field in fields(StoredResponse)}


def test_this_machine_is_no_network(app: Flask, store: Store, clock: Clock) -> None:
    client = app.test_client()
    for _ in range(25):
        Respondent(client=client, path="/s/kinds").sends(KINDS)
    housekeeping(app)
    assert [one.kind for one in store.evidence("kinds")] == [BURST]
