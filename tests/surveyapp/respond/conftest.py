"""An installation with two surveys on a SQLite file, a clock that stands, and a respondent who opens and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from questionnaires.build import load_good, normalised
from surveyapp import create_app
from surveyapp.config import Config, load_config
from surveyapp.fieldwork.codes import hash_code, hashes, make_codes, make_typed_codes
from surveyapp.respond.reception import Reception
from surveyapp.store import Store, StoredResponse
from tests.surveyapp.respond.reading import Page, read

HERE = Path(__file__).parent
LIBRARY = HERE.parents[2] / "questionnaires" / "library"
MORNING = 1_790_043_200.0
"""22 September 2026, 09:33 in China."""
DAY = "2026-09-22"

Answers = Mapping[str, str | list[str]]

KINDS: Answers = {
    "area": "south",
    "visits": "3",
    "staff": "A",
    "canteen": "A",
    "overall": "9",
    "improve": "food",
}


@dataclass(kw_only=True)
class Clock:
    """A clock that moves when it is told to."""

    now: float = MORNING

    def __call__(self) -> float:
        return self.now


@dataclass(kw_only=True)
class Respondent:
    """Somebody with a link."""

    client: FlaskClient
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    page: Page | None = None

    def opens(self, path: str = "") -> TestResponse:
        """Open the link and remember the page."""
        response = self.client.get(path or self.path, headers=self.headers)
        if response.status_code == 200:
            self.page = read(response.text)
        return response

    def sends(self, answers: Answers, **hidden: str) -> TestResponse:
        """Send answers with the hidden fields of the page that is open, opening it first if need be."""
        if self.page is None:
            self.opens()
        assert self.page is not None
        kept = {name: self.page.value(name) for name in ("_version", "_ticket")} | hidden
        others = {name: value for name, value in kept.items() if name not in ("_version", "_ticket")}
        fields = {"_version": kept["_version"], **answers, **others, "_ticket": kept["_ticket"], "_end": "1"}
        return self.sends_raw(urlencode(fields, doseq=True).encode())

    def sends_json(self, answers: Answers, **hidden: str) -> tuple[int, dict[str, Any]]:
        """Send answers as the page's script does; return the status and what was said."""
        self.headers["Accept"] = "application/json"
        try:
            response = self.sends(answers, **hidden)
        finally:
            del self.headers["Accept"]
        assert response.mimetype == "application/json"
        return response.status_code, json.loads(response.data)

    def sends_raw(self, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> TestResponse:
        """Send a body as it is."""
        return self.client.post(self.path, data=body, content_type=content_type, headers=self.headers)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_config(tmp_path / "instance", public_url="https://survey.example.org", survey_cache_seconds=0)


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with Store.open(config.database_url) as opened:
        publish(opened, LIBRARY / "zhifu-2022.yaml")
        publish(opened, HERE / "kinds.yaml")
        yield opened


def publish(store: Store, path: Path, *, open_link: bool = True) -> str:
    """Publish a definition and return its version."""
    questionnaire = load_good(path)
    source = normalised(path.read_bytes())
    store.publish(questionnaire.id, questionnaire.version, source, day=DAY, open_link=open_link)
    return questionnaire.version


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(config: Config, store: Store, clock: Clock) -> Flask:
    made = create_app(config, store)
    made.extensions["surveyapp.respond"] = Reception(config, store, now=clock, clock=clock)
    return made


@pytest.fixture
def respondent(app: Flask) -> Respondent:
    """Somebody with the open link of the `kinds` survey."""
    return Respondent(client=app.test_client(), path="/s/kinds")


@pytest.fixture
def code(store: Store) -> str:
    """Return an access code for the northern stratum of the `kinds` survey."""
    (made,) = make_codes(1)
    store.issue_codes("kinds", [hash_code(made)], purpose="survey", channel="slip", stratum="north", day=DAY)
    return made


@dataclass(frozen=True, kw_only=True)
class BothCodes:
    """One access code in both its forms."""

    link: str
    typed: str


def issue(store: Store, config: Config, count: int, *, slug: str = "kinds") -> list[BothCodes]:
    """Issue access codes for the northern stratum, each as a link and to be typed."""
    made = [
        BothCodes(link=link, typed=typed)
        for link, typed in zip(make_codes(count), make_typed_codes(count), strict=True)
    ]
    kept = [hashes(one.link, one.typed, config.secret_key) for one in made]
    store.issue_codes(slug, kept, purpose="survey", channel="slip", stratum="north", day=DAY)
    return made


@pytest.fixture
def invited(app: Flask, code: str) -> Respondent:
    """Somebody with an access code."""
    return Respondent(client=app.test_client(), path=f"/s/kinds/{code}")


def stored(store: Store, slug: str = "kinds") -> list[StoredResponse]:
    """Return what was stored."""
    return list(store.responses(slug, live=True))
