"""When a survey takes answers: its state, its days, and the grace time for what was begun before it closed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from surveyapp.respond.pages import Refusal
from surveyapp.store import Survey

GRACE = 600
"""Seconds after the end in which answers begun before are still taken, and marked as late."""

AHEAD = 300
"""Seconds by which the clocks of several hosts may differ."""

CLOSED = Refusal(kind="closed", status=410)
PAUSED = Refusal(kind="paused", status=503)
CODES_ONLY = Refusal(kind="codes-only", status=403)
UNKNOWN = Refusal(kind="unknown", status=404)
BUSY = Refusal(kind="busy", status=503)
GARBLED = Refusal(kind="garbled", status=400)
CODE_UNKNOWN = Refusal(kind="code-unknown", status=404)
CODE_VOID = Refusal(kind="code-void", status=410)
CODE_USED = Refusal(kind="code-used", status=410, is_final=True)
CONFLICT = Refusal(kind="conflict", status=409, is_final=True)
WAIT = Refusal(kind="wait", status=429)
WAIT_CODES = Refusal(kind="wait-codes", status=429)


def day_of(moment: float, zone: ZoneInfo) -> str:
    """Return the calendar day of a moment."""
    return datetime.fromtimestamp(moment, zone).date().isoformat()


def not_begun(survey: Survey, now: float, zone: ZoneInfo) -> Refusal | None:
    """Return why a survey takes no answers yet, if so."""
    if survey.state == "draft":
        return Refusal(kind="draft", status=403)
    if survey.opens_on and day_of(now, zone) < survey.opens_on:
        return Refusal(kind="not-yet", status=403, date=survey.opens_on)
    return None


def ended_at(survey: Survey, now: float, zone: ZoneInfo) -> float | None:
    """Return when a survey ended, by hand or by the midnight after its last day; None if it goes on.

    A survey closed by hand stays closed whatever the clock says.
    """
    ends = [float(survey.closed_at or 0)] if survey.state == "closed" else []
    if survey.closes_on and now >= (midnight := _midnight_after(survey.closes_on, zone)):
        ends.append(midnight)
    return min(ends, default=None)


def is_graced(ended: float, now: float) -> bool:
    """Say whether answers begun before the end are still taken."""
    return -AHEAD <= now - ended < GRACE


@lru_cache(maxsize=256)
def _midnight_after(day: str, zone: ZoneInfo) -> float:
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time.min, zone).timestamp()
