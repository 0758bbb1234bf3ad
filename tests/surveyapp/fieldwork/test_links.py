"""Links and QR codes: made from the configured address alone, and read back as they were made."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
import zxingcpp
from PIL import Image

from surveyapp.config import load_config
from surveyapp.fieldwork import qr
from surveyapp.fieldwork.codes import make_codes
from surveyapp.fieldwork.links import PublicUrlMissingError, code_link, open_link
from surveyapp.fieldwork.qr import CodeRow, codes_sheet


@pytest.fixture
def link(tmp_path: Path) -> str:
    config = load_config(tmp_path, public_url="https://diaocha.example.gov.cn/survey/")
    (code,) = make_codes(1)
    assert open_link(config, "zhifu-2022") == "https://diaocha.example.gov.cn/survey/s/zhifu-2022"
    return code_link(config, "zhifu-2022", code)


def test_without_a_public_address_no_link_is_made(tmp_path: Path) -> None:
    with pytest.raises(PublicUrlMissingError) as raised:
        open_link(load_config(tmp_path), "zhifu-2022")
    assert [problem.key for problem in raised.value.problems] == ["public_url"]


def test_a_png_is_read_as_its_link(link: str) -> None:
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(qr.png(link))))
    assert found is not None
    assert found.text == link
    assert found.ec_level == "M"


def test_an_svg_is_read_as_its_link(link: str) -> None:
    """Drawn anew from its squares, since nothing here renders SVG."""
    svg = qr.svg(link)
    assert svg.startswith(("<svg", "<?xml"))
    modules = [(int(x), int(y)) for x, y in re.findall(r"M(\d+),(\d+)H", svg)]
    size = max(max(place) for place in modules) + 1 + qr.QUIET_ZONE
    assert min(min(place) for place in modules) == qr.QUIET_ZONE
    image = Image.new("L", (size, size), 255)
    for place in modules:
        image.putpixel(place, 0)
    found = zxingcpp.read_barcode(image.resize((size * 8, size * 8), Image.Resampling.NEAREST))
    assert found is not None
    assert found.text == link


def test_a_code_on_the_terminal_is_read_as_its_link(link: str) -> None:
    lines = [
        line.removeprefix("\x1b[97;40m").removesuffix("\x1b[0m") for line in qr.terminal(link).split("\n")
    ]
    assert len({len(line) for line in lines}) == 1
    image = Image.new("L", (len(lines[0]), 2 * len(lines)), 0)  # a dark terminal
    for row, line in enumerate(lines):
        for column, block in enumerate(line):
            upper, lower = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}[block]
            image.putpixel((column, 2 * row), upper)
            image.putpixel((column, 2 * row + 1), lower)
    found = zxingcpp.read_barcode(image.resize((image.width * 8, image.height * 8), Image.Resampling.NEAREST))
    assert found is not None
    assert found.text == link


def test_the_sheet_holds_text_alone(link: str) -> None:
    rows = [CodeRow(case="0E1000", link=link, stratum="=1+1"), CodeRow(typed="0001-2", link=link)]
    book = openpyxl.load_workbook(io.BytesIO(codes_sheet(rows)))
    sheet = book.active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == ["序号", "个案号", "答题码（手输）", "链接", "分层"]
    assert cells[1:] == [["1", "0E1000", "", link, "=1+1"], ["2", "", "0001-2", link, ""]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert all(cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    assert sheet.freeze_panes == "A2"
