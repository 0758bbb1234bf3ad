"""An installation with the 芝罘 survey, and an evaluator who signs in, reads and submits forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp import auth, create_app
from surveyapp.config import load_config
from surveyapp.evaluate import door
from surveyapp.store import Store
from tests.surveyapp.sample import SLUG, fill

NAME = "wang"
NOON = 1_790_050_000
"""Some noon in 2026, in unix seconds."""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> int:
        return self.moment


@dataclass
class Evaluator:
    """A browser with an evaluator before it."""

    client: FlaskClient
    password: str

    def get(self, path: str, **more: object) -> TestResponse:
        """Open a page."""
        return self.client.get(path, buffered=True, **more)

    def post(self, path: str, *, token: str | None = None, **fields: str) -> TestResponse:
        """Send a form with the token of the page it stands on."""
        data = {"csrf_token": self.token() if token is None else token, **fields}
        return self.client.post(path, data=data)

    def token(self) -> str:
        """Return the token forms carry at the moment."""
        page = self.client.get("/evaluate/sign-in").text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, page
        return found[1]

    def sign_in(self, name: str = NAME, password: str | None = None) -> TestResponse:
        """Sign in."""
        return self.post(
            "/evaluate/sign-in", name=name, password=self.password if password is None else password
        )

    def page(self, step: str, slug: str = SLUG) -> str:
        """Return the text of a survey's page."""
        response = self.get(f"/evaluate/surveys/{slug}/{step}")
        assert response.status_code == 200, response.status
        return response.text


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash passwords cheaply; the real cost is tested in test_auth.py."""
    monkeypatch.setattr(auth, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    auth._stand_in.cache_clear()
    yield
    auth._stand_in.cache_clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of sessions."""
    clock = Clock()
    monkeypatch.setattr(door, "now", clock)
    return clock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the 芝罘 survey."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        fill(store)
        yield store


@pytest.fixture
def app(tmp_path: Path, store: Store, clock: Clock) -> Flask:
    """The application on that store."""
    config = load_config(tmp_path, public_url="http://localhost")
    return create_app(config, store)


@pytest.fixture
def visitor(app: Flask, store: Store) -> Evaluator:
    """Somebody with an account who has not signed in."""
    return Evaluator(app.test_client(), auth.create_account(store, NAME, today="2026-09-01"))


@pytest.fixture
def evaluator(visitor: Evaluator) -> Evaluator:
    """Somebody who has signed in."""
    assert visitor.sign_in().status_code == 302
    return visitor
