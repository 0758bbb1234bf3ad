"""Paper entry's pages: copies typed once and twice, with and without a code; and one person's answers in four modes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from surveyapp import auth, reporting
from surveyapp.current import installation
from surveyapp.fieldwork.codes import grouped, hashes, make_codes, make_typed_codes
from surveyapp.rows import read_rows
from surveyapp.store import Store, StoredResponse
from tests.respondents import HIDDEN, SATISFIED
from tests.surveyapp.evaluate.conftest import Evaluator
from tests.surveyapp.sample import DAY, SLUG

BASE = f"/evaluate/surveys/{SLUG}/paper"


@dataclass
class Clerk:
    """Somebody with a pile of copies, before paper entry in English."""

    evaluator: Evaluator
    store: Store
    page: str = field(default="")

    def opens(self, path: str = "") -> str:
        """Open an empty copy, or one that waits."""
        response = self.evaluator.client.get(BASE + path, follow_redirects=True)
        assert response.status_code == 200, response.status
        self.page = response.text
        return plain(self.page)

    def saves(self, path: str = "", **fields: str) -> TestResponse:
        """Send the page that is open."""
        own = {name: hidden(self.page, name) for name in ("_version", "_ticket", "_mode")}
        return self.evaluator.post(BASE + path, **{**own, **fields})

    def types(self, path: str = "", **fields: str) -> TestResponse:
        """Open a page, type and save."""
        self.opens(path if path.startswith("/") else f"?mode={path}")
        return self.saves(path if path.startswith("/") else "", **fields)

    @property
    def stored(self) -> list[StoredResponse]:
        """Return what came in from paper beside the sample's three."""
        return [
            one
            for one in self.store.responses(SLUG, live=True)
            if one.channel == "paper" and one.answers != '{"subsidy":"A","notice":"B"}'
        ]

    @property
    def waiting(self) -> list[str]:
        """Return the numbers that wait."""
        return [entry.number for entry in self.store.kept_entries(SLUG)]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def clerk(evaluator: Evaluator, store: Store) -> Clerk:
    store.set_distributed(SLUG, 20)
    evaluator.get("/evaluate/?lang=en")
    return Clerk(evaluator, store)


@pytest.fixture
def codes(app: Flask, store: Store) -> list[str]:
    """Typed codes, as printed, of copies that went out to the second stratum."""
    typed = list(make_typed_codes(4))
    secret = installation(app).config.secret_key
    kept = [hashes(link, short, secret) for link, short in zip(make_codes(4), typed, strict=True)]
    store.issue_codes(SLUG, kept, purpose="survey", channel="slip", stratum="B", day=DAY)
    return [grouped(one) for one in typed]


# --- typed once ----------------------------------------------------------------------------------------------------


def test_a_copy_is_stored_and_the_next_empty_one_is_there(clerk: Clerk) -> None:
    response = clerk.types(_number="0057", subsidy="A", notice="D", **{"notice.text": "慢", "_by": "staff"})
    assert (response.status_code, response.location) == (302, BASE)
    (kept,) = clerk.stored
    assert (kept.answers, kept.open_text) == ('{"subsidy":"A","notice":"D"}', '{"notice.text":"慢"}')
    assert (kept.stratum, kept.flags) == ("A", "assisted_staff")
    page = clerk.opens()
    assert "In this sitting: 1 copies · last one: 0057" in page
    assert hidden(clerk.page, "_number") == "0058"
    assert " checked" not in clerk.page
    assert not re.search(r"<script>|style=|onclick", clerk.page)


def test_saving_twice_stores_and_counts_one(clerk: Clerk) -> None:
    clerk.opens()
    assert [clerk.saves(subsidy="A").status_code for _ in range(2)] == [302, 302]
    assert len(clerk.stored) == 1
    assert "In this sitting: 1 copies" in clerk.opens()


def test_a_copy_changed_after_it_was_saved_is_told_so(clerk: Clerk) -> None:
    clerk.types(subsidy="A")
    response = clerk.saves(subsidy="B")
    assert response.status_code == 409
    assert "What was saved first stands" in plain(response.text)
    assert [one.answers for one in clerk.stored] == ['{"subsidy":"A"}']


def test_without_a_count_of_copies_each_needs_its_code(clerk: Clerk, codes: list[str]) -> None:
    clerk.store.set_distributed(SLUG, None)
    response = clerk.types(subsidy="A", suggestions="快")
    assert response.status_code == 422
    assert "This copy needs its code" in plain(response.text)
    assert "快" in response.text
    clerk.page = response.text
    assert clerk.saves(subsidy="A", _code=codes[0]).status_code == 302
    (kept,) = clerk.stored
    assert (kept.stratum, kept.flags) == ("B", "stratum_differs")


def test_a_code_that_cannot_be_used_is_refused_with_nothing_lost(clerk: Clerk, codes: list[str]) -> None:
    clerk.types(subsidy="B", _code=codes[0])
    for code, status, heading in (
        (codes[0], 410, "This code was answered already"),
        (codes[1][:-1] + ("0" if codes[1][-1] != "0" else "1"), 422, "A character of the code is wrong"),
        (grouped(next(make_typed_codes(1))), 404, "There is no such code in this survey"),
    ):
        response = clerk.types(subsidy="B", suggestions="快一点", _code=code)
        assert response.status_code == status
        assert heading in plain(response.text)
        assert "快一点" in response.text
        assert code in response.text
    assert len(clerk.stored) == 1


def test_a_wrong_answer_is_shown_beside_its_item(clerk: Clerk) -> None:
    response = clerk.types(subsidy="Z", notice="A")
    assert response.status_code == 422
    assert "Item 1: There is no option 'Z'" in plain(response.text)
    assert re.search(r'name="notice" value="A"[^>]*checked', response.text)
    assert clerk.stored == []


def test_copies_are_typed_while_the_survey_is_paused_but_not_once_it_is_closed(clerk: Clerk) -> None:
    clerk.store.set_state(SLUG, "paused")
    assert clerk.types(subsidy="A").status_code == 302
    clerk.opens()
    clerk.store.set_state(SLUG, "closed")
    assert clerk.saves(subsidy="B").status_code == 409
    assert "The survey is closed" in clerk.opens()
    assert len(clerk.stored) == 1


# --- typed twice ---------------------------------------------------------------------------------------------------


def test_a_copy_typed_twice_alike_is_stored_once(clerk: Clerk, codes: list[str]) -> None:
    assert clerk.types("double", _number="0057", subsidy="B", notice="A").status_code == 302
    assert (clerk.waiting, clerk.stored) == (["0057"], [])
    page = clerk.opens("/0057")
    assert "Typed first by wang" in page
    assert "You typed this copy the first time as well." in page
    response = clerk.saves("/0057", _number="0057", subsidy="B", notice="A", _code=codes[0])
    assert response.location == f"{BASE}?mode=double"
    assert [one.answers for one in clerk.stored] == ['{"subsidy":"B","notice":"A"}']
    assert clerk.waiting == []
    # 10 items and who filled it in, none different
    assert "differing fields: 0 of 11 (0.0%)" in clerk.opens("?mode=double")


def test_the_first_typing_sent_twice_is_not_taken_for_the_second(clerk: Clerk) -> None:
    clerk.opens("?mode=double")
    for _ in range(2):
        assert clerk.saves(_number="7", subsidy="B").status_code == 302
    assert (clerk.waiting, clerk.stored) == (["7"], [])


def test_double_entry_needs_a_number(clerk: Clerk) -> None:
    response = clerk.types("double", _number=" ", subsidy="B")
    assert response.status_code == 422
    assert "The copy's number is missing" in plain(response.text)


def test_a_number_that_waits_makes_the_page_the_second_typing(clerk: Clerk) -> None:
    clerk.types("double", _number="7", subsidy="B")
    response = clerk.types("double", _number="7", subsidy="B")
    assert response.status_code == 409
    assert "So this is its second typing" in plain(response.text)
    clerk.page = response.text
    assert clerk.saves("/7", _number="7", subsidy="B").status_code == 302
    assert len(clerk.stored) == 1


def test_a_second_typing_under_another_number_is_that_copys_first(clerk: Clerk) -> None:
    clerk.types("double", _number="7", subsidy="B")
    clerk.opens("/7")
    clerk.saves("/7", _number="8", subsidy="A")
    assert (clerk.waiting, clerk.stored) == (["7", "8"], [])


def test_differences_are_settled_side_by_side(clerk: Clerk, app: Flask) -> None:
    clerk.types("double", _number="7", subsidy="B", notice="A", improve="B", suggestions="快")
    other = Evaluator(app.test_client(), auth.create_account(clerk.store, "li", today=DAY))
    other.sign_in("li")
    other.get("/evaluate/?lang=en")
    second = Clerk(other, clerk.store)
    assert "You typed this copy" not in second.opens("/7")
    shown = second.saves("/7", _number="7", subsidy="B", notice="B", improve="C", suggestions="快些")
    assert shown.status_code == 200
    page = plain(shown.text)
    assert "3 of 11 fields differ (27.3%)" in page
    assert "the first typing · wang Very satisfied 2 the second Satisfied" in page
    assert (clerk.waiting, clerk.stored) == (["7"], [])
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown.text))
    del fields["csrf_token"]
    picks = {"_pick.notice": "first", "_pick.improve": "new", "_new.improve": "D"}
    unsettled = other.post(f"{BASE}/7/settle", **fields, **picks)
    assert unsettled.status_code == 422
    assert "Some differences are not settled yet" in plain(unsettled.text)
    assert re.search(r'name="_pick.notice" value="first"[^>]*checked', unsettled.text)
    settle = {**fields, **picks, "_pick.suggestions": "second"}
    for _ in range(2):  # a double click
        assert other.post(f"{BASE}/7/settle", **settle).status_code == 302
    (kept,) = clerk.stored
    assert kept.answers == '{"subsidy":"B","notice":"A","improve":["D"]}'
    assert kept.open_text == '{"suggestions":"快些"}'
    assert clerk.waiting == []


def test_what_is_typed_anew_is_judged_too(clerk: Clerk) -> None:
    clerk.types("double", _number="7", subsidy="B")
    shown = clerk.types("/7", _number="7", subsidy="A")
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown.text))
    del fields["csrf_token"]
    refused = clerk.evaluator.post(
        f"{BASE}/7/settle", **fields, **{"_pick.subsidy": "new", "_new.subsidy": "Z"}
    )
    assert refused.status_code == 422
    assert "There is no option 'Z'" in plain(refused.text)
    assert clerk.waiting == ["7"]


def test_a_used_code_on_the_second_typing_leaves_the_copy_waiting(clerk: Clerk, codes: list[str]) -> None:
    clerk.types(subsidy="B", _code=codes[0])
    clerk.types("double", _number="7", subsidy="B")
    refused = clerk.types("/7", _number="7", subsidy="B", _code=codes[0])
    assert refused.status_code == 410
    assert "put the copy aside" in plain(refused.text)
    assert clerk.waiting == ["7"]
    assert codes[0] not in "".join(entry.fields for entry in clerk.store.kept_entries(SLUG))


def test_the_next_waiting_copy_follows_and_one_may_be_given_up(clerk: Clerk) -> None:
    for number in ("7", "8", "9"):
        clerk.types("double", _number=number, subsidy="B")
    response = clerk.types("/8", _number="8", subsidy="B")
    assert response.location == f"{BASE}/9"
    clerk.evaluator.post(f"{BASE}/9/drop")
    assert clerk.waiting == ["7"]
    assert "Copy 9 does not wait any more" in clerk.opens("/9")


# --- the same answers in every mode --------------------------------------------------------------------------------


def test_the_same_answers_are_the_same_in_every_mode(
    clerk: Clerk, app: Flask, codes: list[str], tmp_path: Path
) -> None:
    given = {**SATISFIED, "improve": "E", "improve.text": "网点", "suggestions": " 再快一点 "}
    link = next(make_codes(1))
    secret = installation(app).config.secret_key
    store = clerk.store
    store.issue_codes(
        SLUG, [hashes(link, next(make_typed_codes(1)), secret)],
        purpose="survey", channel="link", stratum=None, day=DAY,
    )  # fmt: skip
    before = {one.id for one in store.responses(SLUG, live=True)}

    phone = app.test_client()
    own = dict(HIDDEN.findall(phone.get(f"/s/{SLUG}/{link}").text))
    sent = urlencode({**given, "_version": own["_version"], "_ticket": own["_ticket"], "_end": "1"})
    posted = phone.post(f"/s/{SLUG}/{link}", data=sent, content_type="application/x-www-form-urlencoded")
    assert posted.status_code == 200
    found = clerk.evaluator.post(f"/evaluate/surveys/{SLUG}/telephone", code=codes[0])
    clerk.page = clerk.evaluator.get(found.location).text
    own = {name: hidden(clerk.page, name) for name in ("_version", "_ticket")}
    assert clerk.evaluator.post(f"{found.location}/answers", **own, **given).status_code == 302
    assert clerk.types(**given, _code=codes[1]).status_code == 302
    clerk.types("double", _number="1", **given)
    assert clerk.types("/1", _number="1", **given, _code=codes[2]).status_code == 302

    kept = [one for one in store.responses(SLUG, live=True) if one.id not in before]
    assert sorted(one.channel for one in kept) == ["link", "paper", "paper", "telephone"]
    file = tmp_path / "rows.csv"
    file.write_text(f"{','.join(given)}\n{','.join(given.values())}\n", encoding="utf-8")
    table, problems = read_rows(file, reporting.questionnaire(store, SLUG))
    assert problems == []
    assert {one.answers for one in kept} == {row.answers for row in table.rows}
    assert {one.open_text for one in kept} == {'{"improve.text":"网点","suggestions":"再快一点"}'}
