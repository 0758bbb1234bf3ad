"""A rate names the codes that count, a score does not.

满意率、知晓率要用 codes 写明哪些选项算满意（知晓）；得分按赋值计算，不写 codes。
不计入基数的选项（missing）不能算满意。

Wrong:
    satisfied: {title: 满意率, kind: satisfaction_rate, items: [service]}
Right:
    satisfied: {title: 满意率, kind: satisfaction_rate, items: [service], codes: [A, B]}
"""

from questionnaires.draft import Draft
from questionnaires.model import Measure
from questionnaires.problems import Path

ID = "rate-codes"


def check(draft: Draft) -> None:
    """Report rates without codes, scores with codes, and codes of options that leave the base."""
    for path, measure in draft.measures():
        if draft.is_broken(*path, "kind") or draft.is_broken(*path, "codes"):
            continue
        if measure.codes is None and measure.is_rate and not draft.is_broken(*path):
            zh, en = (
                "请用 codes 写明哪些编码算在内，如 codes: [A, B]",
                "say which codes count, such as codes: [A, B]",
            )
            draft.report_key(path, ID, zh, en)
        elif measure.codes is not None and not measure.is_rate:
            zh, en = "得分按选项的赋值计算，请删除 codes", "a score goes by the options' values; remove codes"
            draft.report_key((*path, "codes"), ID, zh, en)
        else:
            _check_base(draft, path, measure)


def _check_base(draft: Draft, path: Path, measure: Measure) -> None:
    for c, code in enumerate(measure.codes or ()):
        options = [(draft.known_options(name) or {}).get(code) for name in measure.items]
        if any(option is not None and option.missing is not None for option in options):
            zh = f"选项 “{code}” 不计入基数（missing），不能算在内"
            en = f"option '{code}' leaves the base (missing), so it cannot count; remove it"
            draft.report((*path, "codes", c), ID, zh, en)
