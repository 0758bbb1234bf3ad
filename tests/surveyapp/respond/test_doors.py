"""The application behind a proxy, under a path, and asked by names it does not trust."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request
from flask_babel import get_locale

from surveyapp import create_app
from surveyapp.config import Config
from surveyapp.store import Store
from tests.surveyapp.respond.conftest import KINDS, Respondent, stored

ROOT = Path(__file__).parents[3]


def test_a_host_that_is_not_trusted_is_refused(config: Config, store: Store) -> None:
    client = create_app(replace(config, trusted_hosts=("survey.example.org",)), store).test_client()
    assert client.get("/s/kinds", headers={"Host": "survey.example.org"}).status_code == 200
    refused = client.get("/s/kinds", headers={"Host": "evil.example"})
    assert refused.status_code == 400
    assert "Content-Security-Policy" in refused.headers


def test_no_page_names_the_host_it_was_asked_by(config: Config, store: Store) -> None:
    client = create_app(config, store).test_client()
    for path in ("/s/kinds", "/s/nothing", "/", "/nothing"):
        response = client.get(path, headers={"Host": "evil.example"})
        assert "evil.example" not in response.text + str(response.headers)


@pytest.mark.parametrize("path", ["/survey/s/kinds", "/s/kinds"])
def test_a_path_in_the_public_address_may_be_taken_off_or_left_on(
    config: Config, store: Store, path: str
) -> None:
    client = create_app(replace(config, public_url="https://gov.example/survey"), store).test_client()
    assert client.get(path).status_code == 200
    assert client.get("/survey/").headers["Location"] == "/survey/evaluate/"
    assert client.get("/surveys/kinds").status_code == 404


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.2")])
def test_a_forwarded_address_is_believed_from_configured_proxies_alone(
    config: Config, store: Store, proxies: int, address: str
) -> None:
    app = create_app(replace(config, proxies=proxies), store)
    app.add_url_rule("/who", view_func=lambda: str(request.remote_addr))
    client = app.test_client()
    assert client.get("/who", headers={"X-Forwarded-For": "203.0.113.1, 203.0.113.2"}).text == address


def test_a_body_without_a_length_is_refused(config: Config, store: Store) -> None:
    client = create_app(config, store).test_client()
    assert client.post("/s/kinds", headers={"Transfer-Encoding": "chunked"}).status_code == 411


def test_other_servers_find_the_application_by_the_environment(config: Config, store: Store) -> None:
    program = "from surveyapp.wsgi import app; print(app.test_client().get('/s/kinds').status_code)"
    environment = os.environ | {"SURVEYAPP_INSTANCE": str(config.instance), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "200\n"


def test_commands_do_not_wait_for_flask() -> None:
    program = "import surveyapp, surveyapp.config, sys; print('flask' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "False\n"


def test_a_slash_at_the_end_of_a_copied_link_changes_nothing(
    respondent: Respondent, invited: Respondent, store: Store
) -> None:
    for visitor in (respondent, invited):
        visitor.path += "/"
        assert visitor.opens().status_code == 200
        assert visitor.sends(KINDS).status_code == 200
    assert len(stored(store)) == 2


@pytest.mark.parametrize("path", ["/evaluate", "/s//kinds", "/evaluate//sign-in", "//evaluate"])
def test_no_redirect_names_the_host_it_was_asked_by(config: Config, store: Store, path: str) -> None:
    client = create_app(config, store).test_client()
    given = {"PATH_INFO": path, "QUERY_STRING": "lang=en&x=%2F%2Fe.com", "HTTP_HOST": "evil.example"}
    response = client.get("/", environ_overrides=given)
    assert "evil.example" not in response.text + str(response.headers)
    assert response.status_code in (302, 308)
    assert response.headers["Location"].startswith("/")
    assert not response.headers["Location"].startswith("//")


def test_a_doubled_slash_leads_to_the_same_page_under_a_path_too(config: Config, store: Store) -> None:
    client = create_app(replace(config, public_url="https://gov.example/survey"), store).test_client()
    response = client.get("/survey/s//kinds?lang=en")
    assert response.headers["Location"] == "/survey/s/kinds?lang=en"


@pytest.mark.parametrize(
    ("header", "language"),
    [("en-GB, zh;q=0.5", "en"), ("en-GB", "en"), ("zh-TW,en;q=0.5", "zh"), ("fr", "zh"), ("", "zh")],
)
def test_a_countrys_variety_counts_as_the_language(app: Flask, header: str, language: str) -> None:
    with app.test_request_context("/nothing", headers={"Accept-Language": header}):
        assert str(get_locale()) == language
