"""A picture as PNG, drawn with the packaged font: the same bytes on every machine, Chinese without a Chinese font."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import singledispatchmethod

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from surveyapp.deliver.pictures.ink import PAPER
from surveyapp.deliver.pictures.lettering import advance, face, length
from surveyapp.deliver.pictures.shapes import Circle, Hatch, Line, Picture, Rect, Shape, Text
from surveyapp.fieldwork.fonts import drawable

FINER = 2
"""Everything is drawn so many times larger and made smaller, which smooths slanted lines."""

LARGEST_SCALE = 6
POINTS_AN_INCH = 72


def to_png(picture: Picture, scale: int = 3) -> bytes:
    """Return the picture as PNG, `scale` pixels for each point. Raises ValueError for a scale below 1 or above 6."""
    if not 1 <= scale <= LARGEST_SCALE:
        raise ValueError(f"scale ({scale}) must lie between 1 and {LARGEST_SCALE}")
    pen = _Pen(picture, scale * FINER)
    for shape in picture.shapes:
        pen.draw(shape)
    buffer = io.BytesIO()
    inch = POINTS_AN_INCH * scale
    pen.image.reduce(FINER).save(buffer, "PNG", dpi=(inch, inch), compress_level=9)
    return buffer.getvalue()


class _Pen:
    """Draws shapes onto an image with so many pixels for each point."""

    def __init__(self, picture: Picture, scale: int) -> None:
        self.scale = scale
        size = (round(picture.width * scale / FINER) * FINER, round(picture.height * scale / FINER) * FINER)
        self.image = Image.new("RGB", size, PAPER)
        self.paper = ImageDraw.Draw(self.image)
        self.fonts: dict[tuple[float, bool], FreeTypeFont] = {}

    def _at(self, value: float) -> int:
        return int(value * self.scale + 0.5)

    def _thick(self, line: float) -> int:
        return max(1, self._at(line))

    def font(self, size: float, bold: bool) -> FreeTypeFont:
        """Return the font in a size, opened once for a picture."""
        key = (size, bold)
        if key not in self.fonts:
            self.fonts[key] = face(size * self.scale, bold=bold)
        return self.fonts[key]

    @singledispatchmethod
    def draw(self, shape: Shape) -> None:
        """Draw one shape."""
        raise TypeError(f"shape ({type(shape).__name__}) must be one a picture is made of")

    @draw.register
    def _rect(self, shape: Rect) -> None:
        left, top = self._at(shape.x), self._at(shape.y)
        right, bottom = self._at(shape.x + shape.width), self._at(shape.y + shape.height)
        if right > left and bottom > top:
            box, edge = (left, top, right - 1, bottom - 1), self._thick(shape.line) if shape.stroke else 0
            radius = self._at(shape.round)
            self.paper.rounded_rectangle(box, radius, shape.fill or None, shape.stroke or None, edge)

    @draw.register
    def _line(self, shape: Line) -> None:
        for start, end in _dashes(shape):
            ends = [tuple(map(self._at, start)), tuple(map(self._at, end))]
            self.paper.line(ends, fill=shape.stroke, width=self._thick(shape.line))

    @draw.register
    def _circle(self, shape: Circle) -> None:
        middle, edge = (self._at(shape.x), self._at(shape.y)), self._thick(shape.line) if shape.stroke else 0
        radius = shape.radius * self.scale + edge / 2
        self.paper.circle(middle, radius, fill=shape.fill, outline=shape.stroke or None, width=edge)

    @draw.register
    def _hatch(self, shape: Hatch) -> None:
        for stroke in shape.strokes():
            self._line(stroke)

    @draw.register
    def _text(self, shape: Text) -> None:
        # sign by sign, each where its measure says, because a font set small rounds the widths
        font, words = self.font(shape.size, shape.bold), drawable(shape.words)
        wide = length(words, shape.size, bold=shape.bold)
        x = shape.x - {"start": 0.0, "middle": wide / 2, "end": wide}[shape.anchor]
        for sign in words:
            place = (x * self.scale, self._at(shape.y))
            self.paper.text(place, sign, fill=shape.fill, font=font, anchor="ls")
            x += advance(sign, bold=shape.bold) * shape.size


_Point = tuple[float, float]


def _dashes(line: Line) -> list[tuple[_Point, _Point]]:
    """Return the pieces of a line that are drawn."""
    start, end = (line.x1, line.y1), (line.x2, line.y2)
    long = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    if not line.dash or not long:
        return [(start, end)]
    along = _along(start, end)
    starts = [2 * line.dash * at / long for at in range(int(long / line.dash / 2) + 1)]
    return [(along(one), along(min(1.0, one + line.dash / long))) for one in starts if one < 1]


def _along(start: _Point, end: _Point) -> Callable[[float], _Point]:
    return lambda part: (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
