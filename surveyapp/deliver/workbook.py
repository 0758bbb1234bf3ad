"""The workbook of tallies (得分、统计表、各题、发放回收、说明): figures at full precision, formulas where a reader would re-add.

It is written for the files of Chinese evaluations, so its words are Chinese. No cell holds anything that runs but the
formulas made here; equal reports give equal bytes.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from analysis import Estimate, Report
from analysis.report import FieldworkResult, IndicatorResult
from questionnaires.model import Indicator, Questionnaire
from surveyapp.deliver.arithmetic import Places, indicator_line
from surveyapp.deliver.cells import cell_number, cell_text
from surveyapp.deliver.chinese import CHANNELS, KINDS, METHODS, REASONS, said
from surveyapp.deliver.tally import TallyTable, tally_tables, worth
from surveyapp.present import made_with, plain, rounded, words
from surveyapp.store import EnteredValue

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MADE = datetime(2000, 1, 1)
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


def tally_workbook(
    questionnaire: Questionnaire, report: Report, *, entered: Sequence[EnteredValue] = ()
) -> bytes:
    """Return the workbook of a report as bytes; `entered` are the values typed in by hand, with their reasons."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"created": _MADE, "title": cell_text(report.title)[:250]})
        write = _Writer(book=book, report=report, questionnaire=questionnaire)
        _scores(write, entered)
        _tallies(write)
        _items(write)
        _fieldwork(write)
        _notes(write)
    return buffer.getvalue()


@dataclass(kw_only=True)
class _Writer:
    """One workbook under way."""

    book: xlsxwriter.Workbook
    report: Report
    questionnaire: Questionnaire
    formats: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @property
    def places(self) -> Places:
        return Places(percent=self.report.percent_places, points=self.report.score_places)

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

    def sheet(self, name: str, widths: Sequence[float], *, head: Sequence[str], note: str = "") -> _Sheet:
        page = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5)
        page.set_footer("&C第 &P 页，共 &N 页")
        sheet = _Sheet(page=page, write=self, widths=widths)
        sheet.text(0, 0, f"{self.report.title}　{name}", "title", spills=True)
        if note:
            page.merge_range(1, 0, 1, len(widths) - 1, "", self.look("note"))
            sheet.text(1, 0, note, "note", spills=True)
            page.set_row(1, LINE * _lines(note, sum(widths)))
        if head:
            sheet.head(2, head)
            page.freeze_panes(3, 1)
            page.repeat_rows(2)
        return sheet


def _lines(text: str, width: float) -> int:
    """Return how many lines text takes in a column; a Chinese character is two wide."""
    return sum(max(1, math.ceil(_width(line) / width)) for line in text.split("\n"))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def _decimals(places: int) -> str:
    return f"0.{'0' * places}" if places else "0"


@dataclass(kw_only=True)
class _Sheet:
    """One sheet under way; cells are addressed from 0."""

    page: Any
    write: _Writer
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


# --- 得分 ----------------------------------------------------------------------------------------------------------

_SCORE_HEAD = (
    "指标", "分值", "得分", "得分率", "得分下限", "得分上限", "指标值", "指标值下限", "指标值上限", "目标", "是否达标",
    "评分规则原文", "算式", "说明",
)  # fmt: skip


def _scores(write: _Writer, entered: Sequence[EnteredValue]) -> None:
    widths = (22, 6, 7, 9, 7, 7, 9, 9, 9, 8, 8, 34, 27, 34)
    note = (
        "得分按四舍五入修约一次；上下限是指标值 95% 置信区间按规则换算的得分范围。"
        "合计为各指标修约后得分之和，另一种评分表不计入。"
    )
    sheet = write.sheet("得分", widths, head=_SCORE_HEAD, note=note)
    row, counted = 3, []
    for name, found in write.report.indicators.items():
        indicator = write.questionnaire.indicators[name]
        _score_row(sheet, row, name, indicator, found, entered)
        if indicator.variant_of is None:
            counted.append((row, found))
        row += 1
    if counted:
        _total_row(sheet, row, counted)


def _score_row(
    sheet: _Sheet,
    row: int,
    name: str,
    indicator: Indicator,
    found: IndicatorResult,
    entered: Sequence[EnteredValue],
) -> None:
    sheet.text(row, 0, indicator.title.say() + ("（另一种评分表）" if indicator.variant_of else ""))
    sheet.number(row, 1, found.points, 4, sheet.write.look("plain"))
    sheet.points(row, 2, found.score, bold=True)
    if found.score is None:
        sheet.share(row, 3, None)
    else:
        printed = rounded(found.score, sheet.write.places.points)
        formula = (
            f"=ROUND({xl_rowcol_to_cell(row, 2)},{sheet.write.places.points})/{xl_rowcol_to_cell(row, 1)}"
        )
        places = sheet.write.places.percent + 2
        sheet.formula(row, 3, formula, printed / found.points, places, sheet.write.percent())
    for column, end in zip((4, 5), found.interval or (None, None), strict=True):
        sheet.points(row, column, end)
    _measure_cells(sheet, row, found)
    sheet.share(row, 9, found.target)
    sheet.text(row, 10, {True: "达标", False: "未达标", None: "—"}[found.meets_target], align="center")
    sheet.text(row, 11, found.rule)
    sheet.text(row, 12, indicator_line(indicator, found, sheet.write.report))
    sheet.text(row, 13, "\n".join(_remarks(name, indicator, found, sheet.write, entered)))


def _measure_cells(sheet: _Sheet, row: int, found: IndicatorResult) -> None:
    estimate = sheet.write.report.measures[found.measure] if found.measure else None
    sheet.share(row, 6, estimate.exact if estimate else None)
    interval = estimate.interval if estimate and estimate.interval else (None, None)
    for column, end in zip((7, 8), interval, strict=True):
        sheet.share(row, column, end)


def _remarks(
    name: str, indicator: Indicator, found: IndicatorResult, write: _Writer, entered: Sequence[EnteredValue]
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
    if found.undecided:
        remarks.append(said(REASONS, found.undecided))
    if found.defined_score is not None and indicator.definition:
        shown = plain(rounded(found.defined_score, write.places.points))
        remarks.append(f"指标解释“{indicator.definition.wording.say()}”；按此解释得 {shown} 分")
    return remarks


def _total_row(sheet: _Sheet, row: int, counted: Sequence[tuple[int, IndicatorResult]]) -> None:
    places = sheet.write.places.points
    scored = [(r, found.score) for r, found in counted if found.score is not None]
    sheet.text(row, 0, "合计" if len(scored) == len(counted) else "合计（已定分的指标）", "total")
    points = "+".join(xl_rowcol_to_cell(r, 1) for r, _ in scored) or "0"
    score = "+".join(f"ROUND({xl_rowcol_to_cell(r, 2)},{places})" for r, _ in scored) or "0"
    all_points = sum((found.points for _, found in counted if found.score is not None), Fraction(0))
    all_score = sum((rounded(value, places) for _, value in scored), Fraction(0))
    sheet.formula(row, 1, f"={points}", all_points, 4, sheet.write.look("total"))
    sheet.formula(row, 2, f"={score}", all_score, places, sheet.write.points(bold=True, top=1))


# --- 统计表 --------------------------------------------------------------------------------------------------------


def _tallies(write: _Writer) -> None:
    tables = tally_tables(write.questionnaire, write.report)
    most = max((len(table.options) for table in tables), default=0)
    widths = [44.0, *([9.0, 10.0] * most), 11, 12]
    note = (
        "得分＝占比×赋值；单项满意度＝∑（选项赋值×选择人数）÷该题有效作答人数。蓝色数字由公式从人数算出。"
        "注：因四舍五入，各项之和可能与合计略有出入。"
    )
    sheet = write.sheet("统计表", widths, head=(), note=note)
    sheet.page.freeze_panes(0, 1)
    row = 3
    for table in tables:
        row = _tally(sheet, row, table) + 2


def _tally(sheet: _Sheet, row: int, table: TallyTable) -> int:
    measure = sheet.write.questionnaire.measures[table.measure]
    last = 2 * len(table.options) + 1
    for number, option in enumerate(table.options):
        value = worth(measure, option)
        label = option.label.say() if value is None else f"{option.label.say()}（{plain(value * 100)}%）"
        column = 1 + 2 * number
        sheet.page.merge_range(row, column, row, column + 1, "", sheet.write.look("head"))
        sheet.text(row, column, label, "head", spills=True)
        sheet.head(row + 1, ("人数", "占比" if measure.is_rate else "得分"), column)
    names = {0: "调查内容", last: "有效作答", last + 1: "单项满意率" if measure.is_rate else "单项满意度"}
    for column, name in names.items():
        sheet.page.merge_range(row, column, row + 1, column, "", sheet.write.look("head"))
        sheet.text(row, column, name, "head", spills=True)
    first = row + 2
    for number, _ in enumerate(table.rows):
        _tally_row(sheet, first + number, table, number, last)
    end = first + len(table.rows)
    if table.composite is not None and table.composite.exact is not None:
        _composite_row(sheet, end, first, table, last)
    return end


def _tally_row(sheet: _Sheet, row: int, table: TallyTable, number: int, last: int) -> None:
    write, found = sheet.write, table.rows[number]
    measure = write.questionnaire.measures[table.measure]
    blue = write.percent(font_color="#1F4E9E")
    places = write.places.percent + 2
    base, terms = xl_rowcol_to_cell(row, last), []
    sheet.text(row, 0, write.questionnaire.items[found.item].text.say())
    for place, cell in enumerate(found.cells):
        column = 1 + 2 * place
        sheet.count(row, column, cell.count)
        value = worth(measure, cell.option)
        if value is None or cell.adds is None:
            sheet.share(row, column + 1, None)
            continue
        count = xl_rowcol_to_cell(row, column)
        terms.append((count, value))
        sheet.formula(row, column + 1, f"={count}/{base}*{_factor(value)}", cell.adds, places, blue)
    in_base = [xl_rowcol_to_cell(row, 1 + 2 * p) for p, c in enumerate(found.cells) if not c.option.missing]
    sheet.formula(
        row, last, f"={'+'.join(in_base)}", Fraction(found.n), 0, write.look("count", font_color="#1F4E9E")
    )
    if found.figure is None or found.figure.exact is None or len(terms) < len(in_base):
        sheet.share(row, last + 1, found.figure.exact if found.figure else None)
        return
    total = "+".join(f"{count}*{_factor(value)}" for count, value in terms)
    sheet.formula(row, last + 1, f"=({total})/{base}", found.figure.exact, places, blue)


def _factor(value: Fraction) -> str:
    return plain(value) if Fraction(plain(value)) == value else f"({value})"


def _composite_row(sheet: _Sheet, row: int, first: int, table: TallyTable, last: int) -> None:
    write = sheet.write
    composite: Estimate = table.composite  # type: ignore[assignment]
    label = "综合得分（按题目权重）" if table.is_weighted else "综合得分"
    sheet.page.merge_range(row, 0, row, last, "", write.look("total"))
    sheet.text(row, 0, label, "total", spills=True)
    look = write.percent(bold=True, top=1, font_color="#1F4E9E")
    value = composite.exact or Fraction(0)
    answered = [
        (n, r) for n, r in enumerate(table.rows) if r.figure is not None and r.figure.exact is not None
    ]
    of_rows = sum((r.figure.exact * r.weight for _, r in answered), Fraction(0))  # type: ignore[operator, union-attr]
    weights = sum((r.weight for _, r in answered), Fraction(0))
    if not weights or of_rows / weights != value:  # another table's items count too
        sheet.share(row, last + 1, value, bold=True, top=1)
        return
    column = xl_col_to_name(last + 1)
    total = "+".join(f"{column}{first + n + 1}*{_factor(r.weight)}" for n, r in answered)
    plain_mean = f"=AVERAGE({column}{first + 1}:{column}{first + len(table.rows)})"
    formula = f"=({total})/{_factor(weights)}" if table.is_weighted else plain_mean
    sheet.formula(row, last + 1, formula, value, write.places.percent + 2, look)


# --- 各题 ----------------------------------------------------------------------------------------------------------


def _items(write: _Writer) -> None:
    note = "占比＝人数÷该题有效作答人数；不计入基数的选项没有占比。多选题各项占比之和可以超过 100%。"
    head = ("题目编号", "题目", "选项编码", "选项", "人数", "占比", "有效作答", "未答", "未问")
    sheet = write.sheet("各题", (16, 44, 10, 30, 9, 10, 10, 8, 8), head=head, note=note)
    row = 3
    for item, found in write.report.items.items():
        for option in write.questionnaire.options(item):
            texts = (item, write.questionnaire.items[item].text.say(), option.code, option.label.say())
            for column, text in enumerate(texts):
                sheet.text(row, column, text)
            sheet.count(row, 4, found.counts.get(option.code, 0))
            share = found.shares.get(option.code)
            if share is None:
                sheet.share(row, 5, None)
            else:
                formula = f"={xl_rowcol_to_cell(row, 4)}/{xl_rowcol_to_cell(row, 6)}"
                sheet.formula(row, 5, formula, share, write.places.percent + 2, write.percent())
            for column, number in ((6, found.n), (7, found.blank), (8, found.not_asked)):
                sheet.count(row, column, number)
            row += 1
    sheet.page.autofilter(2, 0, max(row - 1, 3), len(head) - 1)


# --- 发放回收 ------------------------------------------------------------------------------------------------------


def _fieldwork(write: _Writer) -> None:
    found = write.report.fieldwork
    sheet = write.sheet("发放回收", (30, 14, 14, 64), head=("项目", "数", "", "说明"))
    counts: Mapping[str, tuple[int | None, str]] = {
        "总体人数": (found.population, "问卷定义中写明的人数"),
        "发放份数": (found.distributed, "已发放且未作废的答题码，加手工登记的发放份数；公开链接没有发放数"),
        "收回份数": (found.returned, "收到的全部答卷"),
        "有效份数": (found.valid, "通过全部有效性规则的答卷"),
    }
    for row, (name, (number, remark)) in enumerate(counts.items(), start=3):
        sheet.text(row, 0, name)
        sheet.count(row, 1, number)
        sheet.text(row, 3, remark)
    _rates(sheet, found)
    row = _named_counts(sheet, 8 + 3 + len(found.response_rates), "剔除原因", found.invalid_reasons)
    row = _named_counts(sheet, row, "标记（未剔除）", found.flags)
    _channels(sheet, row, found.channels)


def _rates(sheet: _Sheet, found: FieldworkResult) -> None:
    rates = (
        ("回收率", found.return_rate, "B6/B5", "收回÷发放"),
        ("有效率", found.validity_rate, "B7/B6", "有效÷收回"),
        ("有效回收率", found.valid_return_rate, "B7/B5", "有效÷发放"),
        *((f"应答率 {n}（AAPOR）", r, "", "有效÷发放的样本单元") for n, r in found.response_rates.items()),
    )
    for row, (name, rate, formula, remark) in enumerate(rates, start=7):
        sheet.text(row, 0, name)
        sheet.text(row, 3, remark)
        if rate is None or not formula:
            sheet.share(row, 1, rate)
        else:
            places = sheet.write.places.percent + 2
            sheet.formula(row, 1, f"={formula}", rate, places, sheet.write.percent())


def _named_counts(sheet: _Sheet, row: int, title: str, counts: Mapping[str, int]) -> int:
    if not counts:
        return row
    sheet.head(row, (title, "份数"))
    for code, number in counts.items():
        row += 1
        sheet.text(row, 0, said(REASONS, code))
        sheet.count(row, 1, number)
    return row + 2


def _channels(sheet: _Sheet, row: int, channels: Mapping[str, Mapping[str, int]]) -> None:
    sheet.head(row, ("渠道", "收回", "有效"))
    for name, counts in channels.items():
        row += 1
        sheet.text(row, 0, said(CHANNELS, name))
        sheet.count(row, 1, counts.get("returned"))
        sheet.count(row, 2, counts.get("valid"))


# --- 说明 ----------------------------------------------------------------------------------------------------------


def _notes(write: _Writer) -> None:
    report, questionnaire = write.report, write.questionnaire
    sheet = write.sheet("说明", (26, 110), head=("项目", "内容"))
    rows: list[tuple[str, str]] = [
        ("问卷", f"{report.title}（{report.questionnaire}）"),
        ("问卷版本（SHA-256）", report.version),
        ("数据摘要（SHA-256）", report.data_hash),
        ("生成程序", made_with()),
        ("修约", _rounding(report)),
        *(
            (f"指标值：{questionnaire.measures[name].title.say()}", _method(write, name))
            for name in report.measures
        ),
        *((f"须知：{warning.code}", words(warning, report)) for warning in report.warnings),
    ]
    for row, (name, text) in enumerate(rows, start=3):
        sheet.text(row, 0, name)
        sheet.text(row, 1, text)


def _rounding(report: Report) -> str:
    places = f"百分数 {report.percent_places} 位小数，得分 {report.score_places} 位小数"
    return f"四舍五入，只修约一次：{places}；单元格内为未修约的数值。"


def _method(write: _Writer, name: str) -> str:
    found = write.report.measures[name]
    measure = write.questionnaire.measures[name]
    return f"{KINDS[measure.kind]}；题目 {'、'.join(measure.items)}；n＝{found.n}；区间方法：{said(METHODS, found.method)}"
