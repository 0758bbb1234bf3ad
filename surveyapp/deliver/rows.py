"""The rows: one per returned questionnaire, judged as the report judges it, in an order that tells nothing.

`rows_csv` is the rows file that `surveyapp analyse` reads back (design §4), a multiple choice in one column; `data_rows` is what
every other data file is made from.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

from analysis import Pattern, PatternTable, judge
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, NumberItem, Questionnaire, holds
from surveyapp.deliver.cells import guarded, legible
from surveyapp.deliver.columns import SYSTEM_COLUMNS, Column, Missing, code_text, codes_of, data_columns
from surveyapp.store import StoredResponse

SHUFFLED = 20_000
"""How many rows are held back to be mixed; the store's own order tells nothing either."""

Order = Literal["random", "content"]
Closed = Mapping[str, str | Sequence[str]]
Cell = str | int | None
"""A code, words or a number as it was written; 0 and 1; -1 and -2 for not asked and not applicable; None for a blank."""

_BOM = b"\xef\xbb\xbf"
_MARKS = {NOT_ASKED: int(NOT_ASKED), NOT_APPLICABLE: int(NOT_APPLICABLE)}


class Answered(Protocol):
    """What data files are made from; a Dossier has it, and so has `Answers`, which needs no report."""

    @property
    def questionnaire(self) -> Questionnaire: ...
    @property
    def table(self) -> PatternTable: ...
    @property
    def responses(self) -> Callable[[], Iterable[StoredResponse]]: ...
    @property
    def day(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Answers:
    """A survey's answers without their evaluation: enough for data files, and there much sooner."""

    questionnaire: Questionnaire
    table: PatternTable
    responses: Callable[[], Iterable[StoredResponse]]
    day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One returned questionnaire: its closed answers, its words and numbers, and the system columns in their order."""

    closed: Closed
    words: Mapping[str, str]
    remarks: tuple[str, ...]


def data_rows(source: Answered, *, order: Order = "random", seed: int | None = None) -> Iterator[Row]:
    """Yield the rows that the table counts, judged; what came in later is left for the next time.

    In random order they lie differently every time unless a seed is given; by content equal data have equal order, but all of
    them are held in memory.
    """
    counted = _counted(source)
    rows = _shuffled(counted, seed) if order == "random" else sorted(counted)
    for answers, stratum, version, channel, validity, flags, open_text in rows:
        yield Row(
            closed=json.loads(answers), words=json.loads(open_text) if open_text else {},
            remarks=(stratum, channel, version, validity, flags),
        )  # fmt: skip


def cell(column: Column, row: Row, questionnaire: Questionnaire) -> Cell:
    """Return what stands in a column of a row."""
    if column.kind == "system":
        return row.remarks[SYSTEM_COLUMNS.index(column.name)] or None
    if column.kind == "comment":
        return row.words.get(column.name)
    if column.kind in ("text", "number"):
        return _written(column, row, questionnaire)
    return coded(column, row.closed.get(column.item))


def coded(column: Column, answer: str | Sequence[str] | None) -> Cell:
    """Return what an answer puts into a column of its item."""
    if answer is None or not answer:
        return None
    if isinstance(answer, str) and answer in _MARKS:
        return _MARKS[answer]
    return int(column.code in codes_of(answer)) if column.kind == "choice" else code_text(answer)


def _written(column: Column, row: Row, questionnaire: Questionnaire) -> Cell:
    if column.item in row.words:
        return row.words[column.item]
    conditions = questionnaire.items[column.item].shown_if
    if not conditions:
        return None
    closed = {item: a if isinstance(a, str) else tuple(a) for item, a in row.closed.items()}
    return None if holds(conditions, closed, numbers(questionnaire, row.words)) else _MARKS[NOT_ASKED]


def numbers(questionnaire: Questionnaire, words: Mapping[str, str]) -> dict[str, Fraction]:
    """Return the answers to number items."""
    items = questionnaire.items
    return {name: Fraction(text) for name, text in words.items() if isinstance(items.get(name), NumberItem)}


# --- judged rows in their order ------------------------------------------------------------------------------------

_Raw = tuple[str, str, str, str, str, str, str]
_Kind = tuple[str, str, str, str, str, str]


def _counted(source: Answered) -> Iterator[_Raw]:
    """Yield the responses that the table counts, with validity and flags as judged."""
    judged = judge(source.questionnaire, source.table).rows
    found = {_kind(raw): row for raw, row in zip(source.table.rows, judged, strict=True)}
    left: Counter[_Kind] = Counter()
    for raw in source.table.rows:
        left[_kind(raw)] += raw.count
    for response in source.responses():
        kind = _kind(response)
        if left[kind] > 0:
            left[kind] -= 1
            row = found[kind]
            yield (*kind[:4], row.validity, row.flags, response.open_text)


def _kind(one: Pattern | StoredResponse) -> _Kind:
    return one.answers, one.stratum or "", one.version, one.channel, one.validity, one.flags


def _shuffled(rows: Iterable[_Raw], seed: int | None = None) -> Iterator[_Raw]:
    """Yield rows in random order, holding back a limited number of them."""
    chance = random.SystemRandom() if seed is None else random.Random(seed)
    held: list[_Raw] = []
    for row in rows:
        if len(held) < SHUFFLED:
            held.append(row)
            continue
        place = chance.randrange(SHUFFLED)
        out, held[place] = held[place], row
        yield out
    chance.shuffle(held)
    yield from held


# --- the rows file -------------------------------------------------------------------------------------------------


def rows_csv(
    questionnaire: Questionnaire,
    table: PatternTable | Callable[[], PatternTable],
    responses: Iterable[StoredResponse],
) -> Iterator[bytes]:
    """Yield a rows file in UTF-8 with a byte order mark, in another random order every time.

    `table` holds the patterns of all responses: what repeats only shows in the whole; a function is called after the
    header is out. `_invalid` holds the reason why a questionnaire does not count, by the rules of this version, and `_flags` the
    remarks that exclude nothing, joined by semicolons.
    """
    columns = data_columns(questionnaire, joined=True)
    yield _BOM + csv_line(column.name for column in columns)
    source = Answers(
        questionnaire=questionnaire,
        table=table() if callable(table) else table,
        responses=lambda: responses,
        day="",
    )
    for row in data_rows(source):
        yield csv_line(_rows_cell(column, cell(column, row, questionnaire)) for column in columns)


def _rows_cell(column: Column, found: Cell) -> str:
    """Return a cell's text as `analyse` has always read it: words and numbers that were not asked for are blank."""
    not_asked = column.kind in ("text", "number") and isinstance(found, int)
    return "" if not_asked else csv_cell(column, found)


def csv_cell(column: Column, found: Cell) -> str:
    """Return a cell's text; free text never runs in a sheet, and -1 stands where it cannot be an answer."""
    if isinstance(found, int):
        return str(found) if column.missing.not_asked == Missing().not_asked else ""
    return guarded(found or "") if column.is_free else legible(found or "")


def csv_line(cells: Iterable[str]) -> bytes:
    """Return one line of a csv file in UTF-8."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode()
