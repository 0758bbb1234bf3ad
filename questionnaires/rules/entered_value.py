"""A value entered by hand is a number within its range.

人工录入的数值必须是数字，并在 range 之内；直接判定的得分应在 0 与分值之间。

Wrong:
    entered: {value: 98.57%}
Right:
    entered: {value: 98.57}
"""

from fractions import Fraction

from pydantic_core import PydanticCustomError

from questionnaires.draft import Draft
from questionnaires.intervals import Interval, decimal
from questionnaires.model import Indicator, Part, exact
from questionnaires.problems import Path

ID = "entered-value"


def check(draft: Draft) -> None:
    """Report entered values that are no numbers or lie outside the range; grades are another rule's business."""
    for path, scored in draft.scored():
        value = scored.entered.value if scored.entered else None
        if value is None or scored.shape not in ("branches", "judged") or draft.is_broken(*path):
            continue
        try:
            number = exact(value)
        except PydanticCustomError:
            zh, en = f"“{value}” 不是数字，请写成 98.57 这样的数（不带 % 号）", f"'{value}' is not a number"
            draft.report((*path, "entered", "value"), ID, zh, f"{en}; write it like 98.57, without a % sign")
        else:
            _check_range(draft, path, scored, number)


def _check_range(draft: Draft, path: Path, scored: Indicator | Part, number: Fraction) -> None:
    whole = Interval.whole(scored.range)
    if scored.shape == "judged":
        whole = Interval((Fraction(0), 0), (scored.points, 1))
    if not whole.is_empty and not whole.low <= (number, 0) < whole.high:
        zh = f"{decimal(number)} 不在 {whole} 之内，请改正"
        draft.report(
            (*path, "entered", "value"), ID, zh, f"{decimal(number)} does not lie within {whole}; correct it"
        )
