"""A choice item either lists its own options or names a shared scale.

选择题要么自列 options，要么引用 scale，必须且只能有一个。

Wrong:
    - {id: service, kind: single, text: 您对服务是否满意？}
Right:
    - {id: service, kind: single, text: 您对服务是否满意？, scale: satisfaction}
"""

from questionnaires.draft import Draft

ID = "options-or-scale"


def check(draft: Draft) -> None:
    """Report choice items with neither and with both."""
    for path, item in draft.choices():
        if draft.is_broken(*path):
            continue
        if item.options is None and item.scale is None:
            zh, en = "缺少选项，请写 options 或 scale", "no options; write options, or name a scale"
            draft.report(path, ID, f"题目 “{item.id}” {zh}", f"item '{item.id}' has {en}")
        elif item.options is not None and item.scale is not None:
            zh = f"题目 “{item.id}” 同时写了 options 和 scale，请删除一个"
            en = f"item '{item.id}' has both options and scale; remove one"
            draft.report_key((*path, "scale"), ID, zh, en)
