"""A deduction counts from a limit that the branch does not cross.

低于（below）起点扣分的一段，不能有高于起点的值；高于（above）起点扣分的一段，不能有低于起点的值。

Wrong:
    {below: 90, then: {deduct: {start: 80, per: 1, points: 0.1, step: continuous}}}
Right:
    {below: 90, then: {deduct: {start: 90, per: 1, points: 0.1, step: continuous}}}
"""

from questionnaires.draft import Draft
from questionnaires.intervals import Interval, decimal

ID = "deduct-start"


def check(draft: Draft) -> None:
    """Report deductions whose start lies inside the branch, or on its other side."""
    for path, scored in draft.scored():
        for b, branch in enumerate(scored.branches or ()):
            deduct = branch.then.deduct
            if deduct is None or draft.is_broken(*path, "branches", b) or draft.is_broken(*path, "range"):
                continue
            own = Interval.of(branch).within(Interval.whole(scored.range))
            crossed = own.high[0] > deduct.start if deduct.direction == "below" else own.low[0] < deduct.start
            if crossed and not own.is_empty:
                side = ("高于", "above") if deduct.direction == "below" else ("低于", "below")
                zh = f"这一段 {own} 有{side[0]}起点 {decimal(deduct.start)} 的值，请改正 start 或界限"
                en = f"the branch {own} has values {side[1]} the start {decimal(deduct.start)}; correct start or the limits"
                draft.report((*path, "branches", b, "then", "deduct", "start"), ID, zh, en)
