"""A measure is taken over single choice and rating items.

指标值只能取自单选题和评分题：多选题、数字题和文字题没有满意度。

Wrong:
    items: [service, suggestions]
Right:
    items: [service]
"""

from questionnaires.draft import Draft

ID = "uncountable-item"


def check(draft: Draft) -> None:
    """Report items of a measure that are neither single choice nor rating."""
    for path, measure in draft.measures():
        for i, name in enumerate(measure.items):
            item = draft.known_item(name)
            if item is not None and item.kind not in ("single", "rating"):
                zh = f"“{name}” 是 {item.kind} 题，不能计算满意度，请从 items 中删除"
                en = f"'{name}' is a {item.kind} item, which a measure cannot count; take it out of items"
                draft.report((*path, "items", i), ID, zh, en)
