"""Confidence intervals by the methods whose coverage was measured; see docs/methods.md for the choice.

Everything is a share of 1. `n` answers out of a population of `population` people (None: unknown or unlimited).
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from scipy.special import betaincinv, stdtrit

Interval = tuple[float, float]

_EXACT_UP_TO = 10_000
"""Populations for which a probability next to the tail's is decided in whole numbers, so that no machine differs."""


def logit_t(mean: float, standard_error: float, df: int, level: float = 0.95) -> Interval:
    """Return the t interval on the logit scale for a mean between 0 and 1.

    logit(m) ± t(df) · se ÷ (m (1 − m)), turned back; it never leaves [0, 1]. R `survey`: svyciprop(method="xlogit").
    Raises ValueError unless 0 < mean < 1 and df ≥ 1.
    """
    if not 0 < mean < 1:
        raise ValueError(f"mean ({mean}) must lie strictly between 0 and 1")
    if df < 1:
        raise ValueError(f"df ({df}) must be at least 1")
    t = float(stdtrit(df, 0.5 + level / 2))
    centre, half = math.log(mean / (1 - mean)), t * standard_error / (mean * (1 - mean))
    return _expit(centre - half), _expit(centre + half)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def share(successes: int, n: int, population: int | None, level: float = 0.95) -> Interval:
    """Return the exact interval of a share: hypergeometric in a known population, else Clopper–Pearson.

    Raises ValueError unless 0 ≤ successes ≤ n, n ≥ 1 and n ≤ population.
    """
    if population is None:
        return clopper_pearson(successes, n, level)
    return hypergeometric(successes, n, population, level)


def clopper_pearson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Return the exact binomial interval of successes ÷ n (Clopper and Pearson 1934)."""
    _check(successes, n)
    tail = (1 - level) / 2
    low = float(betaincinv(successes, n - successes + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return low, high


def hypergeometric(successes: int, n: int, population: int, level: float = 0.95) -> Interval:
    """Return the exact interval of the share of `population` when n were drawn without replacement.

    The lower limit is the smallest number K of successes in the population for which seeing this many or more still
    has a probability above (1 − level) ÷ 2; the upper limit likewise. A point when n is the population.
    """
    _check(successes, n)
    if population < n:
        raise ValueError(f"population ({population}) must not be smaller than n ({n})")
    tail = (1 - Fraction(repr(level))) / 2
    low = _fewest(successes, n, population, tail)
    high = population - _fewest(n - successes, n, population, tail)
    return low / population, high / population


def _fewest(successes: int, n: int, population: int, tail: Fraction) -> int:
    """Return the smallest K with P(X ≥ successes | K) > tail, by bisection (the probability rises with K)."""
    low, high = successes, population - (n - successes)
    while low < high:
        middle = (low + high) // 2
        if _is_likely(successes, n, population, middle, tail):
            high = middle
        else:
            low = middle + 1
    return low


def _is_likely(successes: int, n: int, population: int, k: int, tail: Fraction) -> bool:
    """Say whether P(X ≥ successes) > tail for X hypergeometric with k successes in the population."""
    if successes * population <= n * k:
        return True  # the median of X is no less than its mean rounded down
    probability, limit = _at_least(successes, n, population, k), float(tail)
    if abs(probability - limit) > 1e-9 * limit or population > _EXACT_UP_TO:
        return probability > limit
    ways = sum(math.comb(k, x) * math.comb(population - k, n - x) for x in range(successes, min(n, k) + 1))
    return ways > tail * math.comb(population, n)


def _at_least(successes: int, n: int, population: int, k: int) -> float:
    """Return P(X ≥ successes) for successes above the mean: the first term times the sum of the terms' ratios."""
    # beyond the mean the terms fall at least like those of a normal law of standard deviation √n ÷ 2
    last = min(n, k, successes + 100 + 6 * math.isqrt(n))
    x = np.arange(successes, last, dtype=np.float64)
    ratios = (k - x) * (n - x) / ((x + 1) * (population - k - n + x + 1))
    first = (
        _log_choose(k, successes) + _log_choose(population - k, n - successes) - _log_choose(population, n)
    )
    return math.exp(first) * (1 + float(np.cumprod(ratios).sum()))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _check(successes: int, n: int) -> None:
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"successes ({successes}) must lie between 0 and n ({n}), and n must be at least 1")
