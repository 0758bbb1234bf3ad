"""A picture as SVG: presentation attributes only, so that pages which forbid inline styles may show it; text stays text."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import singledispatch
from html import escape

from surveyapp.deliver.cells import legible
from surveyapp.deliver.pictures.ink import PAPER
from surveyapp.deliver.pictures.shapes import Circle, Hatch, Line, Picture, Rect, Shape, Text
from surveyapp.present import half_up

FAMILY = "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"


def to_svg(picture: Picture) -> str:
    """Return the picture as one <svg> element, fit for a page and for a file of its own."""
    width, height = _at(picture.width), _at(picture.height)
    return "".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}" ',
        f'height="{height}" font-family="{FAMILY}">',
        f"<title>{_words(picture.title)}</title><desc>{_words(picture.alt)}</desc>",
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *map(_element, picture.shapes),
        "</svg>",
    ])  # fmt: skip


@singledispatch
def _element(shape: Shape) -> str:
    raise TypeError(f"shape ({type(shape).__name__}) must be one a picture is made of")


@_element.register
def _rect(shape: Rect) -> str:
    more = [f'rx="{_at(shape.round)}"'] if shape.round else []
    ink = [*_edge(shape.stroke, shape.line)] if shape.stroke else []
    fill = f'fill="{shape.fill or "none"}"'
    box = f'x="{_at(shape.x)}" y="{_at(shape.y)}" width="{_at(shape.width)}" height="{_at(shape.height)}"'
    return f"<rect {' '.join([box, *more, fill, *ink])}/>"


@_element.register
def _line(shape: Line) -> str:
    dash = [f'stroke-dasharray="{_at(shape.dash)}"'] if shape.dash else []
    ends = f'x1="{_at(shape.x1)}" y1="{_at(shape.y1)}" x2="{_at(shape.x2)}" y2="{_at(shape.y2)}"'
    return f"<line {' '.join([ends, *_edge(shape.stroke, shape.line), *dash])}/>"


@_element.register
def _circle(shape: Circle) -> str:
    edge = " ".join(["", *_edge(shape.stroke, shape.line)]) if shape.stroke else ""
    return (
        f'<circle cx="{_at(shape.x)}" cy="{_at(shape.y)}" r="{_at(shape.radius)}" fill="{shape.fill}"{edge}/>'
    )


@_element.register
def _hatch(shape: Hatch) -> str:
    ends = "".join(f"M{_at(s.x1)} {_at(s.y1)}L{_at(s.x2)} {_at(s.y2)}" for s in shape.strokes())
    return f'<path d="{ends}" {" ".join(_edge(shape.stroke, shape.line))}/>' if ends else ""


@_element.register
def _text(shape: Text) -> str:
    more = [f'text-anchor="{shape.anchor}"'] if shape.anchor != "start" else []
    more += ['font-weight="700"'] if shape.bold else []
    place = f'x="{_at(shape.x)}" y="{_at(shape.y)}" font-size="{_at(shape.size)}" fill="{shape.fill}"'
    return f"<text {' '.join([place, *more])}>{_words(shape.words)}</text>"


def _edge(stroke: str, line: float) -> Iterator[str]:
    yield f'stroke="{stroke}"'
    yield f'stroke-width="{_at(line)}"'


def _at(value: float) -> str:
    """Return a place to a hundredth of a point, as short as it can be written."""
    return half_up(Fraction(value), 2).rstrip("0").rstrip(".")


def _words(text: str) -> str:
    return escape(legible(text))
