"""What a picture is: shapes in points from the upper left corner, its words for those who do not see it, and its table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, kw_only=True)
class Rect:
    """A rectangle, filled, with an edge, or both."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    stroke: str = ""
    line: float = 0.6
    round: float = 0


@dataclass(frozen=True, kw_only=True)
class Line:
    """A straight line; `dash` is the length of dashes and gaps, 0 for none."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    line: float = 0.8
    dash: float = 0


@dataclass(frozen=True, kw_only=True)
class Circle:
    """A dot, filled; with an edge if it has a stroke."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: str = ""
    line: float = 1


@dataclass(frozen=True, kw_only=True)
class Hatch:
    """Slanted strokes over a rectangle, so that a shade is told apart without colour."""

    x: float
    y: float
    width: float
    height: float
    stroke: str
    gap: float = 4
    line: float = 0.6
    falls: bool = False
    """Whether the strokes go down to the right instead of up."""

    def strokes(self) -> Iterator[Line]:
        """Yield the strokes, cut to the rectangle."""
        # each stroke lies on x + y = sum, counted from the page's corner, so that the strokes of neighbours go on in a line
        right, bottom = self.x + self.width, self.y + self.height
        first = int((self.x + self.y) // self.gap) + 1
        for number in range(first, int((right + bottom) // self.gap) + 1):
            total = number * self.gap
            low, high = max(self.x, total - bottom), min(right, total - self.y)
            if high - low > 0.05:
                ends = (total - low, total - high)
                if self.falls:
                    ends = (self.y + bottom - ends[0], self.y + bottom - ends[1])
                yield Line(x1=low, y1=ends[0], x2=high, y2=ends[1], stroke=self.stroke, line=self.line)


@dataclass(frozen=True, kw_only=True)
class Text:
    """One line of words; `y` is its baseline."""

    x: float
    y: float
    words: str
    size: float
    fill: str
    bold: bool = False
    anchor: Anchor = "start"


Shape = Rect | Line | Circle | Hatch | Text


@dataclass(frozen=True, kw_only=True)
class Table:
    """The same figures as a table of text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture: its size in points, what is drawn in which order, and the same in words and as a table.

    `name` is unique within a survey and fit for addresses and file names. `notes` are drawn at its foot.
    """

    name: str
    title: str
    alt: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
    table: Table
    notes: tuple[str, ...] = ()
