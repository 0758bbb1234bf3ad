"""The pages 发放, 回收 and 清理: what went out, what came back, and what does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from analysis import judge
from analysis.evaluation import stratum_of
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.config import Config
from surveyapp.evaluate.desk import Desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.rule_words import validity_words
from surveyapp.evaluate.words import CHANNELS, REASONS, name
from surveyapp.fieldwork.codes import hash_code, make_codes
from surveyapp.fieldwork.links import PublicUrlMissingError, code_link, open_link
from surveyapp.fieldwork.qr import CodeRow, codes_sheet
from surveyapp.store import DayCount, Store


@dataclass(frozen=True, kw_only=True)
class Order:
    """So many access codes, for whom, going out how."""

    count: int
    stratum: str
    channel: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class CountRow:
    """What went out and came back in one part of the survey; None where it is not known."""

    label: str
    issued: int | None
    returned: int
    valid: int
    population: int | None = None


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
    item = questionnaire.population.stratum_item
    labels = {
        code: questionnaire.option(item, code) if item else None for code in questionnaire.population.strata
    }
    return {code: option.label.say(spoken()) if option else code for code, option in labels.items()}


def issue(store: Store, config: Config, slug: str, order: Order, day: str) -> bytes:
    """Issue access codes and return the sheet that is handed out; afterwards only their hashes are left.

    Raises PublicUrlMissingError and UnknownSurveyError.
    """
    questionnaire = reporting.questionnaire(store, slug)
    label = dict(questionnaire.strata()).get(order.stratum, order.stratum)
    codes = list(make_codes(order.count))
    sheet = codes_sheet(
        CodeRow(code=code, link=code_link(config, slug, code), stratum=label) for code in codes
    )
    store.issue_codes(
        slug, [hash_code(code) for code in codes],
        purpose=order.purpose, channel=order.channel, stratum=order.stratum or None, day=day,
    )  # fmt: skip
    return sheet


# --- 回收 ----------------------------------------------------------------------------------------------------------


def by_channel(desk: Desk) -> list[CountRow]:
    """Return what went out and came back by channel."""
    issued = _issued(desk, "channel")
    counted = desk.report.fieldwork.channels
    return [
        CountRow(
            label=name(CHANNELS, channel), issued=issued.get(channel),
            returned=counted.get(channel, {}).get("returned", 0), valid=counted.get(channel, {}).get("valid", 0),
        )
        for channel in sorted({*issued, *counted})
    ]  # fmt: skip


def by_stratum(store: Store, desk: Desk) -> list[CountRow]:
    """Return what went out and came back by stratum; nothing without strata."""
    labels = strata(desk.questionnaire)
    if not labels:
        return []
    issued = _issued(desk, "stratum")
    returned, valid = _counted_strata(store, desk)
    rows = [
        CountRow(
            label=label, issued=issued.get(code), returned=returned[code], valid=valid[code],
            population=desk.questionnaire.population.strata[code],
        )
        for code, label in labels.items()
    ]  # fmt: skip
    others = [code for code in returned if code not in labels]
    if others:
        total = sum(returned[code] for code in others), sum(valid[code] for code in others)
        rows.append(CountRow(label=_("not stated"), issued=None, returned=total[0], valid=total[1]))
    return rows


def _counted_strata(store: Store, desk: Desk) -> tuple[Counter[str], Counter[str]]:
    returned: Counter[str] = Counter()
    valid: Counter[str] = Counter()
    for row in judge(desk.questionnaire, reporting.pattern_table(store, desk.slug)).rows:
        code = stratum_of(desk.questionnaire, row)
        returned[code] += row.count
        valid[code] += 0 if row.validity else row.count
    return returned, valid


def _issued(desk: Desk, by: str) -> Mapping[str, int]:
    issued: Counter[str] = Counter()
    for row in desk.ledger:
        issued[getattr(row, by) or ""] += row.issued - row.void
    return {key: count for key, count in issued.items() if key}


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
