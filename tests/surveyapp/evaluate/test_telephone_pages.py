"""The telephone's pages: from the interviewer's list to a stored interview, and what became of the other calls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from surveyapp.current import installation
from surveyapp.fieldwork.codes import case_label, grouped, hashes, make_codes, make_typed_codes
from surveyapp.store import Store, StoredResponse
from tests.surveyapp.evaluate.conftest import Clock, Evaluator
from tests.surveyapp.sample import DAY, SLUG

BASE = f"/evaluate/surveys/{SLUG}/telephone"
TODAY, TOMORROW = "2026-09-22", "2026-09-23"
"""The day of the clock in conftest.py: NOON is 22 September 2026, 11:26 in China."""
SAID = {"subsidy": "B", "degree": "B", "policy_awareness": "A", "notice": "A", "criteria": "B"}


@dataclass
class Interviewer:
    """Somebody with a list of codes, before the telephone's pages in English."""

    evaluator: Evaluator
    links: list[str]
    typed: list[str]
    cases: list[str]
    page: str = field(default="")

    def looks(self, path: str = "") -> str:
        """Open the list, or a case."""
        response = self.evaluator.get(BASE + path)
        assert response.status_code == 200, response.status
        self.page = response.text
        return plain(self.page)

    def opens(self, number: int = 0) -> str:
        """Open a case."""
        return self.looks(f"/{self.cases[number]}")

    def notes(self, outcome: str, number: int = 0, /, **more: str) -> TestResponse:
        """Note what came of a call, on the page that is open."""
        return self.evaluator.post(
            f"{BASE}/{self.cases[number]}/calls", id=hidden(self.page, "id"), outcome=outcome, **more
        )

    def calls(self, outcome: str, number: int = 0, /, **more: str) -> TestResponse:
        """Open a case and note what came of the call."""
        self.opens(number)
        return self.notes(outcome, number, **more)

    def saves(self, number: int = 0, /, **answers: str) -> TestResponse:
        """Save the interview on the page that is open."""
        own = {name: hidden(self.page, name) for name in ("_version", "_ticket")}
        return self.evaluator.post(f"{BASE}/{self.cases[number]}/answers", **own, **(answers or SAID))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def sleep(interviewer: Interviewer, clock: Clock) -> None:
    """Come back a day and an hour later, and sign in again."""
    clock.moment += 25 * 3600
    interviewer.evaluator.sign_in()


def by_telephone(store: Store) -> list[StoredResponse]:
    return [one for one in store.responses(SLUG, live=True) if one.channel == "telephone"]


@pytest.fixture
def interviewer(app: Flask, evaluator: Evaluator, store: Store) -> Interviewer:
    secret = installation(app).config.secret_key
    links, typed = list(make_codes(3)), list(make_typed_codes(3))
    kept = [hashes(link, short, secret) for link, short in zip(links, typed, strict=True)]
    store.issue_codes(SLUG, kept, purpose="survey", channel="slip", stratum="B", day=DAY)
    evaluator.get("/evaluate/?lang=en")
    return Interviewer(evaluator, links, [grouped(one) for one in typed], [one.link for one in kept])


# --- finding a case ------------------------------------------------------------------------------------------------


def test_a_case_is_opened_by_code_link_or_number(interviewer: Interviewer) -> None:
    expected = f"{BASE}/{interviewer.cases[0]}"
    for code in (
        interviewer.typed[0],
        interviewer.links[0],
        f"http://localhost/s/{SLUG}/{interviewer.links[0]}",
    ):
        response = interviewer.evaluator.post(BASE, code=code)
        assert (response.status_code, response.location) == (302, expected), code
    label = case_label(interviewer.cases[0])
    assert (
        interviewer.evaluator.post(BASE, code=label).status_code == 422
    )  # never called: not known by its number
    interviewer.calls("no_answer")
    assert interviewer.evaluator.post(BASE, code=label.lower()).location == expected


def test_a_code_that_is_none_is_refused_with_what_to_do(interviewer: Interviewer, store: Store) -> None:
    mistyped = interviewer.evaluator.post(BASE, code="7K3M-9QX2-TB4VV")
    assert mistyped.status_code == 422
    assert "A character of the code is wrong." in plain(mistyped.text)
    unknown = interviewer.evaluator.post(BASE, code=next(make_codes(1)))
    assert unknown.status_code == 404
    assert "There is no such code in this survey." in plain(unknown.text)
    store.void_codes(SLUG, [interviewer.cases[0]])
    void = interviewer.evaluator.post(BASE, code=interviewer.links[0])
    assert void.status_code == 410
    assert "This code is void." in plain(void.text)
    assert interviewer.evaluator.get(f"{BASE}/{'0' * 64}").status_code == 404


def test_looking_spends_nothing_and_shows_the_script(interviewer: Interviewer, store: Store) -> None:
    page = interviewer.opens()
    assert "I am calling for the team evaluating the talent subsidies" in page
    assert "It takes about 3 minutes and is anonymous" in page
    assert "Make sure they belong to: people paid a talent subsidy in 2022." in page
    assert "Housing subsidy" in page  # the stratum of the code
    assert store.code_states(SLUG, interviewer.cases) == dict.fromkeys(interviewer.cases, "issued")
    assert interviewer.links[0] not in interviewer.page
    assert not re.search(r"<script>|style=|onclick", interviewer.page)


# --- calls without an interview ------------------------------------------------------------------------------------


def test_a_call_is_noted_once_however_often_it_is_sent(interviewer: Interviewer, store: Store) -> None:
    interviewer.opens()
    for _ in range(2):
        response = interviewer.notes("no_answer", note="  nobody\n there ")
        assert (response.status_code, response.location) == (302, BASE)
    (call,) = store.calls(SLUG)
    assert (call.outcome, call.day, call.note, call.called_by, call.call_back) == (
        "no_answer", TODAY, "nobody there", "wang", "",
    )  # fmt: skip


def test_a_call_back_needs_a_time_that_is_to_come(interviewer: Interviewer, store: Store) -> None:
    for when, message in (
        ({}, "Enter day and time of the call-back"),
        ({"on": TODAY, "at": "08:00"}, "This time is past"),
        ({"on": "0999-01-01", "at": "08:00"}, "This time is past"),
    ):
        response = interviewer.calls("call_back", **when, note="evening")
        assert response.status_code == 422
        assert message in plain(response.text)
        assert 'value="evening"' in response.text
    assert store.calls(SLUG) == []
    assert interviewer.calls("call_back", on=TODAY, at="19:30").status_code == 302
    assert [call.call_back for call in store.calls(SLUG)] == [f"{TODAY} 19:30"]


def test_an_unknown_outcome_and_a_long_note_are_refused(interviewer: Interviewer, store: Store) -> None:
    assert interviewer.calls("answered").status_code == 422
    assert interviewer.calls("busy", note="x" * 201).status_code == 422
    assert store.calls(SLUG) == []


def test_the_list_shows_whom_to_call_and_how_the_cases_stand(interviewer: Interviewer, clock: Clock) -> None:
    interviewer.calls("call_back", 0, on=TODAY, at="19:30")
    interviewer.calls("no_answer", 1)
    interviewer.calls("refused", 2)
    page = interviewer.looks()
    assert (
        f"Call back today 1 Case Call back at Attempts Call {case_label(interviewer.cases[0])} {TODAY} 19:30 1"
        in page
    )
    assert "To try again None." in page  # called today already
    assert "NC not reached or not returned 2 R refusal or break-off 1 called, still open 3" in page
    assert "Calls Cases 1 3" in page
    sleep(interviewer, clock)
    page = interviewer.looks()
    assert f"{TODAY} 19:30 overdue" in page
    assert "To try again 1" in page
    assert f"{case_label(interviewer.cases[1])} {TODAY} · no answer 1" in page


def test_the_last_call_can_be_taken_back_on_its_day_by_who_noted_it(
    interviewer: Interviewer, store: Store, clock: Clock
) -> None:
    interviewer.calls("no_answer")
    interviewer.calls("refused")
    assert "Take the last call back" in interviewer.opens()
    undo = f"{BASE}/{interviewer.cases[0]}/undo"
    first, last = store.calls(SLUG)
    interviewer.evaluator.post(undo, id=first.id)  # not the newest: a page that was open for long
    assert len(store.calls(SLUG)) == 2
    interviewer.evaluator.post(undo, id=last.id)
    assert [call.outcome for call in store.calls(SLUG)] == ["no_answer"]
    sleep(interviewer, clock)
    assert "Take the last call back" not in interviewer.opens()


def test_five_attempts_are_enough_and_a_refusal_rests(interviewer: Interviewer) -> None:
    for _ in range(5):
        interviewer.calls("no_answer", 0)
    assert "5 attempts were made: that is enough" in interviewer.opens(0)
    interviewer.calls("refused", 1)
    assert "nobody is to be called here any more" in interviewer.opens(1)


# --- the interview -------------------------------------------------------------------------------------------------


def test_an_interview_is_stored_and_its_calls_are_forgotten(interviewer: Interviewer, store: Store) -> None:
    interviewer.calls("call_back", on=TODAY, at="19:30")
    interviewer.opens()
    response = interviewer.saves(**SAID, _by="relative", suggestions="快一点")
    assert (response.status_code, response.location) == (302, BASE)
    (kept,) = by_telephone(store)
    assert (
        kept.answers
        == (
            '{"subsidy":"B","degree":"B","policy_awareness":"A","notice":"A","criteria":"B"}'  # the others are blank
        )
    )
    assert (kept.stratum, kept.flags, kept.open_text) == (
        "B",
        "assisted_relative",
        '{"suggestions":"快一点"}',
    )
    assert store.calls(SLUG) == []
    assert store.code_states(SLUG, interviewer.cases[:1]) == {interviewer.cases[0]: "used"}
    assert "interviewed by telephone 1" in interviewer.looks()
    assert "wang" not in "".join(map(str, (kept.answers, kept.open_text, kept.flags, kept.validity)))


def test_saving_twice_stores_once(interviewer: Interviewer, store: Store) -> None:
    interviewer.opens()
    assert [interviewer.saves().status_code for _ in range(2)] == [302, 302]
    assert len(by_telephone(store)) == 1
    changed = interviewer.saves(**SAID | {"notice": "D"})
    assert changed.status_code == 409
    assert "This page was saved before, with other answers" in plain(changed.text)


def test_a_code_used_while_the_line_is_open_is_refused_with_the_answers_kept_on_the_page(
    interviewer: Interviewer, store: Store
) -> None:
    interviewer.opens()
    other = interviewer.page
    interviewer.opens()
    interviewer.saves()  # somebody else was quicker, by whatever mode
    interviewer.page = other
    refused = interviewer.saves(**SAID, suggestions="再快一点")
    assert refused.status_code == 410
    assert "This code was answered already" in plain(refused.text)
    assert "再快一点" in refused.text
    assert re.search(r'name="criteria" value="B"[^>]*checked', refused.text)
    assert len(by_telephone(store)) == 1
    assert "This code was answered already" in interviewer.opens()  # from now on the case says so at once


def test_a_wrong_answer_is_shown_beside_its_item(interviewer: Interviewer, store: Store) -> None:
    interviewer.opens()
    ticket = hidden(interviewer.page, "_ticket")
    response = interviewer.saves(subsidy="B", notice="Z")
    assert response.status_code == 422
    assert "Item 4: There is no option 'Z'" in plain(response.text)
    assert hidden(response.text, "_ticket") == ticket
    assert by_telephone(store) == []


def test_a_page_open_for_too_long_is_saved_by_pressing_once_more(
    interviewer: Interviewer, store: Store, clock: Clock
) -> None:
    interviewer.opens()
    sleep(interviewer, clock)
    response = interviewer.saves()
    assert response.status_code == 422
    assert "All answers are still here. Save once more." in plain(response.text)
    interviewer.page = response.text
    assert interviewer.saves().status_code == 302
    assert len(by_telephone(store)) == 1


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_nothing_is_taken_while_the_survey_is_not_open(
    interviewer: Interviewer, store: Store, state: str
) -> None:
    interviewer.opens()
    store.set_state(SLUG, state)
    assert interviewer.notes("no_answer").status_code == 409
    refused = interviewer.saves()
    assert refused.status_code == 409
    assert re.search(r'name="criteria" value="B"[^>]*checked', refused.text)
    assert by_telephone(store) == []
    assert f"The survey is {state}" in interviewer.looks()
