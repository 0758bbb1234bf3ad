"""The workbook of tallies: figures at full precision, formulas where a reader would re-add.

Sheets: 得分、统计表、各题、加权、分组、交叉表、发放回收、台账、应答率、敏感性、说明; `further` and `broken_down` hold those that
may be left out.

It is written for the files of Chinese evaluations, so its words are Chinese. No cell holds anything that runs but the
formulas made here; equal reports give equal bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from fractions import Fraction

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from analysis import Estimate, PatternTable, Report
from analysis.indicators import value_of
from analysis.report import FieldworkResult, IndicatorResult
from questionnaires.model import Indicator, Questionnaire
from surveyapp.deliver.arithmetic import indicator_line, scored_by
from surveyapp.deliver.broken_down import groups, ledger
from surveyapp.deliver.cells import cell_text
from surveyapp.deliver.chinese import CHANNELS, KINDS, REASONS, method_words, said
from surveyapp.deliver.further import cross_tabs, rates, sensitivity, weighted
from surveyapp.deliver.sheets import MADE, OPTIONS, Sheet, Writer
from surveyapp.deliver.tally import TallyTable, tally_tables, worth
from surveyapp.present import made_with, plain, rounded, words
from surveyapp.store import EnteredValue


def tally_workbook(
    questionnaire: Questionnaire,
    report: Report,
    *,
    entered: Sequence[EnteredValue] = (),
    table: PatternTable | None = None,
) -> bytes:
    """Return the workbook of a report as bytes.

    `entered` are the values typed in by hand, with their reasons; `table` the responses, from which cross-tabs are made.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        book.set_properties({"created": MADE, "title": cell_text(report.title)[:250]})
        write = Writer(book=book, report=report, questionnaire=questionnaire)
        _scores(write, entered)
        _tallies(write)
        _items(write)
        weighted(write)
        groups(write)
        cross_tabs(write, table)
        _fieldwork(write)
        ledger(write)
        rates(write)
        sensitivity(write)
        _notes(write)
    return buffer.getvalue()


# --- 得分 ----------------------------------------------------------------------------------------------------------

_SCORE_HEAD = (
    "指标", "分值", "得分", "得分率", "得分下限", "得分上限", "指标值", "指标值下限", "指标值上限", "目标", "是否达标",
    "评分规则原文", "算式", "说明",
)  # fmt: skip


def _scores(write: Writer, entered: Sequence[EnteredValue]) -> None:
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
    sheet: Sheet,
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


def _measure_cells(sheet: Sheet, row: int, found: IndicatorResult) -> None:
    estimate = scored_by(sheet.write.report)[found.measure] if found.measure else None
    sheet.share(row, 6, value_of(estimate) if estimate else None)
    interval = estimate.interval if estimate and estimate.interval else (None, None)
    for column, end in zip((7, 8), interval, strict=True):
        sheet.share(row, column, end)


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
    if found.undecided:
        remarks.append(said(REASONS, found.undecided))
    if found.defined_score is not None and indicator.definition:
        shown = plain(rounded(found.defined_score, write.places.points))
        remarks.append(f"指标解释“{indicator.definition.wording.say()}”；按此解释得 {shown} 分")
    return remarks


def _total_row(sheet: Sheet, row: int, counted: Sequence[tuple[int, IndicatorResult]]) -> None:
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


def _tallies(write: Writer) -> None:
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


def _tally(sheet: Sheet, row: int, table: TallyTable) -> int:
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


def _tally_row(sheet: Sheet, row: int, table: TallyTable, number: int, last: int) -> None:
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


def _composite_row(sheet: Sheet, row: int, first: int, table: TallyTable, last: int) -> None:
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


def _items(write: Writer) -> None:
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


def _fieldwork(write: Writer) -> None:
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
    row = _named_counts(sheet, 12, "剔除原因", found.invalid_reasons)
    row = _named_counts(sheet, row, "标记（未剔除）", found.flags)
    _channels(sheet, row, found.channels)


def _rates(sheet: Sheet, found: FieldworkResult) -> None:
    rates = (
        ("回收率", found.return_rate, "B6/B5", "收回÷发放"),
        ("有效率", found.validity_rate, "B7/B6", "有效÷收回"),
        ("有效回收率", found.valid_return_rate, "B7/B5", "有效÷发放"),
        ("应答率 RR1（AAPOR）", found.response_rates.get("RR1"), "", "有效÷发放的样本单元；其余见“应答率”"),
    )
    for row, (name, rate, formula, remark) in enumerate(rates, start=7):
        sheet.text(row, 0, name)
        sheet.text(row, 3, remark)
        if rate is None or not formula:
            sheet.share(row, 1, rate)
        else:
            places = sheet.write.places.percent + 2
            sheet.formula(row, 1, f"={formula}", rate, places, sheet.write.percent())


def _named_counts(sheet: Sheet, row: int, title: str, counts: Mapping[str, int]) -> int:
    if not counts:
        return row
    sheet.head(row, (title, "份数"))
    for code, number in counts.items():
        row += 1
        sheet.text(row, 0, said(REASONS, code))
        sheet.count(row, 1, number)
    return row + 2


def _channels(sheet: Sheet, row: int, channels: Mapping[str, Mapping[str, int]]) -> None:
    sheet.head(row, ("渠道", "收回", "有效"))
    for name, counts in channels.items():
        row += 1
        sheet.text(row, 0, said(CHANNELS, name))
        sheet.count(row, 1, counts.get("returned"))
        sheet.count(row, 2, counts.get("valid"))


# --- 说明 ----------------------------------------------------------------------------------------------------------


def _notes(write: Writer) -> None:
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


def _method(write: Writer, name: str) -> str:
    found = write.report.measures[name]
    measure = write.questionnaire.measures[name]
    return f"{KINDS[measure.kind]}；题目 {'、'.join(measure.items)}；n＝{found.n}；区间方法：{method_words(found.method)}"
