"""The sheet 编码手册: every column of the data with its codes, their words and the numbers they have in SPSS and Stata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis import PatternTable
from questionnaires.model import NumberItem, Option, Questionnaire, TextItem
from surveyapp.deliver.chinese import said
from surveyapp.deliver.columns import Column, answers_left_out, data_columns
from surveyapp.deliver.sheets import Plain

NAME = "编码手册"
_HEAD = (
    "列名", "SPSS、Stata 列名", "题目或含义", "题型", "测量层次", "编码", "SPSS 数值", "Stata 数值", "选项文字", "赋值", "基数",
)  # fmt: skip
_WIDTHS = (20, 22, 44, 10, 10, 12, 10, 10, 30, 8, 14)
_NOTE = (
    "列名和编码不随文字改变。csv 与“数据（编码）”中：空白为未答，-1 为未问，-2 为不适用；多选题每个选项一列，1 为选了，0 为没选。"
    "SPSS 中未问为 -1、不适用为 -2、未答为 -9，不计入基数的选项为 -3 起，均已声明为缺失值；Stata 中依次为 .a、.b、.c、.d 起。"
)
ITEM_KINDS = {
    "single": "单选题",
    "multiple": "多选题",
    "text": "文字题",
    "number": "数字题",
    "rating": "0–10 分评分题",
}
LEAVING = {"not_applicable": "不适用", "dont_know": "不清楚", "refused": "拒答"}
_LEVELS = {"nominal": "名义", "ordinal": "有序", "scale": "度量"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the codebook: a column, or one of its codes."""

    name: str = ""
    legal: str = ""
    label: str = ""
    kind: str = ""
    level: str = ""
    code: str = ""
    spss: int | None = None
    stata: str = ""
    words: str = ""
    value: Fraction | None = None
    base: str = ""

    @property
    def is_column(self) -> bool:
        """Say whether the line opens a column."""
        return bool(self.name)


def entries(questionnaire: Questionnaire, columns: Sequence[Column]) -> Iterator[Entry]:
    """Yield the codebook: each column, then its codes."""
    for column in columns:
        yield Entry(
            name=column.name, legal=column.legal, label=column.label, kind=_kind(questionnaire, column),
            level=_LEVELS[column.level],
            base="旧版本的选项" if not column.known else "",
        )  # fmt: skip
        yield from _codes(questionnaire, column)


def _codes(questionnaire: Questionnaire, column: Column) -> Iterator[Entry]:
    if column.kind == "choice":
        yield Entry(code="1", spss=1, stata="1", words="选了")
        yield Entry(code="0", spss=0, stata="0", words="没选")
    for code, number in column.numbers.items():
        option = questionnaire.option(column.item, code) if column.item else None
        yield Entry(
            code=code, spss=number, stata=column.letters.get(number, str(number)),
            words=column.labels.get(code, "（旧版本的选项）"), value=option.value if option else None, base=_base(option),
        )  # fmt: skip
    if column.is_numeric:
        yield from _missing(column)


def _missing(column: Column) -> Iterator[Entry]:
    gone = column.missing
    if column.kind == "system":
        yield Entry(spss=gone.blank, stata=".c", words="未注明")
        return
    marked = gone.not_asked == -1
    for code, number, words in (
        ("-1" if marked else "", gone.not_asked, "未问"),
        ("-2" if marked else "", gone.not_applicable, "不适用"),
        ("", gone.blank, "未答（空白）"),
    ):
        yield Entry(code=code, spss=number, stata=column.letters[number], words=words, base="不计入")


def _base(option: Option | None) -> str:
    return "" if option is None else f"不计入：{LEAVING[option.missing]}" if option.missing else "计入"


def _kind(questionnaire: Questionnaire, column: Column) -> str:
    item = questionnaire.items.get(column.item)
    if item is None:
        return "系统列"
    if column.kind == "comment":
        return "补充说明"
    if isinstance(item, NumberItem) and item.unit:
        return f"{said(ITEM_KINDS, item.kind)}（{item.unit.say()}）"
    if isinstance(item, TextItem):
        return f"{said(ITEM_KINDS, item.kind)}（至多 {item.max_length} 字）"
    return said(ITEM_KINDS, item.kind)


def codebook(write: Plain, table: PatternTable) -> None:
    """Write the sheet."""
    columns = data_columns(write.questionnaire, table)
    sheet = write.sheet(NAME, _WIDTHS, head=_HEAD, note=_NOTE)
    row = 3
    for entry in entries(write.questionnaire, columns):
        texts = (entry.name, entry.legal, entry.label, entry.kind, entry.level, entry.code)
        for at, text in enumerate(texts):
            sheet.text(row, at, text, bold=entry.is_column and at == 0)
        if entry.spss is not None:
            sheet.count(row, 6, entry.spss)
        sheet.text(row, 7, entry.stata, align="right")
        sheet.text(row, 8, entry.words, indent=1)
        if entry.value is not None:
            sheet.number(row, 9, entry.value / 100, 4, write.look("plain", num_format="0.##%"))
        sheet.text(row, 10, entry.base, indent=1)
        row += 1
    for item, count in answers_left_out(write.questionnaire, table).items():
        sheet.text(row, 0, item)
        sheet.text(
            row, 2, f"只在旧版本中有的题目：{count} 份答卷有答案，本问卷没有这一列，未列入数据", spills=True
        )
        row += 1
