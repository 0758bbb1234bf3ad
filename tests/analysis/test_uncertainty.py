"""How sure a score is: chances by enumeration, tiers and limits by hand, readings of the rules that leave something open."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis import Estimate, intervals
from analysis.scoring import branch_at
from analysis.uncertainty import certainty, chance
from questionnaires.model import Indicator, Questionnaire
from tests.analysis import random_surveys, surveys

R = surveys.reference("r-survey-reference.json")


def mean_of(value: float, error: float, df: int) -> Estimate:
    return Estimate(
        value=value, exact=Fraction(repr(value)), standard_error=error, n=df + 1, method="logit-t, fpc",
        interval=intervals.logit_t(value, error, df), df=df,
    )  # fmt: skip


def heads(successes: int, n: int, population: int | None) -> Estimate:
    return Estimate(
        value=successes / n, exact=Fraction(successes, n), standard_error=0.01, n=n,
        interval=intervals.share(successes, n, population), method="hypergeometric" if population else "clopper-pearson",
    )  # fmt: skip


def probability(estimate: Estimate, target: Fraction, population: int | None = None) -> float:
    found = chance(estimate, target, population)
    assert found is not None
    return found.probability


ZHIFU = mean_of(
    R["means"]["b_srs_fpc"]["composite"]["mean"] / 100, R["means"]["b_srs_fpc"]["composite"]["se"] / 100, 52
)


def test_the_lower_limit_is_met_with_97_point_5_percent() -> None:
    assert ZHIFU.interval is not None
    assert probability(ZHIFU, Fraction(repr(ZHIFU.interval[0]))) == pytest.approx(0.975)
    assert probability(ZHIFU, Fraction(repr(ZHIFU.interval[1]))) == pytest.approx(0.025)


def test_the_zhifu_target_of_90_by_hand() -> None:
    # m 0.851321, se 0.010484: t = (1.745237 − 2.197225) × 0.126573 ÷ 0.010484 = −5.460 on 52
    m, se = 0.85132075471698113, R["means"]["b_srs_fpc"]["composite"]["se"] / 100
    t = (math.log(m / (1 - m)) - math.log(9)) * m * (1 - m) / se
    assert t == pytest.approx(-5.460, abs=0.001)
    assert probability(ZHIFU, Fraction(9, 10)) == pytest.approx(student.cdf(t, 52))


@pytest.mark.parametrize("target", [Fraction(1, 2), Fraction(9, 10), Fraction(1), Fraction(1, 3)])
@pytest.mark.parametrize(
    ("successes", "n", "population"), [(49, 53, 60), (3, 4, 9), (4, 4, 9), (0, 4, 9), (53, 53, 1402)]
)
def test_a_share_of_heads_is_what_enumerating_every_population_gives(
    successes: int, n: int, population: int, target: Fraction
) -> None:
    ways = [math.comb(k, successes) * math.comb(population - k, n - successes) for k in range(population + 1)]
    expected = Fraction(sum(w for k, w in enumerate(ways) if k >= target * population), sum(ways))
    found = chance(heads(successes, n, population), target, population)
    assert found is not None
    assert found.probability == pytest.approx(float(expected), rel=1e-9, abs=1e-15)
    assert found.model == "uniform-hypergeometric"


def test_without_a_population_it_is_the_beta_law() -> None:
    # 1 of 1, uniform before: P(p ≥ 1/2) = 1 − 1/4
    assert probability(heads(1, 1, None), Fraction(1, 2)) == pytest.approx(0.75)


def test_a_huge_population_tends_to_the_beta_law() -> None:
    known = probability(heads(940, 1000, 10**8), Fraction(93, 100), 10**8)
    assert known == pytest.approx(probability(heads(940, 1000, None), Fraction(93, 100)), rel=1e-3)


@given(st.integers(1, 40), st.integers(0, 40), st.data())
def test_the_chance_falls_as_the_target_rises(n: int, unseen: int, data: st.DataObject) -> None:
    successes, population = data.draw(st.integers(0, n)), n + unseen
    found = [probability(heads(successes, n, population), Fraction(k, 20), population) for k in range(21)]
    assert all(0 <= p <= 1 for p in found)
    assert all(a >= b - 1e-12 for a, b in pairwise(found))
    assert found[0] == 1


def test_a_census_is_certain() -> None:
    estimate = Estimate(
        value=0.9, exact=Fraction(9, 10), standard_error=0.0, interval=(0.9, 0.9), n=10, method="census"
    )
    assert probability(estimate, Fraction(9, 10)) == 1
    assert probability(estimate, Fraction(91, 100)) == 0


def test_all_alike_gives_a_bound() -> None:
    def alike(value: Fraction) -> Estimate:
        return Estimate(
            value=float(value), exact=value, standard_error=0.0, interval=(0.0, 1.0), n=10, method="all-alike"
        )

    above, below = (
        chance(alike(Fraction(4, 5)), Fraction(3, 5)),
        chance(alike(Fraction(4, 5)), Fraction(9, 10)),
    )
    assert above is not None
    assert above.bound == "at-least"
    assert above.probability == pytest.approx(1 - 0.75**11)
    assert below is not None
    assert below.bound == "at-most"
    assert below.probability == pytest.approx(0.5**11)


def test_nothing_is_said_of_nothing() -> None:
    none = Estimate(value=None, exact=None, standard_error=None, interval=None, n=0, method="no-answers")
    tallied = Estimate(
        value=0.5, exact=Fraction(1, 2), standard_error=None, interval=None, n=5, method="no-joint-answers"
    )
    assert chance(none, Fraction(1, 2)) is None
    assert chance(tallied, Fraction(1, 2)) is None


# --- tiers, limits, readings ---------------------------------------------------------------------------------------


def test_the_zhifu_score_touches_one_tier_and_is_4_87_below_the_target(zhifu: Questionnaire) -> None:
    heads_ = heads(257, 265, None)
    measures = dict.fromkeys(zhifu.measures, heads_) | {"satisfaction": ZHIFU}
    found = certainty(zhifu, "satisfaction", measures)
    (tiers,) = found.tiers
    assert len(tiers.touched) == 1
    assert tiers.up == 90 - (ZHIFU.exact or 0) * 100
    assert tiers.down == (ZHIFU.exact or 0) * 100 - 50
    assert found.chance is not None
    assert found.chance.probability < 1e-5


def test_the_readings_of_the_zhifu_rule_are_mean_and_heads(zhifu: Questionnaire) -> None:
    measures = dict.fromkeys(zhifu.measures, heads(257, 265, None)) | {"satisfaction": ZHIFU}
    found = certainty(zhifu, "satisfaction", measures)
    scores = {(r.measure, r.rounded): r.score for r in found.readings}
    assert scores["satisfaction", True] == Fraction(8513, 1000)
    assert scores["satisfied_heads", False] == 10
    assert found.readings_differ
    assert [r.is_chosen for r in found.readings].count(True) == 1


def test_a_deduction_of_part_of_a_step_has_three_readings() -> None:
    # 火炬开发区 policy report: 满意度≥90% 满分，每降低 1% 扣 0.1 分；88.01: 7.801, 7.9, 7.8 (research/domain.md)
    branches = [
        {"at_least": "90", "then": "full"},
        {"below": "90", "then": {"deduct": {"start": "90", "per": "1", "points": "0.1", "step": "complete"}}},
    ]
    indicator = {
        "title": "满意度",
        "points": "8",
        "measure": "satisfaction",
        "branches": branches,
        "target": "90",
    }
    questionnaire = surveys.shipped("zhifu-2022").model_copy(
        update={"indicators": {"s": Indicator.model_validate(indicator)}}
    )
    found = certainty(questionnaire, "s", dict.fromkeys(questionnaire.measures, mean_of(0.8801, 0.01, 52)))
    scores = {r.step: r.score for r in found.readings if not r.rounded}
    assert scores == {
        "continuous": Fraction("7.801"),
        "complete": Fraction("7.9"),
        "started": Fraction("7.8"),
    }
    assert [r.step for r in found.readings if r.is_chosen] == ["complete"]
    assert found.result.score == Fraction("7.9")


def test_89_995_rounds_up_to_the_target(zhifu: Questionnaire) -> None:
    found = certainty(zhifu, "satisfaction", dict.fromkeys(zhifu.measures, mean_of(0.89995, 0.01, 52)))
    scores = {r.rounded: r.score for r in found.readings if r.measure == "satisfaction"}
    assert scores == {False: Fraction("8.9995"), True: Fraction(10)}


def test_on_a_limit_the_distance_is_0_on_the_side_it_belongs_not_to(zhifu: Questionnaire) -> None:
    found = certainty(zhifu, "satisfaction", dict.fromkeys(zhifu.measures, mean_of(0.9, 0.01, 52)))
    assert found.tiers[0].down == 0
    assert found.tiers[0].up is None


@given(random_surveys.indicators(), st.integers(1, 199), st.floats(0.001, 0.2))
def test_the_tiers_touched_hold_every_value_of_the_interval(
    indicator: Indicator, halves: int, error: float
) -> None:
    questionnaire = surveys.shipped("zhifu-2022").model_copy(update={"indicators": {"x": indicator}})
    estimate = mean_of(halves / 200, error, 9)
    (tiers,) = certainty(questionnaire, "x", {"m": estimate}).tiers
    assert estimate.interval is not None
    low, high = (Fraction(repr(end)) * 100 for end in estimate.interval)
    for step in range(33):
        branch = branch_at(indicator, low + (high - low) * step / 32)
        assert (indicator.branches or ()).index(branch) in tiers.touched
