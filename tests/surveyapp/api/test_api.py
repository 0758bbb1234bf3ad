"""The API: what it answers, from the same report as everything else, and every error as a problem."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from surveyapp import auth, present, reporting
from surveyapp.api.problems import KINDS, voice
from surveyapp.cli import main
from surveyapp.store import Store, StoreBusyError
from tests.surveyapp.api.asking import REPORT, SURVEY, check, found, get, problem
from tests.surveyapp.sample import LIBRARY, SLUG, submission


def test_the_report_is_the_command_lines_byte_for_byte(client: FlaskClient, store: Store, token: str) -> None:
    answer = get(client, REPORT, token)
    assert answer.status_code == 200
    assert answer.data == present.as_json(reporting.report(store, SLUG)).encode()
    assert answer.json is not None
    # zhifu-2022-expected.json: 2256/265 points, printed 8.5
    assert answer.json["indicators"]["satisfaction"]["exact_score"] == "2256/265"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, store: Store, token: str) -> None:
    for part in ("report", "indicators", "items", "tallies", "fieldwork", "ledger", "definition", "versions"):
        etag = get(client, f"{SURVEY}/{part}", token).headers["ETag"]
        again = get(client, f"{SURVEY}/{part}", token, **{"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b""), part
    etag = get(client, REPORT, token).headers["ETag"]
    store.enter(SLUG, "growth", "", "12", "x", "wang", "2026-09-01")
    assert get(client, REPORT, token, **{"If-None-Match": etag}).status_code == 200


def test_a_survey_says_where_its_parts_are(client: FlaskClient, token: str) -> None:
    one = found(client, SURVEY, token)
    assert one["links"]["report"] == REPORT
    assert (one["returned"], one["valid"], one["state"], one["closed_on"]) == (56, 53, "open", None)
    for path in (path for name, path in one["links"].items() if name != "rows"):
        assert get(client, path, token).status_code == 200
    assert found(client, "/api/v1/surveys", token)["surveys"][1] == one


def test_the_day_of_closing_is_told_and_no_more_exactly(
    client: FlaskClient, store: Store, token: str
) -> None:
    store.set_state(SLUG, "closed", at=1_790_092_800)
    # 1790092800 is 23 September 2026, 00:00 in China
    assert found(client, SURVEY, token)["closed_on"] == "2026-09-23"


def test_the_scores_are_those_of_the_report(client: FlaskClient, token: str) -> None:
    scores, report = found(client, f"{SURVEY}/indicators", token), found(client, REPORT, token)
    assert [one["id"] for one in scores["indicators"]] == list(report["indicators"])
    for one in scores["indicators"]:
        whole = report["indicators"][one["id"]]
        assert {key: one[key] for key in one.keys() & whole.keys()} == {
            key: whole[key] for key in one.keys() & whole.keys()
        }
        measure = report["measures"].get(whole["measure"], {})
        assert one["value"] == measure.get("value")
        assert one["value_interval"] == measure.get("interval")
    assert scores["data_hash"] == report["data_hash"]
    by_id = {one["id"]: one for one in scores["indicators"]}
    # the published 满意度 is 85.13% and 8.5 of 10 points, from 53 valid questionnaires
    assert (by_id["satisfaction"]["reported"], by_id["satisfaction"]["n"]) == ("8.5", 53)
    assert round(by_id["satisfaction"]["value"], 4) == 0.8513


def test_the_items_carry_their_words_and_the_reports_results(client: FlaskClient, token: str) -> None:
    data, report = found(client, f"{SURVEY}/items", token), found(client, REPORT, token)
    assert {one["id"]: one["result"] for one in data["items"] if one["result"]} == report["items"]
    notice = next(one for one in data["items"] if one["id"] == "notice")
    assert notice["text"]["zh"]
    assert {o["code"]: o["count"] for o in notice["options"]} == report["items"]["notice"]["counts"]


def test_the_tallies_are_evaluated_to_the_same_scores(
    client: FlaskClient, store: Store, token: str, tmp_path: Path
) -> None:
    path = tmp_path / "tallies.json"
    path.write_bytes(get(client, f"{SURVEY}/tallies", token).data)
    shown = CliRunner().invoke(
        main,
        ["analyse", str(LIBRARY / f"{SLUG}.yaml"), "--tallies", str(path), "--format", "json"],
        catch_exceptions=False,
    )
    assert shown.exit_code == 0, shown.output
    again, report = json.loads(shown.stdout), found(client, REPORT, token)
    for name, item in report["items"].items():
        assert again["items"][name]["counts"] == item["counts"]
    for name, one in report["indicators"].items():
        assert again["indicators"][name]["exact_score"] == one["exact_score"]
    assert again["fieldwork"]["return_rate"] == report["fieldwork"]["return_rate"]


def test_more_back_than_went_out_gives_tallies_without_a_base(
    client: FlaskClient, store: Store, token: str
) -> None:
    store.submit_many(
        [submission(reporting.survey(store, SLUG).version, 500 + n, {"notice": "A"}) for n in range(10)]
    )
    counted = found(client, f"{SURVEY}/tallies", token)["fieldwork"]
    # 60 codes went out; 56 and 10 came back
    assert (counted["distributed"], counted["returned"]) == (None, 66)


def test_the_definition_is_the_text_whose_hash_is_the_version(
    client: FlaskClient, store: Store, token: str
) -> None:
    one = found(client, f"{SURVEY}/definition", token)
    assert hashlib.sha256(one["source"].encode()).hexdigest() == one["version"]
    assert one["version"] == found(client, REPORT, token)["questionnaire"]["version"]
    (listed,) = found(client, f"{SURVEY}/versions", token)["versions"]
    assert found(client, listed["definition"], token) == one
    problem(get(client, f"{SURVEY}/versions/{'0' * 64}", token), 404)
    problem(get(client, f"{SURVEY}/versions/%00", token), 404)


def test_the_ledger_sums_to_the_counts_of_the_report(client: FlaskClient, token: str) -> None:
    """40 codes by link and 20 slips; 53 and 3 on paper came back, of which the 3 are incomplete."""
    counted = found(client, f"{SURVEY}/fieldwork", token)
    assert counted["ledger"] == found(client, REPORT, token)["fieldwork"]["ledger"]
    lines = counted["ledger"]
    assert sum(line["issued"] or 0 for line in lines) == counted["distributed"] == 60
    assert sum(line["submitted"] for line in lines) == counted["returned"] == 56
    assert sum(line["valid"] for line in lines) == counted["valid"] == 53
    assert sum(line["invalid"] for line in lines) == sum(counted["invalid_reasons"].values()) == 3


def test_what_waits_is_counted_and_not_told(client: FlaskClient, store: Store, token: str) -> None:
    parts = ("report", "indicators", "items", "tallies")
    before = {part: found(client, f"{SURVEY}/{part}", token) for part in parts}
    version = reporting.survey(store, SLUG).version
    for number in range(3):
        store.submit(submission(version, 900 + number, {"subsidy": "A", "notice": "D"}))
    after = {part: found(client, f"{SURVEY}/{part}", token) for part in parts}
    assert (before["report"]["fieldwork"].pop("pending"), after["report"]["fieldwork"].pop("pending")) == (
        0,
        3,
    )
    assert after == before
    waiting = sum(line["waiting"] for line in found(client, f"{SURVEY}/ledger", token)["lines"])
    assert waiting == found(client, SURVEY, token)["pending"] == 3


# --- problems ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_written(client: FlaskClient, token: str, method: str) -> None:
    answer = client.open(REPORT, method=method, headers={"Authorization": f"Bearer {token}"})
    problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_what_is_not_there_is_a_problem(client: FlaskClient, token: str) -> None:
    for path in ("/api/nothing", "/api/v1/nothing", f"{SURVEY}/nothing"):
        assert problem(get(client, path, token), 404)["type"] == "/api/v1/#not-found"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200), ("*/*", 200), ("application/*", 200), ("text/html, application/json;q=0.1", 200),
        ("text/html", 406), ("application/json;q=0", 406), ("application/xml, text/*", 406),
    ],
)  # fmt: skip
def test_only_json_is_answered(client: FlaskClient, token: str, accept: str, status: int) -> None:
    answer = get(client, REPORT, token, Accept=accept)
    assert answer.status_code == status
    if status == 406:
        problem(answer, 406)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("limit=0", ["limit"]), ("limit=1001", ["limit"]), ("limit=", ["limit"]), ("limit=１０", ["limit"]),
        ("limit=1e2&cursor=%20&x=1", ["limit", "cursor", "x"]), ("limit=5&limit=6", ["limit"]),
    ],
)  # fmt: skip
def test_every_parameter_that_cannot_be_used_is_named(
    client: FlaskClient, rows_token: str, query: str, parameters: list[str]
) -> None:
    found = problem(get(client, f"{SURVEY}/rows?{query}", rows_token), 422)
    assert [one["parameter"] for one in found["errors"]] == parameters
    assert all(one["detail"] and one["detail_en"] for one in found["errors"])


def test_a_fault_is_a_problem_too(app: Flask, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(reporting, "report", fail)
    answer = get(app.test_client(), REPORT, token)
    assert "secret" not in answer.text
    problem(answer, 500)


def test_a_busy_store_is_a_problem_that_says_when_to_come_again(
    app: Flask, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise StoreBusyError

    monkeypatch.setattr(reporting, "report", busy)
    answer = get(app.test_client(), REPORT, token)
    problem(answer, 503)
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("error", [UnsupportedMediaType, RequestEntityTooLarge])
def test_what_another_layer_refuses_is_worded_here(app: Flask, error: type[HTTPException]) -> None:
    with app.test_request_context("/api/v1/surveys"):
        data = json.loads(voice(error()).get_data())
    check(data, "Problem")
    assert data["detail"] == KINDS[data["status"]].zh


def test_a_body_without_its_length_is_a_problem(client: FlaskClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"}
    problem(client.get(REPORT, headers=headers), 411)


def test_every_problem_has_its_place_on_the_page(client: FlaskClient) -> None:
    page = client.get("/api/v1/").text
    assert [kind.name for kind in KINDS.values() if f'id="{kind.name}"' not in page] == []


def test_a_prefix_stands_before_every_address(tmp_path: Path, store: Store) -> None:
    from surveyapp import create_app
    from surveyapp.config import load_config

    app = create_app(load_config(tmp_path, public_url="https://example.org/survey"), store)
    token = auth.make_token(store, "prefix", None, 30)
    client = app.test_client()
    one = found(client, f"/survey{SURVEY}", token)
    assert one["links"]["report"] == f"/survey{REPORT}"
    assert client.get("/survey/api/v1/openapi.json").get_json()["servers"] == [{"url": "/survey"}]
    assert problem(get(client, "/survey/api/v1/x", token), 404)["type"] == "/survey/api/v1/#not-found"
