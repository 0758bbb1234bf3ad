"""Calls become dispositions by one table and one rule; every expected number is counted by hand from the lists here."""

import pytest

from analysis import aapor
from surveyapp.fieldwork.calls import (
    ENOUGH,
    OUTCOMES,
    PRECEDENCE,
    Case,
    attempts,
    call_backs,
    disposition,
    dispositions,
    open_cases,
    to_try,
)
from surveyapp.store import Call


def calls(case: str, *outcomes: str, day: str = "2026-09-01", at: str = "2026-09-02 19:30") -> list[Call]:
    return [
        Call(
            id=f"{case}{number}", code_hash=case, day=day, outcome=outcome, attempt=number,
            call_back=at if outcome == "call_back" else "",
        )
        for number, outcome in enumerate(outcomes, start=1)
    ]  # fmt: skip


def test_every_outcome_has_a_letter_that_aapor_knows_and_the_rule_ranks() -> None:
    letters = {letter for outcome in OUTCOMES.values() for letter in (outcome.listed, outcome.unlisted)}
    assert letters == set(PRECEDENCE)
    assert letters <= set(aapor.DISPOSITIONS)


@pytest.mark.parametrize(
    ("outcomes", "listed", "unlisted"),
    [
        (["no_answer"], "NC", "UO"),
        (["busy", "not_in_service", "wrong_number"], "NC", "UO"),
        (["no_answer", "call_back"], "NC", "UO"),
        (["refused", "no_answer", "no_answer"], "R", "R"),  # once a refusal, a refusal
        (["not_eligible", "refused"], "R", "R"),
        (["refused", "not_eligible"], "R", "R"),  # no rate grows by calling once more
        (["unable", "not_eligible"], "NE", "NE"),
        (["no_answer", "unable", "busy"], "O", "O"),
    ],
)
def test_a_case_is_what_is_known_best_of_it(outcomes: list[str], listed: str, unlisted: str) -> None:
    made = calls("a", *outcomes)
    assert disposition(made) == listed
    assert disposition(made, everyone_eligible=False) == unlisted


def test_a_case_without_calls_has_no_disposition() -> None:
    with pytest.raises(ValueError, match="without calls"):
        disposition([])


def test_only_open_cases_are_counted_and_they_fit_the_rates() -> None:
    made = [
        *calls("a", "no_answer", "refused"), *calls("b", "no_answer"), *calls("c", "call_back"),
        *calls("d", "not_eligible"), *calls("e", "unable"),
        *calls("answered by QR", "no_answer"), *calls("void", "refused"), *calls("unknown", "busy"),
    ]  # fmt: skip
    states = {**dict.fromkeys("abcde", "issued"), "answered by QR": "used", "void": "void"}
    found = dispositions(made, states)
    assert found == {"R": 1, "NC": 2, "NE": 1, "O": 1}
    # with five answered cases beside them: I ÷ (I+R+NC+O) = 5 ÷ 9, the one not eligible out of the base
    assert aapor.rates({"I": 5, **found})["RR1"] == pytest.approx(5 / 9)


def test_calls_of_one_case_may_come_in_any_order() -> None:
    made = calls("a", "call_back", "no_answer")
    (case,) = open_cases(reversed(made), {"a": "issued"})
    assert case.last.outcome == "no_answer"
    assert case.call_back == ""  # what was agreed is over once it was called again


def test_call_backs_come_in_the_order_of_their_times() -> None:
    made = [
        *calls("late", "call_back", at="2026-09-03 08:00"),
        *calls("soon", "no_answer", "call_back", at="2026-09-02 19:30"),
        *calls("none", "no_answer"),
    ]
    cases = open_cases(made, dict.fromkeys(("late", "soon", "none"), "issued"))
    assert [case.hash for case in call_backs(cases)] == ["soon", "late"]


def test_whom_to_try_again() -> None:
    made = [
        *calls("twice", "no_answer", "busy"), *calls("once", "not_in_service"), *calls("agreed", "call_back"),
        *calls("refused", "refused", "no_answer"), *calls("wrong", "wrong_number"),
        *calls("enough", *["no_answer"] * ENOUGH), *calls("today", "busy", day="2026-09-02"),
    ]  # fmt: skip
    cases = open_cases(made, {call.code_hash: "issued" for call in made})
    assert [case.hash for case in to_try(cases, "2026-09-02")] == ["once", "twice"]


def test_attempts_are_counted_by_case() -> None:
    made = [*calls("a", "busy"), *calls("b", "busy"), *calls("c", "busy", "busy", "refused")]
    assert attempts(open_cases(made, dict.fromkeys("abc", "issued"))) == [(1, 2), (3, 1)]


def test_a_corrected_number_may_be_called_again() -> None:
    case = Case(hash="a", calls=calls("a", "wrong_number", "no_answer"))
    assert not case.rests
