"""How the tests ask the API and judge its problems."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp.api.openapi import document
from surveyapp.api.views import operations
from tests.surveyapp.sample import SLUG

SURVEY = f"/api/v1/surveys/{SLUG}"
REPORT = f"{SURVEY}/report"


def get(client: FlaskClient, path: str, token: str | None = None, **headers: str) -> TestResponse:
    """Ask for a path with a token."""
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return client.get(path, headers=headers)


def found(client: FlaskClient, path: str, token: str) -> dict[str, Any]:
    """Ask for a path and return its JSON."""
    answer = get(client, path, token)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = json.loads(answer.data)
    return data


@cache
def described() -> dict[str, Any]:
    """Return the description."""
    return document(operations.known.values())


def against(schema: str) -> dict[str, Any]:
    """Return the JSON Schema of one of the description's types."""
    return {"$ref": f"#/components/schemas/{schema}", "components": described()["components"]}


def check(data: object, schema: str) -> None:
    """Hold data against one of the description's types."""
    jsonschema.Draft202012Validator(against(schema)).validate(data)


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    """Return an answer's problem details, which must be whole and in both languages."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    data: dict[str, Any] = json.loads(answer.data)
    check(data, "Problem")
    assert data["status"] == status
    assert any("一" <= letter <= "鿿" for letter in data["detail"])
    assert data["detail_en"].isascii() or "…" in data["detail_en"]
    return data
