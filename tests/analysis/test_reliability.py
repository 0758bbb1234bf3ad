"""Cronbach's α and its kin against R (tests/references/r-survey-reference.json; research figures of R psych)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reliability import correlation, reliability
from tests.analysis import surveys
from tests.analysis.test_group_tests import rows

R = surveys.reference("r-survey-reference.json")["cronbach"]
ITEMS = ("q1", "q2", "q3", "q4", "q5")


def values() -> list[list[float | None]]:
    return [[float(row[item]) for item in ITEMS] for row in rows()]


def test_alpha_is_that_of_r() -> None:
    found = reliability(ITEMS, values())
    assert found.alpha is not None
    assert math.isclose(found.alpha, R["unweighted"], rel_tol=1e-9)
    assert found.n == 53


def test_weighted_alpha_is_svycralpha() -> None:
    found = reliability(ITEMS, values(), weights=[float(row["weight"]) for row in rows()])
    assert found.alpha is not None
    assert math.isclose(found.alpha, R["svycralpha_strat"], rel_tol=1e-9)
    assert found.interval is None  # Feldt's law holds for equal weights only


def test_the_interval_is_feldt_s_as_psych_prints_it() -> None:
    # R psych::alpha.ci(.835, 53, 5): 0.7526, 0.8960; alpha if deleted .795 .806 .824 .775 .806
    found = reliability(ITEMS, values())
    assert found.interval == pytest.approx((0.7526, 0.8960), abs=5e-5)
    without = [found.items[item].alpha_without for item in ITEMS]
    assert without == pytest.approx([0.795, 0.806, 0.824, 0.775, 0.806], abs=5e-4)


def test_item_rest_correlation_by_hand() -> None:
    # item (0, 1, 1), rest (0, 1, 2): r = 1 / √(2/3 · 2) = √3 / 2
    found = reliability(("a", "b", "c"), [[0, 0, 0], [1, 1, 0], [1, 1, 1]])
    assert found.items["a"].item_rest == pytest.approx(math.sqrt(3) / 2)


def test_counts_stand_for_equal_rows() -> None:
    one, two, three = [1.0, 2.0], [3.0, 1.0], [2.0, 5.0]
    apart = reliability("ab", [one, one, one, two, three, three])
    together = reliability("ab", [one, two, three], counts=[3, 1, 2])
    assert together.n == apart.n
    assert together.alpha == pytest.approx(apart.alpha)
    assert together.interval == pytest.approx(apart.interval)


def test_a_row_with_a_blank_is_left_out() -> None:
    rows_: list[list[float | None]] = [[1, 2], [3, 1], [2, None], [2, 5]]
    assert reliability("ab", rows_).n == 3


def test_items_that_cancel_out_have_no_alpha() -> None:
    found = reliability("abc", [[0, 0, 3], [0, 3, 0], [1, 2, 0]])
    assert found.alpha is None  # the sum is 3 for everybody


@pytest.mark.parametrize("rows_", [[], [[1.0, 2.0]], [[1.0, 2.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]])
def test_what_cannot_be_known_is_none(rows_: list[list[float | None]]) -> None:
    assert reliability("ab", rows_).alpha is None
    assert reliability("ab", rows_).interval is None


def test_a_single_item_has_no_alpha() -> None:
    found = reliability("a", [[1.0], [2.0], [3.0]])
    assert found.alpha is None
    assert found.items["a"].item_rest is None


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=2, max_size=20))
def test_alpha_never_exceeds_1_and_does_not_depend_on_the_order(rows_: list[tuple[int, int, int]]) -> None:
    there = reliability("abc", [[float(v) for v in row] for row in rows_]).alpha
    back = reliability("abc", [[float(v) for v in row] for row in reversed(rows_)]).alpha
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there <= 1 + 1e-12
        assert math.isclose(there, back, rel_tol=1e-6, abs_tol=1e-6)


def test_a_correlation_by_hand_and_its_unknowns() -> None:
    assert correlation([1, 2, 3, None], [2, 4, 6, 9], [1, 1, 1, 1]) == pytest.approx(1)
    assert correlation([1, 2, 3], [1, 1, 1], [1, 1, 1]) is None
    assert correlation([None], [1], [1]) is None
