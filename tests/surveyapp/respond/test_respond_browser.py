"""The question page in a phone's browser, with and without its script."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from surveyapp.store import Store
from tests.surveyapp.respond.conftest import stored
from tests.surveyapp.respond.phones import choose, fill_in, served, walk_to

pytestmark = pytest.mark.browser

MISTAKES = """() => Array.from(document.querySelectorAll("#summary,.error,.bad,[aria-describedby],[aria-invalid]")).map(it => [
    it.tagName, it.id, it.className, it.getAttribute("role"), it.getAttribute("tabindex"), it.getAttribute("aria-describedby"),
    it.getAttribute("aria-invalid"), it.matches("#summary,.error") ? it.textContent.replace(/\\s+/g, "") : "",
    it.previousElementSibling && it.matches(".error") ? it.previousElementSibling.tagName : "",
    it.id === "summary" ? Array.from(it.querySelectorAll("a")).map(a => a.getAttribute("href")).join() : "",
    it.id === "summary" ? it.nextElementSibling.tagName : ""])"""
"""What a reader and a screen reader find of the mistakes, in the order of the page."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield f"{address}/s/kinds"


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
    for _ in range(40):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "document.activeElement.name || document.activeElement.id || document.activeElement.tagName"
            )
        )
        if names[-1] == "send":
            break
    assert list(dict.fromkeys(names)) == [
        "_view",
        "A",
        "SUMMARY",
        "area",
        "visits",
        "overall",
        "improve",
        "words",
        "send",
    ]
    assert names.count("SUMMARY") == 2  # privacy, and who helped


def test_who_helped_is_asked_quietly_and_kept(phone: BrowserContext, address: str, store: Store) -> None:
    page = phone.new_page()
    page.goto(address)
    expect(page.locator("[name=_by]").first).to_be_hidden()
    page.click(".helped summary")
    page.click("label[for=by-relative]")
    page.reload()
    expect(page.locator("#by-relative")).to_be_checked()
    expect(page.locator("label[for=by-relative]")).to_be_visible()
    fill_in(page)
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    (kept,) = stored(store)
    assert "assisted_relative" in kept.flags.split(";")


def test_what_people_do_not_see_is_not_filled_in(phone: BrowserContext, address: str, store: Store) -> None:
    page = phone.new_page()
    page.goto(address)
    box = page.locator("[name=_site]").bounding_box()
    assert (
        box is None or box["width"] <= 1 or page.evaluate("document.elementFromPoint(1, 1).name") != "_site"
    )
    fill_in(page)
    page.evaluate("document.querySelector('[name=_site]').value = 'https://spam.example'")
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    (kept,) = stored(store)
    assert "honeypot" in kept.flags.split(";")


def test_half_a_character_does_not_spoil_the_form(phone: BrowserContext, address: str, store: Store) -> None:
    page = phone.new_page()
    page.goto(address)
    fill_in(page)
    page.evaluate("document.querySelector('[name=words]').value = '好\\ud83d的\\0 👨‍👩‍👧 %&=+\\n第二行'")
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    (kept,) = stored(store)
    assert json.loads(kept.open_text)["words"] == "好的 👨‍👩‍👧 %&=+\n第二行"


@pytest.mark.parametrize("wanted", ["title", "body"])
def test_mistakes_shown_in_place_are_those_the_server_would_draw(
    phone: BrowserContext, phone_without_javascript: BrowserContext, address: str, wanted: str
) -> None:
    drawn = []
    for context in (phone, phone_without_javascript):
        page = context.new_page()
        page.goto(address)
        choose(page, "area", "北片")
        page.fill("[name=visits]", "-1")
        page.click("#send")
        page.wait_for_selector("#summary")
        drawn.append(page.title() if wanted == "title" else page.evaluate(MISTAKES))
    assert drawn[0] == drawn[1]
    assert "错误" in str(drawn[0])


def test_mistakes_that_were_mended_are_gone_and_the_answers_arrive(
    phone: BrowserContext, address: str, store: Store
) -> None:
    page = phone.new_page()
    page.goto(address)
    fill_in(page)
    page.fill("[name=visits]", "many")
    page.click("#send")
    expect(page.locator("#q-visits .error")).to_have_count(1)
    page.fill("[name=visits]", "100")
    page.click("#send")
    expect(page.locator("#summary a")).to_have_count(1)
    expect(page.locator("#q-visits .error")).to_have_count(1)
    page.fill("[name=visits]", "9")
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    assert len(stored(store)) == 1


# --- large print -----------------------------------------------------------------------------------------------------


def test_large_print_asks_one_question_at_a_time(phone: BrowserContext, address: str, store: Store) -> None:
    page = phone.new_page()
    page.goto(address)
    page.click("label[for=large]")
    expect(page.locator(".item:visible")).to_have_count(0)
    expect(page.locator("#next")).to_have_text("开始答题")
    page.click("#next")
    expect(page.locator("#progress")).to_have_text("第 1 题，共 5 题")
    choose(page, "area", "南片")
    page.click("#next")
    page.fill("[name=visits]", "2")
    expect(page.locator("#progress")).to_have_text("第 2 题，共 7 题")  # two more are asked in the south
    page.press("[name=visits]", "Enter")
    expect(page.locator(".item:visible")).to_have_attribute("id", "q-staff")
    page.click("#back")
    expect(page.locator(".item:visible")).to_have_attribute("id", "q-visits")
    walk_to(page, "send")
    expect(page.locator("#progress")).to_have_text("检查并提交")
    expect(page.locator("#review")).to_be_focused()
    expect(page.locator("#review h2")).to_have_text("还有 4 题没有回答，点一下就能去补：")
    expect(page.locator("#review a").first).to_have_text("第 3 题：您对工作人员是否满意？")
    for item, label in (("staff", "满意"), ("canteen", "满意"), ("overall", "8"), ("improve", "没有")):
        page.locator(f"#review a[href='#q-{item}']").click()
        choose(page, item, label)
        walk_to(page, "send")
    expect(page.locator("#review h2")).to_have_text("要答的题都答完了，可以提交。")
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    assert len(stored(store)) == 1


def test_large_print_is_remembered_and_goes_on_where_it_was_left(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    page.click("label[for=large]")
    page.click("#next")
    choose(page, "area", "北片")
    page.reload()
    expect(page.locator("#large")).to_be_checked()
    expect(page.locator("#restored")).to_be_visible()
    page.click("#next")
    expect(page.locator(".item:visible")).to_have_attribute("id", "q-visits")
    page.click("label[for=standard]")
    expect(page.locator(".item:visible")).to_have_count(5)
    page.reload()
    expect(page.locator("#standard")).to_be_checked()


def test_in_large_print_a_mistake_leads_to_its_question(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    page.click("label[for=large]")
    walk_to(page, "send")
    page.click("#send")
    expect(page.locator("#summary")).to_be_focused()
    page.locator("#summary a", has_text="第 2 题").click()
    expect(page.locator("#q-visits")).to_be_focused()
    expect(page.locator("#q-visits .error")).to_have_text("错误：请填写")
    expect(page.locator("#summary")).to_be_hidden()


def test_large_print_needs_no_script_and_stays_when_there_are_mistakes(
    phone_without_javascript: BrowserContext, address: str
) -> None:
    page = phone_without_javascript.new_page()
    page.goto(address)
    page.click("label[for=large]")
    expect(page.locator(".item:visible")).to_have_count(7)
    page.click("#send")
    expect(page.locator("#summary")).to_be_visible()
    expect(page.locator("#large")).to_be_checked()
