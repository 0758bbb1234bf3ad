"""How wide words are in the packaged font, and where they are broken into lines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont, Layout

from surveyapp.deliver.cells import legible
from surveyapp.fieldwork.fonts import font_path, known_characters

ASCENT, DESCENT = 0.88, 0.26
"""How far letters reach above and below the baseline, in sizes."""

ROOM = 1.05
"""How much wider a browser's own font may be than the packaged one."""

WEIGHTS = {False: 400, True: 700}

_EM = 1000
_UNKNOWN_WIDTH = 1.3
"""Of a sign the font does not have, in sizes: what browsers take for it, such as an emoji, is about so wide."""
_FIRST_IDEOGRAPH = 0x2E80
_NOT_FIRST = frozenset("，。、；：？！）》】」』”’％%…·")
_NOT_LAST = frozenset("（《【「『“‘")


def face(size: float, *, bold: bool = False) -> FreeTypeFont:
    """Open the packaged font in a size in pixels."""
    # the basic layout sets sign after sign on every machine; the other depends on what is installed
    font = ImageFont.truetype(str(font_path()), size, layout_engine=Layout.BASIC)
    font.set_variation_by_axes([WEIGHTS[bold]])
    return font


_face = cache(face)


@lru_cache(maxsize=1 << 15)
def advance(sign: str, *, bold: bool = False) -> float:
    """Return how wide one sign is, in sizes."""
    if ord(sign) not in known_characters():
        return _UNKNOWN_WIDTH
    return _face(_EM, bold=bold).getlength(sign) / _EM


def length(words: str, size: float, *, bold: bool = False) -> float:
    """Return how wide words are in points."""
    return sum(advance(sign, bold=bold) for sign in words) * size


def room(words: str, size: float, *, bold: bool = False) -> float:
    """Return the width to keep free for words in points, whatever font a browser takes."""
    return length(words, size, bold=bold) * ROOM


def one_line(words: str) -> str:
    """Return words without line ends, and without what no document can keep."""
    return " ".join(legible(words).split())


def shortened(words: str, size: float, width: float, *, bold: bool = False) -> str:
    """Return words, or as many of them as fit with an ellipsis."""
    words = one_line(words)
    if room(words, size, bold=bold) <= width:
        return words
    kept = words
    while kept and room(f"{kept}…", size, bold=bold) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def wrapped(words: str, size: float, width: float, *, bold: bool = False, most: int = 4) -> list[str]:
    """Break words into lines of a width in points; of more than `most` lines the last ends in an ellipsis."""
    lines = [""]
    for piece in _pieces(one_line(words), size, width, bold):
        if lines[-1] and room((lines[-1] + piece).rstrip(), size, bold=bold) > width:
            if len(lines) == most:
                lines[-1] = shortened(f"{lines[-1]}{piece}……", size, width, bold=bold)
                break
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _pieces(words: str, size: float, width: float, bold: bool) -> Iterator[str]:
    """Yield what is not broken if it can be helped; what is wider than a line is cut."""
    for piece in _unbroken(words):
        while len(piece) > 1 and room(piece.rstrip(), size, bold=bold) > width:
            fits = max(1, sum(1 for n in range(1, len(piece)) if room(piece[:n], size, bold=bold) <= width))
            yield piece[:fits]
            piece = piece[fits:]
        yield piece


def _unbroken(words: str) -> Iterator[str]:
    """Yield words with the space behind them, and ideographs with the marks that must not be parted from them."""
    piece = ""
    for sign in words:
        if piece and _may_part(piece[-1], sign):
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece


def _may_part(before: str, after: str) -> bool:
    if after == " " or after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return before == " " or ord(before) >= _FIRST_IDEOGRAPH or ord(after) >= _FIRST_IDEOGRAPH
