"""One writing connection to a SQLite file, and commits shared by all who wait.

A thread puts its job into the queue. If nobody is writing, it becomes the leader: it takes every waiting job, runs them
in one transaction and wakes the others after the COMMIT. Jobs that arrive meanwhile are the next group, led by the
first of them. There is no extra thread, and a disk's sync is paid once per group.

All of it happens under a file lock which the commands run beside a server take too: SQLite 3.7.0-3.51.2 can damage the
file when two connections write or checkpoint at the same moment (the WAL-reset bug).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import filelock
from sqlalchemy import Connection, Engine

from surveyapp.store.errors import StoreClosedError
from surveyapp.store.wording import worded

T = TypeVar("T")
Work = Callable[[Connection], T]


class _Job(Generic[T]):
    """Somebody's work, and how it ended."""

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.done = False
        self.leads = False
        self.result: T | None = None
        self.error: BaseException | None = None
        self._waiting = threading.Lock()
        self._waiting.acquire()

    def run(self, connection: Connection) -> None:
        self.result = self.work(connection)

    def wait(self) -> None:
        self._waiting.acquire()

    def wake(self) -> None:
        self._waiting.release()

    def answer(self) -> T:
        if self.error is not None:
            # Made anew for each thread, because several may be given the same cause.
            raise worded(self.error) from None
        return self.result  # type: ignore[return-value]  # a job without error has its result


class GroupWriter:
    """Writes to one SQLite file for a whole process."""

    def __init__(self, engine: Engine, lock_path: Path, lock_seconds: float) -> None:
        """Connect at the first write only."""
        self._engine = engine
        # Not thread-local: the leader changes. `_turn` keeps the lock from being entered twice.
        self._lock = filelock.FileLock(
            lock_path, timeout=lock_seconds, mode=0o600, thread_local=False, poll_interval=0.002
        )
        self._turn = threading.Lock()
        self._queue_lock = threading.Lock()
        self._queue: list[_Job[object]] = []
        self._led = False
        self._connection: Connection | None = None
        self._closed = False
        self.groups = 0
        """How many transactions were committed."""

    def run(self, work: Work[T]) -> T:
        """Do the work in a transaction and return after its COMMIT; a failure undoes this work only."""
        job = _Job(work)
        if not self._enqueue(job):
            self._await(job)
        if not job.done:
            self._lead()
        return job.answer()

    def alone(self, work: Work[T]) -> T:
        """Do the work on the writing connection outside a transaction, under the lock."""
        with self.locked():
            return work(self._connected())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the file lock against other threads and processes."""
        with self._turn, self._lock:
            yield

    def close(self, before: Callable[[], None]) -> None:
        """Close the connection under the lock, after `before` has closed the readers."""
        with self.locked():
            self._closed = True
            # The last connection to close folds the WAL into the file; a reader cannot, so the writer must be it.
            connection = self._connection or self._engine.connect()
            before()
            self._connection = None
            connection.close()

    def _enqueue(self, job: _Job[T]) -> bool:
        """Queue the job; true if its thread has to lead."""
        with self._queue_lock:
            self._queue.append(job)  # type: ignore[arg-type]  # a job of any result may wait here
            led, self._led = self._led, True
        return not led

    def _await(self, job: _Job[T]) -> None:
        try:
            job.wait()
        except BaseException:
            # Interrupted (Ctrl-C): leave the queue, and pass the lead on if it had just been given to us.
            self._leave(job)
            raise

    def _leave(self, job: _Job[T]) -> None:
        with self._queue_lock:
            if job in self._queue:
                self._queue.remove(job)  # type: ignore[arg-type]
                if job.leads:
                    self._promote()

    def _lead(self) -> None:
        with self._queue_lock:
            group, self._queue = self._queue, []
        try:
            self._commit(group)
        finally:
            self._hand_over()
            for job in group:
                job.done = True
                job.wake()

    def _hand_over(self) -> None:
        with self._queue_lock:
            self._promote()

    def _promote(self) -> None:
        """Make the first in the queue the next leader; the queue's lock is held."""
        self._led = bool(self._queue)
        if self._queue:
            self._queue[0].leads = True
            self._queue[0].wake()

    def _commit(self, group: list[_Job[object]]) -> None:
        try:
            with self.locked():
                self._transact(self._connected(), group)
        except BaseException as error:
            # Nobody may take a row for stored that was not: the whole group hears of it.
            for job in group:
                job.error = error
            if not isinstance(error, Exception):
                raise

    def _transact(self, connection: Connection, group: list[_Job[object]]) -> None:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for job in group:
                _attempt(connection, job)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            self._discard(connection)
            raise
        self.groups += 1

    def _connected(self) -> Connection:
        if self._closed:
            raise StoreClosedError
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _discard(self, connection: Connection) -> None:
        """Undo by closing: it works whatever state the connection is in."""
        self._connection = None
        connection.invalidate()
        connection.close()


def _attempt(connection: Connection, job: _Job[object]) -> None:
    connection.exec_driver_sql("SAVEPOINT job")
    try:
        job.run(connection)
    except Exception as error:
        # Fails too if SQLite has given up the whole transaction; then the group fails, as it must.
        connection.exec_driver_sql("ROLLBACK TO job")
        job.error = error
    connection.exec_driver_sql("RELEASE job")
