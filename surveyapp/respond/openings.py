"""Which links were opened, noted in memory and handed to the store once a minute, so that looking never writes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from surveyapp.store import Store

MOST = 200_000
"""Opened codes remembered for a survey between two hand-overs; more come in time at their next look."""


@dataclass
class _Seen:
    codes: set[str] = field(default_factory=set)
    views: int = 0


class Openings:
    """The looks since the last hand-over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_survey: dict[str, _Seen] = {}

    def note(self, slug: str, link_hash: str | None) -> None:
        """Note that the page of a survey was shown, to the holder of a code or by the open link."""
        with self._lock:
            seen = self._by_survey.setdefault(slug, _Seen())
            if link_hash is None:
                seen.views += 1
            elif len(seen.codes) < MOST:
                seen.codes.add(link_hash)

    def hand_over(self, store: Store) -> None:
        """Write what was noted, in one transaction a survey. Raises StoreError, and then nothing is lost."""
        with self._lock:
            taken, self._by_survey = self._by_survey, {}
        while taken:
            slug, seen = taken.popitem()
            try:
                # The store writes them in random order: who came when is told by nothing.
                store.mark_opened(slug, seen.codes, seen.views)
            except BaseException:
                self._take_back({**taken, slug: seen})
                raise

    def _take_back(self, taken: dict[str, _Seen]) -> None:
        with self._lock:
            for slug, seen in taken.items():
                newer = self._by_survey.setdefault(slug, _Seen())
                newer.codes |= seen.codes
                newer.views += seen.views
