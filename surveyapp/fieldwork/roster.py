"""Reads a roster of people, row by row, without keeping it: csv (UTF-8 or GB18030) or xlsx, with whatever columns it has.

A roster of a million people is read in one pass and a few megabytes. Nothing of it is stored: what stays is its hash.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from surveyapp.rows import UnreadableFileError, cell_text

CHUNK = 1 << 20
LOOKED_AT = 10
"""So many rows at the top are searched for the header, since a title often stands above it."""

MOST_UNPACKED = 4 << 30
"""A workbook that unpacks to more bytes than this is no roster."""

_DELIMITERS = (",", "\t", ";")
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, SyntaxError, zlib.error, EOFError, KeyError, IndexError, AttributeError,
    TypeError, ValueError,
)  # fmt: skip
"""What openpyxl lets through when a workbook is damaged."""

_ZIP = b"PK\x03\x04"


class Row(NamedTuple):
    """One row of a file: its number there (the first row is 1) and its cells as text."""

    number: int
    cells: list[str]


class NoHeaderError(UnreadableFileError):
    """A file whose first rows name no columns."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "没有内容：第一行应是列名", "it is empty; its first row must name the columns")


@dataclass(frozen=True)
class Roster:
    """A roster that lies in a file, or in memory where it was sent with a form."""

    name: str
    source: Path | bytes

    @classmethod
    def at(cls, path: Path) -> Roster:
        """Return the roster in a file."""
        return cls(path.name, path)

    @cached_property
    def file_hash(self) -> str:
        """Return the SHA-256 of the file's bytes, which names the roster in the record of a draw."""
        return self._scanned.hash

    @cached_property
    def columns(self) -> list[str]:
        """Return the names of the columns; one without a name is called by its place. Raises UnreadableFileError."""
        return [name.strip() or f"列{place}" for place, name in enumerate(self._header.cells, start=1)]

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header that are not blank, each with as many cells as there are columns or more.

        Raises UnreadableFileError.
        """
        width = len(self._header.cells)
        for row in islice(self._all(), self._header.number, None):
            if any(map(str.strip, row.cells)):
                row.cells.extend([""] * (width - len(row.cells)))
                yield row

    @cached_property
    def _header(self) -> Row:
        """Find the header: the first row with more than one filled cell, or else the first with any."""
        top = list(islice(self._all(), LOOKED_AT))
        filled = [sum(1 for cell in row.cells if cell.strip()) for row in top]
        for enough in (2, 1):
            for row, count in zip(top, filled, strict=True):
                if count >= enough:
                    return Row(row.number, _without_blank_end(row.cells))
        raise NoHeaderError(Path(self.name))

    def _all(self) -> Iterator[Row]:
        read = _workbook_rows if self._scanned.is_workbook else self._text_rows
        with self._open() as file:
            yield from read(Path(self.name), file)

    def _open(self) -> IO[bytes]:
        return io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")

    @cached_property
    def _scanned(self) -> _Scan:
        with self._open() as file:
            return _scan(Path(self.name), file)

    def _text_rows(self, path: Path, file: IO[bytes]) -> Iterator[Row]:
        with io.TextIOWrapper(file, encoding=self._scanned.encoding, newline="") as text:
            reader = csv.reader(text, delimiter=_delimiter(text))
            try:
                for number, cells in enumerate(reader, start=1):
                    yield Row(number, cells)
            except csv.Error as error:
                raise UnreadableFileError(
                    path, f"不是有效的 csv：{error}", f"this is not a csv file: {error}"
                ) from None


class _Scan(NamedTuple):
    hash: str
    encoding: str
    is_workbook: bool


def _scan(path: Path, file: IO[bytes]) -> _Scan:
    """Read the bytes once: their hash, and the encoding that fits all of them."""
    digest, decoders, start = hashlib.sha256(), _decoders(), b""
    while chunk := file.read(CHUNK):
        start = start or chunk[:4]
        digest.update(chunk)
        if start != _ZIP:
            decoders = {name: one for name, one in decoders.items() if _decodes(one, chunk)}
    if start == _ZIP:
        return _Scan(digest.hexdigest(), "", True)
    fitting = [name for name, one in decoders.items() if _decodes(one, b"", final=True)]
    if not fitting or path.suffix.lower() in (".xls", ".et"):
        raise UnreadableFileError(
            path, "请另存为 xlsx，或 UTF-8、GB18030 编码的 csv", "save it as xlsx, or as csv in UTF-8 or GB18030"
        )  # fmt: skip
    return _Scan(digest.hexdigest(), fitting[0], False)


def _decoders() -> dict[str, codecs.IncrementalDecoder]:
    return {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "gb18030")}


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    """Say whether bytes can be text in an encoding; a NUL is no text."""
    try:
        return "\x00" not in decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False


def _delimiter(text: io.TextIOWrapper) -> str:
    """Return the delimiter that stands most often in the first line."""
    line = text.readline(CHUNK)
    text.seek(0)
    return max(_DELIMITERS, key=line.count)


def _workbook_rows(path: Path, file: IO[bytes]) -> Iterator[Row]:
    """Yield the rows of a workbook's first sheet, one at a time."""
    try:
        _refuse_bomb(path, file)
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a size that is too small, and rows would be lost
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield Row(number, [_as_written(cell) for cell in cells])
    except _BROKEN:
        raise UnreadableFileError(path, "不是完好的 xlsx 文件", "this is not a sound xlsx file") from None


def _refuse_bomb(path: Path, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise UnreadableFileError(
                path, "解压后过大", "what is packed in it is too large for a list of people"
            )
    file.seek(0)


def _as_written(value: object) -> str:
    """Write a cell as its author sees it: a day without midnight."""
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else cell_text(value)


def _without_blank_end(cells: Sequence[str]) -> list[str]:
    last = max(place for place, cell in enumerate(cells) if cell.strip())
    return list(cells[: last + 1])
