"""A measure in each group, with the interval its answers leave open; groups that are not shown are named in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis import Estimate, Report
from analysis.evaluation import CHANNEL
from analysis.indicators import value_of
from analysis.report import Group
from questionnaires.model import Questionnaire
from surveyapp.deliver import chinese
from surveyapp.deliver.arithmetic import scored_by
from surveyapp.deliver.pictures.ink import ACCENT, EDGE, FAINT, INK, MUTED
from surveyapp.deliver.pictures.lettering import one_line, room, wrapped
from surveyapp.deliver.pictures.said import CHANNELS
from surveyapp.deliver.pictures.shapes import Circle, Line, Picture, Table
from surveyapp.deliver.pictures.sheet import BODY, SMALL, WIDE, Look, Sheet
from surveyapp.deliver.tally import main_measure
from surveyapp.present import percent, percent_range, plain

_ROW = 12.0


def groups_with_intervals(
    report: Report,
    questionnaire: Questionnaire,
    *,
    measure: str | None = None,
    language: str = "zh",
    width: float = WIDE,
    titled: bool = True,
) -> list[Picture]:
    """Return one picture for each way the report divides people; of the main measure unless another is named."""
    name = measure or main_measure(questionnaire)
    if name is None or not report.fieldwork.valid:
        return []
    look = Look(language=language, width=width, titled=titled)
    return [
        _Groups(look, report, questionnaire, by, name).picture()
        for by, groups in report.groups.items()
        if groups
    ]


@dataclass(frozen=True, kw_only=True)
class _Row:
    label: str
    n: int
    found: Estimate | None
    is_total: bool = False

    @property
    def value(self) -> float | None:
        return self.found.value if self.found else None

    @property
    def ends(self) -> tuple[float, float] | None:
        return self.found.interval if self.found else None


@dataclass(frozen=True)
class _Groups:
    look: Look
    report: Report
    questionnaire: Questionnaire
    by: str
    measure: str

    def picture(self) -> Picture:
        """Draw the groups and, below a line, everybody."""
        title = self.look.say("by", measure=self._measure_title(), by=self._by_title())
        sheet, rows = Sheet(self.look), self._rows()
        sheet.title(title)
        plot = _Plot.of(sheet, rows, self._figures(rows))
        plot.draw(rows)
        notes = [self.look.say("dots" if plot.low > 0 else "dots_from_0")]
        notes += [self.look.say("hidden_note")] if any(_is_hidden(row) and row.n for row in rows) else []
        name = f"groups-{self.by}-{self.measure}"
        return sheet.finished(name, title, self._said(rows), self._table(rows), notes)

    def _measure_title(self) -> str:
        return one_line(self.questionnaire.measures[self.measure].title.say(self.look.language))

    def _by_title(self) -> str:
        return self.look.say("channel" if self.by == CHANNEL else "stratum")

    def _rows(self) -> list[_Row]:
        groups: Mapping[str, Group] = self.report.groups[self.by]
        everyone = self.report.measures[self.measure]
        is_used = scored_by(self.report)[self.measure] is everyone
        return [
            *(_Row(label=self._label(code), n=_n(group, self.measure), found=group.measures.get(self.measure))
              for code, group in groups.items()),
            _Row(label=self.look.say("everyone" if is_used else "everyone_plain"), n=everyone.n, found=everyone, is_total=True),
        ]  # fmt: skip

    def _label(self, code: str) -> str:
        if self.by == CHANNEL:
            names = CHANNELS if self.look.language == "en" else chinese.CHANNELS
            return names.get(code, code)
        option = self.questionnaire.option(self.by, code)
        return one_line(option.label.say(self.look.language)) if option else code

    def _figures(self, rows: Sequence[_Row]) -> list[list[str]]:
        return [
            [self.look.say("value"), self.look.say("interval"), self.look.say("n")],
            *([self._value(row), self._interval(row), str(row.n)] for row in rows),
        ]

    def _value(self, row: _Row) -> str:
        return percent(value_of(row.found) if row.found else None, self.report.percent_places)

    def _interval(self, row: _Row) -> str:
        return percent_range(row.ends, self.report.percent_places)

    def _said(self, rows: Sequence[_Row]) -> str:
        return self.look.joined([self._row_said(row) for row in rows], "then")

    def _row_said(self, row: _Row) -> str:
        key = (
            ("group_hidden" if row.n else "group_nobody")
            if _is_hidden(row)
            else "group_said"
            if row.ends
            else "group_bare"
        )
        return self.look.say(
            key, label=row.label, value=self._value(row), interval=self._interval(row), n=row.n
        )

    def _table(self, rows: Sequence[_Row]) -> Table:
        head = (self.look.say("group"), self.look.say("n"), self.look.say("value"), self.look.say("interval"))
        return Table(head=head, rows=tuple(self._cells(row) for row in rows))

    def _cells(self, row: _Row) -> tuple[str, ...]:
        if _is_hidden(row):
            return row.label, str(row.n), _why(row, self.look), ""
        return row.label, str(row.n), self._value(row), self._interval(row)


def _n(group: Group, measure: str) -> int:
    """Return how many a group's figure rests on; of one that is not shown, how many there are in it."""
    found = group.measures.get(measure)
    return found.n if found else group.n


def _is_hidden(row: _Row) -> bool:
    return row.value is None


def _why(row: _Row, look: Look) -> str:
    """Say why a group has no dot."""
    return look.say("hidden" if row.n else "nobody")


@dataclass(frozen=True, kw_only=True)
class _Plot:
    """Where groups, dots and figures stand."""

    sheet: Sheet
    figures: Sequence[Sequence[str]]
    shown: Sequence[int]
    """The columns of figures that there is room for."""
    ends: Sequence[float]
    labels: float
    start: float
    end: float
    low: float
    high: float

    @classmethod
    def of(cls, sheet: Sheet, rows: Sequence[_Row], figures: Sequence[Sequence[str]]) -> _Plot:
        is_wide = sheet.look.is_wide
        shown, ends, right = (0, 1, 2) if is_wide else (0, 2), list[float](), sheet.right
        for column in reversed(shown):
            ends.insert(0, right)
            right -= max(room(row[column], BODY, bold=True) for row in figures) + 10
        labels = min(max(room(row.label, BODY, bold=row.is_total) for row in rows) + 1, sheet.inner * 0.3)
        if not is_wide:
            labels = right - sheet.left
        low, high = _reach(rows)
        return cls(
            sheet=sheet, figures=figures, shown=shown, ends=ends, labels=labels, low=low, high=high,
            start=sheet.left + labels + 12 if is_wide else sheet.left + 6, end=right - 8 if is_wide else sheet.right - 14,
        )  # fmt: skip

    @property
    def is_wide(self) -> bool:
        """Say whether a group's dot stands beside its label."""
        return self.sheet.look.is_wide

    def place(self, value: float) -> float:
        """Return where a share stands."""
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)

    def draw(self, rows: Sequence[_Row]) -> None:
        """Draw heads, groups, everybody and the axis."""
        sheet = self.sheet
        for column, x in zip(self.shown, self.ends, strict=True):
            sheet.write(self.figures[0][column], x, sheet.y, SMALL, anchor="end", fill=MUTED)
        sheet.y += sheet.line_height(SMALL) + 3
        for at, row in enumerate(rows):
            if row.is_total:
                sheet.rule(sheet.y, EDGE)
                sheet.y += 4
            self._row(row, self.figures[at + 1], rows[-1].value)
        self._axis()

    def _row(self, row: _Row, figures: Sequence[str], everyone: float | None) -> None:
        sheet, top = self.sheet, self.sheet.y
        lines = wrapped(row.label, BODY, self.labels, bold=row.is_total, most=3)
        for line in lines:
            sheet.write(line, sheet.left, sheet.y, BODY, bold=row.is_total)
            sheet.y += sheet.line_height(BODY)
        plot_top = top - 2 if self.is_wide else sheet.y
        bottom = plot_top + (sheet.y - top + 6 if self.is_wide else _ROW + 2)
        if not _is_hidden(row):
            self._grid(plot_top, bottom, everyone)
        self._figures(row, figures, top)
        if not _is_hidden(row):
            self._dot(row, top + sheet.line_height(BODY) / 2 if self.is_wide else plot_top + _ROW / 2)
        sheet.y = bottom + (2 if self.is_wide else 4)

    def _figures(self, row: _Row, figures: Sequence[str], top: float) -> None:
        if _is_hidden(row):
            self._not_shown(row, figures, top)
            return
        for column, x in zip(self.shown, self.ends, strict=True):
            self.sheet.write(figures[column], x, top, BODY, anchor="end", bold=column == 0 or row.is_total)

    def _not_shown(self, row: _Row, figures: Sequence[str], top: float) -> None:
        """Say that a group is not shown, where its dot would be."""
        sheet = self.sheet
        sheet.write(figures[2], self.ends[-1], top, BODY, anchor="end")
        y = top + (sheet.line_height(BODY) - sheet.line_height(SMALL)) / 2 if self.is_wide else sheet.y + 1
        sheet.write(_why(row, sheet.look), self.start, y, SMALL, fill=MUTED)

    def _grid(self, top: float, bottom: float, everyone: float | None) -> None:
        for tick in self._ticks():
            x = self.place(tick)
            self.sheet.shapes.append(Line(x1=x, x2=x, y1=top, y2=bottom, stroke=FAINT, line=0.6))
        if everyone is not None:
            x = self.place(everyone)
            self.sheet.shapes.append(Line(x1=x, x2=x, y1=top, y2=bottom, stroke=EDGE, dash=2))

    def _dot(self, row: _Row, y: float) -> None:
        ink = INK if row.is_total else ACCENT
        if row.ends:
            low, high = (self.place(end) for end in row.ends)
            self.sheet.shapes.append(Line(x1=low, x2=high, y1=y, y2=y, stroke=ink, line=1.8))
            for x in (low, high):
                self.sheet.shapes.append(Line(x1=x, x2=x, y1=y - 3, y2=y + 3, stroke=ink, line=1.2))
        self.sheet.shapes.append(
            Circle(x=self.place(row.value or 0), y=y, radius=3.6, fill=ink, stroke="#ffffff")
        )

    def _ticks(self) -> list[float]:
        step = next(
            step
            for step in (0.02, 0.05, 0.1, 0.2, 0.25)
            if (self.high - self.low) / step <= (5.01 if self.is_wide else 4.01)
        )
        count = round((self.high - self.low) / step)
        return [
            round(self.high - step * at, 4)
            for at in range(count + 1)
            if self.high - step * at >= self.low - 1e-9
        ]

    def _axis(self) -> None:
        sheet = self.sheet
        for tick in self._ticks():
            sheet.write(
                f"{plain(Fraction(tick) * 100)}%",
                self.place(tick),
                sheet.y - 1,
                SMALL,
                anchor="middle",
                fill=MUTED,
            )
        sheet.y += sheet.line_height(SMALL) + 4


def _reach(rows: Sequence[_Row]) -> tuple[float, float]:
    """Return the axis: from a ten below the least value to a ten above the greatest, at least 20 points long."""
    ends = [end for row in rows if row.value is not None for end in (row.value, *(row.ends or ()))]
    low = math.floor(min(ends, default=0.0) * 10 + 1e-9) / 10
    high = math.ceil(max(ends, default=1.0) * 10 - 1e-9) / 10
    high = min(1.0, max(high, low + 0.2))
    return max(0.0, min(low, high - 0.2)), high
