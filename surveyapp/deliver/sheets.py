"""A workbook under way and its sheets: looks, widths, row heights, numbers at full precision."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

import xlsxwriter

from analysis import Report
from questionnaires.model import Questionnaire
from surveyapp.deliver.arithmetic import Places
from surveyapp.deliver.cells import cell_number, cell_text, legible
from surveyapp.present import made_with

PALETTE = ("#1B5E8C", "#7FB2D6", "#D9D9D9", "#F2B36B", "#B35806", "#6E3B00", "#8C8C8C", "#444444")
"""From satisfied to not: told apart by colour-blind eyes, and by their lightness in grey."""

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
MADE = datetime(2000, 1, 1)
"""A fixed date of making, so that the same report gives the same file."""
LINE, MOST_LINES = 16.0, 20
"""Points a line of text is high, and lines a row may show; Excel takes rows up to 409 points."""

_FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_LINED = {"bottom": 1, "bottom_color": "#DCE3E8"}
_BARE = ("title", "note", "head", "total")
_LOOKS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "head": {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#EEF2F5", "bottom": 1},
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#5A6570", "text_wrap": True},
    "count": {"num_format": "0"},
    "plain": {"num_format": "General"},
    "total": {"bold": True, "top": 1},
}


@dataclass(kw_only=True)
class Plain:
    """One workbook under way, of the data alone or with a report."""

    book: xlsxwriter.Workbook
    questionnaire: Questionnaire
    day: str = ""
    """The day it is of, printed at the foot of every page."""
    formats: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.questionnaire.title.say()

    @property
    def places(self) -> Places:
        printed = self.questionnaire.reporting
        return Places(percent=printed.percent_places, points=printed.score_places)

    def look(self, name: str, **more: Any) -> Any:
        key = (name, *sorted(more.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                _FONT | (_LOOKS[name] if name in _BARE else _LINED | _LOOKS.get(name, {})) | more
            )
        return self.formats[key]

    def percent(self, **more: Any) -> Any:
        return self.look("percent", num_format=_decimals(self.places.percent) + "%", **more)

    def points(self, **more: Any) -> Any:
        return self.look("points", num_format=_decimals(self.places.points), **more)

    def sheet(self, name: str, widths: Sequence[float], *, head: Sequence[str], note: str = "") -> Sheet:
        page = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        self.set_up_print(page, name)
        sheet = Sheet(page=page, write=self, widths=widths)
        sheet.text(0, 0, f"{self.title}　{name}", "title", spills=True)
        if note:
            page.merge_range(1, 0, 1, len(widths) - 1, "", self.look("note"))
            sheet.text(1, 0, note, "note", spills=True)
            page.set_row(1, LINE * _lines(note, sum(widths)))
        if head:
            sheet.head(2, head)
            page.freeze_panes(3, 1)
            page.repeat_rows(2)
        return sheet

    def set_up_print(self, page: Any, name: str, *, fits: bool = True) -> None:
        """Print on A4 across, as wide as a page if it `fits`, with title, page numbers and day."""
        page.set_paper(9)
        page.set_landscape()
        if fits:
            page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
        title = " ".join(legible(self.title).split())[:80].replace("&", "&&")
        page.set_header(f"&L{title}&R{name}")
        page.set_footer(f"&L{made_with()}&C第 &P 页，共 &N 页&R{self.day}")


@dataclass(kw_only=True)
class Writer(Plain):
    """One workbook under way that shows a report."""

    report: Report

    @property
    def title(self) -> str:
        return self.report.title

    @property
    def places(self) -> Places:
        return Places(percent=self.report.percent_places, points=self.report.score_places)


def _lines(text: str, width: float) -> int:
    """Return how many lines text takes in a column; a Chinese character is two wide."""
    return sum(max(1, math.ceil(_width(line) / width)) for line in text.split("\n"))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def _decimals(places: int) -> str:
    return f"0.{'0' * places}" if places else "0"


@dataclass(kw_only=True)
class Sheet:
    """One sheet under way; cells are addressed from 0."""

    page: Any
    write: Plain
    widths: Sequence[float]
    tallest: dict[int, int] = field(default_factory=dict)

    def head(self, row: int, titles: Sequence[str], first: int = 0) -> None:
        for column, title in enumerate(titles, start=first):
            self.text(row, column, title, "head")

    def text(
        self, row: int, column: int, text: str, look: str = "text", *, spills: bool = False, **more: Any
    ) -> None:
        """Write text; the row grows with it, unless it may spill over the cells beside it."""
        text = cell_text(text)
        if spills and look == "text":
            more = {"text_wrap": False, **more}
        self.page.write_string(row, column, text, self.write.look(look, **more))
        lines = 1 if spills else min(_lines(text, self.widths[column]), MOST_LINES)
        if lines > self.tallest.get(row, 1):
            self.tallest[row] = lines
            self.page.set_row(row, LINE * lines)

    def count(self, row: int, column: int, number: int | None, **more: Any) -> None:
        self.number(
            row, column, None if number is None else Fraction(number), 0, self.write.look("count", **more)
        )

    def share(self, row: int, column: int, value: Fraction | float | None, **more: Any) -> None:
        """Write a share of 1; it shows as a percentage."""
        exact = value if isinstance(value, Fraction) or value is None else Fraction(repr(value))
        self.number(row, column, exact, self.write.places.percent + 2, self.write.percent(**more))

    def points(self, row: int, column: int, value: Fraction | None, **more: Any) -> None:
        self.number(row, column, value, self.write.places.points, self.write.points(**more))

    def number(self, row: int, column: int, value: Fraction | None, places: int, look: Any) -> None:
        if value is None:
            self.page.write_string(row, column, "—", self.write.look("text", align="right"))
        else:
            self.page.write_number(row, column, cell_number(value, places), look)

    def formula(self, row: int, column: int, formula: str, value: Fraction, places: int, look: Any) -> None:
        """Write a formula with its result, so that viewers that do not compute show the same."""
        self.page.write_formula(row, column, formula, look, cell_number(value, places))
