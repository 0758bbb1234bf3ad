"""Compares a file of a pack with the one that was made again, and says at which line, path, cell or paragraph they differ.

Made by the same versions both must be the same to the byte. A file that other versions made may be worded and laid out in
another way; then its figures are compared, and none may stand in it that the one made again does not print.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import NamedTuple

from docx import Document
from docx.table import Table
from openpyxl import load_workbook

from questionnaires.problems import Words
from surveyapp.deliver.apart import lines_of
from surveyapp.deliver.differences import Difference, nowhere
from surveyapp.deliver.jsondiff import json_differences, same

MOST_LISTED = 1000
"""So many places of one file are listed; of what lies beyond, how many."""
MOST_INSIDE = 1 << 30
"""How large the parts of a document may be together."""

CHANGED = Words("与重算的不同", "differs from what was recomputed")
_BROKEN = Words("读不出来", "cannot be read")
_WORDED = re.compile(r"\.(message|message_en|made_with)$|^\$\.(made_with)$")
_FIGURE = re.compile(r"[0-9]+(?:[.,][0-9]+)*%?")


class Spot(NamedTuple):
    """One place and what stands there on either side."""

    place: Words
    stands: str
    computed: str


def compared(name: str, packed: bytes, made: bytes, *, same_versions: bool) -> list[Difference]:
    """Return where a file of the pack differs from the one made again."""
    if packed == made:
        return []
    try:
        spots = _spots(name, packed, made, same_versions=same_versions)
        found = list(islice(spots, MOST_LISTED + 1))
    except Exception as error:  # a document that nobody vouches for may break any reader in any way
        return [
            Difference(file=name, place=nowhere(), what=_BROKEN, stands=f"{type(error).__name__}: {error}")
        ]
    shown = [
        Difference(file=name, place=s.place, what=CHANGED, stands=s.stands, computed=s.computed)
        for s in found[:MOST_LISTED]
    ]
    if len(found) > MOST_LISTED:
        more = 1 + sum(1 for _ in spots)
        shown.append(
            Difference(
                file=name, place=nowhere(), what=Words(f"另有 {more} 处不同", f"{more} more places differ")
            )
        )
    return shown


def _spots(name: str, packed: bytes, made: bytes, *, same_versions: bool) -> Iterator[Spot]:
    if name.endswith(".json"):
        return _json(packed, made, same_versions=same_versions)
    if name.endswith(".csv"):
        return _csv(packed, made, same_versions=same_versions)
    if name.endswith((".xlsx", ".docx")):
        return _document(name, packed, made, same_versions=same_versions)
    return _text(packed, made) if same_versions else _figures(_lines(packed), _lines(made))


# --- json, csv, text -----------------------------------------------------------------------------------------------


def _json(packed: bytes, made: bytes, *, same_versions: bool) -> Iterator[Spot]:
    """Yield the paths that differ. Later versions only add keys, so what an older report lacks is no difference."""
    try:
        found = json_differences(json.loads(packed), json.loads(made))
    except ValueError as error:
        yield Spot(_BROKEN, str(error), "")
        return
    kept = [one for one in found if same_versions or (one.one and not _WORDED.search(one.path))]
    yield from (Spot(Words(one.path, one.path), one.one, one.other) for one in kept)
    if not found:
        # the same data, written in another way or in the last digits of its figures
        yield from _beyond_digits(packed, made) if same_versions else ()


def _beyond_digits(packed: bytes, made: bytes) -> Iterator[Spot]:
    """Yield lines that differ in more than the last digits of a figure."""
    for number, (one, other) in enumerate(zip_longest(_lines(packed), _lines(made), fillvalue=""), start=1):
        if one != other and not _same_line(one, other):
            yield Spot(_line(number), one, other)


def _same_line(one: str, other: str) -> bool:
    figure = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
    texts = figure.split(one) == figure.split(other)
    pairs = zip(figure.findall(one), figure.findall(other), strict=False)
    return texts and all(same(float(a), float(b)) for a, b in pairs)


def _csv(packed: bytes, made: bytes, *, same_versions: bool) -> Iterator[Spot]:
    try:
        one, other = list(lines_of(packed)), list(lines_of(made))
    except (ValueError, csv.Error) as error:
        yield Spot(_BROKEN, str(error), "")
        return
    heads = (one[0] if one else []), (other[0] if other else [])
    if not same_versions and heads[0] != heads[1]:
        both = [name for name in heads[0] if name in heads[1]]
        one, other = _chosen(one, both), _chosen(other, both)
    found = False
    for spot in _cells(one, other):
        found = True
        yield spot
    if not found:
        yield from _text(packed, made)


def _chosen(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> list[list[str]]:
    places = [list(rows[0]).index(name) for name in columns]
    return [[row[at] if at < len(row) else "" for at in places] for row in rows]


def _cells(one: Sequence[Sequence[str]], other: Sequence[Sequence[str]]) -> Iterator[Spot]:
    head = other[0] if other else []
    for number, (left, right) in enumerate(zip_longest(one, other, fillvalue=()), start=1):
        if left == right:
            continue
        if not left or not right:
            yield Spot(_line(number), ",".join(left), ",".join(right))
            continue
        for at, (stands, computed) in enumerate(zip_longest(left, right, fillvalue="")):
            if stands != computed:
                name = head[at] if at < len(head) else str(at + 1)
                yield Spot(
                    Words(f"第 {number} 行 {name} 列", f"line {number}, column {name}"), stands, computed
                )


def _text(packed: bytes, made: bytes) -> Iterator[Spot]:
    """Yield the lines that differ, or the byte if it is not in what lines say."""
    one, other = _lines(packed), _lines(made)
    yielded = False
    for number, (left, right) in enumerate(zip_longest(one, other, fillvalue=""), start=1):
        if left != right:
            yielded = True
            yield Spot(_line(number), left, right)
    if not yielded:
        at = next(
            (n for n, (a, b) in enumerate(zip(packed, made, strict=False)) if a != b),
            min(len(packed), len(made)),
        )
        yield Spot(
            Words(f"第 {at} 字节", f"byte {at}"), packed[at : at + 8].hex(" "), made[at : at + 8].hex(" ")
        )


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "backslashreplace").splitlines()


def _line(number: int) -> Words:
    return Words(f"第 {number} 行", f"line {number}")


# --- documents -----------------------------------------------------------------------------------------------------


def _document(name: str, packed: bytes, made: bytes, *, same_versions: bool) -> Iterator[Spot]:
    read = sheet_cells if name.endswith(".xlsx") else paragraphs
    inside = {side: _inside(content) for side, content in (("packed", packed), ("made", made))}
    one, other = read(packed), read(made)
    if not same_versions:
        yield from _figures((text for _, text in one), (text for _, text in other))
        return
    yielded = False
    for spot in _aligned(one, other) if name.endswith(".docx") else _by_place(one, other):
        yielded = True
        yield spot
    if not yielded:
        yield from _parts(inside["packed"], inside["made"], close=name.endswith(".xlsx"))


Said = list[tuple[Words, str]]


def _inside(content: bytes) -> Mapping[str, bytes]:
    """Return a document's parts. Raises ValueError if they are too large together."""
    with zipfile.ZipFile(io.BytesIO(content)) as document:
        if sum(one.file_size for one in document.infolist()) > MOST_INSIDE:
            raise ValueError("too large")
        return {one.filename: document.read(one) for one in document.infolist()}


def sheet_cells(content: bytes) -> Said:
    """Return what every cell of a workbook says: its value, and its formula if it has one."""
    values, formulas = (load_workbook(io.BytesIO(content), data_only=only) for only in (True, False))
    return [
        (
            Words(*[f"{sheet.title}!{cell.coordinate}"] * 2),
            _cell(values[sheet.title][cell.coordinate].value, cell.value),
        )
        for sheet in formulas.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def _cell(value: object, formula: object) -> str:
    shown = f"{value:.12g}" if isinstance(value, float) else str(value)
    return shown if value == formula else f"{shown} {formula}"


def paragraphs(content: bytes) -> Said:
    """Return what every paragraph and every table cell of a document says."""
    said: Said = []
    number = tables = 0
    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Table):
            tables += 1
            said += _table_cells(block, tables)
        else:
            number += 1
            said.append((Words(f"第 {number} 段", f"paragraph {number}"), block.text))
    return said


def _table_cells(table: Table, number: int) -> Iterator[tuple[Words, str]]:
    for row_number, row in enumerate(table.rows, start=1):
        for cell_number, cell in enumerate(row.cells, start=1):
            zh = f"第 {number} 个表第 {row_number} 行第 {cell_number} 格"
            yield Words(zh, f"table {number}, row {row_number}, cell {cell_number}"), cell.text


def _by_place(one: Said, other: Said) -> Iterator[Spot]:
    left, right = dict(one), dict(other)
    for place in dict.fromkeys((*left, *right)):
        if left.get(place) != right.get(place):
            yield Spot(place, left.get(place, ""), right.get(place, ""))


def _aligned(one: Said, other: Said) -> Iterator[Spot]:
    """Yield what differs, so that a paragraph too many does not make all that follow it differ."""
    matcher = difflib.SequenceMatcher(
        None, [text for _, text in one], [text for _, text in other], autojunk=False
    )
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            for left, right in zip_longest(one[a:b], other[c:d]):
                place = (left or right or one[-1])[0]
                yield Spot(place, left[1] if left else "", right[1] if right else "")


def _parts(one: Mapping[str, bytes], other: Mapping[str, bytes], *, close: bool) -> Iterator[Spot]:
    """Yield the parts of a document that differ though what it says is the same."""
    if close and _within_digits(one, other):
        return
    names = [name for name in dict.fromkeys((*one, *other)) if one.get(name) != other.get(name)]
    for name in names:
        yield Spot(Words(f"部件 {name}", f"part {name}"), _size(one.get(name)), _size(other.get(name)))
    if not names:
        yield Spot(Words("文件的压缩结构", "its own compressed structure"), "", "")


def _within_digits(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> bool:
    """Say whether the parts differ in nothing but the last digits of cells, which were compared."""

    def blank(name: str, content: bytes) -> bytes:
        return re.sub(rb"<v>[^<]*</v>", b"<v/>", content) if name.startswith("xl/worksheets/") else content

    changed = [name for name in one if one[name] != other.get(name)]
    return (
        bool(changed)
        and list(one) == list(other)
        and all(blank(n, one[n]) == blank(n, other[n]) for n in changed)
    )


def _size(content: bytes | None) -> str:
    return "" if content is None else f"{len(content)} bytes"


def _figures(one: Iterable[str], other: Iterable[str]) -> Iterator[Spot]:
    """Yield the figures of one side that the other does not have anywhere."""
    known = {figure for text in other for figure in _FIGURE.findall(text)}
    for text in one:
        for figure in _FIGURE.findall(text):
            if figure not in known:
                yield Spot(Words("其中的数", "a figure"), f"{figure} … {text}", "")
