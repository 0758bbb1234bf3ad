"""Compares two versions of a questionnaire by what matters to answers already given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from analysis.patterns import Code
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Questionnaire


class Change(NamedTuple):
    """A difference that changes what answers already given mean, with how many answers it concerns."""

    item: str
    answers: int
    zh: str
    en: str


def changes(
    old: Questionnaire, new: Questionnaire, answers: Iterable[tuple[Mapping[str, Code], int]]
) -> list[Change]:
    """Return what of the answers given (closed answers and their counts) the new version would read differently."""
    used: dict[tuple[str, str], int] = {}
    for closed, count in answers:
        for item, answer in closed.items():
            for code in (answer,) if isinstance(answer, str) else answer:
                used[item, code] = used.get((item, code), 0) + count
    return [
        Change(item, count, *words)
        for (item, code), count in sorted(used.items())
        if code not in (NOT_ASKED, NOT_APPLICABLE)
        for words in _differences(old, new, item, code)
    ]


def _differences(old: Questionnaire, new: Questionnaire, item: str, code: str) -> Iterator[tuple[str, str]]:
    if item not in new.items:
        yield f"题目 {item} 没有了", f"item {item} is gone"
        return
    before = old.option(item, code) if item in old.items else None
    after = new.option(item, code) if item in new.closed_items else None
    if after is None:
        yield f"题目 {item} 的选项 {code} 没有了", f"option {code} of item {item} is gone"
    elif before is not None and (before.value, before.missing) != (after.value, after.missing):
        yield f"题目 {item} 的选项 {code} 赋值变了", f"option {code} of item {item} has another value"
