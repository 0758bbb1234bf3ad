"""The plain figures and the weighted ones side by side, and whom the weighted ones speak for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from analysis import Estimate
from analysis.indicators import value_of
from analysis.report import WeightingResult
from surveyapp.deliver.arithmetic import design_figures
from surveyapp.evaluate.desk import Desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.words import WEIGHTINGS, method, name
from surveyapp.present import UNKNOWN, number, percent, percent_range


@dataclass(frozen=True, kw_only=True)
class FigureRow:
    """One estimate of a measure: plain or weighted."""

    basis: str
    is_used: bool
    value: str
    interval: str
    n: int
    n_effective: str
    design_effect: str
    method: str


def figure_rows(desk: Desk, measure: str) -> list[FigureRow]:
    """Return a measure's estimates: the plain one, and the weighted one where the definition asks for it."""
    report, found = desk.report, desk.report.weighting
    plain = report.measures[measure]
    if found is None or measure not in report.weighted:
        return [_row(desk, plain, _("unweighted"), is_used=True)]
    return [
        _row(desk, plain, _("unweighted"), is_used=not found.used),
        _row(desk, report.weighted[measure], name(WEIGHTINGS, found.method), is_used=found.used),
    ]


def _row(desk: Desk, found: Estimate, basis: str, *, is_used: bool) -> FigureRow:
    places, (effect, n_effective) = desk.places.percent, design_figures(found)
    return FigureRow(
        basis=basis, is_used=is_used, value=percent(value_of(found), places), n=found.n,
        interval=percent_range(found.interval, places), method=method(found.method),
        n_effective=number(n_effective, 1),
        design_effect=number(effect, 2),
    )  # fmt: skip


def facts(desk: Desk) -> list[tuple[str, str]]:
    """Return what the weighted figures rest on: the weights, whom they cover, what they leave out, which are used."""
    found = desk.report.weighting
    if found is None or not desk.report.weighted or not found.n:
        return []
    return list(_facts(desk, found))


def _facts(desk: Desk, found: WeightingResult) -> Iterator[tuple[str, str]]:
    used = name(WEIGHTINGS, found.method) if found.used else _("unweighted")
    yield _("Used for the indicators"), _("%(basis)s, as the definition says", basis=used)
    if found.covered is not None and found.people is not None:
        yield _("People covered"), _coverage(desk, found, found.covered, found.people)
    if found.smallest_weight is not None and found.largest_weight is not None:
        yield _("Weights"), _weights(found)
    strata = _strata(desk, found)
    if strata:
        yield _("Answers by stratum"), strata
    if found.left_out:
        yield _("Left out"), _("%(n)s valid responses name no group", n=found.left_out)


def _coverage(desk: Desk, found: WeightingResult, covered: int, people: int) -> str:
    share = percent(covered / people, desk.places.percent) if people else UNKNOWN
    said = _("%(covered)s / %(people)s (%(share)s)", covered=covered, people=people, share=share)
    if not found.empty:
        return said
    missing = _(", ").join(_label(desk, code) for code in found.empty)
    said += _("; without answers: %(strata)s", strata=missing)
    bounds = _bounds(desk)
    return _("%(said)s. %(more)s", said=said, more=bounds) if bounds else said


def _bounds(desk: Desk) -> str:
    """Return how far the main measure could move, whatever the people without answers would say."""
    weighted = desk.report.weighted.get(desk.main or "")
    if weighted is None or weighted.bounds is None or desk.main is None:
        return ""
    return _(
        "Whatever they would say, %(measure)s lies between %(low)s and %(high)s.",
        measure=desk.questionnaire.measures[desk.main].title.say(spoken()),
        low=percent(weighted.bounds[0], desk.places.percent), high=percent(weighted.bounds[1], desk.places.percent),
    )  # fmt: skip


def _label(desk: Desk, code: str) -> str:
    people = desk.questionnaire.population
    option = desk.questionnaire.option(people.stratum_item, code) if people.stratum_item else None
    label = option.label.say(spoken()) if option else code
    if code not in people.strata:
        return label
    return _("%(label)s (%(n)s people)", label=label, n=people.strata[code])


def _weights(found: WeightingResult) -> str:
    low, high = number(found.smallest_weight, 2), number(found.largest_weight, 2)
    return _(
        "each answer stands for %(low)s to %(high)s people; unequal weights make %(n)s answers worth %(kish)s",
        low=low, high=high, n=found.n, kish=number(found.kish_n_effective, 1),
    )  # fmt: skip


def _strata(desk: Desk, found: WeightingResult) -> str:
    people = desk.questionnaire.population.strata
    shown: Sequence[str] = [
        _("%(stratum)s: %(n)s answers", stratum=_label(desk, code), n=n)
        for code, n in found.strata.items()
        if code in people
    ]
    return _("; ").join(shown)
