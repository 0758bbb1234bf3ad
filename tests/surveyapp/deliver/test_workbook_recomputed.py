"""LibreOffice computes every formula anew: points, rates and tallies are those that report, JSON, csv and SPSS file have."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from analysis import Fieldwork, Pattern, PatternTable, evaluate
from questionnaires.build import load_good
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Questionnaire
from surveyapp.deliver.columns import data_columns
from surveyapp.deliver.datafiles import csv_file, sav_file
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.workbook import workbook
from surveyapp.present import as_dict, half_up
from surveyapp.rows import read_rows
from tests.analysis.random_surveys import Survey, surveys
from tests.surveyapp.deliver.makings import Given, converted, made
from tests.surveyapp.sample import LIBRARY


def printed(value: object, places: int) -> str:
    return half_up(Fraction(repr(value)), places)


def of_page(book: Workbook, sheet: str, head: str) -> list[Any]:
    """Return a column's cells below its heading in row 3."""
    page = book[sheet]
    at = [cell.value for cell in page[3]].index(head)
    return [row[at].value for row in page.iter_rows(min_row=4)]


def indicator_rows(book: Workbook) -> list[tuple[Any, Any]]:
    """Return name and points of every indicator, without their parts and without the total."""
    rows = zip(of_page(book, "得分", "指标"), of_page(book, "得分", "得分"), strict=True)
    return [(n, s) for n, s in rows if n and not str(n).startswith(("　", "合计"))]


def check_scores(book: Workbook, source: Dossier) -> None:
    report = source.report
    told = as_dict(report)["indicators"]
    found = indicator_rows(book)
    assert len(found) == len(told)
    for (_name, score), one in zip(found, told.values(), strict=True):
        expected = one["reported"] if one["reported"] is not None else "—"
        assert (score if score == "—" else printed(score, report.score_places)) == expected


def check_tallies(book: Workbook, source: Dossier) -> None:
    codes, counts = of_page(book, "各题", "选项编码"), of_page(book, "各题", "人数")
    items, shares = of_page(book, "各题", "题目编号"), of_page(book, "各题", "占比")
    for item, code, count, share in zip(items, codes, counts, shares, strict=True):
        found = source.report.items[item]
        assert count == found.counts.get(str(code), 0)
        exact = found.shares.get(str(code))
        assert share == "—" if exact is None else share == pytest.approx(float(exact), abs=1e-12)


def some_of(survey: Survey) -> list[Given]:
    """Return the rows of a random survey one by one, a few where there are very many."""
    return [
        Given(
            closed=row.closed, stratum=row.stratum or None, channel=row.channel, validity=row.validity,
            flags=row.flags, version=row.version,
        )
        for row in survey.rows
        for _ in range(min(row.count, 7))
    ]  # fmt: skip


@given(survey=surveys(), graded=st.sampled_from(["好", "差", ""]))
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
def test_libreoffice_computes_what_the_report_says(
    tmp_path_factory: pytest.TempPathFactory, survey: Survey, graded: str
) -> None:
    entered = {"sum.two": graded} if graded else {}
    source = made(survey.questionnaire, some_of(survey), entered)
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    workbook(source, path)
    book = load_workbook(converted(path, "xlsx"), data_only=True)
    check_scores(book, source)
    check_tallies(book, source)
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "e"]


SHAPES = {
    "zhifu-2022": {"growth": ["12", "4.999999"], "budget_execution": ["101.5", "104", "49"]},
    "huoju-2021": {},
    "longgang-2018-2020": {},
    "yantian-2024": {},
    "zengcheng-2023": {},
}


@pytest.mark.parametrize("slug", SHAPES)
def test_libreoffice_scores_every_shape_of_rule(slug: str, tmp_path: Path) -> None:
    questionnaire = load_good(LIBRARY / f"{slug}.yaml")
    codes = {i: questionnaire.options(i)[0].code for i in questionnaire.closed_items}
    rows = [
        Given(closed={i: _code(questionnaire, i, (n + k) % 3) for k, i in enumerate(codes)})
        for n in range(11)
    ]
    for number in range(max(1, *(len(values) for values in SHAPES[slug].values()), 1)):
        entered = {name: values[number % len(values)] for name, values in SHAPES[slug].items()}
        source = made(questionnaire, rows, entered)
        workbook(source, tmp_path / f"{number}.xlsx")
        check_scores(load_workbook(converted(tmp_path / f"{number}.xlsx", "xlsx"), data_only=True), source)


def _code(questionnaire: Questionnaire, item: str, at: int) -> str | list[str]:
    options = questionnaire.options(item)
    code = options[at % len(options)].code
    return [code] if questionnaire.items[item].kind == "multiple" else code


@given(survey=surveys())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_csv_and_spss_never_disagree_with_the_report(
    tmp_path_factory: pytest.TempPathFactory, survey: Survey
) -> None:
    source = made(survey.questionnaire, _clean(survey))
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.csv").write_bytes(b"".join(csv_file(source)))
    rows = read_rows(folder / "a.csv", survey.questionnaire)
    assert rows.problems == []
    again = evaluate(survey.questionnaire, _versions(rows.table), Fieldwork())
    told, expected = (
        as_dict(again),
        as_dict(evaluate(survey.questionnaire, _versions(source.table), Fieldwork())),
    )
    assert json.dumps(told, sort_keys=True) == json.dumps(expected, sort_keys=True)
    sav_file(source, folder / "a.sav")
    frame, _about = pyreadstat.read_sav(folder / "a.sav", user_missing=True)
    valid = frame[frame["meta_invalid"] == ""] if len(frame) else frame
    for column in data_columns(source.questionnaire, source.table):
        if column.item and column.is_numeric:
            _same_counts(source, column, valid[column.legal].tolist())


def _same_counts(source: Dossier, column: Any, values: list[float]) -> None:
    counts = source.report.items[column.item].counts
    if column.kind == "choice":
        assert values.count(1) == counts.get(column.code, 0)
        return
    for code, number in column.numbers.items():
        if source.questionnaire.option(column.item, code):
            assert values.count(number) == counts.get(code, 0)


def _clean(survey: Survey) -> list[Given]:
    """Return rows as a store holds them: codes that the definition has, in its order."""
    return [
        Given(
            closed={i: a for i in survey.questionnaire.items if (a := _known(survey, i, one)) is not None},
            stratum=one.stratum if one.stratum in ("N", "S") else None, channel=one.channel or "link", validity=one.validity,
            flags=one.flags,
        )
        for one in some_of(survey)
    ]  # fmt: skip


def _known(survey: Survey, item: str, one: Given) -> str | list[str] | None:
    answer = one.closed.get(item)
    codes = survey.questionnaire.codes[item]
    if answer is None or answer in (NOT_ASKED, NOT_APPLICABLE):
        return answer if isinstance(answer, str) else None
    if isinstance(answer, str):
        return answer if answer in codes else None
    chosen = [option.code for option in survey.questionnaire.options(item) if option.code in answer]
    return chosen or None


def _versions(table: PatternTable) -> PatternTable:
    """Return a table without what a rows file does not carry over: nothing but the order of its rows."""
    return PatternTable.of(Pattern(**vars_of(row)) for row in table.rows)


def vars_of(row: Pattern) -> dict[str, Any]:
    names = ("answers", "count", "stratum", "version", "channel", "validity", "flags")
    return {name: getattr(row, name) for name in names}
