"""Rates of fieldwork, each from its own base: 回收率 return, 有效率 validity, 有效回收率 valid return, and AAPOR's (aapor.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from analysis.aapor import response_rates
from analysis.ledger import OPEN_LINK, UNKNOWN, Issue
from analysis.patterns import PatternTable
from analysis.report import FieldworkResult
from analysis.validity import DUPLICATE, split_flags

NOT_SEEN = "not_seen"
"""The reason given for questionnaires that were returned but are not among the rows."""


@dataclass(frozen=True, kw_only=True)
class Fieldwork:
    """What the rows themselves cannot tell.

    `distributed` is how many questionnaires or codes went out, `returned` how many came back if more than the rows
    show, `entered` the values typed in for indicators (see `indicators.Scorer`). None is unknown.

    `issues` is what went out, by channel and stratum, for the ledger. `cases` says by AAPOR's disposition what is known of
    those that did not come back (undelivered, refused by telephone…); of the rest nothing was heard. `pending` answers came
    in and are not among the rows yet.
    """

    distributed: int | None = None
    returned: int | None = None
    entered: Mapping[str, str] = field(default_factory=dict)
    issues: Sequence[Issue] = ()
    cases: Mapping[str, int] = field(default_factory=dict)
    pending: int = 0


def fieldwork_result(
    table: PatternTable, fieldwork: Fieldwork, population: int | None, partial: Collection[str]
) -> FieldworkResult:
    """Count a judged pattern table. Raises ValueError if fewer were returned than there are rows."""
    reasons: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    came: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for row in table.rows:
        channel = row.channel or UNKNOWN
        came[channel] += row.count
        if row.validity:
            reasons[row.validity] += row.count
            continue
        kept[channel] += row.count
        for flag in split_flags(row.flags):
            flags[flag] += row.count
    seen = came.total()
    returned = seen if fieldwork.returned is None else fieldwork.returned
    if returned < seen:
        raise ValueError(f"returned ({returned}) must not be less than the {seen} questionnaires there are")
    if returned > seen:
        reasons[NOT_SEEN] = returned - seen
    return result(
        returned=returned, valid=kept.total(), distributed=fieldwork.distributed, population=population,
        reasons=dict(sorted(reasons.items())), flags=dict(sorted(flags.items())),
        channels={name: {"returned": came[name], "valid": kept[name]} for name in sorted(came)}, partial=partial,
        cases=_fitting(fieldwork, returned - reasons[DUPLICATE]),
    )  # fmt: skip


def _fitting(fieldwork: Fieldwork, returned: int) -> dict[str, int]:
    """Return what is known of the silent, no more than there are: copies handed out uncounted may leave fewer."""
    left = max(0, (fieldwork.distributed or 0) - returned)
    fitting: dict[str, int] = {}
    for name, count in fieldwork.cases.items():
        fitting[name] = min(count, left - sum(fitting.values()))
    return fitting


def result(
    *,
    returned: int,
    valid: int,
    distributed: int | None,
    population: int | None,
    reasons: Mapping[str, int],
    flags: Mapping[str, int],
    channels: Mapping[str, Mapping[str, int]],
    partial: Collection[str],
    cases: Mapping[str, int] | None = None,
) -> FieldworkResult:
    """Return the rates of these counts; a rate has no value where its base is unknown, zero or too small.

    `partial` are the reasons for which an invalid questionnaire is a partial interview. `cases` says what is known of those
    that did not come back. The list of those asked holds eligible people only.
    """
    found = response_rates(
        distributed=distributed, returned=returned, valid=valid, reasons=reasons, open_link=OPEN_LINK in channels,
        partial=partial, unanswered=cases,
    )  # fmt: skip
    base = None if found.why_not or distributed is None or returned > distributed else distributed
    return FieldworkResult(
        population=population, distributed=distributed, returned=returned, valid=valid,
        return_rate=ratio(returned, base), validity_rate=ratio(valid, returned), valid_return_rate=ratio(valid, base),
        response_rates=found.rates, dispositions=found.dispositions, e=found.e, no_rates=found.why_not,
        invalid_reasons=reasons, flags=flags, channels=channels,
    )  # fmt: skip


def ratio(part: int, base: int | None) -> Fraction | None:
    """Return part ÷ base exactly, or None if there is no base."""
    return Fraction(part, base) if base else None
