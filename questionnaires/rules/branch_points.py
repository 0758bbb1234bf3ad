"""A branch gives no more than the indicator's points, and no less than none.

每一段给的分数应在 0 与指标分值之间。

Wrong:
    points: 5
    branches: [{then: {points: 8}}]
Right:
    points: 5
    branches: [{then: {points: 5}}]
"""

from questionnaires.draft import Draft
from questionnaires.intervals import decimal

ID = "branch-points"


def check(draft: Draft) -> None:
    """Report branches whose `points` lie outside 0 and the indicator's points."""
    for path, scored in draft.scored():
        if draft.is_broken(*path, "points"):
            continue
        for b, branch in enumerate(scored.branches or ()):
            given = branch.then.points
            if given is not None and not 0 <= given <= scored.points:
                zh = f"{decimal(given)} 分不在 0 与分值 {decimal(scored.points)} 之间，请改正"
                en = f"{decimal(given)} points do not lie between 0 and the indicator's {decimal(scored.points)}; correct it"
                draft.report((*path, "branches", b, "then", "points"), ID, zh, en)
