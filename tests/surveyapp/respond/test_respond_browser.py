"""The question page in a phone's browser, with and without its script."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, expect
from werkzeug.serving import make_server

from surveyapp.store import Store
from tests.surveyapp.respond.conftest import stored

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/s/kinds"
    server.shutdown()
    thread.join()
    server.server_close()


def choose(page: Page, item: str, *labels: str) -> None:
    for label in labels:
        page.locator(f"#q-{item} .o label", has_text=label).first.click()


def fill_in(page: Page) -> None:
    choose(page, "area", "北片")
    page.fill("[name=visits]", "3")
    choose(page, "staff", "不满意")
    page.fill("[name='staff.text']", "态度不好")
    choose(page, "overall", "9")
    choose(page, "improve", "饭菜")


def test_items_appear_when_their_conditions_hold(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    expect(page.locator("#q-staff")).to_be_hidden()
    expect(page.locator("#progress")).to_have_text("已答 0 / 5")
    page.fill("[name=visits]", "1")
    expect(page.locator("#q-staff")).to_be_visible()
    expect(page.locator("#q-canteen")).to_be_hidden()
    choose(page, "area", "南片")
    expect(page.locator("#q-canteen")).to_be_visible()
    expect(page.locator("#progress")).to_have_text("已答 2 / 7")
    page.fill("[name=visits]", "0")
    expect(page.locator("#q-canteen")).to_be_hidden()
    expect(page.locator(".when").first).to_be_hidden()


def test_words_are_asked_for_under_the_option_that_asks(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    page.fill("[name=visits]", "1")
    comment = page.locator("#q-staff .comment")
    expect(comment).to_be_hidden()
    choose(page, "staff", "一般")
    expect(comment.locator("label")).to_have_text("哪里可以更好")
    assert comment.evaluate("it => it.previousElementSibling.getAttribute('data-code')") == "B"
    page.fill("[name='staff.text']", "多一点")
    choose(page, "staff", "不满意")
    expect(comment.locator("label")).to_have_text("请说明原因")
    expect(page.locator("[name='staff.text']")).to_have_value("多一点")
    choose(page, "staff", "满意")
    expect(comment).to_be_hidden()


def test_an_option_that_excludes_the_others_unticks_them(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    choose(page, "improve", "饭菜", "开放时间", "没有")
    ticked = "Array.from(document.querySelectorAll('[name=improve]:checked')).map(it => it.value).join()"
    assert page.evaluate(ticked) == "none"
    choose(page, "improve", "饭菜")
    assert page.evaluate(ticked) == "food"


def test_mistakes_are_read_out_first_and_lead_to_their_items(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    choose(page, "area", "北片")
    page.click("#send")
    summary = page.locator("#summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("第 2 题：请填写")
    page.click("#summary a >> nth=0")
    expect(page.locator("#q-visits")).to_be_in_viewport()
    expect(page.locator("#q-area input:checked")).to_have_count(1)


def test_what_was_filled_in_is_there_again_after_a_reload_and_gone_after_thanks(
    phone: BrowserContext, address: str, store: Store
) -> None:
    page = phone.new_page()
    page.goto(address)
    fill_in(page)
    ticket = page.input_value("[name=_ticket]")
    page.goto("about:blank")
    page.goto(f"{address}?lang=en")
    assert page.input_value("[name=_ticket]") == ticket
    expect(page.locator("[name='staff.text']")).to_have_value("态度不好")
    expect(page.locator("#progress")).to_have_text("Answered 5 / 6")
    page.click("#send")
    expect(page.locator("h1")).to_have_text("Received, thank you")
    assert page.evaluate("sessionStorage.length") == 0
    (kept,) = stored(store)
    assert kept.id == ticket.split(".")[0]


def test_an_answer_whose_thanks_were_lost_is_not_stored_twice(
    phone: BrowserContext, address: str, store: Store
) -> None:
    page = phone.new_page()
    page.goto(address)
    fill_in(page)

    def lose_reply(route: Route) -> None:
        route.fetch()
        route.fulfill(status=504, body="gateway timeout")

    page.route(address, lose_reply)
    page.click("#send")
    expect(page.locator("body")).to_have_text("gateway timeout")
    page.unroute(address)
    page.goto(address)
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    assert len(stored(store)) == 1


def test_the_button_says_that_it_is_sending_and_does_not_send_twice(
    phone: BrowserContext, address: str
) -> None:
    page = phone.new_page()
    page.goto(address)
    fill_in(page)
    page.evaluate(
        "window.sent = 0; document.getElementById('f').addEventListener('submit',"
        " event => { window.sent += !event.defaultPrevented; event.preventDefault() })"
    )
    page.click("#send")
    expect(page.locator("#send")).to_have_text("正在提交…")
    page.click("#send", force=True)  # it says that it is disabled
    assert page.evaluate("sent") == 1
    expect(page.locator("#send")).to_have_text("提交", timeout=9000)
    page.click("#send")
    assert page.evaluate("sent") == 2


def test_everything_can_be_answered_without_a_script(
    phone_without_javascript: BrowserContext, address: str, store: Store
) -> None:
    page = phone_without_javascript.new_page()
    page.goto(address)
    fill_in(page)
    page.click("#send")
    expect(page.locator("h1")).to_have_text("已收到，谢谢您")
    assert len(stored(store)) == 1


@pytest.mark.parametrize(("width", "size"), [(320, "100%"), (320, "200%"), (360, "100%"), (1280, "100%")])
def test_nothing_scrolls_sideways_and_targets_are_large(
    phone: BrowserContext, address: str, width: int, size: str
) -> None:
    page = phone.new_page()
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(address)
    page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
    fill_in(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [label.bounding_box() for label in page.locator(".o label:visible").all()]
    assert all(box is not None and box["height"] >= 48 and box["width"] >= 44 for box in boxes)
    send = page.locator("#send").bounding_box()
    assert send is not None
    assert send["height"] >= 48
    assert send["width"] >= min(width, 608) - 32


def test_the_keyboard_reaches_everything_in_order(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    names = []
    for _ in range(14):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
    assert [name for name in names if name][:8] == [
        "A",
        "SUMMARY",
        "area",
        "visits",
        "overall",
        "improve",
        "improve",
        "improve",
    ]
