"""Ends the server by force while respondents submit: no acknowledged answer is lost, none is stored twice."""

import http.client
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from surveyapp.store import Store
from tests.fixtures_server import Installed
from tests.respondents import Respondent

T = TypeVar("T")
KILLS = int(os.environ.get("SURVEYAPP_KILLS", "5"))
AT_ONCE = 8
SEED = 20221220


@dataclass
class Crowd:
    """Respondents who go on answering until told to stop; each answer carries a word of its own."""

    port: int
    path: str
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def answer_on(self, name: int) -> None:
        """Answer again and again; one in five sends an acknowledged answer once more on purpose."""
        drawn = random.Random(f"{SEED}-{name}")
        number = 0
        while not self.stopping.is_set():
            number += 1
            self._answer(f"word-{name}-{number}", twice=drawn.random() < 0.2)

    def _answer(self, word: str, *, twice: bool) -> None:
        person = Respondent(self.port, self.path)
        if not self._until_answered(person.fetch):
            return
        self.sent.add(word)
        for _ in range(1 + twice):
            reply = self._until_answered(lambda: person.submit(suggestions=word))
            if reply is None:
                return
            if reply[0] == 200:
                self.acknowledged.add(word)
            elif reply[0] < 500:  # the server may say that it is busy; it may not refuse
                self.refused.append(f"{word}: {reply[0]}")

    def _until_answered(self, ask: Callable[[], T]) -> T | None:
        """Ask until there is an answer; give up only when stopping while the server is away."""
        while True:
            try:
                return ask()
            except (OSError, http.client.HTTPException):
                if self.stopping.is_set():
                    return None
                time.sleep(0.02)


@pytest.mark.kill
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_no_acknowledged_answer_is_lost_or_doubled(
    installed: Callable[..., Installed], database: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else ""
    place = installed(database_url=url)
    place.run("publish", "questionnaires/library/zhifu-2022.yaml", "--open-link")
    crowd, drawn = Crowd(place.port, "/s/zhifu-2022"), random.Random(SEED)
    place.start()
    threads = [threading.Thread(target=crowd.answer_on, args=(name,)) for name in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        _wait_for_answers(crowd, len(crowd.acknowledged) + 10)
        time.sleep(drawn.random() * 0.3)  # kill at a moment nobody chose
        place.kill()
        place.start()
    crowd.stopping.set()
    for thread in threads:
        thread.join()
    assert place.stop() == 0
    _check(crowd, url or f"sqlite:///{place.instance / 'survey.db'}")


def _wait_for_answers(crowd: Crowd, number: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while len(crowd.acknowledged) < number:
        assert time.monotonic() < until, "respondents got no answers"
        time.sleep(0.02)


def _check(crowd: Crowd, url: str) -> None:
    with Store.open(url) as store:
        stored = Counter(response.open_text for response in store.responses("zhifu-2022", live=True))
    words = Counter({text.split('"')[3]: count for text, count in stored.items()})
    assert crowd.refused == []
    assert [word for word, count in words.items() if count > 1] == []
    assert crowd.acknowledged - words.keys() == set(), "acknowledged but not stored"
    assert words.keys() - crowd.sent == set(), "stored but never sent"
    assert len(crowd.acknowledged) >= 10 * KILLS
