"""The network cut at any of twenty moments of a session: one stored response equal to what was chosen, and no false receipt.

A real server, a real browser, and a person drawn by a number: who is repeated by it, word for word. Another number of
people: `SURVEYAPP_CUTS=500`.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from playwright.sync_api import Error as BrowserError

from surveyapp.fieldwork.codes import hash_code, make_codes
from surveyapp.store import Store
from tests.fixtures_browser import PHONE, context_here
from tests.fixtures_server import Installed
from tests.surveyapp.respond.conftest import DAY, HERE, Clock, publish, stored
from tests.surveyapp.respond.phones import choose, fill_in, served

pytestmark = pytest.mark.browser

PEOPLE = int(os.environ.get("SURVEYAPP_CUTS", "20"))
SEED = 20261120
PATIENCE = 30
OVER = ".receipt b,.message h1:only-of-type:not(.tick + h1)"
"""The receipt; or the heading of a refusal, which has no tick before it."""
RECEIPT_OR_USED = re.compile(r"^([0-9A-Z]{5}-[0-9A-Z]{5}|这个链接已经答过了|This link has been used)$")
"""Who holds a code, and opens its link again after the very last reply was lost as well, reads that it has been used."""
PORTAL = "<!doctype html><title>Wi-Fi</title><p>请先登录 Please sign in</p>"

FULL = """Storage.prototype.setItem = (function (real) {
    return function (key, text) { if (this === localStorage) { throw new Error("full"); } real.call(this, key, text); };
}(Storage.prototype.setItem));"""

BETWEEN = (
    "offline",
    "lost page",
    "reload",
    "offline reload",
    "closed tab",
    "phone's back button",
    "other app",
    "language",
)
"""What happens between two choices."""

UNDER_WAY = (
    "offline before", "never leaves", "reply lost", "reply cut", "gateway", "gateway after", "portal", "portal after",
    "hangs", "killed before", "killed after", "reloaded",
)  # fmt: skip
"""What happens once submit was pressed. With the eight above, twenty moments."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """A server with the `kinds` survey, by an open link and by codes."""
    installed = Installed(tmp_path_factory.mktemp("offline") / "instance")
    installed.run("publish", str(HERE / "kinds.yaml"), "--open-link")
    installed.start()
    yield installed
    installed.stop()


@pytest.fixture(scope="module")
def shelf(place: Installed) -> Iterator[Store]:
    """What the server has stored, read beside it."""
    with Store.open(f"sqlite:///{place.instance / 'survey.db'}") as opened:
        yield opened


@dataclass
class Person:
    """Somebody who answers: what they will choose, in the order of the page, and what happens to them."""

    number: int
    drawn: random.Random = field(init=False)
    choices: dict[str, str] = field(init=False)
    between: dict[int, str] = field(init=False)
    under_way: list[str] = field(init=False)
    is_elder: bool = field(init=False)

    def __post_init__(self) -> None:
        draw = self.drawn = random.Random(f"{SEED}-{self.number}")
        self.choices = {
            "area": draw.choice(["north", "south"]),
            "visits": str(draw.randint(1, 99)),
            "staff": draw.choice("ABC"),
            "overall": str(draw.randint(0, 10)),
            "improve": draw.choice(["food", "hours", "none"]),
            "words": f"第 {self.number} 位 & 她说=“好%” 😀",
        }
        if self.choices["area"] == "south":
            self.choices = _after(self.choices, "staff", "canteen", draw.choice("AC"))
        # who is drawn without any cut gets one: the moments are gone through in turn
        moments = [*BETWEEN, *UNDER_WAY]
        drawn = {moments[self.number % len(moments)], *draw.sample(moments, draw.randint(0, 2))}
        places = draw.sample(range(len(self.choices)), len(drawn & set(BETWEEN)))
        self.between = dict(zip(places, sorted(drawn & set(BETWEEN)), strict=True))
        self.under_way = draw.sample(sorted(drawn & set(UNDER_WAY)), len(drawn & set(UNDER_WAY)))
        self.is_elder = draw.random() < 0.25

    def expected(self) -> tuple[str, str]:
        """Return what must be stored: the closed answers in the order of the questionnaire, and the open ones."""
        closed: dict[str, Any] = {"area": self.choices["area"], "staff": self.choices["staff"]}
        closed["canteen"] = self.choices.get(
            "canteen", "-1"
        )  # off the path of who does not live in the south
        closed |= {"overall": self.choices["overall"], "improve": [self.choices["improve"]]}
        return _json(closed), _json({"visits": self.choices["visits"], "words": self.choices["words"]})


def _after(choices: dict[str, str], before: str, item: str, code: str) -> dict[str, str]:
    pairs = list(choices.items())
    at = list(choices).index(before) + 1
    return dict([*pairs[:at], (item, code), *pairs[at:]])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass
class Session:
    """One person's phone: its page may be killed and opened again, its network may go and come back."""

    person: Person
    context: BrowserContext
    link: str
    is_stored: Callable[[], bool]
    page: Page = field(init=False)

    def run(self) -> str:
        """Answer everything through every cut; return the receipt."""
        self.open()
        if self.person.is_elder:
            self.page.locator("label[for=large]").click()
        for at, (item, code) in enumerate(self.person.choices.items()):
            if moment := self.person.between.get(at):
                self.is_honest()
                self.cut_between(moment)
            self.choose(item, code)
        return self.submit()

    # --- what the person does ---

    def open(self) -> None:
        self.page = self.context.new_page()
        self.page.goto(self.link)

    def choose(self, item: str, code: str) -> None:
        field = self.page.locator(f"#q-{item}")
        while self.person.is_elder and not field.is_visible():
            self.page.click("#next" if self.page.is_visible("#next") else "#back")
        if item in ("visits", "words"):
            field.locator("input,textarea").fill(code)
        else:
            field.locator(f".o[data-code='{code}'] label").click()

    def press(self) -> None:
        while self.person.is_elder and not self.page.is_visible("#send"):
            self.page.click("#next")
        self.page.click("#send", no_wait_after=True)

    def submit(self) -> str:
        moments = list(self.person.under_way)
        if moments:
            self.cut_under_way(moments.pop(0), self.press)
        else:
            self.press()
        for moment in moments:  # the next cut meets what the page does by itself
            self.is_honest()
            self.cut_under_way(moment, self.nudge)
        self.context.set_offline(False)
        self.nudge()
        expect(self.page.locator(OVER)).to_have_text(RECEIPT_OR_USED)
        assert self.is_stored(), "the page says that it is over, but there is no row"
        return self.page.inner_text(OVER)

    # --- what happens to them ---

    def cut_between(self, moment: str) -> None:
        if moment == "offline":
            self.context.set_offline(True)
        elif moment == "other app":
            self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        elif moment in ("lost page", "closed tab"):
            self.page.close(run_before_unload=moment == "closed tab")
            self.context.set_offline(False)
            self.open()
        else:
            self.load_again(moment)

    def load_again(self, moment: str) -> None:
        """Load the page once more; without a network first if the moment says so."""
        if moment == "offline reload":
            self.context.set_offline(True)
            with suppress(BrowserError):
                self.page.reload()
        self.context.set_offline(False)
        if moment == "reload":
            self.page.reload()
        elif moment == "phone's back button":
            self.page.goto("about:blank")
            self.page.go_back()
        else:
            self.page.goto(self.link + ("?lang=en" if moment == "language" else ""))

    def cut_under_way(self, moment: str, go: Callable[[], None]) -> None:
        """Let the network fail at a moment after `go`, and let it come back."""
        if moment == "offline before":
            self.context.set_offline(True)
            go()
            self.page.wait_for_selector(f".state,{OVER}")
            self.is_honest()
            return
        met: list[str] = []
        self.page.route(_posts(self.link), lambda route: _meet(moment, route, met))
        self.context.set_offline(False)
        go()
        until = time.monotonic() + PATIENCE
        while not met:
            if self.page.locator(OVER).count():  # it was quicker than the cut
                return
            assert time.monotonic() < until, f"nothing was sent: {moment}"
            self.page.wait_for_timeout(5)
        self.is_honest()
        if moment.startswith("killed"):
            self.page.close()
            self.open()
        elif moment == "reloaded":
            self.page.unroute_all(behavior="ignoreErrors")
            self.page.reload()
        else:
            self.page.unroute_all(behavior="ignoreErrors")

    def nudge(self) -> None:
        """Tell the page that there is a network, so that nobody waits for the next try."""
        with suppress(BrowserError):  # the page has gone on by itself
            self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def is_honest(self) -> None:
        """Fail if the page says that the answers were received though they are not stored."""
        with suppress(BrowserError):  # it is just being loaded: it says nothing
            says_so = self.page.locator(".receipt").count() or "已收到" in self.page.inner_text("body")
            assert not says_so or self.is_stored(), "the page speaks of a receipt, but there is no row"


def _posts(link: str) -> re.Pattern[str]:
    return re.compile(re.escape(link) + r"(\?lang=en)?$")


def _meet(moment: str, route: Route, met: list[str]) -> None:
    """Do to a submission what the moment says; other requests pass."""
    if route.request.method != "POST":
        route.continue_()
        return
    if moment in ("reply lost", "reply cut", "gateway after", "portal after", "killed after", "reloaded"):
        reply = route.fetch()
    if moment in ("never leaves", "reply lost"):
        route.abort("connectionreset")
    elif moment == "reply cut":
        route.fulfill(status=200, content_type="application/json", body=reply.text()[:-12])
    elif moment.startswith("gateway"):
        route.fulfill(status=502, content_type="text/html", body="<h1>502 Bad Gateway</h1>")
    elif moment.startswith("portal"):
        route.fulfill(status=200, content_type="text/html", body=PORTAL)
    met.append(moment)


def test_a_session_has_twenty_moments() -> None:
    assert len({*BETWEEN, *UNDER_WAY}) == 20


@pytest.mark.cuts
def test_whatever_is_cut_one_response_is_stored_as_chosen(
    browser: Browser, place: Installed, shelf: Store
) -> None:
    codes = list(make_codes(PEOPLE // 4 + 1))
    hashes = [hash_code(code) for code in codes]
    shelf.issue_codes("kinds", hashes, purpose="survey", channel="slip", stratum=None, day=DAY)
    before = len(list(shelf.responses("kinds", live=True)))
    receipts = []
    for number in range(PEOPLE):
        link = f"{place.url}/s/kinds" + (f"/{codes.pop()}" if number % 4 == 3 else "")
        person = Person(number)
        story = f"person {number}: {person.between} then {person.under_way}, elder {person.is_elder}"

        def rows(person: Person = person) -> list[tuple[str, str]]:
            found = list(shelf.responses("kinds", live=True))
            return [(one.answers, one.open_text) for one in found if person.choices["words"] in one.open_text]

        with context_here(browser, **PHONE) as context:
            context.set_default_timeout(15_000)
            try:
                session = Session(person, context, link, is_stored=lambda rows=rows: bool(rows()))  # type: ignore[misc]
                receipts.append(session.run())
                kept = session.page.evaluate(
                    "Object.keys(localStorage).concat(Object.keys(sessionStorage)).join()"
                )
            except Exception as error:
                raise AssertionError(story) from error
        assert rows() == [person.expected()], story
        assert kept in ("", "surveyapp:view"), story
        assert len(list(shelf.responses("kinds", live=True))) == before + number + 1, story
    shown = [receipt for receipt in receipts if "-" in receipt]
    assert len(set(shown)) == len(shown) >= 0.9 * PEOPLE


def test_the_server_may_go_away_and_come_back(browser: Browser, place: Installed, shelf: Store) -> None:
    before = len(list(shelf.responses("kinds", live=True)))
    with context_here(browser, **PHONE) as context:
        page = context.new_page()
        page.goto(f"{place.url}/s/kinds")
        fill_in(page)
        assert place.stop() == 0
        page.click("#send")
        expect(page.locator("#state")).to_have_text("网络不好，答案已保存在本机，正在重试…")
        place.start()
        expect(page.locator(".receipt")).to_be_visible(timeout=40_000)  # by itself, after 8 seconds at most
    assert len(list(shelf.responses("kinds", live=True))) == before + 1


# --- one thing at a time, with a server in this process whose clock can be moved -------------------------------------


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield f"{address}/s/kinds"


@pytest.fixture
def page(phone: BrowserContext, address: str) -> Page:
    """The page on a phone, filled in."""
    opened = phone.new_page()
    opened.goto(address)
    fill_in(opened)
    return opened


def draft(page: Page) -> dict[str, Any]:
    """Return the draft on the phone."""
    kept: dict[str, Any] = json.loads(page.evaluate("localStorage.getItem('surveyapp:/s/kinds') || '{}'"))
    return kept


def answers_with(page: Page, status: int, body: str, kind: str = "application/json") -> list[Request]:
    """Have every submission answered so; return the list that they are added to."""
    seen: list[Request] = []

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        seen.append(route.request)
        route.fulfill(status=status, body=body, content_type=kind)

    page.route("**/s/kinds*", answer)
    return seen


def lose_replies(page: Page) -> None:
    """Let submissions through, but not what is answered."""

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/s/kinds*", lose)


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "text/html", PORTAL),
        (200, "application/json", ""),
        (200, "application/json", "null"),
        (200, "application/json", "[]"),
        (200, "application/json", '"stored"'),
        (200, "application/json", '{"outcome":"stored"}'),
        (200, "application/json", '{"outcome":"stored","receipt":"ABCDE"}'),
        (200, "application/json", '{"outcome":"stored","receipt":["ABCDE-FGHJK"'),
        (200, "application/json", '{"ok":true,"receipt":"ABCDE-FGHJK"}'),
        (502, "application/json", '{"outcome":"stored","receipt":"ABCDE-FGHJK"}'),
        (400, "application/json", '{"outcome":"garbled","heading":"h","text":"t","final":false}'),
        (404, "text/html", "<h1>Not Found</h1>"),
        (500, "text/plain", "Internal Server Error"),
    ],
)
def test_nothing_but_the_servers_receipt_is_a_receipt(page: Page, status: int, kind: str, body: str) -> None:
    answers_with(page, status, body, kind)
    page.click("#send")
    expect(page.locator("#state")).to_have_text("网络不好，答案已保存在本机，正在重试…")
    expect(page.locator(".receipt")).to_have_count(0)
    expect(page.locator("#send")).to_have_text("再试一次")
    assert draft(page)["s"] == "sending"
    page.unroute_all()
    page.click("#send")  # who does not want to wait
    expect(page.locator(".receipt")).to_be_visible()
    assert draft(page) == {}


def test_the_pauses_grow_and_after_ten_minutes_it_waits_for_a_finger(
    phone: BrowserContext, address: str
) -> None:
    page = phone.new_page()
    page.clock.install()
    page.goto(address)
    fill_in(page)
    seen = answers_with(page, 502, "")
    page.click("#send")
    pauses = [1, 2, 4, 8, 15, 30, 30]
    for number, pause in enumerate(pauses, start=1):
        expect(page.locator("#send")).to_have_text("再试一次")
        assert len(seen) == number
        page.clock.run_for(pause * 1000 - 100)
        assert len(seen) == number
        page.clock.run_for(pause * 200 + 200)  # a fifth more at most, by chance
        expect(page.locator("#send")).to_have_text("再试一次")
        assert len(seen) == number + 1
    while not page.locator("#state").inner_text().startswith("还没有提交成功，答案已保存在本机"):
        page.clock.run_for(36_000)
        assert len(seen) < 40
        expect(page.locator("#send")).to_have_text("再试一次")
    tries = len(seen)
    assert tries >= 20  # 60 s for the first five, then one in 30 to 36 s
    page.clock.run_for(600_000)
    assert len(seen) == tries
    assert len({str(request.post_data) for request in seen}) == 1
    assert draft(page)["s"] == "sending"
    page.unroute_all()
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()


def test_a_request_that_hangs_can_be_sent_again_after_eight_seconds_and_ends_after_twenty(
    phone: BrowserContext, address: str, store: Store
) -> None:
    page = phone.new_page()
    page.clock.install()
    page.goto(address)
    fill_in(page)
    hanging: list[Route] = []
    page.route(address, lambda route: route.continue_() if hanging else hanging.append(route))
    page.click("#send")
    expect(page.locator("#send")).to_have_text("正在提交…")
    page.click("#send", force=True)  # it says that it is disabled
    page.locator("#q-area .o label").last.click()  # what is on its way is not changed any more
    expect(page.locator("#q-area input").first).to_be_checked()
    assert page.evaluate("document.querySelector('[name=visits]').readOnly")
    page.clock.run_for(7_900)
    assert len(hanging) == 1
    page.clock.run_for(200)
    expect(page.locator("#send")).to_have_text("再试一次")
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    assert len(stored(store)) == 1


@pytest.mark.parametrize("outcome", ["busy", "wait"])
def test_who_is_asked_to_wait_waits_as_long_as_the_server_says(
    phone: BrowserContext, address: str, outcome: str
) -> None:
    page = phone.new_page()
    page.clock.install()
    page.goto(address)
    fill_in(page)
    seen = answers_with(page, 503, json.dumps({"outcome": outcome, "message": "m", "retry_after": 20}))
    page.click("#send")
    expect(page.locator("#state")).to_have_text("提交的人很多，答案已保存在本机，稍后会自动重试…")
    page.clock.run_for(19_900)
    assert len(seen) == 1
    page.unroute_all()
    page.clock.run_for(5_000)
    expect(page.locator(".receipt")).to_be_visible()


def test_a_paused_survey_says_so_and_takes_the_answers_later(page: Page, store: Store) -> None:
    store.set_state("kinds", "paused", at=None)
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("调查暂停，还没有保存")
    store.set_state("kinds", "open", at=None)
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()


def test_a_closed_survey_is_told_above_the_answers_which_stay(page: Page, store: Store) -> None:
    store.set_state("kinds", "closed", at=1)
    page.click("#send")
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("#summary")).to_have_text("本次调查已经结束感谢您的关注，现在不再接收答卷。")
    expect(page.locator("#q-area input").first).to_be_checked()
    expect(page.locator("#send")).to_have_text("提交")
    assert draft(page)["a"]["visits"] == ["3"]
    assert draft(page)["s"] == "editing"


def test_what_was_answered_otherwise_before_is_told_and_the_draft_is_wiped(page: Page, store: Store) -> None:
    lose_replies(page)
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("网络不好")
    page.unroute_all()
    # by hand on the phone: a page that was edited though its answers had arrived
    page.evaluate("document.querySelector('[name=visits]').value = '4'")
    page.click("#send")
    expect(page.locator("h1")).to_have_text("此前的答卷已经收到")
    expect(page.locator("form")).to_have_count(0)
    assert draft(page) == {}
    (kept,) = stored(store)
    assert json.loads(kept.open_text)["visits"] == "3"


def test_work_that_is_asked_for_is_done(page: Page) -> None:
    challenge = "5f2a." + "x" * 70  # longer than a block of SHA-256
    seen = answers_with(page, 429, json.dumps({"outcome": "work", "challenge": challenge, "bits": 10}))
    page.click("#send")
    while len(seen) < 2:
        page.wait_for_timeout(5)
    fields = parse_qsl(seen[1].post_data or "", keep_blank_values=True)
    assert fields[-1] == ("_end", "1")
    name, work = fields[-2]
    assert name == "_work"
    assert work.startswith(f"{challenge}:")
    assert int(hashlib.sha256(work.encode()).hexdigest(), 16) >> (256 - 10) == 0
    page.unroute_all()
    expect(page.locator(".receipt")).to_be_visible()


def test_thanks_stay_when_the_page_is_loaded_again(page: Page, address: str, store: Store) -> None:
    page.click("#send")
    receipt = page.locator(".receipt b")
    expect(receipt).to_have_text(re.compile(r"^[0-9A-Z]{5}-[0-9A-Z]{5}$"))
    said = receipt.inner_text()
    page.reload()
    expect(receipt).to_have_text(said)
    page.goto("about:blank")
    page.go_back()
    expect(receipt).to_have_text(said)
    page.goto(f"{address}?lang=en")  # opened anew it is a new page: others may answer on the same phone
    expect(page.locator("#send")).to_be_visible()
    expect(page.locator("#q-area input:checked")).to_have_count(0)
    assert len(stored(store)) == 1


# --- the draft and its ticket ----------------------------------------------------------------------------------------


def test_what_was_filled_in_is_there_again_and_can_be_cleared(page: Page, address: str) -> None:
    ticket = page.input_value("[name=_ticket]")
    page.goto(f"{address}?lang=en")
    assert page.input_value("[name=_ticket]") == ticket
    expect(page.locator("[name='staff.text']")).to_have_value("态度不好")
    expect(page.locator("#progress")).to_have_text("Answered 5 / 6")
    expect(page.locator("#restored")).to_contain_text("What you filled in last time is here.")
    page.click("#anew")
    expect(page.locator("#progress")).to_have_text("Answered 0 / 5")
    expect(page.locator("#restored")).to_be_hidden()
    assert draft(page) == {}
    assert page.input_value("[name=_ticket]") != ticket


@pytest.mark.parametrize(("hours", "is_kept"), [(22, True), (24, False), (-1, False)])
def test_an_old_draft_takes_a_new_ticket_unless_it_was_sent(page: Page, hours: int, is_kept: bool) -> None:
    ticket = page.input_value("[name=_ticket]")
    age = f"Object.assign(JSON.parse(localStorage[key]), {{b: Date.now() - {hours} * 3600000}})"
    page.evaluate(f"key => {{ localStorage[key] = JSON.stringify({age}) }}", "surveyapp:/s/kinds")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("[name=visits]")).to_have_value("3")
    assert (other.input_value("[name=_ticket]") == ticket) is is_kept


def test_a_reply_lost_more_than_a_day_ago_does_not_make_two_rows(
    page: Page, address: str, store: Store, clock: Clock
) -> None:
    lose_replies(page)
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("网络不好")
    assert len(stored(store)) == 1
    clock.now += 30 * 3600
    page.close()
    page = page.context.new_page()
    page.goto(address)
    expect(page.locator(".receipt")).to_be_visible()
    assert len(stored(store)) == 1


def test_answers_that_never_left_are_sent_with_a_new_ticket_after_a_day(
    page: Page, address: str, store: Store, clock: Clock
) -> None:
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("网络不好")
    clock.now += 30 * 3600
    page.context.set_offline(False)
    expect(page.locator(".receipt")).to_be_visible()
    assert len(stored(store)) == 1


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A new version of the questionnaire: an option is gone, an item too, and one is new."""
    text = (HERE / "kinds.yaml").read_text("utf-8")
    text = text.replace("          - {code: food, label: {zh: 饭菜, en: Food}}\n", "")
    text = text.replace("      - id: words\n", "      - id: remarks\n")
    path = tmp_path / "kinds.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_new_version_keeps_the_answers_that_it_still_has(
    page: Page, address: str, store: Store, changed: Path
) -> None:
    page.fill("[name=words]", "好")
    ticket = page.input_value("[name=_ticket]")
    version = publish(store, changed)
    page.goto(address)
    assert page.input_value("[name=_version]") == version
    assert page.input_value("[name=_ticket]") != ticket
    expect(page.locator("#q-area input").first).to_be_checked()
    expect(page.locator("#q-improve input:checked")).to_have_count(0)
    choose(page, "improve", "没有")
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    (kept,) = stored(store)
    assert kept.version == version


@pytest.mark.parametrize("arrived", [True, False])
def test_what_was_sent_before_a_new_version_goes_on_as_it_was(
    page: Page, address: str, store: Store, changed: Path, arrived: bool
) -> None:
    version = page.input_value("[name=_version]")
    if arrived:
        lose_replies(page)
    else:
        page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("网络不好")
    page.close()
    page.context.set_offline(False)
    publish(store, changed)
    page = page.context.new_page()
    page.goto(address)
    expect(page.locator(".receipt")).to_be_visible()
    (kept,) = stored(store)
    assert kept.version == version
    assert json.loads(kept.answers)["improve"] == ["food"]


def test_a_page_of_an_old_version_whose_ticket_is_stale_fetches_the_new_one_and_goes_on(
    page: Page, store: Store, changed: Path, clock: Clock
) -> None:
    choose(page, "improve", "饭菜", "没有")
    clock.now += 30 * 3600
    version = publish(store, changed)
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()
    (kept,) = stored(store)
    assert kept.version == version


def test_a_server_that_calls_every_ticket_stale_is_not_asked_without_end(page: Page) -> None:
    """As two hosts with different secrets would."""
    seen = answers_with(
        page, 422, json.dumps({"outcome": "stale", "message": "m", "ticket": "a.b.c", "known": False})
    )
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("网络不好")
    assert len(seen) == 3  # once, with the new ticket, and from the page that was fetched anew
    expect(page.locator("[name=visits]")).to_have_value("3")


def test_a_second_tab_does_not_write_over_what_the_first_is_sending(
    page: Page, address: str, store: Store
) -> None:
    other = page.context.new_page()
    page.evaluate("localStorage.clear()")  # as if both had been opened before anything was chosen
    other.goto(address)
    page.fill("[name=visits]", "3")
    lose_replies(page)
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("网络不好")
    fill_in(other)
    other.fill("[name=visits]", "5")
    assert draft(other)["s"] == "sending"
    other.click("#send")
    expect(other.locator("h1")).to_have_text("此前的答卷已经收到")
    assert len(stored(store)) == 1


@pytest.mark.parametrize(
    ("switched_off", "said"),
    [(["localStorage"], "答案已保存在本机"), (["localStorage", "sessionStorage"], "请不要关闭本页")],
)
def test_a_phone_that_keeps_nothing_is_told_the_truth(
    phone: BrowserContext, address: str, store: Store, switched_off: list[str], said: str
) -> None:
    page = phone.new_page()
    for name in switched_off:
        page.add_init_script(
            f"Object.defineProperty(window, '{name}', {{get: function () {{ throw new Error('off') }}}})"
        )
    page.goto(address)
    fill_in(page)
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#state")).to_contain_text(said)
    page.context.set_offline(False)
    expect(page.locator(".receipt")).to_be_visible()
    assert len(stored(store)) == 1


def test_a_full_phone_keeps_the_draft_in_the_tab(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.add_init_script(FULL)
    page.goto(address)
    fill_in(page)
    page.reload()
    expect(page.locator("[name=visits]")).to_have_value("3")


def test_thanks_and_refusals_from_the_server_wipe_the_draft_too(
    page: Page, phone_without_javascript: BrowserContext, store: Store
) -> None:
    assert draft(page)["s"] == "editing"
    page.evaluate("HTMLFormElement.prototype.submit.call(document.getElementById('f'))")  # past the script
    expect(page.locator(".receipt")).to_be_visible()
    assert draft(page) == {}
    assert len(stored(store)) == 1
