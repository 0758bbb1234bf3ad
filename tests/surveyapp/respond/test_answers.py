"""From the page to the store: every outcome, with nothing lost and nothing stored twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from surveyapp.fieldwork.codes import hash_code, make_codes
from surveyapp.respond.body import LARGEST
from surveyapp.respond.ticket import LONGEST
from surveyapp.store import Outcome, Store, StoreBusyError, StoreFullError, Submission
from tests.surveyapp.respond.conftest import DAY, HERE, KINDS, Clock, Respondent, publish, stored
from tests.surveyapp.respond.reading import read


def receipt(text: str) -> str:
    found = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", read(text).text)
    assert found is not None
    return found[0]


@pytest.fixture(autouse=True)
def never_a_cookie(app: Flask) -> Iterator[None]:
    cookies: list[str] = []

    @app.after_request
    def look(response):  # type: ignore[no-untyped-def]
        cookies.extend(response.headers.getlist("Set-Cookie"))
        return response

    yield
    assert cookies == []


# --- taken -----------------------------------------------------------------------------------------------------------


def test_answers_are_stored_and_thanked_for(respondent: Respondent, store: Store, clock: Clock) -> None:
    respondent.opens()
    clock.now += 120
    response = respondent.sends({**KINDS, "words": " 多开一个窗口\r\n谢谢 "})
    assert response.status_code == 200
    page = read(response.text)
    assert "已收到，谢谢您" in page.text
    assert "可以关闭本页" in page.text
    assert page.fields == []
    (kept,) = stored(store)
    assert json.loads(kept.answers) == {
        "area": "south", "staff": "A", "canteen": "A", "overall": "9", "improve": ["food"]
    }  # fmt: skip
    assert json.loads(kept.open_text) == {"visits": "3", "words": "多开一个窗口\n谢谢"}
    assert (kept.channel, kept.stratum, kept.validity, kept.flags, kept.day) == (
        "open_link",
        "south",
        "",
        "",
        DAY,
    )
    assert respondent.page is not None
    assert kept.id == respondent.page.value("_ticket").split(".")[0]


def test_the_same_answers_again_get_the_same_receipt(respondent: Respondent, store: Store) -> None:
    first, again = respondent.sends(KINDS), respondent.sends(KINDS)
    assert (first.status_code, again.status_code) == (200, 200)
    assert receipt(first.text) == receipt(again.text)
    assert len(stored(store)) == 1


def test_other_answers_with_the_same_ticket_do_not_replace_the_first(
    respondent: Respondent, store: Store
) -> None:
    respondent.sends(KINDS)
    response = respondent.sends({**KINDS, "overall": "0"})
    assert response.status_code == 409
    assert "我们保留最先收到的那一份" in response.text
    assert json.loads(stored(store)[0].answers)["overall"] == "9"


def test_an_older_version_of_the_questionnaire_is_taken(
    respondent: Respondent, store: Store, tmp_path: Path
) -> None:
    respondent.opens()
    newer = tmp_path / "kinds.yaml"
    newer.write_text((HERE / "kinds.yaml").read_text("utf-8").replace("id: words", "id: ideas"), "utf-8")
    version = publish(store, newer)
    assert respondent.sends({**KINDS, "words": "好"}).status_code == 200
    (kept,) = stored(store)
    assert kept.version != version


# --- access codes ----------------------------------------------------------------------------------------------------


def test_a_code_is_spent_by_an_answer_and_not_by_a_look(
    invited: Respondent, store: Store, code: str, clock: Clock
) -> None:
    for _ in range(3):
        assert invited.opens().status_code == 200
    clock.now += 120
    found = store.code("kinds", hash_code(code))
    assert found is not None
    assert found.state == "issued"
    assert invited.sends({**KINDS, "area": "north", "canteen": ""}).status_code == 200
    (kept,) = stored(store)
    assert (kept.channel, kept.stratum, kept.flags) == ("slip", "north", "")
    assert invited.client.get(invited.path).status_code == 410


def test_a_codes_stratum_wins_over_the_answer_and_the_difference_is_flagged(
    invited: Respondent, store: Store, clock: Clock
) -> None:
    invited.opens()
    clock.now += 120
    assert invited.sends(KINDS).status_code == 200
    (kept,) = stored(store)
    assert (kept.stratum, kept.flags) == ("north", "stratum_differs")


def test_a_repeat_by_code_gets_the_same_receipt(invited: Respondent, store: Store) -> None:
    first, again = invited.sends(KINDS), invited.sends(KINDS)
    assert receipt(first.text) == receipt(again.text)
    assert len(stored(store)) == 1


def test_a_used_code_takes_no_second_answer(invited: Respondent, store: Store) -> None:
    invited.opens()
    page = invited.page
    other = Respondent(client=invited.client, path=invited.path)
    assert other.sends(KINDS).status_code == 200
    invited.page = page
    response = invited.sends(KINDS)
    assert response.status_code == 410
    assert "这个链接已经答过了" in response.text
    assert len(stored(store)) == 1


@pytest.mark.parametrize(
    "typed", [str.upper, lambda code: "-".join((code[:13], code[13:])), lambda code: f" {code} "]
)
def test_a_code_is_read_however_it_is_typed(invited: Respondent, code: str, typed) -> None:  # type: ignore[no-untyped-def]
    assert invited.opens(f"/s/kinds/{typed(code)}").status_code == 200


def test_an_unknown_or_void_code_is_refused(respondent: Respondent, store: Store) -> None:
    (unknown, void) = make_codes(2)
    batch = store.issue_codes(
        "kinds", [hash_code(void)], purpose="survey", channel="slip", stratum=None, day=DAY
    )
    store.void_batch("kinds", batch)
    for path, status in ((unknown, 404), (void, 410), ("short", 404), ("..", 404), ("%00", 404)):
        respondent.path = f"/s/kinds/{path}"
        assert respondent.opens().status_code == status, path
        assert respondent.sends_raw(b"a=1&_end=1").status_code == status, path
    assert stored(store) == []


# --- mistakes and interruptions, with nothing lost -------------------------------------------------------------------


def test_mistakes_are_shown_at_the_top_and_at_the_item_with_the_answers_kept(
    respondent: Respondent, store: Store
) -> None:
    response = respondent.sends({
        "area": "south", "visits": "many", "overall": "9", "improve": ["food", "other", "hours"],
        "improve.text": "<b>近一点</b>", "words": "两行\n字",
    })  # fmt: skip
    assert response.status_code == 422
    page = read(response.text)
    assert respondent.page is not None
    assert page.value("_ticket") == respondent.page.value("_ticket")
    assert page.links[1:] == ["#q-visits", "#q-improve"]
    assert {"q-visits", "q-improve"} <= set(page.ids)
    assert "第 2 题：请填写数字" in page.text
    assert "有 2 处需要修改" in page.text
    assert [box for box, given in page.boxes.items() if "bad" in given["class"]] == ["visits", "improve"]
    assert page.checked("area") == ["south"]
    assert page.checked("overall") == ["9"]
    assert page.checked("improve") == ["food", "hours", "other"]
    assert [page.value(name) for name in ("visits", "improve.text", "words")] == [
        "many",
        "<b>近一点</b>",
        "两行\n字",
    ]
    assert stored(store) == []
    assert respondent.sends(KINDS).status_code == 200
    assert len(stored(store)) == 1


def test_a_described_mistake_exists(respondent: Respondent) -> None:
    page = read(respondent.sends({"visits": "x"}).text)
    described = " ".join(re.findall(r'aria-describedby="([^"]*)"', page.source)).split()
    assert described
    assert set(described) <= set(page.ids)


def test_words_in_english_stay_english_after_a_mistake(respondent: Respondent) -> None:
    respondent.path = "/s/kinds?lang=en"
    page = read(respondent.sends({"area": "north"}).text)
    assert page.language == "en"
    assert "Question 2: Fill this in" in page.text


def test_a_field_the_questionnaire_does_not_have_is_a_mistake(respondent: Respondent, store: Store) -> None:
    assert respondent.sends({**KINDS, "name": "x"}).status_code == 422
    assert stored(store) == []


@pytest.mark.parametrize("ticket", ["", "x.y.z", "forged.1.AAAAAAAAAAAAAAAAAAAAAA"])
def test_a_wrong_ticket_loses_nothing(respondent: Respondent, store: Store, ticket: str) -> None:
    response = respondent.sends({**KINDS, "words": "好"}, _ticket=ticket)
    assert response.status_code == 422
    respondent.page = read(response.text)
    assert respondent.page.checked("area") == ["south"]
    assert respondent.page.value("words") == "好"
    assert "请再按一次提交" in respondent.page.text
    assert stored(store) == []
    assert respondent.sends(KINDS).status_code == 200


def test_a_page_open_for_more_than_a_day_is_shown_again(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    respondent.opens()
    clock.now += LONGEST + 60
    response = respondent.sends(KINDS)
    assert response.status_code == 422
    respondent.page = read(response.text)
    assert respondent.sends(KINDS).status_code == 200
    assert len(stored(store)) == 1


def test_an_unknown_version_is_shown_again_in_the_present_one(respondent: Respondent, store: Store) -> None:
    response = respondent.sends(KINDS, _version="0" * 64)
    assert response.status_code == 422
    assert read(response.text).value("_version") == read(respondent.opens().text).value("_version")
    assert stored(store) == []


@pytest.mark.parametrize("error", [StoreBusyError(), StoreFullError()])
def test_a_store_that_cannot_take_it_loses_nothing(
    respondent: Respondent, store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(_: Submission) -> Outcome:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(store, "submit", fails)
        response = respondent.sends({**KINDS, "words": "好"})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    page = read(response.text)
    assert respondent.page is not None
    assert page.value("_ticket") == respondent.page.value("_ticket")
    assert page.value("words") == "好"
    assert "还没有保存" in page.text
    assert respondent.sends({**KINDS, "words": "好"}).status_code == 200


def test_a_store_that_cannot_be_asked_is_a_readable_page(
    respondent: Respondent, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: str) -> None:
        raise StoreBusyError

    monkeypatch.setattr(store, "survey", fails)
    response = respondent.opens()
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "系统正忙" in response.text


# --- garbled ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"", b"area=south", b"area=%FF&_end=1", b"area=%00&_end=1", b"_end=1&area=south"]
)
def test_a_garbled_body_is_refused_readably(respondent: Respondent, store: Store, body: bytes) -> None:
    response = respondent.sends_raw(body)
    assert response.status_code == 400
    assert "没有保存" in response.text
    assert stored(store) == []


def test_only_forms_are_taken(respondent: Respondent) -> None:
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", ""):
        response = respondent.sends_raw(b"a=1&_end=1", content_type=kind)
        assert response.status_code == 415
        assert "请打开问卷页面填写" in response.text


def test_a_form_may_not_be_too_large(respondent: Respondent) -> None:
    response = respondent.sends_raw(b"words=" + b"x" * LARGEST + b"&_end=1")
    assert response.status_code == 413
    assert "缩短留言" in response.text


def test_a_form_may_not_have_too_many_fields(respondent: Respondent, store: Store) -> None:
    assert respondent.sends({**KINDS, "improve": ["food"] * 60}).status_code == 400
    assert stored(store) == []


def test_other_methods_are_refused_with_those_that_are_not(respondent: Respondent) -> None:
    response = respondent.client.put("/s/kinds")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


# --- doors that are closed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "opens", "closes", "status", "words"),
    [
        ("closed", None, None, 410, "本次调查已经结束"),
        ("open", None, "2026-09-21", 410, "本次调查已经结束"),
        ("open", "2026-09-23", None, 403, "请在 2026 年 9 月 23 日 或以后再打开"),
        ("paused", None, None, 503, "调查暂停"),
        ("draft", None, None, 403, "调查还没有开始"),
        ("open", "2026-09-22", "2026-09-22", 200, "社区养老服务满意度调查"),
    ],
)
def test_a_survey_that_takes_no_answers_says_why(
    respondent: Respondent,
    store: Store,
    state: str,
    opens: str | None,
    closes: str | None,
    status: int,
    words: str,
) -> None:
    respondent.opens()
    store.set_window("kinds", opens, closes)
    store.set_state("kinds", state)
    response = respondent.client.get("/s/kinds")
    assert (response.status_code, words in response.text) == (status, True)
    assert respondent.sends(KINDS).status_code == status
    assert len(stored(store)) == (status == 200)


def test_answers_begun_before_the_last_midnight_have_ten_minutes(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    respondent.opens()
    store.set_window("kinds", None, DAY)
    late = Respondent(client=respondent.client, path=respondent.path)
    late.opens()
    clock.now = _midnight_after(clock.now) + 300
    assert respondent.client.get("/s/kinds").status_code == 410
    assert respondent.sends(KINDS).status_code == 200
    clock.now += 600
    assert late.sends(KINDS).status_code == 410
    assert len(stored(store)) == 1


def _midnight_after(moment: float) -> float:
    china = 8 * 3600
    return (moment + china) // 86400 * 86400 + 86400 - china


def test_an_unknown_survey_is_not_found(respondent: Respondent) -> None:
    for slug in ("nothing", "UPPER", "a" * 100, "%00", "..%2f.."):
        assert respondent.client.get(f"/s/{slug}").status_code == 404
        assert respondent.client.post(f"/s/{slug}", data={"a": "1"}).status_code == 404


def test_a_survey_with_codes_sends_open_links_to_their_own(respondent: Respondent, store: Store) -> None:
    respondent.opens()
    store.set_open_link("kinds", False)
    page = read(respondent.client.get("/s/kinds").text)
    assert "请输入答题码" in page.text
    assert page.names == ["code", "_end"]
    refused = respondent.sends(KINDS)
    assert refused.status_code == 403
    assert "请使用您收到的专属链接" in refused.text
    assert stored(store) == []


# --- doors that were closed meanwhile ----------------------------------------------------------------------------------


def shut(store: Store, how: str) -> None:
    """Stop taking answers to the `kinds` survey."""
    if how == "over":
        store.set_window("kinds", None, "2026-09-20")
    elif how == "codes-only":
        store.set_open_link("kinds", False)
    else:
        store.set_state("kinds", how)


WAYS = ["closed", "paused", "draft", "over", "codes-only"]


@pytest.mark.parametrize("how", WAYS)
def test_a_repeat_gets_its_receipt_whatever_happened_to_the_survey_since(
    respondent: Respondent, store: Store, how: str
) -> None:
    first = respondent.sends({**KINDS, "words": "好"})
    shut(store, how)
    again = respondent.sends({**KINDS, "words": "好"})
    assert again.status_code == 200
    assert receipt(again.text) == receipt(first.text)
    assert len(stored(store)) == 1


@pytest.mark.parametrize("how", ["closed", "paused", "over"])
def test_a_repeat_by_code_gets_its_receipt_after_the_end(invited: Respondent, store: Store, how: str) -> None:
    first = invited.sends(KINDS)
    shut(store, how)
    again = invited.sends(KINDS)
    assert (again.status_code, receipt(again.text)) == (200, receipt(first.text))
    assert len(stored(store)) == 1


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("change", [{"overall": "0"}, {"words": "不好"}, {"visits": "many"}])
def test_other_answers_after_the_end_hear_that_the_first_arrived(
    respondent: Respondent, store: Store, how: str, change: dict[str, str]
) -> None:
    respondent.sends(KINDS)
    before = stored(store)
    shut(store, how)
    response = respondent.sends({**KINDS, **change})
    assert response.status_code == 409
    assert "此前的答卷已经收到" in response.text
    assert stored(store) == before


@pytest.mark.parametrize(
    ("ticket", "body"), [("forged.1.AAAAAAAAAAAAAAAAAAAAAA", None), (None, b"area=south")]
)
def test_without_a_good_ticket_and_a_whole_form_the_end_is_the_end(
    respondent: Respondent, store: Store, ticket: str | None, body: bytes | None
) -> None:
    respondent.sends(KINDS)
    shut(store, "closed")
    response = respondent.sends_raw(body) if body else respondent.sends(KINDS, _ticket=ticket or "")
    assert response.status_code == 410
    assert "本次调查已经结束" in response.text


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "调查暂停，还没有保存"), ("en", "paused and nothing was saved yet")]
)
def test_a_pause_gives_the_filled_form_back(
    respondent: Respondent, store: Store, language: str, words: str
) -> None:
    respondent.path = f"/s/kinds?lang={language}"
    respondent.opens()
    first = respondent.page
    store.set_state("kinds", "paused")
    response = respondent.sends({**KINDS, "words": "好"})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "3600")
    respondent.page = read(response.text)
    assert words in respondent.page.text
    assert first is not None
    assert respondent.page.value("_ticket") == first.value("_ticket")
    assert respondent.page.checked("area") == ["south"]
    assert respondent.page.value("words") == "好"
    assert stored(store) == []
    store.set_state("kinds", "open")
    assert respondent.sends({**KINDS, "words": "好"}).status_code == 200
    assert len(stored(store)) == 1


def test_a_pause_gives_a_page_that_is_too_old_back_with_a_new_ticket(
    respondent: Respondent, store: Store, clock: Clock
) -> None:
    respondent.opens()
    clock.now += LONGEST + 60
    store.set_state("kinds", "paused")
    response = respondent.sends(KINDS)
    assert response.status_code == 503
    respondent.page = read(response.text)
    assert respondent.page.checked("area") == ["south"]
    store.set_state("kinds", "open")
    assert respondent.sends(KINDS).status_code == 200


def test_a_pause_gives_the_form_back_in_the_version_it_was_filled_in(
    respondent: Respondent, store: Store, tmp_path: Path
) -> None:
    respondent.opens()
    newer = tmp_path / "kinds.yaml"
    newer.write_text((HERE / "kinds.yaml").read_text("utf-8").replace("id: words", "id: ideas"), "utf-8")
    publish(store, newer)
    store.set_state("kinds", "paused")
    page = read(respondent.sends({**KINDS, "words": "好"}).text)
    assert page.value("words") == "好"


def test_a_link_without_hope_is_refused_in_a_pause_too(invited: Respondent, store: Store, code: str) -> None:
    other = Respondent(client=invited.client, path=invited.path)
    other.opens()
    invited.sends(KINDS)
    store.set_state("kinds", "paused")
    assert invited.client.get(invited.path).status_code == 410
    assert "这个链接已经答过了" in other.sends(KINDS).text
    other.path = "/s/kinds/short"
    assert other.sends(KINDS).status_code == 404


# --- speed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "validity", "flags"),
    [(0, "too_fast", "too_fast"), (20, "", "too_fast"), (30, "", "")],
)
def test_answers_given_too_fast_are_marked_as_the_rules_say(
    respondent: Respondent, store: Store, clock: Clock, seconds: int, validity: str, flags: str
) -> None:
    respondent.opens()
    clock.now += seconds
    respondent.sends(
        KINDS
    )  # seven items shown: 14 s to be valid, 21 s not to be flagged; the ticket's time is in tens
    (kept,) = stored(store)
    assert (kept.validity, kept.flags) == (validity, flags)


def test_items_that_were_not_shown_take_no_time(respondent: Respondent, store: Store, clock: Clock) -> None:
    respondent.opens()
    clock.now += 10
    respondent.sends({"area": "north", "visits": "0", "overall": "9", "improve": "none"})  # five items: 10 s
    assert stored(store)[0].validity == ""
