"""Every part and every veto of an indicator has its own id.

同一指标的各组成部分、各否决情形，编号不能重复。

Wrong:
    veto:
      - {id: petition, text: 发生上访}
      - {id: petition, text: 发生涉诉}
Right:
    veto:
      - {id: petition, text: 发生上访}
      - {id: lawsuit, text: 发生涉诉}
"""

from questionnaires.draft import Draft

ID = "duplicate-id"


def check(draft: Draft) -> None:
    """Report the second and every further part, and veto, of an id."""
    for path, indicator in draft.indicators():
        for key in ("parts", "veto"):
            seen: set[str] = set()
            for e, entry in enumerate(getattr(indicator, key) or ()):
                if draft.is_broken(*path, key, e, "id"):
                    continue
                if entry.id in seen:
                    zh = f"编号 “{entry.id}” 重复，请换一个"
                    en = f"id '{entry.id}' is used twice; choose another"
                    draft.report((*path, key, e, "id"), ID, zh, en)
                seen.add(entry.id)
