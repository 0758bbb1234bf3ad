"""Tests between groups: design-based t, rank and Rao–Scott χ², their unweighted kin, and Holm's correction.

Variances are those of `design.Design`, linearised for stratified samples of persons with or without fitted weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, fdtrc, ndtr, stdtr, stdtrit

from analysis.design import Design

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

MOST_TABLES = 200_000
"""Fisher's test lists every table with the same totals; beyond so many it gives none."""


@dataclass(frozen=True, kw_only=True)
class Test:
    """A test's statistic, its degrees of freedom and p; `difference` and `interval` where it compares two means.

    `p_holm` is p corrected for how many were made together.
    """

    method: str
    statistic: float
    df: tuple[float, ...]
    p: float
    difference: float | None = None
    interval: tuple[float, float] | None = None
    p_holm: float | None = None


def sampled(
    counts: Sequence[int],
    weights: Sequence[float] | None = None,
    strata: Sequence[str] | None = None,
    people: Mapping[str, int] | None = None,
) -> Design:
    """Return a design; without weights each person stands for one, without strata there is one, `""`, `people` may name.

    Raises ValueError for lists of different lengths, and for counts and weights that are not above 0.
    """
    named = list(strata) if strata is not None else [""] * len(counts)
    each = list(weights) if weights is not None else [1.0] * len(counts)
    names = sorted(set(named))
    return Design(
        count=np.array(counts, dtype=np.float64), weight=np.array(each, dtype=np.float64),
        stratum=np.array([names.index(name) for name in named], dtype=np.intp),
        population=np.array([(people or {}).get(name, math.inf) for name in names], dtype=np.float64),
    )  # fmt: skip


def covariance(design: Design, influences: Floats) -> Floats | None:
    """Return the covariance of figures from their influences, one row a case and one column a figure; None if unknown."""
    if len(design.lonely_strata):
        return _polarised(design, influences)
    z = influences * design.weight[:, None]
    for adjustment in design.adjustments:
        z = np.stack([adjustment.residuals(column, design.count, design.weight) for column in z.T], axis=1)
    total = np.zeros((z.shape[1],) * 2)
    for at in np.flatnonzero(design.sizes > 1):
        rows, n = design.stratum == at, float(design.sizes[at])
        apart = z[rows] - design.count[rows] @ z[rows] / n
        total += float(design.unseen[at]) * n / (n - 1) * (apart * design.count[rows, None]).T @ apart
    return total


def _polarised(design: Design, influences: Floats) -> Floats | None:
    """Return the covariance from variances alone, (V(a + b) − V(a − b)) ÷ 4, so that lonely strata are treated as there."""
    found = np.zeros((influences.shape[1],) * 2)
    for i, j in combinations_with_replacement(range(len(found)), 2):
        plus, minus = (design.variance(influences[:, i] + side * influences[:, j]) for side in (1, -1))
        if plus is None or minus is None:
            return None
        found[i, j] = found[j, i] = (plus - minus) / 4
    return found


def t_test(y: Floats, second: NDArray[np.bool_], design: Design, level: float = 0.95) -> Test | None:
    """Return the design-based t test of the mean of the second group less that of the first; None if there is no variance.

    R `survey` svyttest: the slope of a weighted regression on the group, df = degf − 1.
    """
    return _contrast(y, second, design, "design-t", level)


def rank_test(
    y: Floats, second: NDArray[np.bool_], design: Design, *, ties: Literal["middle", "row-order"] = "middle"
) -> Test | None:
    """Return the design-based rank test (Lumley and Scott 2013, *Biometrika* 100; R `survey` svyranktest, wilcoxon).

    Each value is replaced by its estimated rank in the population over its size, ties at their middle. "row-order"
    does with ties what R does, which depends on the order of the rows where tied rows have unequal weights.
    """
    found = ranks(y, (design.count * design.weight)) if ties == "middle" else _ranks_in_row_order(y, design)
    return _contrast(found, second, design, "design-rank", None)


def ranks(y: Floats, weights: Floats) -> Floats:
    """Return each value's middle rank as a share of 1: (weight below + half the weight of its equals) ÷ all."""
    _, at = np.unique(y, return_inverse=True)
    ties = np.bincount(at, weights=weights)
    below = np.cumsum(ties) - ties / 2
    found: Floats = below[at] / weights.sum()
    return found


def _ranks_in_row_order(y: Floats, design: Design) -> Floats:
    """Return R's ranks: the plain mean, over tied persons, of the weight before each plus half its own."""
    order, (_, at) = np.argsort(y, kind="stable"), np.unique(y, return_inverse=True)
    middle = np.empty_like(y)
    middle[order] = (
        np.cumsum((design.count * design.weight)[order]) - (design.count * design.weight)[order] / 2
    )
    sums = np.bincount(at, weights=design.count * middle)
    found: Floats = (sums / np.bincount(at, weights=design.count))[at] / (design.count * design.weight).sum()
    return found


def _contrast(
    y: Floats, second: NDArray[np.bool_], design: Design, method: str, level: float | None
) -> Test | None:
    sides = (~second, second)
    sums = [float((design.count * design.weight)[side].sum()) for side in sides]
    if not all(sums) or design.df < 2:
        return None
    means = [
        float((design.count * design.weight)[side] @ y[side]) / total
        for side, total in zip(sides, sums, strict=True)
    ]
    z = np.where(second, (y - means[1]) / sums[1], -(y - means[0]) / sums[0])
    return linear_t(means[1] - means[0], z, design, method, level)


def linear_t(
    difference: float, z: Floats, design: Design, method: str = "design-t", level: float | None = 0.95
) -> Test | None:
    """Return the t test of a difference from each case's linearised contribution to it; None if there is no variance."""
    variance = design.variance(z)
    if variance is None or design.df < 2 or variance <= 1e-24 * (1 + difference**2):
        return None
    return _t(difference, math.sqrt(variance), design.df - 1, method, level)


def _t(difference: float, error: float, df: float, method: str, level: float | None) -> Test:
    half = None if level is None else float(stdtrit(df, 0.5 + level / 2)) * error
    return Test(
        method=method, statistic=difference / error, df=(df,), p=2 * float(stdtr(df, -abs(difference / error))),
        difference=difference, interval=None if half is None else (difference - half, difference + half),
    )  # fmt: skip


# --- independence of two classifications ---------------------------------------------------------------------------


def rao_scott(rows: Whole, columns: Whole, design: Design) -> tuple[Test, Test] | None:
    """Return Pearson's χ² of a weighted two-way table, corrected for the design: the F and the χ² form.

    Rao and Scott 1984 (*Ann. Statist.* 12), second and first order; R `survey` svychisq statistic="F" and "Chisq". With Δ the
    generalised design effects of the independence contrasts, F = X² ÷ tr Δ on (d, d · degf), d = (tr Δ)² ÷ tr Δ². A row or
    column of −1 is outside. Rows and columns nobody is in are left out; None with fewer than two of either.
    """
    inside = (rows >= 0) & (columns >= 0)
    at, (r, c) = _cells(rows, columns, inside)
    if r < 2 or c < 2 or design.df < 1:
        return None
    indicators = (at[:, None] == np.arange(r * c)).astype(np.float64)
    weight = design.count * design.weight * inside
    shares = weight @ indicators / weight.sum()
    variance = covariance(design, (indicators - shares) * inside[:, None] / weight.sum())
    if variance is None:
        return None
    n = float(design.count[inside].sum())
    contrasts = _independence(r, c) / np.where(shares > 0, shares, np.inf)[:, None]
    plain = _independence(r, c).T @ contrasts / n
    if np.linalg.matrix_rank(plain) < len(plain):
        return None
    delta: Floats = np.linalg.solve(plain, contrasts.T @ variance @ contrasts).astype(np.float64)
    return _corrected(_pearson(shares.reshape(r, c)) * n, delta, design.df)


def _cells(rows: Whole, columns: Whole, inside: NDArray[np.bool_]) -> tuple[Whole, tuple[int, int]]:
    """Return the cell of each case in the table of used rows and columns (−1 outside), and its size."""
    (used, of_row), (others, of_column) = (
        np.unique(each[inside], return_inverse=True) for each in (rows, columns)
    )
    at = np.full(len(rows), -1, dtype=np.intp)
    at[inside] = of_row * len(others) + of_column
    return at, (len(used), len(others))


def _corrected(x2: float, delta: Floats, df: int) -> tuple[Test, Test] | None:
    trace, square = float(np.trace(delta)), float(np.trace(delta @ delta))
    if trace <= 0 or square <= 0:
        return None
    d, k = trace**2 / square, len(delta)
    return (
        Test(
            method="rao-scott-F", statistic=x2 / trace, df=(d, d * df), p=float(fdtrc(d, d * df, x2 / trace))
        ),
        Test(method="rao-scott-chi2", statistic=x2, df=(float(k),), p=float(chdtrc(k, x2 / (trace / k)))),
    )


def _independence(r: int, c: int) -> Floats:
    """Return contrasts of the cells that are at right angles to the rows' and the columns' main effects."""
    row, column = (np.eye(size)[:, 1:] - 1 / size for size in (r, c))
    found: Floats = np.kron(row, column).astype(np.float64)
    return found


def _pearson(shares: Floats) -> float:
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    return float(((shares - expected) ** 2 / expected).sum())


def pearson(table: Sequence[Sequence[int]]) -> Test | None:
    """Return Pearson's χ² of a table of counts, without weights; None with fewer than two rows or columns in use."""
    counts = np.array(table, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return None
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    x2 = _pearson(counts / counts.sum()) * float(counts.sum())
    return Test(method="pearson", statistic=x2, df=(float(df),), p=float(chdtrc(df, x2)))


def fisher(table: Sequence[Sequence[int]], most: int = MOST_TABLES) -> Fraction | None:
    """Return the exact p of Fisher's test: the share of tables with these totals that are no likelier; None if too many.

    Fisher 1935; Freeman and Halton 1951 for more than two rows or columns. Nothing random: every table is visited.
    """
    columns = [list(column) for column in zip(*table, strict=True)]
    rows = [sum(row) for row in table]
    seen = _ways(rows, columns)
    total = likely = 0
    for visited, ways in enumerate(_all_ways(rows, [sum(column) for column in columns])):
        if visited >= most:
            return None
        total += ways
        likely += ways if ways <= seen else 0
    return Fraction(likely, total)


def _ways(rows: Sequence[int], columns: Sequence[Sequence[int]]) -> int:
    left, ways = list(rows), 1
    for column in columns:
        ways *= math.prod(map(math.comb, left, column))
        left = [have - taken for have, taken in zip(left, column, strict=True)]
    return ways


def _all_ways(left: Sequence[int], totals: Sequence[int]) -> Iterator[int]:
    """Yield, for each table with these totals, in how many ways the respondents could fill it."""
    if len(totals) == 1:
        yield 1  # the last column is what is left
        return
    for column in _fillings(left, totals[0]):
        own = math.prod(map(math.comb, left, column))
        rest = [have - taken for have, taken in zip(left, column, strict=True)]
        yield from (own * ways for ways in _all_ways(rest, totals[1:]))


def _fillings(left: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    if len(left) == 1:
        yield (total,)
        return
    room = sum(left[1:])
    for first in range(max(0, total - room), min(left[0], total) + 1):
        yield from ((first, *rest) for rest in _fillings(left[1:], total - first))


# --- without weights, as textbooks have them -----------------------------------------------------------------------


def _two(
    y: Floats, second: NDArray[np.bool_], counts: Floats
) -> tuple[list[float], list[float], list[float]] | None:
    """Return n, mean and variance of the first and the second group."""
    n, means, variances = [], [], []
    for side in (~second, second):
        weight, value = counts[side], y[side]
        size = float(weight.sum())
        if size < 2:
            return None
        mean = float(weight @ value) / size
        n.append(size)
        means.append(mean)
        variances.append(float(weight @ (value - mean) ** 2) / (size - 1))
    return (n, means, variances) if sum(variances) > 1e-18 else None


def welch(y: Floats, second: NDArray[np.bool_], counts: Floats, level: float = 0.95) -> Test | None:
    """Return Welch's t test of the second mean less the first (Welch 1947, *Biometrika* 34)."""
    found = _two(y, second, counts)
    if found is None:
        return None
    (n0, n1), means, (v0, v1) = found
    a, b = v0 / n0, v1 / n1
    df = (a + b) ** 2 / (a**2 / (n0 - 1) + b**2 / (n1 - 1))
    return _t(means[1] - means[0], math.sqrt(a + b), df, "welch", level)


def student(y: Floats, second: NDArray[np.bool_], counts: Floats, level: float = 0.95) -> Test | None:
    """Return Student's t test with one variance for both groups."""
    found = _two(y, second, counts)
    if found is None:
        return None
    (n0, n1), means, (v0, v1) = found
    pooled = ((n0 - 1) * v0 + (n1 - 1) * v1) / (n0 + n1 - 2)
    error = math.sqrt(pooled * (1 / n0 + 1 / n1))
    return _t(means[1] - means[0], error, n0 + n1 - 2, "student", level)


def mann_whitney(y: Floats, second: NDArray[np.bool_], counts: Floats) -> Test | None:
    """Return the Mann–Whitney test with corrections for continuity and ties (R wilcox.test, exact=FALSE).

    The statistic is W, in how many pairs the first group's value is the larger, ties a half.
    """
    middle, ties = ranks(y, counts) * counts.sum() + 0.5, _ties(y, counts)
    n0, n1 = float(counts[~second].sum()), float(counts[second].sum())
    n = n0 + n1
    spread = n0 * n1 / 12 * ((n + 1) - ties / (n * (n - 1))) if n0 and n1 else 0.0
    if spread <= 0:
        return None
    w = float(counts[~second] @ middle[~second]) - n0 * (n0 + 1) / 2
    apart = w - n0 * n1 / 2
    z = (apart - math.copysign(0.5, apart) if apart else 0.0) / math.sqrt(spread)
    return Test(method="mann-whitney", statistic=w, df=(), p=min(1.0, 2 * float(ndtr(-abs(z)))))


def kruskal(y: Floats, groups: Whole, counts: Floats) -> Test | None:
    """Return the Kruskal–Wallis test of any number of groups, corrected for ties (1952, *JASA* 47)."""
    middle, ties = ranks(y, counts) * counts.sum() + 0.5, _ties(y, counts)
    sizes = np.bincount(groups, weights=counts)
    used, n = sizes > 0, float(counts.sum())
    if used.sum() < 2 or ties >= n**3 - n:
        return None
    sums = np.bincount(groups, weights=counts * middle)[used]
    h = (12 / (n * (n + 1)) * float((sums**2 / sizes[used]).sum()) - 3 * (n + 1)) / (1 - ties / (n**3 - n))
    df = float(used.sum() - 1)
    return Test(method="kruskal", statistic=h, df=(df,), p=float(chdtrc(df, h)))


def _ties(y: Floats, counts: Floats) -> float:
    tied = np.bincount(np.unique(y, return_inverse=True)[1], weights=counts)
    return float((tied**3 - tied).sum())


def holm(p: Sequence[float]) -> list[float]:
    """Return p corrected for how many tests were made: the k-th smallest times (m − k + 1), never falling (Holm 1979)."""
    order = sorted(range(len(p)), key=p.__getitem__)
    corrected = [min(1.0, p[at] * (len(p) - place)) for place, at in enumerate(order)]
    for place, (before, here) in enumerate(pairwise(corrected), start=1):
        corrected[place] = max(before, here, corrected[place - 1])
    return [value for _, value in sorted(zip(order, corrected, strict=True))]
