"""Do the items measure one thing: Cronbach's α with its interval, α without each item, item–rest correlation.

A respondent who left one of the items empty is left out (list-wise). Rows may stand for several respondents (`counts`)
and carry case weights; α is then that of the population, as R `survey` svycralpha computes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ItemReliability:
    """One item: α of the others, and its correlation with their sum."""

    alpha_without: float | None
    item_rest: float | None


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Cronbach's α over some items; None with fewer than two items or respondents, or when nothing varies."""

    alpha: float | None
    interval: tuple[float, float] | None
    n: int
    items: Mapping[str, ItemReliability]
    level: float = 0.95
    method: str = "feldt"


def reliability(
    items: Sequence[str],
    values: Sequence[Sequence[float | None]],
    counts: Sequence[int] | None = None,
    weights: Sequence[float] | None = None,
    level: float = 0.95,
) -> Reliability:
    """Return the reliability of a sum of items.

    α = k ÷ (k − 1) · (1 − Σ s²_i ÷ s²_sum) (Cronbach 1951). Interval: 1 − (1 − α) F(n − 1, (n − 1)(k − 1)) at both tails
    (Feldt 1965); it assumes independent answers, so it is None with unequal weights. Raises ValueError for a level
    that is no probability.
    """
    if not 0 < level < 1:
        raise ValueError(f"level ({level}) must lie between 0 and 1")
    given, weight = counts or [1] * len(values), weights or [1.0] * len(values)
    kept = [at for at, row in enumerate(values) if None not in row]
    n = sum(given[at] for at in kept)
    matrix = np.array([values[at] for at in kept], dtype=np.float64).reshape(len(kept), len(items))
    whole = np.array([given[at] * weight[at] for at in kept], dtype=np.float64)
    covariance = _covariance(matrix, whole)
    alpha = _alpha(covariance) if n > 1 else None
    equal = len({weight[at] for at in kept}) <= 1
    return Reliability(
        alpha=alpha, n=n, level=level,
        interval=_feldt(alpha, n, len(items), level) if alpha is not None and equal else None,
        items={item: _item(covariance, at) for at, item in enumerate(items)} if n > 1 else {},
    )  # fmt: skip


def _covariance(matrix: Floats, weights: Floats) -> Floats:
    """Return Σ w (x − m)(x − m)ᵀ ÷ Σ w; the factor n ÷ (n − 1) cancels in everything made of it."""
    if not weights.sum():
        return np.zeros((matrix.shape[1],) * 2)
    share = weights / weights.sum()
    apart = matrix - share @ matrix
    found: Floats = (apart * share[:, None]).T @ apart
    return found


def _alpha(covariance: Floats) -> float | None:
    k, total = len(covariance), _of_sum(covariance)
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total) if k > 1 and total else None


def _of_sum(covariance: Floats) -> float:
    """Return the variance of the items' sum; 0 where it is no more than rounding leaves of items that cancel out."""
    total, apart = float(covariance.sum()), float(np.trace(covariance))
    return total if total > max(1e-18, 1e-12 * apart) else 0.0


def _feldt(alpha: float, n: int, k: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low, high = (1 - (1 - alpha) * float(fdtri(n - 1, (n - 1) * (k - 1), p)) for p in (1 - tail, tail))
    return low, high


def _item(covariance: Floats, at: int) -> ItemReliability:
    others = np.delete(np.arange(len(covariance)), at)
    rest = covariance[np.ix_(others, others)]
    product = float(covariance[at, at]) * _of_sum(rest) if len(rest) else 0.0
    return ItemReliability(
        alpha_without=_alpha(rest),
        item_rest=float(covariance[at, others].sum()) / product**0.5 if product > 1e-18 else None,
    )


def correlation(
    x: Sequence[float | None], y: Sequence[float | None], weights: Sequence[float]
) -> float | None:
    """Return the weighted Pearson correlation over pairs where both are known; None if either does not vary."""
    kept = [at for at, pair in enumerate(zip(x, y, strict=True)) if None not in pair]
    pairs = np.array([(x[at], y[at]) for at in kept], dtype=np.float64).reshape(len(kept), 2)
    found = _covariance(pairs, np.array([weights[at] for at in kept], dtype=np.float64))
    product = float(found[0, 0] * found[1, 1])
    return float(found[0, 1]) / product**0.5 if product > 1e-18 else None
