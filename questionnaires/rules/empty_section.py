"""Every section asks something.

每个部分至少要有一道题。

Wrong:
    - {id: background, title: 基本情况, items: []}
Right:
    - id: background
      title: 基本情况
      items:
        - {id: suggestions, kind: text, text: 您有什么建议？}
"""

from questionnaires.draft import Draft

ID = "empty-section"


def check(draft: Draft) -> None:
    """Report sections without items."""
    for s, section in enumerate(draft.questionnaire.sections):
        if not section.items and not draft.is_broken("sections", s):
            zh = f"部分 “{section.id}” 没有题目，请添加题目或删除这一部分"
            en = f"section '{section.id}' has no items; add some or remove it"
            draft.report(("sections", s, "items"), ID, zh, en)
