"""A real server in a rush: one submission a thousand times at once, and ten thousand codes used once each."""

from __future__ import annotations

import http.client
import json
import os
import queue
import re
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from surveyapp.config import load_config
from surveyapp.fieldwork.codes import hash_code, hashes, make_codes, make_typed_codes
from surveyapp.store import Store
from tests.fixtures_server import Installed
from tests.respondents import HIDDEN, SATISFIED
from tests.surveyapp.respond.conftest import DAY, LIBRARY

SLUG = "zhifu-2022"
AT_ONCE = 1000
CODES = int(os.environ.get("SURVEYAPP_CODES", "2000"))
HANDS = 16
"""Phones at a time in the rush of codes."""

RECEIPT = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECONDS = 120.0


@pytest.fixture
def place(installed: Callable[..., Installed]) -> Installed:
    made = installed()
    made.run("publish", str(LIBRARY / f"{SLUG}.yaml"), "--open-link")
    return made


def store_of(place: Installed) -> Store:
    return Store.open(f"sqlite:///{place.instance / 'survey.db'}")


def fetch(connection: http.client.HTTPConnection, path: str) -> tuple[int, dict[str, str]]:
    """Get a page and return its status and its hidden fields."""
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, dict(HIDDEN.findall(response.read().decode()))


def filled_in(hidden: dict[str, str]) -> bytes:
    fields = {"_version": hidden["_version"], **SATISFIED, "_ticket": hidden["_ticket"], "_end": "1"}
    return urlencode(fields).encode()


def said(accept: str, response: http.client.HTTPResponse) -> tuple[int, str]:
    """Return a reply's status and receipt."""
    text = response.read().decode()
    if accept == "application/json":
        return response.status, json.loads(text).get("receipt", text)
    found = RECEIPT.search(text)
    return response.status, found[0] if found else text


def send_at_once(port: int, request: bytes, count: int) -> list[socket.socket]:
    """Connect so many sockets, and then send the request by all of them."""
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=SECONDS) for _ in range(count)]
    for one in sockets:
        one.sendall(request)
    return sockets


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_thousand_equal_submissions_at_once_are_one_row_and_a_thousand_equal_receipts(
    place: Installed, accept: str
) -> None:
    place.start()
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=SECONDS)
    body = filled_in(fetch(connection, f"/s/{SLUG}")[1])
    connection.close()
    head = [
        f"POST /s/{SLUG} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"Accept: {accept}",
        "Connection: close",
    ]
    request = "\r\n".join(head).encode() + b"\r\n\r\n" + body
    answers: Counter[tuple[int, str]] = Counter()
    for one in send_at_once(place.port, request, AT_ONCE):
        with one:
            response = http.client.HTTPResponse(one)
            response.begin()
            answers[said(accept, response)] += 1
    assert place.stop() == 0
    ((status, receipt), count), *others = answers.most_common()
    assert others == []
    assert (status, count) == (200, AT_ONCE)
    assert RECEIPT.fullmatch(receipt)
    with store_of(place) as store:
        assert len(list(store.responses(SLUG, live=True))) == 1


@pytest.mark.slow
def test_every_code_of_ten_thousand_is_used_once(place: Installed) -> None:
    """SURVEYAPP_CODES says how many; half come by link, half typed, and every tenth is tried again when it is used."""
    links, typed = list(make_codes(CODES)), list(make_typed_codes(CODES))
    secret = load_config(place.instance).secret_key
    both = [hashes(link, code, secret) for link, code in zip(links, typed, strict=True)]
    with store_of(place) as store:
        store.issue_codes(SLUG, both, purpose="survey", channel="slip", stratum=None, day=DAY)
    waiting: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    for number in range(CODES):
        waiting.put((number, typed[number] if number % 2 else links[number]))
    place.start()
    start, wrong, receipts = time.monotonic(), [], set()

    def answer_on() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=SECONDS)
        while True:
            try:
                number, code = waiting.get_nowait()
            except queue.Empty:
                connection.close()
                return
            path = f"/s/{SLUG}/{code}"
            _, hidden = fetch(connection, path)
            body = filled_in(hidden)
            connection.request("POST", path, body, FORM | {"Accept": "application/json"})
            reply = said("application/json", connection.getresponse())
            receipts.add(reply[1])
            if reply[0] != 200:
                wrong.append((number, *reply))
            if number % 10 == 0 and fetch(connection, f"/s/{SLUG}/{typed[number]}")[0] != 410:
                wrong.append((number, 0, "a used code was not refused"))

    threads = [threading.Thread(target=answer_on) for _ in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - start
    assert place.stop() == 0
    assert wrong == []
    assert len(receipts) == CODES
    with store_of(place) as store:
        assert sum(1 for _ in store.responses(SLUG, live=True)) == CODES
        (row,) = store.ledger(SLUG)
        assert (row.issued, row.used, row.void) == (CODES, CODES, 0)
        assert {store.code(SLUG, hash_code(link)).state for link in links[:50]} == {"used"}  # type: ignore[union-attr]
    print(f"{CODES} codes in {took:.1f} s", file=sys.stderr)
