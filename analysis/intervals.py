"""Confidence intervals by the methods whose coverage was measured; see docs/methods.md for the choice.

Everything is a share of 1. `n` answers out of a population of `population` people (None: unknown or unlimited).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.special import betaincinv, ndtri, stdtrit

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


@dataclass(frozen=True, kw_only=True)
class Known:
    """What an approximate interval is made from: a mean between 0 and 1, its standard error and what they rest on.

    `df` are the design's degrees of freedom, `fraction` the sampled share of the population (0: not known).
    """

    mean: float
    standard_error: float
    n: int
    df: int
    fraction: float = 0.0
    level: float = 0.95

    def n_effective(self, *, capped: bool) -> float:
        """Return m (1 − m) ÷ se² × (t(n − 1) ÷ t(df))² (Korn and Graubard 1998), n where the mean is 0 or 1.

        Capped: no more than n; from a sampled fraction of 5%, no more than n ÷ (1 − f), so that the correction for
        a finite population is not thrown away.
        """
        most = self.n / (1 - self.fraction) if LARGE_FRACTION <= self.fraction < 1 else float(self.n)
        if not 0 < self.mean < 1 or self.standard_error == 0:
            return most if capped else float(self.n)
        quantile = 0.5 + self.level / 2
        ratio = 1.0
        if self.n - 1 != self.df:
            ratio = float(stdtrit(self.n - 1, quantile)) / float(stdtrit(self.df, quantile))
        found = self.mean * (1 - self.mean) / self.standard_error**2 * ratio**2
        return min(found, most) if capped else found


LARGE_FRACTION = 0.05


def t_interval(known: Known) -> Interval:
    """Return m ± t(df) · se, cut to [0, 1] (R `survey`: confint with df, and svyciprop(method="mean"))."""
    half = float(stdtrit(known.df, 0.5 + known.level / 2)) * known.standard_error
    return max(known.mean - half, 0.0), min(known.mean + half, 1.0)


def logit_interval(known: Known) -> Interval:
    """Return the t interval on the logit scale, or the t interval for a mean of 0 or 1."""
    if not 0 < known.mean < 1:
        return t_interval(known)
    return logit_t(known.mean, known.standard_error, known.df, known.level)


def wilson(known: Known) -> Interval:
    """Return Wilson's interval with the effective n, capped."""
    return wilson_interval(known.mean, known.n_effective(capped=True), known.level)


def wilson_interval(share: float, n: float, level: float = 0.95) -> Interval:
    """Return the score interval of a share of n answers (Wilson 1927; Newcombe 1998, method 3)."""
    z = float(ndtri(0.5 + level / 2))
    centre, half = share + z**2 / (2 * n), z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    return (max(low, 0.0) if share > 0 else 0.0), (min(high, 1.0) if share < 1 else 1.0)


def korn_graubard(known: Known) -> Interval:
    """Return the Clopper–Pearson interval with the effective n, capped at n (Korn and Graubard 1998; NCHS rules)."""
    return _beta(known.mean, known.n_effective(capped=True), known.level)


def beta(known: Known) -> Interval:
    """Return Korn and Graubard's interval without the cap (R `survey`: svyciprop(method="beta"))."""
    return _beta(known.mean, known.n_effective(capped=False), known.level)


def _beta(mean: float, n: float, level: float) -> Interval:
    n = min(n, 1e15)  # beyond this the beta distribution is a point in floating point, and SciPy gives NaN
    tail, yes, no = (1 - level) / 2, n * mean, n * (1 - mean)
    low = float(betaincinv(yes, no + 1, tail)) if mean > 0 else 0.0
    high = float(betaincinv(yes + 1, no, 1 - tail)) if mean < 1 else 1.0
    return low, high


APPROXIMATE: Mapping[str, Callable[[Known], Interval]] = {
    "logit-t": logit_interval,
    "t": t_interval,
    "mean": t_interval,
    "wilson": wilson,
    "clopper-pearson": korn_graubard,
    "korn-graubard": korn_graubard,
    "beta": beta,
}
"""The methods that go by a standard error. `mean` is R's name for `t`; `clopper-pearson` of a weighted share or a mean
is Korn and Graubard's."""


def named(method: str, known: Known) -> Interval:
    """Return the interval by a method's name. Raises ValueError for an unknown one and for df below 1."""
    if method not in APPROXIMATE:
        raise ValueError(f"method ({method}) must be one of {', '.join(APPROXIMATE)}")
    if known.df < 1:
        raise ValueError(f"df ({known.df}) must be at least 1")
    low, high = APPROXIMATE[method](known)
    return min(max(low, 0.0), known.mean), max(min(high, 1.0), known.mean)


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
