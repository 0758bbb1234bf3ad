"""Turns accepted answers into what is stored: validity by speed, stratum, flags, day."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from analysis.validity import FLAG_SEPARATOR, is_too_fast
from questionnaires.accept import Answers
from questionnaires.model import NumberItem, Questionnaire, TooFast, holds
from surveyapp.fieldwork.codes import hash_code
from surveyapp.respond.ticket import Ticket
from surveyapp.store import Code, Submission

OPEN_LINK = "open_link"
TOO_FAST = "too_fast"
STRATUM_DIFFERS = "stratum_differs"


def submission(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    ticket: Ticket,
    seconds: float,
    day: str,
    code: Code | None = None,
    written_code: str = "",
) -> Submission:
    """Return what is to be stored of one response; `seconds` passed since its page was made."""
    effects = set(_speed_effects(questionnaire, answers, seconds))
    said = _said_stratum(questionnaire, answers)
    stratum = code.stratum if code and code.stratum is not None else said
    flags = [TOO_FAST] if "flag" in effects else []
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
        code_hash=hash_code(written_code) if code else None,
    )


def _said_stratum(questionnaire: Questionnaire, answers: Answers) -> str | None:
    """Return the stratum the respondent named, if there is an item for it and it was answered."""
    item = questionnaire.population.stratum_item
    answer = answers.closed.get(item) if item else None
    return answer if isinstance(answer, str) and not answer.startswith("-") else None


def _speed_effects(questionnaire: Questionnaire, answers: Answers, seconds: float) -> Iterator[str]:
    """Yield what the speed rules say; every other rule can be judged later from the answers."""
    rules = [rule for rule in questionnaire.validity if isinstance(rule, TooFast)]
    asked = _items_shown(questionnaire, answers) if rules else 0
    for rule in rules:
        if is_too_fast(rule, seconds, asked):
            yield rule.effect


def _items_shown(questionnaire: Questionnaire, answers: Answers) -> int:
    numbers = {
        item.id: Fraction(answers.open[item.id])
        for item in questionnaire.items.values()
        if isinstance(item, NumberItem) and item.id in answers.open
    }
    return sum(holds(item.shown_if, answers.closed, numbers) for item in questionnaire.items.values())
