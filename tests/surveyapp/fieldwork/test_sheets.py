"""The evaluator's sheet: everything as it was, codes beside those drawn, and read again when it comes back."""

import io
from pathlib import Path

import openpyxl
import pytest
import zxingcpp
from PIL import Image

from questionnaires.build import load_good
from surveyapp.config import Config, load_config
from surveyapp.fieldwork import sheets
from surveyapp.fieldwork.issuing import Case, make_cases
from surveyapp.fieldwork.messages import Facts, facts
from surveyapp.fieldwork.roster import Roster
from surveyapp.fieldwork.sheets import CodesInRosterError, NoCodesError
from surveyapp.rows import UnreadableFileError
from tests.surveyapp.fieldwork.people import COLUMNS, as_csv, people
from tests.surveyapp.sample import LIBRARY

SLUG = "zhifu-2022"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_config(tmp_path / "instance", public_url="https://diaocha.example.gov.cn")


@pytest.fixture
def told() -> Facts:
    return facts(load_good(LIBRARY / f"{SLUG}.yaml"), "2026-12-31", "zh")


@pytest.fixture
def roster() -> Roster:
    return Roster("名册.csv", as_csv(people({"生活补贴": 9})))


@pytest.fixture
def cases(config: Config) -> dict[int, Case]:
    return dict(zip((3, 5, 10), make_cases(config, SLUG, 3), strict=True))


def table(content: bytes) -> list[list[str]]:
    rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def test_the_drawn_rows_come_out_as_they_were_with_their_codes(
    roster: Roster, cases: dict[int, Case], told: Facts
) -> None:
    header, *rows = table(sheets.drawn_sheet(roster, cases, "slip", told))
    assert header == [*COLUMNS, "个案号", "答题码", "链接", "二维码"]
    before = {row.number: row.cells for row in roster.rows()}
    assert [row[:5] for row in rows] == [before[3], before[5], before[10]]
    assert [row[5:8] for row in rows] == [[case.label, case.typed, case.link] for case in cases.values()]


def test_all_rows_can_be_kept_with_a_mark(roster: Roster, cases: dict[int, Case], told: Facts) -> None:
    header, *rows = table(sheets.drawn_sheet(roster, cases, "slip", told, keeps_all=True))
    assert len(rows) == 9
    assert [row[header.index("抽中")] for row in rows] == ["", "是", "", "是", "", "", "", "", "是"]
    assert [bool(row[header.index("链接")]) for row in rows] == [row[5] == "是" for row in rows]


def test_every_cell_is_text_and_no_formula_runs(config: Config, told: Facts) -> None:
    dangerous = ["=1+1", "+8613900000000", "@SUM(A1)", "-1", "0012", "370602199001011234"]
    roster = Roster("a.csv", as_csv([dangerous], columns=tuple("abcdef")))
    content = sheets.drawn_sheet(roster, {2: make_cases(config, SLUG, 1)[0]}, "sms", told)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert [cell.value for cell in cells[:6]] == dangerous
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_pictures_are_codes_of_the_links(roster: Roster, cases: dict[int, Case], told: Facts) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(sheets.drawn_sheet(roster, cases, "slip", told))).worksheets[0]
    found = {}
    for image in sheet._images:  # type: ignore[attr-defined]  # openpyxl has no other way to its pictures
        (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(image._data())))
        found[image.anchor._from.row + 1] = code.text
    assert found == {row: case.link for row, case in zip((2, 3, 4), cases.values(), strict=True)}


def test_many_rows_have_links_and_no_pictures(
    roster: Roster, cases: dict[int, Case], told: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_PICTURES", 2)
    content = sheets.drawn_sheet(roster, cases, "slip", told)
    assert not openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]._images  # type: ignore[attr-defined]
    assert [row[7] for row in table(content)[1:]] == [case.link for case in cases.values()]


@pytest.mark.parametrize(
    ("channel", "columns"), [("sms", ["短信内容", "短信条数"]), ("mail", ["邮件标题", "邮件正文"])]
)
def test_message_columns_are_ready_for_a_mail_merge(
    channel: str, columns: list[str], roster: Roster, cases: dict[int, Case], told: Facts
) -> None:
    header, first, *_ = table(sheets.drawn_sheet(roster, cases, channel, told))
    assert header[9:] == columns
    assert cases[3].link in first[9] + first[10]
    assert all(first[9:])


def test_a_sheet_with_codes_is_not_drawn_from(roster: Roster, cases: dict[int, Case], told: Facts) -> None:
    again = Roster("drawn.xlsx", sheets.drawn_sheet(roster, cases, "slip", told))
    with pytest.raises(CodesInRosterError, match="链接"):
        sheets.check_columns(again, "slip")


def test_a_sheet_that_comes_back_is_read_whatever_its_columns_are_called(
    roster: Roster, cases: dict[int, Case], told: Facts
) -> None:
    content = sheets.drawn_sheet(roster, cases, "slip", told)
    header, *rows = table(content)
    renamed = as_csv([*rows[::-1], ["没有码的行", *[""] * 8]], columns=["随便"] * len(header))
    for back in (Roster("drawn.xlsx", content), Roster("back.csv", renamed)):
        found = sheets.returned(back, SLUG)
        assert {one.hash for one in found} == {case.hashes.link for case in cases.values()}
        assert {sheets.label_of(one) for one in found} == {case.label for case in cases.values()}


def test_a_sheet_of_another_survey_or_with_a_link_twice_is_refused(
    roster: Roster, cases: dict[int, Case], told: Facts
) -> None:
    content = sheets.drawn_sheet(roster, cases, "slip", told)
    with pytest.raises(NoCodesError):
        sheets.returned(Roster("a.xlsx", content), "zhifu-202")
    header, first, *_ = table(content)
    with pytest.raises(UnreadableFileError):
        sheets.returned(Roster("a.csv", as_csv([first, first], columns=header)), SLUG)


def test_a_reissued_sheet_differs_in_its_codes_alone(
    config: Config, roster: Roster, cases: dict[int, Case], told: Facts
) -> None:
    sheet = Roster("drawn.xlsx", sheets.drawn_sheet(roster, cases, "sms", told))
    rows = sheets.returned(sheet, SLUG)[1:]
    new = make_cases(config, SLUG, 2)
    before, after = (
        table(content)
        for content in (bytes(sheet.source), sheets.reissued_sheet(sheet, list(zip(rows, new, strict=True)), "sms", told))
    )  # fmt: skip
    assert after[0] == before[0]
    for old, fresh, case in zip(before[2:], after[1:], new, strict=True):
        assert fresh[:5] == old[:5]
        assert fresh[5:8] == [case.label, case.typed, case.link]
        assert case.link in fresh[9]
        assert old[7] not in "".join(fresh)


def test_rows_are_named_by_number_or_by_case(roster: Roster, cases: dict[int, Case], told: Facts) -> None:
    rows = sheets.returned(Roster("a.xlsx", sheets.drawn_sheet(roster, cases, "slip", told)), SLUG)
    label = sheets.label_of(rows[2])
    for only in (f"2-3，{label.lower()}", f"2 3 {label}", "2-4"):
        assert [one.row.number for one in rows if sheets.chosen(only)(one)] == [2, 3, 4]
    with pytest.raises(ValueError, match="abc"):
        sheets.chosen("2,abc")
    with pytest.raises(ValueError, match="4-2"):
        sheets.chosen("4-2")
