"""A condition looks back: it asks about an earlier item.

显示条件只能引用前面的题目：后面的题目那时还没有答。

Wrong:
    - {id: reason, kind: text, text: 请说明原因, shown_if: {service: [D]}}
    - {id: service, kind: single, text: 您对服务是否满意？, scale: satisfaction}
Right:
    - {id: service, kind: single, text: 您对服务是否满意？, scale: satisfaction}
    - {id: reason, kind: text, text: 请说明原因, shown_if: {service: [D]}}
"""

from questionnaires.draft import Draft

ID = "condition-order"


def check(draft: Draft) -> None:
    """Report conditions of an item about itself or a later one."""
    for path, item in draft.items():
        for name in item.shown_if:
            other = draft.item_path(name)
            if other == path:
                zh, en = (
                    "显示条件不能引用本题自己，请改为前面的题目",
                    "an item cannot depend on itself; name an earlier one",
                )
                draft.report_key((*path, "shown_if", name), ID, zh, en)
            elif other is not None and other > path:
                zh = f"题目 “{name}” 在本题之后，请把它移到前面"
                draft.report_key(
                    (*path, "shown_if", name), ID, zh, f"item '{name}' comes later; move it before this one"
                )
