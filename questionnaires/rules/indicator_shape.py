"""An indicator's points come about in exactly one way.

得分方式必须且只能写一种：branches（分段）、grades（等级）、judged（判定）或 parts（各部分相加）。

Wrong:
    satisfaction: {title: 满意度, points: 10, measure: satisfaction}
Right:
    satisfaction: {title: 满意度, points: 10, measure: satisfaction, branches: [{then: {proportional_to: 100}}]}
"""

from questionnaires.draft import Draft

ID = "indicator-shape"
SHAPES = ("branches", "grades", "judged", "parts")


def check(draft: Draft) -> None:
    """Report indicators and parts with no scoring rule, an empty one, or several."""
    for path, scored in draft.scored():
        if draft.is_broken(*path):
            continue
        given = [name for name in SHAPES if getattr(scored, name, None) not in (None, False)]
        if not given:
            zh, en = "没有评分规则，请写 branches、grades、judged 或 parts 之一", "there is no scoring rule"
            draft.report_key(path, ID, zh, f"{en}; write one of branches, grades, judged or parts")
        elif len(given) > 1:
            zh = f"{'、'.join(given)} 只能写一种，请删除其余"
            draft.report_key(
                (*path, given[-1]), ID, zh, f"{' and '.join(given)} exclude each other; keep one"
            )
        elif not getattr(scored, given[0]):
            zh, en = f"{given[0]} 是空的，请补上", f"{given[0]} is empty; fill it in"
            draft.report_key((*path, given[0]), ID, zh, en)
