"""Shows respondents their page and takes their answers; knows no Flask."""

from __future__ import annotations

import gzip
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
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
class _Admitted:
    """A respondent at the door of an open survey."""

    survey: Survey
    paper: Paper
    language: str
    code: Code | None
    written_code: str

    def of(self, paper: Paper) -> _Admitted:
        """Return the same respondent with another version of the questionnaire."""
        return _Admitted(
            survey=self.survey,
            paper=paper,
            language=self.language,
            code=self.code,
            written_code=self.written_code,
        )


class _RefusedError(Exception):
    """There is no page to answer; carries why, and the language to say it in."""

    def __init__(self, refusal: Refusal, language: str, retry_after: int | None = None) -> None:
        super().__init__(refusal.kind)
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
            admitted = self._admit(slug, written_code, choice, self._now())
        except _RefusedError as refused:
            return refused.reply
        except StoreError as error:
            return _busy(error, choice)
        if admitted.code and admitted.code.state == "used":
            return _RefusedError(_CODE_REFUSALS["used"], admitted.language).reply
        page = admitted.paper.page(admitted.language, by_code=admitted.code is not None)
        return Reply(status=200, page=page, put_in=self._new_ticket(admitted))

    def take(
        self, slug: str, written_code: str | None, choice: Choice, body: bytes, announced: int | None
    ) -> Reply:
        """Take the answers posted to a link: store them, or say what is wrong with nothing lost."""
        now = self._now()
        try:
            admitted = self._admit(slug, written_code, choice, now - GRACE, now)
            raw = read_form(body, announced)
            return self._judge(admitted, raw, now)
        except _RefusedError as refused:
            return refused.reply
        except GarbledFormError:
            return _RefusedError(Refusal(kind="garbled", status=400), choice.among(_EITHER)).reply
        except StoreError as error:
            return _busy(error, choice)

    # --- at the door ---------------------------------------------------------------------------------------------

    def _admit(
        self,
        slug: str,
        written_code: str | None,
        choice: Choice,
        closes_at: float,
        opens_at: float | None = None,
    ) -> _Admitted:
        survey = self._surveys.survey(slug) if _SLUG.fullmatch(slug) else None
        paper = self._surveys.paper(slug, survey.version) if survey else None
        if survey is None or paper is None:
            raise _RefusedError(Refusal(kind="unknown", status=404), choice.among(_EITHER))
        language = choice.among(paper.questionnaire.languages)
        today = self._day(closes_at if opens_at is None else opens_at)
        if refusal := _refusal_by_state(survey, today, self._day(closes_at)):
            raise _RefusedError(refusal, language, PAUSED_RETRY if refusal.kind == "paused" else None)
        if written_code is None:
            if not survey.open_link:
                raise _RefusedError(Refusal(kind="codes-only", status=403), language)
            return _Admitted(survey=survey, paper=paper, language=language, code=None, written_code="")
        read = normalise_code(written_code)
        code = self._store.code(slug, hash_code(read)) if read else None
        if read is None or code is None or code.state == "void":
            raise _RefusedError(_CODE_REFUSALS["void" if code else "unknown"], language)
        return _Admitted(survey=survey, paper=paper, language=language, code=code, written_code=read)

    def _day(self, when: float) -> str:
        return datetime.fromtimestamp(when, self._zone).date().isoformat()

    def _new_ticket(self, admitted: _Admitted) -> str:
        questionnaire = admitted.paper.questionnaire
        return self._tickets.issue(questionnaire.id, questionnaire.version, self._now())

    # --- at the desk ---------------------------------------------------------------------------------------------

    def _judge(self, admitted: _Admitted, raw: Raw, now: float) -> Reply:
        version = raw.get(pages.VERSION, ("",))[0]
        paper = self._surveys.paper(admitted.survey.slug, version)
        ticket = self._tickets.read(raw.get(pages.TICKET, ("",))[0], admitted.survey.slug, version, now)
        if paper is None or ticket is None:
            notice = words(admitted.language).stale
            return self._again(admitted, raw, self._new_ticket(admitted), notice=notice)
        if sum(len(values) for values in raw.values()) > paper.most_fields:
            raise GarbledFormError
        admitted = admitted.of(paper)
        # the page is filled in by the respondent, however the code was sent: a blank is never somebody's note
        answers, problems = accept(paper.questionnaire, raw, OPEN_LINK)
        if problems:
            sheet = self._sheet(admitted)
            page = pages.questions_again(sheet, raw=raw, ticket=ticket.text, problems=problems)
            return Reply(status=422, page=page)
        taken = submission(
            paper.questionnaire,
            answers,
            ticket=ticket,
            seconds=now - ticket.issued,
            day=self._day(now),
            code=admitted.code,
            written_code=admitted.written_code,
        )
        return self._store_it(admitted, raw, ticket, taken)

    def _store_it(self, admitted: _Admitted, raw: Raw, ticket: Ticket, taken: Submission) -> Reply:
        try:
            outcome = self._store.submit(taken)
        except StoreError as error:
            _note(error)
            notice = words(admitted.language).busy
            return self._again(admitted, raw, ticket.text, notice=notice, status=503, retry_after=RETRY)
        if outcome in (Outcome.STORED, Outcome.REPEATED):
            return Reply(
                status=200, page=pages.thanks(admitted.language), put_in=self._tickets.receipt(taken.id)
            )
        return _RefusedError(_OUTCOME_REFUSALS[outcome], admitted.language).reply

    def _sheet(self, admitted: _Admitted) -> Sheet:
        return admitted.paper.sheet(admitted.language, by_code=admitted.code is not None)

    def _again(
        self,
        admitted: _Admitted,
        raw: Raw,
        ticket: str,
        *,
        notice: str,
        status: int = 422,
        retry_after: int | None = None,
    ) -> Reply:
        page = pages.questions_again(self._sheet(admitted), raw=raw, ticket=ticket, notice=notice)
        return Reply(status=status, page=page, retry_after=retry_after)


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
    """Return why a survey takes no answers, if so; `closing_day` lags behind today by the grace time."""
    if survey.state == "draft":
        return Refusal(kind="draft", status=403)
    if survey.opens_on and today < survey.opens_on:
        return Refusal(kind="not-yet", status=403, date=survey.opens_on)
    if survey.state == "closed" or (survey.closes_on and survey.closes_on < closing_day):
        return Refusal(kind="closed", status=410)
    if survey.state == "paused":
        return Refusal(kind="paused", status=503)
    return None


def _busy(error: StoreError, choice: Choice) -> Reply:
    _note(error)
    return _RefusedError(Refusal(kind="busy", status=503), choice.among(_EITHER), RETRY).reply


def _note(error: StoreError) -> None:
    """Log the kind of trouble alone: messages of a database may quote what it was given."""
    logger.error("the store failed: %s", type(error).__name__)
