"""The workbook's sheet 清理记录: what was left out and what was flagged, by which rule and said by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from analysis import Pattern, PatternTable, judge
from analysis.validity import DUPLICATE, split_flags
from questionnaires.model import ValidityRule
from surveyapp.deliver.chinese import CHANNELS, REASONS, said
from surveyapp.deliver.prose import Voice
from surveyapp.deliver.prose_rules import validity_words
from surveyapp.deliver.scores import BY_FORMULA
from surveyapp.deliver.sheets import Sheet, Writer
from surveyapp.speed import TOO_FAST
from surveyapp.store import Evidence

NAME = "清理记录"
SYSTEM, HAND = "系统按规则", "人工"
ANSWERS, ENTRY, NOTED = "按答案判定", "收到时判定", "录入或导入时注明"

_HEAD = ("原因", "渠道", "份数", "规则", "由谁", "何时")
_WIDTHS = (24, 16, 9, 70, 14, 18)
_NOTE = "规则在发放前写入问卷定义，按先后次序适用，一份答卷只计第一个剔除原因；标记不影响计入。剔除与有效之和等于收回。"
_TOGETHER = {"burst": "五分钟内提交", "one_network": "来自同一网络"}


def cleaning(write: Writer, table: PatternTable | None, evidence: Sequence[Evidence] = ()) -> None:
    """Write the record; without the table of responses it has the report's counts alone."""
    sheet = write.sheet(NAME, _WIDTHS, head=_HEAD, note=_NOTE)
    row = _excluded(write, sheet, table)
    row = _flagged(write, sheet, row + 1, table)
    row = _rules(write, sheet, row + 1)
    _evidence(sheet, row + 1, evidence)


def _excluded(write: Writer, sheet: Sheet, table: PatternTable | None) -> int:
    found = write.report.fieldwork
    counts = (
        _counted(write, table) if table else {(r, "", "", ""): n for r, n in found.invalid_reasons.items()}
    )
    rules = _by_reason(write, "exclude")
    row = first = 3
    for (reason, channel, by, when), count in counts.items():
        rule = rules.get(reason) if by != HAND else None
        said_by = validity_words(_voice(write), rule) if rule else ""
        _line(sheet, row, (said(REASONS, reason), said(CHANNELS, channel)), count, (said_by, by, when))
        row += 1
    excluded = found.returned - found.valid
    _sum(sheet, row, "剔除合计", f"=SUM(C{first + 1}:C{row})" if counts else "=0", excluded)
    _line(sheet, row + 1, ("有效", ""), found.valid, ("通过全部规则的答卷", "", ""))
    _sum(sheet, row + 2, "收回", f"=C{row + 1}+C{row + 2}", found.returned)
    return row + 3


def _by_reason(write: Writer, effect: str) -> dict[str, ValidityRule]:
    return {str(rule.rule): rule for rule in write.questionnaire.validity if rule.effect == effect}


def _counted(write: Writer, table: PatternTable) -> dict[tuple[str, str, str, str], int]:
    """Count what is excluded by reason, channel, who said so and when."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for raw, judged in zip(table.rows, judge(write.questionnaire, table).rows, strict=True):
        if judged.validity:
            counts[(judged.validity, judged.channel or "unknown", *_by(raw, judged.validity))] += raw.count
    return dict(sorted(counts.items()))


def _by(raw: Pattern, reason: str) -> tuple[str, str]:
    if not raw.validity:
        return SYSTEM, ANSWERS
    return (SYSTEM, ENTRY) if reason in (TOO_FAST, DUPLICATE) else (HAND, NOTED)


def _flagged(write: Writer, sheet: Sheet, row: int, table: PatternTable | None) -> int:
    flags = write.report.fieldwork.flags
    if not flags:
        return row
    sheet.head(row, ("标记（不剔除）", "", "份数", "规则", "由谁", "何时"))
    rules = _by_reason(write, "flag")
    noted = _noted(table) if table else set()
    for code, count in flags.items():
        row += 1
        rule = rules.get(code)
        by, when = (SYSTEM, ENTRY if code in noted else ANSWERS) if rule else (SYSTEM, "收到时注明")
        words = validity_words(_voice(write), rule) if rule else ""
        _line(sheet, row, (said(REASONS, code), ""), count, (words, by, when))
    return row + 1


def _noted(table: PatternTable) -> set[str]:
    return {flag for row in table.rows for flag in split_flags(row.flags)}


def _rules(write: Writer, sheet: Sheet, row: int) -> int:
    sheet.head(row, ("全部规则", "处理", "次序", "内容", "", ""))
    for number, rule in enumerate(write.questionnaire.validity, start=1):
        row += 1
        effect = "剔除" if rule.effect == "exclude" else "标记"
        words = validity_words(_voice(write), rule)
        _line(sheet, row, (said(REASONS, rule.rule), effect), number, (words, "", ""))
    if not write.questionnaire.validity:
        row += 1
        sheet.text(row, 0, "问卷定义中没有有效性规则", spills=True)
    return row + 1


def _evidence(sheet: Sheet, row: int, evidence: Sequence[Evidence]) -> None:
    together = [one for one in sorted(evidence, key=lambda one: (one.day, one.kind)) if one.kind in _TOGETHER]
    if not together:
        return
    sheet.head(row, ("集中提交的线索", "日期", "最多份数", "说明", "", ""))
    for at, one in enumerate(together, start=row + 1):
        words = ("只作线索，不据此剔除", "", "")
        _line(sheet, at, (_TOGETHER[one.kind], one.day), one.count, words)


def _line(sheet: Sheet, row: int, names: Sequence[str], count: int, more: Sequence[str]) -> None:
    for column, text in _placed(names, more):
        sheet.text(row, column, text, indent=int(column > 2))
    sheet.count(row, 2, count)


def _placed(names: Sequence[str], more: Sequence[str]) -> Iterator[tuple[int, str]]:
    yield from enumerate(names)
    yield from enumerate(more, start=3)


def _sum(sheet: Sheet, row: int, name: str, formula: str, value: int) -> None:
    sheet.text(row, 0, name, "total")
    sheet.text(row, 1, "", "total")
    look = sheet.write.look("count", bold=True, top=1, font_color=BY_FORMULA)
    sheet.formula(row, 2, formula, Fraction(value), 0, look)


def _voice(write: Writer) -> Voice:
    return Voice(questionnaire=write.questionnaire, report=write.report)
