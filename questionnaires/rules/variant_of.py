"""A variant names the indicator it is another reading of.

variant_of 必须指向另一个指标，而且那个指标自己不能又是别人的另一种评分表。

Wrong:
    revised: {title: 满意度（修订）, points: 10, variant_of: revised}
Right:
    revised: {title: 满意度（修订）, points: 10, variant_of: satisfaction}
"""

from questionnaires.draft import Draft
from questionnaires.problems import Path, suggest

ID = "variant-of"


def check(draft: Draft) -> None:
    """Report variants of nothing, of themselves and of other variants."""
    for path, indicator in draft.indicators():
        if indicator.variant_of is not None:
            _check_variant(draft, (*path, "variant_of"), indicator.variant_of)


def _check_variant(draft: Draft, path: Path, original: str) -> None:
    indicators = draft.questionnaire.indicators
    if original not in indicators:
        if "indicators" not in draft.lost:
            near = suggest(original, indicators)
            zh = f"没有指标 “{original}”{near.zh or '，请核对编号'}"
            draft.report(path, ID, zh, f"there is no indicator '{original}'{near.en or '; check the id'}")
    elif original == path[1]:
        draft.report(path, ID, "指标不能是自己的另一种评分表", "an indicator cannot be a variant of itself")
    elif indicators[original].variant_of is not None:
        first = indicators[original].variant_of
        zh = f"“{original}” 自己也是另一种评分表，请直接写 {first}"
        draft.report(path, ID, zh, f"'{original}' is a variant itself; name {first} instead")
