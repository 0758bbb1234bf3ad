"""What the telephone page and paper entry share: a questionnaire to be typed in, by keys, and why it was not taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from questionnaires.accept import AnswerProblem
from questionnaires.model import Questionnaire
from surveyapp.current import current_config
from surveyapp.evaluate import door
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.words import Words, name
from surveyapp.fieldwork.interviews import (
    SELF,
    Part,
    Raw,
    StalePageError,
    Typed,
    answers_in,
    parts,
    speakable,
    typed,
)
from surveyapp.respond.ticket import TicketOffice

_l: Any = lazy_gettext

BY_NAMES: Words = {
    "self": _l("the respondent"),
    "relative": _l("a relative or friend"),
    "staff": _l("staff, such as a village clerk"),
}
STATUS = {
    "problems": 422, "stale": 422, "conflict": 409, "code-used": 410, "code-void": 410, "code-unknown": 404,
    "code-misread": 422, "code-missing": 422, "number-missing": 422, "number-waiting": 409, "unsettled": 422, "busy": 503,
}  # fmt: skip
"""The status of a page that shows the answers again, by why they were not taken."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Why something was not taken, and what to do."""

    heading: str
    text: str


def notice(kind: str) -> Notice:
    """Return the words for a refusal."""
    heading, text = _notices()[kind]
    return Notice(heading=heading, text=text)


def _notices() -> dict[str, tuple[str, str]]:
    return {
        "stale": (
            _("Not saved yet: this page was open for too long"),
            _("All answers are still here. Save once more."),
        ),
        "busy": (
            _("Not saved yet: the system is busy"),
            _("All answers are still here. Wait a moment and save once more; nothing is stored twice."),
        ),
        "conflict": (
            _("This page was saved before, with other answers"),
            _(
                "What was saved first stands: a stored response is anonymous and cannot be changed. For "
                "another copy or another person, begin a new page."
            ),
        ),
        "code-used": (
            _("This code was answered already"),
            _(
                "It was used by phone page, by telephone or from paper. One code counts once, so nothing was "
                "saved. On the telephone: thank the person and end the call. With a paper copy: compare the code; "
                "if it is right, put the copy aside and do not enter it without its code."
            ),
        ),
        "code-void": (
            _("This code is void"),
            _(
                "It was withdrawn or replaced by a newer one. Ask for the code received last, or look it "
                "up in the newest list."
            ),
        ),
        "code-unknown": (
            _("There is no such code in this survey"),
            _("Compare it with the list or the copy; it may belong to another survey."),
        ),
        "code-misread": (
            _("A character of the code is wrong"),
            _(
                "A typed code has 13 letters and digits, the last of which checks the others; a link has "
                "26. Compare and type it again."
            ),
        ),
        "code-missing": (
            _("This copy needs its code"),
            _(
                "Copies without a code are entered once it is known how many were handed out: enter that "
                "number under Fielding, or type the code printed on the copy."
            ),
        ),
        "number-missing": (
            _("The copy's number is missing"),
            _(
                "For double entry each copy needs a number of its own, up to 20 letters and digits: write"
                " it on the copy and type it here."
            ),
        ),
        "number-waiting": (
            _("A copy with this number was typed before"),
            _(
                "So this is its second typing: compare the number on the copy, type the code if one is "
                "printed there, and save. If the number is wrong, correct it."
            ),
        ),
        "unsettled": (
            _("Some differences are not settled yet"),
            _("Look at the copy and choose for each."),
        ),
        "draft": (
            _("The survey is not open yet"),
            _("Open it under Fielding, then answers can be entered."),
        ),
        "not-yet": (
            _("The survey has not begun"),
            _("Answers can be entered from its first day."),
        ),
        "paused": (
            _("The survey is paused"),
            _("Nobody is interviewed meanwhile. Open it again under Fielding."),
        ),
        "closed": (
            _("The survey is closed"),
            _(
                "Nothing can be added any more. If answers are left to be entered, open it again under Fielding; if its last "
                "day is past, set a later one first."
            ),
        ),
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class EntryPage:
    """A questionnaire before somebody who types it in, with what was typed so far."""

    parts: Sequence[Part]
    language: str
    version: str
    ticket: str
    values: Raw = field(default_factory=dict)
    by: str = SELF
    problems: Sequence[AnswerProblem] = ()

    @property
    def count(self) -> int:
        """Return the number of items."""
        return sum(len(part.lines) for part in self.parts)

    def value(self, name: str) -> str:
        """Return what was typed into a text field."""
        return next(iter(self.values.get(name, ())), "")

    def has(self, name: str, code: str) -> bool:
        """Say whether an option was chosen."""
        return code in self.values.get(name, ())

    def is_blank(self, name: str) -> bool:
        """Say whether an item was left blank on purpose."""
        return list(self.values.get(name, ())) == [""]

    def errors(self, item: str) -> list[str]:
        """Return what is wrong with an item."""
        return [problem.message(self.language) for problem in self.problems if problem.item == item]

    @property
    def mistakes(self) -> list[tuple[int, str, str]]:
        """Return number, item and message of everything that is wrong."""
        numbers = {line.id: line.question.number for part in self.parts for line in part.lines}
        return [
            (numbers.get(problem.item, 0), problem.item, problem.message(self.language))
            for problem in self.problems
        ]


def office() -> TicketOffice:
    """Return who signs the pages."""
    return TicketOffice(secret=current_config().secret_key)


def empty_page(questionnaire: Questionnaire) -> EntryPage:
    """Return a page to type in, with a new id."""
    return EntryPage(
        parts=parts(questionnaire, spoken()), language=speakable(questionnaire, spoken()),
        version=questionnaire.version, ticket=office().issue(questionnaire.id, questionnaire.version, door.now()),
    )  # fmt: skip


def page_again(
    questionnaire: Questionnaire, *, ticket: str = "", problems: Sequence[AnswerProblem] = ()
) -> EntryPage:
    """Return the page as it was sent in, with the same id unless a new one is needed."""
    fields = sent()
    fresh = empty_page(questionnaire)
    return EntryPage(
        parts=fresh.parts, language=fresh.language, version=fresh.version, ticket=ticket or fresh.ticket,
        values=answers_in(fields.items()), by=given_by(), problems=problems,
    )  # fmt: skip


def sent() -> Mapping[str, list[str]]:
    """Return the fields of the form that was sent in."""
    return dict(request.form.lists())


def given_by() -> str:
    """Return who gave the answers, as the form says."""
    said = request.form.get("_by", SELF)
    return said if said in BY_NAMES else SELF


def read_page(slug: str) -> Typed | None:
    """Return what was typed; None if the page was open for too long."""
    try:
        return typed(sent(), slug, office(), door.now())
    except StalePageError:
        return None


def minute() -> str:
    """Return date and time in the configured time zone, as call-backs write them."""
    return datetime.fromtimestamp(door.now(), current_config().zone).strftime("%Y-%m-%d %H:%M")


def by_name(by: str) -> str:
    """Return who gave the answers, in words."""
    return name(BY_NAMES, by)
