"""Every item has its own id.

题目编号不能重复：编号就是数据的列名。

Wrong:
    - {id: service, kind: text, text: 您对服务有什么意见？}
    - {id: service, kind: text, text: 您还有什么建议？}
Right:
    - {id: service, kind: text, text: 您对服务有什么意见？}
    - {id: suggestions, kind: text, text: 您还有什么建议？}
"""

from questionnaires.draft import Draft

ID = "duplicate-item"


def check(draft: Draft) -> None:
    """Report the second and every further item of an id."""
    seen: dict[str, int] = {}
    for path, item in draft.items():
        if draft.is_broken(*path, "id"):
            continue
        if item.id in seen:
            zh = f"题目编号 “{item.id}” 已在第 {seen[item.id]} 行用过，请换一个"
            en = f"item id '{item.id}' is used in line {seen[item.id]} already; choose another"
            draft.report((*path, "id"), ID, zh, en)
        else:
            seen[item.id] = draft.place((*path, "id")).line
