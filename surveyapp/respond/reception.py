"""Shows respondents their page and takes their answers; knows no Flask."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from analysis.ledger import OPEN_LINK
from questionnaires.accept import accept
from surveyapp.config import Config
from surveyapp.fieldwork.codes import LENGTH, hash_code, hash_typed, normalise_code
from surveyapp.respond import doors, pages, replies
from surveyapp.respond.body import GarbledFormError, Raw, read_form
from surveyapp.respond.crowd import Crowd
from surveyapp.respond.flood import Gate, Pressure
from surveyapp.respond.openings import Openings
from surveyapp.respond.replies import RefusedError, Reply
from surveyapp.respond.sheet import Sheet
from surveyapp.respond.submission import marks, submission
from surveyapp.respond.surveys import Choice, Paper, Surveys
from surveyapp.respond.ticket import Ticket, TicketOffice
from surveyapp.respond.words import words
from surveyapp.respond.work import WORK, WorkOffice
from surveyapp.store import Code, Outcome, Store, StoreError, Submission, Survey

RETRY = 5
PAUSED_RETRY = 3600
CODE = "code"
"""The field an access code is typed into; its form has no ticket, unlike that of a questionnaire with such an item."""

_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_EITHER = ("zh", "en")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """What a request tells about who makes it; nothing of it is kept."""

    address: str = field(default="", repr=False)
    choice: Choice
    is_reading: bool = True
    """Whether somebody is about to read what is shown, and it is not fetched ahead by a chat app."""


@dataclass(frozen=True, kw_only=True)
class _Visit:
    """A respondent before the door of a survey there is, with the version of its questionnaire to be shown."""

    visitor: Visitor
    survey: Survey
    paper: Paper
    language: str
    written_code: str | None
    """None by the open link; empty where what is written cannot be a code."""
    ended: float | None
    """Since when the survey has ended; None if it goes on."""

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


class Reception:
    """Shows the questions and takes the answers of one installation."""

    def __init__(
        self,
        config: Config,
        store: Store,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._zone, self._secret, self._store, self._now = config.zone, config.secret_key, store, now
        self._surveys = Surveys(store, config.survey_cache_seconds)
        self._tickets = TicketOffice(secret=config.secret_key)
        self._work = WorkOffice(secret=config.secret_key)
        self._gate, self._openings, self._crowd = Gate(clock), Openings(), Crowd()

    def look(self, slug: str, written_code: str | None, visitor: Visitor) -> Reply:
        """Show the page of a link. Looking changes nothing: chat apps open links before people do."""
        return self._answer(visitor, lambda: self._look(slug, written_code, visitor))

    def ask_code(self, slug: str, visitor: Visitor) -> Reply:
        """Show the page on which an access code is typed."""
        return self._answer(visitor, lambda: self._look_for_code(slug, visitor))

    def take(
        self, slug: str, written_code: str | None, visitor: Visitor, body: bytes, announced: int | None
    ) -> Reply:
        """Take what was posted to a link: store the answers, or say what is wrong with nothing lost."""
        return self._answer(visitor, lambda: self._take(slug, written_code, visitor, body, announced))

    def hand_over(self) -> None:
        """Write down which links were opened and what crowds came. To be called once a minute and at the end."""
        for noted in (self._openings, self._crowd):
            try:
                noted.hand_over(self._store)
            except StoreError as error:
                _note(error)

    def _answer(self, visitor: Visitor, work: Callable[[], Reply]) -> Reply:
        try:
            return work()
        except RefusedError as refused:
            return refused.reply
        except GarbledFormError:
            return replies.refused(doors.GARBLED, visitor.choice.among(_EITHER))
        except StoreError as error:
            _note(error)
            return replies.refused(doors.BUSY, visitor.choice.among(_EITHER), RETRY)

    def _look(self, slug: str, written_code: str | None, visitor: Visitor) -> Reply:
        self._let_look(visitor)
        visit = self._visit(slug, written_code, visitor)
        if written_code is None and not visit.survey.open_link:
            return self._ask_code(visit)
        code = self._admit(visit, may_be_late=False)
        if code and code.state == "used":
            raise RefusedError(doors.CODE_USED, visit.language)
        if visitor.is_reading:
            self._openings.note(slug, code.hash if code else None)
        paper, language = visit.paper, visit.language
        return replies.shown(lambda: paper.page(language, by_code=code is not None), self._new_ticket(visit))

    def _take(
        self, slug: str, written_code: str | None, visitor: Visitor, body: bytes, announced: int | None
    ) -> Reply:
        if written_code is None and _is_entrance(body):
            self._let_look(visitor)
            return self._enter(self._visit(slug, None, visitor), read_form(body, announced))
        before = _bearable(self._gate.take(visitor.address), visitor.choice.among(_EITHER))
        visit = self._visit(slug, written_code, visitor)
        pressure = _bearable(self._gate.take_for(slug, before), visit.language)
        return self._take_answers(visit, _read(body, announced), pressure)

    def _take_answers(self, visit: _Visit, raw: Raw | None, pressure: Pressure) -> Reply:
        now = self._now()
        try:
            code = self._admit(visit, may_be_late=True)
        except RefusedError as refused:
            return self._take_none(visit, refused, raw, now)
        if raw is None:
            raise GarbledFormError
        handed = self._handed(visit, raw, now)
        if visit.ended is not None and (handed is None or handed.ticket.issued >= visit.ended):
            return self._take_none(visit, RefusedError(doors.CLOSED, visit.language), raw, now)
        if handed is None:
            return self._earlier(visit, raw) or replies.stale(visit.sheet, raw, self._new_ticket(visit))
        visit = replace(visit, paper=handed.paper)
        return self._work_first(visit, handed, code, pressure, now) or self._judge(visit, handed, code, now)

    # --- at the door ---------------------------------------------------------------------------------------------

    def _let_look(self, visitor: Visitor) -> None:
        if (wait := self._gate.look(visitor.address)) is not None:
            raise RefusedError(doors.WAIT, visitor.choice.among(_EITHER), wait)

    def _visit(self, slug: str, written_code: str | None, visitor: Visitor) -> _Visit:
        survey = self._surveys.survey(slug) if _SLUG.fullmatch(slug) else None
        paper = self._surveys.paper(slug, survey.version) if survey else None
        if survey is None or paper is None:
            raise RefusedError(doors.UNKNOWN, visitor.choice.among(_EITHER))
        return _Visit(
            visitor=visitor,
            survey=survey,
            paper=paper,
            language=visitor.choice.among(paper.questionnaire.languages),
            written_code=None if written_code is None else normalise_code(written_code) or "",
            ended=doors.ended_at(survey, self._now(), self._zone),
        )

    def _admit(self, visit: _Visit, *, may_be_late: bool) -> Code | None:
        """Let a respondent in and return their access code, None by the open link."""
        self._check_open(visit, may_be_late=may_be_late)
        code = self._code(visit)
        # last: whom no answer is taken from anyhow shall not be told to come back later
        if visit.survey.state == "paused":
            if code and code.state == "used":
                raise RefusedError(doors.CODE_USED, visit.language)
            raise RefusedError(doors.PAUSED, visit.language, PAUSED_RETRY)
        return code

    def _check_open(self, visit: _Visit, *, may_be_late: bool) -> None:
        now = self._now()
        if refusal := doors.not_begun(visit.survey, now, self._zone):
            raise RefusedError(refusal, visit.language)
        if visit.ended is not None and not (may_be_late and doors.is_graced(visit.ended, now)):
            raise RefusedError(doors.CLOSED, visit.language)

    def _code(self, visit: _Visit) -> Code | None:
        if visit.written_code is None:
            if not visit.survey.open_link:
                raise RefusedError(doors.CODES_ONLY, visit.language)
            return None
        return self._known_code(visit, visit.written_code)

    def _known_code(self, visit: _Visit, written: str) -> Code:
        """Find a code, always before anything is said: who has a right one is served whatever the neighbours try."""
        code = self._find(visit.survey.slug, written) if written else None
        if code is None:
            wait = self._gate.wrong_code(visit.visitor.address) if written else None
            raise RefusedError(doors.CODE_UNKNOWN if wait is None else doors.WAIT_CODES, visit.language, wait)
        if code.state == "void":
            raise RefusedError(doors.CODE_VOID, visit.language)
        return code

    def _find(self, slug: str, code: str) -> Code | None:
        if len(code) == LENGTH:
            return self._store.code(slug, hash_code(code))
        return self._store.typed_code(slug, hash_typed(code, self._secret))

    def _new_ticket(self, visit: _Visit) -> str:
        questionnaire = visit.paper.questionnaire
        return self._tickets.issue(questionnaire.id, questionnaire.version, self._now())

    # --- where codes are typed -----------------------------------------------------------------------------------

    def _look_for_code(self, slug: str, visitor: Visitor) -> Reply:
        self._let_look(visitor)
        return self._ask_code(self._visit(slug, None, visitor))

    def _ask_code(self, visit: _Visit) -> Reply:
        self._check_open(visit, may_be_late=False)
        if visit.survey.state == "paused":
            raise RefusedError(doors.PAUSED, visit.language, PAUSED_RETRY)
        return replies.entrance(visit.language, visit.sheet.title)

    def _enter(self, visit: _Visit, raw: Raw) -> Reply:
        """Lead to the page of the code that was typed, or show what was typed again."""
        written = _first(raw, CODE)
        code = normalise_code(written)
        try:
            # one that cannot be a code, by its length or its check character, is told without asking the store
            found = self._admit(replace(visit, written_code=code or ""), may_be_late=False)
        except RefusedError as refused:
            if refused.kind not in (doors.CODE_UNKNOWN.kind, doors.WAIT_CODES.kind):
                raise
            return _entrance_again(visit, written, refused, is_mistyped=code is None)
        if found and found.state == "used":
            raise RefusedError(doors.CODE_USED, visit.language)
        chosen = visit.visitor.choice.link
        language = f"?lang={chosen}" if chosen == visit.language else ""
        return replies.entered(f"/s/{visit.survey.slug}/{code}{language}")

    # --- at the desk ---------------------------------------------------------------------------------------------

    def _handed(self, visit: _Visit, raw: Raw, now: float) -> _Handed | None:
        """Return what was handed in on its own version's paper; None if that page was not made here or is too old."""
        version = _first(raw, pages.VERSION)
        paper = self._surveys.paper(visit.survey.slug, version)
        ticket = self._tickets.read(_first(raw, pages.TICKET), visit.survey.slug, version, now)
        if paper is None or ticket is None:
            return None
        if sum(len(values) for values in raw.values()) > paper.most_fields:
            raise GarbledFormError
        return _Handed(paper=paper, ticket=ticket, raw=raw)

    def _work_first(
        self, visit: _Visit, handed: _Handed, code: Code | None, pressure: Pressure, now: float
    ) -> Reply | None:
        """Ask for work in a flood, and after many failed tries; not of who holds an unused code, which is no flood."""
        ticket = handed.ticket
        wait = self._gate.try_again_after(ticket.id)
        if pressure.is_high and not (code and code.state == "issued"):
            wait = max(wait, pressure.wait)
        if not wait or self._work.is_done(_first(handed.raw, WORK), ticket.text, now):
            return None
        challenge = self._work.ask(ticket.text, now)
        return replies.work(visit.sheet, handed.raw, ticket.text, challenge, self._work.bits, wait)

    def _judge(self, visit: _Visit, handed: _Handed, code: Code | None, now: float) -> Reply:
        # the page is filled in by the respondent, however the code was sent: a blank is never somebody's note
        answers, problems = accept(handed.paper.questionnaire, handed.raw, OPEN_LINK)
        if problems:
            self._gate.count_try(handed.ticket.id)
            return replies.mistaken(visit.sheet, handed.raw, handed.ticket.text, problems)
        taken = submission(
            handed.paper.questionnaire,
            answers,
            ticket=handed.ticket,
            seconds=now - handed.ticket.issued,
            day=doors.day_of(now, self._zone),
            code=code,
            marks=marks(handed.raw, is_late=visit.ended is not None),
        )
        return self._store_it(visit, handed, taken, now)

    def _store_it(self, visit: _Visit, handed: _Handed, taken: Submission, now: float) -> Reply:
        try:
            outcome = self._store.submit(taken)
        except StoreError as error:
            _note(error)
            return replies.later(visit.sheet, handed.raw, handed.ticket.text, "busy", RETRY)
        if outcome == Outcome.STORED:
            network = self._gate.crowd(visit.visitor.address)
            self._crowd.note(taken.survey, taken.day, network, now)
        elif outcome != Outcome.REPEATED:
            self._gate.count_try(handed.ticket.id)
        return self._answered(visit, handed.ticket.id, outcome)

    def _answered(self, visit: _Visit, id: str, outcome: Outcome) -> Reply:
        if outcome in (Outcome.STORED, Outcome.REPEATED):
            return replies.stored(visit.language, self._tickets.receipt(id))
        return replies.refused(_OUTCOME_REFUSALS[outcome], visit.language)

    # --- after hours ---------------------------------------------------------------------------------------------

    def _take_none(self, visit: _Visit, refused: RefusedError, raw: Raw | None, now: float) -> Reply:
        """Answer what came to a closed door: nothing is stored, but what arrived before is acknowledged again."""
        if raw is None:
            return refused.reply
        if earlier := self._earlier(visit, raw):
            return earlier
        if refused.kind != doors.PAUSED.kind:
            return refused.reply
        handed = self._handed(visit, raw, now)
        visit = replace(visit, paper=handed.paper) if handed else visit
        ticket = handed.ticket.text if handed else self._new_ticket(visit)
        return replies.later(visit.sheet, raw, ticket, "paused", PAUSED_RETRY)

    def _earlier(self, visit: _Visit, raw: Raw) -> Reply | None:
        """Compare what was handed in with what its page brought in before, however old the page is; None if nothing."""
        id = _first(raw, pages.TICKET).partition(".")[0]
        stored = self._store.response(id) if id else None
        if stored is None or stored.survey != visit.survey.slug:
            return None
        paper = self._surveys.paper(stored.survey, stored.version)
        if paper is None or _first(raw, pages.VERSION) != stored.version:
            return self._answered(visit, id, Outcome.CONFLICT)
        answers, problems = accept(paper.questionnaire, raw, OPEN_LINK)
        given = (answers.canonical(), answers.open_text())
        is_same = not problems and given == (stored.answers, stored.open_text)
        return self._answered(visit, id, Outcome.REPEATED if is_same else Outcome.CONFLICT)


_OUTCOME_REFUSALS = {
    Outcome.CONFLICT: doors.CONFLICT,
    Outcome.CODE_USED: doors.CODE_USED,
    Outcome.CODE_VOID: doors.CODE_VOID,
    Outcome.CODE_UNKNOWN: doors.CODE_UNKNOWN,
}


def _bearable(pressure: Pressure, language: str) -> Pressure:
    if pressure.is_too_high:
        raise RefusedError(doors.WAIT, language, pressure.wait)
    return pressure


def _entrance_again(visit: _Visit, written: str, refused: RefusedError, *, is_mistyped: bool) -> Reply:
    say = words(visit.language)
    if refused.kind == doors.WAIT_CODES.kind:
        wrong = say.refusals[doors.WAIT_CODES.kind][1]
    elif is_mistyped:
        wrong = say.code_mistyped if written.strip() else say.code_missing
    else:
        wrong = say.code_not_found
    return replies.entrance(
        visit.language,
        visit.sheet.title,
        written=written,
        wrong=wrong,
        status=refused.reply.status,
        retry_after=refused.reply.retry_after,
    )


def _is_entrance(body: bytes) -> bool:
    """Say whether a form is the one into which a code is typed, before it is read: it begins with the code."""
    return body.startswith(b"code=") and b"_ticket=" not in body


def _read(body: bytes, announced: int | None) -> Raw | None:
    """Return what was posted, or None if it is garbled: that is said only to those whose answers would be taken."""
    try:
        return read_form(body, announced)
    except GarbledFormError:
        return None


def _first(raw: Raw, name: str) -> str:
    return raw.get(name, ("",))[0]


def _note(error: StoreError) -> None:
    """Log the kind of trouble alone: messages of a database may quote what it was given."""
    logger.error("the store failed: %s", type(error).__name__)
