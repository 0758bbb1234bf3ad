"""Attacks on what is kept: whoever gets a copy of it matches a code to its response no better than by chance.

Each attack guesses when a code was used and when a response came by where they lie, and pairs them by rank. Of n random
pairs one is right on average, whatever n is, with a standard deviation of one. The controls show that the same attack
succeeds where the order is still there, so that it would be seen.
"""

import random
import secrets
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import make_url

from surveyapp.store import Outcome, Store
from tests.surveyapp.store.samples import issue, query, sqlite, submission

MANY = 1000
MOST_BY_CHANCE = 6
"""Expected 1, standard deviation 1: five deviations above."""

ORDERED = 0.13
"""A rank correlation beyond this is no chance: four standard deviations of 1000 random pairs."""


def fill(store: Store) -> dict[str, str]:
    """Send so many responses with codes, in an order that nothing else follows; the response's id by its code."""
    codes = issue(store, MANY + 200)  # some are never used
    random.SystemRandom().shuffle(codes)
    pairs = {code: secrets.token_hex(16) for code in codes[:MANY]}
    for code, id_ in pairs.items():
        assert store.submit(submission(id=id_, code_hash=code)) is Outcome.STORED
    return pairs


def matched(pairs: Mapping[str, str], codes: Sequence[str], ids: Sequence[str]) -> int:
    """Pair the n-th code with the n-th response and count the right pairs."""
    assert set(ids) == set(pairs.values())
    used = [code for code in codes if code in pairs]
    return sum(pairs[code] == id_ for code, id_ in zip(used, ids, strict=True))


# --- SQLite: the bytes of the file -----------------------------------------------------------------------------------


def by_place(content: bytes, keys: Sequence[str], page: int = 4096) -> list[str]:
    """Sort keys by their rank within their page, the later laid down first: new cells go to lower addresses."""
    pages: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for key in keys:
        place = content.rfind(key.encode())
        assert place >= 0
        pages[place // page].append((-place, key))
    rank: dict[str, float] = {}
    for cells in pages.values():
        for number, (_, key) in enumerate(sorted(cells)):
            rank[key] = (number + 0.5) / len(cells)
    return sorted(keys, key=lambda key: (rank[key], key))


def by_first_place(content: bytes, keys: Sequence[str]) -> list[str]:
    return sorted(keys, key=lambda key: content.find(key.encode()))


def concordance(arrived: Sequence[str], guessed: Sequence[str]) -> float:
    """Return Spearman's rank correlation of a guessed order with the true one."""
    n, place = len(arrived), {key: rank for rank, key in enumerate(guessed)}
    squares = sum((rank - place[key]) ** 2 for rank, key in enumerate(arrived))
    return 1 - 6 * squares / (n * (n * n - 1))


@pytest.mark.parametrize("order", [by_place, by_first_place])
def test_the_file_at_rest_links_no_code_while_the_survey_is_open(
    sqlite_store: Store, order: Callable[[bytes, Sequence[str]], list[str]]
) -> None:
    pairs = fill(sqlite_store)
    assert sqlite_store.checkpoint()
    path = sqlite(sqlite_store).path
    assert Path(f"{path}-wal").stat().st_size == 0
    content = path.read_bytes()
    codes, ids = order(content, list(pairs)), order(content, list(pairs.values()))
    assert matched(pairs, codes, ids) <= MOST_BY_CHANCE
    # The stronger proof: the codes' places do not even hint at when they were used.
    assert abs(concordance(list(pairs), codes)) < ORDERED


def test_the_write_ahead_log_would_link_them(sqlite_store: Store) -> None:
    """The control: before the checkpoint the log lists one page after the other as they were written."""
    pairs = fill(sqlite_store)
    log = Path(f"{sqlite(sqlite_store).path}-wal").read_bytes()
    ids = by_first_place(log, list(pairs.values()))
    assert concordance(list(pairs.values()), ids) > 2 * ORDERED


def test_the_closed_file_links_no_code(sqlite_store: Store) -> None:
    pairs = fill(sqlite_store)
    sqlite_store.set_state("water", "closed")
    content = sqlite(sqlite_store).path.read_bytes()
    for order in (by_place, by_first_place):
        codes, ids = order(content, list(pairs)), order(content, list(pairs.values()))
        assert matched(pairs, codes, ids) <= MOST_BY_CHANCE


# --- PostgreSQL: a dump ----------------------------------------------------------------------------------------------


def dumped(store_url: str) -> Iterator[list[str]]:
    """Yield the rows of the two tables as pg_dump writes them."""
    url = make_url(store_url).set(drivername="postgresql").render_as_string(hide_password=False)
    for table in ("access_code", "response"):
        command = ["pg_dump", "--data-only", "--table", table, "--dbname", url]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        _, _, rows = text.partition("FROM stdin;\n")
        yield [row.split("\t")[0] for row in rows.partition("\n\\.")[0].splitlines()]


def line_number(line: tuple[object, str]) -> float:
    return float(str(line[0]))


def by_line(store: Store) -> list[str]:
    """Sort the used codes by their rank within their page: a dump lists page after page, line after line."""
    pages: dict[object, list[tuple[object, str]]] = defaultdict(list)
    place = "(ctid::text::point)[0], (ctid::text::point)[1], code_hash"
    for page, line, code in query(store, f"SELECT {place} FROM access_code WHERE state = 'used'"):
        pages[page].append((line, str(code)))
    rank = {
        code: (number + 0.5) / len(lines)
        for lines in pages.values()
        for number, (_, code) in enumerate(sorted(lines, key=line_number))
    }
    return sorted(rank, key=lambda code: (rank[code], code))


@pytest.mark.postgres
def test_a_dump_links_no_code_while_the_survey_is_open(postgres_store: Store, postgres_url: str) -> None:
    pairs = fill(postgres_store)
    codes, ids = dumped(postgres_url)
    # The control: until a minute has passed, both lie as they were written.
    assert concordance(list(pairs.values()), ids) > 0.9
    assert concordance(list(pairs), by_line(postgres_store)) > 0.9
    assert postgres_store.checkpoint()
    codes, ids = dumped(postgres_url)
    for guessed in (codes, by_line(postgres_store)):
        used = [code for code in guessed if code in pairs]
        assert abs(concordance(list(pairs), used)) < ORDERED
        assert matched(pairs, used, ids) <= MOST_BY_CHANCE


@pytest.mark.postgres
def test_a_dump_of_a_closed_survey_links_no_code(postgres_store: Store, postgres_url: str) -> None:
    pairs = fill(postgres_store)
    postgres_store.set_state("water", "closed")
    codes, ids = dumped(postgres_url)
    assert matched(pairs, codes, ids) <= MOST_BY_CHANCE
    assert abs(concordance(list(pairs.values()), ids)) < ORDERED


@pytest.mark.postgres
def test_laying_out_waits_for_nobody(postgres_store: Store) -> None:
    (code,) = issue(postgres_store, 1)
    postgres_store.submit(submission(code_hash=code))
    with postgres_store._database._streamers.connect() as reader:
        reader.exec_driver_sql("SELECT * FROM access_code")
        assert not postgres_store.checkpoint()
    assert postgres_store.checkpoint()
