"""Only multiple choice has exclusive options.

exclusive 只用于多选题：单选题的选项本来就互相排斥。

Wrong:
    kind: single
    options: [{code: A, label: 有}, {code: B, label: 无, exclusive: yes}]
Right:
    kind: multiple
    options: [{code: A, label: 流程}, {code: B, label: 无, exclusive: yes}]
"""

from questionnaires.draft import Draft

ID = "exclusive-single"


def check(draft: Draft) -> None:
    """Report exclusive options of single choice items' own lists; a shared scale may serve both kinds."""
    for path, item in draft.choices():
        for o, option in enumerate(item.options or ()):
            if item.kind == "single" and option.exclusive and not draft.is_broken(*path, "options", o):
                zh = "exclusive 只用于多选题，请删除"
                en = "exclusive is for multiple choice only; remove it"
                draft.report_key((*path, "options", o, "exclusive"), ID, zh, en)
