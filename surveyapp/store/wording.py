"""Turn what the drivers raise into the store's own exceptions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import filelock
import psycopg
from psycopg import errors as pg
from sqlalchemy import exc

from surveyapp.store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFaultError,
    StoreFullError,
    StoreUnreachableError,
    StoreUnwritableError,
    UnstorableTextError,
)

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_PG_BUSY = (
    pg.LockNotAvailable,
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.QueryCanceled,
    pg.TooManyConnections,
)
_PG_GONE = (pg.AdminShutdown, pg.CrashShutdown, pg.CannotConnectNow)


@contextmanager
def worded_errors() -> Iterator[None]:
    """Raise the store's exceptions instead of the drivers', which may quote a row in their text."""
    try:
        yield
    except (
        exc.SQLAlchemyError,
        sqlite3.Error,
        psycopg.Error,
        filelock.Timeout,
        OSError,
        UnicodeError,
    ) as error:
        raise worded(error) from None


def worded(error: BaseException) -> BaseException:
    """Give the store's exception for a driver's; others pass unchanged."""
    if isinstance(error, exc.IntegrityError):
        # Means something else at every call (a name taken, a survey unknown): `Topic` words it.
        return error
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig else error
    if isinstance(cause, sqlite3.Error):
        return _sqlite(cause)
    if isinstance(cause, psycopg.Error):
        return _postgres(cause)
    return _other(cause)


def _sqlite(error: sqlite3.Error) -> StoreError:
    # Only errors of the library itself carry a code; the upper bits of one are detail.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return StoreBusyError()
    if code == sqlite3.SQLITE_FULL:
        return StoreFullError()
    if code in _DAMAGED:
        return StoreDamagedError(str(error))
    if code in _UNWRITABLE:
        return StoreUnwritableError(str(error))
    return StoreFaultError(str(error))


def _postgres(error: psycopg.Error) -> StoreError:
    if isinstance(error, (pg.DiskFull, pg.OutOfMemory)):
        return StoreFullError()
    if isinstance(error, _PG_BUSY):
        return StoreBusyError()
    if isinstance(error, _PG_GONE) or (
        isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    ):
        return StoreUnreachableError(str(error).partition("\n")[0])
    # The detail below the primary message quotes the row; it stays out.
    return StoreFaultError(error.diag.message_primary or type(error).__name__)


def _other(error: BaseException) -> BaseException:
    if isinstance(error, (filelock.Timeout, exc.TimeoutError)):
        return StoreBusyError()
    if isinstance(error, UnicodeError):
        return UnstorableTextError()
    if isinstance(error, OSError):
        return StoreUnwritableError(str(error))
    if isinstance(error, exc.SQLAlchemyError):
        return StoreFaultError(type(error).__name__)
    return error
