"""Evidence of organised filling: how many answers at most came together on a day, from one network or in five minutes.

It is kept by survey and day and never by response: a mark on a response would say when and from where it came, and with
that, before long, whose it is. What stands here is lost with the process, so the store's figures are lower limits; with
several server processes each counts its own.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from surveyapp.store import Store, UnknownSurveyError

ONE_NETWORK = "one_network"
BURST = "burst"

LEAST = 20
"""Fewer answers together are nothing to be told, and might be traced."""

BURST_SECONDS = 300
MOST_NETWORKS = 100_000
"""Networks told apart on one survey's day; those that come later are not counted."""

_STEP = 10


@dataclass
class _Day:
    """One survey's day."""

    day: str
    networks: dict[bytes, int] = field(default_factory=dict)
    steps: deque[tuple[int, int]] = field(default_factory=deque)
    lately: int = 0

    def count_network(self, network: bytes) -> int:
        if not network or (network not in self.networks and len(self.networks) >= MOST_NETWORKS):
            return 0
        self.networks[network] = self.networks.get(network, 0) + 1
        return self.networks[network]

    def count_lately(self, now: float) -> int:
        """Count one more and return how many came in the last five minutes, in steps of ten seconds."""
        step = int(now) // _STEP
        while self.steps and (self.steps[0][0] <= step - BURST_SECONDS // _STEP or self.steps[0][0] > step):
            self.lately -= self.steps.popleft()[1]
        before = self.steps.pop()[1] if self.steps and self.steps[-1][0] == step else 0
        self.steps.append((step, before + 1))
        self.lately += 1
        return self.lately


class Crowd:
    """What one process saw of answers that came together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: dict[str, _Day] = {}
        self._news: dict[tuple[str, str, str], int] = {}
        self._told: dict[tuple[str, str, str], int] = {}

    def note(self, slug: str, day: str, network: bytes, now: float) -> None:
        """Count an answer that was stored; `network` is a name that means nothing outside this process."""
        with self._lock:
            today = self._days.get(slug)
            if today is None or today.day != day:
                today = self._days[slug] = _Day(day)
            self._grow((slug, day, ONE_NETWORK), today.count_network(network))
            self._grow((slug, day, BURST), today.count_lately(now))

    def _grow(self, key: tuple[str, str, str], count: int) -> None:
        if count >= LEAST and count > max(self._news.get(key, 0), self._told.get(key, 0)):
            self._news[key] = count

    def hand_over(self, store: Store) -> None:
        """Write the figures that have grown. Raises StoreError, and then they are written the next time."""
        with self._lock:
            news, self._news = self._news, {}
        while news:
            key, count = news.popitem()
            slug, day, kind = key
            try:
                store.note_evidence(slug, day, kind, count)
            except UnknownSurveyError:
                continue
            except BaseException:
                self._take_back({**news, key: count})
                raise
            self._told[key] = count

    def _take_back(self, news: dict[tuple[str, str, str], int]) -> None:
        with self._lock:
            for key, count in news.items():
                self._news[key] = max(count, self._news.get(key, 0))
