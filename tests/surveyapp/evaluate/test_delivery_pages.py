"""The delivery page: every button gives a file that another program opens, with the published figures in it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import docx
import pyreadstat
import pytest
from openpyxl import load_workbook

from surveyapp.deliver.verify import verify
from tests.surveyapp.evaluate.conftest import Evaluator
from tests.surveyapp.sample import SLUG

AT = f"/evaluate/surveys/{SLUG}"


def words(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_report_has_the_published_figures_and_the_house_style(evaluator: Evaluator) -> None:
    answer = evaluator.get(f"{AT}/report.docx?table_from=12&people=补贴人才")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    text = words(answer.data)
    # The annex of the 芝罘 2022 report: rate of valid questionnaires, composite, and what those asked are called.
    assert "94.64%" in text
    assert "85.13%" in text
    assert "补贴人才" in text
    assert (
        ">12</w:t>" in docx.Document(io.BytesIO(answer.data)).element.xml
    )  # the number of the first table's caption


def test_the_report_speaks_english(evaluator: Evaluator) -> None:
    answer = evaluator.get(f"{AT}/report.docx?language=en")
    assert answer.status_code == 200
    assert "85.13%" in words(answer.data)
    assert "Analysis of the questionnaire survey" in words(answer.data)


@pytest.mark.parametrize("wrong", ["table_from=0", "table_from=many", "places=9", f"people={'很' * 21}"])
def test_an_unfit_house_style_is_told_at_its_field(evaluator: Evaluator, wrong: str) -> None:
    answer = evaluator.get(f"{AT}/report.docx?{wrong}")
    assert answer.status_code == 422
    assert "is-invalid" in answer.text or "invalid-feedback" in answer.text


@pytest.mark.parametrize(("name", "said"), [("questionnaire", "您领取的是哪一种补贴"), ("method", "SHA-256")])
def test_the_other_documents_open(evaluator: Evaluator, name: str, said: str) -> None:
    answer = evaluator.get(f"{AT}/{name}.docx")
    assert answer.status_code == 200
    assert said in words(answer.data)


def test_the_workbook_opens(evaluator: Evaluator) -> None:
    answer = evaluator.get(f"{AT}/tallies.xlsx")
    assert answer.status_code == 200
    assert {"得分", "统计表", "数据（编码）", "编码手册"} <= set(
        load_workbook(io.BytesIO(answer.data)).sheetnames
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_rows_come_in_either_encoding(evaluator: Evaluator, encoding: str) -> None:
    answer = evaluator.get(f"{AT}/data.csv?encoding={encoding}")
    lines = list(csv.DictReader(io.StringIO(answer.data.decode(encoding).lstrip("\ufeff"))))
    assert len(lines) == 56
    assert evaluator.get(f"{AT}/data.csv?encoding=latin-1").status_code == 404


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_the_files_of_statistics_programs_open(evaluator: Evaluator, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"data.{kind}"
    path.write_bytes(evaluator.get(f"{AT}/data.{kind}").data)
    read: Any = getattr(pyreadstat, f"read_{kind}")
    frame, _ = read(path)
    assert len(frame) == 56


def test_the_pack_verifies(evaluator: Evaluator, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(evaluator.get(f"{AT}/pack.zip").data)
    assert verify(path).is_same


def test_the_page_says_that_an_open_survey_is_not_final(evaluator: Evaluator) -> None:
    assert "调查尚未结束" in evaluator.page("delivery")
    evaluator.post(f"{AT}/state", state="closed")
    assert "调查尚未结束" not in evaluator.page("delivery")
