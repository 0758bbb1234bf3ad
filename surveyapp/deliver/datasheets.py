"""The sheets 数据（编码） and 数据（文字）, written as they are read: memory does not grow with the rows, nothing is capped.

A row of cells is made of pieces of XML that are kept for every answer, which is several times faster than writing cell by cell;
`StreamedSheet` is the one place that knows how XlsxWriter writes a sheet. Beyond Excel's 1,048,576 rows another sheet follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from questionnaires.model import Questionnaire
from surveyapp.deliver.cells import cell_text
from surveyapp.deliver.chinese import CHANNELS, REASONS, said
from surveyapp.deliver.columns import Column, codes_of, data_columns
from surveyapp.deliver.rows import Answered, Cell, Order, Row, cell, coded, data_rows
from surveyapp.deliver.sheets import Plain

CODES, WORDS = "数据（编码）", "数据（文字）"
PER_SHEET = 1_000_000
NOT_ASKED, NOT_APPLICABLE = "（未问）", "（不适用）"

_ROW = "\0"
"""Stands for the row's number in a piece of XML; no text of a cell has it."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_MOST_DIGITS = 15
_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")
_WIDE = {"text": 40, "comment": 30, "number": 10, "system": 14}

Say = Callable[[Column, Cell], str | None]


class StreamedSheet(Worksheet):
    """A sheet whose rows, after the first, come as XML while the file is written."""

    fh: Any
    stream: Callable[[], Iterator[str]] | None = None

    def _write_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self.dim_rowmax: Any = (
            0  # only the first row is XlsxWriter's; it would note something for every other one
        )
        self._write_rows()
        for piece in self.stream() if self.stream else ():
            self.fh.write(piece)
        self._xml_end_tag("sheetData")


def data_sheets(
    write: Plain,
    source: Answered,
    *,
    order: Order = "random",
    seed: int | None = None,
    open_text: bool = True,
) -> None:
    """Add the rows as codes and as words; in both the order is the same, so that they can be laid side by side.

    Without `open_text` they have only what was chosen, not what was written.
    """
    coded_sheet(write, source, order=order, seed=seed, open_text=open_text)
    columns = _kept(data_columns(source.questionnaire, source.table, joined=True), open_text=open_text)
    rows = partial(data_rows, source, order=order, seed=seed)
    _add(write, WORDS, columns, [c.label for c in columns], rows, source.table.count, _as_words)


def coded_sheet(
    write: Plain,
    source: Answered,
    *,
    order: Order = "random",
    seed: int | None = None,
    open_text: bool = True,
) -> None:
    """Add the rows as codes, under the columns' names."""
    columns = _kept(data_columns(source.questionnaire, source.table), open_text=open_text)
    rows = partial(data_rows, source, order=order, seed=seed)
    _add(write, CODES, columns, [c.name for c in columns], rows, source.table.count, _as_code)


def _kept(columns: Iterable[Column], *, open_text: bool) -> tuple[Column, ...]:
    return tuple(column for column in columns if open_text or not column.is_free)


def _add(
    write: Plain, name: str, columns: Sequence[Column], head: Sequence[str], rows: Callable[[], Iterator[Row]],
    count: int, say: Say,
) -> None:  # fmt: skip
    """Add as many sheets as the rows need; they read on where the one before has stopped."""
    going = _Lazy(rows)
    for number in range(max(1, -(-count // PER_SHEET))):
        page: Any = write.book.add_worksheet(f"{name}{number + 1}" if number else name, StreamedSheet)
        write.set_up_print(page, name, fits=False)
        for at, column in enumerate(columns):
            page.write_string(0, at, cell_text(head[at]), write.look("head"))
            page.set_column(at, at, _WIDE.get(column.kind, 12))
        page.freeze_panes(1, 1)
        page.repeat_rows(0)
        lines = min(PER_SHEET, count - number * PER_SHEET)
        page.autofilter(0, 0, max(lines, 1), len(columns) - 1)
        page.dim_rowmax = max(lines, 0)
        pieces = Pieces(columns=columns, say=say, questionnaire=write.questionnaire, page=page)
        page.stream = partial(pieces.lines, going)


class _Lazy:
    """An iterator that begins when it is asked for its first item."""

    def __init__(self, begin: Callable[[], Iterator[Row]]) -> None:
        self._begin, self._begun = begin, False
        self._rows: Iterator[Row] = iter(())

    def __iter__(self) -> Iterator[Row]:
        if not self._begun:
            self._rows, self._begun = self._begin(), True
        return self._rows


# --- words ---------------------------------------------------------------------------------------------------------


def _as_code(column: Column, found: Cell) -> str | None:
    if isinstance(found, int) and found < 0 and column.missing.not_asked != -1:
        return None
    return None if found is None else str(found)


def _as_words(column: Column, found: Cell) -> str | None:
    """Return what a person reads in place of a code."""
    if isinstance(found, int):
        return NOT_ASKED if found == -1 else NOT_APPLICABLE
    if found is None or column.kind in ("text", "comment", "number"):
        return found
    if column.kind == "system":
        return _remark(column, found)
    codes = codes_of(found.split(";")) if column.kind == "several" else (found,)
    return "；".join(column.labels.get(code, code) for code in codes)


def _remark(column: Column, found: str) -> str:
    if column.name == "_stratum":
        return column.labels.get(found, found)
    if column.name == "_version":
        return found[:12]
    names: Mapping[str, str] = {"_channel": CHANNELS, "_invalid": REASONS, "_flags": REASONS}.get(
        column.name, {}
    )
    return "；".join(said(names, code) for code in found.split(";"))


# --- XML -----------------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Pieces:
    """Makes rows of XML; what the same answer gives again is kept."""

    columns: Sequence[Column]
    say: Say
    questionnaire: Questionnaire
    page: Any
    kept: dict[tuple[int, Any], str] = field(default_factory=dict)
    shared: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # XlsxWriter fixes the shared texts before it writes the sheets, so those of codes are named now.
        for column in self.columns:
            for code in (*column.labels, *column.numbers, *([column.code] if column.code else [])):
                self._share(self.say(column, code))
            for mark in (-1, -2):
                self._share(self.say(column, mark))

    def _share(self, text: str | None) -> None:
        if text and text not in self.shared:
            self.shared[text] = self.page.str_table._get_shared_string_index(cell_text(text))

    def lines(self, rows: Iterable[Row]) -> Iterator[str]:
        """Yield the rows of one sheet, from the second on."""
        spans = self._spans()
        for number, row in enumerate(islice(rows, PER_SHEET), start=2):
            cells = "".join([make(row) for make in spans])
            yield f'<row r="{number}">{cells.replace(_ROW, str(number))}</row>'

    def _spans(self) -> list[Callable[[Row], str]]:
        """Return what makes the cells of each item: closed answers from what is kept, the others each time."""
        spans: list[Callable[[Row], str]] = []
        places = list(enumerate(self.columns))
        for (item, is_closed), some in groupby(places, key=lambda one: (one[1].item, _is_closed(one[1]))):
            if is_closed:
                spans.append(partial(self._closed, item, list(some)))
            else:
                spans += [partial(self._other, at, column) for at, column in some]
        return spans

    def _closed(self, item: str, places: Sequence[tuple[int, Column]], row: Row) -> str:
        answer = row.closed.get(item)
        key = (places[0][0], tuple(answer) if isinstance(answer, list) else answer)
        piece = self.kept.get(key)
        if piece is None:
            piece = "".join(self._cell(at, column, coded(column, answer)) for at, column in places)
            self.kept[key] = piece
        return piece

    def _other(self, at: int, column: Column, row: Row) -> str:
        return self._cell(at, column, cell(column, row, self.questionnaire))

    def _cell(self, at: int, column: Column, found: Cell) -> str:
        """Return a cell's XML: a number, a text that is shared, or a text of its own; none of them a formula."""
        text = self.say(column, found)
        if text is None or text == "":
            return ""
        place = f'<c r="{xl_col_to_name(at)}{_ROW}"'
        if not column.is_free and _is_number(text, column):
            return f"{place}><v>{text}</v></c>"
        if text in self.shared and not column.is_free:
            return f'{place} t="s"><v>{self.shared[text]}</v></c>'
        return f'{place} t="inlineStr"><is><t xml:space="preserve">{_escaped(cell_text(text))}</t></is></c>'


def _is_closed(column: Column) -> bool:
    return column.kind in ("single", "rating", "choice", "several")


def _is_number(text: str, column: Column) -> bool:
    """Say whether a sheet holds a text as a number without changing it: 7 and 12.5, but not 012 and not a long one."""
    if column.kind == "system" and column.name != "_stratum":
        return False
    return _NUMBER.fullmatch(text) is not None and len(text.lstrip("-").replace(".", "")) <= _MOST_DIGITS


def _escaped(text: str) -> str:
    text = _ESCAPE.sub(r"_x005F\1", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
