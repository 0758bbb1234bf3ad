"""Rosters as they come: any columns, either format, every encoding, a million rows."""

import hashlib
import subprocess
import sys
import textwrap
import time
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from surveyapp.fieldwork.roster import NoHeaderError, Roster
from surveyapp.rows import UnreadableFileError
from tests.surveyapp.fieldwork.people import COLUMNS, as_csv, as_xlsx, people

FEW = [("1", "赵一", "A"), ("2", "钱二", "B")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_every_encoding(encoding: str) -> None:
    roster = Roster("a.csv", as_csv(FEW, encoding, ("序号", "姓名", "类别")))
    assert roster.columns == ["序号", "姓名", "类别"]
    assert [(row.number, tuple(row.cells)) for row in roster.rows()] == [(2, FEW[0]), (3, FEW[1])]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    roster = Roster("a.csv", f"a{delimiter}b\r\n1{delimiter}2\r\n".encode())
    assert roster.columns == ["a", "b"]
    assert [row.cells for row in roster.rows()] == [["1", "2"]]


def test_a_workbook_is_read_as_its_author_sees_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "姓名", "日期", "时间"])
    sheet.append([7.0, "赵一", date(2022, 3, 1), datetime(2022, 3, 1, 8, 30)])
    book.save(tmp_path / "a.xlsx")
    (row,) = Roster.at(tmp_path / "a.xlsx").rows()
    assert row.cells == ["7", "赵一", "2022-03-01", "2022-03-01 08:30:00"]


def test_a_title_above_the_header_and_blank_rows_are_no_people(tmp_path: Path) -> None:
    rows = [("1", "赵一", "", "", ""), ("", "", "", "", ""), ("2", "钱二", "", "", "")]
    path = as_xlsx(tmp_path / "a.xlsx", iter(rows), title="2022 年人才补贴发放名册")
    roster = Roster.at(path)
    assert roster.columns == list(COLUMNS)
    assert [row.number for row in roster.rows()] == [3, 5]  # as they stand in the sheet


def test_a_workbook_whose_written_size_is_wrong_loses_no_row(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path / "a.xlsx", people({"A": 9}))
    import zipfile

    changed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b'<dimension ref="A1:E10"', b'<dimension ref="A1:E3"'))
    assert sum(1 for _ in Roster.at(changed).rows()) == 9


def test_columns_without_a_name_are_called_by_their_place_and_short_rows_are_filled() -> None:
    roster = Roster("a.csv", "姓名,,类别\n赵一\n".encode())
    assert roster.columns == ["姓名", "列2", "类别"]
    assert [row.cells for row in roster.rows()] == [["赵一", "", ""]]


def test_the_hash_is_that_of_the_bytes() -> None:
    content = as_csv(FEW, columns=("a", "b", "c"))
    assert Roster("a.csv", content).file_hash == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00\x01" * 9, b"PK\x03\x04 no workbook", "甲,乙\n".encode("utf-16"), b"\x80\xff,\x80"],
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        list(Roster("a.xlsx", content).rows())


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(NoHeaderError):
        list(Roster("a.csv", b"\r\n\r\n").rows())


def test_a_csv_with_an_unclosed_quote_is_refused() -> None:
    content = ('a,b\n1,"2\n' + "3,4\n" * 100_000).encode()
    with pytest.raises(UnreadableFileError, match="csv"):
        list(Roster("a.csv", content).rows())


def test_an_old_workbook_is_told_to_be_saved_anew() -> None:
    with pytest.raises(UnreadableFileError, match="xlsx"):
        list(Roster("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600).rows())


@pytest.mark.slow
def test_a_million_rows_are_drawn_from_in_seconds_and_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "million.csv"
    with path.open("w", encoding="gb18030") as file:
        file.write("序号,姓名,证件号,补贴类别,地址\n")
        for i in range(1_000_000):
            kind = "生活补贴" if i % 10 else "购房补贴"
            file.write(f"{i + 1},赵{i},3706{i:014d},{kind},某区某路{i % 997}号\n")
    script = textwrap.dedent(f"""
        import resource
        from surveyapp.fieldwork import sampling
        from surveyapp.fieldwork.roster import Roster
        from surveyapp.fieldwork.sampling import Order, Reading
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        roster = Roster("million.csv", __import__("pathlib").Path({str(path)!r}))
        reading = Reading(column="补贴类别", values={{"生活补贴": "A", "购房补贴": "B"}}, unique="证件号")
        frame = sampling.counted(roster, reading)
        sample = sampling.draw(roster, frame, reading, Order(total=2000), "seed")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(sample.drawn["A"], sample.drawn["B"], grown)
    """)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True, timeout=300
    )
    living, housing, grown = map(int, done.stdout.split())
    assert (living, housing) == (1800, 200)  # 2000 × 900,000 ÷ 1,000,000 and 2000 × 100,000 ÷ 1,000,000
    kilobytes = 1 if sys.platform != "darwin" else 1024
    assert grown / kilobytes < 120_000  # measured 68 MB; the rows themselves would take some 500
    assert time.monotonic() - began < 60  # measured 5 s on an idle core


def test_a_workbook_can_be_read_twice_from_memory(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet().write_row(0, 0, ["甲", "乙"])
    roster = Roster("a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    assert list(roster.rows()) == list(roster.rows()) == []
