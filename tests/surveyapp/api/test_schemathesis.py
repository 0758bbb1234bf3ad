"""schemathesis asks every route for what the description allows and forbids; no 500, no answer it does not describe."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from werkzeug.serving import WSGIRequestHandler, make_server

from surveyapp import auth, create_app
from surveyapp.api.door import PACE
from surveyapp.api.pace import Pace
from surveyapp.api.views import operations
from surveyapp.config import load_config
from surveyapp.store import Store
from tests.surveyapp.sample import fill, publish

EXAMPLES = 5
"""Random requests a route, besides those that go through every limit the description names."""

RESPONDENTS = {
    "include-path-regex": "^/s/",
    "checks": {
        # What a page sends carries a ticket that was signed for it; nothing made up is ever taken.
        "positive_data_acceptance": {"enabled": False},
    },
}


class Quiet(WSGIRequestHandler):
    """Serves without a line for every request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@dataclass(kw_only=True)
class Found:
    """What a run found."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By route and status."""
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    """By route and check."""
    errors: list[str] = field(default_factory=list)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A server with the demo's answers and a survey that takes some by the open link; its address, and a token for all."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        fill(store)
        publish(store, "huoju-2021", open_link=True)
        app = create_app(load_config(tmp_path), store)
        app.extensions[PACE] = Pace(per_token=10**9, per_address=10**9)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield (
            f"http://127.0.0.1:{server.server_port}",
            auth.make_token(store, "all", None, 30, reads_rows=True),
        )
        server.shutdown()
        thread.join()
        server.server_close()


def run(url: str, token: str) -> Found:
    config = SchemathesisConfig.from_dict({
        "seed": 20260501,
        "headers": {"Authorization": f"Bearer {token}"},
        "generation": {"max-examples": EXAMPLES, "database": "none"},
        "phases": {"stateful": {"enabled": False}},
        "operations": [RESPONDENTS],
    })  # fmt: skip
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json", config=config)
    found = Found()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(found, event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.errors.append(str(event))
    return found


def _note(found: Found, event: events.ScenarioFinished) -> None:
    for id, interaction in event.recorder.interactions.items():
        if interaction.response is not None and id in event.recorder.cases:
            label = event.recorder.cases[id].value.operation.label
            found.statuses[label, interaction.response.status_code] += 1
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                found.failures[event.recorder.label or "", check.name] = f"{failure.title}: {failure.message}"


@pytest.mark.filterwarnings("default")
def test_schemathesis_finds_no_fault_and_no_answer_that_is_not_described(served: tuple[str, str]) -> None:
    found = run(*served)
    assert found.failures == {}
    assert found.errors == []
    assert [status for _, status in found.statuses if status >= 500] == []
    asked = {label for label, _ in found.statuses}
    own = {f"GET {one.rule.replace('<', '{').replace('>', '}')}" for one in operations.known.values()}
    own.remove("GET /api/v1/openapi.json")  # where the description was read is not asked again
    taking = {
        f"{method} /s/{{slug}}{rest}" for method in ("GET", "POST") for rest in ("", "/enter", "/{code}")
    }
    assert asked == own | taking
    reached = {label for label, status in found.statuses if status == 200}
    assert own <= reached
