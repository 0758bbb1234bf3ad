"""The two kinds of database behind one interface: read, write, and what only one of them needs."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import filelock
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import URL, Connection, Engine, func, select, text, update
from sqlalchemy.exc import OperationalError

from surveyapp.store import engines, tables
from surveyapp.store.errors import ServerRunningError, StoreClosedError
from surveyapp.store.migration import migrate
from surveyapp.store.wording import worded_errors
from surveyapp.store.writer import GroupWriter

T = TypeVar("T")

_SHORT_WAIT = 500
_TRIES = 3
_USED = select(func.count()).where(tables.access_code.c.state == "used")
_BY_KEY = text("CLUSTER access_code USING pk_access_code")

_MIGRATION_LOCK = 0x73757276  # any number that is ours among a server's advisory locks


def connect(url: str, lock_seconds: float) -> "Database":
    """Open the database the address names, made and upgraded where needed."""
    parsed = engines.parse_url(url)
    with worded_errors():
        if parsed.drivername.startswith("sqlite"):
            return SqliteDatabase(parsed, lock_seconds)
        return PostgresDatabase(parsed, lock_seconds)


class Database(ABC):
    """Where the rows are."""

    _readers: Engine
    _streamers: Engine
    _closed = False

    @contextmanager
    def read(self, *, streaming: bool = False) -> Iterator[Connection]:
        """Lend a connection for reading; each statement sees all that was committed before it."""
        if self._closed:
            raise StoreClosedError
        engine = self._streamers if streaming else self._readers
        with worded_errors(), engine.connect() as connection:
            yield connection

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Connection]:
        """Lend a connection on which all statements see the same moment."""

    @abstractmethod
    def write(self, work: Callable[[Connection], T], *, single: bool = False) -> T:
        """Do the work in a transaction; return only after it is durable.

        `single` says that one statement does all the writing, so that it may be its own transaction.
        """

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    @abstractmethod
    def claim_server(self) -> None:
        """Make sure to be the only server, where only one may be."""

    @abstractmethod
    def checkpoint(self) -> bool:
        """Remove what tells the order of recent writes; false if somebody was in the way, so that it is left for later."""

    @abstractmethod
    def forget_order(self, survey: str) -> None:
        """Rewrite the rows so that their place and marks no longer tell in which order they came."""


class SqliteDatabase(Database):
    """A SQLite file with one writing connection per process."""

    def __init__(self, url: URL, lock_seconds: float) -> None:
        """Make the file, upgrade it and leave it closed; connections open at their first use."""
        self.path = engines.sqlite_path(url)
        engines.make_private_file(self.path)
        self._readers = self._streamers = engines.sqlite_reader(self.path, lock_seconds)
        engine = engines.sqlite_writer(self.path, lock_seconds)
        self.writer = GroupWriter(engine, self.path.with_name(f"{self.path.name}.lock"), lock_seconds)
        self._server = filelock.FileLock(
            self.path.with_name(f"{self.path.name}.server"), mode=0o600, thread_local=False
        )
        with self.writer.locked(), engine.connect() as connection:
            _migrate_sqlite(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read within one transaction, which in a write-ahead log keeps nobody from writing."""
        with self.read(streaming=True) as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def write(self, work: Callable[[Connection], T], *, single: bool = False) -> T:
        """Hand the work to the group writer."""
        with worded_errors():
            return self.writer.run(work)

    def close(self) -> None:
        """Close the readers, then the writer, which folds the WAL into the file; give the server's place up."""
        if self._closed:
            return
        self._closed = True
        with worded_errors():
            self.writer.close(before=self._readers.dispose)
            self._server.release()

    def claim_server(self) -> None:
        """Take the server's lock until `close` or the end of the process."""
        try:
            self._server.acquire(blocking=False)
        except filelock.Timeout:
            raise ServerRunningError(str(self.path)) from None

    def checkpoint(self) -> bool:
        """Empty the WAL, which keeps the order of arrival as long as it lasts."""
        with worded_errors():
            return self.writer.alone(_truncate_wal)

    def forget_order(self, survey: str) -> None:
        """Lay the whole file out anew by key: within a page, the cells lie as they came."""
        with worded_errors():
            self.writer.alone(_vacuum)


def _migrate_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    migrate(connection)
    connection.exec_driver_sql("COMMIT")


def _truncate_wal(connection: Connection) -> bool:
    # Waiting for long readers would keep every writer waiting; the next call does it then.
    timeout = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    connection.exec_driver_sql("PRAGMA busy_timeout=500")
    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    connection.exec_driver_sql(f"PRAGMA busy_timeout={timeout}")
    return not busy


def _vacuum(connection: Connection) -> None:
    connection.exec_driver_sql("VACUUM")
    _truncate_wal(connection)


@contextmanager
def _forgiving_deadlock() -> Iterator[None]:
    """Let a deadlock pass: PostgreSQL has undone one of the two transactions, and it may be tried again."""
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.orig, DeadlockDetected):
            raise


class PostgresDatabase(Database):
    """A PostgreSQL server: any number of processes, each write its own transaction."""

    def __init__(self, url: URL, lock_seconds: float) -> None:
        """Connect and upgrade; whoever starts at the same time waits."""
        self._engine = engines.postgres(url, lock_seconds)
        # The same pool; a single statement needs a third of the round trips when it is its own transaction.
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._laid_out = 0
        # Streaming uses a server-side cursor, which lives in a transaction.
        self._readers, self._streamers = self._autocommit, self._engine
        try:
            self._migrate()
        except BaseException:
            self._engine.dispose()
            raise

    def _migrate(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            migrate(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read within one transaction that sees the moment of its first statement."""
        if self._closed:
            raise StoreClosedError
        engine = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with worded_errors(), engine.begin() as connection:
            yield connection

    def write(self, work: Callable[[Connection], T], *, single: bool = False) -> T:
        """Do the work in a transaction of its own; once more where it and another one waited for each other."""
        if self._closed:
            raise StoreClosedError
        engine = self._autocommit if single else self._engine
        with worded_errors():
            for _ in range(_TRIES - 1):
                with _forgiving_deadlock(), engine.begin() as connection:
                    return work(connection)
            with engine.begin() as connection:
                return work(connection)

    def close(self) -> None:
        """Close the pool."""
        self._closed = True
        self._engine.dispose()

    def claim_server(self) -> None:
        """Allow it: any number of servers may work on PostgreSQL."""

    def checkpoint(self) -> bool:
        """Lay the codes out by their random keys, if any was used since: a dump lists rows as they lie in the table.

        PostgreSQL writes a changed row anew behind the others, so the used codes lie in the order in which they were
        used, as the responses lie in the order in which they came. Without the one order the other leads to no code.
        """
        with worded_errors():
            with self._readers.connect() as connection:
                used = connection.execute(_USED).scalar_one()
            if used == self._laid_out:
                return True
            with self._engine.begin() as connection:
                # Whoever wants a code waits behind this lock, so it is not waited for long.
                connection.execute(text(f"SET LOCAL lock_timeout = {_SHORT_WAIT}"))
                try:
                    connection.execute(_BY_KEY)
                except OperationalError as error:
                    if not isinstance(error.orig, LockNotAvailable):
                        raise
                    return False
            self._laid_out = used
            return True

    def forget_order(self, survey: str) -> None:
        """Give all rows of a survey one transaction's mark, then lay them out by their random keys.

        A code and the response given with it were written by one transaction, and PostgreSQL keeps its number (xmin)
        with both rows: until this has run, whoever can query the tables can join them by it.
        """
        with worded_errors():
            for table in (tables.access_code, tables.response):
                with self._engine.begin() as connection:
                    connection.execute(
                        update(table).where(table.c.survey == survey).values(survey=table.c.survey)
                    )
                # A transaction of its own: it keeps rows that others could still see, and the marks just replaced.
                with self._engine.begin() as connection:
                    connection.execute(text(f"CLUSTER {table.name} USING pk_{table.name}"))
