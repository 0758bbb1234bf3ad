"""Backups hold everything but sessions, are of one moment, tell no order, and go back into either database."""

import random
import threading
from pathlib import Path

import pytest

from surveyapp.store import (
    NotEmptyError,
    Outcome,
    ServerRunningError,
    Store,
    UnreadableBackupError,
    backup,
    restore,
    sqlite_url,
)
from surveyapp.store.backups import COPIED
from tests.surveyapp.store.samples import issue, query, submission
from tests.surveyapp.store.test_store_linking import (
    MOST_BY_CHANCE,
    ORDERED,
    by_place,
    concordance,
    fill,
    matched,
)


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    def plain(row: tuple[object, ...]) -> tuple[object, ...]:  # SQLite has no truth values of its own
        return tuple(int(value) if isinstance(value, bool) else value for value in row)

    columns = {table.name: ", ".join(column.name for column in table.c) for table in COPIED}
    return {
        name: sorted(map(plain, query(store, f"SELECT {names} FROM {name}")), key=str)
        for name, names in columns.items()
    }


def fill_a_little(store: Store) -> None:
    codes = issue(store, 20, stratum="north")
    for code in codes[:12]:
        assert store.submit(submission(code_hash=code, open_text='{"q":"多一点 𠮷"}')) is Outcome.STORED
    store.add_account("li", "hash", "2026-05-01")


@pytest.mark.postgres
@pytest.mark.parametrize("back", ["sqlite", "postgresql"])
def test_all_comes_back_into_either_database(
    store: Store, tmp_path: Path, postgres_server: object, back: str, request: pytest.FixtureRequest
) -> None:
    fill_a_little(store)
    rows = backup(store, tmp_path / "b.zip")
    assert rows["response"] == 12
    url = (
        sqlite_url(tmp_path / "back.db")
        if back == "sqlite"
        else request.getfixturevalue("another_postgres_url")
    )
    assert restore(url, tmp_path / "b.zip") == rows
    with Store.open(url) as other:
        assert content(other) == content(store)
        assert other.submit(submission(code_hash=issue_again(other))) is Outcome.STORED


def issue_again(store: Store) -> str:
    unused = query(store, "SELECT code_hash FROM access_code WHERE state = 'issued'")
    return str(unused[0][0])


@pytest.fixture
def another_postgres_url(postgres_server: object) -> object:
    from tests.fixtures_postgres import postgres_url

    yield from postgres_url.__wrapped__(postgres_server)  # type: ignore[attr-defined]


def test_a_backup_tells_no_order(sqlite_store: Store, tmp_path: Path) -> None:
    pairs = fill(sqlite_store)
    backup(sqlite_store, tmp_path / "b.zip")
    restore(sqlite_url(tmp_path / "back.db"), tmp_path / "b.zip")
    bytes_ = (tmp_path / "back.db").read_bytes()
    codes, ids = by_place(bytes_, list(pairs)), by_place(bytes_, list(pairs.values()))
    assert matched(pairs, codes, ids) <= MOST_BY_CHANCE
    assert abs(concordance(list(pairs.values()), ids)) < ORDERED


def test_sessions_are_left_out(store: Store, tmp_path: Path) -> None:
    fill_a_little(store)
    store.add_session("token", "li", 1)
    backup(store, tmp_path / "b.zip")
    restore(sqlite_url(tmp_path / "back.db"), tmp_path / "b.zip")
    with Store.open(sqlite_url(tmp_path / "back.db")) as other:
        assert query(other, "SELECT count(*) FROM session") == [(0,)]


def test_a_backup_under_load_is_of_one_moment(sqlite_store: Store, tmp_path: Path) -> None:
    codes, done = issue(sqlite_store, 600), threading.Event()

    def answer() -> None:
        for code in codes:
            sqlite_store.submit(submission(code_hash=code))
        done.set()

    sender = threading.Thread(target=answer)
    sender.start()
    number = 0
    while not done.is_set():
        number += 1
        rows = backup(sqlite_store, tmp_path / f"{number}.zip")
        restore(sqlite_url(tmp_path / f"{number}.db"), tmp_path / f"{number}.zip")
        with Store.open(sqlite_url(tmp_path / f"{number}.db")) as other:
            assert other.ledger("water")[0].used == rows["response"]
    sender.join()
    assert number >= 2


def test_what_is_there_is_replaced_only_if_that_is_said(store: Store, store_url: str, tmp_path: Path) -> None:
    fill_a_little(store)
    backup(store, tmp_path / "b.zip")
    before = content(store)
    store.submit(submission())
    with pytest.raises(NotEmptyError):
        restore(store_url, tmp_path / "b.zip")
    assert len(content(store)["response"]) == 13
    restore(store_url, tmp_path / "b.zip", replace=True)
    assert content(store) == before


def test_nothing_is_restored_under_a_running_server(
    sqlite_store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    backup(sqlite_store, tmp_path / "b.zip")
    sqlite_store.claim_server()
    with pytest.raises(ServerRunningError):
        restore(sqlite_url, tmp_path / "b.zip", replace=True)


def test_of_two_hundred_damaged_backups_none_changes_anything(sqlite_store: Store, tmp_path: Path) -> None:
    fill_a_little(sqlite_store)
    good, bad, chance = tmp_path / "b.zip", tmp_path / "bad.zip", random.Random(11)
    backup(sqlite_store, good)
    whole, before = good.read_bytes(), content(sqlite_store)
    url = sqlite_url(tmp_path / "back.db")
    refused = 0
    for number in range(200):
        if number % 2:
            damaged = whole[: chance.randrange(len(whole))]
        else:
            place = chance.randrange(len(whole))
            damaged = whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :]
        bad.write_bytes(damaged)
        try:
            restore(url, bad, replace=True)
        except UnreadableBackupError:
            refused += 1
        else:  # a flipped bit in a date or an attribute of the archive harms nothing
            with Store.open(url) as other:
                assert content(other) == before
    assert refused > 180


@pytest.mark.parametrize("content", [b"", b"PK", b"no backup", b"{}"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.zip").write_bytes(content)
    for path in (tmp_path / "b.zip", tmp_path / "missing.zip"):
        with pytest.raises(UnreadableBackupError):
            restore(sqlite_url(tmp_path / "back.db"), path)
    assert not (tmp_path / "back.db").exists()
