"""How fieldwork goes on: what is missing against the plan, and what to expect at closing if the last days' pace holds.

Days come as text (YYYY-MM-DD), today's too: nothing here asks a clock. The method, as pages state it: the answers of the last
`DAYS` days before today, divided by so many days (fewer if fielding began later), is the pace; it goes on from today to the
closing day, both included; nobody answers twice, so no more come in than were issued; of what comes in as large a share is
valid as of what was judged until now. Counts are rounded down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from analysis.planning import margin_of, stratified_margin

DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Came:
    """So many answers of a stratum on a day; the day is empty where it is not kept."""

    day: str
    stratum: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Target:
    """A stratum: how many people it has and how many were asked; None where that is not known."""

    stratum: str
    people: int | None = None
    planned: int | None = None
    issued: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """One stratum: what came in, what the plan still misses, its pace a day, and what to expect at closing.

    `missing` is None without a plan, the expectations without a closing day or while nothing came in before today.
    """

    stratum: str
    submitted: int
    missing: int | None
    pace: Fraction | None
    expected: int | None
    expected_valid: int | None


@dataclass(frozen=True, kw_only=True)
class Projection:
    """The whole survey at closing: days that count for the pace and days left, today included, and each stratum."""

    days_seen: int
    days_left: int | None
    strata: tuple[Outlook, ...]

    @property
    def expected(self) -> int | None:
        """Return how many to expect at closing."""
        return _sum(one.expected for one in self.strata)

    @property
    def expected_valid(self) -> int | None:
        """Return how many valid ones to expect at closing."""
        return _sum(one.expected_valid for one in self.strata)

    @property
    def pace(self) -> Fraction | None:
        """Return the answers a day."""
        known = [one.pace for one in self.strata if one.pace is not None]
        return sum(known, Fraction(0)) if known else None


def project(
    came: Iterable[Came],
    targets: Iterable[Target],
    *,
    today: str,
    closes_on: str | None,
    valid_share: Fraction | None,
) -> Projection:
    """Project what comes in until closing, stratum by stratum; `valid_share` is that of what was judged until now.

    Raises ValueError for days that are none.
    """
    rows = list(came)
    now = date.fromisoformat(today)
    first = min((date.fromisoformat(row.day) for row in rows if row.day), default=now)
    begin = max(first, now - timedelta(days=DAYS))
    seen = max(0, (now - begin).days)
    left = None if closes_on is None else max(0, (date.fromisoformat(closes_on) - now).days + 1)
    strata = tuple(
        _outlook(
            [row for row in rows if row.stratum == target.stratum], target, (begin, now), left, valid_share
        )
        for target in targets
    )
    return Projection(days_seen=seen, days_left=left, strata=strata)


def _outlook(
    rows: list[Came], target: Target, span: tuple[date, date], left: int | None, valid_share: Fraction | None
) -> Outlook:
    begin, now = span
    submitted = sum(row.count for row in rows)
    recent = sum(row.count for row in rows if row.day and begin <= date.fromisoformat(row.day) < now)
    seen = (now - begin).days
    pace = Fraction(recent, seen) if seen > 0 else None
    expected = _expected(rows, pace, left, target, now)
    return Outlook(
        stratum=target.stratum, submitted=submitted, pace=pace, expected=expected,
        missing=None if target.planned is None else max(0, target.planned - submitted),
        expected_valid=None if expected is None or valid_share is None else int(expected * valid_share),
    )  # fmt: skip


def _expected(
    rows: list[Came], pace: Fraction | None, left: int | None, target: Target, now: date
) -> int | None:
    """Return what came in before today and the pace for every day left; never less than there is, nor more than issued."""
    submitted = sum(row.count for row in rows)
    if left == 0:
        return submitted
    if pace is None or left is None:
        return None
    before = sum(row.count for row in rows if not row.day or date.fromisoformat(row.day) < now)
    coming = int(before + pace * left)
    most = coming if target.issued is None else max(target.issued, submitted)
    return max(submitted, min(coming, most))


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if not known or None in known else sum(count or 0 for count in known)


def margin(answers: Mapping[str, int], people: Mapping[str, int], population: int | None) -> float | None:
    """Return the margin of a share of ½ that so many answers a stratum give, weighted to the strata if their people are known.

    None where it is not known how many people there are, or nobody answers. More answers than people count as a census.
    """
    if people and all(people.get(name) for name in answers if answers[name]):
        return stratified_margin(people, answers, dict.fromkeys(people, 0.5))
    if not population:
        return None
    return margin_of(sum(answers.values()), population)
