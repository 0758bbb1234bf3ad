"""Stores to test: each test that takes `store` runs on a SQLite file and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.store import Store


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'survey.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        opened.publish("water", "v1", "id: water", day="2026-05-01", open_link=True)
        yield opened


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    with Store.open(sqlite_url) as opened:
        opened.publish("water", "v1", "id: water", day="2026-05-01", open_link=True)
        yield opened


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    with Store.open(postgres_url) as opened:
        opened.publish("water", "v1", "id: water", day="2026-05-01", open_link=True)
        yield opened
