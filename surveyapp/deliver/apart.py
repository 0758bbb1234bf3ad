"""Rows and words as the evidence pack keeps them: apart from each other, each sorted by content, and how they are read back.

A row holds the closed answers of one response and what is known of it otherwise, nothing that was written freely. What was
written, in words or figures, lies in one file for each field, sorted: which comment belongs to which row is not kept. (No
report needs to know: whether a condition on a number held shows in the rows, where what was not asked is -1.)
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from analysis import Pattern, PatternTable
from analysis.patterns import Code
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, NumberItem, Questionnaire
from surveyapp.deliver.cells import GUARDED
from surveyapp.deliver.digest import HASHED, word_hash, words_of
from surveyapp.store import StoredResponse

SYSTEM_COLUMNS = ("_stratum", "_channel", "_version", "_invalid", "_flags")
BOM = b"\xef\xbb\xbf"
FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}(?:\.text)?", re.ASCII)
"""The name of what can be answered freely: an item, or the words beside its options."""

_SEPARATOR = ";"
_FIGURE = re.compile(r"-[0-9]+(?:\.[0-9]+)?", re.ASCII)
_ALONE = (NOT_ASKED, NOT_APPLICABLE)


class UnpackableError(Exception):
    """Answers that the rows of a pack cannot hold so that they are read back as they are."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The version that a survey is read by and every other one that answers were given to, by version."""

    current: Questionnaire
    all: Mapping[str, Questionnaire]
    texts: Mapping[str, str]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Return the closed items of the current version, then those that only others have."""
        others = [self.all[version] for version in sorted(self.all)]
        return tuple(dict.fromkeys(item for q in (self.current, *others) for item in q.closed_items))

    def is_number(self, field: str) -> bool:
        """Say whether figures are answered to a field, by any version."""
        return any(isinstance(q.items.get(field), NumberItem) for q in self.all.values())


class Row(NamedTuple):
    """One line of the rows file, and the pattern it says; `count` responses gave it."""

    cells: tuple[str, ...]
    pattern: Pattern


# --- rows ----------------------------------------------------------------------------------------------------------


def ordered(definitions: Definitions, table: PatternTable) -> list[Row]:
    """Return the distinct rows, sorted by content. Raises UnpackableError."""
    return sorted((_row(definitions, pattern) for pattern in table.rows), key=lambda row: row.cells)


def rows_csv(definitions: Definitions, rows: Iterable[Row]) -> bytes:
    """Return the rows file: one line for each response."""
    lines = (line([guard(c) for c in row.cells]) * row.pattern.count for row in rows)
    return b"".join((BOM, line([*definitions.columns, *SYSTEM_COLUMNS]), *lines))


def _row(definitions: Definitions, pattern: Pattern) -> Row:
    if pattern.version not in definitions.all:
        zh = f"有答卷属于版本 {pattern.version[:12]}，没有它的定义"
        raise UnpackableError(
            zh, f"There are answers to version {pattern.version[:12]}, whose definition is missing"
        )
    given = pattern.closed
    cells = [_cell(given[item]) if item in given else "" for item in definitions.columns]
    remarks = (pattern.stratum, pattern.channel, pattern.version, pattern.validity, pattern.flags)
    row = Row((*cells, *remarks), pattern)
    if answers_text(definitions, row.cells) != pattern.answers or any("\r" in one for one in remarks):
        zh = f"有答卷的内容与其问卷版本 {pattern.version[:12]} 不符，不能放入证据包"
        raise UnpackableError(
            zh, f"Some answers do not fit their version, {pattern.version[:12]}, and cannot be packed"
        )
    return row


def _cell(answer: Code) -> str:
    return answer if isinstance(answer, str) else _SEPARATOR.join(answer)


def answers_text(definitions: Definitions, cells: Sequence[str]) -> str:
    """Return the closed answers of a row as the canonical text they are stored as, in the order of its version."""
    written = dict(zip((*definitions.columns, *SYSTEM_COLUMNS), cells, strict=True))
    questionnaire = definitions.all[written["_version"]]
    closed = {
        item: _answer(questionnaire, item, written[item])
        for item in questionnaire.closed_items
        if written[item]
    }
    return json.dumps(closed, ensure_ascii=False, separators=(",", ":"))


def _answer(questionnaire: Questionnaire, item: str, cell: str) -> str | list[str]:
    several = questionnaire.items[item].kind == "multiple" and cell not in _ALONE
    return cell.split(_SEPARATOR) if several else cell


def table_of(definitions: Definitions, lines: Iterable[Sequence[str]]) -> PatternTable:
    """Return the pattern table of rows whose cells and versions were checked."""
    counts = Counter(tuple(map(unguard, cells)) for cells in lines)
    return PatternTable.of(_pattern(definitions, cells, count) for cells, count in counts.items())


def _pattern(definitions: Definitions, cells: Sequence[str], count: int) -> Pattern:
    stratum, channel, version, validity, flags = cells[-len(SYSTEM_COLUMNS) :]
    return Pattern(
        answers=answers_text(definitions, cells), count=count, stratum=stratum, version=version, channel=channel,
        validity=validity, flags=flags,
    )  # fmt: skip


# --- words ---------------------------------------------------------------------------------------------------------


class Words(NamedTuple):
    """What was written freely to questionnaires that count, by field and sorted; of the others only the hashes of its lines."""

    counted: Mapping[str, Sequence[str]]
    left_out: Sequence[str]


def words(responses: Iterable[StoredResponse], counts: Callable[[StoredResponse], bool]) -> Words:
    """Return what was written. Raises UnpackableError for a field that no item can have.

    What was written to questionnaires that do not count is left out: they are few, and by what a report does not print of
    the words in a pack, it could be told which of them are theirs.
    """
    found: dict[str, list[str]] = {}
    left_out = []
    for response in responses:
        for field, text in words_of(response.open_text).items():
            if not FIELD.fullmatch(field):
                raise UnpackableError(f"题目编号不合规：{field}", f"No item can have the id {field}")
            if counts(response):
                found.setdefault(field, []).append(text)
            else:
                left_out.append(word_hash(field, text))
    return Words({field: sorted(found[field]) for field in sorted(found)}, sorted(left_out))


def as_responses(
    slug: str, table: PatternTable, valid: Sequence[bool], given: Words
) -> Iterator[StoredResponse]:
    """Yield a response for each row, with words that may be anybody's: what is counted by field comes out as it was."""
    texts = {field: iter(found) for field, found in given.counted.items()}
    left_out = " ".join(given.left_out)
    number = 0
    for row, is_valid in zip(table.rows, valid, strict=True):
        for _ in range(row.count):
            said = {field: next(found, None) for field, found in texts.items()} if is_valid and texts else {}
            written = {field: text for field, text in said.items() if text is not None}
            if left_out:
                written[HASHED], left_out = left_out, ""
            yield StoredResponse(
                id=f"{number:032x}", survey=slug, version=row.version, channel=row.channel, stratum=row.stratum or None,
                validity=row.validity, flags=row.flags, answers=row.answers, day="",
                open_text=json.dumps(written, ensure_ascii=False) if written else "",
            )  # fmt: skip
            number += 1


def words_csv(field: str, texts: Sequence[str]) -> bytes:
    """Return one field's file: one line for each answer."""
    return b"".join((BOM, line([field]), *(line([guard(text)]) for text in texts)))


# --- csv -----------------------------------------------------------------------------------------------------------


def line(cells: Iterable[str]) -> bytes:
    """Return one line of a csv file."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode()


def lines_of(content: bytes) -> Iterator[list[str]]:
    """Yield the cells of every line, the header first. Raises ValueError (also UnicodeDecodeError) and csv.Error."""
    text = content.decode("utf-8-sig")
    return csv.reader(io.StringIO(text, newline=""), strict=True)


def guard(text: str) -> str:
    """Return text with an apostrophe before what a sheet would run, and before an apostrophe, so that it can be told."""
    runs = text.startswith((*GUARDED, "'")) and not _FIGURE.fullmatch(text)
    return f"'{text}" if runs else text


def unguard(text: str) -> str:
    """Return what `guard` was given."""
    return text[1:] if text.startswith("'") else text
