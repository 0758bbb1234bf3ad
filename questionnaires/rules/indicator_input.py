"""An indicator has exactly one input: a measure, or a value entered by hand.

指标的输入只有一个：measure（来自问卷）或 entered（人工录入）。
由各部分相加（parts）的指标，输入写在各部分里；直接判定（judged）的指标必须有 entered，
measure 可以写在旁边供对照，不参与计分。

An indicator of `parts` has its inputs in the parts. A `judged` one takes its points from `entered.value`; a measure may
stand beside it to compare with its target, and does not score.

Wrong:
    growth: {title: 增长率, points: 10, branches: [{then: {proportional_to: 100}}]}
Right:
    growth: {title: 增长率, points: 10, entered: {}, branches: [{then: {proportional_to: 100}}]}
"""

from questionnaires.draft import Draft
from questionnaires.model import Indicator, Part
from questionnaires.problems import Path

ID = "indicator-input"


def check(draft: Draft) -> None:
    """Report indicators and parts without an input, and with two."""
    for path, scored in draft.scored():
        if draft.is_broken(*path):
            continue
        if scored.shape == "parts":
            _check_sum(draft, path, scored)
        elif scored.shape == "judged" and scored.entered is None:
            zh, en = "直接判定的得分请写在 entered 中", "points set by judgement stand in entered; add it"
            draft.report_key(path, ID, zh, en)
        elif scored.measure is None and scored.entered is None:
            zh, en = "缺少输入，请写 measure 或 entered", "there is no input; write measure or entered"
            draft.report_key(path, ID, zh, en)
        elif scored.measure is not None and scored.entered is not None and scored.shape != "judged":
            zh, en = (
                "measure 和 entered 只能写一个，请删除一个",
                "measure and entered exclude each other; remove one",
            )
            draft.report_key((*path, "entered"), ID, zh, en)


def _check_sum(draft: Draft, path: Path, scored: Indicator | Part) -> None:
    for key in ("measure", "entered"):
        if getattr(scored, key) is not None:
            zh = f"由各部分相加的指标不写 {key}，请移到 parts 中"
            draft.report_key(
                (*path, key), ID, zh, f"an indicator of parts has no {key} of its own; move it to a part"
            )
