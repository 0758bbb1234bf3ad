"""The workbook, read back: figures, formulas, and text that breaks nothing."""

import io
import math
import operator
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from analysis import PatternTable, Report
from questionnaires.model import Questionnaire
from surveyapp.deliver.cells import LONGEST_CELL, SUBSTITUTE, cell_number, cell_text
from surveyapp.deliver.workbook import tally_workbook
from surveyapp.present import half_up
from surveyapp.store import EnteredValue, Store
from tests.surveyapp.sample import SLUG, load, submission


def opened(content: bytes, *, formulas: bool = False) -> Workbook:
    return load_workbook(io.BytesIO(content), data_only=not formulas)


def column(book: Workbook, sheet: str, name: str) -> list[Any]:
    """Return a column's cells below its heading in row 3."""
    page = book[sheet]
    heads = [cell.value for cell in page[3]]
    return [row[heads.index(name)].value for row in page.iter_rows(min_row=4)]


def test_the_sheets_are_those_a_reviewer_looks_for(questionnaire: Questionnaire, report: Report) -> None:
    book = opened(tally_workbook(questionnaire, report))
    assert book.sheetnames == [
        "得分", "统计表", "各题", "加权", "分组", "发放回收", "发放回收台账", "应答率", "敏感性", "清理记录", "方法",
    ]  # fmt: skip
    assert [sheet.freeze_panes for sheet in book] == ["B4", "B1", "B4", *["B4"] * 8]
    assert all(sheet.page_setup.orientation == "landscape" for sheet in book)
    assert all(sheet.print_title_rows == "$3:$3" for sheet in book if sheet.title != "统计表")


def test_the_ledger_adds_up_in_the_sheet(questionnaire: Questionnaire, report: Report) -> None:
    content = tally_workbook(questionnaire, report)
    rows = cells(content, "发放回收台账")
    head = ["渠道", "分层", "计划", "发放", "送达", "打开", "收回", "逾期", "重复", "无效", "有效"]
    assert rows[0] == head
    assert ["专属链接", "生活补贴", 40, 40, 40, 0, 28, 0, 0, 0, 28] in rows
    assert ["纸质问卷", "生活补贴", "—", "—", "—", "—", 3, 0, 0, 3, 0] in rows
    (total,) = [row for row in rows if row[:1] == ["合计"]]
    assert total[2:] == [60, 60, 60, 0, 56, 0, 0, 3, 53]
    lines = rows.index(total) - 1
    assert (
        str(opened(content, formulas=True)["发放回收台账"].cell(4 + lines, 7).value)
        == f"=SUM(G4:G{3 + lines})"
    )


def test_groups_stand_with_their_intervals(questionnaire: Questionnaire, report: Report) -> None:
    rows = cells(tally_workbook(questionnaire, report), "分组")
    (living,) = [row for row in rows if row[:1] == ["生活补贴"]]
    assert living[1] == 28
    assert printed(living[2]) == "83.43"  # the mean of the 28 (tests/references, docs/methods.md)


def test_the_scores_are_the_reports(questionnaire: Questionnaire, report: Report) -> None:
    book = opened(tally_workbook(questionnaire, report))
    scores = dict(zip(column(book, "得分", "指标"), column(book, "得分", "得分"), strict=True))
    assert scores["补贴对象满意度"] == float(Fraction(2256, 265))
    assert scores["引进人才增长率"] == "—"
    assert scores["合计（已定分的指标）"] == 15.8
    assert column(book, "得分", "指标值")[0] == float(Fraction(22560, 26500))
    assert column(book, "得分", "算式")[0] == "85.13% × 10 = 8.51 → 8.5"
    assert column(book, "得分", "是否达标")[0] == "未达标"


def test_the_table_prints_what_the_page_prints(questionnaire: Questionnaire, report: Report) -> None:
    page = opened(tally_workbook(questionnaire, report))["统计表"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=6, max_row=11)]
    assert rows[0][0] == "申报通知发布得及时吗？您对此是否满意？"
    assert [half_up(Fraction(repr(value)) * 100, 2) for value in rows[0][2:9:2]] == [
        "26.42",
        "55.85",
        "2.26",
        "0.00",
    ]
    assert [half_up(Fraction(repr(row[10])) * 100, 2) for row in rows] == [
        "84.53", "85.66", "87.55", "84.15", "83.77", "85.13"
    ]  # fmt: skip
    assert page["K6"].number_format == "0.00%"


def test_every_formula_computes_to_the_value_beside_it(
    questionnaire: Questionnaire, report: Report, table: PatternTable
) -> None:
    content = tally_workbook(questionnaire, report, table=table)
    formulas, values = opened(content, formulas=True), opened(content)
    checked = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    shown = values[sheet.title][cell.coordinate].value
                    again = compute(str(cell.value), values, sheet.title)
                    assert again == pytest.approx(shown, abs=1e-10), cell
                    checked += 1
    assert checked > 100


def compute(formula: str, book: Workbook, sheet: str) -> float:
    """Work a formula out: + - * /, comparisons and the functions the sheets use; SUM leaves text out, as sheets do."""
    text = formula.removeprefix("=")
    text = re.sub(
        r"(SUM|AVERAGE)\(([A-Z]+)(\d+):\2(\d+)\)", lambda m: _column(book[sheet], *m.groups()), text
    )
    text = re.sub(r"'([^']+)'!([A-Z]+\d+)", lambda m: repr(_at(book, m[1], m[2])), text)
    text = re.sub(
        r'"[^"]*"|\b[A-Z]+\d+\b', lambda m: m[0] if m[0][0] == '"' else repr(_at(book, sheet, m[0])), text
    )
    return float(eval(text, {"__builtins__": {}}, FUNCTIONS))


def _at(book: Workbook, sheet: str, cell: str) -> Any:
    page: Any = book[sheet]
    return page[cell].value


def _column(sheet: Any, name: str, letter: str, first: str, last: str) -> str:
    column = [sheet[f"{letter}{row}"].value for row in range(int(first), int(last) + 1)]
    numbers = [value for value in column if isinstance(value, int | float)]
    return repr(sum(numbers) / (len(numbers) if name == "AVERAGE" else 1))


def _rounded(number: float, places: int) -> float:
    return float(half_up(Fraction(repr(float(number))), places))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ROUND": _rounded, "IF": lambda condition, yes, no: yes if condition else no, "NA": lambda: math.nan,
    "AND": lambda *all_of: all(all_of), "OR": lambda *any_of: any(any_of), "MIN": min, "MAX": max,
    "EXACT": operator.eq, "ROUNDUP": lambda number, _: math.ceil(number), "ROUNDDOWN": lambda number, _: math.floor(number),
}  # fmt: skip


def test_equal_reports_give_equal_bytes(
    questionnaire: Questionnaire, report: Report, table: PatternTable
) -> None:
    first, second = (tally_workbook(questionnaire, report, table=table) for _ in range(2))
    assert first == second


# --- further sheets ------------------------------------------------------------------------------------------------


def cells(content: bytes, sheet: str) -> list[list[Any]]:
    """Return the cells of a sheet's rows below its note, without the empty ones at the end."""
    rows = [[cell.value for cell in row] for row in opened(content)[sheet].iter_rows(min_row=3)]
    return [row[: max((n for n, v in enumerate(row, 1) if v is not None), default=0)] for row in rows]


def printed(value: object) -> str:
    return half_up(Fraction(repr(value)) * 100, 2)


def test_the_weighted_figures_stand_beside_the_plain_ones(
    questionnaire: Questionnaire, report: Report
) -> None:
    # ../shared/cases/r-survey-reference.json: population-weighted 84.10% (81.53-86.38)
    rows = cells(tally_workbook(questionnaire, report), "加权")
    satisfaction = next(row for row in rows if row and row[0] == "综合满意度")
    assert list(map(printed, satisfaction[1:7])) == ["85.13", "82.90", "87.12", "84.10", "81.53", "86.38"]
    assert [half_up(Fraction(repr(v)), 2) for v in satisfaction[7:10]] == ["-1.03", "1.33", "39.92"]
    assert satisfaction[10] == "对数几率尺度上的 t 区间，按有限总体修正，按各层人数加权"
    assert [row[:3] for row in rows if row and row[0] in ("生活补贴", "购房补贴", "留学费用补贴")] == [
        ["生活补贴", 1138, 28], ["购房补贴", 262, 25], ["留学费用补贴", 2, 0]
    ]  # fmt: skip
    assert rows[-1] == ["加权结果覆盖的人数", 1400, "共 1402 人；没有有效答卷：留学费用补贴"]


def test_the_cross_tabs_hide_small_cells_and_what_would_tell_them(
    questionnaire: Questionnaire, report: Report, table: PatternTable
) -> None:
    rows = cells(tally_workbook(questionnaire, report, table=table), "交叉表")
    start = next(at for at, row in enumerate(rows) if row and row[0].startswith("申报通知"))
    head, living, housing, abroad, total = rows[start + 1 : start + 6]
    assert head[:4] == ["层", "有效作答", "非常满意", "占比"]
    assert living == ["生活补贴", 28, "＊", "＊", 21, 0.75, "＊", "＊", 0, 0]
    assert housing == ["购房补贴", 25, "＊", "＊", 16, 0.64, "＊", "＊", 0, 0]
    assert abroad == ["留学费用补贴", 0, 0, "—", 0, "—", 0, "—", 0, "—"]
    assert total[:2] + total[2::2] == ["合计", 53, 14, 37, 2, 0]
    assert len([row for row in rows if len(row) == 1]) == 5


def test_the_response_rates_are_aapors(questionnaire: Questionnaire, report: Report) -> None:
    content = tally_workbook(questionnaire, report)
    rows = {row[0]: row for row in cells(content, "应答率") if row}
    assert [rows[code][2] for code in ("I", "P", "R", "NC", "O", "UH", "UO", "NE")] == [
        53,
        3,
        0,
        4,
        0,
        0,
        0,
        0,
    ]
    assert [printed(rows[f"RR{n}"][2]) for n in range(1, 7)] == ["88.33", "93.33"] * 3
    assert rows["RR3"][3] == "I ÷ (I+P+R+NC+O+e*UH+e*UO)"
    assert str(opened(content, formulas=True)["应答率"]["C16"].value) == "=C4/(C4+C5+C6+C7+C8+C12*C9+C12*C10)"


def test_an_open_link_has_no_response_rates_and_the_sheet_says_why(
    questionnaire: Questionnaire, store: Store
) -> None:
    from surveyapp import reporting

    load(store, submission(questionnaire.version, 904, {"subsidy": "A"}, channel="open_link"))
    rows = cells(tally_workbook(questionnaire, reporting.report(store, SLUG)), "应答率")
    assert rows[1][1] == "没有应答率"
    assert "公开链接" in rows[1][3]


def test_sensitivity_puts_the_excluded_back(questionnaire: Questionnaire, report: Report) -> None:
    rows = cells(tally_workbook(questionnaire, report), "敏感性")
    assert [row[0] for row in rows[1:]] == ["按规定（53 份）", "计入因“漏答”剔除的 3 份"]
    assert [printed(row[1]) for row in rows[1:]] == ["85.13", "85.08"]
    assert half_up(Fraction(repr(rows[2][2])), 2) == "-0.05"


TRAPS = ("=cmd()", "@SUM(1)", "\x0b垂直", "x" * 40_000, "家👨‍👩‍👧𠮷", "\ud800", "http://e.com", "_x0041_")
TIES = (Fraction(1, 800), Fraction("2.675"), Fraction("0.285"), Fraction(22560, 26500), Fraction(-5, 8))


@pytest.mark.parametrize("trap", TRAPS)
def test_no_text_breaks_the_book_or_runs(questionnaire: Questionnaire, report: Report, trap: str) -> None:
    entry = EnteredValue(
        indicator="growth", part="", value="12", reason=trap, entered_by="wang", day="2026-09-01"
    )
    own = replace(report, title=trap)
    content = tally_workbook(questionnaire, own, entered=[entry])
    book = opened(content, formulas=True)
    title = book["得分"]["A1"]
    assert title.data_type == "s"
    assert title.hyperlink is None
    assert str(title.value).startswith(cell_text(trap)[:20])
    ours = re.compile(r"=([-+*/().\d,:<>=A-Z]|'统计表'!|\"[^\"]*\")+")
    assert all(
        ours.fullmatch(str(c.value))
        for sheet in book
        for row in sheet.iter_rows()
        for c in row
        if c.data_type == "f"
    )


def test_what_is_cut_says_so() -> None:
    cut = cell_text("长" * 40_000)
    assert len(cut) <= LONGEST_CELL
    assert cut.endswith("…（共 40000 字，已截断）")
    wide = cell_text("𠮷" * 20_000)
    assert len(wide.encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert cell_text("a\x0bb\x00") == f"a{SUBSTITUTE}b{SUBSTITUTE}"


@pytest.mark.parametrize("value", TIES)
def test_a_cell_shows_what_the_page_prints(value: Fraction) -> None:
    for places in (1, 2, 4):
        assert half_up(Fraction(repr(cell_number(value, places))), places) == half_up(value, places)


def test_a_tie_that_excel_would_round_up_is_written_as_printed() -> None:
    just_below = Fraction(1, 8) - Fraction(1, 10**18)
    assert half_up(just_below, 2) == "0.12"
    assert cell_number(just_below, 2) == 0.12


@pytest.mark.parametrize("slug", ["huoju-2021", "longgang-2018-2020", "yantian-2024", "zengcheng-2023"])
def test_a_survey_without_answers_has_a_book_too(store: Store, slug: str) -> None:
    from surveyapp import reporting
    from tests.surveyapp.sample import publish

    publish(store, slug)
    content = tally_workbook(reporting.questionnaire(store, slug), reporting.report(store, slug))
    assert opened(content).sheetnames[0] == "得分"


def test_entries_stand_beside_the_score_with_their_reason(questionnaire: Questionnaire, store: Store) -> None:
    from surveyapp import reporting

    store.enter(SLUG, "growth", "", "12", "统计局数据", "wang", "2026-09-01")
    book = opened(tally_workbook(questionnaire, reporting.report(store, SLUG), entered=store.entered(SLUG)))
    place = column(book, "得分", "指标").index("引进人才增长率")
    assert column(book, "得分", "说明")[place] == "录入：12（统计局数据；wang，2026-09-01）"
    assert column(book, "得分", "得分")[place] == 9
