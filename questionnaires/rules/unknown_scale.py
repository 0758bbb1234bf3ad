"""A scale that is named is defined.

引用的量表必须在 scales 中定义过。

Wrong:
    - {id: service, kind: single, text: 您对服务是否满意？, scale: satisfation}
Right:
    - {id: service, kind: single, text: 您对服务是否满意？, scale: satisfaction}
"""

from questionnaires.draft import Draft
from questionnaires.problems import suggest

ID = "unknown-scale"


def check(draft: Draft) -> None:
    """Report names of scales that are not defined."""
    scales = draft.questionnaire.scales
    if "scales" in draft.lost:
        return
    for path, item in draft.choices():
        if item.scale is not None and item.scale not in scales:
            near = suggest(item.scale, scales)
            zh = f"没有定义量表 “{item.scale}”{near.zh or '，请在 scales 中定义'}"
            en = f"scale '{item.scale}' is not defined{near.en or '; define it under scales'}"
            draft.report((*path, "scale"), ID, zh, en)
