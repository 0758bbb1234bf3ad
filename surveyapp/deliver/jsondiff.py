"""Compares plain data place by place; numbers that only differ in what computing machines may differ are equal."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

CLOSE = 1e-11
"""A share of itself in which a figure may differ on another processor or with another version of a library."""
_ABSENT = object()


class JsonDifference(NamedTuple):
    """A place in JSON (`$.measures.satisfaction.value`) and what stands there on either side, as JSON; empty for nothing."""

    path: str
    one: str
    other: str


def json_differences(one: object, other: object, path: str = "$") -> list[JsonDifference]:
    """Return every place where two pieces of plain data differ."""
    return list(_differences(one, other, path))


def _differences(one: Any, other: Any, path: str) -> Iterator[JsonDifference]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            yield from _differences(one.get(key, _ABSENT), other.get(key, _ABSENT), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list):
        for at in range(max(len(one), len(other))):
            left, right = (side[at] if at < len(side) else _ABSENT for side in (one, other))
            yield from _differences(left, right, f"{path}[{at}]")
    elif not same(one, other):
        yield JsonDifference(path, _shown(one), _shown(other))


def same(one: object, other: object) -> bool:
    """Say whether two values are the same figure, text or nothing; `true` is no number."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return type(one) is type(other) and one == other


def _shown(value: object) -> str:
    return "" if value is _ABSENT else json.dumps(value, ensure_ascii=False, default=str)
