"""How fieldwork goes on: the ledger with its sums, bars against the plan, what to expect at closing, and the days of fielding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import ngettext

from analysis.ledger import COLUMNS, OPEN_LINK, Ledger
from analysis.pace import DAYS, Came, Outlook, Projection, Target, margin, project
from analysis.report import LedgerLine
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.evaluate.desk import Desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.words import CHANNELS, name
from surveyapp.present import UNKNOWN, half_up, number, percent
from surveyapp.store import CountRow, Store

# --- the ledger ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Head:
    """One column's name and exactly what it counts."""

    id: str
    title: str
    means: str


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """One line as it is printed."""

    labels: Sequence[str]
    cells: Sequence[str]
    is_total: bool = False


@dataclass(frozen=True, kw_only=True)
class LedgerTable:
    """The ledger summed one way, with its total."""

    title: str
    names: Sequence[str]
    rows: Sequence[LedgerRow]


def heads(ledger: Ledger) -> list[Head]:
    """Return the ledger's columns; those of what waits and of codes used only while they say something."""
    return [
        Head(
            id=c.id, title=c.en if spoken() == "en" else c.zh, means=_means(c.means_en, c.means_zh, c.formula)
        )
        for c in COLUMNS
        if c.id in _told(ledger)
    ]


def _means(en: str, zh: str, formula: str) -> str:
    said = en if spoken() == "en" else zh
    return f"{said} ({formula})" if formula.startswith("issued") and spoken() == "en" else said


def _told(ledger: Ledger) -> list[str]:
    total = ledger.total
    without = {"waiting"} if not total.waiting else set()
    without |= {"used"} if not ledger.elsewhere else set()
    return [column.id for column in COLUMNS if column.id not in without]


def tables(ledger: Ledger, questionnaire: Questionnaire) -> list[LedgerTable]:
    """Return the ledger by channel, by stratum if there are any, and by both."""
    channel, stratum = _("Channel"), _("Stratum")
    found = [_table(ledger, ledger.by_channel(), questionnaire, _("By channel"), [channel])]
    if any(line.stratum for line in ledger.lines):
        people = [_("People")] if questionnaire.population.strata else []
        found += [
            _table(
                ledger,
                every_stratum(ledger, questionnaire),
                questionnaire,
                _("By stratum"),
                [stratum, *people],
            ),
            _table(ledger, ledger.lines, questionnaire, _("By channel and stratum"), [channel, stratum]),
        ]
    return found


def _table(
    ledger: Ledger,
    lines: Sequence[LedgerLine],
    questionnaire: Questionnaire,
    title: str,
    names: Sequence[str],
) -> LedgerTable:
    kept, labels = _told(ledger), strata_labels(questionnaire)
    rows = [
        LedgerRow(labels=_labels(line, names, questionnaire), cells=_cells(line, kept))
        for line in _in_order(lines, labels)
    ]
    total = LedgerRow(
        labels=[_("Total"), *[""] * (len(names) - 1)], cells=_cells(ledger.total, kept), is_total=True
    )
    return LedgerTable(title=title, names=names, rows=[*rows, total])


def _labels(line: LedgerLine, names: Sequence[str], questionnaire: Questionnaire) -> list[str]:
    strata, people = strata_labels(questionnaire), questionnaire.population.strata
    of = {
        _("Channel"): name(CHANNELS, line.channel),
        _("Stratum"): strata.get(line.stratum, line.stratum) or _("not stated"),
        _("People"): str(people.get(line.stratum, UNKNOWN)),
    }
    return [of[one] for one in names]


def _cells(line: LedgerLine, kept: Sequence[str]) -> list[str]:
    return [UNKNOWN if getattr(line, id) is None else str(getattr(line, id)) for id in kept]


def every_stratum(ledger: Ledger, questionnaire: Questionnaire) -> list[LedgerLine]:
    """Return one line for each stratum, also for those nobody was sent to and nobody answered from."""
    lines = list(ledger.by_stratum())
    silent = questionnaire.population.strata.keys() - {line.stratum for line in lines}
    return [*lines, *(LedgerLine(channel="", stratum=code) for code in silent)]


def _in_order(lines: Sequence[LedgerLine], strata: Mapping[str, str]) -> list[LedgerLine]:
    """Sort by channel, and strata as the definition does; what states none comes last."""
    place = {code: at for at, code in enumerate(strata)}
    return sorted(
        lines, key=lambda x: (x.channel, not x.stratum, place.get(x.stratum, len(place)), x.stratum)
    )


def strata_labels(questionnaire: Questionnaire) -> dict[str, str]:
    """Return the strata's labels by code, in the page's language."""
    item = questionnaire.population.stratum_item
    options = {
        code: questionnaire.option(item, code) if item else None for code in questionnaire.population.strata
    }
    return {code: option.label.say(spoken()) if option else code for code, option in options.items()}


def reached(desk: Desk) -> Fraction | None:
    """Return returned ÷ delivered, of what is taken up; None where as many arrived as went out, or there is no list."""
    ledger = Ledger(desk.report.fieldwork.ledger)
    return (
        ledger.delivered_return_rate
        if ledger.total.undelivered and desk.report.fieldwork.return_rate
        else None
    )


def remarks(ledger: Ledger) -> list[str]:
    """Return what must be said with the ledger: codes answered in another way, and lines without a list behind them."""
    said = []
    if elsewhere := ledger.elsewhere:
        named = _(", ").join(f"{name(CHANNELS, channel)} {count}" for channel, count in elsewhere.items())
        said.append(_(
            "Codes that were answered in another way than by their own page (telephone, paper): %(named)s. What went out is "
            "counted by the channel of issue, what came back by the way it was answered; only the totals compare.", named=named,
        ))  # fmt: skip
    if any(line.channel == OPEN_LINK for line in ledger.lines):
        said.append(
            _(
                "Behind the public link there is no list: nothing was planned or issued by it, so it has no return rate."
            )
        )
    return said


# --- progress ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Bar:
    """So many of so many: the label, the numbers in words, and the drawing's width in percent."""

    label: str
    words: str
    more: str
    width: str


@dataclass(frozen=True, kw_only=True)
class DayRow:
    """One day: how many came in, in all and by channel; `width` is relative to the fullest day."""

    day: str
    total: int
    cells: Sequence[int]
    width: str
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Everything the page of progress shows."""

    total: LedgerLine
    whole: Bar
    strata: Sequence[Bar]
    channels: Sequence[Bar]
    days: Sequence[DayRow]
    day_channels: Sequence[str]
    earlier: int
    outlook: Sequence[str]
    method: str
    now: str
    at_closing: str
    is_over: bool


SHOWN_DAYS = 14


def progress(store: Store, desk: Desk, today: str) -> Progress:
    """Bring together how far fieldwork is."""
    ledger = reporting.live_ledger(store, desk.slug, desk.report)
    counts = reporting.live_counts(store, desk.slug)
    found = _projection(desk, ledger, counts, today)
    labels = strata_labels(desk.questionnaire)
    days, channels, earlier = _days(counts, today)
    return Progress(
        total=ledger.total, whole=_bar(_("All"), ledger.total, None), is_over=_is_over(desk, today),
        strata=[
            _bar(labels.get(line.stratum, line.stratum) or _("not stated"), line, _of(found, line.stratum))
            for line in _in_order(every_stratum(ledger, desk.questionnaire), labels)
            # codes that name no stratum are no plan for "not stated"
            if line.stratum or line.submitted
        ] if any(line.stratum for line in ledger.lines) else [],
        channels=[_channel_bar(line) for line in ledger.by_channel()],
        days=days, day_channels=channels, earlier=earlier, outlook=_outlook(desk, found), method=_method(found),
        now=_margin(desk, ledger, {line.stratum: line.valid for line in ledger.by_stratum()}),
        at_closing=_margin_at_closing(desk, ledger, found),
    )  # fmt: skip


def _is_over(desk: Desk, today: str) -> bool:
    closes = desk.survey.closes_on
    return desk.survey.state == "closed" or (closes is not None and closes < today)


def _bar(label: str, line: LedgerLine, found: Outlook | None) -> Bar:
    plan = line.planned
    if not plan:
        return Bar(
            label=label,
            words=ngettext("%(num)s came in", "%(num)s came in", line.submitted),
            more="",
            width="",
        )
    share = Fraction(line.submitted, plan)
    missing = max(0, plan - line.submitted)
    more = [_("%(n)s to go", n=missing) if missing else _("plan reached")]
    if found and found.expected is not None and missing:
        more.append(_("%(n)s expected at closing", n=found.expected))
    return Bar(
        label=label, words=_("%(n)s of %(plan)s, %(share)s", n=line.submitted, plan=plan, share=percent(share, 0)),
        more=_(", ").join(more), width=half_up(min(share, Fraction(1)) * 100, 2),
    )  # fmt: skip


def _channel_bar(line: LedgerLine) -> Bar:
    """Return a channel against its plan: its codes are done with when they were used, by whatever way of answering."""
    elsewhere = max(0, (line.used or 0) - line.submitted)
    bar = _bar(name(CHANNELS, line.channel), replace(line, submitted=line.submitted + elsewhere), None)
    if not elsewhere:
        return bar
    more = [bar.more, _("%(n)s of them answered in another way", n=elsewhere)]
    return replace(bar, more=_(", ").join(one for one in more if one))


def _of(found: Projection | None, stratum: str) -> Outlook | None:
    return next((one for one in found.strata if one.stratum == stratum), None) if found else None


def _projection(desk: Desk, ledger: Ledger, counts: Sequence[CountRow], today: str) -> Projection | None:
    """Project until closing; None once it is over or before anything came in."""
    if _is_over(desk, today) or not ledger.total.submitted or desk.survey.state == "draft":
        return None
    counted = desk.report.fieldwork
    # copies counted by hand name no stratum, and the open link has no list: then nothing caps a stratum
    capped = desk.survey.distributed is None and not desk.survey.open_link
    targets = [
        Target(stratum=line.stratum, planned=line.planned, issued=line.issued if capped else None)
        for line in ledger.by_stratum()
    ]
    came = [Came(day=row.day, stratum=row.stratum or "", count=row.count) for row in counts]
    share = Fraction(counted.valid, counted.returned) if counted.returned else None
    return project(came, targets, today=today, closes_on=desk.survey.closes_on, valid_share=share)


def _outlook(desk: Desk, found: Projection | None) -> list[str]:
    """Return the sentences about what to expect."""
    if found is None:
        return []
    if found.pace is None:
        return [_("Today is the first day of answers; from tomorrow on the pace is known.")]
    said = [_("Pace: %(pace)s a day, on average of the last days.", pace=number(found.pace, 1))]
    if found.days_left is None:
        return [*said, _("Set a closing day to see what to expect until then.")]
    said.append(_(
        "If it goes on like this, %(n)s will have come in by %(day)s (days left, today included: %(left)s), %(valid)s of them "
        "valid.", n=found.expected, day=desk.survey.closes_on, left=found.days_left,
        valid=UNKNOWN if found.expected_valid is None else found.expected_valid,
    ))  # fmt: skip
    return said


def _method(found: Projection | None) -> str:
    if found is None or found.pace is None:
        return ""
    return _(
        "Pace: the answers of the last %(days)s days before today ÷ %(days)s. It is taken to go on every day up to the closing "
        "day, stratum by stratum, never above the number of codes issued; of what comes in, the share is valid that was valid "
        "until now. Rounded down. The pace looks back %(most)s days at most.", days=found.days_seen, most=DAYS,
    )  # fmt: skip


# --- margins -------------------------------------------------------------------------------------------------------


def _margin(desk: Desk, ledger: Ledger, valid: Mapping[str, int]) -> str:
    """Print the margin that so many valid answers by stratum give; nothing for an open link, which is no random sample."""
    population = desk.questionnaire.population
    if ledger.is_open or desk.survey.open_link:
        return ""
    known = {code: people for code, people in population.strata.items() if people}
    fits = {code: min(n, known[code]) if code in known else n for code, n in valid.items()}
    found = margin(fits, known, population.total)
    return "" if found is None else f"±{half_up(Fraction(repr(found)) * 100, 1)}"


def _margin_at_closing(desk: Desk, ledger: Ledger, found: Projection | None) -> str:
    if found is None or found.expected_valid is None:
        return ""
    return _margin(desk, ledger, {one.stratum: one.expected_valid or 0 for one in found.strata})


# --- days ----------------------------------------------------------------------------------------------------------


def _days(counts: Sequence[CountRow], today: str) -> tuple[list[DayRow], list[str], int]:
    """Return the latest days with their channels, and how many came in before them."""
    by_day: dict[str, Counter[str]] = {}
    for row in counts:
        by_day.setdefault(row.day, Counter())[row.channel] += row.count
    days = sorted(day for day in by_day if day)
    shown, channels = days[-SHOWN_DAYS:], sorted({row.channel for row in counts})
    most = max((by_day[day].total() for day in shown), default=0)
    rows = [
        DayRow(
            day=day, total=by_day[day].total(), cells=[by_day[day][channel] for channel in channels],
            width=half_up(Fraction(by_day[day].total() * 100, most), 2), is_today=day == today,
        )
        for day in reversed(shown)
    ]  # fmt: skip
    earlier = sum(by_day[day].total() for day in by_day) - sum(row.total for row in rows)
    return rows, [name(CHANNELS, channel) for channel in channels], earlier


# --- the days of fielding ------------------------------------------------------------------------------------------


def window_problem(opens_on: date | None, closes_on: date | None) -> str:
    """Return what is wrong with a first and a last day, if anything."""
    if opens_on and closes_on and closes_on < opens_on:
        return _("The last day lies before the first.")
    return ""
