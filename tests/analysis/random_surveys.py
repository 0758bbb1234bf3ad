"""Random small questionnaires, answers and scoring rules for the property tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from analysis import Pattern
from questionnaires.model import Indicator, Questionnaire

CODES = ("A", "B", "C")
LEAVING = "X"


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A questionnaire and rows that claim to be answers to it; `definition` is the text it could be read from."""

    definition: str
    questionnaire: Questionnaire
    rows: tuple[Pattern, ...]


def decimal(halves: int) -> str:
    return f"{halves // 2}.5" if halves % 2 else str(halves // 2)


def _options(draw: st.DrawFn) -> list[dict[str, str]]:
    values = draw(st.lists(st.integers(0, 200), min_size=2, max_size=3))
    options = [{"code": c, "label": c, "value": decimal(v)} for c, v in zip(CODES, values, strict=False)]
    return [*options, {"code": LEAVING, "label": "不适用", "missing": "not_applicable"}]


def _item(draw: st.DrawFn, name: str) -> dict[str, Any]:
    if draw(st.integers(0, 4)) == 0:
        return {"id": name, "kind": "rating", "text": "评分"}
    return {"id": name, "kind": "single", "text": "满意吗", "options": _options(draw)}


def rule(draw: st.DrawFn, points: int) -> list[dict[str, Any]]:
    """Draw branches that cover 0 to 100 once, with all kinds of action; `points` is what the node carries."""
    cuts = sorted(draw(st.sets(st.integers(1, 199), max_size=4)))
    ends = [0, *cuts, 200]
    upper_is_closed = [draw(st.booleans()) for _ in cuts]
    branches = []
    for i, (low, high) in enumerate(pairwise(ends)):
        limits: dict[str, Any] = {}
        if i > 0:
            limits["above" if upper_is_closed[i - 1] else "at_least"] = decimal(low)
        if i < len(cuts):
            limits["at_most" if upper_is_closed[i] else "below"] = decimal(high)
        branches.append({**limits, "then": _action(draw, low, high, points)})
    return branches


def _action(draw: st.DrawFn, low: int, high: int, points: int) -> Any:
    share = st.integers(3, 200).map(decimal)
    kind = draw(
        st.sampled_from(["full", "zero", "share", "points", "proportional", "below", "above", "line"])
    )
    deduct = {
        "per": draw(st.sampled_from(["0.5", "1", "3", "7.25"])),
        "points": draw(st.sampled_from(["0.1", "1", "4"])),
        "step": draw(st.sampled_from(["continuous", "complete", "started"])),
    }
    actions: dict[str, Any] = {
        "full": "full",
        "zero": "zero",
        "share": {"share": draw(share)},
        "points": {"points": str(draw(st.integers(0, points)))},
        "proportional": {"proportional_to": draw(st.sampled_from(["100", "90", "95.5", "60"]))},
        "below": {"deduct": {**deduct, "start": decimal(high), "direction": "below"}},
        "above": {"deduct": {**deduct, "start": decimal(low), "direction": "above"}},
        "line": {
            "interpolate": {
                "start": decimal(low),
                "end": decimal(high),
                "start_share": draw(share),
                "end_share": draw(share),
            }
        },
    }
    return actions[kind]


@st.composite
def indicators(draw: st.DrawFn) -> Indicator:
    """Draw an indicator with a random rule over 0 to 100."""
    points = draw(st.integers(1, 20))
    return Indicator.model_validate(
        {"title": "指标", "points": str(points), "measure": "m", "branches": rule(draw, points)}
    )


def _measures(draw: st.DrawFn, kinds: Mapping[str, str]) -> dict[str, Any]:
    some = st.lists(st.sampled_from(list(kinds)), min_size=1, unique=True)
    kind = draw(st.sampled_from(list(kinds.values())))
    alike = [item for item in kinds if kinds[item] == kind]
    codes = ["A"] if kind == "single" else ["9", "10"]
    measures: dict[str, Any] = {
        "score": {"title": "得分", "kind": "satisfaction_score", "items": draw(some)},
        "rate": {"title": "满意率", "kind": "satisfaction_rate", "items": alike, "codes": codes},
        "north": {"title": "北", "kind": "satisfaction_score", "items": draw(some), "group": {"town": "N"}},
    }
    first = measures["score"]["items"][0]
    if draw(st.booleans()):
        measures["score"]["weights"] = {first: draw(st.sampled_from(["0.3", "2", "7"]))}
    return measures


def _definition(draw: st.DrawFn, n: int) -> dict[str, Any]:
    names = [f"q{i}" for i in range(draw(st.integers(1, 3)))]
    items = [_item(draw, name) for name in names]
    town = {"id": "town", "kind": "single", "text": "镇", "options": [{"code": c, "label": c} for c in "NS"]}
    several = {"id": "several", "kind": "multiple", "text": "哪些", "options": _options(draw)}
    size = draw(st.sampled_from([None, max(n, 1), n + 1, max(n - 1, 1), n + 20, 10_000]))
    population: dict[str, Any] = {} if size is None else {"size": size}
    if size is not None and draw(st.booleans()):
        north = draw(st.integers(0, size))
        population |= {"stratum_item": "town", "strata": {"N": north, "S": size - north}}
    indicators: dict[str, Any] = {
        name: {
            "title": name,
            "points": "10",
            "measure": name,
            "branches": rule(draw, 10),
            "target": "90",
            **({"definition": {"wording": "人数", "measure": "rate"}} if name == "score" else {}),
        }
        for name in ("score", "rate", "north")
    }
    parts = [
        {"id": "one", "title": "一", "points": "6", "measure": "score", "branches": rule(draw, 6)},
        {"id": "two", "title": "二", "points": "4", "entered": {}, "grades": {"好": "100", "差": "0"}},
    ]
    indicators["sum"] = {"title": "和", "points": "10", "parts": parts}
    validity: list[dict[str, Any]] = [
        {"rule": "incomplete", "below": decimal(draw(st.integers(0, 200)))},
        {"rule": "straight_lined", "items": names, "effect": draw(st.sampled_from(["flag", "exclude"]))},
    ]
    return {
        "id": "random",
        "title": "试",
        "organiser": "局",
        "purpose": "试",
        "population": population,
        "sections": [{"id": "one", "title": "一", "items": [town, *items, several]}],
        "measures": _measures(draw, {item["id"]: item["kind"] for item in items}),
        "validity": [
            v for v in validity if draw(st.booleans()) and (v["rule"] != "straight_lined" or names[1:])
        ],
        "indicators": indicators,
    }


def _row(draw: st.DrawFn, questionnaire_items: Sequence[str]) -> Pattern:
    answers: dict[str, Any] = {}
    for item in questionnaire_items:
        if item == "several":
            answer: Any = draw(
                st.one_of(
                    st.none(), st.just("-1"), st.lists(st.sampled_from("ABCXZ"), unique=True, max_size=3)
                )
            )
        elif item == "town":
            answer = draw(st.sampled_from([None, "N", "S", "N", "S", "old", "-1"]))
        else:
            answer = draw(
                st.sampled_from([None, "A", "A", "B", "C", LEAVING, "-1", "-2", "gone", "10", "7", "0"])
            )
        if answer is not None:
            answers[item] = answer
    return Pattern(
        answers=json.dumps(answers, ensure_ascii=False, separators=(",", ":")),
        count=draw(st.sampled_from([1, 1, 2, 7, 1_000_000])),
        stratum=draw(st.sampled_from(["", "", "N", "S", "old"])),
        version=draw(st.sampled_from(["", "v1", "v2"])),
        channel=draw(st.sampled_from(["", "paper", "open_link"])),
        validity=draw(st.sampled_from(["", "", "", "duplicate"])),
        flags=draw(st.sampled_from(["", "too_fast", "stratum_differs;too_fast"])),
    )


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    """Draw a definition, and rows with blanks, codes that are gone, other versions, strata that are not there."""
    items = ["town", "q0", "q1", "q2", "several"]
    rows = [_row(draw, items) for _ in range(draw(st.integers(0, 8)))]
    definition = _definition(draw, sum(row.count for row in rows))
    return Survey(
        definition=json.dumps(definition, ensure_ascii=False),
        questionnaire=Questionnaire.model_validate(definition),
        rows=tuple(rows),
    )
