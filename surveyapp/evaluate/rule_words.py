"""Definitions in words: what a measure computes, what a rule excludes, when an item is shown, what a rule gives where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from analysis.scoring import NoBranchError, limits, score
from questionnaires.model import (
    Attention,
    Between,
    Contradictory,
    Duplicate,
    IdenticalAnswers,
    Incomplete,
    Indicator,
    Measure,
    Part,
    Questionnaire,
    StraightLined,
    TooFast,
    ValidityRule,
)
from surveyapp.deliver.arithmetic import Places
from surveyapp.evaluate.language import spoken
from surveyapp.present import half_up, plain

_JUST = Fraction(1, 10**9)
"""How far from a limit "just below" is: too little to show in any figure."""


@dataclass(frozen=True, kw_only=True)
class AtLimit:
    """The points just below, at and just above one value; empty where there is none."""

    value: str
    below: str
    at: str
    above: str
    jumps: bool


def measure_words(questionnaire: Questionnaire, measure: Measure) -> str:
    """Return how a measure is computed."""
    if measure.is_rate:
        labels = _quoted(questionnaire, measure.items[0], measure.codes or ())
        one = _("For each item: people who chose %(labels)s ÷ people who answered the item.", labels=labels)
    else:
        one = _("For each item: ∑(value of the option × people who chose it) ÷ people who answered the item.")
    if len(measure.items) == 1:
        return one
    if measure.weights:
        shown = " ".join(f"{item}×{plain(measure.weight(item))}" for item in measure.items)
        return one + _(" Overall: the mean of the items, weighted: %(weights)s.", weights=shown)
    return one + _(" Overall: the plain mean of the %(n)s items.", n=len(measure.items))


def validity_words(questionnaire: Questionnaire, rule: ValidityRule) -> str:
    """Return what a validity rule looks for."""
    if isinstance(rule, TooFast):
        return _("Fewer than %(n)s seconds per item asked", n=plain(rule.seconds_per_item))
    if isinstance(rule, Attention):
        labels = _quoted(questionnaire, rule.item, rule.codes)
        return _("Did not choose %(labels)s at %(item)s", labels=labels, item=rule.item)
    if isinstance(rule, StraightLined):
        return _("The same answer to all of: %(items)s", items=_listed(rule.items))
    if isinstance(rule, Contradictory):
        both = (condition_words(questionnaire, conditions) for conditions in (rule.first, rule.second))
        return _(
            "Both %(first)s and %(second)s, which cannot both be true",
            **dict(zip(("first", "second"), both, strict=True)),
        )
    if isinstance(rule, IdenticalAnswers):
        return _("At least %(n)s alike in all of: %(items)s", n=rule.least, items=_listed(rule.items))
    if isinstance(rule, Duplicate):
        return _("The same number (_id) as an earlier one")
    return _incomplete(rule)


def _incomplete(rule: Incomplete) -> str:
    if not rule.items:
        return _("Answered fewer than %(n)s%% of the required items asked", n=plain(rule.below))
    if rule.below == 100:
        return _("Left any of these unanswered: %(items)s", items=_listed(rule.items))
    return _("Answered fewer than %(n)s%% of: %(items)s", n=plain(rule.below), items=_listed(rule.items))


def condition_words(questionnaire: Questionnaire, conditions: Mapping[str, tuple[str, ...] | Between]) -> str:
    """Return when an item is shown, or whom a measure is about; empty if there is no condition."""
    return _("; ").join(
        _one_condition(questionnaire, item, condition) for item, condition in conditions.items()
    )


def _one_condition(questionnaire: Questionnaire, item: str, condition: tuple[str, ...] | Between) -> str:
    if not isinstance(condition, Between):
        return f"{item} = {_quoted(questionnaire, item, condition)}"
    signs = (
        ("≥", condition.at_least),
        (">", condition.above),
        ("≤", condition.at_most),
        ("<", condition.below),
    )
    return " ".join([item, *(f"{sign} {plain(value)}" for sign, value in signs if value is not None)])


def _quoted(questionnaire: Questionnaire, item: str, codes: Sequence[str]) -> str:
    options = [questionnaire.option(item, code) for code in codes]
    return _listed([_("“%(label)s”", label=option.label.say(spoken())) for option in options if option])


def _listed(words: Sequence[str]) -> str:
    return _(", ").join(words)


def at_limits(node: Indicator | Part, places: Places) -> list[AtLimit]:
    """Return the points a rule gives around each of its limits and at the ends of its range, in rising order."""
    low, high = node.range.at_least, node.range.at_most
    values = sorted({*limits(node), *(end for end in (low, high) if end is not None)})
    return [_at(node, value, places) for value in values]


def _at(node: Indicator | Part, value: Fraction, places: Places) -> AtLimit:
    below, at, above = (_points(node, value + step, places) for step in (-_JUST, Fraction(0), _JUST))
    shown = {text for text in (below, at, above) if text}
    return AtLimit(value=f"{plain(value)}%", below=below, at=at, above=above, jumps=len(shown) > 1)


def _points(node: Indicator | Part, value: Fraction, places: Places) -> str:
    try:
        return half_up(score(node, value), places.points)
    except NoBranchError:
        return ""


def grades(node: Indicator | Part, places: Places) -> Iterator[tuple[str, str]]:
    """Yield each grade with the points it gives."""
    for grade, share in (node.grades or {}).items():
        yield grade, half_up(node.points * share / 100, places.points)
