"""QR codes for the screen, for print and for the terminal, and the sheet of codes that is handed out."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import qrcode
import qrcode.constants
import xlsxwriter
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathFillImage

QUIET_ZONE = 4
"""Modules of empty margin; the standard asks for four."""


@dataclass(frozen=True, kw_only=True)
class CodeRow:
    """One access code on the sheet that is handed out."""

    code: str
    link: str
    stratum: str = ""


def _drawn(text: str) -> Any:
    """Return the drawn code; its library's types know only one kind of image at a time."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE, box_size=10)
    code.add_data(text)
    code.make(fit=True)
    return code


def svg(text: str) -> str:
    """Return a QR code as an SVG image, dark on white, that scales to any size."""
    image = _drawn(text).make_image(image_factory=SvgPathFillImage)
    return str(image.to_string(encoding="unicode"))


def png(text: str) -> bytes:
    """Return a QR code as a PNG image, ten pixels a module."""
    buffer = io.BytesIO()
    _drawn(text).make_image(image_factory=PilImage).save(buffer)
    return buffer.getvalue()


# Light modules are drawn and dark ones left empty: on a terminal with a dark background the code has its right colours.
_HALF_BLOCKS = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}


def terminal(text: str) -> str:
    """Return a QR code in half blocks for a terminal; the escape codes make it right on light terminals as well."""
    rows = [[bool(module) for module in row] for row in _drawn(text).get_matrix()]
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join(
        "\x1b[97;40m" + "".join(_HALF_BLOCKS[pair] for pair in zip(*two, strict=True)) + "\x1b[0m"
        for two in pairs
    )


HEADER = (("序号", 8), ("答题码", 32), ("链接", 78), ("分层", 16))


def codes_sheet(rows: Iterable[CodeRow]) -> bytes:
    """Return an Excel workbook with one access code a row; every cell is text, never a formula or a live link."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("答题码 codes")
        bold = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        for column, (title, width) in enumerate(HEADER):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate((str(number), row.code, row.link, row.stratum)):
                sheet.write_string(number, column, cell, text)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:D1048576"})
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return buffer.getvalue()
