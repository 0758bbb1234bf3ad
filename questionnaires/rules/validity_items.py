"""A validity rule looks at items it can judge.

直线作答（straight_lined）至少要看两道单选题或评分题；雷同答卷（identical_answers）至少要看两道有选项的题；
甄别题（attention）和前后矛盾（contradictory）只能用单选、多选或评分题。

Wrong:
    - {rule: straight_lined, items: [service, suggestions]}
Right:
    - {rule: straight_lined, items: [service, payment]}
"""

from questionnaires.draft import Draft
from questionnaires.model import Attention, Contradictory, IdenticalAnswers, StraightLined
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
        elif isinstance(rule, IdenticalAnswers):
            _check_identical(draft, path, rule)
        elif isinstance(rule, Contradictory):
            _check_contradictory(draft, path, rule)
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


def _check_identical(draft: Draft, path: Path, rule: IdenticalAnswers) -> None:
    if len(set(rule.items)) < 2:
        zh, en = (
            "雷同答卷至少要看两道题，最好列出全部题目",
            "identical answers need two items at least, best all of them",
        )
        draft.report((*path, "items"), ID, zh, en)
    for i, name in enumerate(rule.items):
        item = draft.known_item(name)
        if item is not None and item.kind in ("text", "number"):
            zh, en = f"“{name}” 没有选项，请删除", f"'{name}' has no options; remove it"
            draft.report((*path, "items", i), ID, zh, en)


def _check_contradictory(draft: Draft, path: Path, rule: Contradictory) -> None:
    for side, chosen in (("first", rule.first), ("second", rule.second)):
        for name in chosen:
            item = draft.known_item(name)
            if item is not None and item.kind in ("text", "number"):
                zh, en = (
                    f"“{name}” 没有选项，不能判断矛盾",
                    f"'{name}' has no options, so nothing contradicts it",
                )
                draft.report_key((*path, side, name), ID, zh, en)
    for name in rule.first.keys() & rule.second.keys():
        item = draft.known_item(name)
        if item is not None and item.kind in ("single", "rating") and not _share(rule, name):
            zh = f"“{name}” 只有一个答案，不会同时是两边的编码，请换一道题"
            draft.report_key(
                (*path, "second", name),
                ID,
                zh,
                f"'{name}' has one answer, never of both sides; name another item",
            )


def _share(rule: Contradictory, item: str) -> bool:
    return bool(set(rule.first[item]) & set(rule.second[item]))
