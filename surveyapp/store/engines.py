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

from surveyapp.store.errors import (
    NotAFileError,
    NotAFolderError,
    PlainAtSignError,
    PlainQueryError,
    StoreUnwritableError,
    UnsupportedDatabaseError,
)

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


def sqlite_url(path: Path | str) -> str:
    """Write the address of a SQLite file, whatever signs its path holds."""
    return URL.create("sqlite", database=Path(path).absolute().as_posix()).render_as_string()


def parse_url(url: str) -> URL:
    """Read the address; PostgreSQL always goes through psycopg 3."""
    # No error shows more of it than the kind: the rest may hold a password, also where it is not expected.
    kind = url.partition(":")[0] if "://" in url else "…"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if kind in ("sqlite", "sqlite+pysqlite") and parsed and parsed.database not in (None, "", ":memory:"):
        if "?" in url:
            raise PlainQueryError
        return parsed
    if kind in ("postgresql", "postgres", "postgresql+psycopg"):
        # Whatever stands behind an @ that is not the host's own would be taken for a host, and shown.
        hosts = 1 if parsed is None or parsed.username is not None else 0
        if url.count("@") > hosts or "@" in url.partition("?")[2]:
            raise PlainAtSignError
        if parsed:
            return parsed.set(drivername="postgresql+psycopg")
    raise UnsupportedDatabaseError(f"{kind}://…" if "://" in url else kind)


def sqlite_path(url: URL) -> Path:
    """Give the file, resolved so that all its spellings share one lock."""
    return Path(url.database or "").resolve()


def make_private_file(path: Path) -> None:
    """Create the database file for its owner only; SQLite gives its WAL the same permissions."""
    try:
        refuse_what_is_no_file(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnwritableError(str(error)) from error


def refuse_what_is_no_file(path: Path) -> None:
    """Raise NotAFileError for a folder or a device in the database's place, and for a file in its folder's."""
    if path.exists() and not path.is_file():
        raise NotAFileError(str(path))
    above = next(parent for parent in path.parents if parent.exists())
    if not above.is_dir():
        raise NotAFolderError(str(above))


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
