"""Tables of a Word document: columns as wide as what stands in them, heads that repeat, rows that do not split."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from docx.oxml.ns import nsdecls

from surveyapp.deliver.cells import legible
from surveyapp.deliver.docx_looks import CELL, GRID, Looks

Align = Literal["left", "center", "right"]
MM = 1440 / 25.4
"""Twentieths of a point in a millimetre."""
POINT = 25.4 / 72
"""Millimetres in a point."""

_PADDING = 2.3
_LEAST_TEXT, _MOST_TEXT, _LINES = 18.0, 42.0, 2.6
_BOLD = 1.18
_SMALLEST = 7.5
MOST_KEPT = 7
"""A table of so many rows stays on one page."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of words, which share the width left over by their weight, or of numbers, which take what they need."""

    align: Align = "left"
    weight: float = 1

    @property
    def is_words(self) -> bool:
        """Say whether its width is what is left over."""
        return self.align == "left"


WORDS, NUMBERS, MIDDLE = Column(), Column(align="right"), Column(align="center")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell over `span` columns; one that is `below` belongs to the cell above it."""

    text: str = ""
    span: int = 1
    align: Align | None = None
    bold: bool = False
    grows: bool = False
    """It goes on in the rows below, whose cells there are `below`."""
    below: bool = False


Row = Sequence[Cell | str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: its columns, the rows of its head, and its rows."""

    columns: Sequence[Column]
    head: Sequence[Row]
    rows: Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The widths of a table's columns in millimetres, its size of type in points, and whether it needs a wide page."""

    widths: Sequence[float]
    size: float
    is_wide: bool


def fitted(table: Table, looks: Looks) -> Fitted:
    """Return how a table fits a page: upright if it can, else turned, else in smaller type."""
    normal = looks.sizes.table
    small = min(normal, 9)
    for size, is_wide in ((normal, False), (small, False), (normal, True), (small, True), (8, True)):
        widths = _widths(table, size, looks.page.text_width(wide=is_wide))
        if widths is not None:
            return Fitted(widths=widths, size=size, is_wide=is_wide)
    room = looks.page.text_width(wide=True)
    needed = [need for _column, need in _needs(table, _SMALLEST)]
    return Fitted(widths=[need * room / sum(needed) for need in needed], size=_SMALLEST, is_wide=True)


def _widths(table: Table, size: float, room: float) -> list[float] | None:
    needs = list(_needs(table, size))
    total = sum(need for _column, need in needs)
    if total > room:
        return None
    weights = sum(column.weight for column, _need in needs if column.is_words)
    if not weights:
        return [need * room / total for _column, need in needs]
    return [
        need + (room - total) * column.weight / weights if column.is_words else need for column, need in needs
    ]


def _needs(table: Table, size: float) -> Iterator[tuple[Column, float]]:
    """Yield each column with what its numbers need, or its words in a few lines; a head may be broken between words."""
    em = size * POINT
    for at, column in enumerate(table.columns):
        inner = max(map(_cell_length, _cells_of(table.rows, at)), default=0.0) * em
        head = max((_longest(cell.text) for cell in _cells_of(table.head, at)), default=0.0) * _BOLD * em
        if column.is_words:
            inner = max(_LEAST_TEXT, min(_MOST_TEXT, inner / _LINES))
        yield column, max(inner, head, 2 * em) + _PADDING


def _cells_of(rows: Sequence[Row], at: int) -> Iterator[Cell]:
    for row in rows:
        place = 0
        for cell in map(_cell, row):
            if place == at and cell.span == 1:
                yield cell
            place += cell.span


def _cell_length(cell: Cell) -> float:
    return max(map(text_length, cell.text.split("\n"))) * (_BOLD if cell.bold else 1.0)


def _longest(head: str) -> float:
    words = head.split()
    return max(
        (min(text_length(word), 4.0) if _is_wide(word[:1]) else text_length(word) for word in words),
        default=0.0,
    )


def text_length(text: str) -> float:
    """Return how long a text is, in ems, set in a wide font: what has room there has room in any."""
    return sum(1.0 if _is_wide(c) else 0.95 if c in "%MW" else 0.34 if c in ".,:;()" else 0.64 for c in text)


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WFA"


# --- as XML --------------------------------------------------------------------------------------------------------


def table_xml(table: Table, fit: Fitted, looks: Looks, *, has_lines: bool = True) -> str:
    """Return a table as Word's XML."""
    widths = [round(width * MM) for width in fit.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    style = f'<w:tblStyle w:val="{GRID}"/>' if has_lines else ""
    last = len(table.rows) - 1
    head = "".join(_row(table, row, widths, fit, looks, is_head=True, keeps=True) for row in table.head)
    rows = "".join(
        _row(table, row, widths, fit, looks, is_head=False, keeps=last < MOST_KEPT and at < last)
        for at, row in enumerate(table.rows)
    )
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr>{style}<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>'
    )


def _row(
    table: Table, row: Row, widths: Sequence[int], fit: Fitted, looks: Looks, *, is_head: bool, keeps: bool
) -> str:
    at, cells = 0, []
    for cell in map(_cell, row):
        width, column = sum(widths[at : at + cell.span]), table.columns[at]
        cells.append(_cell_xml(cell, width, column, fit, looks, is_head=is_head, keeps=keeps))
        at += cell.span
    repeats = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeats}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(cell: Cell | str) -> Cell:
    return Cell(text=cell) if isinstance(cell, str) else cell


def _cell_xml(
    cell: Cell, width: int, column: Column, fit: Fitted, looks: Looks, *, is_head: bool, keeps: bool
) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    merge = '<w:vMerge w:val="restart"/>' if cell.grows else "<w:vMerge/>" if cell.below else ""
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>' if is_head else ""
    align = cell.align or ("center" if is_head else column.align)
    bold = "<w:b/><w:bCs/>" if cell.bold or is_head else ""
    size = (
        f'<w:sz w:val="{round(fit.size * 2)}"/><w:szCs w:val="{round(fit.size * 2)}"/>'
        if fit.size != looks.sizes.table
        else ""
    )
    keep = "<w:keepNext/>" if keeps else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{CELL}"/>{keep}<w:jc w:val="{align}"/></w:pPr>'
        f"{run_xml(cell.text, looks, bold + size)}</w:p></w:tc>"
    )


def run_xml(text: str, looks: Looks, marks: str = "") -> str:
    """Return a run of text as Word's XML; what XML cannot hold shows as U+FFFD, a line end breaks the line."""
    if not text:
        return ""
    # “ ” … — are Chinese punctuation in a Chinese text; without the hint Word sets them in the Latin font
    hint = '<w:rFonts w:hint="eastAsia"/>' if looks.language == "zh" else ""
    marks = hint + marks
    properties = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    return f"<w:r>{properties}{_words(text)}</w:r>"


def _words(text: str) -> str:
    lines = []
    for line in legible(text).split("\n"):
        parts = (
            f'<w:t xml:space="preserve">{escape(part)}</w:t>' if part else "" for part in line.split("\t")
        )
        lines.append("<w:tab/>".join(parts))
    return "<w:br/>".join(lines)
