"""One line of arithmetic from a value to its points, in signs alone: 85.13% × 10 = 8.51 → 8.5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis import Estimate, Report
from analysis.indicators import value_of
from analysis.report import IndicatorResult
from analysis.scoring import NoBranchError, act, branch_at, score
from questionnaires.model import Action, Branch, Deduction, Indicator, Interpolation, Part, exact
from surveyapp.present import half_up, percent, plain, unrounded

Node = Indicator | Part
_ROUND = {"continuous": ("", ""), "complete": ("⌊", "⌋"), "started": ("⌈", "⌉")}

NOTHING_VARIES = 1e-9
"""A design effect that is no more than rounding leaves of a variance."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """How many decimal places percentages and points are printed with."""

    percent: int
    points: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """How a value became points: the arithmetic without its result, and the exact result."""

    expression: str
    points: Fraction

    def line(self, places: Places) -> str:
        """Return the arithmetic with its result, and what it rounds to."""
        printed = half_up(self.points, places.points)
        exact = "" if Fraction(printed) == self.points else f"{unrounded(self.points, places.points)} → "
        return f"{self.expression} = {exact}{printed}"


def scored_by(report: Report) -> Mapping[str, Estimate]:
    """Return the estimates the indicators are scored by: the plain ones, or the weighted ones where the definition says."""
    weighted = report.weighting is not None and report.weighting.used
    return report.weighted if weighted and report.weighted else report.measures


def design_figures(found: Estimate) -> tuple[float | None, float | None]:
    """Return design effect and effective n; neither where weights are fitted to this very item, so that nothing varies."""
    effect = found.design_effect
    return (None, None) if effect is None or effect < NOTHING_VARIES else (effect, found.n_effective)


def by_rule(node: Node, value: Fraction, places: Places) -> Step | None:
    """Return how a node's branches turn a value (in percent) into points; None if it lies outside the rule."""
    try:
        branch = branch_at(node, value)
        points = score(node, value)
    except NoBranchError:
        return None
    shown = percent(value / 100, places.percent)
    if _is_constant(branch.then):
        return Step(
            expression=f"{_case(branch, shown)}：{_constant(branch.then, node.points)}", points=points
        )
    raw = act(branch.then, value, node.points)
    cut = "" if raw == points else f" = {unrounded(raw, places.points)} ⇒ {plain(points)}"
    return Step(expression=_formula(branch.then, shown, node.points) + cut, points=points)


def by_entry(node: Node, value: str, places: Places) -> Step | None:
    """Return how an entered grade, number or judgement turns into points; None if it cannot."""
    if node.grades is not None:
        share = node.grades.get(value)
        return (
            share
            if share is None
            else Step(
                expression=f"{value}：{plain(share)}% × {plain(node.points)}",
                points=node.points * share / 100,
            )
        )
    try:
        number = exact(value)
    except ValueError:
        return None
    return Step(expression=value, points=number) if node.judged else by_rule(node, number, places)


def indicator_line(indicator: Indicator, found: IndicatorResult, report: Report) -> str:
    """Return how an indicator's points came about, in one line; empty while it has none."""
    places = Places(percent=report.percent_places, points=report.score_places)
    if found.score is None or found.veto is not None:
        return ""
    if indicator.parts:
        return _sum(indicator.parts, found, report, places)
    step = _step(indicator, found.measure, found.entered, report, places)
    if step is None:
        return ""
    return half_up(step.points, places.points) if indicator.judged else step.line(places)


def _step(
    node: Node, measure: str | None, entered: str | None, report: Report, places: Places
) -> Step | None:
    if entered is not None:
        return by_entry(node, entered, places)
    value = value_of(scored_by(report)[measure]) if measure else None
    return None if value is None else by_rule(node, value * 100, places)


def _sum(parts: Sequence[Part], found: IndicatorResult, report: Report, places: Places) -> str:
    nodes = {part.id: part for part in parts}
    steps = [_step(nodes[part.id], part.measure, part.entered, report, places) for part in found.parts]
    known = [step for step in steps if step is not None]
    terms = " + ".join(f"({step.expression})" if len(known) > 1 else step.expression for step in known)
    total = sum((step.points for step in known), Fraction(0))
    results = " + ".join(_shortly(step.points, places) for step in known)
    return Step(expression=f"{terms} = {results}" if len(known) > 1 else terms, points=total).line(places)


def _shortly(points: Fraction, places: Places) -> str:
    return plain(points) if Fraction(plain(points)) == points else half_up(points, places.points + 1)


def conditions(branch: Branch) -> str:
    """Return the limits of a branch in signs: "50% ≤ x < 90%"; empty if it has none."""
    low = next(
        (f"{plain(v)}% {s} " for v, s in ((branch.at_least, "≤"), (branch.above, "<")) if v is not None), ""
    )
    high = next(
        (f" {s} {plain(v)}%" for v, s in ((branch.at_most, "≤"), (branch.below, "<")) if v is not None), ""
    )
    return f"{low}x{high}" if low or high else ""


def _case(branch: Branch, shown: str) -> str:
    said = conditions(branch)
    if said.startswith("x"):
        return said.replace("x", shown, 1)
    if said.endswith("x"):  # one limit below reads better turned round: 92.40% ≥ 90%
        limit = branch.at_least if branch.at_least is not None else branch.above
        return f"{shown} {'≥' if branch.at_least is not None else '>'} {plain(limit or Fraction(0))}%"
    return said.replace("x", shown, 1) or shown


def _is_constant(action: Action) -> bool:
    return action.share is not None or action.points is not None


def _constant(action: Action, points: Fraction) -> str:
    if action.points is not None:
        return plain(action.points)
    return f"{plain(action.share or Fraction(0))}% × {plain(points)}"


def _formula(action: Action, shown: str, points: Fraction) -> str:
    if action.proportional_to is not None:
        base = "" if action.proportional_to == 100 else f" ÷ {plain(action.proportional_to)}%"
        return f"{shown}{base} × {plain(points)}"
    if action.deduct is not None:
        return _deduction(action.deduct, shown, points)
    assert action.interpolate is not None
    return _line(action.interpolate, shown, points)


def _deduction(deduct: Deduction, shown: str, points: Fraction) -> str:
    start = f"{plain(deduct.start)}%"
    distance = f"({start} − {shown})" if deduct.direction == "below" else f"({shown} − {start})"
    left, right = _ROUND[deduct.step]
    each = (
        plain(deduct.points)
        if deduct.points is not None
        else f"{plain(deduct.share or Fraction(0))}% × {plain(points)}"
    )
    return f"{plain(points)} − {left}{distance} ÷ {plain(deduct.per)}%{right} × {each}"


def _line(line: Interpolation, shown: str, points: Fraction) -> str:
    rise = f"({plain(line.end_share)}% − {plain(line.start_share)}%)"
    along = f"({shown} − {plain(line.start)}%) ÷ ({plain(line.end)}% − {plain(line.start)}%)"
    return f"{plain(points)} × [{plain(line.start_share)}% + {rise} × {along}]"
