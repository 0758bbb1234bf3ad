"""What goes back to a phone: every reply both as a page and as JSON, of which only the one asked for is made."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol

from questionnaires.accept import AnswerProblem
from surveyapp.respond import doors, pages
from surveyapp.respond.body import Raw
from surveyapp.respond.pages import Refusal
from surveyapp.respond.sheet import Sheet
from surveyapp.respond.words import words

JSON = "application/json"

Said = Mapping[str, Any]


def asks_for_json(accept: str) -> bool:
    """Say whether a request's Accept header asks for JSON, as the page's script does; browsers never do so by themselves."""
    return JSON in accept


class Drawn(Protocol):
    """A page on its way out, perhaps with a place for a few characters."""

    def plain(self, text: str) -> bytes:
        """Return the page as it is."""
        ...

    def gzipped(self, text: str) -> bytes:
        """Return the page compressed."""
        ...


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply: its status, what it says in JSON, and how its page is drawn if a page is wanted."""

    status: int
    said: Said
    draw: Callable[[], Drawn]
    put_in: str = ""
    retry_after: int | None = None
    location: str = ""
    """Where to go instead, below the application's own path."""

    def body(self, *, gzipped: bool) -> bytes:
        """Return the page's bytes."""
        page = self.draw()
        return page.gzipped(self.put_in) if gzipped else page.plain(self.put_in)

    def json(self) -> bytes:
        """Return what is said, as JSON."""
        return json.dumps(self.said, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A page without a place for anything."""

    page: bytes = b""

    def plain(self, _: str) -> bytes:
        """Return the page as it is."""
        return self.page

    def gzipped(self, _: str) -> bytes:
        """Return the page compressed."""
        return _packed(self.page)


@lru_cache(maxsize=64)
def _packed(page: bytes) -> bytes:
    return gzip.compress(page, 6, mtime=0)


class RefusedError(Exception):
    """There is no page to answer; carries why, and the reply that says so."""

    def __init__(self, refusal: Refusal, language: str, retry_after: int | None = None) -> None:
        super().__init__(refusal.kind)
        self.kind = refusal.kind
        self.reply = refused(refusal, language, retry_after)


def shown(page: Callable[[], Drawn], ticket: str) -> Reply:
    """Show the questions."""
    return Reply(status=200, said={"outcome": "shown", "ticket": ticket}, draw=page, put_in=ticket)


def stored(language: str, receipt: str) -> Reply:
    """Thank for answers that are stored."""
    said = {"outcome": "stored", "receipt": receipt}
    return Reply(status=200, said=said, draw=partial(pages.thanks, language), put_in=receipt)


def refused(refusal: Refusal, language: str, retry_after: int | None = None) -> Reply:
    """Say why there is nothing to answer, or why an answer is not taken."""
    heading, text = _words(refusal, language)
    said: dict[str, Any] = {"outcome": refusal.kind, "heading": heading, "text": text}
    if retry_after is None:
        said["final"] = refusal.is_final
    else:
        outcome = "wait" if refusal.status == 429 else refusal.kind
        said = {"outcome": outcome, "message": text, "retry_after": retry_after}
    draw = partial(_refusal_page, refusal, language)
    return Reply(status=refusal.status, said=said, draw=draw, retry_after=retry_after)


def _words(refusal: Refusal, language: str) -> tuple[str, str]:
    say = words(language)
    heading, text = say.refusals[refusal.kind]
    return heading, text.format(date=say.date(refusal.date) if refusal.date else "")


@lru_cache(maxsize=128)
def _refusal_page(refusal: Refusal, language: str) -> Whole:
    return Whole(page=pages.refusal_page(refusal, language).encode())


def mistaken(sheet: Sheet, raw: Raw, ticket: str, problems: Sequence[AnswerProblem]) -> Reply:
    """Show what is to be corrected."""
    listed = [
        {"item": one.item, "field": one.field, "message": one.message(sheet.language)} for one in problems
    ]
    return Reply(
        status=422,
        said={"outcome": "problems", "problems": listed, "ticket": ticket},
        draw=_again(sheet, raw, ticket, problems=problems),
    )


def stale(sheet: Sheet, raw: Raw, ticket: str) -> Reply:
    """Have it sent again with a new ticket; nothing is stored under the old one."""
    notice = words(sheet.language).stale
    said = {"outcome": "stale", "message": notice, "ticket": ticket, "known": False}
    return Reply(status=422, said=said, draw=_again(sheet, raw, ticket, notice=notice))


def later(sheet: Sheet, raw: Raw, ticket: str, outcome: str, retry_after: int) -> Reply:
    """Give the answers back to be sent again later: the store is busy, or the survey is paused."""
    say = words(sheet.language)
    notice = say.paused if outcome == "paused" else say.busy
    said = {"outcome": outcome, "message": notice, "retry_after": retry_after}
    draw = _again(sheet, raw, ticket, notice=notice)
    return Reply(status=503, said=said, draw=draw, retry_after=retry_after)


def work(sheet: Sheet, raw: Raw, ticket: str, challenge: str, bits: int, retry_after: int) -> Reply:
    """Ask for work; a browser without scripts gets its answers back, to be sent again after a moment."""
    said = {"outcome": "work", "challenge": challenge, "bits": bits}
    draw = _again(sheet, raw, ticket, notice=words(sheet.language).work)
    return Reply(status=429, said=said, draw=draw, retry_after=retry_after)


def entrance(
    language: str,
    title: str,
    *,
    written: str = "",
    wrong: str = "",
    status: int = 200,
    retry_after: int | None = None,
) -> Reply:
    """Ask for the access code, or for a better one than was written."""

    def draw() -> Whole:
        return Whole(page=pages.code_page(language, title=title, written=written, wrong=wrong).encode())

    heading, _ = _words(doors.CODES_ONLY, language)
    said: dict[str, Any] = {"outcome": "code-unknown", "heading": heading, "text": wrong, "final": False}
    if retry_after is not None:
        said = {"outcome": "wait", "message": wrong, "retry_after": retry_after}
    return Reply(status=status, said=said, draw=draw, retry_after=retry_after)


def entered(location: str) -> Reply:
    """Lead to the page of an access code."""
    return Reply(status=303, said={"outcome": "entered", "location": location}, draw=Whole, location=location)


def _again(
    sheet: Sheet, raw: Raw, ticket: str, *, problems: Sequence[AnswerProblem] = (), notice: str = ""
) -> Callable[[], Drawn]:
    def draw() -> Whole:
        page = pages.questions_again(sheet, raw=raw, ticket=ticket, problems=problems, notice=notice)
        return Whole(page=page.encode())

    return draw
