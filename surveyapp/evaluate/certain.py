"""How sure an indicator's score is, in the page's words: the chance of the target, tiers, limits, readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from analysis.report import Chance, IndicatorResult, Reading
from analysis.uncertainty import Certainty, Tiers, certainty
from questionnaires.model import Branch, Indicator
from surveyapp.deliver.arithmetic import conditions, scored_by
from surveyapp.evaluate.desk import Desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.words import STEPS, name
from surveyapp.present import number, percent, plain


@dataclass(frozen=True, kw_only=True)
class ReadingRow:
    """One reading of a rule: its points when the value is taken as it is, and when it is rounded first."""

    words: str
    unrounded: str
    rounded: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Sureness:
    """What stands under an indicator: the chance of its target, and pairs of a name and a text; readings if they differ."""

    chance: str
    facts: Sequence[tuple[str, str]]
    readings: Sequence[ReadingRow]


def sureness(desk: Desk, id: str, found: IndicatorResult) -> Sureness:
    """Return how sure one indicator's score is; nothing of a score that was entered or decided by a veto."""
    if found.score is None or found.veto is not None:
        return Sureness(chance="", facts=(), readings=())
    known = certainty(desk.questionnaire, id, scored_by(desk.report), _entered(id, found))
    return Sureness(
        chance=chance_words(found.chance) if found.chance else "",
        facts=list(_facts(desk, desk.questionnaire.indicators[id], known)),
        readings=_readings(desk, found.readings),
    )


def _entered(id: str, found: IndicatorResult) -> dict[str, str]:
    own = {id: found.entered} if found.entered is not None else {}
    return own | {f"{id}.{part.id}": part.entered for part in found.parts if part.entered is not None}


# --- the target ----------------------------------------------------------------------------------------------------


def chance_words(chance: Chance) -> str:
    """Return the probability that the truth reaches the target, in words."""
    if chance.model == "census":
        return _("everybody answered: no sampling error")
    return _("the chance that the true value reaches the target is %(how)s", how=_how_likely(chance))


def _how_likely(chance: Chance) -> str:
    p = chance.probability
    if p < 0.001:
        return _("below 0.1%")
    if p > 0.999:
        return _("above 99.9%")
    shown = percent(p, 0 if 0.01 <= p <= 0.99 else 1)
    bounded = {"at-least": _("at least %(p)s", p=shown), "at-most": _("at most %(p)s", p=shown)}
    return bounded.get(chance.bound, _("about %(p)s", p=shown))


# --- tiers and limits ----------------------------------------------------------------------------------------------


def _facts(desk: Desk, indicator: Indicator, known: Certainty) -> Iterator[tuple[str, str]]:
    parts = {part.id: part for part in indicator.parts or ()}
    for tiers in known.tiers:
        node = parts[tiers.part] if tiers.part else indicator
        branches, prefix = node.branches or (), f"{node.title.say(spoken())}{_(': ')}" if tiers.part else ""
        if len(branches) > 1:
            yield _("Tier"), prefix + _tier(branches, tiers)
        near = _near(desk, tiers, _value(desk, node.measure))
        if near:
            yield _("To the limits"), prefix + near


def _tier(branches: Sequence[Branch], tiers: Tiers) -> str:
    own = conditions(branches[tiers.at])
    others = [conditions(branches[at]) for at in tiers.touched if at != tiers.at]
    if not others:
        return _("%(tier)s; the 95%% interval touches no other", tier=own)
    return _("%(tier)s; the 95%% interval also touches %(others)s", tier=own, others=_(", ").join(others))


def _value(desk: Desk, measure: str | None) -> Fraction:
    found = scored_by(desk.report)[measure or ""]
    exact = found.exact if found.exact is not None else Fraction(repr(found.value))
    return exact * 100


def _near(desk: Desk, tiers: Tiers, value: Fraction) -> str:
    """Return how far the limits above and below are, in percentage points."""
    said, places = [], desk.places.percent
    if tiers.up is not None:
        limit = f"{plain(value + tiers.up)}%"
        said.append(_("%(n)s points below %(limit)s", n=number(tiers.up, places), limit=limit))
    if tiers.down is not None:
        limit = f"{plain(value - tiers.down)}%"
        said.append(_("%(n)s points above %(limit)s", n=number(tiers.down, places), limit=limit))
    return _("; ").join(said)


# --- readings ------------------------------------------------------------------------------------------------------


def _readings(desk: Desk, readings: Sequence[Reading]) -> list[ReadingRow]:
    """Return the readings as a table, if any of them prints other points; each row has both ways to round."""
    places = desk.places.points
    if len({number(reading.score, places) for reading in readings}) < 2:
        return []
    ways: dict[tuple[str | None, str | None], dict[bool, Reading]] = {}
    for reading in readings:
        ways.setdefault((reading.measure, reading.step), {})[reading.rounded] = reading
    return [
        ReadingRow(
            words=_words(desk, measure, step, ways), unrounded=number(found[False].score, places),
            rounded=number(found[True].score, places), is_chosen=found[False].is_chosen,
        )
        for (measure, step), found in ways.items()
    ]  # fmt: skip


def _words(
    desk: Desk,
    measure: str | None,
    step: str | None,
    ways: dict[tuple[str | None, str | None], dict[bool, Reading]],
) -> str:
    """Return what sets one reading apart from the others: its measure, how it counts part of a step, or neither."""
    parts = []
    if measure and (len({m for m, _step in ways}) > 1 or not step):
        parts.append(desk.questionnaire.measures[measure].title.say(spoken()))
    if step and len({s for _measure, s in ways}) > 1:
        parts.append(name(STEPS, step))
    return _(", ").join(parts) or _("as defined")
