"""The pages 发放, 回收 and 清理: what went out, what came back, and what does not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from analysis import Estimate, aapor
from analysis.report import Warning
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.config import Config
from surveyapp.evaluate.desk import Desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.progress import strata_labels
from surveyapp.evaluate.rule_words import validity_words
from surveyapp.evaluate.signs import signed
from surveyapp.evaluate.words import CHANNELS, DISPOSITIONS, REASONS, name
from surveyapp.fieldwork.issuing import code_rows, make_cases
from surveyapp.fieldwork.links import PublicUrlMissingError, open_link
from surveyapp.fieldwork.qr import codes_sheet
from surveyapp.present import UNKNOWN, percent
from surveyapp.store import DayCount, Store


@dataclass(frozen=True, kw_only=True)
class Order:
    """So many access codes, for whom, going out how."""

    count: int
    stratum: str
    channel: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """One validity rule and how many it excluded or flagged."""

    words: str
    excludes: bool
    count: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Returned questionnaires by day and channel."""

    channels: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int], int]]


def public_link(config: Config, slug: str) -> str:
    """Return the public link, or nothing while the public address is not configured."""
    try:
        return open_link(config, slug)
    except PublicUrlMissingError:
        return ""


def strata(questionnaire: Questionnaire) -> dict[str, str]:
    """Return the strata's labels by code, in the page's language."""
    return strata_labels(questionnaire)


def issue(store: Store, config: Config, slug: str, order: Order, day: str) -> bytes:
    """Issue access codes and return the sheet that is handed out; afterwards only their hashes are left.

    Raises PublicUrlMissingError and UnknownSurveyError.
    """
    questionnaire = reporting.questionnaire(store, slug)
    label = dict(questionnaire.strata()).get(order.stratum, order.stratum)
    cases = make_cases(config, slug, order.count)
    sheet = codes_sheet(code_rows(cases, label))
    store.issue_codes(
        slug, [case.hashes for case in cases],
        purpose=order.purpose, channel=order.channel, stratum=order.stratum or None, day=day,
    )  # fmt: skip
    return sheet


# --- 回收 ----------------------------------------------------------------------------------------------------------


def calendar(counts: Sequence[DayCount]) -> Calendar:
    """Return returned questionnaires as a table of days by channels."""
    channels = sorted({count.channel for count in counts})
    found = {(count.day, count.channel): count.count for count in counts}
    days = sorted({count.day for count in counts})
    cells = {day: [found.get((day, channel), 0) for channel in channels] for day in days}
    return Calendar(
        channels=[name(CHANNELS, channel) for channel in channels],
        rows=[(day, cells[day], sum(cells[day])) for day in days],
    )


@dataclass(frozen=True, kw_only=True)
class RateRow:
    """One of AAPOR's rates: its formula in letters and in numbers."""

    name: str
    value: str
    formula: str
    numbers: str


@dataclass(frozen=True, kw_only=True)
class Dispositions:
    """AAPOR's table: the cases that went out by how they ended, and the rates; or why there is none."""

    cases: Sequence[tuple[str, str, int]]
    rates: Sequence[RateRow]
    others: Sequence[RateRow]
    eligible: str
    partial: str
    why_not: str


def dispositions(desk: Desk) -> Dispositions:
    """Return AAPOR's dispositions and rates of the fieldwork as it stands."""
    counted = desk.report.fieldwork
    cases = counted.dispositions
    reasons = [reason for reason in desk.questionnaire.partial_reasons if counted.invalid_reasons.get(reason)]
    if cases is None:
        return Dispositions(
            cases=(), rates=(), others=(), eligible="", partial="", why_not=_why_not(counted.no_rates)
        )
    rows = [_rate_row(rate, value, cases, desk) for rate, value in counted.response_rates.items()]
    return Dispositions(
        cases=[(code, name(DISPOSITIONS, code), cases[code]) for code in aapor.DISPOSITIONS],
        rates=[row for row in rows if row.name.startswith("RR")],
        others=[row for row in rows if not row.name.startswith("RR")],
        eligible=percent(counted.e, desk.places.percent), why_not="",
        partial=_(", ").join(name(REASONS, reason) for reason in reasons),
    )  # fmt: skip


def _rate_row(rate: str, value: Fraction | None, cases: Mapping[str, int], desk: Desk) -> RateRow:
    marks = aapor.RATES[rate]
    top, base = ([code for code, mark in side.items() if mark != "0"] for side in (marks.top, marks.base))
    letters = [f"e·{code}" if marks.base[code] == "e" else code for code in base]
    numbers = [f"e × {cases[code]}" if marks.base[code] == "e" else str(cases[code]) for code in base]
    return RateRow(
        name=rate, value=percent(value, desk.places.percent),
        formula=f"{_sum(top)} ÷ ({' + '.join(letters)})",
        numbers=f"{_sum([str(cases[code]) for code in top])} ÷ ({' + '.join(numbers)})",
    )  # fmt: skip


def _sum(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"


def _why_not(found: Warning | None) -> str:
    """Say why there are no response rates, and what can be said instead."""
    if found is None:
        return ""
    if found.code == "distributed-unknown":
        return _(
            "It is not known how many were handed out, so there are no response rates. Enter the number under Fielding."
        )
    return found.en if spoken() == "en" else found.zh


# --- 清理 ----------------------------------------------------------------------------------------------------------


def rule_rows(desk: Desk) -> list[RuleRow]:
    """Return the validity rules in their order with their counts; of two rules of one kind, the first has both."""
    counted, rows, seen = desk.report.fieldwork, [], set()
    for rule in desk.questionnaire.validity:
        counts = counted.invalid_reasons if rule.effect == "exclude" else counted.flags
        key = (rule.rule, rule.effect)
        count = 0 if key in seen else counts.get(rule.rule, 0)
        seen.add(key)
        words = validity_words(desk.questionnaire, rule)
        rows.append(
            RuleRow(
                words=words, excludes=rule.effect == "exclude", count=count, reason=name(REASONS, rule.rule)
            )
        )
    return rows


def other_reasons(desk: Desk) -> list[tuple[str, int, bool]]:
    """Return reasons and flags that belong to no rule of this version: reason, count, whether it excludes."""
    counted = desk.report.fieldwork
    known = {(rule.rule, rule.effect == "exclude") for rule in desk.questionnaire.validity}
    found = [
        *((reason, count, True) for reason, count in counted.invalid_reasons.items()),
        *((flag, count, False) for flag, count in counted.flags.items()),
    ]
    return [
        (name(REASONS, code), count, excludes)
        for code, count, excludes in found
        if (code, excludes) not in known
    ]


@dataclass(frozen=True, kw_only=True)
class SensitivityRow:
    """One way to count: what it does, how many questionnaires, and value and change of each measure."""

    words: str
    n: str
    figures: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """The measures had others counted: titles of the measures, and for each way its figures."""

    titles: Sequence[str]
    rows: Sequence[SensitivityRow]


def sensitivity_table(desk: Desk) -> Sensitivity | None:
    """Return the measures with and without the flagged and with exclusions put back; None if there is nothing to vary."""
    report = desk.report
    if not report.sensitivity:
        return None
    base = SensitivityRow(
        words=_("as defined"), n=str(report.fieldwork.valid),
        figures=[(percent(found.exact, desk.places.percent), "") for found in report.measures.values()],
    )  # fmt: skip
    return Sensitivity(
        titles=[measure.title.say(spoken()) for measure in desk.questionnaire.measures.values()],
        rows=[base, *(_variant_row(desk, variant, found) for variant, found in report.sensitivity.items())],
    )


def _variant_row(desk: Desk, variant: str, measures: Mapping[str, Estimate]) -> SensitivityRow:
    words, change = _variant_words(desk, variant)
    return SensitivityRow(
        words=words, n=UNKNOWN if change is None else str(desk.report.fieldwork.valid + change),
        figures=[_changed(found, desk.report.measures[id], desk) for id, found in measures.items()],
    )  # fmt: skip


def _changed(found: Estimate, base: Estimate, desk: Desk) -> tuple[str, str]:
    places = desk.places.percent
    if found.exact is None or base.exact is None:
        return percent(found.exact, places), ""
    return percent(found.exact, places), signed((found.exact - base.exact) * 100, places)


def _variant_words(desk: Desk, variant: str) -> tuple[str, int | None]:
    """Return what a variant does, and by how many its questionnaires are more or fewer; None if that is not counted."""
    counted = desk.report.fieldwork
    kind, _colon, code = variant.partition(":")
    if kind == "with-reason":
        n = counted.invalid_reasons.get(code, 0)
        return _("with the %(n)s excluded as “%(reason)s”", n=n, reason=name(REASONS, code)), n
    if kind == "without-flag":
        n = counted.flags.get(code, 0)
        return _("without the %(n)s flagged “%(reason)s”", n=n, reason=name(REASONS, code)), -n
    if len(counted.flags) == 1:
        ((flag, n),) = counted.flags.items()
        return _("without the %(n)s flagged “%(reason)s”", n=n, reason=name(REASONS, flag)), -n
    return _("without any that is flagged"), None
