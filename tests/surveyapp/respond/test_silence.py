"""Nothing about a respondent is kept or logged but the answers: canaries are sent, then every file is searched."""

from __future__ import annotations

import logging
import socket
import sys
from pathlib import Path

import pytest
from flask import Flask

from surveyapp.config import Config
from surveyapp.fieldwork.codes import grouped
from surveyapp.respond import housekeeping, views
from surveyapp.respond.crowd import LEAST
from surveyapp.respond.reception import Visitor
from surveyapp.respond.surveys import Choice
from surveyapp.store import Store, StoreBusyError
from tests.surveyapp.respond.conftest import KINDS, Respondent, issue

AGENT = "CanaryAgent/7.31"
ADDRESS = "203.0.113.77"
NETWORK = "203.0.113."
REFERRER = "https://canary-referrer.example/"
ROUTES = ("/s/kinds", "/s/nothing", "/nothing", "/", "/healthz")


@pytest.fixture
def canary(invited: Respondent) -> Respondent:
    invited.client.environ_base["REMOTE_ADDR"] = ADDRESS
    invited.headers |= {"User-Agent": AGENT, "Referer": REFERRER, "X-Forwarded-For": ADDRESS}
    return invited


def test_no_file_and_no_log_holds_what_tells_who_answered(
    app: Flask,
    canary: Respondent,
    store: Store,
    config: Config,
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    canary.opens()
    canary.sends({"visits": "x"})
    assert canary.sends(KINDS).status_code == 200
    canary.sends_raw(b"a=%FF")
    canary.client.get(f"/s/kinds/{code}/x")
    for _ in range(LEAST):  # so many from one network are evidence
        crowd = Respondent(client=canary.client, path="/s/kinds", headers=canary.headers)
        assert crowd.sends_json(KINDS)[0] == 200
    store.set_open_link("kinds", False)
    (both,) = issue(store, config, 1)
    for written in (grouped(both.typed), both.typed.upper(), both.typed[:-1] + "u"):
        canary.client.post("/s/kinds", data={"code": written, "_end": "1"}, headers=canary.headers)
    typed = Respondent(client=canary.client, path=f"/s/kinds/{grouped(both.typed)}", headers=canary.headers)
    assert typed.sends_json(KINDS)[0] == 200
    housekeeping(app)
    assert {one.kind for one in store.evidence("kinds")} == {"one_network", "burst"}
    secrets = [AGENT, ADDRESS, REFERRER, code, code.upper(), both.link, both.typed, grouped(both.typed)]
    secrets += [NETWORK, both.typed.upper(), socket.inet_aton(ADDRESS).decode("latin-1")]
    files = {path: path.read_bytes() for path in config.instance.rglob("*") if path.is_file()}
    assert {path.name for path in files} >= {"survey.db", "survey.db-wal"}
    assert [
        (path.name, s) for path, content in files.items() for s in secrets if s.encode("latin-1") in content
    ] == []
    assert [s for s in secrets if s in caplog.text] == []


def test_a_flood_and_failures_are_logged_without_who_caused_them(
    app: Flask,
    canary: Respondent,
    store: Store,
    code: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> None:
        raise StoreBusyError

    caplog.set_level(logging.DEBUG)
    canary.opens()
    monkeypatch.setattr(store, "submit", fails)
    monkeypatch.setattr(store, "mark_opened", fails)
    for _ in range(700):
        canary.sends_json(KINDS)
    housekeeping(app)
    assert "StoreBusyError" in caplog.text
    printed = "".join(capfd.readouterr()) + caplog.text
    assert [s for s in (AGENT, ADDRESS, NETWORK, REFERRER, code, "_ticket") if s in printed] == []


def test_what_is_noted_in_memory_holds_no_address(app: Flask, canary: Respondent, code: str) -> None:
    """Keyed hashes alone: whoever reads the memory finds no list of who came."""
    canary.opens()
    canary.sends(KINDS)
    reception = app.extensions["surveyapp.respond"]
    network = reception._gate.crowd(ADDRESS)
    assert list(reception._crowd._days["kinds"].networks) == [network]
    assert len(network) == 8
    assert NETWORK not in repr(vars(reception._crowd)) + repr(vars(reception._openings)) + repr(reception)
    assert code not in repr(vars(reception._openings))
    visitor = Visitor(address=ADDRESS, choice=Choice())
    assert ADDRESS not in repr(visitor)


def test_a_failure_is_logged_without_what_was_being_worked_on(
    canary: Respondent,
    app: Flask,
    code: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("canary-message")

    canary.opens()
    monkeypatch.setattr(views, "_choice", fails)
    for response in (canary.opens(), canary.sends({**KINDS, "words": "canary-answer"})):
        assert response.status_code == 500
        assert "没有保存" in response.text
    assert "RuntimeError at " in caplog.text
    assert Path(views.__file__).name in caplog.text
    for secret in (AGENT, ADDRESS, REFERRER, code, "canary-message", "canary-answer", "_ticket"):
        assert secret not in caplog.text
    assert not any(record.exc_info for record in caplog.records)
    assert sys.exc_info() == (None, None, None)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_every_response_is_guarded(respondent: Respondent, route: str, method: str) -> None:
    response = respondent.client.open(route, method=method)
    headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "Set-Cookie" not in headers
    for name in ("Content-Security-Policy", "Cache-Control", "X-Content-Type-Options"):
        assert len(headers.getlist(name)) == 1


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "没有找到这个页面"), ("en", "There is no such page")]
)
def test_an_error_page_speaks_the_browsers_language(
    respondent: Respondent, language: str, words: str
) -> None:
    response = respondent.client.get("/nothing", headers={"Accept-Language": language})
    assert response.status_code == 404
    assert words in response.text


def test_the_front_door_leads_to_the_evaluators(respondent: Respondent) -> None:
    response = respondent.client.get("/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/evaluate/"


def test_a_session_cookie_sent_along_is_neither_read_nor_set(respondent: Respondent) -> None:
    respondent.client.set_cookie("surveyapp", "x")
    assert "Set-Cookie" not in respondent.opens().headers
