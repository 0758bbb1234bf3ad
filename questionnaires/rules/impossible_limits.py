"""Limits leave something possible.

数字题的 minimum 不能大于 maximum；多选题的 at_most 不能大于选项数；条件里的上下限之间必须有数，
且至少写一个界限。

Wrong:
    - {id: age, kind: number, text: 您的年龄？, minimum: 60, maximum: 18}
Right:
    - {id: age, kind: number, text: 您的年龄？, minimum: 18, maximum: 60}
"""

from questionnaires.draft import Draft
from questionnaires.intervals import Interval, decimal
from questionnaires.model import Between, Item, MultipleItem, NumberItem
from questionnaires.problems import Path

ID = "impossible-limits"


def check(draft: Draft) -> None:
    """Report limits of number items, of multiple choice and of conditions that nothing can meet."""
    for path, item in draft.items():
        if not draft.is_broken(*path):
            _check_item(draft, path, item)
    for path, _, condition in draft.conditions():
        if isinstance(condition, Between) and not draft.is_broken(*path):
            _check_condition(draft, path, condition)


def _check_item(draft: Draft, path: Path, item: Item) -> None:
    if isinstance(item, NumberItem) and item.minimum is not None and item.maximum is not None:
        if item.minimum > item.maximum:
            low, high = decimal(item.minimum), decimal(item.maximum)
            zh, en = f"最小值 {low} 大于最大值 {high}", f"the minimum {low} is above the maximum {high}"
            draft.report((*path, "minimum"), ID, f"{zh}，请改正", f"{en}; correct one")
    elif isinstance(item, MultipleItem) and item.at_most is not None:
        options = draft.known_options(item.id)
        if options and item.at_most > len(options):
            zh = f"只有 {len(options)} 个选项，最多选 {item.at_most} 项没有意义，请改小或删除"
            en = f"there are only {len(options)} options; lower at_most ({item.at_most}) or remove it"
            draft.report((*path, "at_most"), ID, zh, en)


def _check_condition(draft: Draft, path: Path, condition: Between) -> None:
    if not condition.model_fields_set:
        zh = "条件没有写界限，请写如 {at_least: 60}"
        draft.report(path, ID, zh, "the condition has no limit; write one such as {at_least: 60}")
    elif Interval.of(condition).is_empty:
        zh, en = "没有数能满足这个条件，请改正界限", "no number can meet this condition; correct its limits"
        draft.report(path, ID, zh, en)
