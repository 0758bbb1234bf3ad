"""Fits weights to known numbers of people: post-stratification, raking, and trimming of what gets too heavy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.design import Floats, Whole, summed

TOLERANCE = 1e-12
"""Raking has converged when no margin is further from its number of people than this share of it."""
MOST_ROUNDS = 200
MOST_TRIMS = 50


@dataclass(frozen=True, kw_only=True)
class Margin:
    """One item's groups (0 … G − 1, one for each cell) and how many people are known to be in each."""

    groups: Whole
    people: Floats


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Fitted weights; `gap` is the largest relative difference left between a margin and its number of people."""

    weight: Floats
    iterations: int
    gap: float
    trimmed: int = 0

    @property
    def converged(self) -> bool:
        """Say whether every margin is met."""
        return self.gap <= TOLERANCE


def rake(count: Floats, weight: Floats, margins: Sequence[Margin]) -> Fitted:
    """Fit weights to margins in turn until all are met (Deming and Stephan 1940); one margin is post-stratification."""
    iterations, gap = 0, difference(count, weight, margins)
    while iterations < MOST_ROUNDS and gap > TOLERANCE:
        for margin in margins:
            weight = weight * _ratios(count, weight, margin)[margin.groups]
        iterations, before = iterations + 1, gap
        gap = difference(count, weight, margins)
        if gap >= before and gap < 1e-9:
            break  # as close as floating point gets
    return Fitted(weight=weight, iterations=iterations, gap=gap)


def _ratios(count: Floats, weight: Floats, margin: Margin) -> Floats:
    have = summed(margin.groups, count * weight, len(margin.people))
    ratios: Floats = np.divide(margin.people, have, out=np.ones_like(have), where=have > 0)
    return ratios


def difference(count: Floats, weight: Floats, margins: Sequence[Margin]) -> float:
    """Return the largest relative difference between a margin's number of people and the weights' sum."""
    return max((float(np.abs(_ratios(count, weight, m) - 1).max(initial=0.0)) for m in margins), default=0.0)


def trim(count: Floats, weight: Floats, limit: float) -> tuple[Floats, int]:
    """Cut weights to `limit` times their mean and spread what is cut off over the others; return how many were cut.

    Raises ValueError if the limit is not above 1.
    """
    if not limit > 1:
        raise ValueError(f"limit ({limit}) must be above 1")
    people = float(count @ weight)
    most = limit * people / float(count.sum()) if len(count) else 0.0
    heavy = np.zeros(len(weight), dtype=np.bool_)
    while len(weight) and bool((weight[~heavy] > most * (1 + TOLERANCE)).any()):
        heavy |= weight > most
        rest = people - most * float(count[heavy].sum())
        light = float(count[~heavy] @ weight[~heavy])
        weight = np.where(heavy, most, weight * (rest / light))
    return weight, round(float(count[heavy].sum()))


def rake_trimmed(count: Floats, weight: Floats, margins: Sequence[Margin], limit: float) -> Fitted:
    """Rake and trim in turn until the weights meet both, or as near as they come; the last step is trimming."""
    found = rake(count, weight, margins)
    iterations, cut = found.iterations, 0
    for _ in range(MOST_TRIMS):
        trimmed, now = trim(count, found.weight, limit)
        cut = max(cut, now)
        gap = difference(count, trimmed, margins)
        if now == 0 or gap <= TOLERANCE:
            return Fitted(weight=trimmed, iterations=iterations, gap=gap, trimmed=cut)
        found = rake(count, trimmed, margins)
        iterations += found.iterations
    return Fitted(weight=trimmed, iterations=iterations, gap=gap, trimmed=cut)
