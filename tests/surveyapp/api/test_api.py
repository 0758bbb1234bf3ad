"""The API: who may read, what it answers, and that its description is true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp import auth, create_app, present, reporting
from surveyapp.api.openapi import document
from surveyapp.config import load_config
from surveyapp.store import Store
from tests.surveyapp.sample import SLUG, fill, publish, submission

REPORT = f"/api/v1/surveys/{SLUG}/report"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two surveys, one of them filled."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        fill(store)
        publish(store, "huoju-2021")
        yield store


@pytest.fixture
def app(tmp_path: Path, store: Store) -> Flask:
    """The application."""
    return create_app(load_config(tmp_path), store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A script."""
    return app.test_client()


@pytest.fixture
def token(store: Store) -> str:
    """A token for everything."""
    return auth.make_token(store, "all", None, 30)


def get(client: FlaskClient, path: str, token: str | None = None, **headers: str) -> TestResponse:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return client.get(path, headers=headers)


def test_the_report_is_the_command_lines_byte_for_byte(client: FlaskClient, store: Store, token: str) -> None:
    answer = get(client, REPORT, token)
    assert answer.status_code == 200
    assert answer.data == present.as_json(reporting.report(store, SLUG)).encode()
    assert answer.json is not None
    assert answer.json["indicators"]["satisfaction"]["exact_score"] == "2256/265"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, store: Store, token: str) -> None:
    etag = get(client, REPORT, token).headers["ETag"]
    again = get(client, REPORT, token, **{"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    store.enter(SLUG, "growth", "", "12", "x", "wang", "2026-09-01")
    assert get(client, REPORT, token, **{"If-None-Match": etag}).status_code == 200


def test_the_list_holds_what_lies_in_scope(client: FlaskClient, store: Store, token: str) -> None:
    everything = get(client, "/api/v1/surveys", token).json
    assert everything is not None
    assert [one["slug"] for one in everything["surveys"]] == ["huoju-2021", SLUG]
    assert everything["surveys"][1]["links"] == {"report": REPORT}
    assert (everything["surveys"][1]["returned"], everything["surveys"][1]["valid"]) == (56, 53)
    narrow = auth.make_token(store, "narrow", ["huoju-2021"], 30)
    within = get(client, "/api/v1/surveys", narrow).json
    assert within is not None
    assert [one["slug"] for one in within["surveys"]] == ["huoju-2021"]


def test_out_of_scope_and_unknown_answer_alike(client: FlaskClient, store: Store) -> None:
    narrow = auth.make_token(store, "narrow", ["huoju-2021"], 30)
    answers = [get(client, f"/api/v1/surveys/{slug}/report", narrow) for slug in (SLUG, "nothing-here")]
    everything = auth.make_token(store, "everything", None, 30)
    answers.append(get(client, "/api/v1/surveys/nothing-here/report", everything))
    assert {(a.status_code, a.data) for a in answers} == {(404, answers[0].data)}
    assert problem(answers[0], 404)["detail"] == "没有这个地址或调查。"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer gs_",
        "Bearer gs_" + "a" * 43,
        "Basic d2FuZzp4",
        "gs_" + "a" * 43,
        "Bearer ä",
    ],
)
def test_without_a_good_token_nothing_is_told(client: FlaskClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for path in ("/api/v1/surveys", REPORT, "/api/v1/surveys/nothing-here/report"):
        answer = client.get(path, headers=headers)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_in_the_address_does_not_count(client: FlaskClient, token: str) -> None:
    for name in ("token", "access_token", "Authorization"):
        assert client.get(REPORT, query_string={name: token}).status_code == 401


def test_a_revoked_or_ended_token_is_refused(client: FlaskClient, store: Store, token: str) -> None:
    assert get(client, REPORT, token).status_code == 200
    store.revoke_token("all")
    assert get(client, REPORT, token).status_code == 401
    ended = auth.make_token(store, "ended", None, 1, today="2020-01-01")
    assert get(client, REPORT, ended).status_code == 401


def test_every_error_is_a_problem_in_both_languages(client: FlaskClient, token: str) -> None:
    problem(client.post(REPORT, headers={"Authorization": f"Bearer {token}"}), 405)
    problem(get(client, "/api/nothing", token), 404)
    problem(get(client, "/api/v1/nothing", token), 404)


def test_a_fault_is_a_problem_too(app: Flask, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(reporting, "report", fail)
    answer = get(app.test_client(), REPORT, token)
    assert "secret" not in answer.text
    problem(answer, 500)


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.data)
    jsonschema.validate(found, against("Problem"))
    assert found["status"] == status
    return found


# --- the description -----------------------------------------------------------------------------------------------


def against(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}


def test_the_description_names_exactly_the_routes(app: Flask, client: FlaskClient) -> None:
    served = {
        rule.rule.replace("<", "{").replace(">", "}"): {
            m.lower() for m in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    described = client.get("/api/v1/openapi.json").json
    assert described is not None
    assert {path: set(methods) for path, methods in described["paths"].items()} == served


@pytest.mark.parametrize("slug", [SLUG, "huoju-2021"])
def test_the_description_fits_real_answers(client: FlaskClient, token: str, slug: str) -> None:
    jsonschema.Draft202012Validator.check_schema(against("Report"))
    jsonschema.validate(get(client, f"/api/v1/surveys/{slug}/report", token).json, against("Report"))
    jsonschema.validate(get(client, "/api/v1/surveys", token).json, against("SurveyList"))


def test_the_description_lists_every_key_of_a_report(client: FlaskClient, token: str) -> None:
    found = get(client, REPORT, token).json
    assert found is not None
    schemas = document()["components"]["schemas"]
    assert set(found) == set(schemas["Report"]["properties"])
    assert set(found["indicators"]["awareness"]) == set(schemas["Indicator"]["properties"])
    assert set(found["measures"]["satisfaction"]) == set(schemas["Estimate"]["properties"])
    assert set(found["fieldwork"]) == set(schemas["Fieldwork"]["properties"])
    assert set(found["weighting"]) == set(schemas["Weighting"]["properties"])
    assert set(found["fieldwork"]["ledger"][0]) == set(schemas["LedgerLine"]["properties"])


def test_the_ledger_sums_to_the_counts_of_the_report(client: FlaskClient, token: str) -> None:
    """40 codes by link and 20 slips; 53 and 3 on paper came back, of which the 3 are incomplete."""
    answer = get(client, REPORT, token).json
    assert answer is not None
    found = answer["fieldwork"]
    lines = found["ledger"]
    assert sum(line["issued"] or 0 for line in lines) == found["distributed"] == 60
    assert sum(line["submitted"] for line in lines) == found["returned"] == 56
    assert sum(line["valid"] for line in lines) == found["valid"] == 53
    assert sum(line["invalid"] for line in lines) == sum(found["invalid_reasons"].values()) == 3
    assert found["pending"] == 0


def test_what_waits_is_counted_and_not_told(client: FlaskClient, store: Store, token: str) -> None:
    before = get(client, REPORT, token).json
    version = reporting.survey(store, SLUG).version
    for number in range(3):
        store.submit(submission(version, 900 + number, {"subsidy": "A", "notice": "D"}))
    after = get(client, REPORT, token).json
    assert before is not None
    assert after is not None
    assert after["fieldwork"].pop("pending") == 3
    assert before["fieldwork"].pop("pending") == 0
    assert after == before
