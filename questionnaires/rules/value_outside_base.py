"""An option that leaves the base is worth nothing.

不计入基数的选项（写了 missing）不能有赋值 value：“不适用”“不清楚”既不算满意，也不算不满意。

Wrong:
    - {code: E, label: 不适用, missing: not_applicable, value: 0}
Right:
    - {code: E, label: 不适用, missing: not_applicable}
"""

from questionnaires.draft import Draft

ID = "value-outside-base"


def check(draft: Draft) -> None:
    """Report options that have both a value and `missing`."""
    for path, options in draft.option_lists():
        for o, option in enumerate(options):
            both = option.missing is not None and option.value is not None
            if both and not draft.is_broken(*path, o):
                zh = f"选项 “{option.code}” 不计入基数（missing），请删除 value"
                en = f"option '{option.code}' leaves the base (missing); remove its value"
                draft.report((*path, o, "value"), ID, zh, en)
