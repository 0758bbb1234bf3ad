"""What the store's topics share."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from surveyapp.store.databases import Database
from surveyapp.store.errors import StoreError, StoreFaultError

Record = TypeVar("Record")
Result = TypeVar("Result")


class Topic:
    """A part of the store: statements about one subject."""

    def __init__(self, database: Database) -> None:
        """Work on this database."""
        self._database = database

    def _all(self, kind: type[Record], statement: Executable) -> list[Record]:
        with self._database.read() as connection:
            return [made(kind, row) for row in connection.execute(statement).mappings()]

    def _one(self, kind: type[Record], statement: Executable) -> Record | None:
        with self._database.read() as connection:
            row = connection.execute(statement).mappings().first()
        return None if row is None else made(kind, row)

    def _write(
        self, work: Callable[[Connection], Result], refusal: StoreError | None = None, *, single: bool = False
    ) -> Result:
        """Do the work; raise the refusal where a key is taken or what it refers to is missing."""
        try:
            return self._database.write(work, single=single)
        except IntegrityError as error:
            # The driver's text may quote the row.
            raise refusal or StoreFaultError(type(error.orig).__name__) from None

    def _change(self, statement: Executable, *, missing: StoreError | None = None) -> int:
        """Execute one statement and count the rows it changed; raise `missing` if there are none."""
        changed = self._write(lambda connection: connection.execute(statement).rowcount)
        if missing is not None and not changed:
            raise missing
        return changed


def made(kind: type[Record], row: RowMapping) -> Record:
    """Make a record of a row; the column names are its fields."""
    return kind(**row)


def insert_if_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its key is taken; true if it was inserted."""
    insert = inserting(connection.dialect.name, table).values(values)
    # SQLAlchemy forgets how many rows an INSERT made unless it is asked to remember.
    return connection.execute(insert.execution_options(preserve_rowcount=True)).rowcount == 1


def inserting(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT that leaves a row with the same key as it is."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
