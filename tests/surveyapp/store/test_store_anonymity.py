"""Nothing that is kept links a code with a response, or tells in which order responses came."""

import random
import sqlite3
import traceback
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import inspect

from surveyapp.store import Outcome, Store, StoreError
from tests.surveyapp.store.samples import at_once, issue, query, sqlite, submission

# A new column is a new thing known about somebody: think first, then add it here.
COLUMNS = {
    "survey": "slug state version opens_on closes_on open_link distributed closed_at views",
    "version": "survey version source published_on",
    "draw": "id survey drawn_on drawn_by method seed file_hash counts",
    "batch": "id survey purpose channel stratum issued_on count undelivered draw",
    "access_code": "code_hash survey batch state typed_hash opened",
    "response": "id survey version channel stratum validity flags answers open_text day shown",
    "call_attempt": "id survey code_hash attempt day outcome call_back note called_by",
    "paper_entry": "survey number version fields entered_by day",
    "evidence": "survey day kind count",
    "entered": "survey indicator part value reason entered_by day",
    "account": "name password_hash disabled created_on",
    "session": "token_hash account created_at seen_at data",
    "api_token": "token_hash name scope created_on expires_on last_used_on revoked reads_rows",
    "webhook": "id survey url added_on closing attempts next_at is_done last_on last_result",
    "schema_revision": "version_num",
}
NUMBERS = {
    *("open_link", "distributed", "closed_at", "views", "count", "undelivered", "opened", "shown", "attempt"),
    *("disabled", "created_at", "seen_at", "revoked"),
    *("reads_rows", "closing", "attempts", "next_at", "is_done"),
}
CANARY = "wine is better than beer".title()


def columns(store: Store) -> dict[str, dict[str, str]]:
    with store._database.read() as connection:
        look = inspect(connection)
        return {
            table: {column["name"]: str(column["type"]) for column in look.get_columns(table)}
            for table in look.get_table_names()
        }


def test_only_the_columns_that_were_thought_about_are_kept(store: Store) -> None:
    assert {table: set(found) for table, found in columns(store).items()} == {
        table: set(names.split()) for table, names in COLUMNS.items()
    }


def test_a_column_is_text_unless_it_counts(store: Store) -> None:
    found = columns(store)
    del found["schema_revision"]
    numbers = {name for table in found.values() for name, kind in table.items() if kind != "TEXT"}
    assert numbers == NUMBERS


def test_a_code_and_a_response_share_no_column_but_the_survey(store: Store) -> None:
    found = columns(store)
    assert set(found["access_code"]) & set(found["response"]) == {"survey"}


def test_no_row_of_sqlite_has_a_running_number(sqlite_store: Store) -> None:
    for table in sorted(set(COLUMNS) - {"schema_revision"}):
        with (
            closing(sqlite3.connect(sqlite(sqlite_store).path)) as raw,
            pytest.raises(sqlite3.OperationalError),
        ):
            raw.execute(f"SELECT rowid FROM {table}")


def spearman(places: Sequence[int]) -> float:
    """The rank correlation of a permutation with the order 0, 1, 2, …"""
    n = len(places)
    return 1 - 6 * sum((place - rank) ** 2 for rank, place in enumerate(places)) / (n * (n * n - 1))


def send(store: Store, count: int = 1000) -> dict[str, int]:
    """Send so many with codes, one after another; the ids with the number of their arrival."""
    # Seeded: with random ids one run in 600 would be beyond 0.1 by chance.
    chance = random.Random(20260501)
    ids = [chance.randbytes(16).hex() for _ in range(count)]
    codes = issue(store, count)
    chance.shuffle(codes)
    for id_, code in zip(ids, codes, strict=True):
        assert store.submit(submission(id=id_, code_hash=code)) is Outcome.STORED
    return {key: place for keys in (ids, codes) for place, key in enumerate(keys)}


def test_responses_do_not_stream_in_order_of_arrival(store: Store) -> None:
    arrival = send(store)
    assert abs(spearman([arrival[row.id] for row in store.responses("water", live=True)])) <= 0.1


@pytest.mark.parametrize("key", ["id FROM response", "code_hash FROM access_code"])
def test_sqlite_keeps_no_order_of_arrival(sqlite_store: Store, key: str) -> None:
    arrival = send(sqlite_store)
    assert abs(spearman([arrival[str(row[0])] for row in query(sqlite_store, f"SELECT {key}")])) <= 0.1


def test_the_bytes_of_a_closed_survey_tell_no_order(sqlite_store: Store) -> None:
    arrival = send(sqlite_store)
    sqlite_store.set_state("water", "closed")
    path = sqlite(sqlite_store).path
    assert Path(f"{path}-wal").stat().st_size == 0
    content = path.read_bytes()
    ids = [row.id for row in sqlite_store.responses("water", live=True)]
    placed = sorted(ids, key=lambda id_: content.index(id_.encode()))
    assert abs(spearman([arrival[id_] for id_ in placed])) <= 0.1
    # Within a page SQLite lays rows down as they come; written anew, neighbours lie in the order of their ids.
    falling = sum(first > second for first, second in pairwise(placed))
    assert falling > 0.8 * len(placed)


@pytest.mark.postgres
@pytest.mark.parametrize("key", ["id FROM response", "code_hash FROM access_code"])
def test_a_closed_survey_on_postgresql_tells_no_order(postgres_store: Store, key: str) -> None:
    arrival = send(postgres_store)
    postgres_store.set_state("water", "closed")
    rows = query(postgres_store, f"SELECT {key} ORDER BY ctid")
    assert abs(spearman([arrival[str(row[0])] for row in rows])) <= 0.1


@pytest.mark.postgres
def test_a_closed_survey_on_postgresql_cannot_be_joined_by_its_transactions(postgres_store: Store) -> None:
    send(postgres_store, 20)
    joined = "SELECT count(*) FROM response r JOIN access_code c ON r.xmin = c.xmin"
    assert query(postgres_store, joined) == [(20,)]
    postgres_store.forget_order("water")
    assert query(postgres_store, joined) == [(0,)]
    assert query(postgres_store, "SELECT count(DISTINCT xmin::text) FROM response") == [(1,)]


def test_order_can_be_forgotten_while_answers_come_in(store: Store) -> None:
    codes = issue(store, 40)
    store.publish("road", "v1", "id: road", day="2026-05-01", open_link=True)

    def submit(sent: object) -> object:
        if getattr(sent, "code_hash", None) is None:
            store.forget_order("water")
            return None
        return store.submit(sent)  # type: ignore[arg-type]

    answers = at_once(submit, [*[submission(code_hash=code) for code in codes[:20]], submission()])
    answers += at_once(submit, [submission(), *[submission(code_hash=code) for code in codes[20:]]])
    assert answers.count(Outcome.STORED) == 40
    assert store.ledger("water")[0].used == 40


def test_an_error_does_not_quote_the_answers(store: Store) -> None:
    with pytest.raises(StoreError) as refusal:
        store.submit(submission(answers=CANARY, open_text=CANARY, day=None))
    shown = "".join(traceback.format_exception(refusal.value)) + refusal.value.zh + refusal.value.en
    assert CANARY not in shown
