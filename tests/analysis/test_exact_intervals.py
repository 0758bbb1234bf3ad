"""Exact intervals of a share: brute force in whole numbers, scipy, and the values of research (statistics.md §5b)."""

from __future__ import annotations

import math
import time
from fractions import Fraction
from functools import cache

import pytest
from scipy.stats import hypergeom

from analysis import intervals
from surveyapp import present

TAIL = Fraction(1, 40)


@cache
def ways(x: int, n: int, population: int, k: int) -> int:
    return math.comb(k, x) * math.comb(population - k, n - x)


def by_brute_force(x: int, n: int, population: int) -> tuple[float, float]:
    """Return the interval by its definition: every K for which neither tail is 2.5% or less, in whole numbers."""
    drawn = math.comb(population, n)
    kept = [
        k
        for k in range(x, population - n + x + 1)
        if sum(ways(i, n, population, k) for i in range(x, min(n, k) + 1)) > TAIL * drawn
        and sum(ways(i, n, population, k) for i in range(max(0, n - population + k), x + 1)) > TAIL * drawn
    ]
    return min(kept) / population, max(kept) / population


@pytest.mark.parametrize("population", [*range(1, 17), 40, 60])
def test_the_hypergeometric_interval_is_the_definition_s(population: int) -> None:
    sizes = range(1, population + 1) if population < 20 else (5, population // 2, population - 7, population)
    for n in sizes:
        for x in range(n + 1):
            assert intervals.hypergeometric(x, n, population) == by_brute_force(x, n, population)


@pytest.mark.parametrize(("n", "x"), [(53, 49), (53, 53), (53, 51), (20, 18), (200, 197)])
def test_it_is_the_definition_s_for_1402_people(n: int, x: int) -> None:
    assert intervals.hypergeometric(x, n, 1402) == by_brute_force(x, n, 1402)


def test_a_tail_of_exactly_a_fortieth_is_decided_in_whole_numbers() -> None:
    # 39 of 40 people asked, all 39 satisfied: if the last one is not, P = 1/40 exactly, which is not above 2.5%
    assert intervals.hypergeometric(39, 39, 40) == (1.0, 1.0)


# statistics.md §5b; 49 of 53 in 1,402 was confirmed there with R phyper
@pytest.mark.parametrize(
    ("x", "population", "printed"),
    [
        (49, 1402, "82.03%–97.79%"),
        (53, 1402, "93.44%–100.00%"),
        (49, 60, "88.33%–93.33%"),
        (53, 60, "98.33%–100.00%"),
        (49, None, "81.79%–97.91%"),  # Clopper–Pearson, statsmodels 0.15
        (53, None, "93.28%–100.00%"),
    ],
)
def test_shares_of_53_print_as_measured(x: int, population: int | None, printed: str) -> None:
    assert present.percent_range(intervals.share(x, 53, population)) == printed


def test_everybody_asked_leaves_one_point() -> None:
    assert intervals.hypergeometric(13, 13, 13) == (1.0, 1.0)
    assert intervals.hypergeometric(5, 13, 13) == (5 / 13, 5 / 13)


@pytest.mark.parametrize(("population", "n"), [(30, 12), (60, 53), (25, 24), (13, 10)])
def test_the_hypergeometric_interval_covers_every_population_in_95_of_100_samples(
    population: int, n: int
) -> None:
    """By enumeration: for each true number K, the samples whose interval holds K, over all samples."""
    found = [intervals.hypergeometric(x, n, population) for x in range(n + 1)]
    for k in range(population + 1):
        outcomes = range(max(0, n - population + k), min(n, k) + 1)
        covering = sum(
            ways(x, n, population, k) for x in outcomes if found[x][0] <= k / population <= found[x][1]
        )
        assert Fraction(covering, math.comb(population, n)) >= Fraction(19, 20), k


@pytest.mark.parametrize(("population", "n", "x"), [(100_000, 2000, 1900), (50_000, 30_000, 29_990)])
def test_large_populations_agree_with_scipy(population: int, n: int, x: int) -> None:
    low, high = (round(end * population) for end in intervals.hypergeometric(x, n, population))
    tail = 0.025
    assert hypergeom.sf(x - 1, population, low, n) > tail >= hypergeom.sf(x - 1, population, low - 1, n)
    assert hypergeom.cdf(x, population, high, n) > tail >= hypergeom.cdf(x, population, high + 1, n)


@pytest.mark.parametrize(("n", "x"), [(1_000_000, 924_528), (5_000_000, 4_600_000), (53, 49), (9_999_999, 7)])
def test_ten_million_people_take_no_time_and_give_a_sane_interval(n: int, x: int) -> None:
    population = 10_000_000
    start = time.process_time()
    low, high = intervals.hypergeometric(x, n, population)
    assert time.process_time() - start < 2
    assert 0 <= low <= x / n + 1 / population
    assert x / n - 1 / population <= high <= 1
    if (
        1000 < n < population - 1000
    ):  # a normal law is good enough there: half width 1.96 se with the correction
        half = 1.959964 * math.sqrt((1 - n / population) * (x / n) * (1 - x / n) / n)
        assert (high - low) / 2 == pytest.approx(half, rel=0.02)


def test_clopper_pearson_reaches_0_and_1_at_the_ends() -> None:
    # none or all of n: the other limit is 1 − 0.025^(1/n), by hand
    low, high = intervals.clopper_pearson(0, 20)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 20), rel=1e-12)
    assert intervals.clopper_pearson(20, 20) == pytest.approx((0.025 ** (1 / 20), 1.0), rel=1e-12)


@pytest.mark.parametrize("mean", [0.0, 1.0, -0.1, 1.5])
def test_the_logit_interval_refuses_a_mean_at_an_end(mean: float) -> None:
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        intervals.logit_t(mean, 0.1, 10)


def test_the_logit_interval_stays_within_0_and_1_for_any_standard_error() -> None:
    for error in (1e-300, 0.01, 10.0, 1e6):
        low, high = intervals.logit_t(0.97, error, 1)
        assert 0 <= low <= 0.97 + 1e-15
        assert 0.97 - 1e-15 <= high <= 1


@pytest.mark.parametrize(("x", "n", "population"), [(3, 2, 10), (-1, 2, 10), (0, 0, 10), (1, 5, 4)])
def test_impossible_counts_are_refused_by_name(x: int, n: int, population: int) -> None:
    with pytest.raises(ValueError, match=r"successes|population"):
        intervals.share(x, n, population)
