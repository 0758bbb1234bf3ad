"""Strata are the options of a single choice item that everybody is asked.

分层题目必须是人人都问的单选题。

Wrong:
    population: {stratum_item: suggestions}
Right:
    population: {stratum_item: subsidy, strata: {A: 1138, B: 262}}
"""

from questionnaires.draft import Draft

ID = "stratum-item"


def check(draft: Draft) -> None:
    """Report a stratum item of another kind or with a condition."""
    name = draft.questionnaire.population.stratum_item
    item = draft.known_item(name) if name and not draft.is_broken("population", "stratum_item") else None
    path = ("population", "stratum_item")
    if item is not None and item.kind != "single":
        zh = f"“{name}” 不是单选题，不能用来分层"
        draft.report(path, ID, zh, f"'{name}' is not a single choice item; strata need one")
    elif item is not None and item.shown_if:
        zh = f"“{name}” 不是人人都问（有 shown_if），不能用来分层"
        draft.report(path, ID, zh, f"'{name}' is not asked of everybody (shown_if); strata need that")
