"""QR codes for the screen, for print and for the terminal, and the sheet of codes that is handed out."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
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

    link: str
    stratum: str = ""
    typed: str = ""
    """The short code in groups, as it is typed by hand."""
    case: str = ""
    """Six characters that name the case."""


class Correction(IntEnum):
    """How much of a printed code may be lost: 15, 25 or 30 in a hundred."""

    M = qrcode.constants.ERROR_CORRECT_M
    Q = qrcode.constants.ERROR_CORRECT_Q
    H = qrcode.constants.ERROR_CORRECT_H


def _drawn(text: str, pixels: int = 10, correction: Correction = Correction.M) -> Any:
    """Return the drawn code; its library's types know only one kind of image at a time."""
    code = qrcode.QRCode(error_correction=correction, border=QUIET_ZONE, box_size=pixels)
    code.add_data(text)
    code.make(fit=True)
    return code


def modules(text: str, correction: Correction = Correction.M) -> list[list[bool]]:
    """Return a code's modules row by row, dark ones true, with its empty margin."""
    return [[bool(module) for module in row] for row in _drawn(text, correction=correction).get_matrix()]


def rectangles(rows: Sequence[Sequence[bool]]) -> list[tuple[int, int, int, int]]:
    """Return the dark parts as rectangles: left, right, top, bottom.

    Equal runs below each other become one, so that no hair's breadth of white shows between the rows.
    """
    done: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    for number, row in enumerate([*rows, []]):
        here = runs(row)
        for run in [run for run in growing if run not in here]:
            done.append((*run, growing.pop(run), number))
        for run in here:
            growing.setdefault(run, number)
    return done


def runs(row: Sequence[bool]) -> set[tuple[int, int]]:
    """Return where the dark runs of a row begin and end."""
    found, place = set(), 0
    for is_dark, group in groupby(row):
        length = len(list(group))
        if is_dark:
            found.add((place, place + length))
        place += length
    return found


def svg(text: str) -> str:
    """Return a QR code as an SVG image, dark on white, that scales to any size."""
    image = _drawn(text).make_image(image_factory=SvgPathFillImage)
    return str(image.to_string(encoding="unicode"))


def png(text: str, pixels: int = 10) -> bytes:
    """Return a QR code as a PNG image of so many pixels a module."""
    buffer = io.BytesIO()
    _drawn(text, pixels).make_image(image_factory=PilImage).save(buffer)
    return buffer.getvalue()


# Light modules are drawn and dark ones left empty: on a terminal with a dark background the code has its right colours.
_HALF_BLOCKS = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}


def terminal(text: str) -> str:
    """Return a QR code in half blocks for a terminal; the escape codes make it right on light terminals as well."""
    rows = modules(text)
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join(
        "\x1b[97;40m" + "".join(_HALF_BLOCKS[pair] for pair in zip(*two, strict=True)) + "\x1b[0m"
        for two in pairs
    )


HEADER = (("序号", 8), ("个案号", 10), ("答题码（手输）", 22), ("链接", 78), ("分层", 16))


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
            for column, cell in enumerate((str(number), row.case, row.typed, row.link, row.stratum)):
                sheet.write_string(number, column, cell, text)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:E1048576"})
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return buffer.getvalue()
