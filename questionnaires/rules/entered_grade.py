"""Grades are entered by hand, and the entered grade is one of them.

按等级得分的指标，等级由人工录入（entered），录入的等级必须在 grades 中。

Wrong:
    entered: {value: 优秀}
    grades: {优: 100, 良: 80, 中: 60, 差: 0}
Right:
    entered: {value: 优}
    grades: {优: 100, 良: 80, 中: 60, 差: 0}
"""

from questionnaires.draft import Draft

ID = "entered-grade"


def check(draft: Draft) -> None:
    """Report grades taken from a measure, and entered grades that the list does not have."""
    for path, scored in draft.scored():
        if scored.grades is None or scored.shape != "grades" or draft.is_broken(*path):
            continue
        value = scored.entered.value if scored.entered else None
        if scored.measure is not None:
            zh = "等级由人工录入，请用 entered 代替 measure"
            draft.report_key(
                (*path, "measure"), ID, zh, "a grade is entered by hand; write entered instead of measure"
            )
        elif value is not None and value not in scored.grades:
            zh = f"等级 “{value}” 不在 grades 中，应为 {'、'.join(scored.grades)} 之一"
            en = f"grade '{value}' is not one of the grades {', '.join(scored.grades)}"
            draft.report((*path, "entered", "value"), ID, zh, en)
