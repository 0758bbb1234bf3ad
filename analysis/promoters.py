"""Net promoter score of a 0–10 rating: the share of 9 and 10 less that of 0 to 6, with an interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analysis import intervals

PROMOTERS, DETRACTORS = ("9", "10"), ("0", "1", "2", "3", "4", "5", "6")


@dataclass(frozen=True, kw_only=True)
class NetPromoters:
    """The score from −1 to 1 (times 100 as it is printed), what it is made of, and its interval; None if unknown."""

    score: Fraction | None
    promoters: int
    detractors: int
    n: int
    standard_error: float | None
    interval: tuple[float, float] | None
    method: str


def net_promoters(
    counts: Mapping[str, int], population: int | None = None, level: float = 0.95
) -> NetPromoters:
    """Return the net promoter score (Reichheld 2003) of counts by rating.

    It is 2 m − 1 with m the mean of 1 for a promoter, ½ for a passive, 0 for a detractor; so its interval is that of a mean
    between 0 and 1: logit-t with finite population correction. Raises ValueError for ratings that are not "0" to "10".
    """
    wrong = [code for code in counts if code not in {str(r) for r in range(11)}]
    if wrong:
        raise ValueError(f"ratings ({', '.join(wrong)}) must be whole numbers from 0 to 10")
    n, up, down = (
        sum(counts.values()),
        *(sum(counts.get(c, 0) for c in codes) for codes in (PROMOTERS, DETRACTORS)),
    )
    score = Fraction(up - down, n) if n else None
    error, interval, method = _spread(score, up + down, n, population, level)
    return NetPromoters(
        score=score,
        promoters=up,
        detractors=down,
        n=n,
        standard_error=error,
        interval=interval,
        method=method,
    )


def _spread(
    score: Fraction | None, decided: int, n: int, population: int | None, level: float
) -> tuple[float | None, tuple[float, float] | None, str]:
    if score is None:
        return None, None, "no-answers"
    if population is not None and population <= n:
        return 0.0, (float(score), float(score)), "census"
    if n < 2:
        return None, None, "single-answer"
    variance = Fraction(decided, n) - score**2
    if not variance:
        low = (
            2 * intervals.share(n, n, population, level)[0] - 1
        )  # at least so many are like all who were seen
        same = {1: (low, 1.0), -1: (-1.0, -low)}.get(int(score), (-(1 - low) / 2, (1 - low) / 2))
        return 0.0, same, "all-alike"
    unseen = 1.0 if population is None else 1 - n / population
    error = math.sqrt(unseen * float(variance) / (n - 1))
    low, high = intervals.logit_t(float(1 + score) / 2, error / 2, n - 1, level)
    return error, (2 * low - 1, 2 * high - 1), "logit-t" if population is None else "logit-t, fpc"
