"""The workbook: figures at full precision, formulas wherever a reader would compute again, and the data they rest on.

Sheets: 得分、统计表、各题、加权、分组、交叉表、发放回收、发放回收台账、应答率、敏感性、清理记录、数据（编码）、
数据（文字）、编码手册、方法. Those with nothing to show are left out; most have a module of their own.

It is written for the files of Chinese evaluations, so its words are Chinese. No cell holds anything that runs but the
formulas made here; equal reports give equal bytes, and so do equal dossiers with rows in the order of their content.
"""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from analysis import Estimate, PatternTable, Report
from analysis.report import FieldworkResult
from questionnaires.model import Questionnaire
from surveyapp.deliver import scores
from surveyapp.deliver.broken_down import groups, ledger
from surveyapp.deliver.cells import cell_text
from surveyapp.deliver.charts import Place, item_bars
from surveyapp.deliver.chinese import CHANNELS, KINDS, REASONS, method_words, said
from surveyapp.deliver.cleaning import cleaning
from surveyapp.deliver.codebook import codebook
from surveyapp.deliver.datasheets import data_sheets
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.further import cross_tabs, rates, sensitivity, weighted
from surveyapp.deliver.rows import Answered, Order
from surveyapp.deliver.sheets import MADE, OPTIONS, Plain, Sheet, Writer
from surveyapp.deliver.tally import TallyTable, tally_tables, worth
from surveyapp.present import made_with, plain, words
from surveyapp.store import EnteredValue, Evidence

CHUNK = 1 << 16


def tally_workbook(
    questionnaire: Questionnaire,
    report: Report,
    *,
    entered: Sequence[EnteredValue] = (),
    table: PatternTable | None = None,
    day: str = "",
) -> bytes:
    """Return the workbook of a report without the rows, as bytes.

    `entered` are the values typed in by hand, with their reasons; `table` the responses, from which cross-tabs are made.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        write = Writer(book=book, report=report, questionnaire=questionnaire, day=day)
        _properties(book, report.title)
        _results(write, entered, table, ())
        if table is not None:
            codebook(write, table)
        _notes(write)
    return buffer.getvalue()


def workbook(dossier: Dossier, path: Path, *, order: Order = "random", open_text: bool = True) -> None:
    """Write the workbook of a dossier with all rows, in memory that does not grow with them.

    The rows lie in another order every time; with order "content" equal dossiers give equal bytes. Without `open_text` the rows
    hold what was chosen and not what was written.
    """
    with _book(path, dossier.report.title) as book:
        write = Writer(book=book, report=dossier.report, questionnaire=dossier.questionnaire, day=dossier.day)
        _results(write, dossier.entered, dossier.table, dossier.evidence)
        _data(write, dossier, order=order, open_text=open_text)
        _notes(write)


def data_workbook(source: Answered, path: Path, *, order: Order = "random", open_text: bool = True) -> None:
    """Write a workbook of the rows and their codebook alone."""
    with _book(path, source.questionnaire.title.say()) as book:
        write = Plain(book=book, questionnaire=source.questionnaire, day=source.day)
        _data(write, source, order=order, open_text=open_text)


def streamed(dossier: Dossier, *, open_text: bool = True) -> Iterator[bytes]:
    """Yield the workbook of a dossier as it is sent; it is made in a file that goes when it was sent."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "workbook.xlsx")
        workbook(dossier, path, open_text=open_text)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


@contextmanager
def _book(path: Path, title: str) -> Iterator[Any]:
    """Open a workbook whose sheets are kept in files of a folder that goes, also where writing fails."""
    with tempfile.TemporaryDirectory() as folder:
        options = {**OPTIONS, "in_memory": False, "tmpdir": folder}
        with xlsxwriter.Workbook(str(path), options) as book:
            book.use_zip64()
            _properties(book, title)
            yield book


def _properties(book: Any, title: str) -> None:
    book.set_properties({"created": MADE, "title": cell_text(title)[:250]})


def _data(write: Plain, source: Answered, *, order: Order, open_text: bool) -> None:
    seed = random.SystemRandom().getrandbits(128) if order == "random" else None
    data_sheets(write, source, order=order, seed=seed, open_text=open_text)
    codebook(write, source.table)


def _results(
    write: Writer, entered: Sequence[EnteredValue], table: PatternTable | None, evidence: Sequence[Evidence]
) -> None:
    first = scores.begin(write)
    composites = _tallies(write)
    scores.Scores(sheet=first, write=write, composites=composites, entered=entered).fill()
    _items(write)
    weighted(write)
    groups(write)
    cross_tabs(write, table)
    _fieldwork(write)
    ledger(write)
    rates(write)
    sensitivity(write)
    cleaning(write, table, evidence)


# --- 统计表 --------------------------------------------------------------------------------------------------------


def _tallies(write: Writer) -> dict[str, str]:
    """Write the tables; return the cells of other sheets' formulas that hold a measure computed from counts."""
    tables = tally_tables(write.questionnaire, write.report)
    most = max((len(table.options) for table in tables), default=0)
    widths = [44.0, *([9.0, 10.0] * most), 11, 12]
    note = (
        "得分＝占比×赋值；单项满意度＝∑（选项赋值×选择人数）÷该题有效作答人数。蓝色数字由公式从人数算出。"
        "注：因四舍五入，各项之和可能与合计略有出入。"
    )
    sheet = write.sheet("统计表", widths, head=(), note=note)
    sheet.page.freeze_panes(0, 1)
    row, composites = 3, dict[str, str]()
    for table in tables:
        end = _tally(sheet, row, table)
        if _has_live_composite(table):
            composites[table.measure] = f"'统计表'!{xl_rowcol_to_cell(end, 2 * len(table.options) + 2)}"
        place = Place(first=row + 2, last=end - 1, names=0, values=range(1, 2 * len(table.options), 2))
        row = item_bars(sheet, end + 2, table, place) if any(r.n for r in table.rows) else end + 2
    return composites


def _has_live_composite(table: TallyTable) -> bool:
    """Say whether the measure in a table's last row is a formula over its rows: no other table's items count too."""
    value, of_rows = table.composite.exact if table.composite else None, _of_rows(table)
    return value is not None and of_rows == value


def _of_rows(table: TallyTable) -> Fraction | None:
    """Return the weighted mean of a table's rows; None if there is none."""
    known = [
        (row.figure.exact, row.weight)
        for row in table.rows
        if row.figure is not None and row.figure.exact is not None
    ]
    weights = sum((weight for _, weight in known), Fraction(0))
    return sum((value * weight for value, weight in known), Fraction(0)) / weights if weights else None


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
    weights = sum((r.weight for _, r in answered), Fraction(0))
    if not _has_live_composite(table):  # another table's items count too
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


# --- 方法 ----------------------------------------------------------------------------------------------------------


def _notes(write: Writer) -> None:
    report, questionnaire = write.report, write.questionnaire
    sheet = write.sheet("方法", (26, 110), head=("项目", "内容"))
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
