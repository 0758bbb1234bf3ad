"""The pattern table: one row per distinct vector of closed answers, with how many responses gave it.

Two tables add by concatenation, so districts, days or machines combine without sharing rows.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from sys import intern

Code = str | tuple[str, ...]

_hashed = attrgetter("answers", "stratum", "version", "channel", "validity")
_all_but_count = attrgetter("answers", "stratum", "version", "channel", "validity", "flags", "weight")


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One distinct response and its count.

    `answers` is the canonical JSON of `questionnaires.accept.Answers`; `validity` is empty, or the reason noted at
    entry why the response does not count; `flags` are remarks that do not exclude, joined by semicolons. `weight` is
    what each of these responses weighs where the data carry weights; 1 otherwise.
    """

    answers: str
    count: int
    stratum: str = ""
    version: str = ""
    channel: str = ""
    validity: str = ""
    flags: str = ""
    weight: float = 1.0

    @cached_property
    def closed(self) -> Mapping[str, Code]:
        """Return the closed answers by item: a code, a tuple of codes, "-1" not asked, "-2" not applicable."""
        found = json.loads(self.answers)
        # interned: each of 100,000 patterns would hold the same item ids once more
        return {
            intern(item): tuple(answer) if isinstance(answer, list) else answer
            for item, answer in found.items()
        }


@dataclass(frozen=True)
class PatternTable:
    """Patterns with their counts. Raises ValueError for a count below 1 and for a weight that is not above 0."""

    rows: tuple[Pattern, ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if row.count < 1:
                raise ValueError(f"count ({row.count}) must be at least 1")
            if not 0 < row.weight < math.inf:
                raise ValueError(f"weight ({row.weight}) must be a number above 0")

    @classmethod
    def of(cls, patterns: Iterable[Pattern]) -> PatternTable:
        """Group equal patterns into one row each, in a fixed order. Raises ValueError as the table does."""
        counts: Counter[tuple[str | float, ...]] = Counter()
        kept: dict[tuple[str | float, ...], Pattern] = {}
        for pattern in cls(tuple(patterns)).rows:
            key = _all_but_count(pattern)
            counts[key] += pattern.count
            kept.setdefault(key, pattern)
        return cls(tuple(_counted(kept[key], counts[key]) for key in sorted(kept)))

    def __add__(self, other: PatternTable) -> PatternTable:
        return PatternTable.of((*self.rows, *other.rows))

    @property
    def count(self) -> int:
        """Return how many responses the table holds."""
        return sum(row.count for row in self.rows)

    def digest(self) -> str:
        """Return the data hash: SHA-256 over the sorted lines of the table, joined by line feeds.

        A line is `answers TAB stratum TAB version TAB channel TAB validity TAB count`; equal lines are added first.
        Where responses carry a weight other than 1, `TAB weight` follows the count.
        """
        counts: Counter[tuple[str, ...]] = Counter()
        weighted: Counter[tuple[str, ...]] = Counter()
        for row in self.rows:
            if row.weight == 1:
                counts[_hashed(row)] += row.count
            else:
                weighted[(*_hashed(row), repr(float(row.weight)))] += row.count
        plain = ("\t".join((*key, str(count))) for key, count in counts.items())
        carrying = ("\t".join((*key, str(count), weight)) for (*key, weight), count in weighted.items())
        lines = sorted((*plain, *carrying))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _counted(pattern: Pattern, count: int) -> Pattern:
    return pattern if pattern.count == count else replace(pattern, count=count)
