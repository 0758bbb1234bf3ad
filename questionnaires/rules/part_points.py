"""The parts' points add up to the indicator's.

各部分分值之和必须等于指标分值。

Wrong:
    points: 5
    parts: [{id: questionnaire, points: 4}, {id: interview, points: 2}]
Right:
    points: 5
    parts: [{id: questionnaire, points: 4}, {id: interview, points: 1}]
"""

from questionnaires.draft import Draft
from questionnaires.intervals import decimal

ID = "part-points"


def check(draft: Draft) -> None:
    """Report indicators whose parts do not add up exactly."""
    for path, indicator in draft.indicators():
        if not indicator.parts or draft.is_broken(*path):
            continue
        total = sum(part.points for part in indicator.parts)
        if total != indicator.points:
            zh = f"各部分分值之和 {decimal(total)} 不等于指标分值 {decimal(indicator.points)}，请改正"
            en = f"the parts add up to {decimal(total)}, not to the indicator's {decimal(indicator.points)}; correct one"
            draft.report((*path, "points"), ID, zh, en)
