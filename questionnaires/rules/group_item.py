"""A group is formed by closed answers.

measures 的 group 只能用选择题或评分题：数字题不进入汇总表。

Rows are counted by their closed answers; a number is not among them. Ask for the number's class as a choice instead.

Wrong:
    group: {age: {at_least: 60}}
Right:
    group: {age_class: [over_60]}
"""

from questionnaires.draft import Draft

ID = "group-item"


def check(draft: Draft) -> None:
    """Report groups of a measure that are formed by a number item."""
    for path, measure in draft.measures():
        for name in measure.group:
            item = draft.known_item(name)
            if item is not None and item.kind == "number":
                zh = f"“{name}” 是数字题，不能分组，请改用选择题"
                en = f"'{name}' is a number, which cannot form a group; use a choice item"
                draft.report_key((*path, "group", name), ID, zh, en)
