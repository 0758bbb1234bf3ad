"""The workbook's sheets 发放回收台账 and 分组: the denominator ledger with live sums; the measures by stratum and channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from xlsxwriter.utility import xl_rowcol_to_cell

from analysis.evaluation import CHANNEL
from analysis.ledger import COLUMNS
from analysis.report import Group
from surveyapp.deliver.charts import Place, group_bars
from surveyapp.deliver.chinese import CHANNELS, said
from surveyapp.deliver.sheets import Sheet, Writer

_NUMBERS = tuple(column for column in COLUMNS if column.id not in ("used", "waiting"))
_FIRST = 3


def ledger(write: Writer) -> None:
    """Write the ledger line by line, its totals as formulas, and what each column counts."""
    lines = write.report.fieldwork.ledger
    if not lines:
        return
    note = "发放一侧按发放渠道计，收回一侧按作答方式计，两者只在合计上可比。收回＝重复＋无效＋有效；逾期已包含在收回内。"
    head = ("渠道", "分层", *(column.zh for column in _NUMBERS))
    sheet = write.sheet("发放回收台账", (18, 18, *[9.0] * len(_NUMBERS)), head=head, note=note)
    strata = dict(write.questionnaire.strata())
    for row, line in enumerate(lines, start=_FIRST):
        sheet.text(row, 0, said(CHANNELS, line.channel))
        sheet.text(row, 1, strata.get(line.stratum, line.stratum) or "未注明")
        for place, column in enumerate(_NUMBERS, start=2):
            sheet.count(row, place, getattr(line, column.id))
    end = _FIRST + len(lines)
    _totals(sheet, end, [[getattr(line, column.id) for line in lines] for column in _NUMBERS])
    for row, column in enumerate(_NUMBERS, start=end + 2):
        sheet.text(row, 0, column.zh)
        sheet.text(row, 1, column.means_zh, spills=True)


def _totals(sheet: Sheet, row: int, numbers: Sequence[Sequence[int | None]]) -> None:
    sheet.text(row, 0, "合计", "total")
    sheet.text(row, 1, "", "total")
    for place, column in enumerate(numbers, start=2):
        known = [number for number in column if number is not None]
        first, last = xl_rowcol_to_cell(_FIRST, place), xl_rowcol_to_cell(row - 1, place)
        look = sheet.write.look("count", bold=True, top=1)
        if known:
            sheet.formula(row, place, f"=SUM({first}:{last})", Fraction(sum(known)), 0, look)
        else:
            sheet.number(row, place, None, 0, None)


def groups(write: Writer) -> None:
    """Write the measures by stratum and by way of answering; small groups are hidden."""
    found = {by: groups for by, groups in write.report.groups.items() if any(g.n for g in groups.values())}
    if not found:
        return
    titles = [measure.title.say() for measure in write.questionnaire.measures.values()]
    head = ("分组", "有效份数", *(name for title in titles for name in (title, "下限", "上限")))
    note = "未加权；上下限为 95% 置信区间。不足 5 人的组不公布，可由此推算出它们的组也不公布。"
    sheet = write.sheet("分组", (24, 9, *[13, 9, 9] * len(titles)), head=head, note=note)
    row = _FIRST
    places = []
    for by, of in found.items():
        sheet.text(row, 0, _heading(by), "total", spills=True)
        for at, (code, group) in enumerate(of.items(), start=row + 1):
            _group(sheet, at, _label(write, by, code), group)
        if len(of) > 1:
            places.append((by, Place(first=row + 1, last=row + len(of), names=0, values=(2, 3, 4))))
        row += len(of) + 2
    for by, place in places:
        row = group_bars(sheet, row, f"{titles[0]}，{_heading(by)}", place)


def _heading(by: str) -> str:
    return "按作答方式" if by == CHANNEL else "按分层"


def _label(write: Writer, by: str, code: str) -> str:
    labels: Mapping[str, str] = CHANNELS if by == CHANNEL else dict(write.questionnaire.strata())
    return said(labels, code)


def _group(sheet: Sheet, row: int, label: str, group: Group) -> None:
    sheet.text(row, 0, label)
    sheet.count(row, 1, group.n)
    for place, found in enumerate(group.measures.values()):
        low, high = (found.interval if found else None) or (None, None)
        for column, value in enumerate((found.exact if found else None, low, high), start=2 + 3 * place):
            sheet.share(row, column, value)
