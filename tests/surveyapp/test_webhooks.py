"""Webhooks: named on the command line alone, told once a closing is final, signed, without answers, and never on the way."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from surveyapp import closing, create_app, housekeeping, reporting, webhooks
from surveyapp.api.models import Closing
from surveyapp.cli import main
from surveyapp.client import is_signed
from surveyapp.config import Config, load_config
from surveyapp.respond.doors import GRACE
from surveyapp.store import Store, UnknownSurveyError, UnknownWebhookError, WebhookExistsError
from tests.surveyapp.sample import SLUG, fill, submission

CLOSED = 1_790_092_800
"""23 September 2026, 00:00 in China."""
FINAL = CLOSED + GRACE


@dataclass
class Receiver:
    """Another program: what it got, and how it answers."""

    url: str = ""
    status: int = 204
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Return what was told."""
        return [json.loads(body) for _, _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that is told."""
    one = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one.got.append((self.path, dict(self.headers), body))
            self.send_response(one.status)
            self.send_header("Location", f"{one.url}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield one
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation."""
    return load_config(tmp_path, public_url="https://survey.example.org/x")


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    """The filled survey."""
    with Store.open(config.database_url) as store:
        fill(store)
        yield store


def close(config: Config, store: Store) -> None:
    closing.set_state(config, store, SLUG, "closed", CLOSED)


def deliver(config: Config, store: Store, now: float) -> int:
    return webhooks.deliver_due(config, store, lambda: now)


# --- what is told ----------------------------------------------------------------------------------------------------


def test_a_closing_is_told_when_its_figures_are_final(
    config: Config, store: Store, receiver: Receiver
) -> None:
    secret = webhooks.add(config, store, SLUG, f"{receiver.url}/hook?a=1", CLOSED - 100)
    assert deliver(config, store, CLOSED - 1) == 0
    close(config, store)
    assert deliver(config, store, FINAL - 1) == 0
    assert receiver.got == []
    assert deliver(config, store, FINAL) == 1
    ((path, headers, body),) = receiver.got
    report = reporting.report(store, SLUG)
    assert path == "/hook?a=1"
    assert json.loads(body) == {
        "event": "survey.closed", "delivery": headers["X-Surveyapp-Delivery"], "slug": SLUG, "version": report.version,
        "closed_on": "2026-09-23", "report": f"https://survey.example.org/x/api/v1/surveys/{SLUG}/report",
        "data_hash": report.data_hash,
    }  # fmt: skip
    Closing.model_validate_json(body)
    assert headers["Content-Type"] == "application/json"
    assert is_signed(secret, body, headers["X-Surveyapp-Signature"], now=FINAL)


def test_late_answers_are_in_what_is_told(config: Config, store: Store, receiver: Receiver) -> None:
    app = create_app(config, store)
    webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    before = reporting.report(store, SLUG).data_hash
    store.submit(submission(reporting.survey(store, SLUG).version, 900, {"notice": "A"}))
    housekeeping.tidy(app, FINAL)
    (told,) = receiver.bodies
    assert told["data_hash"] == reporting.report(store, SLUG).data_hash != before


def test_nothing_of_an_answer_is_told(config: Config, store: Store, receiver: Receiver) -> None:
    webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    deliver(config, store, FINAL)
    assert set(receiver.bodies[0]) == set(Closing.model_fields)
    assert len(receiver.got[0][2]) < 600


def test_it_is_told_once(config: Config, store: Store, receiver: Receiver) -> None:
    webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    assert [deliver(config, store, FINAL + 60 * n) for n in range(5)] == [1, 0, 0, 0, 0]
    assert len(receiver.got) == 1


def test_another_closing_is_told_again(config: Config, store: Store, receiver: Receiver) -> None:
    webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    deliver(config, store, FINAL)
    closing.set_state(config, store, SLUG, "open", FINAL + 10)
    assert deliver(config, store, FINAL + 60) == 0
    closing.set_state(config, store, SLUG, "closed", FINAL + 86_400)
    assert deliver(config, store, FINAL + 86_400 + GRACE) == 1
    first, second = receiver.bodies
    assert (first["closed_on"], second["closed_on"]) == ("2026-09-23", "2026-09-24")
    assert first["delivery"] != second["delivery"]


def test_a_survey_that_is_final_already_is_not_told_of(
    config: Config, store: Store, receiver: Receiver
) -> None:
    close(config, store)
    webhooks.add(config, store, SLUG, receiver.url, FINAL + 1)
    assert deliver(config, store, FINAL + 60) == 0
    assert receiver.got == []


def test_one_named_in_the_grace_time_is_told(config: Config, store: Store, receiver: Receiver) -> None:
    close(config, store)
    webhooks.add(config, store, SLUG, receiver.url, FINAL - 1)
    assert deliver(config, store, FINAL) == 1


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_what_fails_is_tried_again_later_and_later_and_then_given_up(
    config: Config, store: Store, receiver: Receiver
) -> None:
    secret = webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    receiver.status = 500
    now, moments = float(FINAL), []
    for pause in (*webhooks.PAUSES, 10**6):
        deliver(config, store, now)
        moments.append(len(receiver.got))
        deliver(config, store, now + pause - 1)
        assert len(receiver.got) == moments[-1]
        now += pause
    assert moments == list(range(1, len(webhooks.PAUSES) + 2))
    (given_up,) = store.webhooks()
    assert (given_up.is_done, given_up.last_result, given_up.attempts) == (True, "status 500", 9)
    assert deliver(config, store, now + 10**7) == 0
    # one delivery, each time signed anew
    assert len({body["delivery"] for body in receiver.bodies}) == 1
    signatures = [headers["X-Surveyapp-Signature"] for _, headers, _ in receiver.got]
    assert len(set(signatures)) == len(signatures)
    assert all(
        is_signed(secret, body, headers["X-Surveyapp-Signature"], now=_signed_at(headers))
        for _, headers, body in receiver.got
    )


def _signed_at(headers: dict[str, str]) -> int:
    found = re.match(r"t=(\d+)", headers["X-Surveyapp-Signature"])
    assert found is not None
    return int(found[1])


def test_a_later_success_ends_it(config: Config, store: Store, receiver: Receiver) -> None:
    webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    receiver.status = 503
    deliver(config, store, FINAL)
    receiver.status = 200
    assert [deliver(config, store, FINAL + at) for at in (59, 60, 120, 10**6)] == [0, 1, 0, 0]
    (done,) = store.webhooks()
    assert (done.is_done, done.last_result, done.last_on) == (True, "delivered", "2026-09-23")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(config: Config, store: Store, receiver: Receiver, status: int) -> None:
    webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    receiver.status = status
    assert deliver(config, store, FINAL) == 0
    assert [path for path, _, _ in receiver.got] == ["/"]
    assert store.webhooks()[0].last_result == f"status {status}"


def test_an_address_that_is_silent_or_drips_is_left_in_time(
    config: Config, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.5)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                while not stop.wait(0.1):
                    connection.send(b"H")  # a byte at a time, so that no single wait is ever too long

        thread = threading.Thread(target=drip)
        thread.start()
        webhooks.add(config, store, SLUG, f"http://127.0.0.1:{listening.getsockname()[1]}", CLOSED - 100)
        close(config, store)
        began = time.monotonic()
        assert deliver(config, store, FINAL) == 0
        took = time.monotonic() - began
        stop.set()
        thread.join()
    assert store.webhooks()[0].last_result == "timeout"
    assert took < 5  # half a second, on a machine that has other things to do


def test_one_that_nobody_answers_is_unreachable(config: Config, store: Store, receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    webhooks.add(config, store, SLUG, f"http://127.0.0.1:{port}", CLOSED - 100)
    webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    assert deliver(config, store, FINAL) == 1
    results = {one.url: one.last_result or "" for one in store.webhooks()}
    assert results[receiver.url] == "delivered"
    assert results[f"http://127.0.0.1:{port}"].startswith("unreachable (ConnectionRefused")


def test_of_two_processes_one_tells(config: Config, store: Store, receiver: Receiver) -> None:
    webhooks.add(config, store, SLUG, receiver.url, CLOSED - 100)
    close(config, store)
    (one,) = store.webhooks()
    claims = [
        store.claim_webhook(one.id, CLOSED, now=FINAL, next_at=FINAL + 60, first=True) for _ in range(2)
    ]
    assert claims == [True, False]
    again = [
        store.claim_webhook(one.id, CLOSED, now=now, next_at=now + 60, first=False)
        for now in (FINAL + 59, FINAL + 60, FINAL + 60)
    ]
    assert again == [False, True, False]


def test_neither_address_nor_secret_is_logged(
    config: Config, store: Store, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    secret = webhooks.add(config, store, SLUG, f"{receiver.url}/canary-path", CLOSED - 100)
    close(config, store)
    deliver(config, store, FINAL)
    assert "delivered" in caplog.text
    assert "canary-path" not in caplog.text
    assert secret not in caplog.text


# --- which addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/hook", "https://example.org:8443/a?b=c", "http://127.0.0.1:8080/x", "http://localhost/x",
        "http://10.1.2.3/x", "http://192.168.1.5:9000", "http://172.16.0.9/x", "http://[::1]:80/x", "http://[fd00::1]/x",
    ],
)  # fmt: skip
def test_https_and_near_addresses_are_taken(url: str) -> None:
    webhooks.check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org", "file:///etc/passwd", "http://example.org/x", "http://8.8.8.8/x",
        "http://intranet/x", "http://127.0.0.1.example.org/", "http://2130706433/", "http://0.0.0.0/", "https://",
        "https://user:pw@example.org/", "https://example.org/#x", "https://example.org/a b", "https://例子.cn/", "http://[::1/",
        "https://example.org:99999/", "https://example.org/" + "a" * 500, "https://example.org/\r\nX: y", "http://[::]/",
        "http://[::ffff:8.8.8.8]/", "http://224.0.0.1/",
    ],
)  # fmt: skip
def test_others_are_refused(url: str) -> None:
    with pytest.raises(webhooks.UnfitAddressError) as refused:
        webhooks.check_address(url)
    assert refused.value.zh
    assert refused.value.en


def test_an_address_is_named_once_and_for_a_survey_there_is(config: Config, store: Store) -> None:
    first = webhooks.add(config, store, SLUG, "https://example.org/a", CLOSED)
    second = webhooks.add(config, store, SLUG, "https://example.org/b", CLOSED)
    assert first != second
    assert re.fullmatch(r"whs_[A-Za-z0-9_-]{43}", first)
    with pytest.raises(WebhookExistsError):
        webhooks.add(config, store, SLUG, "https://example.org/a", CLOSED)
    with pytest.raises(UnknownSurveyError):
        webhooks.add(config, store, "nothing-here", "https://example.org/a", CLOSED)
    store.remove_webhook(SLUG, "https://example.org/a")
    assert [one.url for one in store.webhooks([SLUG])] == ["https://example.org/b"]
    with pytest.raises(UnknownWebhookError):
        store.remove_webhook(SLUG, "https://example.org/a")


def test_the_database_holds_no_secret(config: Config, store: Store) -> None:
    secret = webhooks.add(config, store, SLUG, "https://example.org/a", CLOSED)
    assert secret == webhooks.secret_of(config, store.webhooks()[0])
    assert secret.encode() not in Path(config.database_url.removeprefix("sqlite:///")).read_bytes()


def test_the_command_line_names_lists_and_removes(
    tmp_path: Path, config: Config, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_LANG", "zh")

    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(main, ["webhook", *arguments], catch_exceptions=False)
        return done.exit_code, done.stdout, done.stderr

    url = "https://example.org/hook"
    status, secret, said = run("add", SLUG, url)
    assert (status, secret) == (0, webhooks.secret_of(config, store.webhooks()[0]) + "\n")
    assert "只显示这一次" in said
    assert "public_url" in said
    assert run("add", SLUG, url)[0] == 1
    assert "http 只可用于" in run("add", SLUG, "http://example.org")[2]
    assert url in run("list")[1]
    assert "还没有登记" in run("list", "huoju-2021")[1]
    store.note_webhook(store.webhooks()[0].id, day="2026-09-23", result="status 500", is_done=False)
    assert "status 500，将重试" in run("list", SLUG)[1]
    assert run("remove", SLUG, url)[0] == 0
    assert run("remove", SLUG, url)[0] == 1


def test_a_respondent_never_waits_for_an_address() -> None:
    """Only the command and the housekeeper know webhooks; no route does."""
    package = Path(webhooks.__file__).parent
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(
            r"^from surveyapp import .*\bwebhooks\b|surveyapp\.webhooks",
            path.read_text(encoding="utf-8"),
            re.M,
        )
    }
    assert users == {"commands/webhooks.py", "housekeeping.py"}
