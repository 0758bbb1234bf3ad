"""Every option of the stratum item has its number of people.

分层题目的每个选项都要在 strata 中写人数；没有人就写 0。

Wrong:
    strata: {A: 1138, B: 262}
Right:
    strata: {A: 1138, B: 262, C: 2}
"""

from questionnaires.draft import Draft

ID = "missing-stratum"


def check(draft: Draft) -> None:
    """Report options of the stratum item, other than those that leave the base, without a number of people."""
    population = draft.questionnaire.population
    item = population.stratum_item
    if item is None or not population.strata or draft.is_broken("population"):
        return
    options = draft.known_options(item) or {}
    missing = [
        code for code, option in options.items() if option.missing is None and code not in population.strata
    ]
    if missing:
        zh = f"strata 缺少选项 {'、'.join(missing)} 的人数，没有人请写 0"
        en = f"strata lack the number of people for option {', '.join(missing)}; write 0 for none"
        draft.report_key(("population", "strata"), ID, zh, en)
