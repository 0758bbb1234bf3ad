"""The workbook's sheets 加权, 交叉表, 应答率 and 敏感性; each is left out where there is nothing to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from xlsxwriter.utility import xl_rowcol_to_cell

from analysis import Estimate, PatternTable, judge
from analysis.aapor import DISPOSITIONS, RATES
from analysis.comparison import TOTAL, CrossTab, cross_tab
from analysis.indicators import value_of
from analysis.report import WeightingResult
from analysis.respondents import STRATUM, Respondents, in_base
from surveyapp.deliver import chinese
from surveyapp.deliver.arithmetic import design_figures
from surveyapp.deliver.chinese import method_words, said
from surveyapp.deliver.sheets import Sheet, Writer
from surveyapp.deliver.tally import tally_tables

HIDDEN = "＊"
BLUE = "#1F4E9E"

# --- 加权 ----------------------------------------------------------------------------------------------------------

_WEIGHTED_HEAD = (
    "指标值", "未加权", "下限", "上限", "加权", "下限", "上限", "相差（百分点）", "设计效应", "有效 n", "加权区间的方法",
)  # fmt: skip


def weighted(write: Writer) -> None:
    """Write the plain and the weighted figures side by side, and what the weights rest on."""
    report, found = write.report, write.report.weighting
    if found is None or not report.weighted:
        return
    used = said(chinese.WEIGHTINGS, found.method) if found.used else "未加权"
    note = (
        f"报告和评分所用：{used}。上下限为 95% 置信区间。加权方法：{said(chinese.WEIGHTINGS, found.method)}。"
    )
    widths = (26, 10, 10, 10, 10, 10, 10, 10, 9, 9, 44)
    sheet = write.sheet("加权", widths, head=_WEIGHTED_HEAD, note=note)
    row = 3
    for name, heavy in report.weighted.items():
        sheet.text(row, 0, write.questionnaire.measures[name].title.say())
        _figures(sheet, row, 1, report.measures[name])
        _figures(sheet, row, 4, heavy)
        _difference(sheet, row, report.measures[name], heavy)
        effect, n_effective = design_figures(heavy)
        for column, number, places in ((8, effect, 2), (9, n_effective, 1)):
            exact = None if number is None else Fraction(repr(number))
            sheet.number(row, column, exact, places, write.look("plain", num_format=f"0.{'0' * places}"))
        sheet.text(row, 10, method_words(heavy.method))
        row += 1
    _strata(sheet, row + 1, found)


def _figures(sheet: Sheet, row: int, column: int, found: Estimate) -> None:
    sheet.share(row, column, value_of(found))
    for at, end in enumerate(found.interval or (None, None), start=column + 1):
        sheet.share(row, at, end)


def _difference(sheet: Sheet, row: int, light: Estimate, heavy: Estimate) -> None:
    one, other = value_of(light), value_of(heavy)
    places = sheet.write.places.percent
    look = sheet.write.look("plain", num_format=f"0.{'0' * places}" if places else "0")
    sheet.number(row, 7, None if one is None or other is None else (other - one) * 100, places, look)


def _strata(sheet: Sheet, row: int, found: WeightingResult) -> None:
    people, labels = sheet.write.questionnaire.population.strata, dict(sheet.write.questionnaire.strata())
    named = [code for code in found.strata if code in people]
    if named:
        sheet.head(row, ("层", "总体人数", "有效份数", "人数÷份数"))
    for code in named:
        row += 1
        sheet.text(row, 0, labels[code])
        sheet.count(row, 1, people[code])
        sheet.count(row, 2, found.strata[code])
        _weight(sheet, row, people[code], found.strata[code])
    if found.covered is not None and found.people is not None:
        row += 1
        sheet.text(row, 0, "加权结果覆盖的人数")
        sheet.count(row, 1, found.covered)
        missing = "、".join(labels.get(code, code) for code in found.empty)
        sheet.text(
            row, 2, f"共 {found.people} 人" + (f"；没有有效答卷：{missing}" if missing else ""), spills=True
        )


def _weight(sheet: Sheet, row: int, people: int, answers: int) -> None:
    if not answers:
        sheet.number(row, 3, None, 2, None)
        return
    formula = f"={xl_rowcol_to_cell(row, 1)}/{xl_rowcol_to_cell(row, 2)}"
    look = sheet.write.look("plain", num_format="0.00", font_color=BLUE)
    sheet.formula(row, 3, formula, Fraction(people, answers), 2, look)


# --- 交叉表 --------------------------------------------------------------------------------------------------------


def cross_tabs(write: Writer, table: PatternTable | None) -> None:
    """Write the satisfaction items by stratum, small cells hidden.

    No scores by group stand beside the counts: with them hidden counts could be worked out.
    """
    questionnaire = write.questionnaire
    if table is None or not questionnaire.population.strata or not write.report.fieldwork.valid:
        return
    by = questionnaire.population.stratum_item or STRATUM
    weighting = questionnaire.weighting
    shares_weighted = weighting.use == "weighted" and weighting.method == "strata"
    judged = judge(questionnaire, table)
    people = Respondents.of(questionnaire, judged, weighted=shares_weighted)
    items = [
        row.item for one in tally_tables(questionnaire, write.report) for row in one.rows if row.item != by
    ]
    most = max((len(in_base(questionnaire, item)) for item in items), default=0)
    note = f"{HIDDEN} 不公布：不足 5 人，或可由它推算出不足 5 人的数。占比＝人数÷该组有效作答人数" + (
        "，按总体加权。" if shares_weighted else "，未加权。"
    )
    sheet = write.sheet("交叉表", (30, 10, *([9, 10] * most)), head=(), note=note)
    sheet.page.freeze_panes(0, 1)
    row = 3
    for item in items:
        row = _cross_tab(sheet, row, cross_tab(people, item, by), weighted=people.weighted) + 2


def _cross_tab(sheet: Sheet, row: int, tab: CrossTab, *, weighted: bool) -> int:
    questionnaire = sheet.write.questionnaire
    codes = in_base(questionnaire, tab.item)
    labels = {option.code: option.label.say() for option in questionnaire.options(tab.item)}
    sheet.text(row, 0, questionnaire.items[tab.item].text.say(), "title", font_size=11, spills=True)
    heads = [head for code in codes for head in (labels[code], "占比")]
    sheet.head(row + 1, ("层", "有效作答", *heads))
    row += 1
    for group, label in [*questionnaire.strata(), (TOTAL, "合计")]:
        row += 1
        sheet.text(row, 0, label, bold=group == TOTAL)
        sheet.count(row, 1, tab.bases[group])
        for place, code in enumerate(codes):
            _cell(sheet, row, 2 + 2 * place, tab, group, code, weighted=weighted)
    return row


def _cell(
    sheet: Sheet, row: int, column: int, tab: CrossTab, group: str, code: str, *, weighted: bool
) -> None:
    cell = tab.cells[code][group]
    if cell.count is None:
        for at in (column, column + 1):
            sheet.text(row, at, HIDDEN, align="right")
        return
    sheet.count(row, column, cell.count)
    if weighted or not isinstance(cell.share, Fraction):
        sheet.share(row, column + 1, cell.share)
        return
    formula = f"={xl_rowcol_to_cell(row, column)}/{xl_rowcol_to_cell(row, 1)}"
    places = sheet.write.places.percent + 2
    sheet.formula(row, column + 1, formula, cell.share, places, sheet.write.percent(font_color=BLUE))


# --- 应答率 --------------------------------------------------------------------------------------------------------


def rates(write: Writer) -> None:
    """Write AAPOR's dispositions and rates with live formulas; or, where there are none, why."""
    found = write.report.fieldwork
    note = "按 AAPOR《标准定义》：案例按最终结果归类，各比率由归类人数算出。e 为资格不明者中视为合格的比例。"
    if found.dispositions is None and found.no_rates is None:
        return
    sheet = write.sheet("应答率", (12, 26, 14, 60), head=("代号", "含义", "数", "算法"), note=note)
    if found.dispositions is None:
        sheet.text(3, 1, "没有应答率")
        sheet.text(3, 3, found.no_rates.zh if found.no_rates else "")
        return
    for row, code in enumerate(DISPOSITIONS, start=3):
        sheet.text(row, 0, code)
        sheet.text(row, 1, said(chinese.DISPOSITIONS, code))
        sheet.count(row, 2, found.dispositions[code])
    row = 3 + len(DISPOSITIONS)
    sheet.text(row, 0, "e")
    sheet.text(row, 1, "资格不明者中视为合格的比例")
    sheet.share(row, 2, found.e)
    for at, (name, rate) in enumerate(found.response_rates.items(), start=row + 2):
        _rate(sheet, at, name, rate)


def _rate(sheet: Sheet, row: int, name: str, rate: Fraction | None) -> None:
    marks, e = RATES[name], "C12"
    cells = {code: xl_rowcol_to_cell(at, 2) for at, code in enumerate(DISPOSITIONS, start=3)}
    top = _sum(marks.top, cells, e)
    base = _sum(marks.base, cells, e)
    kinds = {"RR": "应答率", "CO": "合作率", "RE": "拒访率"}
    sheet.text(row, 0, name)
    sheet.text(row, 1, "接触率" if name.startswith("CON") else kinds[name[:2]])
    sheet.text(
        row,
        3,
        f"{_sum(marks.top, {c: c for c in cells}, 'e')} ÷ {_sum(marks.base, {c: c for c in cells}, 'e')}",
    )
    if rate is None:
        sheet.share(row, 2, None)
        return
    places = sheet.write.places.percent + 2
    sheet.formula(row, 2, f"={top}/{base}", rate, places, sheet.write.percent(font_color=BLUE))


def _sum(marks: Mapping[str, str], cells: Mapping[str, str], e: str) -> str:
    terms = [
        f"{e}*{cells[code]}" if mark == "e" else cells[code] for code, mark in marks.items() if mark != "0"
    ]
    return terms[0] if len(terms) == 1 else f"({'+'.join(terms)})"


# --- 敏感性 --------------------------------------------------------------------------------------------------------


def sensitivity(write: Writer) -> None:
    """Write the measures with and without the flagged and with exclusions put back."""
    report = write.report
    if not report.sensitivity:
        return
    titles = [measure.title.say() for measure in write.questionnaire.measures.values()]
    heads: Sequence[str] = [head for title in titles for head in (title, "相差（百分点）")]
    note = "只用来看结果对有效性规则有多敏感；报告按规定计。未加权。"
    sheet = write.sheet("敏感性", (34, *([12, 10] * len(titles))), head=("计入口径", *heads), note=note)
    base = report.measures
    for row, (name, measures) in enumerate([("", base), *report.sensitivity.items()], start=3):
        sheet.text(row, 0, _variant(write, name))
        for place, (id, found) in enumerate(measures.items()):
            sheet.share(row, 1 + 2 * place, found.exact)
            _change(sheet, row, 2 + 2 * place, found.exact, base[id].exact if name else None)


def _change(sheet: Sheet, row: int, column: int, value: Fraction | None, base: Fraction | None) -> None:
    places = sheet.write.places.percent
    change = None if value is None or base is None else (value - base) * 100
    sheet.number(
        row,
        column,
        change,
        places,
        sheet.write.look("plain", num_format=f"0.{'0' * places}" if places else "0"),
    )


def _variant(write: Writer, name: str) -> str:
    """Return what a variant of `Report.sensitivity` does."""
    counted = write.report.fieldwork
    kind, _colon, code = name.partition(":")
    reason = said(chinese.REASONS, code)
    if kind == "with-reason":
        return f"计入因“{reason}”剔除的 {counted.invalid_reasons.get(code, 0)} 份"
    if kind == "without-flag":
        return f"不计标记“{reason}”的 {counted.flags.get(code, 0)} 份"
    return "不计有标记的各份" if kind else f"按规定（{counted.valid} 份）"
