"""Reads a file of answers into a table of text: csv in the encodings and with the separators met in practice, or xlsx.

What cannot be read is said in one sentence in both languages; nothing in a file is run or unpacked without bound.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from surveyapp.rows import cell_text

MOST_COLUMNS = 500
MOST_ROWS = 1_000_000
MOST_UNPACKED = 400 * 1024 * 1024
"""Bytes a workbook may hold unpacked; a hundred thousand rows of thirty answers take some 150 MB."""
MOST_MEMBERS = 5_000
MOST_GAP = 20_000
"""Empty rows in a row after which a sheet is taken to have ended."""
DELIMITERS = (",", "\t", ";", "|")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, SyntaxError, DefusedXmlException, zlib.error, EOFError, KeyError, IndexError,
    AttributeError, TypeError, ValueError, OSError, RuntimeError,
)  # fmt: skip
"""What openpyxl and zipfile let through when a workbook is damaged or made to do harm; RuntimeError is a password asked for,
an unknown method of compression, and nesting without end."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|table|\?xml)", re.IGNORECASE)


class UnfitFileError(Exception):
    """A file that cannot be imported; carries the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file's header and rows as text; rows without any text are left out, and every row knows its line."""

    kind: str
    """What the file is, such as `csv, GB18030` or `xlsx`."""
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    lines: Sequence[int]
    digest: str
    """SHA-256 over the text of all cells: a file saved anew as another kind, with the same text, has the same."""

    def column(self, number: int) -> Iterator[str]:
        """Yield the cells of a column, counted from 0; a row that ends before it has an empty one."""
        return (row[number] if number < len(row) else "" for row in self.rows)


def read_table(content: bytes) -> Table:
    """Read a file's bytes, whatever its name says it is. Raises UnfitFileError."""
    _refuse_others(content)
    if content.startswith(b"PK"):
        return _table("xlsx", _xlsx(content))
    encoding, text = _decode(content)
    return _table(f"csv, {encoding}", _csv(text))


def _refuse_others(content: bytes) -> None:
    """Refuse what is no table, saying what to do."""
    if not content.strip():
        raise UnfitFileError("文件是空的", "the file is empty")
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise UnfitFileError(
                "文件有打开密码：请在 Excel 或 WPS 里去掉密码，另存为 xlsx",
                "the file has a password: take it off in Excel and save as xlsx",
            )
        raise UnfitFileError(
            "这是旧的 .xls 文件：请用 Excel 或 WPS 打开，另存为 xlsx",
            "this is an old .xls file: open it in Excel and save as xlsx",
        )
    if _MARKUP.match(content):
        raise UnfitFileError(
            "这是网页格式的表格（有的平台用 .xls 作后缀）：请用 Excel 或 WPS 打开，另存为 xlsx",
            "this is a table as a web page (some services name it .xls): open it in Excel and save as xlsx",
        )
    if content.startswith((b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b")):
        raise UnfitFileError("这不是表格：请选择 csv 或 xlsx", "this is no table: choose a csv or xlsx file")


# --- csv -------------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16", _checked(_strictly(content, "utf-16"))
    try:
        return "UTF-8", _checked(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        _refuse_broken_utf8(content, error)
    return "GB18030", _checked(_strictly(content, "gb18030"))


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnfitFileError(
            "编码既不是 UTF-8 也不是 GB18030：请用 Excel 另存为 xlsx 或“CSV UTF-8”",
            "its encoding is neither UTF-8 nor GB18030: save it as xlsx or as CSV UTF-8",
        ) from None


def _refuse_broken_utf8(content: bytes, error: UnicodeDecodeError) -> None:
    """Refuse what is UTF-8 but for a few bytes: read as GB18030 it would be another text, without a word."""
    text = content.decode("utf-8", "replace")
    beyond = sum(character > "\x7f" for character in text)
    if text.count("\ufffd") * 10 < beyond:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnfitFileError(
            f"文件是 UTF-8，但第 {line} 行有损坏的字符：请从平台重新下载",
            f"the file is UTF-8, but line {line} holds broken characters: download it again",
        )


def _checked(text: str) -> str:
    if "\x00" in text:
        raise UnfitFileError("这不是文本表格", "this is not a text table")
    return text


def _csv(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r'"?sep=(.)"?\r?', first)  # what Excel writes for itself
    skipped = 1 if named else 0
    delimiter = named[1] if named else _delimiter(first)
    reader = csv.reader(io.StringIO(rest if named else text, newline=""), delimiter=delimiter, strict=True)
    line = 1 + skipped
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise UnfitFileError(
            f"第 {line} 行不是有效的 csv（引号不成对，或单元格过长）：请用 Excel 打开，另存为 xlsx",
            f"line {line} is no sound csv ({error}): open it in Excel and save as xlsx",
        ) from None


def _delimiter(line: str) -> str:
    """Return what separates the names in the first line: that which makes most of them, the comma if none does."""
    outside = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=lambda one: (outside.count(one), one == ","))


# --- xlsx ------------------------------------------------------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            has_formulas = _looked_through(packed)
        yield from _sheet(content, has_formulas=has_formulas)
    except _BROKEN:
        raise UnfitFileError(
            "不是完好的 xlsx 文件：请用 Excel 打开，另存为 xlsx",
            "this is not a sound xlsx file: open it in Excel and save it anew",
        ) from None


def _looked_through(packed: zipfile.ZipFile) -> bool:
    """Say whether a workbook's sheets hold formulas; refuse what is none, is encrypted, or would unpack without end."""
    members = packed.infolist()
    if not any(member.filename.startswith("xl/") for member in members):
        raise UnfitFileError(
            "这是压缩包而不是 xlsx：请先解压，再选择里面的 csv 或 xlsx",
            "this is an archive, no xlsx file: unpack it and choose the csv or xlsx inside",
        )
    if any(member.flag_bits & 1 for member in members):
        raise UnfitFileError(
            "文件有密码：请去掉密码，另存为 xlsx", "the file has a password: take it off and save as xlsx"
        )
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise UnfitFileError(
            "文件解压后过大（超过 400 MB）：请分成几个文件",
            "the file is too large when unpacked (over 400 MB): make it several files",
        )
    sheets = (m for m in members if m.filename.startswith("xl/worksheets/"))
    return any(_has_formula(packed, sheet) for sheet in sheets)


def _has_formula(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    tail = b""
    with packed.open(member) as stream:
        for part in _parts(stream):
            if _FORMULA.search(tail + part):
                return True
            tail = part[-16:]
    return False


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    while part := stream.read(1 << 20):
        yield part


def _sheet(content: bytes, *, has_formulas: bool) -> Iterator[tuple[int, Sequence[str]]]:
    rows = _values(content, results=True)
    if not has_formulas:
        yield from rows
        return
    for (line, found), (_, written) in zip(rows, _values(content, results=False), strict=False):
        pairs = zip(found, written, strict=False)
        if any(not shown and formula.startswith("=") for shown, formula in pairs):
            raise UnfitFileError(
                f"第 {line} 行的公式没有保存计算结果：请用 Excel 或 WPS 打开、保存后再导入",
                f"the formulas in row {line} hold no results: open and save the file in Excel",
            )
        yield line, found


def _values(content: bytes, *, results: bool) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of the first sheet that has any; the size a sheet claims to have is not believed."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=results)
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        found = False
        for line, row in _until_gap(enumerate(sheet.iter_rows(values_only=True), start=1)):
            found = True
            yield line, [cell_text(value) for value in row]
        if found:
            return


def _until_gap(
    rows: Iterator[tuple[int, tuple[object, ...]]],
) -> Iterator[tuple[int, tuple[object, ...]]]:
    last = 0
    for line, row in rows:
        if len(row) > MOST_COLUMNS and any(value is not None for value in row[MOST_COLUMNS:]):
            raise _too_wide(len(row))
        if any(value is not None for value in row):
            last = line
            yield line, row
        elif line - last > MOST_GAP:
            return


# --- both ------------------------------------------------------------------------------------------------------------


def _table(kind: str, rows: Iterator[tuple[int, Sequence[str]]]) -> Table:
    header = _header(rows)
    same: dict[str, str] = {}
    kept: list[tuple[str, ...]] = []
    lines: list[int] = []
    for line, row in rows:
        texts = [text.strip() for text in row]
        if any(texts):
            kept.append(tuple(same.setdefault(text, text) for text in texts))
            lines.append(line)
        if len(kept) > MOST_ROWS:
            raise UnfitFileError(
                f"超过 {MOST_ROWS:,} 行：请分成几个文件",
                f"more than {MOST_ROWS:,} rows: make it several files",
            )
    if not kept:
        raise UnfitFileError("文件里只有列名，没有答卷", "the file holds column names, but no answers")
    header = _without_empty_end(header, kept)
    return Table(kind=kind, header=header, rows=kept, lines=lines, digest=_digest(header, kept))


def _header(rows: Iterator[tuple[int, Sequence[str]]]) -> tuple[str, ...]:
    header = next((row for _, row in rows if any(name.strip() for name in row)), ())
    names = tuple(" ".join(name.strip().lstrip("\ufeff").split()) for name in header)
    if not names:
        raise UnfitFileError("文件里没有数据", "the file holds no data")
    if len(names) > MOST_COLUMNS:
        raise _too_wide(len(names))
    return names


def _too_wide(width: int) -> UnfitFileError:
    return UnfitFileError(
        f"有 {width:,} 列，最多 {MOST_COLUMNS} 列：请删去不用的列",
        f"{width:,} columns, at most {MOST_COLUMNS} are read: remove those that are not used",
    )


def _without_empty_end(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the header without nameless columns at its end that hold nothing, as 腾讯问卷 writes them."""
    used = max((place for place, name in enumerate(header, start=1) if name), default=0)
    if used == len(header):
        return header
    filled = max((place for row in rows for place, text in enumerate(row, start=1) if text), default=0)
    return header[: max(used, min(filled, len(header)))]


def _digest(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    digest = hashlib.sha256()
    for row in (header, *rows):
        digest.update("\x1f".join(row).rstrip("\x1f").encode("utf-8", "surrogatepass") + b"\x1e")
    return digest.hexdigest()
