"""Small-group suppression: nothing hidden follows from what is shown, proved by linear algebra on random tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.suppression import Cell, hidden_cells, hidden_groups, with_totals

tables = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 20, 300]), min_size=columns, max_size=columns),
        min_size=1,
        max_size=5,
    )
)


def determined(rows: int, columns: int, hidden: Collection[Cell]) -> list[Cell]:
    """Return the hidden cells that the shown ones and the totals determine.

    Each row and column, totals included, is an equation over the hidden cells; by elimination a cell is determined
    exactly if an equation with it alone remains.
    """
    order = sorted(hidden)
    equations = [
        [Fraction(sign(cell, rows, columns)) if cell[side] == at else Fraction(0) for cell in order]
        for side, size in ((0, rows), (1, columns))
        for at in range(size)
    ]
    reduce_rows(equations)
    alone = [[at for at, value in enumerate(equation) if value] for equation in equations]
    return [order[found[0]] for found in alone if len(found) == 1]


def sign(cell: Cell, rows: int, columns: int) -> int:
    return -1 if (cell[0] == rows - 1) != (cell[1] == columns - 1) else 1


def reduce_rows(matrix: list[list[Fraction]]) -> None:
    """Bring a matrix to reduced row echelon form."""
    done = 0
    for column in range(len(matrix[0]) if matrix else 0):
        at = next((r for r in range(done, len(matrix)) if matrix[r][column]), None)
        if at is None:
            continue
        matrix[done], matrix[at] = matrix[at], matrix[done]
        lead = matrix[done][column]
        matrix[done] = [value / lead for value in matrix[done]]
        for row in range(len(matrix)):
            if row != done and matrix[row][column]:
                factor = matrix[row][column]
                matrix[row] = [v - factor * p for v, p in zip(matrix[row], matrix[done], strict=True)]
        done += 1


@given(tables)
def test_no_hidden_cell_is_determined_by_what_is_shown(counts: Sequence[Sequence[int]]) -> None:
    hidden = hidden_cells(counts)
    assert determined(len(counts) + 1, len(counts[0]) + 1, hidden) == []


@given(tables)
def test_public_totals_determine_nothing_either(counts: Sequence[Sequence[int]]) -> None:
    hidden = hidden_cells(counts, public_totals=True)
    assert determined(len(counts) + 1, len(counts[0]) + 1, hidden) == []
    assert all(r < len(counts) and c < len(counts[0]) for r, c in hidden)
    if min(len(counts), len(counts[0])) > 1:
        assert all((r, c) in hidden for r, row in enumerate(counts) for c, n in enumerate(row) if 0 < n < 5)


@given(tables, st.integers(1, 10))
def test_no_small_cell_is_shown(counts: Sequence[Sequence[int]], fewest: int) -> None:
    hidden, table = hidden_cells(counts, fewest), with_totals(counts)
    places = product(range(len(table)), range(len(table[0])))
    assert all(cell in hidden for cell in places if 0 < table[cell[0]][cell[1]] < fewest)


@given(st.lists(st.lists(st.integers(1, 9), min_size=4, max_size=4), min_size=3, max_size=5))
def test_without_zeros_each_hidden_cell_could_be_one_more_or_one_less(counts: list[list[int]]) -> None:
    hidden, table = hidden_cells(counts), with_totals(counts)
    assert all(table[r][c] > 0 for r, c in hidden)


def test_a_zero_is_hidden_only_if_nothing_else_protects() -> None:
    # 通知及时 by stratum in 芝罘: the 2 has only a 0 beside it; the pair that closes the rectangle is the 5 and the 9
    hidden = hidden_cells([[5, 9], [21, 16], [2, 0]], public_totals=True)
    assert hidden == {(2, 0), (2, 1), (0, 0), (0, 1)}


def test_by_hand_a_single_small_cell_takes_three_others_with_it() -> None:
    # 3 is hidden; its row and column lose the smallest other cells that close the rectangle
    assert hidden_cells([[3, 40, 30], [20, 10, 50], [60, 70, 80]]) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_a_table_without_small_cells_is_shown_whole() -> None:
    assert hidden_cells([[5, 0], [9, 12]]) == frozenset()


def test_a_small_group_among_two_takes_the_other_with_it() -> None:
    # totals 3 and 20 of 23: either total gives the other away
    hidden = hidden_cells([[1, 10], [2, 10]])
    assert {(2, 0), (2, 1)} <= hidden
    assert (2, 2) not in hidden


def test_a_table_of_fewer_than_five_is_hidden_whole() -> None:
    assert len(hidden_cells([[2, 1], [1, 0]])) == 9


@pytest.mark.parametrize("counts", [[], [[]], [[1, 2], [3]]])
def test_what_is_no_table_is_refused(counts: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="must be a table"):
        hidden_cells(counts)


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ([28, 25, 2], {1, 2}),
        ([28, 25, 0], set()),
        ([30, 1, 2], {0, 1, 2}),
        ([30, 3, 2], {1, 2}),
        ([3], {0}),
        ([], set()),
    ],
)
def test_groups_hidden_beside_the_figure_of_all(sizes: list[int], hidden: set[int]) -> None:
    assert hidden_groups(sizes) == hidden


@given(st.lists(st.integers(0, 12), max_size=6))
def test_hidden_groups_together_are_never_a_small_group_unless_all_are(sizes: list[int]) -> None:
    hidden = hidden_groups(sizes)
    people = sum(sizes[at] for at in hidden)
    nonempty = {at for at, size in enumerate(sizes) if size}
    assert not hidden or hidden == nonempty or (len(hidden) > 1 and people >= 5)
