"""Small-group suppression: hides small cells of a cross-tab, and as many others as keep them from being worked out.

A table with its totals is a bipartite graph: a node for each row and column (the totals' too), an edge for each cell.
When some cells are hidden, the published ones and the totals determine a hidden cell exactly if its edge is a bridge of
the hidden edges; on a cycle, the cells can be raised and lowered in turn and every total stays. So hidden cells must lie
on cycles, if possible of cells above 0, so that both directions are possible counts; a cycle through a 0 still leaves one.
A path of least count closes each cycle.
Source: the network formulation of Cox 1980 (*JASA* 75) and Gusfield 1988 (*SIAM J. Comput.* 17).
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from itertools import product

Cell = tuple[int, int]
"""Row and column from 0; the last row and the last column are the totals."""

FEWEST_SHOWN = 5


def with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return a table with a column and a row of totals."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def hidden_cells(
    counts: Sequence[Sequence[int]], fewest: int = FEWEST_SHOWN, *, public_totals: bool = False
) -> frozenset[Cell]:
    """Return the cells, totals included, that must not be shown.

    Those between 1 and `fewest` − 1, and others so that none of them follows from what is shown; a 0 is shown. If there is
    no way, or the grand total would have to go, everything is hidden. `public_totals`: the totals are known anyhow, so only
    inner cells are hidden; of a single row or column they say everything, and nothing is. Raises ValueError for a ragged
    or empty table.
    """
    if not counts or not counts[0] or len({len(row) for row in counts}) > 1:
        raise ValueError(f"counts ({len(counts)} rows) must be a table with rows of one length, at least 1")
    table = with_totals(counts)
    if public_totals and min(len(counts), len(counts[0])) == 1:
        return frozenset()
    inner = int(public_totals)
    places = frozenset(product(range(len(table) - inner), range(len(table[0]) - inner)))
    open_to = places - {(len(table) - 1, len(table[0]) - 1)}
    hidden = {(r, c) for r, c in places if 0 < table[r][c] < fewest}
    for cell in sorted(hidden):
        path = _cheapest_way_round(table, hidden, cell, open_to) if hidden <= open_to else None
        if path is None:
            return places
        hidden |= path
    return frozenset(hidden)


def _cheapest_way_round(
    table: Sequence[Sequence[int]], hidden: Collection[Cell], cell: Cell, open_to: Collection[Cell]
) -> set[Cell] | None:
    """Return the cells of the cheapest path from a cell's row to its column that avoids the cell (Dijkstra 1959).

    A hidden cell costs nothing, any other its count; totals, and cells of 0, cost more than all other cells together.
    """
    rows, columns = len(table), len(table[0])
    start, goal = cell[0], rows + cell[1]
    dear = sum(map(sum, table)) + 1
    queue: list[tuple[int, int, tuple[Cell, ...]]] = [(0, start, ())]
    done: set[int] = set()
    while queue:
        cost, node, path = heapq.heappop(queue)
        if node == goal:
            return set(path)
        if node in done:
            continue
        done.add(node)
        for step, place in _steps(node, rows, columns):
            if step in done or place == cell or place not in open_to:
                continue
            is_total = place[0] == rows - 1 or place[1] == columns - 1
            count = table[place[0]][place[1]]
            price = 0 if place in hidden else (count or dear) + (dear if is_total else 0)
            heapq.heappush(queue, (cost + price, step, (*path, place)))
    return None


def _steps(node: int, rows: int, columns: int) -> Iterator[tuple[int, Cell]]:
    if node < rows:
        yield from ((rows + column, (node, column)) for column in range(columns))
    else:
        yield from ((row, (row, node - rows)) for row in range(rows))


def hidden_groups(sizes: Sequence[int], fewest: int = FEWEST_SHOWN) -> frozenset[int]:
    """Return the groups whose own figures must not be shown beside the figure of all.

    Those of fewer than `fewest` people; and the smallest others until at least two groups of together `fewest` people
    are hidden, because the mean of all less those of the others gives the mean of the hidden. An empty group has none.
    """
    by_size = sorted((size, at) for at, size in enumerate(sizes) if size)
    hidden: list[int] = []
    people = 0
    for size, at in by_size:
        if size >= fewest and (not hidden or (len(hidden) > 1 and people >= fewest)):
            break
        hidden.append(at)
        people += size
    return frozenset(hidden)
