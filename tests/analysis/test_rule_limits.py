"""Scoring rules at, just below and just above every limit: rule-limits.json, worked out by hand from the wordings."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

from analysis import Estimate, scoring
from analysis.indicators import Scorer, score_entered
from questionnaires.model import Indicator
from tests.analysis import surveys

RULES = surveys.reference("rule-limits.json")["rules"]
WHERE = {
    "zhifu-satisfaction": ("zhifu-2022", "satisfaction"),
    "zhifu-growth tiers in shares": ("zhifu-2022", "growth"),
    "zhifu-budget-execution": ("zhifu-2022", "budget_execution"),
    "huoju-policy": ("huoju-2021", "policy"),
    "huoju-audit tiers": ("huoju-2021", "audit_tiers"),
    "longgang": ("longgang-2018-2020", "beneficiary_satisfaction"),
}


def indicator(rule: str) -> Indicator:
    """Return the shipped indicator a name in the file means; its step replaced where the name says so."""
    name, _, step = rule.partition(", step ")
    definition, found = WHERE[name.rpartition(" (")[0]]
    replaced = [("step: continuous", f"step: {step}")] if step else []
    return surveys.shipped(definition, *replaced).indicators[found]


def entries() -> Iterator[tuple[str, str, str]]:
    for rule, points in RULES.items():
        for value, expected in points.items():
            yield rule, value, expected


def test_every_rule_of_the_file_is_tried() -> None:
    assert len(RULES) == 10
    assert len({rule.partition(" (")[0] for rule in RULES}) == len(WHERE)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_gives_the_points_worked_out_by_hand(rule: str) -> None:
    node = indicator(rule)
    found = {value: str(scoring.score(node, Fraction(value))) for value in RULES[rule]}
    assert found == RULES[rule]


@pytest.mark.parametrize("rule", RULES)
def test_the_points_lie_in_the_range_of_an_interval_around_the_value(rule: str) -> None:
    node = indicator(rule)
    for value, points in RULES[rule].items():
        at = Fraction(value)
        least, most = scoring.score_range(node, at - Fraction(1, 2), at + Fraction(1, 2))
        assert least <= Fraction(points) <= most
        assert scoring.score_range(node, at, at) == (Fraction(points), Fraction(points))


# by hand from the wording: full at 90, else in proportion; nothing below 50
@pytest.mark.parametrize(
    ("low", "high", "least", "most"),
    [
        ("82.9", "87.1", "8.29", "8.71"),
        ("85", "90", "8.5", "10"),  # the interval reaches the jump to full points
        ("85", "89.9", "8.5", "8.99"),
        ("45", "60", "0", "6"),
        ("45", "95", "0", "10"),
        ("49", "49.9", "0", "0"),
        ("90", "100", "10", "10"),
    ],
)
def test_the_range_of_points_follows_the_jumps(low: str, high: str, least: str, most: str) -> None:
    found = scoring.score_range(indicator("zhifu-satisfaction (10)"), Fraction(low), Fraction(high))
    assert found == (Fraction(least), Fraction(most))


def test_a_rule_that_falls_beyond_100_has_its_best_points_inside_the_interval() -> None:
    # budget execution, 3 points: 99.5% gives 2.985, 100% 3, 100.5% 2.5
    node = indicator("zhifu-budget-execution (3)")
    assert scoring.score_range(node, Fraction("99.5"), Fraction("100.5")) == (Fraction("2.5"), Fraction(3))


def ruled(*branches: dict[str, object]) -> Indicator:
    return Indicator.model_validate({"title": "得分", "points": "10", "measure": "m", "branches": branches})


def test_a_limit_that_belongs_to_the_other_branch_is_not_reached() -> None:
    node = ruled({"at_most": "50", "then": "zero"}, {"above": "50", "then": "full"})
    assert scoring.score_range(node, Fraction(50), Fraction(50)) == (Fraction(0), Fraction(0))
    assert scoring.score_range(node, Fraction(40), Fraction(50)) == (Fraction(0), Fraction(0))
    assert scoring.score_range(node, Fraction(50), Fraction(60)) == (Fraction(0), Fraction(10))


@pytest.mark.parametrize(("step", "least"), [("complete", 6), ("started", 5), ("continuous", 5)])
def test_a_stepped_deduction_is_taken_just_inside_an_open_limit(step: str, least: int) -> None:
    # one point off per 1% below 90: just above 85 are 4 complete steps, 5 started ones, and as good as 5
    deduct = {"start": "90", "per": "1", "points": "1", "step": step}
    node = ruled({"at_most": "85", "then": "full"}, {"above": "85", "then": {"deduct": deduct}})
    assert scoring.score_range(node, Fraction(86), Fraction(87))[0] == 6
    assert scoring.score_range(node, Fraction(85), Fraction(87))[0] == least


def test_an_interval_that_ends_at_a_limit_is_not_pushed_below_it_by_its_float() -> None:
    # 57 of 60 people are 95%, whose float is a little less; full points from 95% (盐田)
    assert Fraction(57 / 60) < Fraction(95, 100)
    found = Estimate(
        value=0.99,
        exact=Fraction(99, 100),
        standard_error=0.01,
        interval=(57 / 60, 1.0),
        n=50,
        method="given",
    )
    questionnaire = surveys.shipped("yantian-2024")
    scorer = Scorer(questionnaire=questionnaire, measures=dict.fromkeys(questionnaire.measures, found))
    full = Fraction("1.67")
    assert scorer.result("awarded_by_rule")[0].interval == (full, full)


@pytest.mark.parametrize("value", ["-0.01", "100.01"])
def test_a_value_outside_the_range_gets_no_points(value: str) -> None:
    with pytest.raises(scoring.NoBranchError, match="must lie in the rule's range from 0"):
        scoring.score(indicator("zhifu-satisfaction (10)"), Fraction(value))


def test_values_that_the_range_excludes_do_not_widen_the_points() -> None:
    node = Indicator.model_validate(
        {
            "title": "得分",
            "points": "10",
            "measure": "m",
            "range": {"at_least": "40", "at_most": "100"},
            "branches": [{"then": {"proportional_to": "100"}}],
        }
    )
    assert scoring.score_range(node, Fraction(30), Fraction(50)) == (Fraction(4), Fraction(5))


@pytest.mark.parametrize(
    ("value", "points"), [("1.55", "31/20"), ("0", "0"), ("1.67", "167/100")]
)  # as entered
def test_judged_points_are_taken_as_entered(value: str, points: str) -> None:
    node = surveys.shipped("yantian-2024").indicators["awarded"]
    assert score_entered(node, value) == Fraction(points)


@pytest.mark.parametrize("value", ["1.68", "-0.1", "好", "1,5", ""])
def test_judged_points_beyond_what_there_is_are_refused(value: str) -> None:
    node = surveys.shipped("yantian-2024").indicators["awarded"]
    with pytest.raises(ValueError):
        score_entered(node, value)
