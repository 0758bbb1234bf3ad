"""Every option of a list has its own code.

同一题（或同一量表）的选项编码不能重复，只有大小写不同也不行：很多统计软件不分大小写。

Codes that differ only in case are refused as well, because several statistics programs do not tell them apart.

Wrong:
    options: [{code: A, label: 是}, {code: A, label: 否}]
Right:
    options: [{code: A, label: 是}, {code: B, label: 否}]
"""

from questionnaires.draft import Draft

ID = "duplicate-code"


def check(draft: Draft) -> None:
    """Report the second and every further option of a code."""
    for path, options in draft.option_lists():
        seen: set[str] = set()
        for o, option in enumerate(options):
            if draft.is_broken(*path, o, "code"):
                continue
            if option.code.lower() in seen:
                zh = f"选项编码 “{option.code}” 重复，请换一个"
                en = f"option code '{option.code}' is used twice; choose another"
                draft.report((*path, o, "code"), ID, zh, en)
            seen.add(option.code.lower())
