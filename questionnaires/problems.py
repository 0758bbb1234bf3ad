"""An author's mistakes as values: where, which field, what is wrong, what to do, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Literal, NamedTuple

MOST_NAMES = 500
"""How many names are looked at for a near one; comparing is slow."""

Language = Literal["zh", "en"]
Path = tuple[str | int, ...]


class Place(NamedTuple):
    """A position in a definition file; both numbers count from 1."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One mistake in a definition, at its place, worded in both languages."""

    file: str
    line: int
    column: int
    rule: str
    zh: str
    en: str

    def message(self, language: str = "zh") -> str:
        """Return the wording in the language asked for; anything but English reads Chinese."""
        return self.en if language == "en" else self.zh

    def show(self, language: str = "zh") -> str:
        """Return the line that `surveyapp check` prints: `file:line:column: message [rule]`."""
        return f"{self.file}:{self.line}:{self.column}: {self.message(language)} [{self.rule}]"

    def __str__(self) -> str:
        return self.show()


class DefinitionError(ValueError):
    """A definition that had to be good is not; carries every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Words(NamedTuple):
    """The same words in both languages."""

    zh: str
    en: str


def suggest(written: str, known: Iterable[str]) -> Words:
    """Return “did you mean …?” for a misspelt name, or nothing if no known name is near."""
    names = {name.lower(): name for name in islice(known, MOST_NAMES) if name != written}
    near = get_close_matches(written[:60].lower(), names, n=1)
    if not near:
        return Words("", "")
    name = names[near[0]]
    return Words(f"；是否指 “{name}”？", f"; did you mean '{name}'?")
