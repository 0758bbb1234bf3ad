"""The sheets of data: what they hold, that memory does not grow, that more rows than a sheet takes go on in another."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from questionnaires.model import Questionnaire
from surveyapp.deliver import datasheets
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.workbook import data_workbook, streamed, workbook
from surveyapp.store import StoredResponse
from tests.surveyapp.deliver.makings import Given, made


def asked(items: int = 2) -> Questionnaire:
    options = [{"code": "A", "label": "好", "value": "100"}, {"code": "B", "label": "差", "value": "0"}]
    single = [{"id": f"q{n}", "kind": "single", "text": f"第{n}问", "options": options} for n in range(items)]
    more = [
        {"id": "m", "kind": "multiple", "text": "多选", "options": options},
        {"id": "t", "kind": "text", "text": "意见"},
    ]
    return Questionnaire.model_validate(
        {"id": "data", "title": "数据", "organiser": "局", "purpose": "试",
         "sections": [{"id": "a", "title": "一", "items": [*single, *more]}],
         "measures": {"s": {"title": "满意度", "kind": "satisfaction_score", "items": ["q0"]}}}
    )  # fmt: skip


def numbered(count: int) -> Dossier:
    return made(
        asked(), [Given(closed={"q0": "AB"[n % 2], "m": ["A"]}, words={"t": f"t{n}"}) for n in range(count)]
    )


def column(path: Path, sheet: str, name: str) -> list[object]:
    rows = load_workbook(path)[sheet].iter_rows(values_only=True)
    at = next(rows).index(name)
    return [row[at] for row in rows]


def test_codes_and_words_lie_side_by_side(tmp_path: Path) -> None:
    source = made(
        asked(),
        [
            Given(
                closed={"q0": "A", "q1": "-1", "m": ["A", "B"]}, stratum="s", channel="paper", validity="late"
            )
        ],
    )
    data_workbook(source, tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["数据（编码）", "数据（文字）", "编码手册"]
    codes, words = (list(book[name].iter_rows(values_only=True)) for name in book.sheetnames[:2])
    assert codes[0][:5] == ("q0", "q1", "m.A", "m.B", "t")
    assert codes[1][:7] == ("A", -1, 1, 1, None, "s", "paper")
    assert words[0][:4] == ("第0问", "第1问", "多选", "意见")
    assert words[1][:3] == ("好", "（未问）", "好；差")
    assert words[1][5] == "纸质问卷"
    assert words[1][7] == "逾期"


def test_both_sheets_have_one_order_and_another_every_time(tmp_path: Path) -> None:
    source, seen = numbered(60), set()
    for _ in range(3):
        workbook(source, tmp_path / "a.xlsx")
        order = column(tmp_path / "a.xlsx", "数据（编码）", "t")
        assert column(tmp_path / "a.xlsx", "数据（文字）", "意见") == order
        assert sorted(map(str, order)) == sorted(f"t{n}" for n in range(60))
        seen.add(tuple(order))
    assert len(seen) == 3


def test_by_content_equal_dossiers_give_equal_bytes(tmp_path: Path) -> None:
    source = numbered(30)
    turned = replace(source, responses=lambda: list(source.responses())[::-1])
    for name, one in (("a", source), ("b", turned)):
        workbook(one, tmp_path / name, order="content", open_text=False)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_more_rows_than_a_sheet_takes_go_on_in_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasheets, "PER_SHEET", 25)
    workbook(numbered(60), tmp_path / "a.xlsx")
    names = ["数据（编码）", "数据（编码）2", "数据（编码）3"]
    found = [column(tmp_path / "a.xlsx", name, "t") for name in names]
    assert [len(one) for one in found] == [25, 25, 10]
    assert {str(text) for one in found for text in one} == {f"t{n}" for n in range(60)}


def test_what_came_in_later_is_left_for_the_next_time(tmp_path: Path) -> None:
    source = numbered(10)
    later = [*source.responses(), *(replace(one, id="x", channel="later") for one in source.responses())]
    workbook(replace(source, responses=lambda: later), tmp_path / "a.xlsx")
    assert len(column(tmp_path / "a.xlsx", "数据（编码）", "t")) == 10


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    peaks = [_peak(tmp_path, count) for count in (25_000, 50_000)]
    assert peaks[1] < 1.3 * peaks[0], peaks


def _peak(folder: Path, count: int) -> int:
    """Return the most bytes held while the sheets are written, of answers that are all alike but for their words."""
    one = next(iter(made(asked(), [Given(closed={"q0": "A"})]).responses()))
    table = made(asked(), [Given(closed={"q0": "A"})]).table
    many = replace(table.rows[0], count=count)
    source = made(asked(), [Given(closed={"q0": "A"})])

    def responses() -> Iterator[StoredResponse]:
        return (replace(one, id=f"{n:032x}", open_text=f'{{"t":"{n:06d}"}}') for n in range(count))

    source = replace(source, table=type(table)((many,)), responses=responses)
    tracemalloc.start()
    data_workbook(source, folder / "a.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_it_streams_the_same_sheets(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"".join(streamed(numbered(5))))
    assert "数据（编码）" in load_workbook(path).sheetnames
