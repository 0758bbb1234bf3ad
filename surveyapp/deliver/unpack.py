"""Reads an evidence pack that nobody trusts: every file it holds, and every byte that a pack of these files would not have.

Nothing is written to disk. Two ways lead to the files, along the files themselves and by the directory at the end; a damaged
byte spoils one of them at most. From what was found the archive is laid out anew (`container.archive`) and compared
with the bytes that are there, so that each one that differs can be named with the field it belongs to.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from questionnaires.problems import Words
from surveyapp.deliver.container import (
    CENTRAL,
    CENTRAL_MARK,
    END,
    END_MARK,
    LOCAL,
    LOCAL_MARK,
    SEAL,
    SEAL_LENGTH,
    Member,
    Span,
    archive,
    deflated,
    inflated,
    layout,
)
from surveyapp.deliver.differences import Difference, nowhere

MOST_BYTES = 2 << 30
"""How large a pack may be, and all its files together; what claims more is not read."""
MOST_FILES = 2000
LISTED = "SHA256SUMS"
MOST_SHOWN, MOST_RUNS = 20, 200

_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)
"""A name that is good on every system and leads nowhere else: no drive, no backslash, nothing that begins with a dot."""
_ENCRYPTED, _STORED, _DEFLATED = 1, 0, 8


@dataclass(frozen=True, kw_only=True)
class Unpacked:
    """What was found: the readable files by name, and everything that is wrong with the archive."""

    sha256: str
    size: int
    files: Mapping[str, bytes] = field(default_factory=dict)
    damaged: frozenset[str] = frozenset()
    """Files that are there and cannot be read."""
    differences: Sequence[Difference] = ()
    date: int | None = None
    """The day that the archive carries, as zip writes it."""


class _Entry(NamedTuple):
    """One file as the directory or its own header says it lies."""

    name: str
    flags: int
    method: int
    date: int
    crc: int
    size: int
    start: int
    """Where its data begins."""
    length: int
    content: bytes | None
    why: Words | None
    """Why it cannot be read."""


def unpack(path: Path) -> Unpacked:
    """Read a pack. Raises OSError if the file cannot be opened."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        return Unpacked(sha256="", size=size, differences=(_whole(*_TOO_LARGE),))
    raw = path.read_bytes()
    return _Reading(raw).result()


_TOO_LARGE = (
    f"大于 {MOST_BYTES >> 20} MB，没有读取", f"is larger than {MOST_BYTES >> 20} MB and was not read"
)  # fmt: skip


def _whole(zh: str, en: str, place: Words | None = None) -> Difference:
    return Difference(file="", place=place or nowhere(), what=Words(zh, en))


def _bytes(start: int, end: int) -> Words:
    last = end - 1
    if last <= start:
        return Words(f"第 {start} 字节", f"byte {start}")
    return Words(f"第 {start}–{last} 字节", f"bytes {start}–{last}")


class _Reading:
    """One pack under way."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.sha256, self.length = hashlib.sha256(raw).hexdigest(), len(raw)
        self.found: list[Difference] = []
        self.left = MOST_BYTES
        self.cut = 0
        """How many bytes before the archive were left out."""

    def result(self) -> Unpacked:
        end = self._end()
        self._cut_around(end)
        entries = self._along()
        if entries is None:
            entries = self._by_directory()
        if not entries:
            self.found.append(
                _whole(
                    "不是证据包，或已损坏到无法读出任何文件",
                    "this is no evidence pack, or too damaged to read a file of it",
                )
            )
            return self._unpacked({}, frozenset(), None)
        entries = self._sound(entries)
        date = Counter(entry.date for entry in entries).most_common(1)[0][0] if entries else None
        self._compare(entries, date or 0)
        files = {entry.name: entry.content for entry in entries if entry.content is not None}
        return self._unpacked(files, frozenset(e.name for e in entries if e.content is None), date)

    def _unpacked(self, files: Mapping[str, bytes], damaged: frozenset[str], date: int | None) -> Unpacked:
        return Unpacked(
            sha256=self.sha256, size=self.length, files=files, damaged=damaged, date=date,
            differences=tuple(self.found),
        )  # fmt: skip

    # --- where the archive begins and ends -------------------------------------------------------------------------

    def _end(self) -> int | None:
        """Return where the end record begins, at its proper place or wherever its mark stands last."""
        proper = len(self.raw) - SEAL_LENGTH - END.size
        if proper >= 0 and self.raw[proper : proper + 4] == END_MARK:
            return proper
        seal = self.raw.rfind(SEAL)
        if seal >= END.size and self.raw[seal - END.size : seal - END.size + 4] == END_MARK:
            return seal - END.size
        found = self.raw.rfind(END_MARK)
        return found if self._is_end(found) else None

    def _is_end(self, at: int) -> bool:
        """Say whether an end record closes this archive, not one that lies in it, such as a document's."""
        if at < 0 or at + END.size > len(self.raw):
            return False
        size, offset = END.unpack_from(self.raw, at)[5:7]
        return bool(max(0, self.raw.find(LOCAL_MARK)) + offset + size == at)

    def _cut_around(self, end: int | None) -> None:
        """Leave out what stands before and after the archive, and say so."""
        if end is not None:
            length = END.unpack_from(self.raw, end)[-1]
            known = self.raw[end + END.size :].startswith(SEAL)
            over = end + END.size + (SEAL_LENGTH if known else length)
            if over < len(self.raw):
                zh, en = "压缩包之后多出内容", "there is something behind the archive"
                self.found.append(_whole(zh, en, _bytes(over, len(self.raw))))
                self.raw = self.raw[:over]
        begins = self.raw.find(LOCAL_MARK)
        if begins > 0 and not self._is_damaged_mark(begins):
            zh, en = "压缩包之前多出内容", "there is something before the archive"
            self.found.append(_whole(zh, en, _bytes(0, begins)))
            self.raw, self.cut = self.raw[begins:], begins

    def _is_damaged_mark(self, begins: int) -> bool:
        """Say whether the first file begins at byte 0 after all, its mark being damaged, and this is the second."""
        end = self._end()
        if end is None:
            return True
        size, offset = END.unpack_from(self.raw, end)[5:7]
        return bool(end - size - offset != begins)

    # --- the two ways to the files ---------------------------------------------------------------------------------

    def _along(self) -> list[_Entry] | None:
        """Follow the files from the first to the directory; None if one cannot be read on the way."""
        at, entries, self.left = 0, list[_Entry](), MOST_BYTES
        while self.raw[at : at + 4] == LOCAL_MARK and at + LOCAL.size <= len(self.raw):
            head = LOCAL.unpack_from(self.raw, at)
            flags, method, _, date, crc, length, size, name_length, extra = head[2:]
            start = at + LOCAL.size + name_length + extra
            if len(entries) > MOST_FILES:
                return None
            name = self.raw[at + LOCAL.size : at + LOCAL.size + name_length]
            entry = self._entry(name, flags, method, date, crc, size, start, length)
            if entry.content is None or not _NAME.fullmatch(entry.name):
                return None
            entries.append(entry)
            at = start + length
        return self._as_listed(entries) if entries and self._is_directory(at) else None

    def _is_directory(self, at: int) -> bool:
        """Say whether the directory begins here, by its mark or by what the end record says."""
        end = self._end()
        told = end is not None and end - END.unpack_from(self.raw, end)[5] == at
        return told or self.raw[at : at + 4] in (CENTRAL_MARK, END_MARK)

    def _as_listed(self, entries: list[_Entry]) -> list[_Entry]:
        """Where a file's header and the directory name it otherwise, take the directory's name if the list of sums has it."""
        listed = next((entry.content or b"" for entry in entries if entry.name == LISTED), b"")
        names = [self._central_name(at, head) for at, head in self._directory()]
        if len(names) != len(entries):
            return entries
        return [
            one._replace(name=name.decode("ascii")) if b"  " + name + b"\n" in listed else one
            for one, name in zip(entries, names, strict=True)
        ]

    def _by_directory(self) -> list[_Entry]:
        """Read the files that the directory names, also where their own headers are damaged."""
        self.left = MOST_BYTES
        entries = [self._central(at, head) for at, head in self._directory()]
        return entries or self._along_as_far_as_it_goes()

    def _directory(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield where each entry of the directory begins, and its fields."""
        end = self._end()
        if end is None:
            return
        at = end - END.unpack_from(self.raw, end)[5]
        if not 0 <= at < end or self.raw[at : at + 4] != CENTRAL_MARK:
            at = self.raw.find(CENTRAL_MARK)
        for _ in range(MOST_FILES):
            if not (0 <= at <= end - CENTRAL.size and self.raw[at : at + 4] == CENTRAL_MARK):
                return
            head = CENTRAL.unpack_from(self.raw, at)
            yield at, head
            at += CENTRAL.size + sum(head[10:13])

    def _central_name(self, at: int, head: Sequence[int]) -> bytes:
        return self.raw[at + CENTRAL.size : at + CENTRAL.size + head[10]]

    def _central(self, at: int, head: Sequence[int]) -> _Entry:
        flags, method, _, date, crc, length, size, name_length = head[3:11]
        offset, name = head[-1], self._central_name(at, head)
        plain = offset + LOCAL.size + name_length
        said = LOCAL.unpack_from(self.raw, offset) if offset + LOCAL.size <= len(self.raw) else None
        own = plain if said is None else offset + LOCAL.size + said[-2] + said[-1]
        entry = self._entry(name, flags, method, date, crc, size, own, length)
        if entry.content is None and own != plain:
            entry = self._entry(name, flags, method, date, crc, size, plain, length)
        return entry

    def _along_as_far_as_it_goes(self) -> list[_Entry]:
        """Read what can be read where the directory is gone and a file is damaged as well."""
        entries, at, self.left = list[_Entry](), self.raw.find(LOCAL_MARK), MOST_BYTES
        while 0 <= at <= len(self.raw) - LOCAL.size and len(entries) <= MOST_FILES:
            flags, method, _, date, crc, length, size, name_length, extra = LOCAL.unpack_from(self.raw, at)[
                2:
            ]
            start = at + LOCAL.size + name_length + extra
            name = self.raw[at + LOCAL.size : at + LOCAL.size + name_length]
            entries.append(self._entry(name, flags, method, date, crc, size, start, length))
            at = self.raw.find(LOCAL_MARK, at + 4)
        return entries

    def _entry(
        self, name: bytes, flags: int, method: int, date: int, crc: int, size: int, start: int, length: int
    ) -> _Entry:
        content, why = self._content(flags, method, crc, size, start, length)
        shown = name.decode("utf-8", "backslashreplace")
        return _Entry(shown, flags, method, date, crc, size, start, length, content, why)

    def _content(
        self, flags: int, method: int, crc: int, size: int, start: int, length: int
    ) -> tuple[bytes | None, Words | None]:
        """Return a file's content, or why there is none."""
        if flags & _ENCRYPTED:
            return None, Words("已加密，无法核对", "is encrypted and cannot be verified")
        if method not in (_STORED, _DEFLATED):
            return None, Words("压缩方法不是 deflate", "is not compressed by deflate")
        if size > self.left:
            return None, Words("解压后过大，没有读取", "would be too large and was not read")
        data = self.raw[start : start + length]
        content = data if method == _STORED else inflated(data, min(size, self.left))
        if content is None or len(content) != size or zlib.crc32(content) != crc:
            return None, Words(
                "内容已损坏（与压缩包自己的校验不符）",
                "is damaged (it does not pass the archive's own check)",
            )
        self.left -= size
        return content, None

    # --- what is wrong with them -----------------------------------------------------------------------------------

    def _sound(self, entries: Sequence[_Entry]) -> list[_Entry]:
        """Return the entries whose names are good, each once; say what is wrong with the others."""
        kept: dict[str, _Entry] = {}
        for entry in entries:
            place = _bytes(self.cut + entry.start, self.cut + entry.start + entry.length)
            if not _NAME.fullmatch(entry.name):
                zh, en = "文件名不安全，没有读取", "its name is unsafe; it was not read"
                self.found.append(Difference(file=entry.name[:80], place=place, what=Words(zh, en)))
            elif entry.name in kept:
                zh, en = "同名文件出现两次", "stands twice in the archive"
                self.found.append(Difference(file=entry.name, place=place, what=Words(zh, en)))
            else:
                kept[entry.name] = entry
                if entry.why is not None:
                    self.found.append(Difference(file=entry.name, place=place, what=entry.why))
        return list(kept.values())

    def _compare(self, entries: Sequence[_Entry], date: int) -> None:
        """Lay the archive out anew and name every run of bytes that differs."""
        members = [Member(e.name, e.crc, e.size, self.raw[e.start : e.start + e.length]) for e in entries]
        if (names := [one.name for one in members]) != sorted(names):
            self.found.append(_whole("文件不是按名称排列的", "its files are not in the order of their names"))
        expected = archive(members, date)
        if expected == self.raw:
            return
        runs = list(islice(_runs(self.raw, expected), MOST_RUNS))
        spans = list(layout(members, date))
        if self._only_the_seal(runs, spans):
            # where a file is damaged, that is said already
            self.found.extend(
                self._recompressed(members, spans) if all(e.why is None for e in entries) else ()
            )
            return
        # where bytes were added or left out, all that follow are others
        shown = runs[:MOST_SHOWN] if len(expected) == len(self.raw) else runs[:1]
        self.found.extend(self._named(start, end, expected, spans) for start, end in shown)
        if len(runs) > len(shown):
            zh, en = "此后还有其他字节不同", "other bytes after these differ as well"
            self.found.append(
                _whole(zh, en, _bytes(self.cut + runs[len(shown)][0], self.cut + len(self.raw)))
            )

    def _named(self, start: int, end: int, expected: bytes, spans: Sequence[Span]) -> Difference:
        at = next((span for span in spans if span.start <= start < span.end), None)
        field = at.field if at else "end"
        place = _bytes(self.cut + start, self.cut + end)
        return Difference(
            file=at.file if at else "", place=Words(f"{place.zh}（{field}）", f"{place.en} ({field})"),
            what=Words("压缩包的结构与其内容不符", "the archive's structure is not that of its contents"),
            stands=self.raw[start:end][:16].hex(" "), computed=expected[start:end][:16].hex(" "),
        )  # fmt: skip

    def _only_the_seal(self, runs: Sequence[tuple[int, int]], spans: Sequence[Span]) -> bool:
        """Say whether nothing but the seal differs, and most of it: then the bytes it seals are others."""
        seal = spans[-1]
        return (
            len(self.raw) == seal.end
            and all(start >= seal.start + len(SEAL) for start, _ in runs)
            and sum(end - start for start, end in runs) > SEAL_LENGTH // 4
        )

    def _recompressed(self, members: Sequence[Member], spans: Sequence[Span]) -> Iterator[Difference]:
        """Name the files whose compressed bytes changed while their content stayed; all, where no other library made them."""
        what = Words("压缩数据被改动，内容未变", "its compressed bytes were changed, its content was not")
        places = {span.file: span for span in spans if span.field == "data"}
        changed = []
        for one in members:
            content = inflated(one.deflated, one.size)
            again = None if content is None else deflated(content)
            if again is not None and again != one.deflated:
                start, end = next(_runs(one.deflated, again))
                changed.append((one.name, start, end))
        if not changed or len(changed) == len(members):
            zh, en = "封印与内容不符：有字节被改动", "the seal does not fit: some byte was changed"
            yield _whole(zh, en, _bytes(self.cut + spans[-1].start, self.cut + spans[-1].end))
        else:
            for name, start, end in changed:
                at = self.cut + places[name].start
                yield Difference(file=name, place=_bytes(at + start, at + end), what=what)


def _runs(one: bytes, other: bytes) -> Iterator[tuple[int, int]]:
    """Yield the runs in which bytes differ; what one of them has more is the last."""
    shared, step = min(len(one), len(other)), 1 << 16
    start = None
    for block in range(0, shared, step):
        if start is None and one[block : block + step] == other[block : block + step]:
            continue
        for at in range(block, min(block + step, shared)):
            if one[at] == other[at]:
                if start is not None:
                    yield start, at
                start = None
            elif start is None:
                start = at
    longest = max(len(one), len(other))
    if start is not None or longest > shared:
        yield shared if start is None else start, longest
