"""Weighting by strata needs strata with their numbers of people, and a stratified design.

分层设计（design: stratified）和按层加权（method: strata）要在 population.strata 中写各层人数；按层加权时设计应为
stratified；若是不分层抽的样，请用 post_stratify。

Wrong:
    population: {size: 1400}
    weighting: {design: stratified, method: strata}
Right:
    population: {stratum_item: subsidy, strata: {A: 1138, B: 262}}
    weighting: {design: stratified, method: strata}
"""

from questionnaires.draft import Draft

ID = "weighting-strata"


def check(draft: Draft) -> None:
    """Report a stratified design without strata, and weights by strata in a simple design."""
    weighting = draft.questionnaire.weighting
    if draft.is_broken("weighting") or draft.is_broken("population"):
        return
    if weighting.design == "stratified" and not draft.questionnaire.population.strata:
        zh, en = (
            "没有各层人数，请在 population.strata 中写明",
            "there are no strata; give them under population.strata",
        )
        draft.report(("weighting", "design"), ID, zh, en)
    elif weighting.method == "strata" and weighting.design == "simple":
        zh = "按层加权要写 design: stratified；若不是分层抽的样，请用 post_stratify"
        en = "weights by strata need design: stratified; if the sample was not drawn by strata, use post_stratify"
        draft.report(("weighting", "method"), ID, zh, en)
