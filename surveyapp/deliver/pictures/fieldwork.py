"""Progress of fieldwork: how many were planned, went out, came back and count, by stratum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis.ledger import Ledger
from analysis.report import LedgerLine
from questionnaires.model import Questionnaire
from surveyapp.deliver.pictures.ink import EDGE, INK, PAPER, Shade, shades
from surveyapp.deliver.pictures.lettering import one_line, room
from surveyapp.deliver.pictures.shapes import Line, Picture, Rect, Table
from surveyapp.deliver.pictures.sheet import BODY, SMALL, SWATCH, WIDE, Look, Sheet
from surveyapp.present import UNKNOWN

STAGES = ("planned", "issued", "submitted", "valid")

_BAR = 12.0
_VALID, _SUBMITTED, _ISSUED = shades(2, 1, 0)
_FILLS: Mapping[str, Shade] = {"issued": _ISSUED, "submitted": _SUBMITTED, "valid": _VALID}


def fieldwork_progress(
    ledger: Ledger,
    questionnaire: Questionnaire,
    *,
    language: str = "zh",
    width: float = WIDE,
    titled: bool = True,
) -> Picture | None:
    """Return a line for each stratum and their sum; None while there is nothing to show."""
    if not any(getattr(ledger.total, stage) for stage in STAGES):
        return None
    look = Look(language=language, width=width, titled=titled)
    rows = _rows(ledger, questionnaire, look)
    return _Progress(look=look, rows=rows).picture()


@dataclass(frozen=True, kw_only=True)
class _Row:
    label: str
    counts: Mapping[str, int | None]
    is_total: bool = False

    @classmethod
    def of(cls, label: str, line: LedgerLine, *, is_total: bool = False) -> _Row:
        return cls(label=label, counts={stage: getattr(line, stage) for stage in STAGES}, is_total=is_total)

    def text(self, stage: str) -> str:
        """Return a count, or a dash where there is no such number."""
        count = self.counts[stage]
        return UNKNOWN if count is None else str(count)


def _rows(ledger: Ledger, questionnaire: Questionnaire, look: Look) -> list[_Row]:
    lines = {line.stratum: line for line in ledger.by_stratum()}
    total = _Row.of(look.say("all"), ledger.total, is_total=True)
    if set(lines) == {""}:
        return [total]
    order = [
        *questionnaire.population.strata,
        *sorted(set(lines) - set(questionnaire.population.strata) - {""}),
        "",
    ]
    return [
        *(_Row.of(_label(questionnaire, code, look), lines[code]) for code in order if code in lines),
        total,
    ]


def _label(questionnaire: Questionnaire, code: str, look: Look) -> str:
    item = questionnaire.population.stratum_item
    option = questionnaire.option(item, code) if item else None
    return one_line(option.label.say(look.language)) if option else code or look.say("not_stated")


@dataclass(frozen=True, kw_only=True)
class _Progress:
    look: Look
    rows: Sequence[_Row]

    def picture(self) -> Picture:
        """Draw a line of numbers and a bar for each stratum."""
        sheet, title = Sheet(self.look), self.look.say("progress")
        sheet.title(title)
        ends = self._ends(sheet)
        self._heads(sheet, ends)
        for row in self.rows:
            self._row(sheet, row, ends)
        said = self.look.joined([self._said(row) for row in self.rows], "then")
        return sheet.finished("progress", title, said, self._table(), [self.look.say("progress_note")])

    def _ends(self, sheet: Sheet) -> list[float]:
        """Return where the columns of numbers end."""
        wide = max(room(self.look.say(stage), SMALL) + SWATCH + 4 for stage in STAGES)
        numbers = max(room(row.text(stage), BODY, bold=True) for row in self.rows for stage in STAGES)
        each = max(wide, numbers) + (12 if self.look.width == WIDE else 4)
        return [sheet.right - each * (len(STAGES) - 1 - at) for at in range(len(STAGES))]

    def _heads(self, sheet: Sheet, ends: Sequence[float]) -> None:
        for stage, x in zip(STAGES, ends, strict=True):
            words = self.look.say(stage)
            sheet.write(words, x, sheet.y, SMALL, anchor="end")
            self._swatch(sheet, stage, x - room(words, SMALL) - SWATCH - 2)
        sheet.y += sheet.line_height(SMALL) + 4

    def _swatch(self, sheet: Sheet, stage: str, x: float) -> None:
        y = sheet.y + (sheet.line_height(SMALL) - SMALL) / 2
        if stage in _FILLS:
            sheet.segment(x, y, SMALL, SMALL, _FILLS[stage])
        else:
            _frame(sheet, x, y, SMALL, SMALL)

    def _row(self, sheet: Sheet, row: _Row, ends: Sequence[float]) -> None:
        if row.is_total and len(self.rows) > 1:
            sheet.rule(sheet.y - 3, EDGE)
            sheet.y += 2
        self._label(sheet, row, ends)
        for stage, x in zip(STAGES, ends, strict=True):
            sheet.write(
                row.text(stage), x, sheet.y, BODY, anchor="end", bold=stage == "valid" or row.is_total
            )
        sheet.y += sheet.line_height(BODY) + 2
        self._bar(sheet, row)
        sheet.y += _BAR + 9

    def _label(self, sheet: Sheet, row: _Row, ends: Sequence[float]) -> None:
        """Write a label before its numbers, or above them if it is too long for that."""
        free = ends[0] - room(row.text("planned"), BODY, bold=True) - 8 - sheet.left
        if room(row.label, BODY, bold=row.is_total) <= free:
            sheet.write(one_line(row.label), sheet.left, sheet.y, BODY, bold=row.is_total)
        else:
            sheet.paragraph(row.label, BODY, bold=row.is_total, most=3)

    def _bar(self, sheet: Sheet, row: _Row) -> None:
        """Draw the counts over each other, the later on the earlier, and what was planned as a frame."""
        most = max((count or 0 for count in row.counts.values()), default=0)
        for stage, fill in _FILLS.items():
            if most and row.counts[stage]:
                wide = sheet.inner * (row.counts[stage] or 0) / most
                sheet.shapes.append(Rect(x=sheet.left, y=sheet.y, width=wide, height=_BAR, fill=fill.fill))
        if most and row.counts["planned"]:
            _frame(sheet, sheet.left, sheet.y, sheet.inner * (row.counts["planned"] or 0) / most, _BAR)
        sheet.shapes.append(
            Line(x1=sheet.left, x2=sheet.left, y1=sheet.y - 1, y2=sheet.y + _BAR + 1, stroke=INK)
        )

    def _said(self, row: _Row) -> str:
        return self.look.say("progress_said", label=row.label, **{stage: row.text(stage) for stage in STAGES})

    def _table(self) -> Table:
        head = (self.look.say("stratum"), *map(self.look.say, STAGES))
        return Table(head=head, rows=tuple((row.label, *map(row.text, STAGES)) for row in self.rows))


def _frame(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """Draw a dashed frame, on a white one, so that it shows on light and dark."""
    sheet.shapes.append(Rect(x=x, y=y, width=width, height=height, stroke=PAPER, line=1))
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    for (x1, y1), (x2, y2) in pairwise(corners):
        sheet.shapes.append(Line(x1=x1, y1=y1, x2=x2, y2=y2, stroke=INK, dash=2))
