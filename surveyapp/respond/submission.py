"""Turns accepted answers into what is stored: validity by speed, stratum, flags, day."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.ledger import LATE, OPEN_LINK
from analysis.validity import FLAG_SEPARATOR
from questionnaires.accept import Answers
from questionnaires.model import Questionnaire
from surveyapp.respond.body import Raw
from surveyapp.respond.ticket import Ticket
from surveyapp.speed import TOO_FAST, speed_effects
from surveyapp.store import Code, Submission

STRATUM_DIFFERS = "stratum_differs"
HONEYPOT = "honeypot"
ASSISTED = {"relative": "assisted_relative", "staff": "assisted_staff"}
"""Who filled the page in for the respondent, as `_by` says it; any other value is the respondent."""

BY = "_by"
SITE = "_site"
"""A field that people do not see: programs fill it in, and so do some helpers for the blind, so it is only marked."""


def marks(raw: Raw, *, is_late: bool) -> list[str]:
    """Return the flags that follow from how the page was handed in."""
    found = [LATE] if is_late else []
    if any(value.strip() for value in raw.get(SITE, ())):
        found.append(HONEYPOT)
    if helper := ASSISTED.get(raw.get(BY, ("",))[0]):
        found.append(helper)
    return found


def submission(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    ticket: Ticket,
    seconds: float,
    day: str,
    code: Code | None = None,
    marks: Sequence[str] = (),
) -> Submission:
    """Return what is to be stored of one response; `seconds` passed since its page was made."""
    effects = speed_effects(questionnaire, answers, seconds)
    said = _said_stratum(questionnaire, answers)
    stratum = code.stratum if code and code.stratum is not None else said
    flags = [*marks, TOO_FAST] if "flag" in effects else [*marks]
    if said is not None and said != stratum:
        flags.append(STRATUM_DIFFERS)
    return Submission(
        id=ticket.id,
        survey=questionnaire.id,
        version=questionnaire.version,
        channel=code.channel if code else OPEN_LINK,
        stratum=stratum,
        validity=TOO_FAST if "exclude" in effects else "",
        flags=FLAG_SEPARATOR.join(sorted(flags)),
        answers=answers.canonical(),
        open_text=answers.open_text(),
        day=day,
        code_hash=code.hash if code else None,
    )


def _said_stratum(questionnaire: Questionnaire, answers: Answers) -> str | None:
    """Return the stratum the respondent named, if there is an item for it and it was answered."""
    item = questionnaire.population.stratum_item
    answer = answers.closed.get(item) if item else None
    return answer if isinstance(answer, str) and not answer.startswith("-") else None
