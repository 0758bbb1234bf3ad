"""Submissions and codes for the store's tests, and ways to send many at once."""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import text

from surveyapp.store import Store, Submission
from surveyapp.store.databases import SqliteDatabase
from surveyapp.store.writer import GroupWriter

T = TypeVar("T")
DAY = "2026-05-02"


def submission(**changes: object) -> Submission:
    """A submission by the open link, with a random id."""
    plain = Submission(
        id=secrets.token_hex(16), survey="water", version="v1", channel="web", answers='{"q1":"a"}', day=DAY
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def code_hash(number: int | str) -> str:
    return hashlib.sha256(f"code {number}".encode()).hexdigest()


def issue(store: Store, count: int, *, survey: str = "water", stratum: str | None = None) -> list[str]:
    """Issue codes 0 … count-1 and return their hashes."""
    hashes = [code_hash(f"{survey} {number}") for number in range(count)]
    store.issue_codes(survey, hashes, purpose="main", channel="code", stratum=stratum, day="2026-05-01")
    return hashes


def at_once(work: Callable[[Submission], T], jobs: Iterable[Submission]) -> list[T]:
    """Do the work for all jobs in as many threads, which begin together."""
    waiting = list(jobs)
    together = threading.Barrier(len(waiting))

    def begin(job: Submission) -> T:
        together.wait()
        return work(job)

    with ThreadPoolExecutor(len(waiting)) as pool:
        return list(pool.map(begin, waiting))


def sqlite(store: Store) -> SqliteDatabase:
    database = store._database
    assert isinstance(database, SqliteDatabase)
    return database


def writer(store: Store) -> GroupWriter:
    return sqlite(store).writer


def query(store: Store, statement: str) -> list[tuple[object, ...]]:
    """Look at the rows behind the store."""
    with store._database.read() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def count(store: Store) -> int:
    return sum(row.count for row in store.patterns("water", live=True))


def submit_from_another_process(url: str, ids: list[str]) -> None:
    """Submit under these ids; run by a process started for it."""
    with Store.open(url) as store:
        for id_ in ids:
            assert store.submit(submission(id=id_)) == "stored"
