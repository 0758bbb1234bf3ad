"""Files that cannot be imported end in one sentence in both languages, never in a traceback."""

from __future__ import annotations

import contextlib
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.importing import UnfitFileError, read_table
from surveyapp.importing.table import MOST_COLUMNS, MOST_UNPACKED
from tests.surveyapp.importing.samples import as_csv, as_xlsx, zip_bomb

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def packed(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), body)
    return content.getvalue()


def a_formula_without_its_result() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["a", "b"])
    book.active.append(["=1+1", "x"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_an_entity() -> bytes:
    """Return a workbook whose sheet defines an entity, as in the attack that unpacks to gigabytes."""
    good = io.BytesIO(as_xlsx([["a"], ["b"]]))
    content = io.BytesIO()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(content, "w") as new:
        for member in old.infolist():
            body = old.read(member)
            if member.filename.startswith("xl/worksheets/"):
                body = body.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "eeee">]><worksheet', 1)
            new.writestr(member, body)
    return content.getvalue()


BROKEN_UTF8 = ("列,题目\n" + "满意,不满意\n" * 20).encode() + b"\xe6\xbb,\n" + "满意,一般\n".encode()
UNFIT = {
    "empty": (b"", "文件是空的"),
    "blank": (b" \r\n\r\n", "文件是空的"),
    "only commas": (b",,\n,,\n", "没有数据"),
    "old xls": (OLE, "另存为 xlsx"),
    "encrypted xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "web page named xls": (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "pdf": (b"%PDF-1.7 ...", "csv 或 xlsx"),
    "archive": (packed(data_csv=b"a,b\n1,2\n"), "解压"),
    "half a workbook": (as_xlsx([["a"], ["1"]])[:400], "xlsx"),
    "workbook without sheets": (packed(xl__workbook_xml=b"<workbook/>"), "xlsx"),
    "zip bomb": (zip_bomb(MOST_UNPACKED + (8 << 20)), "400 MB"),
    "entities": (with_an_entity(), "xlsx"),
    "binary": (b"a,b\n\x00\x01\x02", "文本"),
    "no encoding": (b"a,b\n\xff\xff\xff\xff,\x81\n", "编码"),
    "broken utf-8": (BROKEN_UTF8, "第 22 行"),
    "a million columns": (b"," * 1_000_000 + b"\n1\n", "没有答卷"),
    "a million names": (",".join(map(str, range(1_000_000))).encode() + b"\n1\n", "1,000,000 列"),
    "open quote": (b'a,b\n"x,1\ny,2\n', "csv"),
    "formula without its result": (a_formula_without_its_result(), "公式"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_what_cannot_be_read_is_said_in_a_sentence(name: str) -> None:
    content, words = UNFIT[name]
    with pytest.raises(UnfitFileError) as unfit:
        read_table(content)
    assert words in unfit.value.zh
    assert len(unfit.value.en) > 10


def test_a_sheet_may_claim_any_size() -> None:
    """The dimension some programs write is wrong, and rows may be numbered up to the limit."""
    good = io.BytesIO(as_xlsx([["a", "b"], ["1", "2"], ["3", "4"]]))
    content = io.BytesIO()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(content, "w") as new:
        for member in old.infolist():
            body = old.read(member)
            if member.filename.startswith("xl/worksheets/"):
                body = body.replace(b'ref="A1:B3"', b'ref="A1"').replace(b'r="3"', b'r="999999999"')
            new.writestr(member, body)
    assert read_table(content.getvalue()).rows[0] == ("1", "2")


def test_rows_know_their_lines_and_empty_ones_are_left_out() -> None:
    table = read_table(b'a,b\n\n1,"x\ny"\n,\n2,z\n')
    assert (table.header, list(table.rows), list(table.lines)) == (
        ("a", "b"),
        [("1", "x\ny"), ("2", "z")],
        [3, 6],
    )


def test_nameless_columns_at_the_end_are_no_columns() -> None:
    assert read_table(b"a,b,,\n1,2,,\n").header == ("a", "b")
    assert read_table(b"a,b,,\n1,2,3,\n").header == ("a", "b", "")


def test_the_line_excel_writes_for_itself_is_no_header() -> None:
    table = read_table("sep=;\r\n甲;乙\r\n1;2\r\n".encode())
    assert (table.header, list(table.lines)) == (("甲", "乙"), [3])


def test_the_first_sheet_with_anything_in_it_is_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([["a"], ["1"]])))
    book.create_sheet("空", 0)
    content = io.BytesIO()
    book.save(content)
    assert read_table(content.getvalue()).header == ("a",)


def test_the_same_table_saved_otherwise_has_the_same_digest() -> None:
    sheet = [["题目", "b"], ["满意", "2"], ["", ""], ["一般", ""]]
    files = (
        as_csv(sheet),
        as_csv(sheet, encoding="gb18030", delimiter=";"),
        as_xlsx(sheet),
        as_xlsx(sheet, numbers=True),
    )
    assert len({read_table(file).digest for file in files}) == 1


def test_so_many_columns_are_read() -> None:
    names = [f"c{number}" for number in range(MOST_COLUMNS)]
    assert len(read_table(as_csv([names, names])).header) == MOST_COLUMNS


@given(st.binary(max_size=300))
def test_no_bytes_end_in_anything_but_a_table_or_a_sentence(content: bytes) -> None:
    for begun in (content, b"PK\x03\x04" + content, "甲,乙\n".encode() + content):
        with contextlib.suppress(UnfitFileError):
            read_table(begun)


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=3))
def test_no_damaged_workbook_ends_in_anything_else(place: int, wrong: bytes) -> None:
    content = bytearray(as_xlsx([["甲", "乙"], ["1", "2"]]))
    place %= len(content)
    content[place : place + len(wrong)] = wrong
    with contextlib.suppress(UnfitFileError):
        read_table(bytes(content))
