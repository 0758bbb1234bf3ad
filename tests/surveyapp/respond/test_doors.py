"""The application behind a proxy, under a path, and asked by names it does not trust."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import request

from surveyapp import create_app
from surveyapp.config import Config
from surveyapp.store import Store

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
