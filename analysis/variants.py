"""Who would count had it been decided otherwise: without the flagged, and with those excluded for one reason.

The rules are applied once; a variant only moves who counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.patterns import Pattern, PatternTable
from analysis.validity import split_flags

Kind = Literal["as-defined", "without-flagged", "without-flag", "with-reason"]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The rows that count in a variant; `name` is the flag left out or the reason put back."""

    kind: Kind
    name: str
    rows: Sequence[Pattern]

    @property
    def key(self) -> str:
        """Return the variant's name in a report: `without-flagged`, `with-reason:incomplete`."""
        return f"{self.kind}:{self.name}" if self.name else self.kind


def variants(judged: PatternTable) -> Iterator[Choice]:
    """Yield the variants that differ from the result, and from one another, in who counts."""
    valid = [row for row in judged.rows if not row.validity]
    flagged = [row for row in valid if row.flags]
    if flagged:
        yield Choice(kind="without-flagged", name="", rows=[row for row in valid if not row.flags])
    for flag in sorted({flag for row in flagged for flag in split_flags(row.flags)}):
        kept = [row for row in valid if flag not in split_flags(row.flags)]
        if len(kept) > len(valid) - len(flagged):
            yield Choice(kind="without-flag", name=flag, rows=kept)
    for reason in sorted({row.validity for row in judged.rows} - {""}):
        rows = [row for row in judged.rows if row.validity in ("", reason)]
        yield Choice(kind="with-reason", name=reason, rows=rows)
