"""Post-stratification goes by one item's numbers of people, raking by two or more, other weights by none.

post_stratify 的 margins 恰好写一题，rake 至少写两题，其他方法不写 margins。

Wrong:
    weighting: {method: rake, margins: {sex: {F: 690, M: 710}}}
Right:
    weighting: {method: post_stratify, margins: {sex: {F: 690, M: 710}}}
"""

from questionnaires.draft import Draft

ID = "weighting-margins"


def check(draft: Draft) -> None:
    """Report too few or too many margins for the method."""
    weighting = draft.questionnaire.weighting
    if draft.is_broken("weighting"):
        return
    n = len(weighting.margins)
    if weighting.method == "post_stratify" and n != 1:
        zh = f"post_stratify 的 margins 应恰好写一题，现有 {n} 题" + ("；多题请用 rake" if n else "")
        en = f"post_stratify needs the margins of one item, not {n}" + ("; use rake for several" if n else "")
        draft.report(("weighting", "method"), ID, zh, en)
    elif weighting.method == "rake" and n < 2:
        zh = f"rake 的 margins 至少写两题，现有 {n} 题" + ("；一题请用 post_stratify" if n else "")
        en = f"rake needs the margins of two items or more, not {n}" + (
            "; use post_stratify for one" if n else ""
        )
        draft.report(("weighting", "method"), ID, zh, en)
    elif weighting.method in ("none", "strata", "carried") and n:
        zh = f"method: {weighting.method} 不用 margins，请删除，或改用 post_stratify、rake"
        en = f"method: {weighting.method} uses no margins; remove them, or use post_stratify or rake"
        draft.report_key(("weighting", "margins"), ID, zh, en)
