"""Sensitivity to who counts; small cases by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given

from analysis import Fieldwork, PatternTable, evaluate
from analysis.sensitivity import Variant, sensitivity
from questionnaires.build import loads_good
from questionnaires.model import Questionnaire
from surveyapp import present
from tests.analysis import random_surveys, surveys
from tests.analysis.surveys import pattern
from tests.analysis.test_fieldwork_and_validity import DEFINITION


@pytest.fixture(scope="module")
def rules() -> Questionnaire:
    return loads_good(DEFINITION)


def by_name(found: tuple[Variant, ...]) -> dict[tuple[str, str], Variant]:
    return {(one.kind, one.name): one for one in found}


TABLE = PatternTable(
    (
        pattern({"q1": "A", "q2": "A", "q3": "A", "check": "B"}, 6),  # straight: a flag
        pattern({"q1": "A", "q2": "B", "q3": "A", "check": "B"}, 2),
        pattern({"q1": "B", "q2": "B", "q3": "A", "check": "A"}, 3),  # attention: excluded
        pattern({"q1": "B", "q3": "A", "check": "B"}, 1),  # incomplete: excluded
        pattern({"q1": "B", "q2": "A", "q3": "A", "check": "B"}, 1, validity="manual"),
    )
)


def test_each_decision_turned_round_by_hand(rules: Questionnaire) -> None:
    found = by_name(sensitivity(rules, TABLE))
    values = {key: (one.n, one.changed, one.measures["score"].exact) for key, one in found.items()}
    assert values == {
        ("as-defined", ""): (8, 0, Fraction(14, 16)),
        ("without-flagged", ""): (2, 6, Fraction(2, 4)),
        ("with-reason", "attention"): (11, 3, Fraction(14, 22)),
        ("with-reason", "incomplete"): (9, 1, (Fraction(8, 9) + Fraction(6, 8)) / 2),
        ("with-reason", "manual"): (9, 1, Fraction(15, 18)),
    }


def test_several_flags_are_left_out_together_and_one_by_one(rules: Questionnaire) -> None:
    table = PatternTable((pattern({"q1": "A", "q2": "B", "check": "B"}, 2, flags="too_fast"), *TABLE.rows))
    kinds = [(one.kind, one.name, one.n) for one in sensitivity(rules, table)[:4]]
    assert kinds == [
        ("as-defined", "", 10),
        ("without-flagged", "", 2),
        ("without-flag", "straight_lined", 4),
        ("without-flag", "too_fast", 8),
    ]


def test_nothing_flagged_and_nothing_excluded_leaves_nothing_to_turn_round(rules: Questionnaire) -> None:
    assert [one.kind for one in sensitivity(rules, PatternTable(()))] == ["as-defined"]


@given(random_surveys.surveys())
def test_the_variant_as_defined_is_the_report(survey: random_surveys.Survey) -> None:
    table = surveys.table(survey.rows)
    report, found = (
        evaluate(survey.questionnaire, table, Fieldwork()),
        sensitivity(survey.questionnaire, table),
    )
    assert found[0].measures == report.measures
    assert found[0].n == report.fieldwork.valid
    excluded = sum(one.changed for one in found if one.kind == "with-reason")
    assert excluded == report.fieldwork.returned - report.fieldwork.valid


def test_the_report_holds_the_measures_of_every_variant_that_differs(rules: Questionnaire) -> None:
    report = evaluate(rules, TABLE, Fieldwork())
    assert {name: found["score"].exact for name, found in report.sensitivity.items()} == {
        "without-flagged": Fraction(2, 4),
        "with-reason:attention": Fraction(14, 22),
        "with-reason:incomplete": (Fraction(8, 9) + Fraction(6, 8)) / 2,
        "with-reason:manual": Fraction(15, 18),
    }
    written = present.as_dict(report)["sensitivity"]
    assert written["without-flagged"]["score"]["value"] == 0.5
    assert written["without-flagged"]["score"]["n"] == 2
    assert evaluate(rules, PatternTable(TABLE.rows[1:2]), Fieldwork()).sensitivity == {}


def test_a_flag_that_all_the_flagged_carry_is_no_variant_of_its_own(rules: Questionnaire) -> None:
    straight, mixed = {"q1": "A", "q2": "A", "q3": "A", "check": "B"}, {"q1": "A", "q2": "B", "check": "B"}
    table = PatternTable((pattern(straight, 2, flags="too_fast"), pattern(straight, 3), pattern(mixed, 4)))
    report = evaluate(rules, table, Fieldwork())
    assert list(report.sensitivity) == ["without-flagged", "without-flag:too_fast"]
