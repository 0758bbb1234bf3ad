"""Two typings of one copy: what differs is counted by hand here, and one copy is one response."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from questionnaires.build import load_good
from questionnaires.model import Questionnaire
from surveyapp.fieldwork.interviews import Typed
from surveyapp.fieldwork.paper import (
    Difference,
    UnsettledError,
    compare,
    copy_number,
    keep,
    next_number,
    settle,
    store_copy,
    waiting,
)
from surveyapp.store import Store
from tests.surveyapp.respond.conftest import publish
from tests.surveyapp.sample import DAY

KINDS = Path(__file__).parents[1] / "respond" / "kinds.yaml"
GIVEN = {
    "area": ["south"],
    "visits": ["3"],
    "staff": ["C"],
    "staff.text": ["慢"],
    "overall": ["9"],
    "improve": ["food"],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as opened:
        publish(opened, KINDS)
        yield opened


@pytest.fixture
def questionnaire() -> Questionnaire:
    return load_good(KINDS)


def typing(questionnaire: Questionnaire, id: str, by: str = "self", **more: Sequence[str]) -> Typed:
    return Typed(id=id, version=questionnaire.version, raw={**GIVEN, **more}, by=by)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" 0057 ", "0057"), ("a-57", "A-57"), ("Ａ—57", "A-57"), ("村3 07", "村3-07"), ("", None), ("-5", None), ("5/7", None),
        ("1" * 20, "1" * 20), ("1" * 21, None), ("<b>", None),
    ],
)  # fmt: skip
def test_numbers_of_copies(written: str, kept: str | None) -> None:
    assert copy_number(written) == kept


@pytest.mark.parametrize(
    ("number", "following"), [("0057", "0058"), ("A-99", "A-100"), ("3-09B", "3-10B"), ("AB", ""), ("", "")]
)
def test_the_next_number(number: str, following: str) -> None:
    assert next_number(number) == following


def test_what_waits_has_no_code_and_reads_back_as_typed(store: Store, questionnaire: Questionnaire) -> None:
    page = typing(questionnaire, "first", by="relative", visits=[" ３ "], words=[" 好 "])
    assert keep(store, "kinds", "0057", page, account="li", day=DAY).outcome == "kept"
    (entry,) = store.kept_entries("kinds")
    assert json.loads(entry.fields) == {
        "area": ["south"], "staff": ["C"], "overall": ["9"], "improve": ["food"],
        "visits": ["3"], "staff.text": ["慢"], "words": ["好"], "_by": ["relative"], "_ticket": ["first"],
    }  # fmt: skip
    found = waiting(store, "kinds", "0057")
    assert found is not None
    assert (found.entered_by, found.page.id, found.page.by) == ("li", "first", "relative")
    assert compare(questionnaire, found.page, page).differences == []


def test_a_page_kept_twice_is_kept_once_and_another_one_is_told_apart(
    store: Store, questionnaire: Questionnaire
) -> None:
    outcomes = [
        keep(store, "kinds", "1", typing(questionnaire, id), account="li", day=DAY).outcome
        for id in ("first", "first", "other")
    ]
    assert outcomes == ["kept", "kept-before", "waiting"]


def test_what_cannot_be_is_not_kept(store: Store, questionnaire: Questionnaire) -> None:
    taken = keep(store, "kinds", "1", typing(questionnaire, "first", visits=["100"]), account="li", day=DAY)
    assert [found.rule for found in taken.problems] == ["out-of-range"]
    assert store.kept_entries("kinds") == []


def test_differences_are_counted_field_by_field(questionnaire: Questionnaire) -> None:
    first = typing(questionnaire, "1", improve=["hours", "food"])
    second = typing(questionnaire, "2", by="staff", overall=["8"], improve=["food", "hours"], words=["好"])
    found = compare(questionnaire, first, second)
    assert found.differences == [
        Difference(field="overall", first=["9"], second=["8"]),
        Difference(field="words", first=(), second=["好"]),
        Difference(field="_by", first=["self"], second=["staff"]),
    ]
    # area, visits, staff, staff.text, canteen (asked in the south), overall, improve, words, and who filled it in
    assert found.compared == 9
    assert found.rate == Fraction(3, 9)


def test_items_nobody_was_asked_are_not_compared(questionnaire: Questionnaire) -> None:
    first = typing(questionnaire, "1", area=["north"], visits=["0"], canteen=["A"])
    second = typing(questionnaire, "2", area=["north"], visits=["0"], staff=["A"])
    found = compare(questionnaire, first, second)
    assert found.differences == []  # staff and canteen are off the path in both, whatever was typed there
    assert found.compared == 6  # area, visits, overall, improve, words, who


def test_each_difference_is_settled_by_one_of_three(questionnaire: Questionnaire) -> None:
    first = typing(questionnaire, "1", area=["north"])
    second = typing(questionnaire, "2", by="relative", overall=["8"], visits=["2"])
    found = compare(questionnaire, first, second)
    assert [one.field for one in found.differences] == ["area", "visits", "overall", "_by"]
    picks = {"area": "first", "visits": "new", "overall": "second", "_by": "first"}
    settled = settle(found, second, picks, {"visits": ["4"]})
    assert settled.raw == {**second.raw, "area": ["north"], "visits": ["4"]}
    assert settled.by == "self"
    with pytest.raises(UnsettledError) as unsettled:
        settle(found, second, {"area": "first", "visits": "third"}, {})
    assert unsettled.value.fields == ["visits", "overall", "_by"]


def test_one_copy_is_one_response_however_often_its_second_typing_is_sent(
    store: Store, questionnaire: Questionnaire
) -> None:
    first = typing(questionnaire, "first")
    keep(store, "kinds", "1", first, account="li", day=DAY)
    second, other = typing(questionnaire, "second"), typing(questionnaire, "third", overall=["1"])
    outcomes = [
        store_copy(store, "kinds", "1", first, page, code=None, day=DAY).outcome
        for page in (second, second, other)
    ]
    assert outcomes == ["stored", "repeated", "conflict"]
    (kept,) = store.responses("kinds", live=True)
    assert (kept.id, kept.channel) == ("first", "paper")
    assert store.kept_entries("kinds") == []


def test_a_copy_that_is_refused_goes_on_waiting(store: Store, questionnaire: Questionnaire) -> None:
    first = typing(questionnaire, "first")
    keep(store, "kinds", "1", first, account="li", day=DAY)
    wrong = typing(questionnaire, "second", visits=["a few"])
    assert store_copy(store, "kinds", "1", first, wrong, code=None, day=DAY).outcome == "problems"
    assert [entry.number for entry in store.kept_entries("kinds")] == ["1"]
