"""Intervals with open and closed ends, and whether a set of them covers a range exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from questionnaires.model import Between, Range

Cut = tuple[Fraction | float, int]
"""A place between numbers: (90, 0) is just before 90, (90, 1) just after it. Infinity stands for no limit."""

LOWEST: Cut = (float("-inf"), 1)
HIGHEST: Cut = (float("inf"), 0)


class Interval(NamedTuple):
    """The numbers between two cuts."""

    low: Cut
    high: Cut

    @classmethod
    def of(cls, limits: Between) -> Interval:
        """Return the numbers for which a condition or branch holds."""
        lows = [LOWEST]
        lows += [(limits.at_least, 0)] if limits.at_least is not None else []
        lows += [(limits.above, 1)] if limits.above is not None else []
        highs = [HIGHEST]
        highs += [(limits.at_most, 1)] if limits.at_most is not None else []
        highs += [(limits.below, 0)] if limits.below is not None else []
        return cls(max(lows), min(highs))

    @classmethod
    def whole(cls, limits: Range) -> Interval:
        """Return the numbers an indicator's input can take."""
        low = LOWEST if limits.at_least is None else (limits.at_least, 0)
        high = HIGHEST if limits.at_most is None else (limits.at_most, 1)
        return cls(low, high)

    def within(self, other: Interval) -> Interval:
        """Return the numbers that both have."""
        return Interval(max(self.low, other.low), min(self.high, other.high))

    @property
    def is_empty(self) -> bool:
        """Say whether no number lies in it."""
        return self.low >= self.high

    def __str__(self) -> str:
        """Write it as mathematics does: `[75, 90)`; a single number as `90`."""
        (low, opened), (high, closed) = self.low, self.high
        if low == high:
            return decimal(low)
        left = f"{'(' if opened else '['}{decimal(low)}" if low != LOWEST[0] else "(-∞"
        right = f"{decimal(high)}{']' if closed else ')'}" if high != HIGHEST[0] else "+∞)"
        return f"{left}, {right}"


def decimal(number: Fraction | float | int) -> str:
    """Write a number as a decimal, without loss where it is one; thirds and the like as a fraction."""
    exact = Fraction(number)
    scaled = exact * 10**9
    if scaled.denominator != 1:
        return str(exact)
    sign, digits = "-" if scaled < 0 else "", f"{abs(scaled.numerator):010d}"
    return f"{sign}{digits[:-9]}.{digits[-9:]}".rstrip("0").rstrip(".")


def gaps(parts: Sequence[Interval], whole: Interval) -> list[Interval]:
    """Return what no part covers of the whole, from low to high."""
    found, reached = [], whole.low
    for part in sorted(part.within(whole) for part in parts):
        if part.low > reached:
            found.append(Interval(reached, part.low))
        reached = max(reached, part.high)
    if reached < whole.high:
        found.append(Interval(reached, whole.high))
    return found


def overlaps(parts: Sequence[Interval], whole: Interval) -> list[tuple[int, int, Interval]]:
    """Return what two parts both cover of the whole, as (first, second, common) with the parts' positions."""
    inside = [part.within(whole) for part in parts]
    pairs = [(i, j, inside[i].within(inside[j])) for j in range(len(inside)) for i in range(j)]
    return [pair for pair in pairs if not pair[2].is_empty]
