"""Who may read what: every route with every kind of token, the pace, and that nothing is told without one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveyapp import auth
from surveyapp.api.door import PACE
from surveyapp.api.pace import Pace
from surveyapp.api.views import operations
from surveyapp.store import Store
from tests.surveyapp.api.asking import REPORT, SURVEY, get, problem
from tests.surveyapp.sample import SLUG

OTHER = "huoju-2021"


def _revoked(store: Store) -> str:
    token = auth.make_token(store, "revoked", None, 30, reads_rows=True)
    store.revoke_token("revoked")
    return token


MAKERS: dict[str, Callable[[Store], str | None]] = {
    "none": lambda store: None,
    "unknown": lambda store: "gs_" + "a" * 43,
    "expired": lambda store: auth.make_token(store, "old", None, 1, today="2020-01-01", reads_rows=True),
    "revoked": _revoked,
    "other survey": lambda store: auth.make_token(store, "other", [OTHER], 30, reads_rows=True),
    "totals": lambda store: auth.make_token(store, "totals", [SLUG], 30),
    "all totals": lambda store: auth.make_token(store, "all totals", None, 30),
    "rows": lambda store: auth.make_token(store, "rows", [SLUG], 30, reads_rows=True),
    "all rows": lambda store: auth.make_token(store, "all rows", None, 30, reads_rows=True),
}
EXPECTED: dict[str, dict[str, int]] = {
    "nothing": dict.fromkeys(MAKERS, 200),
    "token": dict.fromkeys(MAKERS, 200) | dict.fromkeys(("none", "unknown", "expired", "revoked"), 401),
}
EXPECTED["survey"] = EXPECTED["token"] | {"other survey": 404}
EXPECTED["rows"] = EXPECTED["survey"] | {"totals": 403, "all totals": 403}
"""By what a route asks for and by token: written down from the words of the design, not from the code."""


def paths(store: Store) -> dict[str, tuple[str, str]]:
    """Return every route's address at the filled survey, and what it asks for."""
    version = store.versions(SLUG)[0].version
    return {
        one.name: (one.rule.replace("<slug>", SLUG).replace("<version>", version), one.right)
        for one in operations.known.values()
    }


@pytest.mark.parametrize("kind", MAKERS)
def test_every_route_opens_to_whom_it_should(client: FlaskClient, store: Store, kind: str) -> None:
    token = MAKERS[kind](store)
    expected = {name: EXPECTED[right][kind] for name, (_, right) in paths(store).items()}
    answers = {name: get(client, path, token) for name, (path, _) in paths(store).items()}
    assert {name: answer.status_code for name, answer in answers.items()} == expected
    for name, answer in answers.items():
        if expected[name] != 200:
            problem(answer, expected[name])


def test_the_routes_ask_for_what_they_are_meant_to(store: Store) -> None:
    rights = {name: right for name, (_, right) in paths(store).items()}
    assert {name for name, right in rights.items() if right == "nothing"} == {"description", "openapi"}
    assert {name for name, right in rights.items() if right == "token"} == {"surveys"}
    assert {name for name, right in rights.items() if right == "rows"} == {"rows"}
    assert len(rights) == 14


def test_a_token_made_before_there_was_the_right_reads_no_rows(client: FlaskClient, store: Store) -> None:
    token = "gs_" + "b" * 43
    store.add_token(auth._digest(token), "before", "*", "2026-01-01", "2099-01-01")
    assert get(client, REPORT, token).status_code == 200
    assert "--rows" in problem(get(client, f"{SURVEY}/rows", token), 403)["detail"]


def test_the_list_holds_what_lies_in_scope(client: FlaskClient, store: Store, token: str) -> None:
    narrow = auth.make_token(store, "narrow", [OTHER], 30)
    listed = [
        [one["slug"] for one in json.loads(get(client, "/api/v1/surveys", one).data)["surveys"]]
        for one in (token, narrow)
    ]
    assert listed == [[OTHER, SLUG], [OTHER]]


def test_out_of_scope_and_unknown_answer_alike(client: FlaskClient, store: Store, token: str) -> None:
    narrow = auth.make_token(store, "narrow", [OTHER], 30)
    answers = [get(client, f"/api/v1/surveys/{slug}/rows", narrow) for slug in (SLUG, "nothing-here", "A b")]
    answers += [
        get(client, f"/api/v1/surveys/{slug}/report", token) for slug in ("nothing-here", "%00", "汉")
    ]
    assert {(a.status_code, a.data) for a in answers} == {(404, answers[0].data)}
    assert problem(answers[0], 404)["detail"] == "没有这个地址或调查。"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer gs_", "Bearer gs_" + "a" * 43, "Basic d2FuZzp4", "gs_" + "a" * 43, "Bearer ä"],
)  # fmt: skip
def test_without_a_good_token_nothing_is_told(client: FlaskClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for path in ("/api/v1/surveys", REPORT, "/api/v1/surveys/nothing-here/report", f"{REPORT}?x=1"):
        answer = client.get(path, headers=headers)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_in_the_address_does_not_count(client: FlaskClient, token: str) -> None:
    for name in ("token", "access_token", "Authorization"):
        assert client.get(REPORT, query_string={name: token}).status_code == 401


def test_the_day_of_the_last_use_is_kept(client: FlaskClient, store: Store, token: str) -> None:
    assert store.tokens()[0].last_used_on is None
    get(client, REPORT, token)
    assert store.tokens()[0].last_used_on is not None


def test_who_asks_too_often_is_told_when_to_come_again(app: Flask, store: Store, token: str) -> None:
    app.extensions[PACE] = Pace(per_token=3, per_address=2)
    client = app.test_client()
    statuses = [get(client, "/api/v1/surveys", token).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = get(client, "/api/v1/surveys", token)
    problem(refused, 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    other = auth.make_token(store, "other", None, 30)
    assert get(client, "/api/v1/surveys", other).status_code == 200


def test_bad_tokens_wear_out_an_address_but_not_the_good_ones_there(app: Flask, token: str) -> None:
    app.extensions[PACE] = Pace(per_token=3, per_address=2)
    client = app.test_client()
    statuses = [get(client, REPORT, "gs_" + "a" * 43).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    assert get(client, REPORT, token).status_code == 200
