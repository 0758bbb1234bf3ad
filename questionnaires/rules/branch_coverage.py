"""The branches cover the range exactly once: no value without points, none with two.

各段须恰好覆盖范围一次：不能有空档，也不能重叠。范围默认 0 到 100（含两端），可用 range 改变。
“以上”“以下”含本数：90 若同时在 “≥ 90” 和 “≤ 90” 两段里，就有两个得分。

The range is 0 to 100, both included, unless `range` says otherwise. A number that both “≥ 90” and “≤ 90” take is an
overlap at 90; 94.995 falls between “≤ 94.99” and “≥ 95”. A branch without a limit on one side reaches to the end of the
range.

Wrong:
    branches:
      - {at_least: 90, then: full}
      - {at_most: 90, then: {proportional_to: 100}}
Right:
    branches:
      - {at_least: 90, then: full}
      - {below: 90, then: {proportional_to: 100}}
"""

from collections.abc import Sequence

from questionnaires.draft import Draft
from questionnaires.intervals import Interval, gaps, overlaps
from questionnaires.model import Indicator, Part
from questionnaires.problems import Path

ID = "branch-coverage"


def check(draft: Draft) -> None:
    """Report gaps and overlaps of every indicator's branches, each at the branch concerned."""
    for path, scored in draft.scored():
        if scored.branches and not draft.is_broken(*path, "branches") and not draft.is_broken(*path, "range"):
            _check_branches(draft, (*path, "branches"), scored)


def _check_branches(draft: Draft, path: Path, scored: Indicator | Part) -> None:
    whole = Interval.whole(scored.range)
    parts = [Interval.of(branch) for branch in scored.branches or ()]
    empty = [b for b, part in enumerate(parts) if part.within(whole).is_empty]
    if whole.is_empty:
        return
    for b in empty:
        zh = f"范围 {whole} 内没有值落在这一段，请改正界限"
        draft.report(
            (*path, b), ID, zh, f"no value of the range {whole} falls in this branch; correct its limits"
        )
    if empty:
        return
    for gap in gaps(parts, whole):
        zh = f"各段之间有空档 {gap}，落在其中的值没有得分，请补上"
        en = f"the branches leave a gap {gap}: values there get no points; close it"
        draft.report((*path, _beside(parts, gap)), ID, zh, en)
    for first, second, common in overlaps(parts, whole):
        line = draft.place((*path, first)).line
        zh = f"与第 {line} 行的一段重叠于 {common}，请只留在一段里"
        en = f"overlaps with the branch of line {line} at {common}; leave it to one of them"
        draft.report((*path, second), ID, zh, en)


def _beside(parts: Sequence[Interval], gap: Interval) -> int:
    """Return the branch whose upper limit the gap begins at; below all branches, the lowest one."""
    below = [b for b, part in enumerate(parts) if part.high == gap.low]
    return below[0] if below else min(range(len(parts)), key=lambda b: parts[b].low)
