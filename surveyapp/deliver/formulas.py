"""A scoring rule as a formula of a sheet: from the cells of the value and the points to the points it gives.

Only functions that every sheet knows; a value is rounded to ten decimals before it is compared, so that 0.9 computed from counts
is 90% and not a little less.
"""

from __future__ import annotations

from fractions import Fraction

from analysis.indicators import score_entered
from analysis.scoring import NoBranchError, score
from questionnaires.model import Action, Branch, Deduction, Indicator, Interpolation, Part, Range
from surveyapp.deliver.cells import legible
from surveyapp.present import half_up

Node = Indicator | Part
DIGITS = 10
"""Decimals that binary arithmetic surely keeps of a percentage."""
LONGEST, LONGEST_TEXT = 8_000, 255
"""Excel's limits (the first less a margin): a formula, and a text in it."""
OUTSIDE = "NA()"

_STEPS = {"complete": "ROUNDDOWN", "started": "ROUNDUP"}


def from_share(node: Node, value: str, points: str) -> str:
    """Return the formula of a node's points from the cell of a measure (a share of 1) and the cell of its points."""
    return _by_rule(node, f"ROUND({value}*100,{DIGITS})", points)


def from_entry(node: Node, value: str, points: str) -> str:
    """Return the formula of a node's points from the cell of an entered number, grade or judgement."""
    if node.grades is not None:
        return f"=ROUND({_graded(node.grades, value)}/100*{points},{DIGITS})"
    if node.judged:
        return f"=ROUND({value},{DIGITS})"
    return _by_rule(node, f"ROUND({value},{DIGITS})", points)


def holds_for(node: Node, value: float, found: Fraction, places: int) -> bool:
    """Say whether the formula over a cell's share of 1 prints the points that were found from the exact value."""
    try:
        again = score(node, Fraction(half_up(Fraction(repr(value)) * 100, DIGITS)))
    except NoBranchError:
        return False
    return half_up(again, places) == half_up(found, places)


def holds_for_entry(node: Node, value: str, found: Fraction, places: int) -> bool:
    """Say whether the formula over an entry prints the points that were found: its digits and its text fit into a cell."""
    if node.grades is not None:
        return all(len(grade) <= LONGEST_TEXT and grade == legible(grade) for grade in node.grades)
    try:
        again = score_entered(node, half_up(Fraction(repr(float(value))), DIGITS).rstrip("0").rstrip("."))
    except ValueError:
        return False
    return half_up(again, places) == half_up(found, places)


def fits(formula: str) -> bool:
    """Say whether a formula is short enough for Excel."""
    return len(formula) <= LONGEST


# --- branches ------------------------------------------------------------------------------------------------------


def _by_rule(node: Node, value: str, points: str) -> str:
    cases = OUTSIDE
    for branch in reversed(node.branches or ()):
        given = _action(branch.then, value, points)
        condition = _condition(branch, value)
        cases = f"IF({condition},{given},{cases})" if condition else given
    return f"=ROUND({_within_range(node.range, value, f'MAX(0,MIN({points},{cases}))')},{DIGITS})"


def _within_range(allowed: Range, value: str, given: str) -> str:
    ends = ((allowed.at_least, "<"), (allowed.at_most, ">"))
    beyond = [f"{value}{sign}{number(end)}" for end, sign in ends if end is not None]
    return f"IF({_all(beyond, 'OR')},{OUTSIDE},{given})" if beyond else given


def _condition(branch: Branch, value: str) -> str:
    limits = ((branch.at_least, ">="), (branch.above, ">"), (branch.at_most, "<="), (branch.below, "<"))
    return _all([f"{value}{sign}{number(limit)}" for limit, sign in limits if limit is not None], "AND")


def _all(conditions: list[str], word: str) -> str:
    return conditions[0] if len(conditions) == 1 else f"{word}({','.join(conditions)})" if conditions else ""


def _action(action: Action, value: str, points: str) -> str:
    if action.points is not None:
        return number(action.points)
    if action.share is not None:
        return {Fraction(100): points, Fraction(0): "0"}.get(
            action.share, f"{points}*{number(action.share)}/100"
        )
    if action.proportional_to is not None:
        return f"{points}*{value}/{number(action.proportional_to)}"
    if action.deduct is not None:
        return _deduction(action.deduct, value, points)
    assert action.interpolate is not None
    return _line(action.interpolate, value, points)


def _deduction(deduct: Deduction, value: str, points: str) -> str:
    start = number(deduct.start)
    distance = f"{start}-{value}" if deduct.direction == "below" else f"{value}-{start}"
    steps = f"MAX(0,{distance})/{number(deduct.per)}"
    if deduct.step in _STEPS:
        steps = f"{_STEPS[deduct.step]}(ROUND({steps},8),0)"
    each = (
        number(deduct.points)
        if deduct.points is not None
        else f"{points}*{number(deduct.share or Fraction(0))}/100"
    )
    return f"{points}-{steps}*{each}"


def _line(line: Interpolation, value: str, points: str) -> str:
    start, end = number(line.start), number(line.end)
    low, high = number(line.start_share), number(line.end_share)
    return f"{points}*({low}+({high}-{low})*({value}-{start})/({end}-{start}))/100"


def _graded(grades: object, value: str) -> str:
    assert isinstance(grades, dict)
    cases = OUTSIDE
    for grade, share in reversed(grades.items()):
        quoted = grade.replace('"', '""')
        cases = f'IF(EXACT({value},"{quoted}"),{number(share)},{cases})'
    return cases


def number(value: Fraction) -> str:
    """Write an exact number as a formula has it: 95.5, or (1/3) where it has no end; below zero in brackets."""
    text = half_up(value, 9)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if Fraction(text) != value:
        return f"({value})"
    return f"({text})" if value < 0 else text
