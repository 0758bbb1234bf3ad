"""Every margin has the same number of people, not more than the population.

各加权题目的人数之和必须相同，且不超过总体人数（少于总体时，报告写明覆盖多少人）。

Wrong:
    weighting: {method: rake, margins: {sex: {F: 690, M: 710}, age: {A: 1000, B: 390}}}
Right:
    weighting: {method: rake, margins: {sex: {F: 690, M: 710}, age: {A: 1010, B: 390}}}
"""

from questionnaires.draft import Draft

ID = "margin-totals"


def check(draft: Draft) -> None:
    """Report margins whose sums differ, exceed the population, or are 0."""
    margins = draft.questionnaire.weighting.margins
    if draft.is_broken("weighting", "margins") or not margins:
        return
    totals = {name: sum(people.values()) for name, people in margins.items()}
    first, expected = next(iter(totals.items()))
    everybody = None if draft.is_broken("population") else draft.questionnaire.population.total
    for name, total in totals.items():
        path = ("weighting", "margins", name)
        if total == 0:
            draft.report_key(
                path,
                ID,
                f"“{name}” 的人数之和为 0，请改正",
                f"'{name}' has nobody in it; correct the numbers",
            )
        elif everybody is not None and total > everybody:
            zh = f"“{name}” 的人数之和 {total} 多于总体 {everybody} 人，请改正"
            draft.report_key(
                path,
                ID,
                zh,
                f"'{name}' sums to {total}, more than the population of {everybody}; correct one",
            )
        elif total != expected:
            zh = f"“{name}” 的人数之和 {total} 与 “{first}” 的 {expected} 不同，请改正"
            draft.report_key(
                path, ID, zh, f"'{name}' sums to {total}, but '{first}' to {expected}; correct one"
            )
