"""Copies of everything that is kept: one file that holds no order of arrival, and goes back into either database.

A backup is a zip archive with a SQLite file, whose rows were written by key, and a list with its SHA-256. Sessions are
left out. Whatever the database, the same commands make and restore it, so it is also the way from SQLite to PostgreSQL.
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, delete, insert, select

from surveyapp.store import engines, tables
from surveyapp.store.errors import NotEmptyError, UnreadableBackupError
from surveyapp.store.migration import migrate
from surveyapp.store.store import Store
from surveyapp.store.wording import worded_errors

_DATABASE = "survey.db"
_LIST = "backup.json"
_KIND = "surveyapp.backup/1"
_LEFT_OUT = frozenset({"session"})
_AT_A_TIME = 500
_LARGEST = 64 * 2**30
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError,
)  # fmt: skip
"""What reading a damaged archive raises; RuntimeError is a password asked for by a flipped bit, or an unknown method."""

COPIED: tuple[Table, ...] = tuple(
    table for table in tables.metadata.sorted_tables if table.name not in _LEFT_OUT
)
"""What a backup holds, in an order in which every row finds what it refers to."""


def backup(store: Store, path: Path) -> dict[str, int]:
    """Write everything into a new file, which appears under its name only when it is whole; how many rows by table.

    The server may go on meanwhile: all of it is of one moment. Raises StoreError.
    """
    with worded_errors(), tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
        copy, archive = Path(folder, _DATABASE), Path(folder, "archive")
        counts = _copy_out(store, copy)
        with zipfile.ZipFile(archive, "x", zipfile.ZIP_DEFLATED) as packed:
            packed.write(copy, _DATABASE)
            about = {"kind": _KIND, "revision": tables.REVISION, "rows": counts, "sha256": _digest(copy)}
            packed.writestr(_LIST, json.dumps(about, indent=1))
        archive.chmod(0o600)
        _sync(archive)
        os.replace(archive, path)
    return counts


def restore(
    url: str,
    path: Path,
    *,
    replace: bool = False,
    lock_timeout: float = 10.0,
    before: Callable[[Store], object] | None = None,
) -> dict[str, int]:
    """Put a backup into a database, all of it or nothing; how many rows by table.

    `before` is called with the database when the backup was found whole, and before anything is changed.

    Raises UnreadableBackupError, NotEmptyError unless what is there is to be replaced, ServerRunningError while a server
    works on the file, and other StoreErrors.
    """
    with _opened(path) as source, Store.open(url, lock_timeout=lock_timeout) as target:
        target.claim_server()
        if not replace and not _is_empty(target):
            raise NotEmptyError
        if before is not None:
            before(target)
        with source._database.snapshot() as rows:
            counts = target._database.write(lambda connection: _replace(rows, connection))
        target.forget_order("")
    return counts


# --- out -------------------------------------------------------------------------------------------------------------


def _copy_out(store: Store, copy: Path) -> dict[str, int]:
    engines.make_private_file(copy)
    engine = engines.sqlite_writer(copy, 10)
    try:
        with store._database.snapshot() as rows, engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            migrate(connection)
            counts = {table.name: _copy(table, rows, connection) for table in COPIED}
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()
    return counts


def _copy(table: Table, source: Connection, target: Connection) -> int:
    """Copy a table's rows by their keys, which are random where order would tell something."""
    count = 0
    # what is laid down in order of its key lies in that order, and tells no other
    chosen = select(table).order_by(*table.primary_key.columns)
    with source.execution_options(yield_per=_AT_A_TIME).execute(chosen) as streamed:
        for some in streamed.mappings().partitions(_AT_A_TIME):
            target.execute(insert(table), [dict(row) for row in some])
            count += len(some)
    return count


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


# --- in --------------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[Store]:
    """Unpack a backup, make sure it is whole, bring it up to date and open it."""
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        copy = Path(folder, _DATABASE)
        _unpack(path, copy)
        with Store.open(engines.sqlite_url(copy)) as store:
            yield store


def _unpack(path: Path, copy: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            about = json.loads(packed.read(_LIST))
            if about["kind"] != _KIND or packed.getinfo(_DATABASE).file_size > _LARGEST:
                raise UnreadableBackupError(str(about["kind"]))
            with packed.open(_DATABASE) as source, copy.open("xb") as target:
                copy.chmod(0o600)
                while piece := source.read(2**20):
                    target.write(piece)
    except FileNotFoundError:
        raise UnreadableBackupError(f"没有这个文件 there is no {path.name}") from None
    except _DAMAGED as error:
        raise UnreadableBackupError(type(error).__name__) from None
    if _digest(copy) != about.get("sha256"):
        raise UnreadableBackupError("SHA-256")


def _is_empty(store: Store) -> bool:
    with store._database.read() as connection:
        return all(
            connection.execute(select(1).select_from(table).limit(1)).first() is None for table in COPIED
        )


def _replace(source: Connection, target: Connection) -> dict[str, int]:
    for table in reversed(tables.metadata.sorted_tables):
        target.execute(delete(table))
    return {table.name: _copy(table, source, target) for table in COPIED}
