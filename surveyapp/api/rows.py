"""Anonymous rows by pages, sorted by what they say.

A page's cursor is the place in that order and how many rows there were, signed. If there are more by the time of the next
page, places have moved and the reader is told to begin again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from analysis import Pattern, PatternTable, judge
from analysis.validity import split_flags
from questionnaires.model import IdenticalAnswers
from surveyapp import reporting
from surveyapp.api.models import Row, RowPage
from surveyapp.store import Content, PatternRow, Store

MOST = 1000
USUAL = 200


class BeginAgainError(Exception):
    """A cursor that no longer fits, or was not made here."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page begins, and how many rows there were when it was said so."""

    offset: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Cursors:
    """Writes and reads the cursors of one survey."""

    secret: bytes
    slug: str

    @property
    def _signed(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"api-rows {self.slug}")

    def write(self, place: Place) -> str:
        """Return a place as text."""
        return str(self._signed.dumps([place.offset, place.total]))

    def read(self, cursor: str) -> Place:
        """Return the place of a cursor. Raises BeginAgainError."""
        try:
            offset, total = self._signed.loads(cursor)
        except (BadSignature, ValueError, TypeError):
            raise BeginAgainError from None
        return Place(offset=offset, total=total)


def page(store: Store, cursors: Cursors, limit: int, cursor: str | None) -> RowPage:
    """Return a page of a survey's shown rows. Raises BeginAgainError."""
    slug = cursors.slug
    if cursor is None:
        store.release(slug)
    total = store.count_shown(slug)
    here = Place(offset=0, total=total) if cursor is None else cursors.read(cursor)
    if here.total != total:
        raise BeginAgainError
    found = store.contents(slug, offset=here.offset, limit=limit)
    end = here.offset + len(found)
    further = cursors.write(Place(offset=end, total=total)) if found and end < total else None
    return RowPage(slug=slug, total=total, rows=_judged(store, slug, found), next=further)


def _judged(store: Store, slug: str, found: list[Content]) -> list[Row]:
    """Return rows with what the rules say of them."""
    questionnaire = reporting.questionnaire(store, slug)
    # what repeats shows only in the whole; every other rule looks at one answer
    needs_all = any(isinstance(rule, IdenticalAnswers) for rule in questionnaire.validity)
    rows = map(_pattern, store.patterns(slug)) if needs_all else map(_alone, found)
    table = PatternTable(tuple(rows))
    judged = dict(zip(map(_kind, table.rows), judge(questionnaire, table).rows, strict=True))
    return [_row(one, judged[_kind(one)]) for one in found]


def _alone(one: Content) -> Pattern:
    return Pattern(
        answers=one.answers, count=1, stratum=one.stratum or "", version=one.version,
        channel=one.channel, validity=one.validity, flags=one.flags,
    )  # fmt: skip


def _pattern(row: PatternRow) -> Pattern:
    return Pattern(
        answers=row.answers, count=row.count, stratum=row.stratum or "", version=row.version,
        channel=row.channel, validity=row.validity, flags=row.flags,
    )  # fmt: skip


def _kind(one: Pattern | Content) -> tuple[str, ...]:
    return one.answers, one.stratum or "", one.version, one.channel, one.validity, one.flags


def _row(content: Content, judged: Pattern) -> Row:
    return Row(
        answers=json.loads(content.answers), text=json.loads(content.open_text) if content.open_text else {},
        stratum=content.stratum or None, channel=content.channel, version=content.version,
        invalid=judged.validity, flags=split_flags(judged.flags),
    )  # fmt: skip
