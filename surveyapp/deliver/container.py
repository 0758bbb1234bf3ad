"""The evidence pack's zip, byte for byte: the one way to write it, so that any other byte can be named.

Everything in it follows from its files and its day: they lie in the order of their names without gaps, with the same fixed
attributes and no further fields. The archive's comment seals it: SHA-256 over all bytes before the end record. So a
change is seen that leaves every file as it was, whichever library compressed them.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

LEVEL = 6
LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
SEAL = b"surveyapp.pack/1 sha256:"
SEAL_LENGTH = len(SEAL) + 64
MOST = 0xFFFF_FFFE
"""Beyond it a zip needs fields that this one does not have."""

LOCAL = struct.Struct("<4sHHHHHIIIHH")
CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
END = struct.Struct("<4sHHHHIIH")
LOCAL_FIELDS = (
    "signature", "version needed", "flags", "method", "time", "date", "crc", "compressed size", "size",
    "length of name", "length of extra field",
)  # fmt: skip
CENTRAL_FIELDS = (
    "signature", "version made by", "version needed", "flags", "method", "time", "date", "crc", "compressed size",
    "size", "length of name", "length of extra field", "length of comment", "disk", "internal attributes",
    "external attributes", "offset",
)  # fmt: skip
END_FIELDS = (
    "signature", "disk", "disk of directory", "files on disk", "files", "size of directory", "offset of directory",
    "length of comment",
)  # fmt: skip

_DEFLATE, _NEEDED, _MADE_BY = 8, 20, 3 << 8 | 20
_ATTRIBUTES = 0o100644 << 16
"""A plain file that everybody may read."""


class TooLargeError(Exception):
    """More than a zip of this kind holds."""

    def __init__(self) -> None:
        super().__init__("pack")
        self.zh = "内容超过 4 GB，证据包装不下。"
        self.en = "The contents exceed 4 GB, more than a pack holds."


class Member(NamedTuple):
    """One file as it lies in the archive."""

    name: str
    crc: int
    size: int
    deflated: bytes


@dataclass(frozen=True, kw_only=True)
class Span:
    """What a run of bytes is: which file it belongs to (none for the archive's own) and which field it is."""

    start: int
    end: int
    file: str
    field: str


def deflated(content: bytes) -> bytes:
    """Compress as this zip does."""
    press = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    return press.compress(content) + press.flush()


def inflated(data: bytes, most: int) -> bytes | None:
    """Return what `data` was, or None if it is no complete compressed stream, or more than `most` bytes."""
    press = zlib.decompressobj(-15)
    try:
        content = press.decompress(data, most + 1)
    except zlib.error:
        return None
    return content if press.eof and not press.unused_data and len(content) <= most else None


def member(name: str, content: bytes) -> Member:
    """Compress one file."""
    return Member(name, zlib.crc32(content), len(content), deflated(content))


def dos_date(day: str) -> int:
    """Return a day, YYYY-MM-DD, as zip writes it; none before 1980 and after 2107."""
    year, month, date = map(int, day.split("-"))
    return min(max(year - 1980, 0), 127) << 9 | month << 5 | date


def archive(members: Iterable[Member], date: int) -> bytes:
    """Return the whole archive. Raises TooLargeError."""
    return b"".join(content for content, _, _ in _pieces(list(members), date))


def layout(members: Iterable[Member], date: int) -> Iterator[Span]:
    """Yield what stands where in the archive of these files."""
    at = 0
    for content, file, fields in _pieces(list(members), date):
        start = at
        for field, length in fields:
            yield Span(start=start, end=start + length, file=file, field=field)
            start += length
        at += len(content)


Fields = list[tuple[str, int]]


def _pieces(members: list[Member], date: int) -> Iterator[tuple[bytes, str, Fields]]:
    """Yield every piece of the archive with the file it is of, and its fields with their lengths."""
    sealed = hashlib.sha256()
    at, offsets = 0, []
    for one in members:
        offsets.append(at)
        head, name = _local(one, date), one.name.encode()
        fields = _lengths("local header: ", LOCAL, LOCAL_FIELDS)
        piece = head + name + one.deflated
        yield piece, one.name, [*fields, ("local header: name", len(name)), ("data", len(one.deflated))]
        sealed.update(piece)
        at += len(piece)
    directory = at
    for one, offset in zip(members, offsets, strict=True):
        name = one.name.encode()
        fields = _lengths("directory: ", CENTRAL, CENTRAL_FIELDS)
        piece = _central(one, date, offset) + name
        yield piece, one.name, [*fields, ("directory: name", len(name))]
        sealed.update(piece)
        at += len(piece)
    if at > MOST or len(members) >= 0xFFFF:
        raise TooLargeError
    count = len(members)
    end = END.pack(END_MARK, 0, 0, count, count, at - directory, directory, SEAL_LENGTH)
    seal = SEAL + sealed.hexdigest().encode()
    yield end + seal, "", [*_lengths("end record: ", END, END_FIELDS), ("comment: seal", len(seal))]


def _local(one: Member, date: int) -> bytes:
    if max(one.size, len(one.deflated)) > MOST:
        raise TooLargeError
    return LOCAL.pack(
        LOCAL_MARK,
        _NEEDED,
        0,
        _DEFLATE,
        0,
        date,
        one.crc,
        len(one.deflated),
        one.size,
        len(one.name.encode()),
        0,
    )


def _central(one: Member, date: int, offset: int) -> bytes:
    return CENTRAL.pack(
        CENTRAL_MARK, _MADE_BY, _NEEDED, 0, _DEFLATE, 0, date, one.crc, len(one.deflated), one.size,
        len(one.name.encode()), 0, 0, 0, 0, _ATTRIBUTES, min(offset, MOST),
    )  # fmt: skip


def _lengths(prefix: str, layout: struct.Struct, names: tuple[str, ...]) -> Fields:
    lengths = [
        {"s": 4, "H": 2, "I": 4}[letter] for letter in layout.format.removeprefix("<4") if letter in "sHI"
    ]
    return [(prefix + name, length) for name, length in zip(names, lengths, strict=True)]
