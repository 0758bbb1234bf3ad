"""Scoring rules as exact arithmetic: a value in percent in, points as a fraction out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from questionnaires.model import Action, Branch, Deduction, Indicator, Interpolation, Part, Range

Points = Fraction
Node = Indicator | Part

_NUDGE = Fraction(1, 10**12)


class NoBranchError(ValueError):
    """A value that no branch of the rule covers, because it lies outside the range the rule declares."""

    def __init__(self, value: Fraction, allowed: Range) -> None:
        low, high = (None if bound is None else float(bound) for bound in (allowed.at_least, allowed.at_most))
        super().__init__(f"value ({float(value):g}) must lie in the rule's range from {low} to {high}")
        self.value, self.allowed = value, allowed


def score(node: Node, value: Fraction) -> Points:
    """Return the points a node's branches give at a value (percent, or the unit of its input).

    The result is cut to 0 … the node's points. Raises NoBranchError for a value outside the declared range.
    """
    return _within(act(branch_at(node, value).then, value, node.points), node.points)


def branch_at(node: Node, value: Fraction) -> Branch:
    """Return the one branch that covers a value. Raises NoBranchError."""
    if _into(node.range, value) == value:
        for branch in node.branches or ():
            if branch.holds(value):
                return branch
    raise NoBranchError(value, node.range)


def _into(allowed: Range, value: Fraction) -> Fraction:
    """Return the value, or the end of the range it lies beyond."""
    if allowed.at_least is not None and value < allowed.at_least:
        return allowed.at_least
    return allowed.at_most if allowed.at_most is not None and value > allowed.at_most else value


def act(action: Action, value: Fraction, points: Points) -> Points:
    """Return what an action gives at a value, before it is cut to the points there are."""
    if action.points is not None:
        return action.points
    if action.share is not None:
        return points * action.share / 100
    if action.proportional_to is not None:
        return points * value / action.proportional_to
    if action.deduct is not None:
        return points - _deduction(action.deduct, value, points)
    assert action.interpolate is not None
    return points * _interpolated(action.interpolate, value) / 100


def _deduction(deduction: Deduction, value: Fraction, points: Points) -> Points:
    distance = deduction.start - value if deduction.direction == "below" else value - deduction.start
    steps = max(distance, Fraction(0)) / deduction.per
    if deduction.step == "complete":
        steps = Fraction(math.floor(steps))
    elif deduction.step == "started":
        steps = Fraction(math.ceil(steps))
    each = deduction.points if deduction.points is not None else points * (deduction.share or 0) / 100
    return steps * each


def _interpolated(line: Interpolation, value: Fraction) -> Fraction:
    along = (value - line.start) / (line.end - line.start)
    return line.start_share + (line.end_share - line.start_share) * along


def _within(value: Points, points: Points) -> Points:
    return max(Fraction(0), min(value, points))


def score_range(node: Node, low: Fraction, high: Fraction) -> tuple[Points, Points]:
    """Return the least and the greatest points a node's branches give for values from low to high (percent).

    A rule need not rise with its value, and it may jump: every branch is followed over its part of the interval.
    Every action is monotone, so its ends suffice; at an end that belongs to the next branch, a stepped deduction is
    taken just inside. Values outside the rule's range cannot occur and are left out.
    """
    low, high = _into(node.range, low), _into(node.range, high)
    found = [points for branch in node.branches or () for points in _reached(branch, low, high, node.points)]
    if not found:
        raise NoBranchError(low, node.range)
    return min(found), max(found)


def _reached(branch: Branch, low: Fraction, high: Fraction, points: Points) -> Iterator[Points]:
    start, open_start = _later(low, branch.at_least, branch.above)
    end, open_end = _earlier(high, branch.at_most, branch.below)
    if start > end or (start == end and (open_start or open_end)):
        return
    nudge = min(_NUDGE, (end - start) / 2) if _is_stepped(branch.then) else Fraction(0)
    for value in (start + (nudge if open_start else 0), end - (nudge if open_end else 0)):
        yield _within(act(branch.then, value, points), points)


def _later(low: Fraction, at_least: Fraction | None, above: Fraction | None) -> tuple[Fraction, bool]:
    if above is not None and above >= low:
        return above, True
    return (at_least, False) if at_least is not None and at_least > low else (low, False)


def _earlier(high: Fraction, at_most: Fraction | None, below: Fraction | None) -> tuple[Fraction, bool]:
    if below is not None and below <= high:
        return below, True
    return (at_most, False) if at_most is not None and at_most < high else (high, False)


def _is_stepped(action: Action) -> bool:
    return action.deduct is not None and action.deduct.step != "continuous"


def limits(node: Node) -> Sequence[Fraction]:
    """Return every limit named in a node's branches, in rising order."""
    found = {
        limit
        for branch in node.branches or ()
        for limit in (branch.at_least, branch.above, branch.at_most, branch.below)
        if limit is not None
    }
    return sorted(found)
