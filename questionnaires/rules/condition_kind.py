"""A condition fits the item it asks about: codes for choices, limits for numbers.

选择题用编码作条件，数字题用界限作条件，评分题两种都可以；文字题不能作条件。

Wrong:
    shown_if: {age: [60]}
Right:
    shown_if: {age: {at_least: 60}}
"""

from questionnaires.draft import Draft
from questionnaires.model import Between, Condition

ID = "condition-kind"


def check(draft: Draft) -> None:
    """Report conditions that do not fit their item."""
    for path, name, condition in draft.conditions():
        item = draft.known_item(name)
        if item is not None and not draft.is_broken(*path):
            words = _mistake(item.kind, condition)
            if words:
                draft.report(path, ID, *words)


def _mistake(kind: str, condition: Condition) -> tuple[str, str] | None:
    limits = isinstance(condition, Between)
    if kind == "text":
        return "文字题不能作条件，请换一道题", "an open text cannot be a condition; name another item"
    if kind == "number" and not limits:
        return "数字题的条件应写界限，如 {at_least: 60}", "a number needs limits, such as {at_least: 60}"
    if kind in ("single", "multiple") and limits:
        return "选择题的条件应写编码，如 [A, B]", "a choice needs codes, such as [A, B]"
    return None
