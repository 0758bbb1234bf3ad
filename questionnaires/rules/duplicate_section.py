"""Every section has its own id.

各部分的编号不能重复。

Wrong:
    - {id: main, title: 基本情况, items: []}
    - {id: main, title: 满意度, items: []}
Right:
    - {id: background, title: 基本情况, items: []}
    - {id: main, title: 满意度, items: []}
"""

from questionnaires.draft import Draft

ID = "duplicate-section"


def check(draft: Draft) -> None:
    """Report the second and every further section of an id."""
    seen: dict[str, int] = {}
    for s, section in enumerate(draft.questionnaire.sections):
        path = ("sections", s, "id")
        if draft.is_broken(*path):
            continue
        if section.id in seen:
            zh = f"部分编号 “{section.id}” 已在第 {seen[section.id]} 行用过，请换一个"
            en = f"section id '{section.id}' is used in line {seen[section.id]} already; choose another"
            draft.report(path, ID, zh, en)
        else:
            seen[section.id] = draft.place(path).line
