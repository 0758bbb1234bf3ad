"""The colours: even steps of lightness, so that an ordered scale keeps its order in grey, and hatching below the middle.

Shades are made in CIE Lab (D65): L* falls in equal steps from the worst option to the best. What lies above the middle is
blue, below it sand: the two hues that every kind of colour-blindness tells apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

INK, MUTED, FAINT, PAPER = "#1c2830", "#5a6872", "#dce3e8", "#ffffff"
ACCENT, BAND, EDGE, TARGET = "#17607d", "#d9eaf0", "#8796a0", "#22704a"

DARKEST, LIGHTEST = 26.0, 88.0
"""L* of the best and of the worst option, as it prints: the ground together with the strokes over it."""

MOST_SHADES = 7
"""More steps than this cannot be told apart in print; such a scale gets a bar for each option."""

LEAST_STEP = 9.0
"""The least difference in L* between neighbours, hatching included, that a cheap grey print still shows."""

_BLUE, _SAND = 240.0, 72.0
_STROKES_DARKEN, _STROKES_BELOW = 5.0, 34.0

_WHITE = (0.95047, 1.0, 1.08883)


@dataclass(frozen=True, kw_only=True)
class Shade:
    """How a segment is filled: its colour, the colour of words on it, and the strokes over it, none if empty."""

    fill: str
    words: str
    strokes: str = ""
    falls: bool = False


def shades(above: int, middle: int, below: int) -> list[Shade]:
    """Return a shade for each option, the best first: so many above the middle, in it (0 or 1), and below."""
    count = above + middle + below
    step = (LIGHTEST - DARKEST) / max(count - 1, 1)
    lightness = [DARKEST + step * at for at in range(count)]
    upper = [_upper(one) for one in lightness[:above]]
    centre = [
        Shade(fill=_colour(one, 3, _BLUE), words=_words_on(one)) for one in lightness[above : above + middle]
    ]
    lower = [_lower(one, at == count - 1) for at, one in list(enumerate(lightness))[above + middle :]]
    return [*upper, *centre, *lower]


def _upper(lightness: float) -> Shade:
    # as strong a blue as a screen has; the darkest ones have less
    chroma = min(0.85 * lightness, 34 - 0.22 * lightness)
    return Shade(fill=_colour(lightness, chroma, _BLUE), words=_words_on(lightness))


def _lower(lightness: float, is_worst: bool) -> Shade:
    ground = lightness + _STROKES_DARKEN
    chroma = 30.0 if ground < 80 else 22.0
    return Shade(
        fill=_colour(ground, chroma, _SAND), words=_words_on(ground),
        strokes=_colour(ground - _STROKES_BELOW, chroma + 8, _SAND), falls=is_worst,
    )  # fmt: skip


def _words_on(lightness: float) -> str:
    """Return white, or black where white would have a contrast below 4.5."""
    return PAPER if lightness < 49.5 else "#000000"


def _colour(lightness: float, chroma: float, hue: float) -> str:
    """Return a colour of CIE LCh as #rrggbb; what no screen shows is cut to what it can."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    middle = (lightness + 16) / 116
    x, y, z = (
        white * _cubed(part)
        for white, part in zip(_WHITE, (middle + a / 500, middle, middle - b / 200), strict=True)
    )
    linear = (
        3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
        -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
        0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
    )
    return "#" + "".join(f"{_eight_bits(one):02x}" for one in linear)


def _cubed(part: float) -> float:
    return part**3 if part > 6 / 29 else 3 * (6 / 29) ** 2 * (part - 4 / 29)


def _eight_bits(linear: float) -> int:
    held = min(max(linear, 0.0), 1.0)
    encoded = 12.92 * held if held <= 0.0031308 else 1.055 * held ** (1 / 2.4) - 0.055
    return int(encoded * 255 + 0.5)
