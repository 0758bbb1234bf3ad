"""Weights are given to the measure's own items.

weights 只能写该指标值 items 中的题目。

Wrong:
    satisfaction: {title: 满意度, kind: satisfaction_score, items: [service], weights: {payment: 2}}
Right:
    satisfaction: {title: 满意度, kind: satisfaction_score, items: [service, payment], weights: {payment: 2}}
"""

from questionnaires.draft import Draft
from questionnaires.problems import suggest

ID = "foreign-weight"


def check(draft: Draft) -> None:
    """Report weights of items that the measure is not taken over."""
    for path, measure in draft.measures():
        if draft.is_broken(*path, "items"):
            continue
        for name in measure.weights:
            if name not in measure.items:
                near = suggest(name, measure.items)
                zh = f"“{name}” 不在本指标值的 items 中{near.zh or '，请添加到 items 或删除它的权重'}"
                en = f"'{name}' is not among the items{near.en or '; add it to items or remove its weight'}"
                draft.report_key((*path, "weights", name), ID, zh, en)
