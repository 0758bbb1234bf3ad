"""Bring a database's schema up to this code."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from surveyapp.store.errors import DatabaseNewerError, ForeignDatabaseError
from surveyapp.store.tables import REVISION, REVISION_TABLE


def migrate(connection: Connection) -> None:
    """Upgrade within the caller's transaction; refuse a schema that this code does not know."""
    found = revision(connection)
    if found == REVISION:
        return
    if found is None:
        if is_foreign(connection):
            raise ForeignDatabaseError
    elif found not in known_revisions():
        raise DatabaseNewerError(found)
    _upgrade(connection)


def revision(connection: Connection) -> str | None:
    """Read the schema's revision; None for an empty database."""
    if not inspect(connection).has_table(REVISION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}")).scalar()
    return found


def is_foreign(connection: Connection) -> bool:
    """Tell whether there are tables, though this program never made any."""
    return revision(connection) is None and bool(inspect(connection).get_table_names())


def known_revisions() -> set[str]:
    """List the revisions this code can upgrade from, by the files' names."""
    return {path.name.split("_")[0] for path in _folder().joinpath("versions").glob("[0-9]*.py")}


def _folder() -> Path:
    return Path(__file__).parent / "migrations"


def _upgrade(connection: Connection) -> None:
    # Imported here: Alembic costs 0.2 s and a start needs it only when the schema is behind.
    from alembic import command
    from alembic.config import Config

    config = Config()
    # The path goes through a %-format in Alembic's settings.
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
