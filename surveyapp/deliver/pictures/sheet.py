"""A picture in the making: what is drawn goes below what was drawn before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from surveyapp.deliver.pictures.ink import EDGE, FAINT, INK, MUTED, Shade
from surveyapp.deliver.pictures.lettering import ASCENT, DESCENT, length, room, wrapped
from surveyapp.deliver.pictures.said import say
from surveyapp.deliver.pictures.shapes import Anchor, Hatch, Line, Picture, Rect, Shape, Table, Text

WIDE, NARROW = 480.0, 230.0
"""Widths in points: of a page, and of a phone."""

MARGIN = 4.0
TITLE, BODY, SMALL = 11.0, 9.0, 7.5
"""Sizes of type in points."""
LEADING = 1.3
SWATCH = 8.0
SHORT_LABEL = 110.0
"""The width of a label that stands in a bar's footnote; the whole label stands above."""

_WIDE_ENOUGH = 400
_ENDS = tuple("？！。?!.：:")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a picture is made for: its language, its width in points, and whether its title stands in it."""

    language: str = "zh"
    width: float = WIDE
    titled: bool = True

    @property
    def is_wide(self) -> bool:
        """Say whether labels stand beside what they name, not above it."""
        return self.width >= _WIDE_ENOUGH

    def say(self, key: str, **facts: object) -> str:
        """Return words in its language."""
        return say(self.language, key, **facts)

    def joined(self, words: Sequence[str], key: str = "and") -> str:
        """Join words by a comma or semicolon of the language."""
        return self.say(key).join(words)


@dataclass(frozen=True, kw_only=True)
class Key:
    """A swatch with what it means; without a shade, words alone."""

    words: str
    shade: Shade | None = None


@dataclass
class Sheet:
    """Shapes as they are drawn, and how far down the sheet is filled."""

    look: Look
    shapes: list[Shape] = field(default_factory=list)
    y: float = MARGIN

    @property
    def left(self) -> float:
        """Return where the drawing begins."""
        return MARGIN

    @property
    def right(self) -> float:
        """Return where the drawing ends."""
        return self.look.width - MARGIN

    @property
    def inner(self) -> float:
        """Return the width between the margins."""
        return self.right - self.left

    def line_height(self, size: float) -> float:
        """Return the height of a line of type."""
        return size * LEADING

    def write(
        self,
        words: str,
        x: float,
        top: float,
        size: float,
        *,
        anchor: Anchor = "start",
        fill: str = INK,
        bold: bool = False,
    ) -> None:
        """Write one line whose box begins at a height."""
        if words:
            extra = size * (LEADING - ASCENT - DESCENT) / 2
            y = top + extra + size * ASCENT
            self.shapes.append(Text(x=x, y=y, words=words, size=size, fill=fill, bold=bold, anchor=anchor))

    def paragraph(
        self, words: str, size: float, *, x: float = MARGIN, width: float = 0, fill: str = INK, bold: bool = False,
        most: int = 4,
    ) -> None:  # fmt: skip
        """Write words in as many lines as they need, and go on below them."""
        for line in wrapped(words, size, width or self.right - x, bold=bold, most=most):
            self.write(line, x, self.y, size, fill=fill, bold=bold)
            self.y += self.line_height(size)

    def title(self, words: str) -> None:
        """Write the picture's title, if it is to have one."""
        if self.look.titled:
            self.paragraph(words, TITLE, bold=True)
            self.y += 5

    def keys(
        self, keys: Sequence[Key], size: float = BODY - 0.5, *, fill: str = INK, until: float = 0
    ) -> float:
        """Write keys one behind the other, in as many lines as they need; return where the last line begins."""
        x, end, top = self.left, until or self.right, self.y
        for key in keys:
            indent = SWATCH + 4 if key.shade else 0
            lines = wrapped(key.words, size, end - self.left - indent, most=3)
            wide = indent + max(room(line, size) for line in lines)
            if x > self.left and x + wide > end:
                x, top = self.left, self.y
            self._key(key, lines, x, top, size, fill)
            self.y = max(self.y, top + len(lines) * self.line_height(size))
            x += wide + 12
        return top

    def _key(self, key: Key, lines: Sequence[str], x: float, top: float, size: float, fill: str) -> None:
        if key.shade:
            side = min(SWATCH, size)
            self.segment(x, top + (self.line_height(size) - side) / 2, side, side, key.shade)
        for at, line in enumerate(lines):
            indent = SWATCH + 4 if key.shade else 0
            self.write(line, x + indent, top + at * self.line_height(size), size, fill=fill)

    def segment(self, x: float, y: float, width: float, height: float, shade: Shade) -> None:
        """Draw a piece of a bar; a hatched one has an edge."""
        self.shapes.append(Rect(x=x, y=y, width=width, height=height, fill=shade.fill))
        if shade.strokes:
            self.shapes.append(
                Hatch(x=x, y=y, width=width, height=height, stroke=shade.strokes, falls=shade.falls)
            )
            self.shapes.append(Rect(x=x, y=y, width=width, height=height, stroke=EDGE))

    def plate(self, words: str, x: float, top: float, size: float, shade: Shade) -> None:
        """Write words in the middle of a hatched segment, on a ground of its colour."""
        if shade.strokes:
            wide = length(words, size) + 3
            height = self.line_height(size)
            self.shapes.append(Rect(x=x - wide / 2, y=top, width=wide, height=height, fill=shade.fill))
        self.write(words, x, top, size, anchor="middle", fill=shade.words)

    def rule(self, y: float, fill: str = FAINT) -> None:
        """Draw a line over the whole width."""
        self.shapes.append(Line(x1=self.left, y1=y, x2=self.right, y2=y, stroke=fill))

    def finished(self, name: str, title: str, said: str, table: Table, notes: Sequence[str] = ()) -> Picture:
        """Write the notes and return the picture; `said` are its figures in a sentence."""
        for note in notes:
            self.paragraph(note, SMALL, fill=MUTED)
        behind = (
            (" " if self.look.language == "en" else "") if title[-1:] in _ENDS else self.look.say("colon")
        )
        alt = f"{title}{behind}{said}{self.look.say('stop')}"
        return Picture(
            name=name, title=title, alt=alt, width=self.look.width, height=self.y + MARGIN,
            shapes=tuple(self.shapes), table=table, notes=tuple(notes),
        )  # fmt: skip
