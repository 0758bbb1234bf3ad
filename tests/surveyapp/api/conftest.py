"""A server's API with two surveys, one of them filled, and scripts that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveyapp import auth, create_app
from surveyapp.api.door import PACE
from surveyapp.api.pace import Pace
from surveyapp.config import load_config
from surveyapp.store import Store
from tests.surveyapp.sample import fill, publish


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two surveys, one of them filled."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        fill(store)
        publish(store, "huoju-2021")
        yield store


@pytest.fixture
def app(tmp_path: Path, store: Store) -> Flask:
    """The application, in no hurry."""
    app = create_app(load_config(tmp_path, public_url="https://survey.example.org"), store)
    app.extensions[PACE] = Pace(per_token=10**6, per_address=10**6)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A script."""
    return app.test_client()


@pytest.fixture
def token(store: Store) -> str:
    """A token for every survey, of totals and scores."""
    return auth.make_token(store, "all", None, 30)


@pytest.fixture
def rows_token(store: Store) -> str:
    """A token for every survey, of rows as well."""
    return auth.make_token(store, "rows", None, 30, reads_rows=True)
