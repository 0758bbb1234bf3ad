"""Scores and tables take up new answers in batches, so that nobody's answer can be read off by what changed."""

import random

import pytest

from surveyapp.store import Outcome, Store
from tests.surveyapp.store.samples import issue, submission


def shown(store: Store) -> int:
    return sum(row.count for row in store.patterns("water"))


def send(store: Store, count: int, channel: str = "link") -> None:
    for _ in range(count):
        assert store.submit(submission(channel=channel)) is Outcome.STORED


def test_four_wait_and_the_fifth_brings_all(store: Store) -> None:
    states = []
    for _ in range(12):
        send(store, 1)
        states.append((store.release("water"), shown(store)))
    assert states == [
        *((n, 0) for n in range(1, 5)),
        *((n, 5) for n in range(5)),
        *((n, 10) for n in range(3)),
    ]  # fmt: skip


def test_nothing_is_taken_up_unless_somebody_looks(store: Store) -> None:
    send(store, 7)
    assert shown(store) == 0
    assert len(list(store.responses("water"))) == 0
    assert len(list(store.responses("water", live=True))) == 7
    assert sum(row.count for row in store.counts("water")) == 7
    assert (store.release("water"), shown(store)) == (0, 7)


def test_what_is_loaded_at_once_is_one_batch(store: Store) -> None:
    store.submit_all([submission(channel="import") for _ in range(5)])
    assert shown(store) == 5
    store.submit_all([submission(channel="import") for _ in range(4)])
    assert (store.release("water"), shown(store)) == (4, 5)


@pytest.mark.parametrize("channel", ["paper", "telephone", "import"])
def test_whoever_typed_four_cannot_read_off_the_fifth(store: Store, channel: str) -> None:
    send(store, 4, channel)
    send(store, 1)
    assert (store.release("water"), shown(store)) == (5, 0)
    send(store, 4)
    assert (store.release("water"), shown(store)) == (4, 5)
    assert {row.channel for row in store.patterns("water")} == {"link"}


def test_after_closing_nothing_waits(store: Store) -> None:
    send(store, 3)
    store.set_state("water", "closed")
    assert shown(store) == 3
    send(store, 6)  # in the grace time
    assert (store.release("water"), shown(store)) == (6, 3)
    store.finish("water")
    assert (store.release("water"), shown(store)) == (0, 9)


def test_two_states_that_follow_each_other_differ_by_five_or_not_at_all(store: Store) -> None:
    chance, before = random.Random(4), 0
    for _ in range(60):
        send(store, chance.randrange(3), chance.choice(["link", "slip", "paper"]))
        store.release("water")
        now = shown(store)
        assert now == before or now - before >= 5
        before = now
    assert before > 30


def test_all_or_none_are_loaded(store: Store) -> None:
    first, second = issue(store, 2)
    store.submit(submission(code_hash=first))
    rows = [submission(code_hash=second), submission(code_hash=first), submission()]
    assert store.submit_all(rows) == [Outcome.STORED, Outcome.CODE_USED, Outcome.STORED]
    assert sum(row.count for row in store.patterns("water", live=True)) == 1
    assert store.ledger("water")[0].used == 1
    good = [rows[0], rows[2]]
    assert store.submit_all(good) == [Outcome.STORED] * 2
    assert store.submit_all(good) == [Outcome.REPEATED] * 2
    assert sum(row.count for row in store.patterns("water", live=True)) == 3
