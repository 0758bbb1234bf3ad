"""Validity: judges each pattern by the rules fixed in the definition, in their order; a flag never excludes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from analysis.patterns import Code, Pattern, PatternTable
from questionnaires.model import (
    NOT_APPLICABLE,
    NOT_ASKED,
    Attention,
    Contradictory,
    Duplicate,
    IdenticalAnswers,
    Incomplete,
    Questionnaire,
    StraightLined,
    TooFast,
    ValidityRule,
)

FLAG_SEPARATOR = ";"
DUPLICATE = "duplicate"

Broken = Callable[[Mapping[str, Code]], bool]
"""Says whether a rule is broken by these closed answers."""


def judge(questionnaire: Questionnaire, table: PatternTable) -> PatternTable:
    """Return the table with every pattern's `validity` and `flags` filled in.

    Give the whole table: whether answers are identical to others shows only there. A reason noted at entry (by hand, too
    fast, duplicate) stays; otherwise the first excluding rule that is broken gives the reason. Rules that only flag add
    theirs to the flags.
    """
    checks = [(rule, _check(questionnaire, rule, table)) for rule in questionnaire.validity]
    return PatternTable(tuple(_judged(pattern, checks) for pattern in table.rows))


def _judged(pattern: Pattern, checks: Sequence[tuple[ValidityRule, Broken]]) -> Pattern:
    broken = [rule for rule, is_broken in checks if is_broken(pattern.closed)]
    if not broken:
        return pattern
    reason = pattern.validity or next((rule.rule for rule in broken if rule.effect == "exclude"), "")
    noted = {*split_flags(pattern.flags), *(rule.rule for rule in broken if rule.effect == "flag")}
    return replace(pattern, validity=reason, flags=FLAG_SEPARATOR.join(sorted(noted)))


def split_flags(flags: str) -> list[str]:
    """Return the remarks a pattern carries."""
    return [flag for flag in flags.split(FLAG_SEPARATOR) if flag]


def duplicate_effects(questionnaire: Questionnaire) -> set[str]:
    """Return what the definition says of a questionnaire whose `_id` came before: "exclude", "flag", or nothing."""
    return {rule.effect for rule in questionnaire.validity if isinstance(rule, Duplicate)}


def _check(questionnaire: Questionnaire, rule: ValidityRule, table: PatternTable) -> Broken:
    if isinstance(rule, TooFast | Duplicate):
        return lambda closed: (
            False
        )  # judged where seconds and ids are known: at entry, or when a file is read
    if isinstance(rule, Contradictory):
        first, second = _chosen(rule.first), _chosen(rule.second)
        return lambda closed: _meets(first, closed) and _meets(second, closed)
    if isinstance(rule, IdenticalAnswers):
        often = _often(table, rule)
        return lambda closed: tuple(map(closed.get, rule.items)) in often
    if isinstance(rule, Attention):
        passing = (*rule.codes, NOT_ASKED)
        return lambda closed: closed.get(rule.item) not in passing
    if isinstance(rule, StraightLined):
        return lambda closed: _is_straight(rule.items, closed)
    items = _counted_items(questionnaire, rule)
    return lambda closed: _is_incomplete(items, rule, closed)


def _chosen(conditions: Mapping[str, Sequence[str]]) -> Sequence[tuple[str, frozenset[str]]]:
    return [(item, frozenset(codes)) for item, codes in conditions.items()]


def _meets(conditions: Sequence[tuple[str, frozenset[str]]], closed: Mapping[str, Code]) -> bool:
    """Say whether one of the codes named was chosen at every item."""
    return all(not codes.isdisjoint(_codes(closed.get(item, ()))) for item, codes in conditions)


def _codes(answer: Code) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer


def _often(table: PatternTable, rule: IdenticalAnswers) -> frozenset[tuple[Code | None, ...]]:
    """Return the answers to the rule's items that came in at least so often, except with blanks or all of one code.

    All that came in are counted, whether or not another rule excludes them; only one questionnaire that came twice is one.
    """
    times: Counter[tuple[Code | None, ...]] = Counter()
    for row in table.rows:
        if row.validity != DUPLICATE:
            times[tuple(map(row.closed.get, rule.items))] += row.count
    return frozenset(given for given, n in times.items() if n >= rule.least and _is_telling(given))


def _is_telling(given: Sequence[Code | None]) -> bool:
    """Say whether answers are complete, and not all alike as honest ones often are; what was not asked says nothing."""
    said = [answer for answer in given if answer not in (NOT_ASKED, NOT_APPLICABLE)]
    return None not in said and len(set(said)) > 1


def _is_straight(items: Sequence[str], closed: Mapping[str, Code]) -> bool:
    """Say whether all of several items that concern the respondent were answered, and all alike."""
    given = [answer for i in items if (answer := closed.get(i)) not in (NOT_ASKED, NOT_APPLICABLE)]
    return len(given) > 1 and None not in given and len(set(given)) == 1


def _counted_items(questionnaire: Questionnaire, rule: Incomplete) -> tuple[str, ...]:
    """Return the items whose blanks the rule counts: those it names, else the required ones (closed items only)."""
    items = questionnaire.closed_items
    return tuple(i for i in items if (i in rule.items if rule.items else questionnaire.items[i].required))


def _is_incomplete(items: Sequence[str], rule: Incomplete, closed: Mapping[str, Code]) -> bool:
    """Say whether too few of the items on the respondent's own path were answered."""
    answers = list(map(closed.get, items))
    asked = len(answers) - answers.count(NOT_ASKED)
    answered = asked - answers.count(None)
    return answered < asked and 100 * answered < rule.below * asked


def is_too_fast(rule: TooFast, seconds: float, items_asked: int) -> bool:
    """Say whether a response took fewer seconds than the rule's seconds per item asked."""
    return seconds < float(rule.seconds_per_item) * items_asked
