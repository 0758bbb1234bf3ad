"""What a server does once a minute besides answering.

It hands over openings, closes what is due, removes traces of order, and tells webhooks of closings.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from surveyapp import closing, respond, webhooks
from surveyapp.config import Config
from surveyapp.current import installation
from surveyapp.respond.doors import GRACE, ended_at
from surveyapp.store import Store, StoreError, Survey

if TYPE_CHECKING:
    from flask import Flask

SECONDS = 60
"""How often; SQLite's write-ahead log, which keeps the order of arrival, lasts no longer while nobody reads."""

logger = logging.getLogger(__name__)


def keep_house(app: Flask) -> None:
    """Begin to tidy up regularly, in a thread that ends with the process."""

    def run() -> None:
        while True:
            time.sleep(SECONDS)
            tidy(app, time.time())

    threading.Thread(target=run, name="housekeeping", daemon=True).start()


def tidy(app: Flask, now: float) -> None:
    """Do all of it once; what fails is logged by its kind and tried again the next time."""
    here = installation(app)
    _try(lambda: respond.housekeeping(app))
    _try(lambda: close_what_is_due(here.config, here.store, now))
    _try(here.store.forget_settled_calls)
    _try(here.store.checkpoint)
    # last: another host may take its time
    _try(lambda: webhooks.deliver_due(here.config, here.store, lambda: now))


def leave(app: Flask) -> None:
    """Do what must be done before the process ends; the survey's pages are no longer served."""
    _try(lambda: respond.housekeeping(app))
    _try(installation(app).store.checkpoint)


def close_what_is_due(config: Config, store: Store, now: float) -> None:
    """Close surveys whose last day is over, and finish those whose late answers are all in.

    Both wait for the end of the grace time: closing shows what waited, and rewrites rows in random order. A paused survey,
    and one with paper copies that wait for their second typing, is left for somebody to close.
    """
    for survey in store.surveys():
        ended = ended_at(survey, now, config.zone)
        if ended is None or now < ended + GRACE:
            continue
        if survey.state == "closed":
            if _came_late(store, survey):
                store.finish(survey.slug)
        elif survey.state != "paused" and not store.kept_entries(survey.slug):
            closing.set_state(config, store, survey.slug, "closed", ended)


def _came_late(store: Store, survey: Survey) -> bool:
    # What comes after closing is not shown before the end: by that it is known.
    return store.release(survey.slug) > 0


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except StoreError as error:
        logger.warning("housekeeping: %s", type(error).__name__)
