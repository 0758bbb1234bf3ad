"""The bar beside an indicator: where the value lies, how sure it is, where the rule changes.

Positions only; the template draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analysis import Estimate
from analysis.indicators import value_of
from analysis.scoring import limits
from questionnaires.model import Indicator, Part
from surveyapp.present import half_up, percent, percent_range, plain

ROOM, ROOM_AT_END = 9, 14
"""Percent of the width that the label of a limit, and of an end, needs on a phone; without room its tick stays alone."""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One limit of the rule: where it stands (percent of the width), and its label, empty where there is no room."""

    at: str
    label: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A drawing 0 to 100 wide."""

    value_at: str
    value: str
    value_anchor: str
    low_at: str
    width: str
    interval: str
    target_at: str
    target: str
    ticks: tuple[Tick, ...]


def bar(node: Indicator | Part, estimate: Estimate, target: Fraction | None, places: int) -> Bar | None:
    """Return the bar of a value on the scale from 0 to 100%, or None without a value."""
    value = value_of(estimate)
    if value is None:
        return None
    low, high = estimate.interval or (estimate.value, estimate.value)
    return Bar(
        value_at=_place(value * 100), value=percent(value, places),
        value_anchor=_anchor(value * 100),
        low_at=_place(Fraction(low or 0) * 100), width=_place(Fraction((high or 0) - (low or 0)) * 100),
        interval=percent_range(estimate.interval, places),
        target_at=_place(target * 100) if target is not None else "",
        target=f"{plain(target * 100)}%" if target is not None else "",
        ticks=_ticks(node),
    )  # fmt: skip


def _ticks(node: Indicator | Part) -> tuple[Tick, ...]:
    """Return the rule's limits and the ends of the scale; the limits' labels come first."""
    inner = [value for value in limits(node) if 0 < value < 100]
    labelled: list[Fraction] = []
    for value in inner:
        if not labelled or value - labelled[-1] >= ROOM:
            labelled.append(value)
    ends = [Fraction(0), Fraction(100)]
    labelled += [end for end in ends if all(abs(value - end) >= ROOM_AT_END for value in inner)]
    return tuple(
        Tick(at=_place(value), label=f"{plain(value)}%" if value in labelled else "", anchor=_anchor(value))
        for value in sorted({*inner, *ends})
    )


def _place(value: Fraction) -> str:
    return half_up(value, 2)


def _anchor(value: Fraction) -> str:
    return "start" if value < 8 else "end" if value > 92 else "middle"
