"""The description is made from the code: it names every route, every answer fits it, and the page shows all of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from playwright.sync_api import BrowserContext

from analysis import Fieldwork, PatternTable, evaluate
from questionnaires.build import load_good
from surveyapp import present, reporting
from surveyapp.api import models
from surveyapp.api.models import LINES
from surveyapp.api.problems import KINDS
from surveyapp.api.views import operations
from surveyapp.rows import read_rows
from surveyapp.store import Store
from tests.analysis.random_surveys import Survey, surveys
from tests.fixtures_server import Installed
from tests.surveyapp.api.asking import REPORT, SURVEY, against, check, described, found, get
from tests.surveyapp.sample import LIBRARY, ROOT, SLUG

SCHEMAS: dict[str, dict[str, Any]] = described()["components"]["schemas"]


def test_the_description_names_exactly_the_routes(app: Flask, client: FlaskClient) -> None:
    served = {
        rule.rule.replace("<", "{").replace(">", "}"): (rule.methods or set()) - {"HEAD"}
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    answer = client.get("/api/v1/openapi.json").get_json()
    assert answer == described() | {"servers": [{"url": "/"}]}
    own = {path: set(methods) for path, methods in answer["paths"].items() if path.startswith("/api/")}
    assert own == {path: {m.lower() for m in methods} for path, methods in served.items()}


def test_the_description_names_the_respondents_routes(app: Flask) -> None:
    served: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("respond."):
            path = rule.rule.replace("<", "{").replace(">", "}")
            served.setdefault(path, set()).update(method.lower() for method in rule.methods or ())
    named = {path: set(methods) for path, methods in described()["paths"].items() if path.startswith("/s/")}
    assert {path: methods - {"head", "options"} for path, methods in served.items()} == named


def test_every_type_is_a_json_schema_said_in_both_languages() -> None:
    for name, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(against(name))
        zh, _, en = schema["description"].partition(LINES)
        assert any("一" <= letter <= "鿿" for letter in zh), name
        assert en, name


@pytest.mark.parametrize("operation", operations.known.values(), ids=lambda one: str(one.name))
def test_every_answer_fits_its_description(
    client: FlaskClient, store: Store, rows_token: str, operation: Any
) -> None:
    version = store.versions(SLUG)[0].version
    path = operation.rule.replace("<slug>", SLUG).replace("<version>", version)
    answer = get(client, path, rows_token)
    assert answer.mimetype == operation.media
    if operation.answer is not None:
        check(json.loads(answer.data), operation.answer.__name__)
        operation.answer.model_validate_json(answer.data, strict=False)


def test_the_description_lists_every_key_of_a_report(client: FlaskClient, token: str) -> None:
    report = found(client, REPORT, token)
    for data, name in (
        (report, "Report"),
        (report["indicators"]["awareness"], "Indicator"),
        (report["measures"]["satisfaction"], "Estimate"),
        (report["fieldwork"], "Fieldwork"),
        (report["fieldwork"]["ledger"][0], "LedgerLine"),
        (report["weighting"], "Weighting"),
        (report["items"]["notice"], "Item"),
        (found(client, f"{SURVEY}/fieldwork", token), "SurveyFieldwork"),
        (found(client, f"{SURVEY}/tallies", token), "Tallies"),
    ):
        assert set(data) == set(SCHEMAS[name]["properties"]), name
        assert set(data) == set(SCHEMAS[name]["required"]), name


def test_the_format_is_named_once() -> None:
    assert SCHEMAS["Report"]["properties"]["schema"]["const"] == present.SCHEMA


@settings(max_examples=60)
@given(surveys())
def test_the_report_of_any_survey_fits_the_description(survey: Survey) -> None:
    report = evaluate(survey.questionnaire, PatternTable(survey.rows), Fieldwork())
    data = json.loads(present.as_json(report))
    check(data, "Report")
    models.Report.model_validate(data)


def test_the_report_of_weighted_rows_fits_the_description() -> None:
    questionnaire = load_good(LIBRARY / f"{SLUG}.yaml")
    rows = read_rows(ROOT / "surveyapp" / "demo" / "rows.csv", questionnaire)
    check(json.loads(present.as_json(evaluate(questionnaire, rows.table, Fieldwork()))), "Report")


@pytest.mark.parametrize("slug", sorted(path.stem for path in LIBRARY.glob("*.yaml")))
def test_the_reports_of_surveys_without_answers_fit(store: Store, slug: str) -> None:
    from tests.surveyapp.sample import publish

    publish(store, slug)
    check(json.loads(present.as_json(reporting.report(store, slug))), "Report")


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_page_shows_every_route_type_and_problem(client: FlaskClient) -> None:
    for language in ("zh", "en"):
        page = client.get("/api/v1/", query_string={"lang": language}).text
        ids = [
            *(one["operationId"] for path in described()["paths"].values() for one in path.values()),
            *SCHEMAS,
            *(kind.name for kind in KINDS.values()),
        ]
        assert [one for one in ids if f'id="{one}"' not in page] == []
        assert ">None<" not in page
        assert LINES.join(("给程序", "for scripts")) not in page


def test_the_page_speaks_one_language_at_a_time(client: FlaskClient) -> None:
    page = client.get("/api/v1/?lang=en").text.replace('lang="zh-CN" hreflang="zh">中文', "")
    assert [letter for letter in page if "一" <= letter <= "鿿"] == []
    assert 'lang="en"' in page
    chinese = client.get("/api/v1/", headers={"Accept-Language": "zh-CN"}).text
    assert "The API for scripts" not in chinese
    assert "给程序取数的接口" in chinese


def test_the_page_loads_and_runs_nothing(client: FlaskClient) -> None:
    answer = client.get("/api/v1/")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    for word in ("<script", "src=", "@import", "url(", "<link"):
        assert word not in answer.text


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["phone", "laptop"])
def test_the_page_fits_a_phone_and_a_laptop(
    request: pytest.FixtureRequest, installed: Any, kind: str
) -> None:
    server: Installed = installed()
    server.start()
    context: BrowserContext = request.getfixturevalue(kind)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server.url}/api/v1/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # the style was let through by the policy: the heading is larger than the text
    sizes = [
        page.evaluate(f"parseFloat(getComputedStyle(document.querySelector('{one}')).fontSize)")
        for one in ("h1", "p")
    ]
    assert sizes[0] > sizes[1]
    page.get_by_role("link", name="GET /api/v1/surveys/{slug}/rows").click()
    assert page.url.endswith("#rows")
    page.get_by_role("link", name="English").click()
    assert page.get_by_role("heading", name="Routes").is_visible()
    assert said == []
    assert Path(server.instance, "survey.db").exists()
