"""A margin has the number of people of every option in the item's base.

加权题目的每个选项都要写人数，没有人就写 0；不计入基数的选项（missing）不写：选它的人不计入加权结果。

Wrong:
    weighting: {method: post_stratify, margins: {sex: {F: 690}}}
Right:
    weighting: {method: post_stratify, margins: {sex: {F: 690, M: 710}}}
"""

from questionnaires.draft import Draft

ID = "margin-codes"


def check(draft: Draft) -> None:
    """Report options without a number of people, and numbers for options that leave the base."""
    for name, people in draft.questionnaire.weighting.margins.items():
        path = ("weighting", "margins", name)
        options = None if draft.is_broken(*path) else draft.known_options(name)
        if not options:
            continue
        lacking = [code for code, option in options.items() if option.missing is None and code not in people]
        if lacking:
            zh = f"“{name}” 缺少选项 {'、'.join(lacking)} 的人数，没有人请写 0"
            en = f"'{name}' lacks the number of people for option {', '.join(lacking)}; write 0 for none"
            draft.report_key(path, ID, zh, en)
        for code in people:
            if code in options and options[code].missing is not None:
                zh, en = (
                    f"选项 “{code}” 不计入基数（missing），请删除",
                    f"option '{code}' leaves the base; remove it",
                )
                draft.report_key((*path, code), ID, zh, en)
