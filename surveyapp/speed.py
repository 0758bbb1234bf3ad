"""Judges how fast somebody answered, once, where the seconds are known; they are not kept."""

from __future__ import annotations

from fractions import Fraction

from analysis.validity import is_too_fast
from questionnaires.accept import Answers
from questionnaires.model import NumberItem, Questionnaire, TooFast, holds

TOO_FAST = "too_fast"


def speed_effects(questionnaire: Questionnaire, answers: Answers, seconds: float) -> set[str]:
    """Return what the definition's speed rules say of answers that took so many seconds: "exclude", "flag", or nothing."""
    rules = [rule for rule in questionnaire.validity if isinstance(rule, TooFast)]
    asked = _items_shown(questionnaire, answers) if rules else 0
    return {rule.effect for rule in rules if is_too_fast(rule, seconds, asked)}


def _items_shown(questionnaire: Questionnaire, answers: Answers) -> int:
    numbers = {
        item.id: Fraction(answers.open[item.id])
        for item in questionnaire.items.values()
        if isinstance(item, NumberItem) and item.id in answers.open
    }
    return sum(holds(item.shown_if, answers.closed, numbers) for item in questionnaire.items.values())
