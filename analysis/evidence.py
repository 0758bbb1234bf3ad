"""Evidence of organised filling 异常填答线索: what a reader should look into. Nothing here excludes or deletes anything.

Each finding can have an innocent reason: content people give equal answers, a hall full of people answers within minutes, one
village really is less satisfied. So every figure stands beside the one to expect, and what fewer than `FEWEST_SHOWN` people
did is not shown.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis.estimates import Sample, estimate, option_values, stratum_of
from analysis.intervals import clopper_pearson
from analysis.ledger import UNKNOWN
from analysis.patterns import Code, Pattern, PatternTable
from analysis.report import Estimate
from analysis.suppression import FEWEST_SHOWN, hidden_groups
from analysis.validity import DUPLICATE
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Measure, Questionnaire

MOST_SHOWN = 5
BUSY = 3
"""A day is remarkable when it brought so many times as many answers as the other days on average."""

Kind = Callable[[Pattern], str]


@dataclass(frozen=True, kw_only=True)
class Alike:
    """A complete set of answers that was given often.

    `expected` is how often it would come if every item were answered independently of the others: n times the product of the
    answers' shares. Honest answers are not independent, so it is a floor, not a prediction. `is_top` says that every item of
    the scale has its best answer, which content people give too.
    """

    answers: Mapping[str, Code]
    count: int
    share: Fraction
    expected: float
    is_top: bool


@dataclass(frozen=True, kw_only=True)
class TopShare:
    """How many of a group gave the best answer throughout, and how many of everybody else did."""

    by: str
    group: str
    count: int
    n: int
    others: int
    others_n: int


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A group whose figure and that of everybody else lie so far apart that their intervals do not meet."""

    by: str
    group: str
    measure: str
    own: Estimate
    others: Estimate


@dataclass(frozen=True, kw_only=True)
class BusyDay:
    """A day that brought far more answers than the others do on average."""

    day: str
    count: int
    usual: Fraction


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything found; `n` is how many complete answers the most frequent ones are shares of."""

    n: int
    alike: tuple[Alike, ...]
    tops: tuple[TopShare, ...]
    apart: tuple[Apart, ...]


def find(questionnaire: Questionnaire, judged: PatternTable, measure: str | None) -> Evidence:
    """Look a judged table through; `measure` is the one whose groups are compared.

    Duplicates are left out: they are one questionnaire, sent twice. So are, from comparisons, answers that do not count.
    """
    rows = [row for row in judged.rows if row.validity != DUPLICATE]
    valid = [row for row in rows if not row.validity]
    scale = _scale(questionnaire)
    n, alike = _alike(questionnaire, rows, scale)
    kinds: Mapping[str, Kind] = {
        "_channel": lambda row: row.channel or UNKNOWN,
        "_stratum": lambda row: stratum_of(questionnaire, row),
    }
    compared = questionnaire.measures.get(measure or "")
    return Evidence(
        n=n, alike=alike,
        tops=tuple(one for by, kind in kinds.items() for one in _tops(by, kind, valid, scale)),
        apart=tuple(
            one
            for by, kind in kinds.items()
            if compared and measure
            for one in _apart(questionnaire, (by, kind), valid, measure, compared)
        ),
    )  # fmt: skip


# --- equal answers -------------------------------------------------------------------------------------------------


def _scale(questionnaire: Questionnaire) -> Mapping[str, frozenset[str]]:
    """Return the items that satisfaction is measured with, and the codes that are worth most in each."""
    items = dict.fromkeys(
        item for m in questionnaire.measures.values() if m.kind.startswith("satisfaction") for item in m.items
    )
    best: dict[str, frozenset[str]] = {}
    for item in items:
        if values := option_values(questionnaire, item):
            best[item] = frozenset(code for code, value in values.items() if value == max(values.values()))
    return best


def _alike(
    questionnaire: Questionnaire, rows: Sequence[Pattern], scale: Mapping[str, frozenset[str]]
) -> tuple[int, tuple[Alike, ...]]:
    """Count equal complete answers to everything but the stratum; the most frequent, if enough people gave them."""
    items = [item for item in questionnaire.closed_items if item != questionnaire.population.stratum_item]
    times: Counter[tuple[Code, ...]] = Counter()
    for row in rows:
        given = tuple(row.closed.get(item, "") for item in items)
        if all(given) and len(given) > 1:
            times[given] += row.count
    n = times.total()
    shares = [_shares(times, at, n) for at in range(len(items))]
    return n, tuple(
        Alike(
            answers=dict(zip(items, given, strict=True)), count=count, share=Fraction(count, n),
            expected=n * math.prod(shares[at][code] for at, code in enumerate(given)),
            is_top=_is_top(dict(zip(items, given, strict=True)), scale),
        )
        for given, count in sorted(times.items(), key=lambda one: (-one[1], str(one[0])))[:MOST_SHOWN]
        if count >= FEWEST_SHOWN
    )  # fmt: skip


def _shares(times: Mapping[tuple[Code, ...], int], at: int, n: int) -> Mapping[Code, float]:
    counts: Counter[Code] = Counter()
    for given, count in times.items():
        counts[given[at]] += count
    return {code: count / n for code, count in counts.items()}


def _is_top(closed: Mapping[str, Code], scale: Mapping[str, frozenset[str]]) -> bool:
    """Say whether every item of the scale that was asked has its best answer; of a single item that says nothing."""
    given = [(item, closed.get(item)) for item in scale]
    asked = [(item, answer) for item, answer in given if answer not in (NOT_ASKED, NOT_APPLICABLE)]
    return len(asked) > 1 and all(answer in scale[item] for item, answer in asked)


def _tops(
    by: str, kind: Kind, rows: Sequence[Pattern], scale: Mapping[str, frozenset[str]]
) -> Iterable[TopShare]:
    """Find groups whose share of all-best answers is above that of all others, beyond what chance explains.

    Beyond chance: the two exact 95% intervals do not meet.
    """
    n: Counter[str] = Counter()
    top: Counter[str] = Counter()
    for row in rows:
        n[kind(row)] += row.count
        top[kind(row)] += row.count if _is_top(row.closed, scale) else 0
    for group in sorted(_shown(n)):
        one = TopShare(
            by=by, group=group, count=top[group], n=n[group],
            others=top.total() - top[group], others_n=n.total() - n[group],
        )  # fmt: skip
        if one.others_n >= FEWEST_SHOWN and _is_above(one):
            yield one


def _is_above(one: TopShare) -> bool:
    return clopper_pearson(one.count, one.n)[0] > clopper_pearson(one.others, one.others_n)[1]


def _shown(sizes: Mapping[str, int]) -> set[str]:
    """Return the groups that may be shown: not those of too few, nor those from which these could be worked out."""
    names = sorted(sizes)
    hidden = hidden_groups([sizes[name] for name in names])
    return {name for at, name in enumerate(names) if at not in hidden and name}


# --- groups apart --------------------------------------------------------------------------------------------------


def _apart(
    questionnaire: Questionnaire, by: tuple[str, Kind], rows: Sequence[Pattern], name: str, measure: Measure
) -> Iterable[Apart]:
    """Find groups whose interval and that of all others do not meet: a harder test than 5%, as several groups are looked at."""
    classification, kind = by
    sizes: Counter[str] = Counter()
    for row in rows:
        sizes[kind(row)] += row.count
    # of two groups the second says the same as the first
    for group in sorted(_shown(sizes))[: 1 if len(sizes) == 2 else None]:
        own = estimate(Sample(questionnaire, [row for row in rows if kind(row) == group], None), measure)
        others = estimate(Sample(questionnaire, [row for row in rows if kind(row) != group], None), measure)
        if (
            min(own.n, others.n) >= FEWEST_SHOWN
            and own.interval
            and others.interval
            and _disjoint(own, others)
        ):
            yield Apart(by=classification, group=group, measure=name, own=own, others=others)


def _disjoint(one: Estimate, other: Estimate) -> bool:
    assert one.interval
    assert other.interval
    return one.interval[0] > other.interval[1] or other.interval[0] > one.interval[1]


# --- days ----------------------------------------------------------------------------------------------------------


def busy_days(counts: Mapping[str, int]) -> tuple[BusyDay, ...]:
    """Return the days, of at least three, that brought `BUSY` times as many answers as the others on average."""
    days = {day: count for day, count in counts.items() if day}
    if len(days) < 3:
        return ()
    total = sum(days.values())
    found = (
        BusyDay(day=day, count=count, usual=Fraction(total - count, len(days) - 1))
        for day, count in sorted(days.items())
    )
    return tuple(one for one in found if one.count >= FEWEST_SHOWN and one.count >= BUSY * one.usual)
