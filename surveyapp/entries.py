"""Judges values entered by hand for indicators, before they are used: is there a place for them, can they be scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from analysis.indicators import NO_SURVEY, SAID_YES, score_entered
from analysis.scoring import NoBranchError, Node
from questionnaires.model import Indicator, Questionnaire
from questionnaires.problems import suggest

SAID_NO = "no"


class EntryProblem(NamedTuple):
    """What is wrong with one entry, by kind and in both languages; `name` is INDICATOR, INDICATOR.PART or INDICATOR.VETO."""

    name: str
    kind: Literal["no-place", "not-offered", "out-of-range", "unfit"]
    zh: str
    en: str


def check_entries(questionnaire: Questionnaire, entered: Mapping[str, str]) -> list[EntryProblem]:
    """Return a problem for every entry that has no place in the questionnaire, or that its rule cannot score."""
    places = dict(entry_places(questionnaire))
    return [problem for name, value in entered.items() for problem in _check(places, name, value)]


def entry_places(questionnaire: Questionnaire) -> Iterator[tuple[str, Node | None]]:
    """Yield the names under which something can be entered, with the node it scores; None for a yes or no."""
    for name, indicator in questionnaire.indicators.items():
        if questionnaire.indicator_measures(indicator):
            yield f"{name}.{NO_SURVEY}", None
        yield from ((f"{name}.{veto.id}", None) for veto in indicator.veto)
        yield from _nodes(name, indicator)


def _nodes(name: str, indicator: Indicator) -> Iterator[tuple[str, Node]]:
    if indicator.parts is None and indicator.entered is not None:
        yield name, indicator
    for part in indicator.parts or ():
        if part.entered is not None:
            yield f"{name}.{part.id}", part


def _check(places: Mapping[str, Node | None], name: str, value: str) -> Iterator[EntryProblem]:
    if name not in places:
        near = suggest(name, places)
        zh, en = f"没有可录入的“{name}”{near.zh}", f"there is nothing to enter as '{name}'{near.en}"
        yield EntryProblem(name, "no-place", zh, en)
        return
    node = places[name]
    if node is None:
        if value not in (SAID_YES, SAID_NO):
            yield EntryProblem(name, "not-offered", f"{name}：应为 yes 或 no", f"{name}: must be yes or no")
        return
    try:
        score_entered(node, value)
    except NoBranchError:
        zh, en = f"{name}：{value} 超出规则的范围", f"{name}: {value} lies outside the rule's range"
        yield EntryProblem(name, "out-of-range", zh, en)
    except ValueError:
        (zh, en), kind = _wanted(node), _kind(node)
        zh, en = f"{name}：“{value}” 不能计分，应为{zh}", f"{name}: '{value}' cannot be scored; enter {en}"
        yield EntryProblem(name, kind, zh, en)


def _kind(node: Node) -> Literal["not-offered", "unfit"]:
    return "not-offered" if node.grades is not None else "unfit"


def _wanted(node: Node) -> tuple[str, str]:
    if node.grades is not None:
        return "、".join(node.grades), ", ".join(node.grades)
    if node.judged:
        return f" 0 到 {float(node.points):g} 的分数", f"points from 0 to {float(node.points):g}"
    return "数字（百分数不带 % 号）", "a number, without a % sign"
