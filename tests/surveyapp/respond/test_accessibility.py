"""WCAG 2.2 AA by axe-core in fourteen variants of the page, and what axe cannot see: targets, sideways scrolling, text size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from surveyapp.fieldwork.codes import hash_code, make_codes
from surveyapp.store import Store
from tests.fixtures_browser import PHONE, context_here
from tests.surveyapp.respond.conftest import DAY
from tests.surveyapp.respond.phones import choose, fill_in, served, walk_to

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
FOUND = "options => axe.run(document, options).then(it => it.violations.map(one => [one.id, one.nodes.map(node => node.html)]))"

TARGETS = "a[href],button,summary,.o label,.views label,textarea,input[type=text]:not([tabindex='-1'])"
LEAST, LEAST_LARGE = 44, 60
"""Points a target measures at least both ways; in large print."""


@dataclass(kw_only=True)
class Variant:
    """One way of seeing the page."""

    name: str
    path: str = "/s/kinds"
    settings: dict[str, Any] = field(default_factory=dict)
    width: int = 360
    text: str = ""
    is_large: bool = False
    has_script: bool = True
    act: Callable[[Page], None] = fill_in


def _nothing(page: Page) -> None:
    pass


def _mistakes(page: Page) -> None:
    choose(page, "area", "北片")
    page.click("#send")
    expect(page.locator(".summary")).to_be_focused()


def _server_mistakes(page: Page) -> None:
    choose(page, "area", "北片")
    page.click("#send")
    expect(page.locator("#summary")).to_be_visible()


def _trouble(page: Page) -> None:
    fill_in(page)
    page.context.set_offline(True)
    page.click("#send")
    expect(page.locator(".state")).to_contain_text("答案已保存在本机")


def _thanks(page: Page) -> None:
    fill_in(page)
    page.click("#send")
    expect(page.locator(".receipt")).to_be_visible()


def _without_script(route: Route) -> None:
    """Take the script out of a page. (In a browser without JavaScript axe would not run either.)"""
    reply = route.fetch()
    route.fulfill(response=reply, body=re.sub(r"(?s)<script>.*?</script>", "", reply.text()))


def _larger_question(page: Page) -> None:
    page.click("label[for=large]")
    walk_to(page, "area")
    choose(page, "area", "北片")
    walk_to(page, "visits")
    page.fill("[name=visits]", "3")
    walk_to(page, "staff")
    choose(page, "staff", "不满意")


def _larger_end(page: Page) -> None:
    page.click("label[for=large]")
    walk_to(page, "send")
    page.click(".helped summary")


def _larger_marks(page: Page) -> None:
    page.click("label[for=large]")
    walk_to(page, "overall")


def _mistyped(page: Page) -> None:
    page.fill("#code", "7K3M")
    page.click("button")
    expect(page.locator(".error")).to_be_visible()


VARIANTS = [
    Variant(name="standard"),
    Variant(name="320 px", width=320),
    Variant(name="text at 200 %", width=320, text="200%"),
    Variant(name="large print", is_large=True, act=_larger_question),
    Variant(name="large print, the end", is_large=True, act=_larger_end),
    Variant(name="large print, 320 px", is_large=True, width=320, act=_larger_marks),
    Variant(name="large print, dark", is_large=True, settings={"color_scheme": "dark"}, act=_larger_question),
    Variant(name="dark", settings={"color_scheme": "dark"}),
    Variant(name="forced colours", settings={"forced_colors": "active"}),
    Variant(name="reduced motion", settings={"reduced_motion": "reduce"}),
    Variant(name="no JavaScript", has_script=False),
    Variant(
        name="large print, no JavaScript",
        is_large=True,
        has_script=False,
        act=lambda page: page.click("label[for=large]"),
    ),
    Variant(name="mistakes from the server", has_script=False, act=_server_mistakes),
    Variant(name="mistakes in place", act=_mistakes),
    Variant(name="network trouble", act=_trouble),
    Variant(name="thanks", act=_thanks),
    Variant(name="closed", path="/s/zhifu-2022", act=_nothing),
    Variant(name="code withdrawn", path="/s/kinds/{code}", act=_nothing),
    Variant(name="code entry", path="/s/kinds/enter", act=_nothing),
    Variant(name="code mistyped", path="/s/kinds/enter", act=_mistyped),
    Variant(name="English", path="/s/kinds?lang=en", act=_nothing),
    Variant(name="English, text at 200 %", path="/s/kinds?lang=en", width=320, text="200%", act=_nothing),
]


@pytest.fixture
def address(app: Flask, store: Store) -> Iterator[str]:
    store.set_state("zhifu-2022", "closed", at=1)
    with served(app) as address:
        yield address


@pytest.fixture
def withdrawn(store: Store) -> str:
    """Return an access code that has been withdrawn: its page is a refusal like that of a used one."""
    (code,) = make_codes(1)
    store.issue_codes("kinds", [hash_code(code)], purpose="survey", channel="slip", stratum=None, day=DAY)
    store.void_codes("kinds", [hash_code(code)])
    return code


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_everybody_can_use_it(browser: Browser, address: str, withdrawn: str, variant: Variant) -> None:
    settings = PHONE | {"viewport": {"width": variant.width, "height": 740}} | variant.settings
    with context_here(browser, **settings) as context:
        page = context.new_page()
        if not variant.has_script:
            page.route("**/s/**", _without_script)
        page.goto(address + variant.path.format(code=withdrawn))
        if variant.text:
            page.evaluate(f"document.documentElement.style.fontSize = '{variant.text}'")
        variant.act(page)
        page.evaluate(AXE)
        assert page.evaluate(FOUND, RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= variant.width
        assert small_targets(page, LEAST_LARGE if variant.is_large else LEAST) == []


def small_targets(page: Page, least: int) -> list[str]:
    """Return the targets that are less than so many points high or wide, with what is to be touched around them."""
    found = []
    for target in page.locator(TARGETS).all():
        box = target.bounding_box() if target.is_visible() else None
        if box and (round(box["height"], 1) < least or round(box["width"], 1) < least):
            found.append(
                f"{target.inner_text() or target.get_attribute('name')}: {box['width']:.0f} x {box['height']:.0f}"
            )
    return found


def test_large_print_is_one_and_a_half_times_as_large(browser: Browser, address: str) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('#q-area .o label')).fontSize)"
    with context_here(browser, **PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/s/kinds")
        before = page.evaluate(size)
        page.click("label[for=large]")
        assert page.evaluate(size) >= 1.5 * before
        assert before >= 17


def test_fourteen_variants_and_more_are_looked_at() -> None:
    assert len({variant.name for variant in VARIANTS}) >= 14
