"""What the figures would be had it been decided otherwise who counts; and three remarks that never exclude by themselves.

Duplicates are questionnaires with the same id (the later ones), and, as a remark only, questionnaires alike in every
closed answer. Contradictory answers are two conditions that cannot both be true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analysis.evaluation import evaluate
from analysis.patterns import Code, Pattern, PatternTable
from analysis.rates import Fieldwork
from analysis.report import Estimate, IndicatorResult
from analysis.validity import FLAG_SEPARATOR, judge, split_flags
from questionnaires.model import Conditions, Questionnaire, holds

IDENTICAL = "identical_answers"
CONTRADICTORY = "contradictory"

Kind = Literal["as-defined", "without-flagged", "without-flag", "with-reason"]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The result had the flagged been left out, or those excluded for one reason kept; `name` is the flag or the reason."""

    kind: Kind
    name: str
    n: int
    changed: int
    measures: Mapping[str, Estimate]
    indicators: Mapping[str, IndicatorResult]


def sensitivity(
    questionnaire: Questionnaire, table: PatternTable, fieldwork: Fieldwork | None = None
) -> tuple[Variant, ...]:
    """Return the result as defined, without everybody flagged, without each flag, and with each excluded reason kept.

    `changed` is how many questionnaires are left out or kept. The rules are applied once; a variant only moves who counts.
    """
    judged = judge(questionnaire, table)
    return tuple(
        _variant(questionnaire, judged, kind, name, of_row, fieldwork or Fieldwork())
        for kind, name, of_row in _variants(judged)
    )


Choice = Callable[[Pattern], Pattern | None]
"""Returns a row as it counts in a variant, or None if it is left out."""


def _variants(judged: PatternTable) -> Iterator[tuple[Kind, str, Choice]]:
    valid = [row for row in judged.rows if not row.validity]
    yield "as-defined", "", lambda row: None if row.validity else row
    flags = sorted({flag for row in valid for flag in split_flags(row.flags)})
    if flags:
        yield "without-flagged", "", lambda row: None if row.validity or row.flags else row
    for flag in flags if len(flags) > 1 else []:
        yield "without-flag", flag, _without(flag)
    for reason in sorted({row.validity for row in judged.rows} - {""}):
        yield "with-reason", reason, _with(reason)


def _without(flag: str) -> Choice:
    return lambda row: None if row.validity or flag in split_flags(row.flags) else row


def _with(reason: str) -> Choice:
    return lambda row: replace(row, validity="") if row.validity == reason else None if row.validity else row


def _variant(
    questionnaire: Questionnaire,
    judged: PatternTable,
    kind: Kind,
    name: str,
    choose: Choice,
    fieldwork: Fieldwork,
) -> Variant:
    rows = [kept for row in judged.rows if (kept := choose(row)) is not None]
    counted = PatternTable.of(rows)
    # the rules have spoken: what counts here counts, whatever they would say once more
    settled = questionnaire.model_copy(update={"validity": ()})
    report = evaluate(settled, counted, Fieldwork(entered=fieldwork.entered))
    before = sum(row.count for row in judged.rows if not row.validity)
    return Variant(
        kind=kind, name=name, n=counted.count, changed=abs(counted.count - before),
        measures=report.measures, indicators=report.indicators,
    )  # fmt: skip


# --- remarks -------------------------------------------------------------------------------------------------------


def repeated(ids: Sequence[str]) -> dict[int, int]:
    """Return, for each place (from 0) whose id stood before, the place where it stood first; an empty id is none."""
    first: dict[str, int] = {}
    later = {}
    for place, name in enumerate(ids):
        if not name:
            continue
        if name in first:
            later[place] = first[name]
        first.setdefault(name, place)
    return later


def flag_identical(
    table: PatternTable, items: Sequence[str], *, least_items: int = 8, least_times: int = 2
) -> PatternTable:
    """Flag valid questionnaires alike in every one of several closed items, at least so many times over.

    Only vectors with at least `least_items` answers that are not all one code: few items repeat by chance, and straight lines
    have a remark of their own. A flag is a question, not a finding: it does not exclude.
    """
    times: Counter[tuple[Code | None, ...]] = Counter()
    for row in table.rows:
        if not row.validity:
            times[_vector(row, items)] += row.count
    return PatternTable(
        tuple(
            add_flag(row, IDENTICAL)
            if not row.validity
            and times[vector := _vector(row, items)] >= least_times
            and sum(answer is not None for answer in vector) >= least_items
            and len({answer for answer in vector if answer is not None}) > 1
            else row
            for row in table.rows
        )
    )


def _vector(row: Pattern, items: Sequence[str]) -> tuple[Code | None, ...]:
    return tuple(map(row.closed.get, items))


def add_flag(row: Pattern, flag: str) -> Pattern:
    """Return a pattern with one more remark, in a fixed order."""
    return replace(row, flags=FLAG_SEPARATOR.join(sorted({*split_flags(row.flags), flag})))


def contradicts(first: Conditions, second: Conditions, closed: Mapping[str, Code]) -> bool:
    """Say whether answers meet two conditions that cannot both be true: "never heard of it" and "very satisfied with it".

    Both must name something: nothing contradicts an empty condition.
    """
    return bool(first) and bool(second) and holds(first, closed, {}) and holds(second, closed, {})


def flag_contradictory(table: PatternTable, first: Conditions, second: Conditions) -> PatternTable:
    """Flag the questionnaires whose answers contradict each other."""
    return PatternTable(
        tuple(
            add_flag(row, CONTRADICTORY) if contradicts(first, second, row.closed) else row
            for row in table.rows
        )
    )
