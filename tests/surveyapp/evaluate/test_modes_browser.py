"""Paper entry by keys alone, and an interview by telephone, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from surveyapp.current import installation
from surveyapp.fieldwork.codes import case_label, grouped, hashes, make_codes, make_typed_codes
from surveyapp.store import Store, StoredResponse
from tests.fixtures_browser import LAPTOP, context_here
from tests.surveyapp.evaluate.conftest import NAME, Evaluator
from tests.surveyapp.sample import DAY, SLUG

pytestmark = pytest.mark.browser

WHOLE = ["A", "B", "B", "A", "A", "B", "A", "B", "B", "C", "Enter", "Enter"]
"""One key for each of eight single choices, two ticks and Enter for the multiple one, Enter for no suggestion."""
ANSWERS = (
    '{"subsidy":"A","degree":"B","policy_awareness":"B","notice":"A","criteria":"A","procedure":"B","review":"A",'
    '"payment":"B","improve":["B","C"]}'
)


@pytest.fixture
def address(app: Flask, visitor: Evaluator) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/evaluate"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(laptop: BrowserContext, address: str, visitor: Evaluator, store: Store) -> Page:
    """A page in English of somebody who has signed in."""
    store.set_distributed(SLUG, 20)
    return signed_in(laptop, address, visitor)


def signed_in(context: BrowserContext, address: str, visitor: Evaluator) -> Page:
    page = context.new_page()
    page.goto(f"{address}/sign-in?lang=en")
    page.fill("#name", NAME)
    page.fill("#password", visitor.password)
    page.press("#password", "Enter")
    page.wait_for_url(f"{address}/")
    return page


def press(page: Page, *keys: str) -> int:
    """Press keys one after the other, wherever the focus is; how many they were."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def from_paper(store: Store) -> list[StoredResponse]:
    sample = '{"subsidy":"A","notice":"B"}'
    found = store.responses(SLUG, live=True)
    return [one for one in found if one.channel == "paper" and one.answers != sample]


def expect_at(page: Page, item: str) -> None:
    """Expect the focus within an item."""
    expect(page.locator(f"#q-{item} :focus")).to_be_attached()


def test_a_whole_copy_is_typed_by_keys_alone(page: Page, address: str, store: Store) -> None:
    page.goto(f"{address}/surveys/{SLUG}/paper")
    expect_at(page, "subsidy")
    pressed = press(page, *WHOLE)
    expect(page.locator(".progress-words")).to_have_text("Done 10 of 10")
    expect(page.locator("[data-save]")).to_be_focused()
    with page.expect_navigation():
        pressed += press(page, "Enter")
    assert pressed == 13  # ten answers: about one key each, and one to save
    assert [one.answers for one in from_paper(store)] == [ANSWERS]
    # the next empty copy, at its first field
    expect(page.locator(".sitting")).to_contain_text("In this sitting: 1 copies")
    assert page.locator(".typing input:checked").count() == 0
    expect_at(page, "subsidy")


def test_blank_back_and_clear(page: Page, address: str, store: Store) -> None:
    page.goto(f"{address}/surveys/{SLUG}/paper")
    press(page, "2", "0", "Space", "D")  # by number; left blank twice; an option that asks for words
    expect(page.locator("[name='notice.text']")).to_be_focused()
    page.keyboard.type("太慢, AB")
    press(page, "Enter", "A", "Backspace", "ArrowUp", "ArrowUp")
    expect_at(page, "policy_awareness")
    press(page, "C", "Escape")  # the focus has gone on to the notice, which is cleared with its words
    expect_at(page, "notice")
    expect(page.locator("[name='notice.text']")).to_be_hidden()
    press(page, "B", "-")
    page.locator("[data-save]").focus()
    with page.expect_navigation():
        press(page, "Enter")
    (kept,) = from_paper(store)
    assert kept.answers == '{"subsidy":"B","policy_awareness":"C","notice":"B","criteria":"-2"}'
    assert kept.open_text == ""


def test_a_second_typing_with_one_difference_is_settled(page: Page, address: str, store: Store) -> None:
    page.goto(f"{address}/surveys/{SLUG}/paper?mode=double")
    expect(page.locator("#_number")).to_be_focused()
    page.keyboard.type("0057")
    press(page, "Enter", *WHOLE)
    with page.expect_navigation():
        press(page, "Enter")
    assert [entry.number for entry in store.kept_entries(SLUG)] == ["0057"]
    page.get_by_role("link", name="0057").click()
    expect_at(page, "subsidy")
    press(page, *WHOLE[:4], "C", *WHOLE[5:])
    with page.expect_navigation():
        press(page, "Enter")
    expect(page.locator(".sitting")).to_contain_text("1 of 11 fields differ (9.1%)")
    assert from_paper(store) == []
    press(page, "1")
    expect(page.locator("[data-save]")).to_be_focused()
    with page.expect_navigation():
        press(page, "Enter")
    assert [one.answers for one in from_paper(store)] == [ANSWERS]
    assert store.kept_entries(SLUG) == []
    expect(page.locator(".sitting")).to_contain_text("differing fields: 1 of 11 (9.1%)")


def test_without_script_it_is_an_ordinary_form(
    browser: Browser, address: str, visitor: Evaluator, store: Store
) -> None:
    store.set_distributed(SLUG, 20)
    with context_here(browser, **LAPTOP, java_script_enabled=False) as context:
        type_without_script(signed_in(context, address, visitor), address)
    (kept,) = from_paper(store)
    assert (kept.answers, kept.open_text) == ('{"subsidy":"A","notice":"D"}', '{"notice.text":"太慢"}')


def type_without_script(page: Page, address: str) -> None:
    page.goto(f"{address}/surveys/{SLUG}/paper")
    page.locator("#q-subsidy .pill", has_text="Living subsidy").click()
    page.locator("#q-notice .pill", has_text="Dissatisfied").click()
    page.fill("[name='notice.text']", "太慢")
    expect(page.locator("kbd").first).to_be_hidden()
    page.get_by_role("button", name="Save, next copy").click()
    page.get_by_text("In this sitting: 1 copies").wait_for()


def test_a_call_back_and_then_the_interview(page: Page, address: str, app: Flask, store: Store) -> None:
    link, short = next(make_codes(1)), next(make_typed_codes(1))
    kept = hashes(link, short, installation(app).config.secret_key)
    store.issue_codes(SLUG, [kept], purpose="survey", channel="sms", stratum="A", day=DAY)
    page.goto(f"{address}/surveys/{SLUG}/telephone")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(grouped(short))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(case_label(kept.link))
    page.fill("#note", "evening")
    page.press("#note", "Enter")  # notes nothing: no outcome was chosen
    assert store.calls(SLUG) == []
    page.locator("summary", has_text="call back").click()
    page.fill("#on", "2026-09-22")
    page.fill("#at", "19:30")
    page.get_by_role("button", name="Note the call-back").click()
    row = page.locator("tr", has_text=case_label(kept.link))
    expect(row).to_contain_text("2026-09-22 19:30")
    expect(row).to_contain_text("evening")
    row.get_by_role("link", name="Call").click()
    page.get_by_role("link", name="They agree: begin").click()
    expect_at(page, "subsidy")
    press(page, *WHOLE)
    with page.expect_navigation():
        press(page, "Enter")
    (one,) = [one for one in store.responses(SLUG, live=True) if one.channel == "telephone"]
    assert (one.answers, one.stratum) == (ANSWERS, "A")
    assert store.calls(SLUG) == []
    expect(page.locator("main")).to_contain_text("Nobody is waiting for a call today.")
