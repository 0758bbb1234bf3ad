"""What the page's script is told: for each outcome the same judgement as the page without scripts, as JSON."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from surveyapp.respond.body import LARGEST
from surveyapp.respond.ticket import LONGEST
from surveyapp.store import Outcome, Store, StoreBusyError, Submission
from tests.surveyapp.respond.conftest import KINDS, Clock, Respondent, stored
from tests.surveyapp.respond.test_answers import receipt


def test_stored_answers_get_the_receipt_of_the_page_and_so_does_a_repeat(
    respondent: Respondent, store: Store
) -> None:
    status, said = respondent.sends_json(KINDS)
    assert (status, set(said)) == (200, {"outcome", "receipt"})
    assert said["outcome"] == "stored"
    assert respondent.sends_json(KINDS) == (200, said)
    assert receipt(respondent.sends(KINDS).text) == said["receipt"]
    assert len(stored(store)) == 1


@pytest.mark.parametrize(("path", "message"), [("/s/kinds", "请填写数字"), ("/s/kinds?lang=en", "number")])
def test_mistakes_are_named_by_item_and_field_in_the_pages_language(
    respondent: Respondent, store: Store, path: str, message: str
) -> None:
    respondent.path = path
    status, said = respondent.sends_json({**KINDS, "visits": "many", "overall": "11"})
    assert respondent.page is not None
    assert (status, said["outcome"], said["ticket"]) == (422, "problems", respondent.page.value("_ticket"))
    assert [one["item"] for one in said["problems"]] == ["visits", "overall"]
    assert all(set(one) == {"item", "field", "message"} for one in said["problems"])
    assert message in said["problems"][0]["message"]
    assert stored(store) == []


def test_a_stale_page_gets_a_new_ticket_that_is_good(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    respondent.opens()
    clock.now += LONGEST + 60
    status, said = respondent.sends_json(KINDS)
    assert (status, said["outcome"], said["known"]) == (422, "stale", False)
    assert respondent.sends_json(KINDS, _ticket=said["ticket"])[1]["outcome"] == "stored"
    assert len(stored(store)) == 1


def test_a_page_whose_answers_are_stored_is_never_stale(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    """A phone whose reply was lost, and that is switched on again days later, must not answer a second time."""
    _, first = respondent.sends_json(KINDS)
    clock.now += LONGEST + 60
    assert respondent.sends_json(KINDS) == (200, first)
    assert respondent.sends_json({**KINDS, "overall": "1"})[1]["outcome"] == "conflict"
    assert respondent.sends_json(KINDS, _version="0" * 64)[1]["outcome"] == "conflict"
    assert len(stored(store)) == 1


def test_other_answers_hear_that_the_first_stand_and_that_it_is_final(respondent: Respondent) -> None:
    respondent.sends(KINDS)
    status, said = respondent.sends_json({**KINDS, "overall": "1"})
    assert (status, said["outcome"], said["final"]) == (409, "conflict", True)
    assert "我们保留最先收到的那一份" in said["text"]


def test_a_used_code_is_final_and_a_void_one_or_none_is_not(
    invited: Respondent, respondent: Respondent, store: Store
) -> None:
    other = Respondent(client=invited.client, path=invited.path)
    other.opens()
    invited.sends(KINDS)
    status, said = other.sends_json(KINDS)
    assert (status, said["outcome"], said["final"]) == (410, "code-used", True)
    respondent.opens()
    respondent.path = "/s/kinds/nothing"
    status, said = respondent.sends_json(KINDS)
    assert (status, said["outcome"], said["final"]) == (404, "code-unknown", False)
    assert len(stored(store)) == 1


@pytest.mark.parametrize(
    ("state", "opens", "status", "outcome"),
    [("closed", None, 410, "closed"), ("draft", None, 403, "draft"), ("open", "2026-09-23", 403, "not-yet")],
)
def test_a_closed_door_says_which(
    respondent: Respondent, store: Store, state: str, opens: str | None, status: int, outcome: str
) -> None:
    respondent.opens()
    store.set_window("kinds", opens, None)
    store.set_state("kinds", state, at=0)
    code, said = respondent.sends_json(KINDS)
    assert (code, said["outcome"], said["final"]) == (status, outcome, False)
    assert said["heading"]
    assert said["text"]


def test_codes_only_and_an_unknown_survey(respondent: Respondent, store: Store) -> None:
    respondent.opens()
    store.set_open_link("kinds", False)
    assert respondent.sends_json(KINDS)[1]["outcome"] == "codes-only"
    respondent.path = "/s/nothing"
    assert respondent.sends_json(KINDS)[1]["outcome"] == "unknown"


def test_a_pause_and_a_busy_store_say_when_to_try_again(
    respondent: Respondent, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    respondent.opens()
    store.set_state("kinds", "paused")
    status, said = respondent.sends_json(KINDS)
    assert (status, said["outcome"], said["retry_after"]) == (503, "paused", 3600)
    store.set_state("kinds", "open")

    def fails(_: Submission) -> Outcome:
        raise StoreBusyError

    monkeypatch.setattr(store, "submit", fails)
    status, said = respondent.sends_json(KINDS)
    assert (status, said["outcome"], said["retry_after"]) == (503, "busy", 5)
    monkeypatch.undo()
    assert respondent.sends_json(KINDS)[1]["outcome"] == "stored"


@pytest.mark.parametrize(
    ("body", "kind", "status", "outcome"),
    [
        (b"area=south", "application/x-www-form-urlencoded", 400, "garbled"),
        (b"words=" + b"x" * LARGEST, "application/x-www-form-urlencoded", 413, "too-large"),
        (b"a=1&_end=1", "application/json", 415, "wrong-kind"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_refused_before_it_is_judged_is_json_too(
    respondent: Respondent, body: bytes, kind: str, status: int, outcome: str, language: str
) -> None:
    respondent.headers |= {"Accept": "application/json", "Accept-Language": language}
    response = respondent.sends_raw(body, content_type=kind)
    said = json.loads(response.data)
    assert (response.status_code, said["outcome"], said["final"]) == (status, outcome, False)
    assert said["heading"].isascii() == (language == "en")


def test_an_unexpected_failure_is_to_be_tried_again(
    respondent: Respondent, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    respondent.opens()
    with monkeypatch.context() as patch:
        patch.setattr("surveyapp.respond.reception.marks", fails)
        status, said = respondent.sends_json(KINDS)
    assert (status, said["outcome"], said["retry_after"]) == (500, "busy", 30)
    assert respondent.sends_json(KINDS)[1]["outcome"] == "stored"


def test_a_look_is_always_a_page(respondent: Respondent) -> None:
    respondent.headers["Accept"] = "application/json"
    assert respondent.opens().mimetype == "text/html"


def test_json_is_guarded_like_a_page(respondent: Respondent) -> None:
    respondent.opens()
    respondent.headers["Accept"] = "application/json, */*;q=0.1"
    headers = respondent.sends(KINDS).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
