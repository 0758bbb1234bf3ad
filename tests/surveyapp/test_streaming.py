"""Reading many rows: the same table and the same problems as row by row, whichever way they are counted."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis import Fieldwork, PatternTable, evaluate
from questionnaires.build import loads_good
from questionnaires.model import Questionnaire
from surveyapp import streaming
from surveyapp.rows import UnreadableFileError, read_rows
from surveyapp.streaming import read_all, read_with_bar

DEFINITION = """
id: many
title: 多
organiser: 局
purpose: 试
population: {stratum_item: town, strata: {N: 4000, S: 6000}}
sections:
  - id: one
    title: 一
    items:
      - {id: town, kind: single, text: 镇, options: [{code: N, label: 北}, {code: S, label: 南}]}
      - {id: q1, kind: single, text: 一, options: [{code: A, label: 好, value: 100}, {code: B, label: 差, value: 0}]}
      - {id: several, kind: multiple, text: 哪些, required: no, options: [{code: X, label: 甲}, {code: Y, label: 乙}]}
      - {id: score, kind: rating, text: 评分}
      - {id: age, kind: number, text: 年龄, required: no}
      - {id: words, kind: text, text: 意见, required: no, max_length: 60}
measures:
  satisfaction: {title: 满意度, kind: satisfaction_score, items: [q1, score]}
validity:
  - {rule: incomplete, below: 50}
  - {rule: too_fast, seconds_per_item: 2}
"""
HEADER = [
    "_id",
    "town",
    "q1",
    "several",
    "score",
    "age",
    "words",
    "_seconds",
    "_stratum",
    "_invalid",
    "_channel",
]
Row = list[Any]


@pytest.fixture(scope="module")
def many() -> Questionnaire:
    return loads_good(DEFINITION)


def rows(count: int, seed: int = 1) -> list[Row]:
    pick = random.Random(seed)
    choices = [
        ["N", "S", "南"], ["A", "B", "", "好", "-2"], ["", "X", "X;Y", "甲；乙"], ["0", "7", "10", ""], ["", "30", "41"],
        ["", "很好", "意见 {at}", "'=1+1"], ["", "5", "11", "12", "13", "90", "9秒"], ["", "N"], ["", "", "manual"],
        ["paper", ""],
    ]  # fmt: skip
    return [[f"r{seed}-{at}", *(pick.choice(one).format(at=at) for one in choices)] for at in range(count)]


def write_csv(
    path: Path, table: Sequence[Row], header: Sequence[str] = HEADER, encoding: str = "utf-8-sig"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *table])
    return path


def write_parquet(path: Path, table: Sequence[Row], header: Sequence[str] = HEADER) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {name: [row[at] if row[at] != "" else None for row in table] for at, name in enumerate(header)}
    parquet.write_table(pyarrow.table(columns), path, row_group_size=97)
    return path


@pytest.fixture(params=["csv", "gb18030", "duckdb", "arrow"])
def written(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that writes rows to a file, to be counted in one of the ways."""
    way = request.param
    if way == "duckdb":
        pytest.importorskip("duckdb")
    if way == "arrow":
        monkeypatch.setattr(streaming, "_by_duckdb", lambda *arguments: None)
        monkeypatch.setattr(streaming, "BATCH", 50)

    def write(name: str, table: Sequence[Row], header: Sequence[str] = HEADER) -> Path:
        if way in ("duckdb", "arrow"):
            return write_parquet(tmp_path / f"{name}.parquet", table, header)
        return write_csv(
            tmp_path / f"{name}.csv", table, header, "gb18030" if way == "gb18030" else "utf-8-sig"
        )

    return write


def test_the_table_is_that_of_reading_row_by_row(written: Any, many: Questionnaire) -> None:
    path = written("rows", rows(400))
    one, other = read_rows(path, many), read_all([path], many)
    assert one.problems == other.problems == []
    assert other.table == one.table
    assert other.table.count == 400


def test_wrong_rows_are_reported_each_with_its_line(written: Any, many: Questionnaire) -> None:
    table = rows(60)
    table[3][1], table[30][1], table[40][7], table[41][0] = "nowhere", "nowhere", "soon", table[2][0]
    path = written("wrong", table)
    one, other = read_rows(path, many), read_all([path], many)
    assert [p.line for p in other.problems] == [5, 32, 42, 43]
    assert other.problems == one.problems
    assert other.table == PatternTable(())


def test_ids_alone_are_enough_to_be_wrong(written: Any, many: Questionnaire) -> None:
    table = rows(60)
    table[41][0] = table[2][0]
    path = written("twice", table)
    assert read_all([path], many).problems == read_rows(path, many).problems != []


def test_a_row_with_an_id_alone_is_an_empty_questionnaire(written: Any, many: Questionnaire) -> None:
    path = written("blank", [["x", *[""] * 10], *rows(3), [""] * 11])
    assert read_all([path], many) == read_rows(path, many)
    assert read_all([path], many).table.count == 4


def test_a_wrong_header_is_said_at_once(written: Any, many: Questionnaire) -> None:
    path = written("header", [["A"]], ["q9"])
    assert read_all([path], many) == read_rows(path, many)


def test_files_add_up_to_exactly_the_whole(written: Any, many: Questionnaire) -> None:
    table = rows(300)
    parts = [written(f"part{at}", table[at::3]) for at in range(3)]
    whole, sum_of_parts = read_all([written("whole", table)], many), read_all(parts, many)
    assert sum_of_parts.table == whole.table
    assert evaluate(many, sum_of_parts.table, Fieldwork()) == evaluate(many, whole.table, Fieldwork())
    one_by_one = [read_all([part], many).table for part in parts]
    assert one_by_one[0] + one_by_one[1] + one_by_one[2] == whole.table


def test_a_pattern_table_keeps_its_counts(written: Any, many: Questionnaire) -> None:
    path = written(
        "counted",
        [["N", "A", "7", "5"], ["N", "A", "7", "5"], ["S", "B", "0", "1"]],
        ["town", "q1", "score", "_count"],
    )
    assert sorted(row.count for row in read_all([path], many).table.rows) == [1, 10]


def test_the_bar_is_told_of_every_byte(written: Any, many: Questionnaire) -> None:
    path, told = written("told", rows(200)), list[int]()
    read_all([path], many, told.append)
    assert sum(told) == pytest.approx(path.stat().st_size, rel=0.5)
    assert read_with_bar([path], many, "读取").table.count == 200


def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, many: Questionnaire) -> None:
    for name in ("a.csv", "a.parquet"):
        (tmp_path / name).write_bytes(b"\x00\xff\xfe\x80\x00")
        with pytest.raises(UnreadableFileError):
            read_all([tmp_path / name], many)


def test_long_rows_and_sheets_are_read_as_ever(tmp_path: Path, many: Questionnaire) -> None:
    path = write_csv(tmp_path / "long.csv", [*rows(5), [*rows(1, 2)[0], "more"]])
    found = read_all([path], many).problems
    assert found == read_rows(path, many).problems
    assert [problem.rule for problem in found] == ["long-row"]
