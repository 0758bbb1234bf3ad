"""How items combine is said of several items.

只有一题的指标值不写 combine 和 missing：没有什么可合并。

Wrong:
    awareness: {title: 知晓度, kind: awareness_score, items: [aware], combine: persons}
Right:
    satisfaction: {title: 满意度, kind: satisfaction_score, items: [service, payment], combine: persons}
"""

from questionnaires.draft import Draft

ID = "combine-single"


def check(draft: Draft) -> None:
    """Report a way to combine, or a reading of blanks, for a single item."""
    for path, measure in draft.measures():
        if draft.is_broken(*path) or len(measure.items) > 1:
            continue
        for name in ("combine", "missing"):
            if name in measure.model_fields_set and getattr(measure, name) not in ("items", "itemwise"):
                zh, en = (
                    f"只有一题，不需要 {name}，请删除",
                    f"there is one item; {name} says nothing, remove it",
                )
                draft.report((*path, name), ID, zh, en)
