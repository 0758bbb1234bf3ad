"""Answers that somebody else writes down: an interviewer on the telephone, a clerk with a paper copy.

Both go through the same `accept` as the phone page, with a lenient channel: a blank is recorded, not refused. How fast
they come says nothing of the respondent, so the rules on speed are not asked.

The rule of channels: a response's channel is how it was answered (`telephone`, `paper`), whichever way its code went
out; the code's batch keeps that way. So what was issued is counted by the channel of issue and what came back by the
mode of answer: per channel the two need not agree, in sum used codes and responses with a code do. A code's stratum
wins over the answer of the stratum item, and a difference is flagged, as on the phone page. Who wrote it down is
nowhere in the response; whether the person answered alone (`BY`) is, as a flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.validity import FLAG_SEPARATOR
from questionnaires.accept import LONGEST_COMMENT, AnswerProblem, Answers, accept
from questionnaires.model import (
    Item,
    MultipleItem,
    NumberItem,
    Option,
    Questionnaire,
    RatingItem,
    TextItem,
)
from surveyapp import reporting
from surveyapp.fieldwork.codes import TYPED_LENGTH, hash_code, hash_typed, normalise_code
from surveyapp.respond.sheet import Question, sheet
from surveyapp.respond.submission import STRATUM_DIFFERS
from surveyapp.respond.ticket import TicketOffice
from surveyapp.store import Code, Outcome, Store, StoreError, Submission, Survey

Raw = Mapping[str, Sequence[str]]

TELEPHONE, PAPER = "telephone", "paper"
SELF = "self"
BY = (SELF, "relative", "staff")
"""Who gave or filled in the answers: the person, a relative, staff such as a village clerk."""

TICKET, VERSION, GIVEN_BY = "_ticket", "_version", "_by"
_TOKEN = "csrf_token"


# --- the code ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found of a written code: the code if it can be used, else why not."""

    code: Code | None = None
    refusal: str = ""
    """code-misread, code-unknown, code-used or code-void; empty if it can be used."""


def find_code(store: Store, slug: str, written: str, secret: bytes) -> Found:
    """Look up a code as it was typed, copied or scanned: short, long, or the whole link."""
    code = normalise_code(_last_part(written))
    if code is None:
        return Found(refusal="code-misread")
    if len(code) == TYPED_LENGTH:
        return judged(store.typed_code(slug, hash_typed(code, secret)))
    return judged(store.code(slug, hash_code(code)))


def judged(code: Code | None) -> Found:
    """Say whether a code can still be used."""
    if code is None:
        return Found(refusal="code-unknown")
    return Found(code=code) if code.state == "issued" else Found(code=code, refusal=f"code-{code.state}")


def _last_part(written: str) -> str:
    address = written.strip().partition("?")[0].partition("#")[0]
    return address.rstrip("/").rpartition("/")[2]


def refusal_by_state(survey: Survey, today: str, channel: str) -> str:
    """Return why a survey takes no answers by this channel now: draft, not-yet, paused or closed; else nothing.

    Copies filled in before the last day are typed after it, and while the survey is paused; nothing is added to one
    that was closed by hand.
    """
    if survey.state in ("draft", "closed"):
        return survey.state
    if survey.opens_on and today < survey.opens_on:
        return "not-yet"
    if channel == TELEPHONE and survey.closes_on and survey.closes_on < today:
        return "closed"
    return "paused" if channel == TELEPHONE and survey.state == "paused" else ""


# --- the page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An option with the key that chooses it."""

    code: str
    label: str
    key: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """An item as it is typed."""

    question: Question
    choices: Sequence[Choice] = ()
    not_applicable: bool = False
    """Whether "-2" is offered: a choice among options none of which says so already."""
    alone: Sequence[str] = ()
    longest: int = 0

    @property
    def id(self) -> str:
        """Return the item's id, which is the field's name."""
        return self.question.id

    def label(self, code: str) -> str:
        """Return the words of an option; what is no option stands for itself."""
        return next((choice.label for choice in self.choices if choice.code == code), code)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A section as it is typed."""

    title: str
    lines: Sequence[Line]


def parts(questionnaire: Questionnaire, language: str) -> list[Part]:
    """Return the questionnaire as it is typed, in a language."""
    drawn = sheet(questionnaire, speakable(questionnaire, language), by_code=True)
    said = {question.id: question for section in drawn.sections for question in section.questions}
    return [
        Part(
            title=section.title.say(drawn.language),
            lines=[_line(questionnaire, item, said[item.id], drawn.language) for item in section.items],
        )
        for section in questionnaire.sections
    ]


def speakable(questionnaire: Questionnaire, language: str) -> str:
    """Return the language itself if the questionnaire has it, else its first."""
    return language if language in questionnaire.languages else questionnaire.languages[0]


def _line(questionnaire: Questionnaire, item: Item, question: Question, language: str) -> Line:
    if isinstance(item, TextItem | NumberItem):
        return Line(question=question, longest=item.max_length if isinstance(item, TextItem) else 24)
    options = questionnaire.options(item.id)
    alone = [option.code for option in options if option.exclusive] if isinstance(item, MultipleItem) else []
    says_so = any(option.missing == "not_applicable" for option in options) or isinstance(item, RatingItem)
    return Line(
        question=question,
        choices=[_choice(option, key, language) for option, key in zip(options, keys(options), strict=True)],
        not_applicable=not says_so,
        alone=alone,
        longest=LONGEST_COMMENT,
    )


def _choice(option: Option, key: str, language: str) -> Choice:
    comment = option.comment.say(language) if option.comment else ""
    return Choice(code=option.code, label=option.label.say(language), key=key, comment=comment)


_NUMBERED = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def keys(options: Sequence[Option]) -> list[str]:
    """Return one key for each option: its code where all are a letter or digit, as copies print them, else its number.

    A rating's 10 is X.
    """
    codes = [option.code.upper() for option in options]
    if codes == [str(mark) for mark in range(11)]:
        return [*codes[:10], "X"]
    if len(set(codes)) == len(codes) and all(
        len(code) == 1 and code.isascii() and code.isalnum() for code in codes
    ):
        return codes
    return [_NUMBERED[place] if place < len(_NUMBERED) else "" for place in range(len(codes))]


# --- what was typed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed on one page: the page's id, the version it shows, the answers, and who gave them."""

    id: str
    version: str
    raw: Raw
    by: str = SELF


class StalePageError(Exception):
    """The page was not made here for this survey, or too long ago."""


def answers_in(fields: Iterable[tuple[str, Sequence[str]]]) -> Raw:
    """Return the answers among a form's fields, without the page's own."""
    return {name: list(values) for name, values in fields if not name.startswith("_") and name != _TOKEN}


def typed(fields: Mapping[str, Sequence[str]], slug: str, office: TicketOffice, now: float) -> Typed:
    """Read a page that was sent in. Raises StalePageError."""
    version, ticket, by = (_first(fields, name) for name in (VERSION, TICKET, GIVEN_BY))
    found = office.read(ticket, slug, version, now)
    if found is None:
        raise StalePageError
    raw = answers_in(fields.items())
    return Typed(id=found.id, version=version, raw=raw, by=by if by in BY else SELF)


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a page: an outcome of the store, `problems`, or `busy` where the store could not be asked."""

    outcome: str
    problems: Sequence[AnswerProblem] = field(default=())

    @property
    def is_kept(self) -> bool:
        """Say whether the answers are stored, now or by an earlier sending of the same page."""
        return self.outcome in (Outcome.STORED, Outcome.REPEATED)


def take(store: Store, slug: str, page: Typed, *, channel: str, code: Code | None, day: str) -> Taken:
    """Judge and store the answers typed on one page; sending the page again stores nothing twice."""
    questionnaire = reporting.questionnaire(store, slug, page.version)
    answers, problems = accept(questionnaire, page.raw, channel)
    if problems:
        return Taken(outcome="problems", problems=problems)
    made = submission(questionnaire, answers, id=page.id, channel=channel, code=code, by=page.by, day=day)
    try:
        return Taken(outcome=store.submit(made).value)
    except StoreError:
        return Taken(outcome="busy")


def submission(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    id: str,
    channel: str,
    code: Code | None,
    by: str,
    day: str,
) -> Submission:
    """Return what is to be stored of one response that somebody else wrote down."""
    said = _said_stratum(questionnaire, answers)
    stratum = code.stratum if code and code.stratum is not None else said
    flags = [] if by == SELF else [f"assisted_{by}"]
    if said is not None and said != stratum:
        flags.append(STRATUM_DIFFERS)
    return Submission(
        id=id, survey=questionnaire.id, version=questionnaire.version, channel=channel, stratum=stratum,
        flags=FLAG_SEPARATOR.join(sorted(flags)), answers=answers.canonical(), open_text=answers.open_text(),
        day=day, code_hash=code.hash if code else None,
    )  # fmt: skip


def _said_stratum(questionnaire: Questionnaire, answers: Answers) -> str | None:
    item = questionnaire.population.stratum_item
    answer = answers.closed.get(item) if item else None
    return answer if isinstance(answer, str) and not answer.startswith("-") else None
