"""Text that breaks files, through every format and read again by other programs: equal, or cleaned so that one sees it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pandas
import pyreadstat
import pytest
from openpyxl import load_workbook

from questionnaires.model import Questionnaire
from surveyapp.deliver.blank import blank_questionnaire
from surveyapp.deliver.cells import SUBSTITUTE, cell_text, legible
from surveyapp.deliver.datafiles import csv_file, dta_file, parquet_file, sav_file
from surveyapp.deliver.method import method_statement
from surveyapp.deliver.wordreport import analysis_report
from surveyapp.deliver.workbook import workbook
from surveyapp.rows import unguarded
from tests.surveyapp.deliver.makings import Given, converted, made

TRAPS = (
    "=cmd()", "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "'=1", "' =1", '"=1"',
    '=HYPERLINK("http://e.com")', "\x0b", "a\x00b", "\x1b[31m红", "a\x7fb\x9fc", "\ufffe", "\uffff", "\ud800", "\udfff",
    "家\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U00020bb7野家", "\U0001f1e8\U0001f1f3\U0001f3f3\ufe0f\u200d\U0001f308",
    "é e\u0301", "\u202eabc\u202c", "a\u200bb", "\ufeffbom", "第一行\n第二行", "a\r\nb", "a\u2028b", "_x0041_", "<b>&amp;</b>",
    "]]>", "{{ 7*7 }}", "；;，,|\t", "http://e.com", "NULL", "NaN", "1e5", "0012", "2026-01-01",
    "\ufdfa", "Z\u0337\u0300\u034c\u0308",
    "長" * 300,
)  # fmt: skip
LONG = "长" * 40_000


def test_there_are_at_least_forty() -> None:
    assert len(set(TRAPS)) >= 40


def trapped(text: str) -> Questionnaire:
    """Return a questionnaire with a text in every place that has words."""
    options = [
        {"code": "A", "label": text or "x", "value": "100"},
        {"code": "B", "label": "坏", "value": "0", "comment": "请说明"},
    ]
    items = [
        {"id": "q", "kind": "single", "text": text, "options": options},
        {"id": "m", "kind": "multiple", "text": text, "options": options},
        {"id": "n", "kind": "number", "text": "几", "minimum": "0"},
        {"id": "t", "kind": "text", "text": "意见"},
    ]
    strata = {"size": 100, "stratum_item": "q", "strata": {"A": 50, "B": 50}}
    measure = {"title": text, "kind": "satisfaction_score", "items": ["q"]}
    rule = [{"below": "90", "then": {"proportional_to": "100"}}, {"at_least": "90", "then": "full"}]
    return Questionnaire.model_validate(
        {
            "id": "trap", "title": text, "organiser": "局", "purpose": "试", "population": strata,
            "sections": [{"id": "a", "title": "一", "items": items}], "measures": {"s": measure},
            "indicators": {"i": {"title": text, "wording": text, "points": "10", "measure": "s", "branches": rule}},
        }
    )  # fmt: skip


def seen(text: str) -> str:
    """Return what may be shown of a text: itself, with a mark for what no file holds."""
    return legible(text)


def usable(text: str) -> str:
    """Return a text as a definition takes it: not blank, no lone surrogates, not too long."""
    return text.encode(errors="replace").decode().strip()[:3000] or "空"


@pytest.mark.parametrize("trap", TRAPS, ids=ascii)
def test_csv_holds_the_text_and_nothing_runs(trap: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        content = b"".join(csv_file(dossier_of(trap), encoding)).decode(encoding).removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(content, newline="")))
        (words,) = [row["t"] for row in rows if row["t"]]
        (comment,) = [row["q.text"] for row in rows if row["q.text"]]
        assert not words.startswith(tuple("=+-@\t\r＝＋－＠"))
        # an apostrophe that was typed before such a sign cannot be told from the one that guards it
        assert unguarded(words) == unguarded(comment) == unguarded(seen(trap))


def dossier_of(trap: str) -> Any:
    """Return the dossier of a trap; where a definition takes no such words, only the answers hold it."""
    storable = trap.encode(errors="replace").decode()  # no store takes lone surrogates
    given = [
        Given(closed={"q": "A", "m": ["A"]}, words={"t": trap, "n": "3"}),
        Given(
            closed={"q": "B", "m": ["B"]}, words={"q.text": trap, "m.text": trap}, stratum="B",
            validity=storable, channel=storable,
        ),
        Given(closed={"q": "-1", "m": "-2"}, stratum=storable, flags=storable),
    ]  # fmt: skip
    return made(trapped(usable(trap)), given)


@pytest.mark.parametrize("trap", [*TRAPS, LONG], ids=lambda t: ascii(t[:12]))
def test_a_workbook_holds_the_text_and_no_cell_of_words_is_a_formula(trap: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook(dossier_of(trap), path)
    book = load_workbook(path)
    page = book["数据（编码）"]
    heads = [cell.value for cell in page[1]]
    cells = [row[heads.index("t")] for row in page.iter_rows(min_row=2)]
    (words,) = [cell for cell in cells if cell.value is not None]
    assert words.data_type == "s"
    expected = cell_text(trap).replace(
        "_x0041_", "_x005F_x0041_"
    )  # openpyxl leaves this escape of Excel's as it stands
    assert words.value == expected
    assert {
        cell.data_type for name in ("数据（编码）", "数据（文字）") for row in book[name] for cell in row
    } <= {"s", "n"}
    formulas = [
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert formulas
    assert not any("cmd" in text or "HYPERLINK" in text for text in formulas)
    if trap is LONG:
        assert str(words.value).endswith("…（共 40000 字，已截断）")


@pytest.mark.parametrize("trap", [*TRAPS, LONG], ids=lambda t: ascii(t[:12]))
def test_spss_stata_and_parquet_hold_the_text(trap: str, tmp_path: Path) -> None:
    source, text = dossier_of(trap), seen(trap)
    sav_file(source, tmp_path / "a.sav", order="content")
    dta_file(source, tmp_path / "a.dta", order="content")
    parquet_file(source, tmp_path / "a.parquet", order="content")
    for name, words in _words(tmp_path):
        if trap is LONG and name == "sav":
            assert words.endswith("…（共 40000 字，已截断）")
            assert len(words.encode()) <= 32_767
        else:
            assert words == (text.rstrip(" ") if name == "sav" else text), name
            assert SUBSTITUTE in words or words.rstrip(" ") == text.rstrip(" ")


def _words(folder: Path) -> Iterator[tuple[str, str]]:
    frames = {
        "sav": pyreadstat.read_sav(folder / "a.sav")[0],
        "dta": pyreadstat.read_dta(folder / "a.dta")[0],
        "parquet": pandas.read_parquet(folder / "a.parquet"),
    }
    for name, frame in frames.items():
        (words,) = [text for text in frame["t"].dropna() if text]
        yield name, words


def test_libreoffice_reads_every_trap_as_text(tmp_path: Path) -> None:
    given = [Given(closed={"q": "A"}, words={"t": trap}) for trap in TRAPS]
    path = tmp_path / "a.xlsx"
    workbook(made(trapped("题目"), given), path)
    place = load_workbook(path).sheetnames.index("数据（编码）") + 1
    shown = converted(
        path, f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{place}"
    )
    rows = list(csv.DictReader(io.StringIO(shown.read_text(encoding="utf-8-sig"), newline="")))
    found = {row["t"] for row in rows}
    assert {_plain(trap) for trap in TRAPS} <= {_plain(text) for text in found}


def _plain(text: str) -> str:
    return legible(text).replace("\u2028", "\n").strip()


@pytest.mark.parametrize("trap", [*TRAPS, LONG], ids=lambda t: ascii(t[:12]))
def test_word_documents_open_whatever_is_written(trap: str) -> None:
    dossier = dossier_of(trap)
    blank = blank_questionnaire(dossier.questionnaire, day=dossier.day)
    kept = cell_text(trap)[:20].strip()
    for content in (analysis_report(dossier), blank, method_statement(dossier)):
        text = "".join(docx.Document(io.BytesIO(content)).element.itertext())
        assert "\x0b" not in text
        assert len(text) > 100
    if kept.isalnum():
        assert kept in "".join(docx.Document(io.BytesIO(blank)).element.itertext())
