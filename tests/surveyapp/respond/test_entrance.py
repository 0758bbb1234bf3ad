"""Codes that are typed: in the address or on the page that asks for one, however they are written."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from surveyapp import create_app
from surveyapp.config import Config
from surveyapp.fieldwork.codes import ALPHABET, grouped, hash_code, make_typed_codes
from surveyapp.store import Store
from tests.surveyapp.respond.conftest import KINDS, BothCodes, Respondent, issue, stored
from tests.surveyapp.respond.reading import read


@pytest.fixture
def codes(store: Store, config: Config) -> BothCodes:
    store.set_open_link("kinds", False)
    return issue(store, config, 1)[0]


def types(respondent: Respondent, written: str, path: str = "/s/kinds") -> TestResponse:
    """Send the form of the page that asks for a code, with exactly its fields."""
    page = read(respondent.client.get(path, headers=respondent.headers).text)
    fields = {name: written if name == "code" else page.value(name) for name in page.names}
    return respondent.client.post(path, data=fields, headers=respondent.headers)


def ways_to_write(code: str) -> list[str]:
    """Return how people write a code: grouped, spaced, in capitals, with look-alikes, in full-width characters."""
    return [
        code,
        grouped(code),
        f"  {' '.join(code)} ",
        grouped(code).replace("-", "–"),
        code.upper().replace("0", "O").replace("1", "I"),
        code.replace("0", "o").replace("1", "l"),
        "".join(chr(ord(letter) + 0xFEE0) for letter in code.upper()),
    ]


def test_a_typed_code_is_as_good_as_the_link_and_both_are_spent_together(
    respondent: Respondent, store: Store, codes: BothCodes
) -> None:
    respondent.path = f"/s/kinds/{grouped(codes.typed)}"
    assert respondent.sends({**KINDS, "area": "north", "canteen": ""}).status_code == 200
    (kept,) = stored(store)
    assert (kept.channel, kept.stratum) == ("slip", "north")
    found = store.code("kinds", hash_code(codes.link))
    assert found is not None
    assert found.state == "used"
    for path in (codes.typed, codes.link):
        refused = respondent.client.get(f"/s/kinds/{path}")
        assert refused.status_code == 410
        assert "这个链接已经答过了" in refused.text


def test_every_way_of_writing_a_code_leads_to_its_page(
    respondent: Respondent, store: Store, config: Config
) -> None:
    store.set_open_link("kinds", False)
    for both in issue(store, config, 20):  # 20 × 12 random characters: 0 and 1 are surely among them
        for written in ways_to_write(both.typed):
            response = types(respondent, written)
            assert (response.status_code, response.headers["Location"]) == (303, f"/s/kinds/{both.typed}")
            assert respondent.client.get(f"/s/kinds/{written.strip()}").status_code == 200
        assert types(respondent, both.link.upper()).headers["Location"] == f"/s/kinds/{both.link}"
    assert stored(store) == []


def test_the_page_that_asks_is_no_refusal_and_needs_no_script(
    respondent: Respondent, codes: BothCodes
) -> None:
    response = respondent.client.get("/s/kinds")
    page = read(response.text)
    assert response.status_code == 200
    assert page.names[-1] == "_end"
    assert page.labels["code"] == "答题码"
    assert "社区养老服务满意度调查" in page.text


@pytest.mark.parametrize("path", ["/s/kinds", "/s/kinds/enter"])
def test_the_open_link_offers_no_code_entry_but_slips_have_their_address(
    respondent: Respondent, store: Store, codes: BothCodes, path: str
) -> None:
    store.set_open_link("kinds", True)
    page = read(respondent.client.get(path).text)
    assert ("code" in page.names) == (path == "/s/kinds/enter")
    assert types(respondent, codes.typed, "/s/kinds/enter").headers["Location"] == f"/s/kinds/{codes.typed}"


@pytest.mark.parametrize("written", ["", "   ", "abc", "<b>x</b>", "7K3M-9QX2-TB4VW-X", "满意"])
def test_what_cannot_be_a_code_is_told_and_kept(
    respondent: Respondent, codes: BothCodes, written: str
) -> None:
    response = types(respondent, written)
    assert response.status_code == 404
    page = read(response.text)
    assert page.value("code") == written
    assert ("请对照纸条再输一次" if written.strip() else "请输入纸条上的答题码") in page.text


def test_a_slip_of_the_finger_is_told_without_asking_the_store(
    respondent: Respondent, store: Store, codes: BothCodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def look_up(_: str, typed_hash: str) -> None:
        asked.append(typed_hash)

    monkeypatch.setattr(store, "typed_code", look_up)
    for place, letter in enumerate(codes.typed):
        wrong = ALPHABET[(ALPHABET.index(letter) + 1) % 32]
        response = types(respondent, codes.typed[:place] + wrong + codes.typed[place + 1 :])
        assert response.status_code == 404
        assert "答题码有误" in response.text
    assert asked == []
    (other,) = make_typed_codes(1)
    assert "没有找到这个答题码" in types(respondent, other).text
    assert len(asked) == 1


def test_a_code_of_another_survey_is_unknown_here(
    respondent: Respondent, store: Store, config: Config, codes: BothCodes
) -> None:
    (elsewhere,) = issue(store, config, 1, slug="zhifu-2022")
    assert types(respondent, elsewhere.typed).status_code == 404
    assert respondent.client.get(f"/s/kinds/{elsewhere.typed}").status_code == 404


def test_a_used_or_void_code_is_refused_kindly_where_it_is_typed(
    respondent: Respondent, store: Store, config: Config, codes: BothCodes
) -> None:
    Respondent(client=respondent.client, path=f"/s/kinds/{codes.link}").sends(KINDS)
    response = types(respondent, codes.typed)
    assert (response.status_code, "这个链接已经答过了" in response.text) == (410, True)
    (void,) = issue(store, config, 1)
    store.void_codes("kinds", [hash_code(void.link)])
    response = types(respondent, void.typed)
    assert (response.status_code, "这个链接已停用" in response.text) == (410, True)


@pytest.mark.parametrize(("state", "status"), [("closed", 410), ("paused", 503), ("draft", 403)])
def test_no_code_is_asked_for_where_no_answer_is_taken(
    respondent: Respondent, store: Store, codes: BothCodes, state: str, status: int
) -> None:
    store.set_state("kinds", state)
    assert respondent.client.get("/s/kinds").status_code == status
    body = urlencode({"code": codes.typed, "_end": "1"}).encode()
    assert respondent.sends_raw(body).status_code == status


def test_the_language_goes_along(respondent: Respondent, codes: BothCodes) -> None:
    page = read(respondent.client.get("/s/kinds?lang=en").text)
    assert "Enter your code" in page.text
    assert types(respondent, codes.typed, "/s/kinds?lang=en").headers["Location"].endswith("?lang=en")
    assert types(respondent, codes.typed, "/s/kinds?lang=xx").headers["Location"].endswith(codes.typed)


def test_the_way_leads_below_the_public_address(config: Config, store: Store) -> None:
    store.set_open_link("kinds", False)
    (both,) = issue(store, config, 1)
    app = create_app(replace(config, public_url="https://gov.example/survey"), store)
    visitor = Respondent(client=app.test_client(), path="/survey/s/kinds")
    response = types(visitor, both.typed, "/survey/s/kinds")
    assert response.headers["Location"] == f"/survey/s/kinds/{both.typed}"
    assert visitor.client.get(response.headers["Location"]).status_code == 200


def test_a_questionnaire_may_have_an_item_named_code(respondent: Respondent, store: Store) -> None:
    """Its answers are not taken for an access code: they come with a ticket."""
    respondent.opens()
    assert respondent.page is not None
    body = {"code": "x", "_version": respondent.page.value("_version"), **KINDS}
    body |= {"_ticket": respondent.page.value("_ticket"), "_end": "1"}
    response = respondent.sends_raw(urlencode(body).encode())
    assert response.status_code == 422  # this questionnaire has no such item, and says so among the mistakes


def test_a_code_cut_off_on_its_way_is_not_looked_for(respondent: Respondent, codes: BothCodes) -> None:
    assert respondent.sends_raw(f"code={codes.typed}".encode()).status_code == 400
