"""The schema is made by migrations, matches the tables in the code, and is never taken backwards."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from surveyapp.store import (
    DatabaseNewerError,
    ForeignDatabaseError,
    NotAFileError,
    NotAFolderError,
    PlainQueryError,
    Store,
    StoreBusyError,
    StoreError,
    UnsupportedDatabaseError,
    diagnose,
    errors,
    sqlite_url,
)
from surveyapp.store.engines import parse_url, sqlite_path
from surveyapp.store.migration import known_revisions
from surveyapp.store.tables import REVISION, REVISION_TABLE, metadata
from tests.surveyapp.store.samples import query, submission


def checks(connection: Connection) -> dict[str, set[str]]:
    look = inspect(connection)
    return {
        table: {str(check["sqltext"]) for check in look.get_check_constraints(table)}
        for table in metadata.tables
    }


def test_an_empty_database_is_brought_to_the_tables_of_the_code(store: Store) -> None:
    with store._database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": REVISION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_same_checks_as_the_code(store: Store) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as fresh, store._database.read() as connection:
        metadata.create_all(fresh)
        expected, found = checks(fresh), checks(connection)
    engine.dispose()
    assert {name: len(each) for name, each in found.items()} == {
        name: len(each) for name, each in expected.items()
    }


def test_the_code_works_with_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "surveyapp.store:migrations")
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == REVISION
    assert {revision.revision for revision in script.walk_revisions()} == known_revisions()


def test_every_table_of_sqlite_is_without_rowid(sqlite_store: Store) -> None:
    made = query(sqlite_store, "SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    with_rowid = {str(name) for name, sql in made if "WITHOUT ROWID" not in str(sql)}
    assert with_rowid == {REVISION_TABLE}


def test_opening_again_keeps_everything(store_url: str) -> None:
    for number in range(3):
        with Store.open(store_url) as store:
            assert store.publish("water", f"v{number}", "id: water", day="2026-05-01", open_link=True)
            assert len(store.versions("water")) == number + 1


def test_eight_that_open_an_empty_database_at_once_make_it_once(store_url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(Store.open, [store_url] * 8))
    for store in stores:
        assert store.surveys() == []
        store.close()


def test_a_database_newer_than_the_code_is_refused_and_left_alone(store_url: str) -> None:
    with Store.open(store_url) as store:
        store._database.write(
            lambda connection: connection.execute(text("UPDATE schema_revision SET version_num = '9999'"))
        )
    with pytest.raises(DatabaseNewerError, match="9999"):
        Store.open(store_url)


def test_tables_of_somebody_else_are_refused(store_url: str) -> None:
    engine = create_engine(parse_url(store_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE survey (anything text)"))
    engine.dispose()
    with pytest.raises(ForeignDatabaseError):
        Store.open(store_url)


def test_a_database_of_somebody_elses_other_tables_is_refused_and_left_as_it_was(store_url: str) -> None:
    engine = create_engine(parse_url(store_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE customer (anything text)"))
    with pytest.raises(ForeignDatabaseError):
        Store.open(store_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["customer"]
        connection.execute(text("DROP TABLE customer"))
    engine.dispose()


@pytest.mark.parametrize("name", ["a?b", "100%", "%41", "a#b c", "调查", "a@b:c"])
def test_an_address_made_of_a_path_leads_to_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "survey.db"
    Store.open(sqlite_url(path)).close()
    assert path.is_file()
    assert sqlite_path(parse_url(sqlite_url(str(path)))) == path


def test_a_question_mark_that_would_cut_the_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlainQueryError, match="%3F"):
        Store.open(f"sqlite:///{tmp_path}/a?b/survey.db")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "survey.db").mkdir()
    with pytest.raises(NotAFileError) as refusal:
        Store.open(sqlite_url(tmp_path / "survey.db"))
    assert str(tmp_path / "survey.db") in refusal.value.zh
    assert "folder" in refusal.value.en


def test_a_file_is_no_folder_for_a_database(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("")
    with pytest.raises(NotAFolderError, match="is not a folder"):
        Store.open(sqlite_url(tmp_path / "here" / "survey.db"))


@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://u:hun@ter2@127.0.0.1:1/d", "postgresql://u:hun@ter2:1/d@127.0.0.1:1/d"),
        *(
            "postgresql://u:hun@127.0.0.1/ter2@127.0.0.1:1/d",
            "postgresql://u:x@127.0.0.1:1?hun=ter2@h/d",
            "postgresql://u:h?un@ter2/d",
        ),
        *("postgresql://u/x:hunter2@127.0.0.1:1/d", "postgresql://127.0.0.1:1/d?password=hun@ter2"),
        *("postgresql://u:hun@h:ter2/d", "mysql://u:hun@ter2@h/d"),
        *(
            "mysql://h/d?password=hunter2",
            "postgresql:u:hun@ter2@h/d",
            "postgresql://u:hunter2@127.0.0.1:1/d",
        ),
    ],
)
def test_no_part_of_a_password_is_ever_shown(url: str) -> None:
    with pytest.raises(StoreError) as refusal:
        Store.open(url, lock_timeout=1)
    said = [refusal.value.zh, refusal.value.en, str(refusal.value)]
    said += [word for finding in diagnose(url) for word in (finding.zh, finding.en)]
    assert not [text for text in said if "hun" in text or "ter2" in text]


@pytest.mark.parametrize("name", ["100% 调查/a b.db", "new/folder/x#y.db"])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with Store.open(f"sqlite:///{path}") as store:
        store.publish("water", "v1", "", day="2026-05-01", open_link=True)
        assert store.submit(submission()) == "stored"
    assert path.exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", "secret", ""])
def test_another_kind_of_database_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(UnsupportedDatabaseError) as refusal:
        Store.open(url)
    assert "secret@" not in refusal.value.en


def test_postgresql_may_be_written_in_three_ways() -> None:
    for name in ("postgresql", "postgres", "postgresql+psycopg"):
        assert parse_url(f"{name}://u@h/d").drivername == "postgresql+psycopg"


def test_every_error_words_itself_and_survives_a_pickle() -> None:
    def subclasses(kind: type[StoreError]) -> set[type[StoreError]]:
        return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))

    assert {kind.__module__ for kind in subclasses(StoreError)} == {errors.__name__}
    again = pickle.loads(pickle.dumps(StoreBusyError()))
    assert isinstance(again, StoreBusyError)
    assert (again.zh, again.en) == (StoreBusyError().zh, str(again))
