"""The line of arithmetic for every shape of rule."""

from fractions import Fraction

import pytest

from questionnaires.build import load_good
from questionnaires.model import Action, Branch, Indicator
from surveyapp.deliver.arithmetic import Places, by_entry, by_rule
from tests.surveyapp.sample import LIBRARY

PLACES = Places(percent=2, points=1)


@pytest.mark.parametrize(
    ("slug", "indicator", "value", "line"),
    [
        ("zhifu-2022", "satisfaction", "85.1320754717", "85.13% × 10 = 8.51 → 8.5"),
        ("zhifu-2022", "satisfaction", "90", "90.00% ≥ 90%：100% × 10 = 10.0"),
        ("zhifu-2022", "satisfaction", "49.999", "50.00% < 50%：0% × 10 = 0.0"),
        ("zhifu-2022", "growth", "12", "10% ≤ 12.00% < 15%：90% × 10 = 9.0"),
        ("zhifu-2022", "budget_execution", "101.5", "3 − (101.50% − 100%) ÷ 1% × 1 = 1.5"),
        ("zhifu-2022", "budget_execution", "104", "3 − (104.00% − 100%) ÷ 1% × 1 = -1.00 ⇒ 0 = 0.0"),
        ("huoju-2021", "policy", "88.01", "8 − (90% − 88.01%) ÷ 1% × 0.1 = 7.80 → 7.8"),
        ("longgang-2018-2020", "beneficiary_satisfaction", "88", "9 − (90% − 88.00%) ÷ 1% × 2% × 9 = 8.64 → 8.6"),
        ("yantian-2024", "awarded_by_rule", "94.5", "94.50% ÷ 95% × 1.67 = 1.66 → 1.7"),
    ],
)  # fmt: skip
def test_a_rule_is_shown_as_it_was_applied(slug: str, indicator: str, value: str, line: str) -> None:
    node = load_good(LIBRARY / f"{slug}.yaml").indicators[indicator]
    step = by_rule(node, Fraction(value), PLACES)
    assert step is not None
    assert step.line(PLACES) == line


def test_started_steps_and_interpolation_have_their_signs() -> None:
    started = {"start": "90", "per": "1", "points": "0.1", "step": "started"}
    line = {"start": "60", "end": "90", "start_share": "0", "end_share": "100"}
    found = []
    for action in (Action.model_validate({"deduct": started}), Action.model_validate({"interpolate": line})):
        node = Indicator(title="x", points=Fraction(8), branches=(Branch(then=action),))  # type: ignore[arg-type]
        step = by_rule(node, Fraction("88.01"), PLACES)
        assert step is not None
        found.append(step.line(PLACES))
    assert found[0] == "8 − ⌈(90% − 88.01%) ÷ 1%⌉ × 0.1 = 7.8"
    assert found[1].startswith("8 × [0% + (100% − 0%) × (88.01% − 60%) ÷ (90% − 60%)] = 7.47 → 7.5")


def test_a_value_outside_the_rule_has_no_arithmetic() -> None:
    node = load_good(LIBRARY / "zhifu-2022.yaml").indicators["satisfaction"]
    assert by_rule(node, Fraction(101), PLACES) is None
    assert by_entry(node, "much", PLACES) is None
