"""Paper copies typed once or twice: the first typing waits under the copy's number, the second is compared with it.

What waits is what `accept` made of the first typing, so that a space or the order of ticks is no difference, and never
the access code, which is typed with the second. The response's id is that of the first typing's page: however often
and by however many the second is sent in, one copy becomes one response.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from questionnaires.accept import Answers, accept
from questionnaires.model import NOT_ASKED, Item, NumberItem, Questionnaire, holds
from surveyapp import reporting
from surveyapp.fieldwork.interviews import GIVEN_BY, PAPER, SELF, TICKET, Raw, Taken, Typed, take
from surveyapp.store import Code, PaperEntry, Store

LONGEST_NUMBER = 20
_NUMBER = re.compile(r"\w[\w-]*")
_TAIL = re.compile(r"[0-9]+(?=[^0-9]*$)")

FIRST, SECOND, ANEW = "first", "second", "new"
PICKS = (FIRST, SECOND, ANEW)


def copy_number(written: str) -> str | None:
    """Return a copy's number as it is kept, `A-0057` for ` Ａ—0057`, or None if it cannot be one."""
    plain = unicodedata.normalize("NFKC", written).strip().upper()
    number = re.sub(r"[\u2010-\u2015\u2212 ]+", "-", plain)
    return number if len(number) <= LONGEST_NUMBER and _NUMBER.fullmatch(number) else None


def next_number(number: str) -> str:
    """Return the number after one, as wide: `0058` after `0057`; nothing if it holds no number."""
    found = _TAIL.search(number)
    if found is None:
        return ""
    return f"{number[: found.start()]}{int(found[0]) + 1:0{len(found[0])}}{number[found.end() :]}"


# --- the first typing ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A copy's first typing, as it is read back."""

    page: Typed
    entered_by: str
    day: str


def keep(store: Store, slug: str, number: str, page: Typed, *, account: str, day: str) -> Taken:
    """Keep the first typing of a copy: `kept`, `kept-before` by the same page, `waiting` if another is there, or `problems`."""
    questionnaire = reporting.questionnaire(store, slug, page.version)
    answers, problems = accept(questionnaire, page.raw, PAPER)
    if problems:
        return Taken(outcome="problems", problems=problems)
    fields = {**as_raw(answers), GIVEN_BY: [page.by], TICKET: [page.id]}
    kept = store.keep_entry(
        PaperEntry(
            survey=slug, number=number, version=page.version, fields=json.dumps(fields, ensure_ascii=False),
            entered_by=account, day=day,
        )
    )  # fmt: skip
    if kept:
        return Taken(outcome="kept")
    there = waiting(store, slug, number)
    return Taken(outcome="kept-before" if there and there.page.id == page.id else "waiting")


def waiting(store: Store, slug: str, number: str) -> Waiting | None:
    """Return the first typing of a copy that waits for its second."""
    entry = store.kept_entry(slug, number)
    if entry is None:
        return None
    fields: dict[str, list[str]] = json.loads(entry.fields)
    raw = {name: values for name, values in fields.items() if not name.startswith("_")}
    page = Typed(id=fields[TICKET][0], version=entry.version, raw=raw, by=fields[GIVEN_BY][0])
    return Waiting(page=page, entered_by=entry.entered_by, day=entry.day)


def as_raw(answers: Answers) -> dict[str, list[str]]:
    """Return accepted answers as the fields of a form that would be accepted as the same."""
    closed = {
        item: [given] if isinstance(given, str) else list(given)
        for item, given in answers.closed.items()
        if given != NOT_ASKED
    }
    return closed | {name: [words] for name, words in answers.open.items()}


# --- the second, and what differs ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field that was typed differently; an empty value is a blank."""

    field: str
    first: Sequence[str]
    second: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two typings of one copy."""

    compared: int
    """Fields that were asked in either: items on the path, words beside an option, and who filled the copy in."""
    differences: Sequence[Difference]

    @property
    def rate(self) -> Fraction:
        """Return differing ÷ compared fields, a figure of the typing's quality."""
        return Fraction(len(self.differences), self.compared)


def compare(questionnaire: Questionnaire, first: Typed, second: Typed) -> Comparison:
    """Compare two typings of one copy; both must be acceptable."""
    given = [accept(questionnaire, page.raw, PAPER).answers for page in (first, second)]
    values = [
        as_raw(answers) | {GIVEN_BY: [page.by]} for answers, page in zip(given, (first, second), strict=True)
    ]
    asked = list(_asked(questionnaire, given, values))
    return Comparison(
        compared=len(asked),
        differences=[
            Difference(field=name, first=values[0].get(name, ()), second=values[1].get(name, ()))
            for name in asked
            if values[0].get(name) != values[1].get(name)
        ],
    )


def _asked(
    questionnaire: Questionnaire, given: Sequence[Answers], values: Sequence[Mapping[str, Sequence[str]]]
) -> Iterator[str]:
    for item in questionnaire.items.values():
        if any(_is_asked(questionnaire, item, answers) for answers in given):
            yield item.id
        if any(f"{item.id}.text" in typed for typed in values):
            yield f"{item.id}.text"
    yield GIVEN_BY


def _is_asked(questionnaire: Questionnaire, item: Item, answers: Answers) -> bool:
    numbers = {
        id: Fraction(answers.open[id])
        for id, other in questionnaire.items.items()
        if isinstance(other, NumberItem) and id in answers.open
    }
    return holds(item.shown_if, answers.closed, numbers)


def settle(comparison: Comparison, second: Typed, picks: Mapping[str, str], anew: Raw) -> Typed:
    """Return the copy as it is settled: for each difference the first typing, the second, or what is typed anew.

    Raises UnsettledError where nothing is picked.
    """
    open_ones = [found.field for found in comparison.differences if picks.get(found.field) not in PICKS]
    if open_ones:
        raise UnsettledError(open_ones)
    chosen = {found.field: _picked(found, picks[found.field], anew) for found in comparison.differences}
    by = next(iter(chosen.pop(GIVEN_BY, ())), second.by)
    return replace(second, raw={**second.raw, **chosen}, by=by or SELF)


class UnsettledError(Exception):
    """Some differences are not settled yet; carries their fields."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def _picked(found: Difference, pick: str, anew: Raw) -> Sequence[str]:
    return {FIRST: found.first, SECOND: found.second, ANEW: anew.get(found.field, ())}[pick]


def store_copy(
    store: Store, slug: str, number: str, first: Typed, settled: Typed, *, code: Code | None, day: str
) -> Taken:
    """Store a copy whose two typings agree or were settled, and drop the first; refused or wrong, it goes on waiting."""
    page = replace(settled, id=first.id, version=first.version)
    taken = take(store, slug, page, channel=PAPER, code=code, day=day)
    if taken.is_kept:
        store.drop_entry(slug, number)
    return taken
