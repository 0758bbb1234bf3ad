"""Engines for the two databases, with the settings durability rests on."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from surveyapp.store.errors import StoreUnwritableError, UnsupportedDatabaseError

WRITER_PRAGMAS = {
    "journal_mode": "WAL",
    # FULL syncs the WAL at each commit: a power cut loses nothing that was acknowledged.
    "synchronous": "FULL",
    "foreign_keys": "ON",
    # Deleted answers are overwritten, not just unlinked.
    "secure_delete": "ON",
    "trusted_schema": "OFF",
}
READER_PRAGMAS = {
    "query_only": "ON",
    # A reader never checkpoints: only the holder of the file lock may (SQLite's WAL-reset bug).
    "wal_autocheckpoint": "0",
    "trusted_schema": "OFF",
}
IDLE_SECONDS = 1.0
"""A PostgreSQL connection not used for so long is asked whether it still lives."""


def parse_url(url: str) -> URL:
    """Read the address; PostgreSQL always goes through psycopg 3."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        # Not the whole of it: it may hold a password.
        raise UnsupportedDatabaseError(url.partition(":")[0]) from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite") and parsed.database not in (None, "", ":memory:"):
        return parsed
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise UnsupportedDatabaseError(parsed.render_as_string(hide_password=True))


def sqlite_path(url: URL) -> Path:
    """Give the file, resolved so that all its spellings share one lock."""
    return Path(url.database or "").resolve()


def make_private_file(path: Path) -> None:
    """Create the database file for its owner only; SQLite gives its WAL the same permissions."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnwritableError(str(error)) from error


def sqlite_writer(path: Path, busy_seconds: float) -> Engine:
    """Make the engine of the one writing connection; transactions are begun by hand."""
    return _sqlite(path, "rw", WRITER_PRAGMAS, busy_seconds, poolclass=NullPool)


def sqlite_reader(path: Path, busy_seconds: float) -> Engine:
    """Make the engine for reading; its connections stay open until the store is closed."""
    return _sqlite(path, "ro", READER_PRAGMAS, busy_seconds, poolclass=QueuePool, pool_size=0)


def sqlite_observer(path: Path, busy_seconds: float) -> Engine:
    """Make an engine for looking from outside, which leaves no trace."""
    # Without a WAL nobody is at work; plain reading would then make the WAL's files and not be able to remove them.
    mode = "ro" if path.with_name(f"{path.name}-wal").exists() else "ro&immutable=1"
    return _sqlite(path, mode, READER_PRAGMAS, busy_seconds, poolclass=NullPool)


def _sqlite(path: Path, mode: str, pragmas: dict[str, str], busy_seconds: float, **pool: Any) -> Engine:
    return create_engine(
        "sqlite+pysqlite://",
        creator=_sqlite_connect(path, mode, pragmas, busy_seconds),
        isolation_level="AUTOCOMMIT",
        # Answers must not reach a log inside an error's text.
        hide_parameters=True,
        **pool,
    )


def _sqlite_connect(
    path: Path, mode: str, pragmas: dict[str, str], busy_seconds: float
) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            timeout=busy_seconds,
            isolation_level=None,
            # The leader of a group is whichever thread came first; never two at once.
            check_same_thread=False,
        )
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name}={value}").close()
        return connection

    return connect


def postgres(url: URL, lock_seconds: float) -> Engine:
    """Make the pooled PostgreSQL engine; a commit is answered only when it is on disk."""
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=16,
        pool_timeout=lock_seconds,
        pool_use_lifo=True,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: psycopg.Connection, _record: object) -> None:
        connection.execute("SET synchronous_commit = on")
        connection.execute(f"SET lock_timeout = {int(lock_seconds * 1000)}")
        connection.commit()

    _check_the_idle(engine)
    return engine


def _check_the_idle(engine: Engine) -> None:
    """Ask a connection that has been idle whether it still lives; asking always would cost a fifth of the speed."""

    @event.listens_for(engine, "checkin")
    def note(_connection: psycopg.Connection, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: psycopg.Connection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.OperationalError as error:
            raise InvalidatePoolError from error
