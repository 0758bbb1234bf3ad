"""The one writer of a SQLite file: groups, the file lock, and what happens when a commit fails."""

import multiprocessing
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from surveyapp.store import (
    Outcome,
    ServerRunningError,
    Store,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFaultError,
    StoreFullError,
    StoreUnreachableError,
    UnknownSurveyError,
)
from tests.fixtures_postgres import PostgresServer
from tests.surveyapp.store.samples import (
    at_once,
    code_hash,
    count,
    query,
    sqlite,
    submission,
    submit_from_another_process,
    writer,
)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def in_one_group(store: Store, jobs: list[Callable[[], object]]) -> list[Future[object]]:
    """Start the jobs while the writer is held, so that all but the first share a transaction."""
    with ThreadPoolExecutor(len(jobs) + 1) as pool:
        with writer(store).locked():
            first = pool.submit(store.submit, submission())
            wait_until(lambda: writer(store)._led and not writer(store)._queue)
            futures = [pool.submit(job) for job in jobs]
            wait_until(lambda: len(writer(store)._queue) == len(jobs))
        first.result()
    return futures


@contextmanager
def on_connect(store: Store, change: Callable[[sqlite3.Connection], object]) -> Iterator[None]:
    """Change the writing connection, the present one and those made after it."""

    def listener(connection: sqlite3.Connection, _record: object) -> None:
        change(connection)

    engine = writer(store)._engine
    event.listen(engine, "connect", listener)
    reconnect(store)
    try:
        yield
    finally:
        event.remove(engine, "connect", listener)
        reconnect(store)


def reconnect(store: Store) -> None:
    with writer(store).locked():
        connection, writer(store)._connection = writer(store)._connection, None
        if connection is not None:
            connection.close()


def test_all_who_wait_share_one_commit(sqlite_store: Store) -> None:
    before = writer(sqlite_store).groups
    futures = in_one_group(sqlite_store, [lambda: sqlite_store.submit(submission())] * 50)
    assert [future.result() for future in futures] == [Outcome.STORED] * 50
    assert writer(sqlite_store).groups - before == 2
    assert count(sqlite_store) == 51


def test_a_job_that_fails_does_not_poison_its_group(sqlite_store: Store) -> None:
    def fail() -> object:
        return sqlite_store._database.write(lambda _connection: 1 // 0)

    good = [lambda: sqlite_store.submit(submission())] * 5
    unknown = [lambda: sqlite_store.submit(submission(version="v9"))]
    refused = [lambda: sqlite_store.submit(submission(code_hash=code_hash("nowhere")))]
    futures = in_one_group(sqlite_store, [*good, fail, *unknown, *refused, *good])
    errors = [future.exception() for future in futures]
    assert [type(error) for error in errors if error] == [ZeroDivisionError, UnknownSurveyError]
    outcomes = [future.result() for future in futures if not future.exception()]
    assert outcomes == [Outcome.STORED] * 5 + [Outcome.CODE_UNKNOWN] + [Outcome.STORED] * 5
    assert count(sqlite_store) == 11


def test_a_job_that_fails_leaves_none_of_its_writes(sqlite_store: Store) -> None:
    def half_a_job() -> object:
        def work(connection: object) -> None:
            connection.exec_driver_sql("UPDATE survey SET state = 'paused'")  # type: ignore[attr-defined]
            raise RuntimeError

        return sqlite_store._database.write(work)

    first, *_ = in_one_group(sqlite_store, [half_a_job, lambda: sqlite_store.submit(submission())])
    assert isinstance(first.exception(), RuntimeError)
    assert query(sqlite_store, "SELECT state FROM survey") == [("open",)]


def test_a_commit_that_fails_answers_all_with_an_error_and_stores_nothing(sqlite_store: Store) -> None:
    def deny_commit(connection: sqlite3.Connection) -> None:
        connection.set_authorizer(
            lambda action, what, *_: (
                sqlite3.SQLITE_DENY
                if (action, what) == (sqlite3.SQLITE_TRANSACTION, "COMMIT")
                else sqlite3.SQLITE_OK
            )
        )

    def submit(sent: object) -> type[BaseException] | Outcome:
        try:
            return sqlite_store.submit(sent)  # type: ignore[arg-type]
        except StoreError as error:
            return type(error)

    refused = submission(code_hash=code_hash("nowhere"))
    with on_connect(sqlite_store, deny_commit):
        answers = at_once(submit, [refused, *[submission() for _ in range(30)]])
    # Also the refusal: what it was judged by was not committed.
    assert answers == [StoreFaultError] * 31
    assert count(sqlite_store) == 0
    assert sqlite_store.submit(submission()) is Outcome.STORED


def test_a_full_disk_is_an_error_and_what_was_acknowledged_is_kept(sqlite_store: Store) -> None:
    (pages,) = query(sqlite_store, "PRAGMA page_count")
    limit = int(str(pages[0])) + 20

    def submit(sent: object) -> object:
        try:
            return sqlite_store.submit(sent)  # type: ignore[arg-type]
        except StoreFullError as error:
            return error

    with on_connect(sqlite_store, lambda raw: raw.execute(f"PRAGMA max_page_count={limit}").close()):
        large = "x" * 3000
        answers = [
            answer
            for _ in range(5)
            for answer in at_once(submit, [submission(answers=large) for _ in range(20)])
        ]
    stored = answers.count(Outcome.STORED)
    assert 0 < stored < 100
    assert all(isinstance(answer, StoreFullError) for answer in answers if answer != Outcome.STORED)
    assert count(sqlite_store) == stored
    assert query(sqlite_store, "PRAGMA integrity_check") == [("ok",)]
    assert sqlite_store.submit(submission(answers=large)) is Outcome.STORED


def test_a_database_locked_beyond_the_timeout_is_busy_and_works_again_after(sqlite_url: str) -> None:
    with Store.open(sqlite_url, lock_timeout=0.2) as store:
        store.publish("water", "v1", "id: water", day="2026-05-01", open_link=True)
        with closing(sqlite3.connect(sqlite(store).path, isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError):
                store.submit(submission())
            foreign.execute("ROLLBACK")
        assert store.submit(submission()) is Outcome.STORED
        assert count(store) == 1


def test_a_file_lock_held_beyond_the_timeout_is_busy(sqlite_url: str) -> None:
    with Store.open(sqlite_url, lock_timeout=0.2) as store, Store.open(sqlite_url) as other:
        store.publish("water", "v1", "id: water", day="2026-05-01", open_link=True)
        with writer(other).locked(), pytest.raises(StoreBusyError):
            store.submit(submission())
        assert store.submit(submission()) is Outcome.STORED


def test_an_interrupted_waiter_leaves_the_queue_and_passes_the_lead_on(sqlite_store: Store) -> None:
    from surveyapp.store.writer import _Job

    group = writer(sqlite_store)
    gone = _Job(lambda _connection: None)
    with ThreadPoolExecutor(2) as pool:
        with group.locked():
            first = pool.submit(sqlite_store.submit, submission())
            wait_until(lambda: group._led and not group._queue)
            group._enqueue(gone)
            second = pool.submit(sqlite_store.submit, submission())
            wait_until(lambda: len(group._queue) == 2)
        first.result(10)
        wait_until(lambda: gone.leads)
        group._leave(gone)
        assert second.result(10) is Outcome.STORED


def test_a_second_process_writing_at_the_same_time_loses_nothing(sqlite_url: str) -> None:
    theirs = [f"theirs-{number}" for number in range(300)]
    mine = [f"mine-{number}" for number in range(300)]
    with Store.open(sqlite_url) as store:
        store.publish("water", "v1", "id: water", day="2026-05-01", open_link=True)
        process = multiprocessing.get_context("spawn").Process(
            target=submit_from_another_process, args=(sqlite_url, theirs)
        )
        process.start()
        wait_until(lambda: count(store) > 0)
        submit_from_another_process(sqlite_url, mine)
        process.join(60)
        assert process.exitcode == 0
        assert {row.id for row in store.responses("water", live=True)} == {*mine, *theirs}
        assert query(store, "PRAGMA integrity_check") == [("ok",)]


def test_a_second_server_is_refused_until_the_first_has_closed(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as second:
        with Store.open(sqlite_url) as first:
            first.claim_server()
            with pytest.raises(ServerRunningError) as refusal:
                second.claim_server()
            assert "survey.db" in refusal.value.zh
        second.claim_server()


@pytest.mark.postgres
def test_any_number_of_servers_may_share_postgresql(postgres_url: str) -> None:
    with Store.open(postgres_url) as first, Store.open(postgres_url) as second:
        first.claim_server()
        second.claim_server()


def test_a_reader_cannot_write(sqlite_store: Store) -> None:
    with sqlite(sqlite_store)._readers.connect() as connection, pytest.raises(OperationalError):
        connection.exec_driver_sql("DELETE FROM survey")


def test_the_writer_is_set_to_lose_nothing(sqlite_store: Store) -> None:
    def settings(connection: object) -> dict[str, object]:
        names = (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "secure_delete",
            "trusted_schema",
            "busy_timeout",
        )
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}  # type: ignore[attr-defined]

    assert writer(sqlite_store).alone(settings) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "busy_timeout": 10000,
    }


@pytest.mark.postgres
def test_postgresql_answers_after_the_commit_is_on_disk(postgres_store: Store) -> None:
    assert query(postgres_store, "SHOW synchronous_commit") == [("on",)]


def test_a_checkpoint_empties_the_log(sqlite_store: Store) -> None:
    sqlite_store.submit_many([submission() for _ in range(500)])
    wal = Path(f"{sqlite(sqlite_store).path}-wal")
    assert wal.stat().st_size > 0
    assert sqlite_store.checkpoint()
    assert wal.stat().st_size == 0
    assert count(sqlite_store) == 500


def test_a_checkpoint_gives_way_to_a_reader(sqlite_store: Store) -> None:
    sqlite_store.submit_many([submission() for _ in range(3000)])
    stream = sqlite_store.responses("water", live=True)
    next(stream)
    sqlite_store.submit(submission())
    assert not sqlite_store.checkpoint()
    assert len(list(stream)) == 2999
    assert sqlite_store.checkpoint()


@pytest.mark.parametrize("use", [lambda store: None, Store.surveys, lambda store: store.submit(submission())])
def test_closing_leaves_no_log(sqlite_url: str, tmp_path: Path, use: Callable[[Store], object]) -> None:
    with Store.open(sqlite_url) as store:
        store.publish("water", "v1", "id: water", day="2026-05-01", open_link=True)
    with Store.open(sqlite_url) as store:
        use(store)
    assert not [path.name for path in tmp_path.iterdir() if path.name.endswith(("-wal", "-shm"))]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_can_read_the_files(sqlite_store: Store) -> None:
    sqlite_store.submit(submission())
    folder = sqlite(sqlite_store).path.parent
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam, " * 100)
    with pytest.raises(StoreDamagedError):
        Store.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"Dear Sir")


@pytest.mark.postgres
def test_the_store_survives_a_restart_of_postgresql(
    postgres_store: Store, postgres_server: PostgresServer
) -> None:
    at_once(postgres_store.submit, [submission() for _ in range(10)])
    postgres_server.stop()
    with pytest.raises(StoreUnreachableError):
        postgres_store.submit(submission())
    postgres_server.start()
    assert at_once(postgres_store.submit, [submission() for _ in range(10)]) == [Outcome.STORED] * 10
    assert count(postgres_store) == 20


@pytest.mark.postgres
def test_an_idle_connection_that_died_is_replaced_unnoticed(
    postgres_store: Store, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(postgres_store.submit, [submission() for _ in range(10)])
    postgres_server.stop()
    postgres_server.start()
    monkeypatch.setattr("surveyapp.store.engines.IDLE_SECONDS", 0.0)
    assert postgres_store.submit(submission()) is Outcome.STORED


def test_threads_wait_for_their_own_answer(sqlite_store: Store) -> None:
    names = [f"id-{number}" for number in range(100)]

    def echo(name: str) -> str:
        return sqlite_store._database.write(lambda _connection: name)

    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(echo, names * 10)) == names * 10
    assert threading.active_count() < 40
