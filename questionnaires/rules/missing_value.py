"""A score is a mean of values: every option that counts has one.

满意度（得分）是赋值的平均：所用题目的每个选项都要有 value，不计入基数的写 missing。

Wrong:
    - {code: E, label: 不清楚}
Right:
    - {code: E, label: 不清楚, missing: dont_know}
"""

from questionnaires.draft import Draft

ID = "missing-value"


def check(draft: Draft) -> None:
    """Report items of a score measure with an option that has neither a value nor `missing`."""
    for path, measure in draft.measures():
        if measure.is_rate or draft.is_broken(*path, "kind"):
            continue
        for i, name in enumerate(measure.items):
            item, options = draft.known_item(name), draft.known_options(name) or {}
            bare = [
                code for code, option in options.items() if option.value is None and option.missing is None
            ]
            if bare and item is not None and item.kind == "single":
                zh = f"题目 “{name}” 的选项 {'、'.join(bare)} 没有赋值，请写 value（不计入的写 missing）"
                en = f"option {', '.join(bare)} of item '{name}' has no value; give it one, or missing if it leaves the base"
                draft.report((*path, "items", i), ID, zh, en)
