"""The workbook's sheet 得分: from each indicator's value by its rule to its points, in formulas that compute them again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from xlsxwriter.utility import xl_rowcol_to_cell

from analysis.indicators import NO_SURVEY, value_of
from analysis.report import IndicatorResult
from questionnaires.model import Indicator, Part
from surveyapp.deliver import formulas
from surveyapp.deliver.arithmetic import by_entry, by_rule, indicator_line, scored_by
from surveyapp.deliver.cells import cell_number
from surveyapp.deliver.chinese import REASONS, said
from surveyapp.deliver.sheets import Sheet, Writer
from surveyapp.present import plain, rounded
from surveyapp.store import EnteredValue

Node = Indicator | Part
NAME = "得分"
BY_FORMULA = "#1F4E9E"

_HEAD = (
    "指标", "分值", "得分", "得分率", "得分下限", "得分上限", "指标值", "指标值下限", "指标值上限", "录入值", "目标", "是否达标",
    "评分规则原文", "算式", "说明",
)  # fmt: skip
_WIDTHS = (22, 6, 7, 9, 7, 7, 9, 9, 9, 8, 8, 8, 32, 27, 32)
_NOTE = (
    "蓝色数字由公式算出：得分按规则从指标值或录入值算得，改动这两列即重算。得分按四舍五入修约一次；"
    "上下限是指标值 95% 置信区间按规则换算的得分范围。合计为各指标修约后得分之和，另一种评分表不计入。"
)
(
    _TITLE,
    _POINTS,
    _SCORE,
    _RATE,
    _LOW,
    _HIGH,
    _VALUE,
    _VALUE_LOW,
    _VALUE_HIGH,
    _ENTRY,
    _TARGET,
    _MET,
    _RULE,
    _LINE,
    _SAID,
) = range(15)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the sheet: an indicator, or one of its parts."""

    node: Node
    score: Fraction | None
    measure: str | None
    entered: str | None
    parts: int = 0
    """How many lines of parts follow, whose points add up to this line's."""
    decided: Fraction | None = None
    """The share of the points (percent) that a veto, or that no survey was made, gives whatever the value is."""


@dataclass(kw_only=True)
class Scores:
    """The sheet under way; `composites` are the cells of another sheet that compute the measures."""

    sheet: Sheet
    write: Writer
    composites: Mapping[str, str]
    entered: Sequence[EnteredValue]

    def fill(self) -> None:
        """Write every indicator with its parts, and the total."""
        row, counted = 3, []
        for name, found in self.write.report.indicators.items():
            indicator = self.write.questionnaire.indicators[name]
            self._indicator(row, name, indicator, found)
            if indicator.variant_of is None:
                counted.append((row, found))
            row += 1
            for line in _part_lines(indicator, found):
                self._part(row, line)
                row += 1
        if counted:
            self._total(row, counted)

    def _indicator(self, row: int, name: str, indicator: Indicator, found: IndicatorResult) -> None:
        sheet = self.sheet
        sheet.text(row, _TITLE, indicator.title.say() + ("（另一种评分表）" if indicator.variant_of else ""))
        line = Line(
            node=indicator, score=found.score, measure=None if found.parts else found.measure, entered=found.entered,
            parts=len(found.parts), decided=_decided(indicator, found),
        )  # fmt: skip
        remarks = _remarks(name, indicator, found, self.write, self.entered)
        if not self._points(row, line, bold=True):
            remarks.append("得分为数值：此处公式的浮点误差会改变修约结果")
        for column, end in zip((_LOW, _HIGH), found.interval or (None, None), strict=True):
            sheet.points(row, column, end)
        if found.parts:
            self._measure(row, found.measure)
        sheet.share(row, _TARGET, found.target)
        sheet.text(row, _MET, {True: "达标", False: "未达标", None: "—"}[found.meets_target], align="center")
        sheet.text(row, _RULE, found.rule)
        sheet.text(row, _LINE, indicator_line(indicator, found, self.write.report))
        sheet.text(row, _SAID, "\n".join(remarks))

    def _part(self, row: int, line: Line) -> None:
        self.sheet.text(row, _TITLE, f"　其中：{line.node.title.say()}")
        self._points(row, line)
        step = self._step(line)
        self.sheet.text(row, _LINE, step)

    def _step(self, line: Line) -> str:
        """Return a part's arithmetic."""
        if line.score is None:
            return ""
        if line.entered is not None:
            step = by_entry(line.node, line.entered, self.write.places)
        else:
            value = value_of(scored_by(self.write.report)[line.measure]) if line.measure else None
            step = None if value is None else by_rule(line.node, value * 100, self.write.places)
        return step.line(self.write.places) if step else ""

    def _points(self, row: int, line: Line, *, bold: bool = False) -> bool:
        """Write what a line's points come from and the points; say whether they are a formula, if there are any."""
        sheet = self.sheet
        sheet.number(row, _POINTS, line.node.points, 4, self.write.look("plain"))
        self._measure(row, line.measure)
        self._entry(row, line)
        if line.score is None:
            sheet.points(row, _SCORE, None, bold=bold)
            sheet.share(row, _RATE, None)
            return True
        formula = self._formula(row, line)
        if formula is None:
            sheet.points(row, _SCORE, line.score, bold=bold)
        else:
            look = self.write.points(bold=bold, font_color=BY_FORMULA)
            sheet.formula(row, _SCORE, formula, line.score, self.write.places.points, look)
        self._score_rate(row, line, line.score)
        return formula is not None

    def _score_rate(self, row: int, line: Line, score: Fraction) -> None:
        places = self.write.places
        formula = (
            f"=ROUND({xl_rowcol_to_cell(row, _SCORE)},{places.points})/{xl_rowcol_to_cell(row, _POINTS)}"
        )
        value = rounded(score, places.points) / line.node.points
        self.sheet.formula(
            row, _RATE, formula, value, places.percent + 2, self.write.percent(font_color=BY_FORMULA)
        )

    def _measure(self, row: int, measure: str | None) -> None:
        estimate = scored_by(self.write.report)[measure] if measure else None
        value = value_of(estimate) if estimate else None
        cell = None if self._is_weighted else self.composites.get(measure or "")
        if cell is not None and value is not None:
            look = self.write.percent(font_color=BY_FORMULA)
            self.sheet.formula(row, _VALUE, f"={cell}", value, self.write.places.percent + 2, look)
        else:
            self.sheet.share(row, _VALUE, value)
        interval = estimate.interval if estimate and estimate.interval else (None, None)
        for column, end in zip((_VALUE_LOW, _VALUE_HIGH), interval, strict=True):
            self.sheet.share(row, column, end)

    @property
    def _is_weighted(self) -> bool:
        return scored_by(self.write.report) is not self.write.report.measures

    def _entry(self, row: int, line: Line) -> None:
        if line.entered is None:
            self.sheet.text(row, _ENTRY, "")
        elif (number := _typed_number(line)) is not None:
            self.sheet.page.write_number(row, _ENTRY, number, self.write.look("plain"))
        else:
            self.sheet.text(row, _ENTRY, line.entered)

    def _formula(self, row: int, line: Line) -> str | None:
        """Return the formula of a line's points; None where it would print other points than the exact arithmetic."""
        points = xl_rowcol_to_cell(row, _POINTS)
        if line.decided is not None:
            return f"=ROUND({points}*{formulas.number(line.decided)}/100,{formulas.DIGITS})"
        if line.parts:
            cells = (xl_rowcol_to_cell(row + n, _SCORE) for n in range(1, line.parts + 1))
            return f"=ROUND({'+'.join(cells)},{formulas.DIGITS})"
        formula = self._from_value(row, line, points)
        return formula if formula and formulas.fits(formula) else None

    def _from_value(self, row: int, line: Line, points: str) -> str | None:
        score, places = line.score or Fraction(0), self.write.places
        if line.entered is not None:
            entry = xl_rowcol_to_cell(row, _ENTRY)
            holds = formulas.holds_for_entry(line.node, line.entered, score, places.points)
            return formulas.from_entry(line.node, entry, points) if holds else None
        value = value_of(scored_by(self.write.report)[line.measure]) if line.measure else None
        if value is None:
            return None
        linked = line.measure in self.composites and not self._is_weighted
        shown = float(value) if linked else cell_number(value, places.percent + 2)
        if not formulas.holds_for(line.node, shown, score, places.points):
            return None
        return formulas.from_share(line.node, xl_rowcol_to_cell(row, _VALUE), points)

    def _total(self, row: int, counted: Sequence[tuple[int, IndicatorResult]]) -> None:
        places, sheet = self.write.places.points, self.sheet
        scored = [(r, found, found.score) for r, found in counted if found.score is not None]
        sheet.text(row, _TITLE, "合计" if len(scored) == len(counted) else "合计（已定分的指标）", "total")
        points = "+".join(xl_rowcol_to_cell(r, _POINTS) for r, _, _ in scored) or "0"
        score = "+".join(f"ROUND({xl_rowcol_to_cell(r, _SCORE)},{places})" for r, _, _ in scored) or "0"
        all_points = sum((found.points for _, found, _ in scored), Fraction(0))
        all_score = sum((rounded(value, places) for _, _, value in scored), Fraction(0))
        sheet.formula(
            row, _POINTS, f"={points}", all_points, 4, self.write.look("total", font_color=BY_FORMULA)
        )
        look = self.write.points(bold=True, top=1, font_color=BY_FORMULA)
        sheet.formula(row, _SCORE, f"={score}", all_score, places, look)


def begin(write: Writer) -> Sheet:
    """Add the sheet, so that it comes first; it is filled when the cells it looks at are known."""
    return write.sheet(NAME, _WIDTHS, head=_HEAD, note=_NOTE)


def _part_lines(indicator: Indicator, found: IndicatorResult) -> Iterator[Line]:
    nodes = {part.id: part for part in indicator.parts or ()}
    for part in found.parts:
        yield Line(
            node=nodes[part.id], score=part.score, measure=None if nodes[part.id].judged else part.measure,
            entered=part.entered,
        )  # fmt: skip


def _decided(indicator: Indicator, found: IndicatorResult) -> Fraction | None:
    if found.veto is None or found.score is None:
        return None
    if found.veto == NO_SURVEY:
        return Fraction(0)
    return next(veto.share for veto in indicator.veto if veto.id == found.veto)


def _typed_number(line: Line) -> float | None:
    if line.node.grades is not None or line.entered is None:
        return None
    try:
        return float(line.entered)
    except ValueError:
        return None


def _remarks(
    name: str, indicator: Indicator, found: IndicatorResult, write: Writer, entered: Sequence[EnteredValue]
) -> list[str]:
    """Return what stands beside a score: entries with their reasons, the printed definition, why there is none."""
    by_hand = [
        f"{e.part or '录入'}：{e.value}（{e.reason}；{e.entered_by}，{e.day}）"
        for e in entered
        if e.indicator == name
    ]
    fixed = [
        f"{node.title.say()}：{node.entered.value}"
        + (f"（{node.entered.reason.say()}）" if node.entered.reason else "")
        for node in (indicator, *(indicator.parts or ()))
        if node.entered and node.entered.value
    ]
    remarks = by_hand or fixed
    remarks += [f"一票否决：{veto.text.say()}" for veto in indicator.veto if veto.id == found.veto]
    if found.undecided:
        remarks.append(said(REASONS, found.undecided))
    if found.defined_score is not None and indicator.definition:
        shown = plain(rounded(found.defined_score, write.places.points))
        remarks.append(f"指标解释“{indicator.definition.wording.say()}”；按此解释得 {shown} 分")
    return remarks
