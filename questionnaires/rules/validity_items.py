"""A validity rule looks at items it can judge.

直线作答（straight_lined）至少要看两道单选题或评分题；甄别题（attention）必须是单选、多选或评分题。

Wrong:
    - {rule: straight_lined, items: [service, suggestions]}
Right:
    - {rule: straight_lined, items: [service, payment]}
"""

from questionnaires.draft import Draft
from questionnaires.model import Attention, StraightLined
from questionnaires.problems import Path

ID = "validity-items"


def check(draft: Draft) -> None:
    """Report validity rules over items of the wrong kind, or over too few."""
    for r, rule in enumerate(draft.questionnaire.validity):
        path = ("validity", r)
        if draft.is_broken(*path):
            continue
        if isinstance(rule, StraightLined):
            _check_straight_lined(draft, path, rule)
        elif isinstance(rule, Attention):
            item = draft.known_item(rule.item)
            if item is not None and item.kind in ("text", "number"):
                zh = f"“{rule.item}” 没有选项，不能作甄别题"
                draft.report(
                    (*path, "item"), ID, zh, f"'{rule.item}' has no options, so no code can be asked for"
                )


def _check_straight_lined(draft: Draft, path: Path, rule: StraightLined) -> None:
    if len(rule.items) < 2:
        zh, en = "直线作答至少要看两道题", "straight-lining needs at least two items"
        draft.report((*path, "items"), ID, zh, en)
    for i, name in enumerate(rule.items):
        item = draft.known_item(name)
        if item is not None and item.kind not in ("single", "rating"):
            zh = f"“{name}” 是 {item.kind} 题，看不出直线作答，请删除"
            en = f"'{name}' is a {item.kind} item, which cannot be straight-lined; remove it"
            draft.report((*path, "items", i), ID, zh, en)
