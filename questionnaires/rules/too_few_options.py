"""A choice item has at least two options.

选择题至少要有两个选项。

Wrong:
    options: [{code: A, label: 是}]
Right:
    options: [{code: A, label: 是}, {code: B, label: 否}]
"""

from questionnaires.draft import Draft

ID = "too-few-options"


def check(draft: Draft) -> None:
    """Report items whose own list of options is shorter than two."""
    for path, item in draft.choices():
        if item.options is not None and len(item.options) < 2 and not draft.is_broken(*path, "options"):
            zh = f"题目 “{item.id}” 的选项少于两个，请补上"
            en = f"item '{item.id}' has fewer than two options; add some"
            draft.report((*path, "options"), ID, zh, en)
