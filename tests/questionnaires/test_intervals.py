"""Whether intervals cover a range exactly once, to the last point."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.intervals import Interval, decimal, gaps, overlaps
from questionnaires.model import Between, Range

WHOLE = Interval.whole(Range())


def interval(**limits: str) -> Interval:
    return Interval.of(Between.model_validate(limits))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"at_least": "75", "below": "90"}, "[75, 90)"),
        ({"above": "75", "at_most": "90"}, "(75, 90]"),
        ({"at_least": "90", "at_most": "90"}, "90"),
        ({"below": "0.5"}, "(-∞, 0.5)"),
        ({"at_least": "94.99"}, "[94.99, +∞)"),
        ({}, "(-∞, +∞)"),
    ],
)
def test_an_interval_is_written_as_in_mathematics(limits: dict[str, str], words: str) -> None:
    assert str(interval(**limits)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (Fraction(0), "0"),
        (Fraction(100), "100"),
        (Fraction("94.995"), "94.995"),
        (Fraction("-0.05"), "-0.05"),
        (Fraction(10**15), "1000000000000000"),
        (Fraction(1, 3), "1/3"),
    ],
)
def test_a_number_is_written_exactly(number: Fraction, words: str) -> None:
    assert decimal(number) == words


def test_90_is_in_both_branches_that_name_it() -> None:
    parts = [interval(at_least="90"), interval(at_most="90")]
    assert gaps(parts, WHOLE) == []
    assert [(i, j, str(common)) for i, j, common in overlaps(parts, WHOLE)] == [(0, 1, "90")]


def test_94_995_is_in_neither() -> None:
    parts = [interval(at_least="95"), interval(at_most="94.99")]
    assert [str(gap) for gap in gaps(parts, WHOLE)] == ["(94.99, 95)"]
    assert overlaps(parts, WHOLE) == []


def test_nothing_covers_nothing() -> None:
    assert gaps([], WHOLE) == [WHOLE]


LIMITS = st.sampled_from(["0", "20", "50", "50.5", "100"])
BRANCHES = st.lists(
    st.tuples(st.sampled_from(["at_least", "above"]), LIMITS, st.sampled_from(["at_most", "below"]), LIMITS),
    max_size=4,
)
PROBES = [Fraction(n, 4) for n in range(401)]


@given(BRANCHES)
def test_gaps_and_overlaps_are_what_trying_every_point_finds(
    branches: list[tuple[str, str, str, str]],
) -> None:
    limits = [Between.model_validate({low: a, high: b}) for low, a, high, b in branches]
    parts = [Interval.of(limit) for limit in limits]
    takers = [sum(limit.holds(x) for limit in limits) for x in PROBES]
    assert (0 in takers) == bool(gaps(parts, WHOLE))
    assert any(n > 1 for n in takers) == bool(overlaps(parts, WHOLE))
