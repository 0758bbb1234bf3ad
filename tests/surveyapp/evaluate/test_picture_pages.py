"""Pictures on the page of results, and as files: seen on a laptop and on a phone."""

from __future__ import annotations

import io
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from surveyapp.deliver.pictures import NARROW, WIDE
from surveyapp.store import Store
from tests.surveyapp.evaluate.conftest import NAME, Evaluator
from tests.surveyapp.sample import SLUG, publish, submission

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
TEXT = "{http://www.w3.org/2000/svg}text"
FOUND = "axe.run(document).then(it => it.violations.map(one => [one.id, one.nodes.map(node => node.html)]))"


def svgs(page: str) -> list[ET.Element]:
    return [ET.fromstring(one) for one in re.findall(r"<svg xmlns.*?</svg>", page, re.DOTALL)]


def named(page: str, title: str) -> list[ET.Element]:
    return [svg for svg in svgs(page) if svg.findtext("{*}title") == title]


def test_each_picture_stands_there_for_a_laptop_and_a_phone(evaluator: Evaluator) -> None:
    page = evaluator.page("results")
    titles = [svg.findtext("{*}title") for svg in svgs(page)]
    assert titles[::2] == titles[1::2]
    assert titles[::2] == [
        "综合满意度", "综合满意度：按分层", "补贴对象满意度：评分规则与测得值", "政策知晓人群覆盖率（问卷）：评分规则与测得值",
        "补贴对象满意度（修订目标表）：评分规则与测得值", "政策知晓率（修订目标表）：评分规则与测得值", "您领取的是哪一种补贴？",
        "您的学历或职称是？", "您对本区的人才引进政策了解多少？", "您认为最需要改进的是哪些方面？（可多选）",
    ]  # fmt: skip
    widths = [float(svg.attrib["viewBox"].split()[2]) for svg in svgs(page)]
    assert widths[::2] == [WIDE] * 10
    assert widths[1::2] == [NARROW] * 10
    assert "style=" not in page  # the page's own policy forbids it


def test_a_picture_has_its_words_and_its_table(evaluator: Evaluator) -> None:
    page = evaluator.page("results")
    wide, narrow = named(page, "补贴对象满意度：评分规则与测得值")
    for svg in (wide, narrow):
        assert svg.attrib["role"] == "img"
        assert "综合满意度为 85.13%，按规则得 8.5 分（满分 10 分）" in (svg.findtext("{*}desc") or "")
        assert "85.13% → 8.5 分" in [text.text for text in svg.iter(TEXT)]
    assert '<td>界限</td><td class="num">略低于 90%</td><td class="num">9.0</td>' in page
    assert '<td class="num">69.81%</td>' in page


def test_tables_that_are_wider_than_a_phone_can_be_reached_by_key(evaluator: Evaluator) -> None:
    page = evaluator.page("results")
    wraps = re.findall(r'<div class="table-wrap[^>]*>', page)
    assert len(wraps) >= 4
    assert all('tabindex="0"' in one and 'role="region"' in one and "aria-label=" in one for one in wraps)


def test_the_bar_stays_where_no_rule_can_be_drawn(evaluator: Evaluator, store: Store) -> None:
    page = evaluator.page("results")
    assert 'class="bar"' not in page
    assert "legend" not in page
    slug = "yantian-2024"  # its scores are judged; the rules beside them are variants
    version = publish(store, slug)
    assert svgs(evaluator.page("results", slug)) == []  # nobody has answered yet
    given = {"group": "awarded", "support": "A", "service": "B"}
    store.submit_many([submission(version, 700 + n, given, survey=slug) for n in range(12)])
    page = evaluator.page("results", slug)
    assert page.count('class="bar"') == 1
    assert "legend" in page
    assert page.count("评分规则与测得值</title>") > 0


def test_a_picture_is_taken_away_as_png_and_svg(evaluator: Evaluator) -> None:
    for name in (
        "items-satisfaction-1",
        "item-degree",
        "groups-subsidy-satisfaction",
        "limits-satisfaction",
        "progress",
    ):
        png, svg = (
            evaluator.get(f"/evaluate/surveys/{SLUG}/pictures/{name}.{kind}") for kind in ("png", "svg")
        )
        assert png.content_type == "image/png"
        assert Image.open(io.BytesIO(png.data)).size[0] == 3 * WIDE
        assert svg.content_type == "image/svg+xml; charset=utf-8"
        drawn = ET.fromstring(svg.text)
        said = unquote(svg.headers["Content-Disposition"])
        assert said.startswith(f'attachment; filename="{name}.svg"')
        title = drawn.findtext("{*}title") or ""
        assert title.rstrip("？?") in said.replace(" ", "")
        assert next(drawn.iter(TEXT)).text == title  # a file says by itself what it is
    assert evaluator.get(f"/evaluate/surveys/{SLUG}/pictures/item-nothing.png").status_code == 404
    assert evaluator.get(f"/evaluate/surveys/{SLUG}/pictures/progress.gif").status_code == 404
    assert evaluator.get("/evaluate/surveys/nothing/pictures/progress.png").status_code == 404


def test_a_picture_speaks_the_language_of_the_page(evaluator: Evaluator) -> None:
    address = f"/evaluate/surveys/{SLUG}/pictures/progress.svg"
    assert "Progress of fieldwork" in evaluator.get(f"{address}?lang=en").text
    assert "调查进度" in evaluator.get(f"{address}?lang=zh").text


def test_a_picture_is_for_those_who_signed_in(visitor: Evaluator) -> None:
    answer = visitor.get(f"/evaluate/surveys/{SLUG}/pictures/progress.png")
    assert answer.status_code == 302
    assert "sign-in" in answer.headers["Location"]


# --- in a browser --------------------------------------------------------------------------------------------------

TEXTS = """() => [...document.querySelectorAll('.drawn svg')].filter(svg => svg.getBoundingClientRect().width).map(svg => {
  const box = node => { const b = node.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom] }
  return [box(svg), [...svg.querySelectorAll('text')].map(text => [text.textContent, box(text)])]
})"""
"""Every picture that shows: its box, and its texts with theirs."""


@pytest.fixture
def address(app: Flask, visitor: Evaluator) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/evaluate"
    server.shutdown()
    thread.join()
    server.server_close()


def results(context: BrowserContext, address: str, visitor: Evaluator, language: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/sign-in?lang={language}")
    page.fill("#name", NAME)
    page.fill("#password", visitor.password)
    page.press("#password", "Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/surveys/{SLUG}/results")
    return page


def clashes(page: Page) -> list[Any]:
    """Return the texts that touch another or leave their picture, in whatever font the browser took."""
    found: list[Any] = []
    for frame, texts in page.evaluate(TEXTS):
        for at, (words, box) in enumerate(texts):
            if box[0] < frame[0] - 1 or box[2] > frame[2] + 1 or box[3] > frame[3] + 1:
                found.append(words)
            # a browser's line box is higher than the letters in it; side by side nothing may touch
            found += [
                (words, other)
                for other, b in texts[:at]
                if min(box[2], b[2]) - max(box[0], b[0]) > 0.5
                and min(box[3], b[3]) - max(box[1], b[1]) > (box[3] - box[1]) * 0.3
            ]
    return found


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_laptop_shows_the_wide_pictures(
    laptop: BrowserContext, address: str, visitor: Evaluator, language: str
) -> None:
    page = results(laptop, address, visitor, language)
    assert page.locator(".drawn-wide:visible").count() == 10
    assert page.locator(".drawn-narrow:visible").count() == 0
    assert clashes(page) == []
    page.evaluate(AXE)
    assert page.evaluate(FOUND) == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_shows_the_narrow_pictures_large_enough_to_read(
    phone: BrowserContext, address: str, visitor: Evaluator, language: str
) -> None:
    page = results(phone, address, visitor, language)
    assert page.locator(".drawn-narrow:visible").count() == 10
    assert page.locator(".drawn-wide:visible").count() == 0
    assert clashes(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    scale = (
        page.evaluate("document.querySelector('.drawn-narrow svg').getBoundingClientRect().width") / NARROW
    )
    assert scale * 9 >= 12  # labels are set in 9 points, footnotes in 7.5
    page.evaluate(AXE)
    assert page.evaluate(FOUND) == []


@pytest.mark.browser
def test_on_paper_the_wide_pictures_are_printed(
    laptop: BrowserContext, address: str, visitor: Evaluator
) -> None:
    page = results(laptop, address, visitor, "zh")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 600, "height": 800})
    assert page.locator(".drawn-wide:visible").count() == 10
    assert page.locator(".drawn-narrow:visible").count() == 0
