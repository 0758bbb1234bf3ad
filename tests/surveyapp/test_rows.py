"""Rows and tallies from files: what is taken, and how what cannot be taken is named."""

from __future__ import annotations

import csv
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from analysis import Fieldwork, evaluate
from questionnaires.build import load_good, loads_good
from questionnaires.model import Questionnaire
from questionnaires.problems import Problem
from surveyapp.rows import UnreadableFileError, read_rows, read_tallies, unguarded
from surveyapp.streaming import read_all

LIBRARY = Path("questionnaires/library")
DEMO = Path("surveyapp/demo/rows.csv")
REFERENCES = Path("tests/references")

SMALL = """
id: small
title: 小问卷
organiser: 局
purpose: 试
population: {stratum_item: town, strata: {N: 10, S: 20}}
sections:
  - id: one
    title: 一
    items:
      - {id: town, kind: single, text: 镇, options: [{code: N, label: 北}, {code: S, label: 南}]}
      - id: happy
        kind: single
        text: 满意吗
        options: [{code: yes, label: 满意, value: 100}, {code: no, label: 不满意, value: 0, comment: 原因}]
      - id: why
        kind: multiple
        text: 原因
        required: no
        shown_if: {happy: [no]}
        options: [{code: A, label: 慢}, {code: B, label: 远}, {code: Z, label: 无, exclusive: yes}]
      - {id: mark, kind: rating, text: 打分, required: no}
      - {id: words, kind: text, text: 建议, required: no}
measures:
  happy: {title: 满意, kind: satisfaction_score, items: happy}
validity:
  - {rule: too_fast, seconds_per_item: 2}
"""


@pytest.fixture(scope="module")
def small() -> Questionnaire:
    return loads_good(SMALL)


@pytest.fixture
def rows_file(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, encoding: str = "utf-8", name: str = "rows.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def places(problems: list[Problem]) -> list[tuple[int, int, str]]:
    return [(p.line, p.column, p.rule) for p in problems]


def test_the_demo_rows_give_the_published_figures() -> None:
    zhifu = load_good(LIBRARY / "zhifu-2022.yaml")
    read = read_rows(DEMO, zhifu)
    report = evaluate(zhifu, read.table, Fieldwork(distributed=60))
    assert read.problems == []
    assert (report.fieldwork.returned, report.fieldwork.valid) == (56, 53)
    assert report.measures["satisfaction"].exact == Fraction(4512, 5300)  # seeds.md: 4512/53 %


def test_codes_and_labels_are_both_taken(small: Questionnaire, rows_file: Callable[..., Path]) -> None:
    read = read_rows(rows_file("town,happy\nN,yes\n北,满意\n"), small)
    assert [(row.count, dict(row.closed)) for row in read.table.rows] == [
        (2, {"town": "N", "happy": "yes", "why": "-1"})
    ]


def test_several_choices_are_joined_or_stand_in_columns_of_their_own(
    small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    joined = read_rows(rows_file("town,happy,why\nN,no,A;B\nN,no,慢；远\n"), small)
    columns = read_rows(rows_file("town,happy,why.A,why.B,why.Z\nN,no,1,1,0\nN,no,1,1,\n"), small)
    assert joined.problems == columns.problems == []
    assert joined.table == columns.table
    assert joined.table.rows[0].closed["why"] == ("A", "B")


def test_minus_one_and_minus_two_are_kept_apart_from_a_blank(
    small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    read = read_rows(rows_file("town,happy,mark\nN,-2,\nS,yes,-1\n"), small)
    assert read.problems == []
    assert [dict(row.closed) for row in read.table.rows] == [
        {"town": "N", "happy": "-2", "why": "-1"},
        {"town": "S", "happy": "yes", "why": "-1", "mark": "-1"},
    ]


def test_a_count_column_makes_the_file_a_pattern_table(
    small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    counted = read_rows(rows_file("town,happy,_count\nN,yes,3\nS,no,2\n"), small)
    single = read_rows(rows_file("town,happy\nN,yes\nN,yes\nN,yes\nS,no\nS,no\n"), small)
    assert counted.table == single.table


def test_system_columns_reach_the_pattern(small: Questionnaire, rows_file: Callable[..., Path]) -> None:
    read = read_rows(
        rows_file("town,happy,_stratum,_channel,_version,_invalid,_id\nN,yes,南,paper,v1,重复,7\n"), small
    )
    (row,) = read.table.rows
    assert (row.stratum, row.channel, row.version, row.validity) == ("S", "paper", "v1", "重复")


def test_seconds_below_the_rule_make_a_response_invalid(
    small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    # four items are asked (why is not), two seconds each
    read = read_rows(rows_file("town,happy,_seconds\nN,yes,7\nN,yes,8\nN,yes,126秒\n"), small)
    assert sorted((row.validity, row.count) for row in read.table.rows) == [("", 2), ("too_fast", 1)]


def test_flags_are_read_and_joined_in_order(small: Questionnaire, rows_file: Callable[..., Path]) -> None:
    read = read_rows(rows_file("town,happy,_flags\nN,yes,stratum_differs; burst\n"), small)
    assert [row.flags for row in read.table.rows] == ["burst;stratum_differs"]


def test_every_problem_is_named_with_its_row_and_column(
    small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    text = (
        "town,happy,why,_count,_id,_stratum\nX,yes,,1,a,\nN,no,A;Z,0,a,\nN,yes,,1,b,X\nN,maybe,,x,c,,extra\n"
    )
    assert places(read_rows(rows_file(text), small).problems) == [
        (2, 1, "unknown-option"),
        (3, 3, "exclusive"),
        (3, 4, "not-a-number"),
        (3, 5, "double-id"),
        (4, 6, "unknown-stratum"),
        (5, 1, "long-row"),
    ]


def test_every_row_carries_its_weight(small: Questionnaire, rows_file: Callable[..., Path]) -> None:
    read = read_rows(rows_file("town,happy,_weight\nN,yes,1.5\nS,no,40.642857142857146\n"), small)
    assert not read.problems
    assert sorted(row.weight for row in read.table.rows) == [1.5, 40.642857142857146]


@pytest.mark.parametrize("weight", ["", "0", "-1", "x", "nan", "inf", "1e999", "１"])
def test_a_weight_is_a_number_above_0(
    weight: str, small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    read = read_rows(rows_file(f"town,happy,_weight\nN,yes,1\nS,no,{weight}\n"), small)
    assert places(read.problems) == [(3, 3, "not-a-weight")]


@pytest.mark.parametrize(
    ("effect", "validity", "flags"), [("exclude", "duplicate", ""), ("flag", "", "duplicate")]
)
def test_a_repeated_id_is_what_the_definition_says_of_duplicates(
    rows_file: Callable[..., Path], effect: str, validity: str, flags: str
) -> None:
    rule = f"  - {{rule: duplicate, effect: {effect}}}\n"
    path = rows_file("town,happy,_id\nN,yes,7\nS,yes,7\nN,no,8\n")
    for read in (read_rows(path, loads_good(SMALL + rule)), read_all([path], loads_good(SMALL + rule))):
        assert read.problems == []
        found = {
            row.closed["town"]: (row.validity, row.flags)
            for row in read.table.rows
            if row.closed["happy"] == "yes"
        }
        assert found == {"N": ("", ""), "S": (validity, flags)}


def test_unknown_and_double_columns_stop_the_reading(
    small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    read = read_rows(rows_file("town,hapy,town,_weight\nN,yes,N,1\n"), small)
    assert places(read.problems) == [(1, 1, "double-column"), (1, 2, "unknown-column")]
    assert read.table.rows == ()
    assert "happy" in read.problems[1].en


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_from_chinese_excel_are_read_in_their_encoding(
    small: Questionnaire, rows_file: Callable[..., Path], encoding: str
) -> None:
    read = read_rows(rows_file("town,happy\r\n北,满意\r\n", encoding), small)
    assert read.problems == []
    assert read.table.count == 1


def test_sheets_and_parquet_give_the_same_as_csv(small: Questionnaire, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["town", "happy", "mark", "_count"], ["N", "yes", 7, 2], ["S", "no", None, 1]]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "rows.xlsx")
    columns = {str(name): [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}
    parquet.write_table(pa.table(columns), tmp_path / "rows.parquet")
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    read = [read_rows(tmp_path / f"rows.{kind}", small) for kind in ("xlsx", "parquet", "csv")]
    assert [r.problems for r in read] == [[], [], []]
    assert read[0].table == read[1].table == read[2].table
    assert read[0].table.count == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.xlsx", b"no zip"),
        ("rows.parquet", b"no"),
        ("rows.csv", b"\x00\x01"),
        ("rows.csv", b"\xff\xff\x00"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    small: Questionnaire, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFileError):
        read_rows(tmp_path / name, small)


def sheet_of(folder: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(folder / "rows.xlsx")
    return folder / "rows.xlsx"


def test_a_formula_without_a_result_is_named_and_nothing_is_taken(
    small: Questionnaire, tmp_path: Path
) -> None:
    path = sheet_of(tmp_path, ["town", "happy"], ["N", '="yes"'], ["=A2", "no"])
    with pytest.raises(UnreadableFileError, match="B2, A3"):
        read_rows(path, small)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_damaged_sheet_is_refused(small: Questionnaire, tmp_path: Path, part: str, harm: str) -> None:
    path = sheet_of(tmp_path, ["town", "happy"], ["N", "yes"])
    broken = tmp_path / "broken.xlsx"
    with ZipFile(path) as whole, ZipFile(broken, "w") as target:
        for name in whole.namelist():
            content = whole.read(name)
            if name != part:
                target.writestr(name, content)
            elif harm == "cut":
                target.writestr(name, content[: len(content) // 2])
    with pytest.raises(UnreadableFileError):
        read_rows(broken, small)


def test_an_empty_file_says_that_columns_are_missing(
    small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    assert places(read_rows(rows_file(""), small).problems) == [(1, 1, "no-header")]


@pytest.mark.parametrize(
    ("cell", "text"), [("'=1+1", "=1+1"), ("'＝a", "＝a"), ("'quoted'", "'quoted'"), ("plain", "plain")]
)
def test_the_guard_before_a_formula_is_taken_off_again(cell: str, text: str) -> None:
    assert unguarded(cell) == text


def test_published_tallies_are_read() -> None:
    zhifu = load_good(LIBRARY / "zhifu-2022.yaml")
    read = read_tallies(REFERENCES / "zhifu-2022-tallies.json", zhifu)
    assert read.problems == []
    assert read.fieldwork == Fieldwork(distributed=60, returned=56)
    assert read.tallies.valid == 53


def test_tallies_with_mistakes_name_every_one(small: Questionnaire, rows_file: Callable[..., Path]) -> None:
    text = """
fieldwork: {distributed: 3, returned: 4, valid: 5, lost: 1}
items:
  happy: {yes: 4, no: 3}
  mark: {"11": 1}
  sad: {yes: 1}
  town: {N: many}
extra: 1
"""
    read = read_tallies(rows_file(text, name="t.yaml"), small)
    assert sorted((p.line, p.rule) for p in read.problems) == [
        (2, "too-few"),
        (2, "too-few"),
        (2, "unknown-key"),
        (4, "more-than-valid"),
        (5, "unknown-option"),
        (6, "unknown-item"),
        (7, "not-a-number"),
        (8, "unknown-key"),
    ]


def test_tallies_without_the_number_of_valid_questionnaires_are_refused(
    small: Questionnaire, rows_file: Callable[..., Path]
) -> None:
    read = read_tallies(rows_file('{"items": {}}', name="t.json"), small)
    assert [p.rule for p in read.problems] == ["missing-key"]
