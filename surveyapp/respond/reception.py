"""Shows respondents their page and takes their answers; knows no Flask."""

from __future__ import annotations

import gzip
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from analysis.rates import OPEN_LINK
from questionnaires.accept import accept
from surveyapp.config import Config
from surveyapp.fieldwork.codes import hash_code, normalise_code
from surveyapp.respond import pages
from surveyapp.respond.body import GarbledFormError, Raw, read_form
from surveyapp.respond.pages import Refusal
from surveyapp.respond.prepared import Prepared
from surveyapp.respond.sheet import Sheet
from surveyapp.respond.submission import submission
from surveyapp.respond.surveys import Choice, Paper, Surveys
from surveyapp.respond.ticket import Ticket, TicketOffice
from surveyapp.respond.words import words
from surveyapp.store import Code, Outcome, Store, StoreError, Submission, Survey

GRACE = 600
"""Seconds after the last day's midnight in which answers begun before are still taken."""

RETRY = 5
PAUSED_RETRY = 3600
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_EITHER = ("zh", "en")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A page on its way out."""

    status: int
    page: Prepared | str
    put_in: str = ""
    retry_after: int | None = None

    def body(self, *, gzipped: bool) -> bytes:
        """Return the page's bytes."""
        if isinstance(self.page, Prepared):
            return self.page.gzipped(self.put_in) if gzipped else self.page.plain(self.put_in)
        return gzip.compress(self.page.encode(), 6, mtime=0) if gzipped else self.page.encode()


@dataclass(frozen=True, kw_only=True)
class _Visit:
    """A respondent before the door of a survey there is, with the version of its questionnaire to be shown."""

    survey: Survey
    paper: Paper
    language: str
    written_code: str | None
    """None by the open link; empty where what is written cannot be a code."""

    @property
    def sheet(self) -> Sheet:
        """Return what the page says to them."""
        return self.paper.sheet(self.language, by_code=self.written_code is not None)


@dataclass(frozen=True, kw_only=True)
class _Handed:
    """What was handed in on a page that was made here: its ticket is good and its version is known."""

    paper: Paper
    ticket: Ticket
    raw: Raw


class _RefusedError(Exception):
    """There is no page to answer; carries why, and the language to say it in."""

    def __init__(self, refusal: Refusal, language: str, retry_after: int | None = None) -> None:
        super().__init__(refusal.kind)
        self.kind = refusal.kind
        self.reply = Reply(
            status=refusal.status, page=pages.refusal_page(refusal, language), retry_after=retry_after
        )


class Reception:
    """Shows the questions and takes the answers of one installation."""

    def __init__(self, config: Config, store: Store, now: Callable[[], float] = time.time) -> None:
        self._zone, self._store, self._now = config.zone, store, now
        self._surveys = Surveys(store, config.survey_cache_seconds)
        self._tickets = TicketOffice(secret=config.secret_key)

    def look(self, slug: str, written_code: str | None, choice: Choice) -> Reply:
        """Show the page of a link. Looking changes nothing: chat apps open links before people do."""
        try:
            visit = self._visit(slug, written_code, choice)
            code = self._admit(visit, self._now())
        except _RefusedError as refused:
            return refused.reply
        except StoreError as error:
            return _busy(error, choice)
        if code and code.state == "used":
            return _RefusedError(_CODE_REFUSALS["used"], visit.language).reply
        page = visit.paper.page(visit.language, by_code=code is not None)
        return Reply(status=200, page=page, put_in=self._new_ticket(visit))

    def take(
        self, slug: str, written_code: str | None, choice: Choice, body: bytes, announced: int | None
    ) -> Reply:
        """Take the answers posted to a link: store them, or say what is wrong with nothing lost."""
        try:
            return self._take(self._visit(slug, written_code, choice), body, announced)
        except _RefusedError as refused:
            return refused.reply
        except GarbledFormError:
            return _RefusedError(Refusal(kind="garbled", status=400), choice.among(_EITHER)).reply
        except StoreError as error:
            return _busy(error, choice)

    def _take(self, visit: _Visit, body: bytes, announced: int | None) -> Reply:
        now = self._now()
        try:
            code = self._admit(visit, now - GRACE, now)
        except _RefusedError as refused:
            return self._take_none(visit, refused, body, announced, now)
        raw = read_form(body, announced)
        handed = self._handed(visit, raw, now)
        if handed is None:
            return self._again(visit, raw, self._new_ticket(visit), notice=words(visit.language).stale)
        return self._judge(visit, handed, code, now)

    # --- at the door ---------------------------------------------------------------------------------------------

    def _visit(self, slug: str, written_code: str | None, choice: Choice) -> _Visit:
        survey = self._surveys.survey(slug) if _SLUG.fullmatch(slug) else None
        paper = self._surveys.paper(slug, survey.version) if survey else None
        if survey is None or paper is None:
            raise _RefusedError(Refusal(kind="unknown", status=404), choice.among(_EITHER))
        language = choice.among(paper.questionnaire.languages)
        read = None if written_code is None else normalise_code(written_code) or ""
        return _Visit(survey=survey, paper=paper, language=language, written_code=read)

    def _admit(self, visit: _Visit, closes_at: float, opens_at: float | None = None) -> Code | None:
        """Let a respondent in and return their access code, None by the open link."""
        today = self._day(closes_at if opens_at is None else opens_at)
        if refusal := _refusal_by_state(visit.survey, today, self._day(closes_at)):
            raise _RefusedError(refusal, visit.language)
        code = self._code(visit)
        # last: whom no answer is taken from anyhow shall not be told to come back later
        if visit.survey.state == "paused":
            if code and code.state == "used":
                raise _RefusedError(_CODE_REFUSALS["used"], visit.language)
            raise _RefusedError(_PAUSED, visit.language, PAUSED_RETRY)
        return code

    def _code(self, visit: _Visit) -> Code | None:
        if visit.written_code is None:
            if not visit.survey.open_link:
                raise _RefusedError(Refusal(kind="codes-only", status=403), visit.language)
            return None
        hashed = hash_code(visit.written_code)
        code = self._store.code(visit.survey.slug, hashed) if visit.written_code else None
        if code is None or code.state == "void":
            raise _RefusedError(_CODE_REFUSALS["void" if code else "unknown"], visit.language)
        return code

    def _day(self, when: float) -> str:
        return datetime.fromtimestamp(when, self._zone).date().isoformat()

    def _new_ticket(self, visit: _Visit) -> str:
        questionnaire = visit.paper.questionnaire
        return self._tickets.issue(questionnaire.id, questionnaire.version, self._now())

    # --- at the desk ---------------------------------------------------------------------------------------------

    def _handed(self, visit: _Visit, raw: Raw, now: float) -> _Handed | None:
        """Return what was handed in on its own version's paper; None if that page was not made here or is too old."""
        version = raw.get(pages.VERSION, ("",))[0]
        paper = self._surveys.paper(visit.survey.slug, version)
        ticket = self._tickets.read(raw.get(pages.TICKET, ("",))[0], visit.survey.slug, version, now)
        if paper is None or ticket is None:
            return None
        if sum(len(values) for values in raw.values()) > paper.most_fields:
            raise GarbledFormError
        return _Handed(paper=paper, ticket=ticket, raw=raw)

    def _judge(self, visit: _Visit, handed: _Handed, code: Code | None, now: float) -> Reply:
        visit = replace(visit, paper=handed.paper)
        # the page is filled in by the respondent, however the code was sent: a blank is never somebody's note
        answers, problems = accept(handed.paper.questionnaire, handed.raw, OPEN_LINK)
        if problems:
            page = pages.questions_again(
                visit.sheet, raw=handed.raw, ticket=handed.ticket.text, problems=problems
            )
            return Reply(status=422, page=page)
        taken = submission(
            handed.paper.questionnaire,
            answers,
            ticket=handed.ticket,
            seconds=now - handed.ticket.issued,
            day=self._day(now),
            code=code,
            written_code=visit.written_code or "",
        )
        return self._store_it(visit, handed, taken)

    def _store_it(self, visit: _Visit, handed: _Handed, taken: Submission) -> Reply:
        try:
            outcome = self._store.submit(taken)
        except StoreError as error:
            _note(error)
            notice = words(visit.language).busy
            return self._again(
                visit, handed.raw, handed.ticket.text, notice=notice, status=503, retry_after=RETRY
            )
        return self._answered(visit, handed.ticket, outcome)

    def _answered(self, visit: _Visit, ticket: Ticket, outcome: Outcome) -> Reply:
        if outcome in (Outcome.STORED, Outcome.REPEATED):
            page = pages.thanks(visit.language)
            return Reply(status=200, page=page, put_in=self._tickets.receipt(ticket.id))
        return _RefusedError(_OUTCOME_REFUSALS[outcome], visit.language).reply

    def _again(
        self,
        visit: _Visit,
        raw: Raw,
        ticket: str,
        *,
        notice: str,
        status: int = 422,
        retry_after: int | None = None,
    ) -> Reply:
        page = pages.questions_again(visit.sheet, raw=raw, ticket=ticket, notice=notice)
        return Reply(status=status, page=page, retry_after=retry_after)

    # --- after hours ---------------------------------------------------------------------------------------------

    def _take_none(
        self, visit: _Visit, refused: _RefusedError, body: bytes, announced: int | None, now: float
    ) -> Reply:
        """Answer what came to a closed door: nothing is stored, but what arrived before is acknowledged again."""
        try:
            raw = read_form(body, announced)
            handed = self._handed(visit, raw, now)
        except GarbledFormError:
            return refused.reply
        if handed and (outcome := self._earlier(handed)):
            return self._answered(visit, handed.ticket, outcome)
        if refused.kind != _PAUSED.kind:
            return refused.reply
        visit = replace(visit, paper=handed.paper) if handed else visit
        ticket = handed.ticket.text if handed else self._new_ticket(visit)
        notice = words(visit.language).paused
        return self._again(visit, raw, ticket, notice=notice, status=503, retry_after=PAUSED_RETRY)

    def _earlier(self, handed: _Handed) -> Outcome | None:
        """Compare what was handed in with what its page brought in before; None if that was nothing."""
        stored = self._store.response(handed.ticket.id)
        if stored is None:
            return None
        answers, problems = accept(handed.paper.questionnaire, handed.raw, OPEN_LINK)
        given = (answers.canonical(), answers.open_text())
        is_same = not problems and given == (stored.answers, stored.open_text)
        return Outcome.REPEATED if is_same else Outcome.CONFLICT


_PAUSED = Refusal(kind="paused", status=503)
_CODE_REFUSALS = {
    "unknown": Refusal(kind="code-unknown", status=404),
    "void": Refusal(kind="code-void", status=410),
    "used": Refusal(kind="code-used", status=410, is_final=True),
}
_OUTCOME_REFUSALS = {
    Outcome.CONFLICT: Refusal(kind="conflict", status=409, is_final=True),
    Outcome.CODE_USED: _CODE_REFUSALS["used"],
    Outcome.CODE_VOID: _CODE_REFUSALS["void"],
    Outcome.CODE_UNKNOWN: _CODE_REFUSALS["unknown"],
}


def _refusal_by_state(survey: Survey, today: str, closing_day: str) -> Refusal | None:
    """Return why a survey takes no answers for good or not yet, if so; `closing_day` lags behind today by the grace time."""
    if survey.state == "draft":
        return Refusal(kind="draft", status=403)
    if survey.opens_on and today < survey.opens_on:
        return Refusal(kind="not-yet", status=403, date=survey.opens_on)
    if survey.state == "closed" or (survey.closes_on and survey.closes_on < closing_day):
        return Refusal(kind="closed", status=410)
    return None


def _busy(error: StoreError, choice: Choice) -> Reply:
    _note(error)
    return _RefusedError(Refusal(kind="busy", status=503), choice.among(_EITHER), RETRY).reply


def _note(error: StoreError) -> None:
    """Log the kind of trouble alone: messages of a database may quote what it was given."""
    logger.error("the store failed: %s", type(error).__name__)
