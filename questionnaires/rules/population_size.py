"""The population's size is the sum of its strata.

总体人数 size 必须等于各层人数之和；写了 strata 就可以不写 size。

Wrong:
    population: {size: 1403, stratum_item: subsidy, strata: {A: 1138, B: 262, C: 2}}
Right:
    population: {stratum_item: subsidy, strata: {A: 1138, B: 262, C: 2}}
"""

from questionnaires.draft import Draft

ID = "population-size"


def check(draft: Draft) -> None:
    """Report a size that differs from the sum of the strata, and strata without anybody."""
    population = draft.questionnaire.population
    if not population.strata or draft.is_broken("population"):
        return
    total = sum(population.strata.values())
    if population.size is not None and population.size != total:
        zh = f"总体人数 {population.size} 与各层之和 {total} 不符，请改正或删除 size"
        en = f"the size {population.size} is not the sum of the strata, {total}; correct it or remove size"
        draft.report(("population", "size"), ID, zh, en)
    elif total == 0:
        zh, en = "各层人数之和为 0，请改正", "the strata have nobody in them; correct the numbers"
        draft.report_key(("population", "strata"), ID, zh, en)
