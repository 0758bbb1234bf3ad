"""Weights are fitted to single choice or rating items that everybody is asked.

加权题目（margins）必须是人人都问的单选题或评分题。

Wrong:
    weighting: {method: post_stratify, margins: {improve: {A: 700, B: 700}}}
Right:
    weighting: {method: post_stratify, margins: {sex: {F: 690, M: 710}}}
"""

from questionnaires.draft import Draft

ID = "margin-item"


def check(draft: Draft) -> None:
    """Report margins of items of another kind or with a condition."""
    for name in draft.questionnaire.weighting.margins:
        path = ("weighting", "margins", name)
        item = None if draft.is_broken(*path) else draft.known_item(name)
        if item is not None and item.kind not in ("single", "rating"):
            zh = f"“{name}” 不是单选题或评分题，不能用来加权"
            draft.report_key(
                path, ID, zh, f"'{name}' is not a single choice or rating item; weights need one"
            )
        elif item is not None and item.shown_if:
            zh = f"“{name}” 不是人人都问（有 shown_if），不能用来加权"
            draft.report_key(
                path, ID, zh, f"'{name}' is not asked of everybody (shown_if); weights need that"
            )
