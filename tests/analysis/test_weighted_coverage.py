"""Coverage of intervals for a stratified share by enumerating every sample: 28 of 1,138 and 25 of 262 people.

The expected figures are those of shared/research/statistics.md, §5b (exact, 29 × 26 outcomes; percent, one decimal).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy.stats import hypergeom

from analysis import intervals
from analysis.design import Design, mean

PEOPLE, ASKED = (1138, 262), (28, 25)
WEIGHT = tuple(people / asked for people, asked in zip(PEOPLE, ASKED, strict=True))


@cache
def known(yes: tuple[int, int]) -> intervals.Known:
    """Return what the interval is made from when so many of each stratum said yes."""
    counts = [yes[0], ASKED[0] - yes[0], yes[1], ASKED[1] - yes[1]]
    kept = [at for at in range(4) if counts[at]]
    design = Design(
        count=np.array([float(counts[at]) for at in kept]),
        weight=np.array([WEIGHT[at // 2] for at in kept]),
        stratum=np.array([at // 2 for at in kept], dtype=np.intp),
        population=np.array([float(people) for people in PEOPLE]),
    )
    found = mean(design, np.array([1.0 - at % 2 for at in kept]))
    assert found is not None
    assert found.standard_error is not None
    value = {0: 0.0, sum(ASKED): 1.0}.get(sum(yes), found.value)
    return intervals.Known(
        mean=value, standard_error=found.standard_error, n=53, df=found.df, fraction=design.least_fraction
    )


def coverage(method: Callable[[intervals.Known], intervals.Interval], shares: tuple[float, float]) -> float:
    """Return the percentage of samples whose interval holds the true share."""
    satisfied = [round(share * people) for share, people in zip(shares, PEOPLE, strict=True)]
    truth = sum(satisfied) / sum(PEOPLE)
    chances = [
        hypergeom.pmf(np.arange(asked + 1), people, yes, asked)
        for people, yes, asked in zip(PEOPLE, satisfied, ASKED, strict=True)
    ]
    total = 0.0
    for a in range(ASKED[0] + 1):
        for b in range(ASKED[1] + 1):
            low, high = method(known((a, b)))
            total += chances[0][a] * chances[1][b] * (low <= truth <= high)
    return 100 * total


@pytest.mark.parametrize(
    ("shares", "expected"), [((0.92, 0.92), 97.9), ((0.90, 0.97), 94.2), ((0.98, 0.98), 99.2)]
)
def test_korn_graubard_capped_covers_as_measured(shares: tuple[float, float], expected: float) -> None:
    assert coverage(intervals.korn_graubard, shares) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize(
    ("shares", "expected"), [((0.92, 0.92), 90.2), ((0.90, 0.97), 87.4), ((0.98, 0.98), 66.2)]
)
def test_wald_covers_as_little_as_measured(shares: tuple[float, float], expected: float) -> None:
    assert coverage(intervals.t_interval, shares) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize(
    ("shares", "expected"), [((0.92, 0.92), 89.7), ((0.90, 0.97), 93.3), ((0.98, 0.98), 99.2)]
)
def test_r_s_uncapped_beta_covers_as_measured(shares: tuple[float, float], expected: float) -> None:
    assert coverage(intervals.beta, shares) == pytest.approx(expected, abs=0.06)


def test_a_large_sampling_fraction_is_not_thrown_away() -> None:
    # 49 of 53 in 60: the cap is n ÷ (1 − f) = 454, not 53
    small = intervals.Known(mean=49 / 53, standard_error=0.0125, n=53, df=52, fraction=53 / 60)
    assert small.n_effective(capped=True) == pytest.approx(49 / 53 * 4 / 53 / 0.0125**2)
    assert small.n_effective(capped=True) > 53
    at_1 = intervals.Known(mean=1.0, standard_error=0.0, n=53, df=52, fraction=53 / 60)
    assert at_1.n_effective(capped=True) == pytest.approx(53 / (1 - 53 / 60))
    assert math.isclose(at_1.n_effective(capped=False), 53)
