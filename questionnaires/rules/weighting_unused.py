"""What goes with weights stands with a method that makes them.

写了 use: weighted 或 trim，就要写明怎么加权（method，或 design: stratified）。

Wrong:
    weighting: {use: weighted}
Right:
    weighting: {design: stratified, method: strata, use: weighted}
"""

from questionnaires.draft import Draft

ID = "weighting-unused"


def check(draft: Draft) -> None:
    """Report scoring by weighted figures, or trimming, where nothing is weighted."""
    weighting = draft.questionnaire.weighting
    if draft.is_broken("weighting"):
        return
    if weighting.use == "weighted" and not weighting.is_weighted:
        zh, en = "没有写明怎么加权，请写 method", "nothing is weighted; say how with method"
        draft.report(("weighting", "use"), ID, zh, en)
    if weighting.trim is not None and weighting.method == "none":
        zh, en = (
            "没有权数可截，请写 method，或删除 trim",
            "there are no weights to trim; give a method, or remove trim",
        )
        draft.report(("weighting", "trim"), ID, zh, en)
