"""A straight line is used only between its two ends.

线性插值的一段不能超出 start 与 end。

Wrong:
    {at_least: 50, then: {interpolate: {start: 60, end: 100, start_share: 0, end_share: 100}}}
Right:
    {at_least: 60, then: {interpolate: {start: 60, end: 100, start_share: 0, end_share: 100}}}
"""

from questionnaires.draft import Draft
from questionnaires.intervals import Interval, decimal

ID = "interpolate-limits"


def check(draft: Draft) -> None:
    """Report interpolations in branches that reach beyond the line's ends."""
    for path, scored in draft.scored():
        for b, branch in enumerate(scored.branches or ()):
            line = branch.then.interpolate
            if line is None or draft.is_broken(*path, "branches", b) or draft.is_broken(*path, "range"):
                continue
            own = Interval.of(branch).within(Interval.whole(scored.range))
            if not own.is_empty and (own.low[0] < line.start or own.high[0] > line.end):
                ends = f"[{decimal(line.start)}, {decimal(line.end)}]"
                zh = f"这一段 {own} 超出插值的两端 {ends}，请改正"
                en = f"the branch {own} reaches beyond the line {ends}; correct one of them"
                draft.report((*path, "branches", b, "then", "interpolate"), ID, zh, en)
