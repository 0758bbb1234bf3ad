"""What the tests of Word documents share: dossiers without a store, and documents as a reader meets them."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any
from zipfile import ZipFile

import docx
from docx.document import Document
from docx.table import Table

from analysis import Fieldwork, Pattern, PatternTable, Report, Tallies, evaluate
from questionnaires.model import Questionnaire
from surveyapp.deliver.dossier import Dossier
from surveyapp.store import StoredResponse, Survey

DAY = "2023-10-11"


def dossier_of(
    questionnaire: Questionnaire,
    rows: Iterable[Pattern] = (),
    fieldwork: Fieldwork | None = None,
    *,
    words: Iterable[str] = (),
    report: Report | None = None,
    tallies: Tallies | None = None,
) -> Dossier:
    """Return the dossier of a closed survey; `words` are the open texts (JSON) of its responses, one each."""
    table = PatternTable(tuple(rows))
    given = list(words)
    return Dossier(
        survey=Survey(
            slug=questionnaire.id, state="closed", version=questionnaire.version, opens_on=None, closes_on=None,
            open_link=False, distributed=None, closed_at=0,
        ),
        questionnaire=questionnaire, source="", table=table, day=DAY,
        report=report or evaluate(questionnaire, tallies or table, fieldwork or Fieldwork()),
        responses=lambda: _responses(questionnaire, given),
    )  # fmt: skip


def _responses(questionnaire: Questionnaire, words: Iterable[str]) -> Iterator[StoredResponse]:
    for number, text in enumerate(words):
        yield StoredResponse(
            id=f"{number:032x}", survey=questionnaire.id, version="", channel="", stratum=None, validity="",
            flags="", answers="{}", open_text=text, day=DAY,
        )  # fmt: skip


def opened(content: bytes) -> Document:
    """Open a document as a reader of docx does."""
    return docx.Document(io.BytesIO(content))


def part(content: bytes, name: str) -> str:
    """Return one part of the file as text."""
    with ZipFile(io.BytesIO(content)) as file:
        return file.read(name).decode()


def paragraphs(document: Document) -> list[str]:
    """Return the paragraphs with what their fields show."""
    return ["".join(t.text or "" for t in p._p.iter(f"{W}t")) for p in document.paragraphs]


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def cells(table: Table) -> list[list[str]]:
    """Return a table's cells by row; one over several columns stands once."""
    return [["".join(t.text or "" for t in tc.iter(f"{W}t")) for tc in row._tr.tc_lst] for row in table.rows]


def everything(document: Document) -> str:
    """Return all text of a document, in paragraphs and tables."""
    return "\n".join([*paragraphs(document), *("\t".join(row) for t in document.tables for row in cells(t))])


PERCENT = re.compile(r"(?<![\d.])\d+(?:\.\d+)?%")


def numbers_in(found: Any) -> Iterator[Fraction | float]:
    """Yield every figure that stands anywhere in a report."""
    if isinstance(found, Fraction | float):
        yield found
    elif is_dataclass(found) and not isinstance(found, type):
        for one in fields(found):
            yield from numbers_in(getattr(found, one.name))
    elif isinstance(found, dict) or hasattr(found, "items"):
        for value in found.values():
            yield from numbers_in(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from numbers_in(value)
