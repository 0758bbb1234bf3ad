"""The exclusion log: every questionnaire that does not count, by which rule, and whether the system or a person said so."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from analysis import Pattern
from analysis.validity import DUPLICATE
from questionnaires.model import Questionnaire, ValidityRule
from surveyapp.deliver.apart import BOM, guard, line
from surveyapp.deliver.chinese import REASONS as CHINESE
from surveyapp.deliver.contents import Contents
from surveyapp.deliver.english import REASONS as ENGLISH
from surveyapp.present import plain
from surveyapp.speed import TOO_FAST

COLUMNS = ("line", "reason", "meaning_zh", "meaning_en", "rule", "by", "when")
"""`line` is the line of the rows file; it counts the header as 1."""

SYSTEM, HAND = "系统 system", "人工 by hand"
ANSWERS, ENTRY, IMPORTED = (
    "按答案 from the answers",
    "收到时 on receipt",
    "导入的文件中注明 as the imported file says",
)


def exclusions_csv(contents: Contents) -> bytes:
    """Return the log as csv, in the order of the rows file."""
    return b"".join((BOM, line(COLUMNS), *(line(map(guard, entry)) for entry in _entries(contents))))


def _entries(contents: Contents) -> Iterator[tuple[str, ...]]:
    at = 2
    for row, judged in zip(contents.rows, contents.judged, strict=True):
        if judged.validity:
            said = _said(contents.definitions.current, row.pattern, judged.validity)
            yield from ((str(at + number), *said) for number in range(row.pattern.count))
        at += row.pattern.count


def _said(questionnaire: Questionnaire, pattern: Pattern, reason: str) -> tuple[str, ...]:
    rule = next((r for r in questionnaire.validity if r.rule == reason and r.effect == "exclude"), None)
    if not pattern.validity:
        by, when = SYSTEM, ANSWERS
    elif reason in (TOO_FAST, DUPLICATE):
        by, when = SYSTEM, ENTRY
    else:
        by, when = HAND, IMPORTED
    meaning = CHINESE.get(reason, reason), ENGLISH.get(reason, reason)
    return (reason, *meaning, rule_text(rule) if rule else "", by, when)


def rule_text(rule: ValidityRule) -> str:
    """Return a rule as its author wrote it, on one line: `incomplete; below: 50`."""
    kept = rule.model_dump(exclude={"rule", "effect"}, exclude_none=True)
    return "; ".join((rule.rule, *(f"{name}: {_value(value)}" for name, value in kept.items())))


def _value(value: object) -> str:
    if isinstance(value, Fraction):
        return plain(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_value(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value)
