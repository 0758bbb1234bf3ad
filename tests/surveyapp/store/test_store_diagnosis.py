"""The doctor's findings about a database."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from surveyapp.store import Store, diagnose, diagnosis, engines
from tests.surveyapp.store.samples import sqlite, submission


def levels(url: str) -> dict[str, str]:
    return {finding.subject: finding.level for finding in diagnose(url)}


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_a_sound_sqlite_database_is_well(sqlite_url: str) -> None:
    Store.open(sqlite_url).close()
    found = levels(sqlite_url)
    del found["sqlite"], found["space"], found["file-system"]
    assert found == dict.fromkeys(
        ("writable", "permissions", "wal", "journal", "synchronous", "integrity", "schema"), "ok"
    )


@pytest.mark.postgres
def test_a_sound_postgresql_database_is_well(postgres_store: Store, postgres_url: str) -> None:
    assert levels(postgres_url) == {
        "postgresql": "ok",
        "fsync": "ok",
        "synchronous_commit": "ok",
        "full_page_writes": "ok",
        "encoding": "ok",
        "read-only": "ok",
        "schema": "ok",
    }


def test_looking_changes_no_file(sqlite_url: str, tmp_path: Path) -> None:
    Store.open(sqlite_url).close()
    before = listing(tmp_path)
    diagnose(sqlite_url)
    assert listing(tmp_path) == before


def test_looking_makes_no_database(sqlite_url: str, tmp_path: Path) -> None:
    assert levels(sqlite_url)["file"] == "warning"
    assert listing(tmp_path) == {}


def test_looking_does_not_disturb_a_server(sqlite_store: Store, sqlite_url: str) -> None:
    sqlite_store.claim_server()
    sqlite_store.submit(submission())
    assert levels(sqlite_url)["integrity"] == "ok"
    assert Path(f"{sqlite(sqlite_store).path}-wal").stat().st_size > 0
    assert sqlite_store.submit(submission()) == "stored"


def test_a_damaged_file_is_found(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url) as store:
        store.publish("water", "v1", "", day="2026-05-01", open_link=True)
        store.submit_many([submission() for _ in range(2000)])
    path = tmp_path / "survey.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    found = levels(sqlite_url)
    assert "error" in (found.get("integrity"), found.get("open"))
    assert found["journal"] == "ok"


def test_no_database_at_all_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam, " * 100)
    assert levels(f"sqlite:///{path}")["open"] == "error"


@pytest.mark.parametrize("name", ["", "survey.db", "survey.db.lock"])
def test_what_cannot_be_written_is_an_error_with_its_remedy(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    Store.open(sqlite_url).close()
    (tmp_path / "survey.db.lock").touch()
    barred = tmp_path / name
    # The tests may run as root, who may write anything.
    monkeypatch.setattr(os, "access", lambda path, mode: path != barred or mode != os.W_OK)
    (found,) = [finding for finding in diagnose(sqlite_url) if finding.subject == "writable"]
    assert found.level == "error"
    assert str(barred) in found.zh
    assert "chown" in found.en


def test_a_folder_that_cannot_be_written_is_an_error_before_the_first_start(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert levels(sqlite_url)["writable"] == "error"


def test_a_folder_in_the_files_place_is_an_error(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "survey.db").mkdir()
    (found,) = [finding for finding in diagnose(sqlite_url) if finding.level == "error"]
    assert (found.subject, str(tmp_path / "survey.db") in found.zh) == ("open", True)
    assert "folder" in found.en


def test_a_file_in_the_folders_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("")
    assert levels(f"sqlite:///{tmp_path}/here/survey.db")["open"] == "error"


def test_somebody_elses_database_is_an_error(store_url: str) -> None:
    engine = create_engine(engines.parse_url(store_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE customer (anything text)"))
    (found,) = [finding for finding in diagnose(store_url) if finding.subject == "schema"]
    assert found.level == "error"
    assert "升级" not in found.zh
    assert "upgrade" not in found.en
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE customer"))
    engine.dispose()


def test_an_empty_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "survey.db").touch(mode=0o600)
    assert "error" not in levels(f"sqlite:///{tmp_path}/survey.db").values()


def test_a_file_others_can_read_is_a_warning(sqlite_url: str, tmp_path: Path) -> None:
    Store.open(sqlite_url).close()
    (tmp_path / "survey.db").chmod(0o644)
    assert levels(sqlite_url)["permissions"] == "warning"


def test_another_journal_mode_is_a_warning(sqlite_url: str, tmp_path: Path) -> None:
    Store.open(sqlite_url).close()
    with closing(sqlite3.connect(tmp_path / "survey.db")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    assert levels(sqlite_url)["journal"] == "warning"


def test_a_schema_newer_than_the_code_is_an_error(store_url: str) -> None:
    with Store.open(store_url) as store:
        store._database.write(
            lambda connection: connection.execute(text("UPDATE schema_revision SET version_num = '9'"))
        )
    assert levels(store_url)["schema"] == "error"


def test_an_unreachable_server_is_an_error() -> None:
    (finding,) = diagnose("postgresql://survey:secret@127.0.0.1:1/survey")
    assert (finding.level, finding.subject) == ("error", "open")
    assert "secret" not in finding.en + finding.zh


@pytest.mark.parametrize(
    ("version", "has_bug"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 46, 1), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), True),
        ((3, 53, 0), False),
        ((4, 0, 0), False),
    ],
)
def test_the_wal_reset_bug_is_known_by_version(version: tuple[int, ...], has_bug: bool) -> None:
    assert diagnosis.has_wal_reset_bug(version) is has_bug
    assert diagnosis.library(version).level == ("warning" if has_bug else "ok")


@pytest.mark.parametrize(("mib", "level"), [(99, "error"), (100, "warning"), (1023, "warning"), (1024, "ok")])
def test_little_space_is_noticed(mib: int, level: str) -> None:
    assert diagnosis.free_space(mib << 20).level == level


def test_a_long_log_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "survey.db"
    assert diagnosis.wal_size(path).level == "ok"
    with (tmp_path / "survey.db-wal").open("wb") as wal:
        wal.truncate((64 << 20) + 1)
    assert diagnosis.wal_size(path).level == "warning"


MOUNTS = """\
/dev/vda / ext4 rw,relatime 0 0
nas:/share /mnt/nas nfs4 rw 0 0
/dev/vdb /mnt/nas/local\\040disk xfs rw 0 0
//nas/docs /srv cifs rw 0 0
/dev/vdc /srv ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "level"),
    [
        ("/var/lib", "ok"),
        ("/mnt/nas/x", "error"),
        ("/mnt/nasty", "ok"),
        ("/mnt/nas/local disk/x", "ok"),
        ("/srv", "ok"),
    ],
)
def test_a_network_file_system_is_noticed(folder: str, level: str) -> None:
    assert diagnosis.file_system(Path(folder), MOUNTS).level == level


def test_an_old_or_careless_server_is_noticed() -> None:
    bad = {
        "server_version_num": "130011",
        "fsync": "off",
        "synchronous_commit": "off",
        "server_encoding": "GBK",
    }
    assert {diagnosis._SETTINGS[name](value).level for name, value in bad.items()} == {"error"}
    assert diagnosis.synchronous(1).level == "error"
