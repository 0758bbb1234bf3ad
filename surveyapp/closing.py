"""Closes a survey: keeps what is still needed of what closing deletes, then closes it."""

from __future__ import annotations

import time

from surveyapp import reporting
from surveyapp.config import Config
from surveyapp.respond.doors import day_of, ended_at
from surveyapp.store import Store


def set_state(config: Config, store: Store, slug: str, state: str, at: float | None = None) -> None:
    """Open, pause or close a survey at a moment, now unless told otherwise. Raises UnknownSurveyError.

    Closing deletes the records of calls; how many cases refused or were not eligible stays, as sums.
    """
    moment = time.time() if at is None else at
    reporting.survey(store, slug)
    if state == "closed":
        reporting.note_called(store, slug, day_of(moment, config.zone))
    store.set_state(slug, state, at=moment)


def is_past(config: Config, store: Store, slug: str, at: float | None = None) -> bool:
    """Say whether a survey that was not closed is past its last day: it takes no answers, and is about to be closed."""
    found = reporting.survey(store, slug)
    moment = time.time() if at is None else at
    return found.state != "closed" and ended_at(found, moment, config.zone) is not None
