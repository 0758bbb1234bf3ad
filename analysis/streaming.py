"""Counts joint answers column by column, so that ten million rows become some thousand before any of them is looked at."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

_CELLS = 1 << 22
"""Tables of up to so many cells are counted in place; beyond, the keys are sorted."""

_LARGEST_KEY = 1 << 62


def count_joint(
    columns: Sequence[NDArray[np.integer]], sizes: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield each distinct row of codes with its number; column c holds codes 0 … sizes[c] − 1.

    The columns are read as digits of one number (mixed radix), which is counted; as wide tables as needed. Raises ValueError for
    columns of different length.
    """
    if len({len(column) for column in columns}) > 1:
        raise ValueError(f"columns ({', '.join(str(len(c)) for c in columns)} rows) must be of equal length")
    if not columns or not len(columns[0]):
        return
    keys, counts, digits = _counted(columns, sizes)
    table = np.stack([column[keys] for column in digits], axis=1)
    yield from zip(map(tuple, table.tolist()), counts.tolist(), strict=True)


def _counted(
    columns: Sequence[NDArray[np.integer]], sizes: Sequence[int]
) -> tuple[Codes, Codes, list[Codes]]:
    """Return distinct keys, their counts, and for each column its digit by key."""
    at = _columns_that_fit(sizes)
    keys = _joined(columns[:at], sizes[:at])
    cells = math.prod(sizes[:at])
    if cells <= _CELLS:
        counts = np.bincount(keys, minlength=cells)
        used = np.flatnonzero(counts)
        compact = np.zeros(cells, dtype=np.int64)
        compact[used] = np.arange(len(used))
        numbers, place = counts[used], compact
    else:
        used, inverse, numbers = np.unique(keys, return_inverse=True, return_counts=True)
        place, keys = np.arange(len(used)), inverse
    digits = _digits(used, sizes[:at])
    if at == len(columns):
        return np.arange(len(used)), numbers.astype(np.int64), digits
    # what did not fit into one number goes on from the distinct values found so far
    again, counts, (before, *rest) = _counted([place[keys], *columns[at:]], [len(used), *sizes[at:]])
    return again, counts, [*(digit[before] for digit in digits), *rest]


def _columns_that_fit(sizes: Sequence[int]) -> int:
    """Return how many columns fit into one key; the first always does, and with it the second after compaction."""
    total, at = 1, 0
    for size in sizes:
        total *= max(1, size)
        if total > _LARGEST_KEY and at:
            return at
        at += 1
    return at


def _joined(columns: Sequence[NDArray[np.integer]], sizes: Sequence[int]) -> Codes:
    if math.prod(sizes) < 1 << 31:
        return _horner([column.astype(np.int32, copy=False) for column in columns], sizes).astype(np.intp)
    return _horner([column.astype(np.int64, copy=False) for column in columns], sizes)


def _horner(columns: Sequence[NDArray[Any]], sizes: Sequence[int]) -> NDArray[Any]:
    keys = columns[0].copy()
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        keys *= size
        keys += column
    return keys


def _digits(keys: Codes, sizes: Sequence[int]) -> list[Codes]:
    found = []
    left = keys.astype(np.int64)
    for size in reversed(sizes):
        left, digit = np.divmod(left, size)
        found.append(digit)
    return found[::-1]


def has_repeats(hashes: Sequence[int]) -> bool:
    """Say whether a number stands twice, by sorting; for millions of hashes of ids."""
    found = np.sort(np.asarray(hashes, dtype=np.int64))
    return bool((found[1:] == found[:-1]).any())
