"""Text and numbers as they go into a sheet's cells: nothing that runs, breaks the file, or shows another figure."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from surveyapp.present import half_up, rounded

LONGEST_CELL = 32_767
"""Excel's limit, in UTF-16 units."""

SUBSTITUTE = "\N{REPLACEMENT CHARACTER}"
GUARDED = tuple("=+-@\t\r＝＋－＠")
"""How a cell begins that some sheet would run; `surveyapp.rows` takes the apostrophe off again."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def legible(text: str) -> str:
    """Return text that every sheet can keep: what it cannot shows as U+FFFD, line ends are LF."""
    return _UNFIT.sub(SUBSTITUTE, text.replace("\r\n", "\n").replace("\r", "\n"))


def cell_text(text: str) -> str:
    """Return text for a workbook's cell; what is beyond Excel's limit is cut, and the cell says so."""
    text = legible(text)
    if len(text) <= LONGEST_CELL // 2:
        return text
    return fitting(text, 2 * LONGEST_CELL, "utf-16-le")


def fitting(text: str, most: int, encoding: str = "utf-8") -> str:
    """Return text of at most so many bytes; what is cut off is counted at its end, where there is room for that."""
    content = text.encode(encoding)
    if len(content) <= most:
        return text
    mark = f"…（共 {len(text)} 字，已截断）"
    if len(mark.encode(encoding)) > most // 2:
        mark = "…"
    return content[: most - len(mark.encode(encoding))].decode(encoding, "ignore") + mark


def guarded(text: str) -> str:
    """Return free text for a csv's cell: an apostrophe stands before what a sheet would run."""
    text = legible(text)
    return f"'{text}" if text.startswith(GUARDED) else text


def cell_number(value: Fraction, places: int) -> float:
    """Return a number for a cell whose format shows `places` decimal places of it.

    It is the full figure, unless Excel, which rounds its decimal digits half away from zero, would show another one
    than `half_up` prints: then it is the printed figure.
    """
    full = float(value)
    digits = Decimal(f"{full:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return full if Fraction(digits) == Fraction(half_up(value, places)) else float(rounded(value, places))
