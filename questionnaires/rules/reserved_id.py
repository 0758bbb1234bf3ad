"""No item takes a name that data files need for themselves.

题目编号不能占用数据文件自用的列名（count、weight、version 等）和统计软件的保留字（by、to、with 等）；
多选题的选项编码不能是 text，否则列名 `题目.text` 会与补充文字的列重名。

Exported rows have columns of their own beside the items (`count`, `stratum`, `weight`, …); statistics programs
reserve words such as `by` and `to`; and an option `text` of a multiple choice item would share the column
`ITEM.text` with the words beside an option.

Wrong:
    - {id: weight, kind: number, text: 您的体重？}
Right:
    - {id: body_weight, kind: number, text: 您的体重？}
"""

from questionnaires.draft import Draft

ID = "reserved-id"
COLUMNS = {"count", "stratum", "weight", "channel", "seconds", "version", "validity", "invalid", "id"}
KEYWORDS = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}


def check(draft: Draft) -> None:
    """Report item ids that are taken, and options called `text` of multiple choice items."""
    for path, item in draft.items():
        if item.id in COLUMNS | KEYWORDS:
            zh = f"“{item.id}” 是保留的列名，请换一个，如 {item.id}_1"
            en = f"'{item.id}' is a reserved column name; choose another, such as {item.id}_1"
            draft.report((*path, "id"), ID, zh, en)
    for path, choice in draft.choices():
        for o, option in enumerate(choice.options or ()):
            if choice.kind == "multiple" and option.code.lower() == "text":
                zh = f"多选题的选项编码不能是 “{option.code}”，请换一个"
                en = f"an option of a multiple choice item cannot have the code '{option.code}'; choose another"
                draft.report((*path, "options", o, "code"), ID, zh, en)
