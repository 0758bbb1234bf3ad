"""Bases, blanks, censuses and answers that are all alike, each worked out by hand beside the test."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping
from fractions import Fraction

import pytest

from analysis import Fieldwork, Pattern, Report, evaluate
from questionnaires.build import loads_good
from tests.analysis import surveys
from tests.analysis.surveys import limits, pattern

DEFINITION = """
id: two-items
title: 两题
organiser: 局
purpose: 试
population: {POPULATION}
scales:
  five:
    options:
      - {code: A, label: 满意, value: 100}
      - {code: B, label: 一般, value: 60}
      - {code: C, label: 不满意, value: 0}
      - {code: X, label: 不清楚, missing: dont_know}
sections:
  - id: one
    title: 一
    items:
      - {id: town, kind: single, text: 镇, options: [{code: N, label: 北}, {code: S, label: 南}]}
      - {id: q1, kind: single, text: 一, scale: five}
      - {id: q2, kind: single, text: 二, scale: five}
measures:
  score: {title: 得分, kind: satisfaction_score, items: [q1, q2], weights: {q1: 3}}
  one: {title: 一题, kind: satisfaction_score, items: q1}
  rate: {title: 单题满意率, kind: satisfaction_rate, items: q1, codes: [A]}
  rates: {title: 满意率, kind: satisfaction_rate, items: [q1, q2], codes: [A]}
  north: {title: 北, kind: satisfaction_score, items: [q1, q2], group: {town: N}}
  both: {title: 南北, kind: satisfaction_score, items: [q1, q2], weights: {q1: 3}, group: {town: [N, S]}}
"""
STRATA = "{stratum_item: town, strata: {N: 20, S: 30}}"


def report(rows: list[Pattern], population: str = "{}") -> Report:
    questionnaire = loads_good(DEFINITION.replace("{POPULATION}", population))
    return evaluate(questionnaire, surveys.table(rows), Fieldwork())


def rows(counts: Mapping[tuple[str, str], int], **more: str) -> list[Pattern]:
    """Return rows from counts of joint answers to q1 and q2; an empty answer is a blank."""
    return [
        pattern({**more, **{q: a for q, a in zip(("q1", "q2"), answers, strict=True) if a}}, count)
        for answers, count in counts.items()
    ]


# --- the base ------------------------------------------------------------------------------------------------------


def test_blanks_and_who_does_not_know_leave_the_item_s_base() -> None:
    counts = {
        ("A", "A"): 3,
        ("B", "A"): 1,
        ("", "A"): 2,
        ("X", "A"): 4,
        ("-1", "A"): 5,
        ("-2", "A"): 6,
        ("gone", "A"): 1,
    }
    item = report(rows(counts)).items["q1"]
    assert item.n == 4
    assert item.score is not None
    assert item.score.exact == Fraction(9, 10)  # (3 × 100 + 60) ÷ 4
    assert item.shares == {"A": Fraction(3, 4), "B": Fraction(1, 4), "C": 0}
    assert item.counts == {"A": 3, "B": 1, "C": 0, "X": 4}
    assert (item.blank, item.not_asked) == (3, 5)  # 2 blanks and one code that is gone


def test_a_composite_is_the_weighted_mean_of_the_items_that_were_answered() -> None:
    # q1: (100 + 0) ÷ 2 = 50, weight 3; q2: (100 + 60 + 60) ÷ 3 = 220/3
    found = report(rows({("A", "A"): 1, ("C", "B"): 1, ("", "B"): 1})).measures["score"]
    assert found.exact == (3 * Fraction(1, 2) + Fraction(220, 300)) / 4
    assert found.n == 3


def test_an_item_nobody_answered_is_left_out_and_named() -> None:
    found = report(rows({("A", ""): 2, ("C", "X"): 2}))
    assert found.measures["score"].exact == Fraction(1, 2)
    assert [w.zh for w in found.warnings if w.code == "item-without-answers"]
    assert found.items["q2"].score is not None
    assert found.items["q2"].score.value is None


def test_nobody_at_all_gives_no_figure_and_says_so() -> None:
    found = report([])
    assert found.measures["score"].value is None
    assert found.measures["score"].method == "no-answers"
    assert found.fieldwork.validity_rate is None
    assert {"no-valid-answers", "no-answers"} <= {w.code for w in found.warnings}


def test_people_whom_an_item_does_not_concern_leave_its_population_too() -> None:
    # 20 of 100 people answered, 10 of them are not concerned: 10 answers stand for 50 people, f = 1/5
    counts = {("A", "A"): 6, ("C", "A"): 4, ("-2", "A"): 10}
    found = report(rows(counts), "{size: 100}").measures["one"]
    mean, s2 = 0.6, (6 * 0.16 + 4 * 0.36) / 9
    assert found.standard_error == pytest.approx(math.sqrt((1 - 1 / 5) * s2 / 10), rel=1e-12)
    assert found.value == mean


def test_a_blank_does_not_leave_the_population() -> None:
    # 10 blanks: the 10 answers stand for all 100 people, f = 1/10
    found = report(rows({("A", "A"): 6, ("C", "A"): 4, ("", "A"): 10}), "{size: 100}").measures["one"]
    s2 = (6 * 0.16 + 4 * 0.36) / 9
    assert found.standard_error == pytest.approx(math.sqrt((1 - 1 / 10) * s2 / 10), rel=1e-12)


# --- a composite with missing answers --------------------------------------------------------------------------------


def by_covariances(counts: Mapping[tuple[str, str], int]) -> float:
    """Return se² of (3 R1 + R2) ÷ 4 by Var = Σ_i Σ_j w_i w_j cov(R_i, R_j), cov by Woodruff's linearised ratios.

    cov(R_i, R_j) = n ÷ (n − 1) · Σ_r (v_ir − R_i)(v_jr − R_j) ÷ (n_i n_j) over those who answered both.
    """
    worth = {"A": 1.0, "B": 0.6, "C": 0.0}
    weights = (0.75, 0.25)
    n = sum(c for answers, c in counts.items() if set(answers) & set(worth))
    size = [sum(c for answers, c in counts.items() if answers[i] in worth) for i in (0, 1)]
    mean = [sum(worth[a[i]] * c for a, c in counts.items() if a[i] in worth) / size[i] for i in (0, 1)]
    total = 0.0
    for i, j in itertools.product((0, 1), repeat=2):
        both = [(a, c) for a, c in counts.items() if a[i] in worth and a[j] in worth]
        products = sum((worth[a[i]] - mean[i]) * (worth[a[j]] - mean[j]) * c for a, c in both)
        total += weights[i] * weights[j] * n / (n - 1) * products / (size[i] * size[j])
    return total


MISSING = {
    ("A", "A"): 9,
    ("A", "B"): 7,
    ("B", "A"): 4,
    ("B", ""): 6,
    ("C", ""): 2,
    ("", "C"): 5,
    ("X", "B"): 3,
    ("", ""): 4,
}


def test_the_variance_of_a_composite_with_missing_answers_is_that_of_linearised_ratios() -> None:
    found = report(rows(MISSING)).measures["score"]
    assert found.n == 36  # 40 less the 4 who answered neither
    assert found.standard_error == pytest.approx(math.sqrt(by_covariances(MISSING)), rel=1e-12)


def test_it_agrees_with_a_bootstrap() -> None:
    # 4,000 resamples of the rows, seed 1: the bootstrap's own error is about 1%, linearising at n = 36 another few
    people = [answers for answers, count in MISSING.items() for _ in range(count)]
    worth, chance, means = {"A": 1.0, "B": 0.6, "C": 0.0}, random.Random(1), []
    for _ in range(4000):
        drawn = chance.choices(people, k=len(people))
        r = [[worth[a[i]] for a in drawn if a[i] in worth] for i in (0, 1)]
        means.append(0.75 * sum(r[0]) / len(r[0]) + 0.25 * sum(r[1]) / len(r[1]))
    centre = sum(means) / len(means)
    spread = math.sqrt(sum((m - centre) ** 2 for m in means) / (len(means) - 1))
    assert report(rows(MISSING)).measures["score"].standard_error == pytest.approx(spread, rel=0.06)


def test_the_least_answered_item_sets_the_finite_population_correction() -> None:
    # q1 28 and q2 28 of 40 rows answered; 1 of q1's 40 did not know (3 rows X): base of q1 100 × 37/40 = 92.5 → 93
    found = report(rows(MISSING), "{size: 100}").measures["score"]
    f = min(28 / 93, 28 / 100)
    population = math.ceil(36 / f)
    expected = math.sqrt((1 - 36 / population) * by_covariances(MISSING))
    assert found.standard_error == pytest.approx(expected, rel=1e-12)


def test_one_answer_to_one_of_two_items_leaves_the_precision_open() -> None:
    found = report(rows({("A", "A"): 1, ("B", ""): 30, ("A", ""): 9}))
    assert found.measures["score"].value is not None
    assert found.measures["score"].standard_error is None
    assert found.measures["score"].interval is None
    assert found.measures["score"].method == "single-answer"
    assert "small-base" in [w.code for w in found.warnings]


# --- everybody, and everybody alike ----------------------------------------------------------------------------------


def test_everybody_answered_is_a_census() -> None:
    found = report(rows({("A", "B"): 4, ("C", "A"): 6}), "{size: 10}")
    for name in ("score", "one", "rate", "rates"):
        assert found.measures[name].method == "census"
        assert found.measures[name].interval == (found.measures[name].value,) * 2


def test_everybody_came_but_one_left_a_blank_is_not_a_census_of_that_item() -> None:
    found = report(rows({("A", "B"): 4, ("C", "A"): 5, ("", "A"): 1}), "{size: 10}")
    assert found.measures["one"].method == "logit-t, fpc"
    assert found.measures["score"].method == "logit-t, fpc"
    assert found.measures["rate"].method == "hypergeometric"


def test_everybody_whom_the_item_concerns_answered_is_a_census_of_that_item() -> None:
    found = report(rows({("A", "B"): 4, ("C", "A"): 5, ("-2", "A"): 1}), "{size: 10}")
    assert found.measures["one"].method == "census"


@pytest.mark.parametrize(
    ("size", "lower"),
    [("{}", 0.025 ** (1 / 53)), ("{size: 1402}", 1310 / 1402), ("{size: 60}", 59 / 60)],
)  # statistics.md §5b for 53 of 53: 93.28 (Clopper–Pearson), 93.44, 98.33
def test_53_alike_bound_how_many_think_otherwise(size: str, lower: float) -> None:
    found = report(rows({("A", "A"): 53}), size)
    for name in ("score", "one", "rate", "rates"):
        assert limits(found.measures[name]) == pytest.approx((lower, 1.0), rel=1e-9)
    found = report(rows({("B", "B"): 53}), size)
    # all 60%: at least the share L thinks so, the others anything from 0 to 1
    expected = pytest.approx((0.6 * lower, 1 - 0.4 * lower), rel=1e-9)
    assert limits(found.measures["score"]) == expected
    assert limits(found.measures["one"]) == expected


def test_a_composite_of_alike_answers_is_bounded_by_its_least_answered_item() -> None:
    found = report(rows({("A", "A"): 10, ("A", ""): 43})).measures["score"]
    assert found.method == "all-alike"
    assert limits(found)[0] == pytest.approx(0.025 ** (1 / 10), rel=1e-9)  # n = 10, not 53


def test_a_single_respondent_has_no_standard_error() -> None:
    found = report(rows({("B", "A"): 1}), "{size: 50}")
    for name in ("score", "one", "rate", "rates"):
        assert found.measures[name].standard_error is None
        low, high = limits(found.measures[name])
        assert 0 <= low < high <= 1


def test_more_answers_than_people_are_no_census_and_warned_of() -> None:
    found, unknown = (
        report(rows({("A", "A"): 9, ("C", "B"): 3}), "{size: 10}"),
        report(rows({("A", "A"): 9, ("C", "B"): 3})),
    )
    assert found.measures == unknown.measures  # as if the population were not known
    assert "valid-exceeds-population" in [w.code for w in found.warnings]


def test_an_interval_of_whole_people_is_widened_to_hold_the_sample_s_own_share() -> None:
    # 990 of 999 in 1,000 people: 10 of 990 … P(X ≥ 990 | K = 990) = 10/1000 ≤ 2.5%, so K = 991 is certain
    found = report(rows({("A", "A"): 990, ("C", "A"): 9}), "{size: 1000}").measures["rate"]
    assert found.interval == (990 / 999, 991 / 1000)


# --- groups ----------------------------------------------------------------------------------------------------------


def test_a_group_made_of_strata_has_its_strata_s_people() -> None:
    found = report(rows({("A", "A"): 6, ("C", "B"): 4}, town="N") + rows({("A", "A"): 5}, town="S"), STRATA)
    assert found.groups["town"]["N"].measures["score"] is not None
    north = found.measures["north"]
    z = [(1 - 0.6 + 1 - 0.84) / 2, (0 - 0.6 + 0.6 - 0.84) / 2]  # equal weights; R = 0.6 and 0.84
    s2 = (6 * z[0] ** 2 + 4 * z[1] ** 2) / 9
    assert north.standard_error == pytest.approx(math.sqrt((1 - 10 / 20) * s2 / 10), rel=1e-12)
    assert found.groups["town"]["N"].measures["north"] == north


def test_a_group_in_a_population_without_strata_has_its_share_of_the_people() -> None:
    # 10 of 20 answers are from the north, so 50 of 100 people
    found = report(
        rows({("A", "A"): 6, ("C", "B"): 4}, town="N") + rows({("A", "A"): 10}, town="S"), "{size: 100}"
    )
    z = [(1 - 0.6 + 1 - 0.84) / 2, (0 - 0.6 + 0.6 - 0.84) / 2]
    s2 = (6 * z[0] ** 2 + 4 * z[1] ** 2) / 9
    assert found.measures["north"].standard_error == pytest.approx(
        math.sqrt((1 - 10 / 50) * s2 / 10), rel=1e-12
    )


def test_a_group_of_fewer_than_five_is_not_shown() -> None:
    found = report(rows({("A", "A"): 4}, town="N") + rows({("A", "A"): 9}, town="S"), STRATA)
    assert found.groups["town"]["N"].n == 4
    assert set(found.groups["town"]["N"].measures.values()) == {None}
    assert "small-group" in [w.code for w in found.warnings]


def test_a_measure_that_fewer_than_five_of_a_group_answered_is_not_shown() -> None:
    found = report(rows({("A", "A"): 4, ("", "B"): 2}, town="N") + rows({("A", "A"): 9}, town="S"), STRATA)
    shown = found.groups["town"]["N"].measures
    assert shown["one"] is None
    assert shown["score"] is not None


def test_a_group_of_several_strata_has_within_one_of_them_only_its_people() -> None:
    found = report(rows({("A", "A"): 6, ("C", "B"): 4}, town="N") + rows({("A", "B"): 5}, town="S"), STRATA)
    assert found.groups["town"]["N"].measures["both"] == found.groups["town"]["N"].measures["score"]
    assert found.measures["both"] == found.measures["score"]


def test_a_code_s_stratum_wins_over_the_answer_everywhere() -> None:
    given = [
        pattern({"town": "S", "q1": "A", "q2": "A"}, 6, stratum="N"),
        pattern({"q1": "C", "q2": "C"}, 4, stratum="N"),
    ]
    found = report(given, STRATA)
    assert found.groups["town"]["N"].n == 10
    assert found.measures["north"].n == 10


def test_a_stratum_with_more_answers_than_people_is_warned_of() -> None:
    found = report(rows({("A", "A"): 15, ("C", "A"): 7}, town="N"), STRATA)
    assert "valid-exceeds-population" in [w.code for w in found.warnings]
    north = found.groups["town"]["N"].measures["one"]
    assert north is not None
    assert north.method == "logit-t"


# --- what is said of an interval ----------------------------------------------------------------------------------------


def test_only_intervals_that_can_fall_short_are_cautioned() -> None:
    found = report(rows({("A", "A"): 19, ("B", "A"): 1}))
    cautioned = {
        (w.code, w.zh.split("”")[0].strip("“"))
        for w in found.warnings
        if w.code in ("small-base", "near-ceiling")
    }
    assert ("small-base", "一题") in cautioned
    assert ("near-ceiling", "一题") in cautioned
    assert not {name for _, name in cautioned} & {"单题满意率"}  # Clopper–Pearson holds its 95% at any n


def test_a_census_needs_no_caution() -> None:
    found = report(rows({("A", "A"): 19, ("B", "A"): 1}), "{size: 20}")
    assert not {w.code for w in found.warnings} & {"small-base", "near-ceiling"}
