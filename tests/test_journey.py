"""The whole job by real programs: a QR code is scanned, answered on a phone, evaluated on a laptop, fetched by a script."""

import json
import urllib.request
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from surveyapp.fieldwork import qr
from tests.fixtures_server import Installed
from tests.respondents import SATISFIED

SLUG = "zhifu-2022"
TOLD = 5


@pytest.fixture
def office(installed: Callable[..., Installed]) -> Installed:
    """An office that has published the 芝罘 survey, and whose server runs."""
    place = installed()
    place.run("publish", "questionnaires/library/zhifu-2022.yaml")
    place.start()
    return place


def links_of(place: Installed, folder: Path) -> list[str]:
    """Issue codes beside the running server; return the links as a phone reads them from their QR images."""
    sheet = folder / "codes.xlsx"
    place.run("codes", SLUG, "--count", str(TOLD), "--out", str(sheet))
    rows = list(openpyxl.load_workbook(sheet).worksheets[0].iter_rows(min_row=2, values_only=True))
    return [decoded(Image.open(BytesIO(qr.png(str(link))))) for _, _, _, link, *_ in rows]


def decoded(image: Image.Image) -> str:
    """Read a QR image as a phone's camera does."""
    (found,) = zxingcpp.read_barcodes(image)
    return found.text


def answer(page: Page, link: str, answers: dict[str, str]) -> str:
    """Answer on a phone, all in one way; return the receipt."""
    page.goto(link)
    for item, code in answers.items():
        page.locator(f"#q-{item} .o[data-code='{code}'] label").click()
    page.locator("#send").click()
    expect(page.locator("h1")).to_contain_text("谢谢")
    return page.locator(".receipt").inner_text()


def sign_in(page: Page, place: Installed, password: str) -> None:
    page.goto(f"{place.url}/evaluate/")
    page.locator("input[name=name]").fill("wang")
    page.locator("input[name=password]").fill(password)
    page.locator("form button, form input[type=submit]").first.click()
    expect(page.locator("body")).to_contain_text("引进人才补贴满意度调查")


def fetched(place: Installed, token: str) -> bytes:
    request = urllib.request.Request(
        f"{place.url}/api/v1/surveys/{SLUG}/report", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return bytes(response.read())


def go_through(place: Installed, phone: BrowserContext, laptop: BrowserContext, folder: Path) -> None:
    """Five people answer; the evaluator and the script see the same score."""
    password = place.run("user", "add", "wang").strip().splitlines()[-1]
    token = place.run("token", "add", "sheet").strip().splitlines()[-1]
    before = json.loads(fetched(place, token))
    assert before["fieldwork"]["valid"] == 0
    assert before["measures"]["satisfaction"]["value"] is None

    receipts, links = [], links_of(place, folder)
    place.run("qr", SLUG, links[0].rpartition("/")[2], "--out", str(folder / "first.png"))
    assert decoded(Image.open(folder / "first.png")) == links[0]
    for number, link in enumerate(links):
        assert link.startswith(f"{place.url}/s/{SLUG}/")
        # by hand: four very satisfied (100) and one satisfied (80) with everything: (4 × 100 + 80) ÷ 5 = 96 %
        answers = (
            SATISFIED
            if number < 4
            else {i: "B" if c == "A" and i != "subsidy" else c for i, c in SATISFIED.items()}
        )
        receipts.append(answer(phone.new_page(), link, answers))
    assert len(set(receipts)) == TOLD

    page = laptop.new_page()
    sign_in(page, place, password)
    page.goto(f"{place.url}/evaluate/surveys/{SLUG}/results")
    shown = page.locator("main").inner_text()
    assert "96.00%" in shown
    assert "100.00%" in shown  # returned 5 of 5 issued
    page.goto(f"{place.url}/evaluate/surveys/{SLUG}/delivery")
    with page.expect_download() as download:
        page.locator("a[href$='.xlsx']").first.click()
    download.value.save_as(folder / "tally.xlsx")
    cells = [
        cell
        for sheet in openpyxl.load_workbook(folder / "tally.xlsx")
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    assert any(isinstance(cell, int | float) and abs(cell - 0.96) < 1e-12 for cell in cells)

    after = fetched(place, token)
    report = json.loads(after)
    assert Fraction(report["measures"]["satisfaction"]["exact"]) == Fraction(96, 100)
    assert report["fieldwork"]["returned"] == report["fieldwork"]["valid"] == TOLD
    assert report["indicators"]["satisfaction"]["reported"] == "10.0"
    assert after.decode() == place.run("report", SLUG, "--format", "json")


@pytest.mark.browser
def test_from_a_scanned_code_to_the_score(
    office: Installed, phone: BrowserContext, laptop: BrowserContext, tmp_path: Path
) -> None:
    go_through(office, phone, laptop, tmp_path)


@pytest.mark.browser
def test_from_a_scanned_code_to_the_score_without_javascript(
    office: Installed, phone_without_javascript: BrowserContext, laptop: BrowserContext, tmp_path: Path
) -> None:
    go_through(office, phone_without_javascript, laptop, tmp_path)


@pytest.mark.browser
def test_a_phone_loads_the_page_in_one_small_response_without_cookies(
    office: Installed, phone: BrowserContext, tmp_path: Path
) -> None:
    link = links_of(office, tmp_path)[0]
    page, sizes = phone.new_page(), []
    page.on(
        "requestfinished",
        lambda request: sizes.append(
            sum(request.sizes()[k] for k in ("responseBodySize", "responseHeadersSize"))
        ),
    )
    page.goto(link)
    page.wait_for_load_state("networkidle")
    assert len(sizes) <= 2
    assert sum(sizes) <= 14_000  # bytes on the wire, compressed
    assert phone.cookies() == []


@pytest.mark.browser
def test_a_used_code_is_refused_kindly(office: Installed, phone: BrowserContext, tmp_path: Path) -> None:
    link = links_of(office, tmp_path)[0]
    answer(phone.new_page(), link, SATISFIED)
    page = phone.new_page()
    response = page.goto(link)
    assert response is not None
    assert response.status == 410
    assert "已经答过" in page.locator("main").inner_text()
