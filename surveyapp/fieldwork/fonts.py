"""The font of everything printed: Noto Sans SC from the package `justmytype-intl-cjk`, cut down to what a page needs.

The file holds every weight and 30,000 characters in 17 MB. A page needs two weights and a few hundred characters, which are
some ten kilobytes; they are cut out first and set to a weight afterwards, since the other order takes a minute.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FAMILY = "NotoSansSC"
WEIGHTS = {"": ("Regular", 400), "B": ("Bold", 700)}

# What a laid-out line of text does not use: vertical writing, the variations of dropped tables, Google's own bookkeeping.
_LEFT_OUT = ("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VVAR", "STAT", "MVAR", "DSIG")


def font_path() -> Path:
    """Return where the package keeps the font."""
    return Path(str(files("justmytype_intl_cjk") / "fonts" / "ofl" / "notosanssc" / "NotoSansSC[wght].ttf"))


@cache
def known_characters() -> frozenset[int]:
    """Return the characters that the font can draw."""
    with TTFont(font_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def drawable(text: str) -> str:
    """Return a text with □ for what the font has no sign for."""
    return "".join(one if ord(one) in known_characters() else "□" for one in text)


@contextmanager
def cut_font(text: str) -> Iterator[dict[str, Path]]:
    """Give the font's files by style, with the characters of a text, for as long as they are needed."""
    characters = "".join(sorted({*text, *(chr(code) for code in range(0x20, 0x7F)), "□"}))
    with TemporaryDirectory(prefix="surveyapp-font-") as folder:
        paths = {style: Path(folder, f"{FAMILY}-{name}.ttf") for style, (name, _) in WEIGHTS.items()}
        for style, path in paths.items():
            path.write_bytes(_cut(characters, style))
        yield paths


@lru_cache(maxsize=8)
def _cut(characters: str, style: str) -> bytes:
    name, weight = WEIGHTS[style]
    options = Options(
        layout_features=[], notdef_outline=True, hinting=False, name_IDs=[0, 1, 2, 4, 6, 13, 14]
    )
    options.drop_tables = [*options.drop_tables, *_LEFT_OUT]
    buffer = io.BytesIO()
    with TTFont(font_path(), lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=_known(characters))
        subsetter.subset(font)
        instantiateVariableFont(font, {"wght": weight}, inplace=True)
        for place, words in (
            (1, "Noto Sans SC"),
            (2, name),
            (4, f"Noto Sans SC {name}"),
            (6, f"{FAMILY}-{name}"),
        ):
            font["name"].setName(words, place, 3, 1, 0x409)
        font.save(buffer)
    return buffer.getvalue()


def _known(characters: Iterable[str]) -> list[int]:
    return [ord(one) for one in characters if ord(one) in known_characters()]
