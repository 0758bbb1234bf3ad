"""From the store to a report: the one way pages, API, command line and downloads get their figures."""

from __future__ import annotations

from functools import lru_cache

from analysis import Fieldwork, Pattern, PatternTable, Report, evaluate
from questionnaires.build import loads_good
from questionnaires.model import Questionnaire
from surveyapp.store import Store, Survey, UnknownSurveyError


def survey(store: Store, slug: str) -> Survey:
    """Return a stored survey. Raises UnknownSurveyError."""
    found = store.survey(slug)
    if found is None:
        raise UnknownSurveyError(slug)
    return found


def questionnaire(store: Store, slug: str, version: str | None = None) -> Questionnaire:
    """Return a survey's questionnaire, its current version unless told otherwise. Raises UnknownSurveyError."""
    source = store.source(slug, version or survey(store, slug).version)
    if source is None:
        raise UnknownSurveyError(slug)
    return built(source)


@lru_cache(maxsize=64)
def built(source: str) -> Questionnaire:
    """Build a published definition; it was good when it was published."""
    return loads_good(source, "<published>")


def pattern_table(store: Store, slug: str) -> PatternTable:
    """Return all responses of a survey, grouped."""
    return PatternTable(
        tuple(
            Pattern(
                answers=row.answers, count=row.count, stratum=row.stratum or "", version=row.version,
                channel=row.channel, validity=row.validity, flags=row.flags,
            )
            for row in store.patterns(slug)
        )
    )  # fmt: skip


def fieldwork(store: Store, slug: str) -> Fieldwork:
    """Return what the rows cannot tell: how many went out, and the values entered by hand."""
    return Fieldwork(distributed=distributed(store, slug), entered=entered(store, slug))


def distributed(store: Store, slug: str) -> int | None:
    """Return how many were handed out: codes issued and not voided, plus copies counted by hand; None if neither."""
    by_code = sum(row.issued - row.void for row in store.ledger(slug))
    by_hand = survey(store, slug).distributed
    return None if by_hand is None and not by_code else by_code + (by_hand or 0)


def entered(store: Store, slug: str) -> dict[str, str]:
    """Return the values entered by hand, by `INDICATOR` or `INDICATOR.PART`."""
    return {f"{e.indicator}.{e.part}" if e.part else e.indicator: e.value for e in store.entered(slug)}


def report(store: Store, slug: str) -> Report:
    """Evaluate a stored survey. Raises UnknownSurveyError."""
    return evaluate(questionnaire(store, slug), pattern_table(store, slug), fieldwork(store, slug))
