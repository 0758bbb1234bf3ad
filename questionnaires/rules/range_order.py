"""A range has its lower limit first.

range 的下限必须小于上限。

Wrong:
    range: {at_least: 100, at_most: 0}
Right:
    range: {at_least: 0, at_most: 100}
"""

from questionnaires.draft import Draft
from questionnaires.intervals import decimal

ID = "range-order"


def check(draft: Draft) -> None:
    """Report ranges whose lower limit is not less than the upper."""
    for path, scored in draft.scored():
        low, high = scored.range.at_least, scored.range.at_most
        if low is not None and high is not None and low >= high and not draft.is_broken(*path, "range"):
            zh = f"下限 {decimal(low)} 应小于上限 {decimal(high)}，请改正"
            en = f"the lower limit {decimal(low)} must be less than the upper {decimal(high)}; correct one"
            draft.report((*path, "range"), ID, zh, en)
