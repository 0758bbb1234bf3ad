"""Counting joint answers as numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.streaming import count_joint, has_repeats


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 1)), max_size=60))
def test_every_row_is_counted_once(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array([row[at] for row in rows], dtype=np.int32) for at in range(3)]
    assert dict(count_joint(columns, (3, 5, 2))) == Counter(rows)


@given(st.lists(st.lists(st.integers(0, 9), min_size=12, max_size=12), max_size=40))
def test_wide_tables_are_sorted_or_folded(rows: list[list[int]]) -> None:
    columns = [np.array([row[at] for row in rows], dtype=np.int32) for at in range(12)]
    expected = Counter(map(tuple, rows))
    assert dict(count_joint(columns, [10] * 12)) == expected  # 10¹²: sorted
    assert dict(count_joint(columns, [10**7] * 12)) == expected  # 10⁸⁴: folded


def test_nothing_to_count() -> None:
    assert list(count_joint([], [])) == []
    assert list(count_joint([np.array([], dtype=np.int32)], [3])) == []


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"columns \(1, 2 rows\)"):
        list(count_joint([np.zeros(1, dtype=np.int32), np.zeros(2, dtype=np.int32)], [1, 1]))


def test_repeats() -> None:
    assert has_repeats([3, -1, 3])
    assert not has_repeats([3, -1, 2])
    assert not has_repeats([])
