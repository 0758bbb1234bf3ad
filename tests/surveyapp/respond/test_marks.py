"""Flags on a response: what is marked is still taken, and judged by an evaluator later."""

from __future__ import annotations

import pytest

from surveyapp.respond.submission import marks
from surveyapp.store import Store
from tests.surveyapp.respond.conftest import KINDS, Clock, Respondent, stored


@pytest.mark.parametrize(
    ("hidden", "flags"),
    [
        ({}, ""),
        ({"_by": "self"}, ""),
        ({"_by": "relative"}, "assisted_relative"),
        ({"_by": "staff"}, "assisted_staff"),
        # what nobody offered is not guessed at: it stays the respondent's own answer
        ({"_by": "Staff"}, ""),
        ({"_by": "neighbour"}, ""),
        ({"_by": ""}, ""),
        ({"_site": ""}, ""),
        ({"_site": "  \n"}, ""),
        ({"_site": "http://spam.example"}, "honeypot"),
        ({"_site": "x", "_by": "relative"}, "assisted_relative;honeypot"),
    ],
)
def test_what_the_page_says_besides_the_answers_is_marked(
    respondent: Respondent, store: Store, clock: Clock, hidden: dict[str, str], flags: str
) -> None:
    respondent.opens()
    clock.now += 120
    assert respondent.sends(KINDS, **hidden).status_code == 200
    (kept,) = stored(store)
    assert (kept.flags, kept.validity) == (flags, "")


def test_a_second_value_changes_nothing() -> None:
    assert marks({"_by": ["self", "staff"], "_site": ["", ""]}, is_late=False) == []
    assert marks({"_site": ["", "x"]}, is_late=False) == ["honeypot"]


def test_all_marks_stand_side_by_side(invited: Respondent, store: Store, clock: Clock) -> None:
    invited.opens()
    clock.now += (
        10  # the ticket is at most 19 s old: seven items want 21 s not to be flagged, 14 s to be valid
    )
    store.set_state("kinds", "closed", at=int(clock.now))
    clock.now += 10
    assert invited.sends(KINDS, _by="staff", _site="x").status_code == 200
    (kept,) = stored(store)
    assert kept.flags == "assisted_staff;honeypot;late;stratum_differs;too_fast"


def test_a_mark_does_not_make_a_repeat_another_answer(respondent: Respondent, store: Store) -> None:
    _, first = respondent.sends_json(KINDS)
    assert respondent.sends_json(KINDS, _by="staff") == (200, first)
    assert len(stored(store)) == 1
