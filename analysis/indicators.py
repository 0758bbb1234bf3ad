"""Scores indicators from measures and entered values: vetoes first, then the rule, then the interval through the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from analysis import scoring
from analysis import warnings as warn
from analysis.report import SUPPRESSED, Estimate, IndicatorResult, PartResult, Warning
from analysis.scoring import NoBranchError, Node
from questionnaires.model import Indicator, Part, Questionnaire, exact

SAID_YES = "yes"
NO_SURVEY = "no_survey"

Span = tuple[Fraction, Fraction]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What one node came to: its points, the range of points, the entry it used, and why there is none."""

    score: Fraction | None
    span: Span | None
    entered: str | None = None
    warning: Warning | None = None


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """Scores one questionnaire's indicators; `entered` maps `INDICATOR` or `INDICATOR.PART` to a value typed in.

    `INDICATOR.VETO` or `INDICATOR.no_survey` with the value "yes" says that the circumstance holds.
    """

    questionnaire: Questionnaire
    measures: Mapping[str, Estimate]
    entered: Mapping[str, str] = field(default_factory=dict)

    def result(self, name: str) -> tuple[IndicatorResult, list[Warning]]:
        """Return an indicator's result and what must be said about it."""
        indicator = self.questionnaire.indicators[name]
        decided, veto = self._decided(name, indicator)
        parts = {} if decided else self._parts(name, indicator)
        scored = decided or (_add(parts) if indicator.parts else self._node(name, "", indicator))
        measure = self._shown_measure(indicator)
        estimate = self.measures.get(measure) if measure else None
        defined_measure, defined_score = (None, None) if decided else self._as_defined(name, indicator)
        result = IndicatorResult(
            points=indicator.points, score=scored.score, interval=scored.span, measure=measure,
            rule=indicator.wording.say() if indicator.wording else "",
            target=indicator.target / 100 if indicator.target is not None else None,
            meets_target=_meets(indicator, estimate), entered=scored.entered, veto=veto,
            undecided=scored.warning.code if scored.warning else None,
            defined_measure=defined_measure, defined_score=defined_score,
            parts=tuple(_part_result(part, parts[part.id]) for part in indicator.parts or () if part.id in parts),
        )  # fmt: skip
        own = [s.warning for s in (*parts.values(), scored) if s.warning]
        return result, list(dict.fromkeys(own))

    def _decided(self, name: str, indicator: Indicator) -> tuple[Scored | None, str | None]:
        """Return what a veto, or the statement that no survey was made, decides before any rule."""
        for veto in indicator.veto:
            if self.entered.get(f"{name}.{veto.id}") == SAID_YES:
                points = indicator.points * veto.share / 100
                return Scored(score=points, span=(points, points)), veto.id
        if self.entered.get(f"{name}.{NO_SURVEY}") != SAID_YES:
            return None, None
        if indicator.no_survey == "zero":
            return Scored(score=Fraction(0), span=(Fraction(0), Fraction(0))), NO_SURVEY
        return Scored(score=None, span=None, warning=warn.no_survey(indicator.title)), NO_SURVEY

    def _parts(self, name: str, indicator: Indicator) -> dict[str, Scored]:
        return {part.id: self._node(name, part.id, part) for part in indicator.parts or ()}

    def _node(self, name: str, part: str, node: Node, measure: str | None = None) -> Scored:
        if node.measure is not None and not node.judged:
            return self._measured(node, self.measures[measure or node.measure])
        return self._entered(name, part, node)

    def _measured(self, node: Node, estimate: Estimate) -> Scored:
        value = value_of(estimate)
        if value is None:
            return Scored(score=None, span=None, warning=self._unanswered(node, estimate))
        try:
            points = scoring.score(node, value * 100)
        except NoBranchError:
            return Scored(score=None, span=None, warning=warn.out_of_range(node.title))
        return Scored(score=points, span=_through(node, estimate, points))

    def _unanswered(self, node: Node, estimate: Estimate) -> Warning:
        title = self.questionnaire.measures[node.measure or ""].title
        return warn.small_measure(title) if estimate.method == SUPPRESSED else warn.no_answers(title)

    def _entered(self, name: str, part: str, node: Node) -> Scored:
        typed = self.entered.get(f"{name}.{part}" if part else name)
        value = typed if typed is not None else (node.entered.value if node.entered else None)
        if value is None:
            whole = self.questionnaire.indicators[name].title
            return Scored(
                score=None, span=None, warning=warn.needs_entry(whole, node.title if part else None)
            )
        try:
            points = score_entered(node, value)
        except NoBranchError:
            return Scored(score=None, span=None, entered=value, warning=warn.out_of_range(node.title))
        except ValueError:
            return Scored(score=None, span=None, entered=value, warning=warn.bad_entry(node.title, value))
        return Scored(score=points, span=(points, points), entered=value)

    def _as_defined(self, name: str, indicator: Indicator) -> tuple[str | None, Fraction | None]:
        """Return the measure the printed definition names, where it is another one, and the points it would give."""
        defined = indicator.definition.measure if indicator.definition else None
        if defined is None or defined in self.questionnaire.indicator_measures(indicator):
            return None, None
        if not indicator.parts:
            return defined, self._node(name, "", indicator, defined).score
        return defined, _add(
            {part.id: self._node(name, part.id, part, defined) for part in indicator.parts}
        ).score

    def _shown_measure(self, indicator: Indicator) -> str | None:
        measures = self.questionnaire.indicator_measures(indicator)
        return measures[0] if measures else None


def value_of(estimate: Estimate) -> Fraction | None:
    """Return the value a rule is applied to: the exact one, or where weights are not exact its shortest decimal."""
    if estimate.exact is None and estimate.value is not None:
        return Fraction(repr(estimate.value))
    return estimate.exact


def _part_result(part: Part, scored: Scored) -> PartResult:
    return PartResult(
        id=part.id, points=part.points, score=scored.score, measure=part.measure, entered=scored.entered
    )


def score_entered(node: Node, value: str) -> Fraction:
    """Return the points an entered value gives: a grade's share, the judged points, or the rule at the number.

    Raises ValueError for an unknown grade, something that is not a number, or points beyond what there are, and
    NoBranchError for a number outside the rule's range.
    """
    if node.grades is not None:
        if value not in node.grades:
            raise ValueError(f"grade ({value}) must be one of {', '.join(node.grades)}")
        return node.points * node.grades[value] / 100
    number = exact(value)
    if not node.judged:
        return scoring.score(node, number)
    if not 0 <= number <= node.points:
        raise ValueError(f"judged points ({value}) must lie between 0 and {float(node.points):g}")
    return number


def _through(node: Node, estimate: Estimate, points: Fraction) -> Span | None:
    """Carry a measure's interval through the rule."""
    if estimate.interval is None:
        return None
    # a limit stands for its shortest decimal: 57 of 60 people are 95%, and not the float a little below it
    low, high = (Fraction(repr(end)) * 100 for end in estimate.interval)
    if low == high:
        return points, points
    least, most = scoring.score_range(node, low, high)
    return min(least, points), max(most, points)


def _add(parts: Mapping[str, Scored]) -> Scored:
    scores = [part.score for part in parts.values() if part.score is not None]
    spans = [part.span for part in parts.values() if part.span is not None]
    least, most = (sum((span[end] for span in spans), Fraction(0)) for end in (0, 1))
    return Scored(
        score=sum(scores, Fraction(0)) if len(scores) == len(parts) else None,
        span=(least, most) if len(spans) == len(parts) else None,
        warning=next((part.warning for part in parts.values() if part.score is None), None),
    )


def _meets(indicator: Indicator, estimate: Estimate | None) -> bool | None:
    value = None if estimate is None else value_of(estimate)
    if indicator.target is None or value is None:
        return None
    return value * 100 >= indicator.target
