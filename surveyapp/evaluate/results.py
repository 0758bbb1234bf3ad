"""The page 结果: the sentences a report needs, the tables, and each indicator with how it came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from analysis import Estimate
from analysis.evaluation import CHANNEL
from analysis.indicators import NO_SURVEY, SAID_YES, value_of
from analysis.report import Group, IndicatorResult
from questionnaires.model import Indicator, Part
from surveyapp.deliver.arithmetic import indicator_line, scored_by
from surveyapp.deliver.tally import TallyRow, TallyTable, worth
from surveyapp.entries import SAID_NO, check_entries
from surveyapp.evaluate.bar import Bar, bar
from surveyapp.evaluate.certain import Sureness, sureness
from surveyapp.evaluate.desk import Desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.rule_words import condition_words, measure_words
from surveyapp.evaluate.weighing import FigureRow, figure_rows
from surveyapp.evaluate.words import CHANNELS, UNDECIDED, name
from surveyapp.present import (
    UNKNOWN,
    half_up,
    number,
    number_range,
    percent,
    percent_range,
    plain,
    rounded,
    words,
)
from surveyapp.store import EnteredValue, Store


@dataclass(frozen=True, kw_only=True)
class Detail:
    """What a number opens to."""

    base: str
    formula: str
    precision: str


@dataclass(frozen=True, kw_only=True)
class MeasureRow:
    """One measure as it is printed."""

    id: str
    title: str
    figures: Sequence[FigureRow]
    detail: Detail


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Something an evaluator may enter: a value, a grade, points, or that a circumstance holds."""

    indicator: str
    part: str
    title: str
    hint: str
    choices: Sequence[tuple[str, str]]
    value: str
    fixed_reason: str
    entered: EnteredValue | None
    is_circumstance: bool = False


@dataclass(frozen=True, kw_only=True)
class PartRow:
    """One part an indicator adds up."""

    title: str
    points: str
    score: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """One indicator as it is printed."""

    id: str
    title: str
    points: str
    score: str
    score_rate: str
    interval: str
    rule: str
    measure: str
    value: str
    target: str
    meets: str
    met: bool | None
    line: str
    veto: str
    undecided: str
    defined: str
    variant_of: str
    parts: Sequence[PartRow]
    bar: Bar | None
    slots: Sequence[Slot]
    sureness: Sureness

    @property
    def is_variant(self) -> bool:
        """Say whether this is another reading of an indicator, not added up."""
        return bool(self.variant_of)


@dataclass(frozen=True, kw_only=True)
class Total:
    """The printed scores added up; `missing` are the indicators that have none."""

    points: str
    score: str
    exact: str
    missing: Sequence[str]


class UnfitEntryError(ValueError):
    """A value that an indicator cannot be scored with; its text is for the page."""


# --- the sentences -------------------------------------------------------------------------------------------------


def lead(desk: Desk) -> str:
    """Return the paragraph a report opens with: how many, which rates on which base, what was found."""
    counted, places = desk.report.fieldwork, desk.report.percent_places
    if not counted.returned:
        return _("Nothing has been returned yet.")
    return "".join([*_about_fieldwork(desk), *(_about_measure(desk, name, places) for name in _told(desk))])


def _told(desk: Desk) -> list[str]:
    """Return the measures a report opens with: the main one, and those that indicators are scored with."""
    own = [indicator for indicator in desk.questionnaire.indicators.values() if indicator.variant_of is None]
    used = [measure for indicator in own for measure in desk.questionnaire.indicator_measures(indicator)]
    return list(dict.fromkeys([*([desk.main] if desk.main else []), *used]))


def _about_fieldwork(desk: Desk) -> Iterator[str]:
    counted, places = desk.report.fieldwork, desk.report.percent_places
    if counted.return_rate is not None:
        yield _(
            "%(distributed)s questionnaires were handed out and %(returned)s came back, a return rate of %(rate)s. ",
            distributed=counted.distributed, returned=counted.returned, rate=percent(counted.return_rate, places),
        )  # fmt: skip
    else:
        yield _("%(returned)s questionnaires came back; there is no return rate. ", returned=counted.returned)
    yield _(
        "Of these %(valid)s are valid, a validity rate of %(rate)s. ",
        valid=counted.valid, rate=percent(counted.validity_rate, places),
    )  # fmt: skip


def _about_measure(desk: Desk, measure: str, places: int) -> str:
    found, title = scored_by(desk.report)[measure], desk.questionnaire.measures[measure].title.say(spoken())
    value = value_of(found)
    if value is None:
        return ""
    if found.interval is None or found.method == "census":
        return _("%(title)s: %(value)s. ", title=title, value=percent(value, places))
    return _(
        "%(title)s: %(value)s (95%% interval %(interval)s). ",
        title=title, value=percent(value, places), interval=percent_range(found.interval, places),
    )  # fmt: skip


def score_sentences(desk: Desk) -> list[str]:
    """Return one sentence for each indicator that has a score and is no variant."""
    return [
        _(
            "%(title)s carries %(points)s points and scores %(score)s, %(rate)s of them.",
            title=card.title, points=card.points, score=card.score, rate=card.score_rate,
        )
        for card in cards(desk, [])
        if not card.variant_of and card.score != UNKNOWN
    ]  # fmt: skip


def cautions(desk: Desk) -> list[str]:
    """Return the report's warnings in plain words."""
    return [words(warning, desk.report, spoken()) for warning in desk.report.warnings]


# --- tables --------------------------------------------------------------------------------------------------------


def measure_rows(desk: Desk) -> list[MeasureRow]:
    """Return every measure with its interval, base and method."""
    rows = []
    for id, found in desk.report.measures.items():
        measure, places = desk.questionnaire.measures[id], desk.report.percent_places
        base = _("%(n)s respondents", n=found.n)
        if measure.group:
            base = f"{base} ({condition_words(desk.questionnaire, measure.group)})"
        formula, error = measure_words(desk.questionnaire, measure), precision(found, places)
        rows.append(
            MeasureRow(
                id=id, title=measure.title.say(spoken()), figures=figure_rows(desk, id),
                detail=Detail(base=base, formula=formula, precision=error),
            )
        )  # fmt: skip
    return rows


def precision(found: Estimate, places: int) -> str:
    """Return the standard error in percentage points, where there is one."""
    if not found.standard_error:
        return ""
    return _("Standard error: %(error)s percentage points", error=number(found.standard_error * 100, places))


@dataclass(frozen=True, kw_only=True)
class GroupTable:
    """The measures by group: what divides people, and for each group its label, how many, and its figures."""

    title: str
    head: str
    rows: Sequence[tuple[str, int, Sequence[str]]]


def group_tables(desk: Desk) -> list[GroupTable]:
    """Return the measures by stratum and by the way of answering."""
    places = desk.report.percent_places
    return [
        GroupTable(
            title=_("By way of answering") if by == CHANNEL else _("By stratum"),
            head=_("Way of answering") if by == CHANNEL else _("Stratum"),
            rows=[
                (_group_label(desk, by, code), group.n, _figures(group, places))
                for code, group in groups.items()
            ],
        )
        for by, groups in desk.report.groups.items()
        if groups
    ]  # fmt: skip


def _figures(group: Group, places: int) -> list[str]:
    return [percent(found.exact if found else None, places) for found in group.measures.values()]


def _group_label(desk: Desk, by: str, code: str) -> str:
    if by == CHANNEL:
        return name(CHANNELS, code)
    option = desk.questionnaire.option(by, code)
    return option.label.say(spoken()) if option else code


def row_formula(desk: Desk, table: TallyTable, row: TallyRow) -> str:
    """Return an item's figure as a sum of counts: (14 × 100% + 37 × 80% + …) ÷ 53 = 84.53%."""
    measure = desk.questionnaire.measures[table.measure]
    values = [(cell.count, worth(measure, cell.option)) for cell in row.cells]
    terms = [f"{count} × {plain(value * 100)}%" for count, value in values if value is not None]
    exact = row.figure.exact if row.figure else None
    if exact is None:
        return _("no answers")
    return f"({' + '.join(terms)}) ÷ {row.n} = {percent(exact, desk.report.percent_places)}"


# --- indicators ----------------------------------------------------------------------------------------------------


def cards(desk: Desk, entered: Sequence[EnteredValue]) -> list[Card]:
    """Return every indicator as it is printed."""
    return [_card(desk, id, found, entered) for id, found in desk.report.indicators.items()]


def _card(desk: Desk, id: str, found: IndicatorResult, entered: Sequence[EnteredValue]) -> Card:
    indicator, places = desk.questionnaire.indicators[id], desk.places
    estimate = scored_by(desk.report)[found.measure] if found.measure else None
    variant = desk.questionnaire.indicators.get(indicator.variant_of or "")
    return Card(
        id=id,
        title=indicator.title.say(spoken()),
        points=plain(found.points),
        score=number(found.score, places.points),
        score_rate=_score_rate(desk, found),
        interval=_range(found, places.points),
        rule=indicator.wording.say(spoken()) if indicator.wording else "",
        measure=desk.questionnaire.measures[found.measure].title.say(spoken()) if found.measure else "",
        value=percent(value_of(estimate) if estimate else None, places.percent),
        target=f"{plain(found.target * 100)}%" if found.target is not None else "",
        meets={True: _("target met"), False: _("target not met"), None: ""}[found.meets_target],
        met=found.meets_target,
        line=indicator_line(indicator, found, desk.report),
        veto=_veto(indicator, found),
        undecided=name(UNDECIDED, found.undecided) if found.undecided else "",
        defined=_defined(desk, indicator, found),
        variant_of=variant.title.say(spoken()) if variant else "",
        parts=[_part(desk, indicator, number) for number, _part_result in enumerate(found.parts)],
        bar=_bar(desk, indicator, found),
        slots=list(_slots(desk, id, entered)),
        sureness=sureness(desk, id, found),
    )


def _range(found: IndicatorResult, places: int) -> str:
    """Return the range of a score; nothing where the score is certain, as an entered one is."""
    is_certain = found.interval is not None and found.interval[0] == found.interval[1]
    return UNKNOWN if is_certain else number_range(found.interval, places)


def _score_rate(desk: Desk, found: IndicatorResult) -> str:
    if found.score is None:
        return UNKNOWN
    return percent(rounded(found.score, desk.places.points) / found.points, desk.places.percent)


def _veto(indicator: Indicator, found: IndicatorResult) -> str:
    if found.veto is None:
        return ""
    texts = {veto.id: veto.text.say(spoken()) for veto in indicator.veto}
    return texts.get(found.veto, _("No survey was made"))


def _defined(desk: Desk, indicator: Indicator, found: IndicatorResult) -> str:
    """Say what the printed definition would give, where it defines another measure than the one computed."""
    if found.defined_measure is None or indicator.definition is None:
        return ""
    estimate, measure = (
        scored_by(desk.report)[found.defined_measure],
        desk.questionnaire.measures[found.defined_measure],
    )
    return _(
        "The printed definition reads: %(wording)s. That is %(measure)s, %(value)s; it would give %(score)s points.",
        wording=indicator.definition.wording.say(spoken()), measure=measure.title.say(spoken()),
        value=percent(value_of(estimate), desk.places.percent), score=number(found.defined_score, desk.places.points),
    )  # fmt: skip


def _part(desk: Desk, indicator: Indicator, position: int) -> PartRow:
    found = desk.report.indicators[_id_of(desk, indicator)].parts[position]
    part = {part.id: part for part in indicator.parts or ()}[found.id]
    source = found.entered or ""
    if found.measure:
        title = desk.questionnaire.measures[found.measure].title.say(spoken())
        source = f"{title} {percent(value_of(scored_by(desk.report)[found.measure]), desk.places.percent)}"
    return PartRow(
        title=part.title.say(spoken()), points=plain(found.points), source=source,
        score=number(found.score, max(desk.places.points, 2)),
    )  # fmt: skip


def _id_of(desk: Desk, indicator: Indicator) -> str:
    return next(id for id, other in desk.questionnaire.indicators.items() if other is indicator)


def _bar(desk: Desk, indicator: Indicator, found: IndicatorResult) -> Bar | None:
    nodes: Sequence[Indicator | Part] = indicator.parts or (indicator,)
    node = next((node for node in nodes if node.measure is not None), None)
    if node is None or node.measure is None:
        return None
    return bar(node, scored_by(desk.report)[node.measure], found.target, desk.places.percent)


def total(desk: Desk) -> Total:
    """Add up the printed scores of the indicators that are no variants."""
    counted = {
        id: found
        for id, found in desk.report.indicators.items()
        if desk.questionnaire.indicators[id].variant_of is None
    }
    scored = [found for found in counted.values() if found.score is not None]
    places = desk.places.points
    printed = sum((rounded(found.score or Fraction(0), places) for found in scored), Fraction(0))
    exact = sum((found.score or Fraction(0) for found in scored), Fraction(0))
    missing = [
        desk.questionnaire.indicators[id].title.say(spoken())
        for id, found in counted.items()
        if found.score is None
    ]
    return Total(
        points=plain(sum((found.points for found in scored), Fraction(0))), score=half_up(printed, places),
        exact=half_up(exact, places + 3), missing=missing,
    )  # fmt: skip


# --- values entered by hand ----------------------------------------------------------------------------------------


def _slots(desk: Desk, id: str, entered: Sequence[EnteredValue]) -> Iterator[Slot]:
    indicator = desk.questionnaire.indicators[id]
    by_part = {e.part: e for e in entered if e.indicator == id}
    nodes: list[tuple[str, Indicator | Part]] = [(part.id, part) for part in indicator.parts or ()] or [
        ("", indicator)
    ]
    for part, node in nodes:
        if node.measure is None or node.judged:
            yield _slot(id, part, node, by_part.get(part))
    for veto in indicator.veto:
        yield _circumstance(id, veto.id, veto.text.say(spoken()), by_part.get(veto.id))
    if desk.questionnaire.indicator_measures(indicator):
        yield _circumstance(id, NO_SURVEY, _("No survey was made"), by_part.get(NO_SURVEY))


def _slot(id: str, part: str, node: Indicator | Part, entered: EnteredValue | None) -> Slot:
    fixed = node.entered.value if node.entered else None
    reason = node.entered.reason.say(spoken()) if node.entered and node.entered.reason else ""
    return Slot(
        indicator=id, part=part, title=node.title.say(spoken()), hint=_hint(node),
        choices=[(grade, grade) for grade in node.grades or ()],
        value=entered.value if entered else (fixed or ""), fixed_reason=reason, entered=entered,
    )  # fmt: skip


def _hint(node: Indicator | Part) -> str:
    if node.grades is not None:
        return ""
    if node.judged:
        return _("Points, 0 to %(n)s", n=plain(node.points))
    return _("Percent, written without the sign: 98.57")


def _circumstance(id: str, part: str, title: str, entered: EnteredValue | None) -> Slot:
    return Slot(
        indicator=id, part=part, title=title, hint="", fixed_reason="", entered=entered, is_circumstance=True,
        choices=[(SAID_NO, _("no")), (SAID_YES, _("yes"))], value=entered.value if entered else SAID_NO,
    )  # fmt: skip


def check_entry(desk: Desk, indicator: str, part: str, value: str) -> None:
    """Refuse a value that cannot be scored, or that there is no place for. Raises UnfitEntryError."""
    for problem in check_entries(desk.questionnaire, {f"{indicator}.{part}" if part else indicator: value}):
        raise UnfitEntryError(_unfit(desk, indicator, part, problem.kind))


def _unfit(desk: Desk, indicator: str, part: str, kind: str) -> str:
    if kind == "no-place":
        return _("There is nothing to enter here")
    if kind == "not-offered":
        return _("Choose one of the answers offered")
    if kind == "out-of-range":
        return _("The number lies outside the rule's range")
    hints = [slot.hint for slot in _slots(desk, indicator, []) if slot.part == part]
    return hints[0] or _("This cannot be scored")


def enter(store: Store, desk: Desk, entry: EnteredValue) -> None:
    """Keep a value entered by hand. Raises UnfitEntryError."""
    check_entry(desk, entry.indicator, entry.part, entry.value)
    store.enter(
        desk.slug, entry.indicator, entry.part, entry.value, entry.reason, entry.entered_by, entry.day
    )
