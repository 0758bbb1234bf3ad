"""Stores what was judged: all of it in one transaction, or nothing; and writes rejected rows into a workbook."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

from questionnaires.problems import Words
from surveyapp.deliver.cells import cell_text
from surveyapp.deliver.sheets import OPTIONS
from surveyapp.importing.judge import Good, Judged
from surveyapp.importing.mapping import ColumnMapping
from surveyapp.importing.table import Table
from surveyapp.store import Outcome, Store

REASON = "为什么没有导入 Why it was rejected"
LINE = "原行号 Row"

_REFUSED = {
    Outcome.CONFLICT: Words(
        "刚才有人导入了同编号、内容不同的答卷", "an answer of this number has just been imported"
    ),
    Outcome.CODE_USED: Words("答题码刚刚用掉", "its access code has just been used"),
    Outcome.CODE_VOID: Words("答题码刚刚作废", "its access code has just been made void"),
    Outcome.CODE_UNKNOWN: Words("没有这个答题码", "there is no such access code"),
}


@dataclass(frozen=True, kw_only=True)
class Committed:
    """What became of an import."""

    stored: int
    already: int
    refused: Sequence[tuple[int, Words]] = ()
    """Lines and reasons where something changed since the rows were judged; then nothing was stored."""


def commit(store: Store, slug: str, judged: Judged) -> Committed:
    """Store the good rows, all or none, in an order that tells nothing of the file's."""
    chosen: list[Good] = random.SystemRandom().sample(judged.good, len(judged.good))
    outcomes = store.submit_all([good.submission for good in chosen]) if chosen else []
    refused = [
        (good.line, _REFUSED[outcome])
        for good, outcome in zip(chosen, outcomes, strict=True)
        if outcome in _REFUSED
    ]
    if refused:
        return Committed(stored=0, already=len(judged.already), refused=sorted(refused))
    store.release(slug)
    if (survey := store.survey(slug)) and survey.state == "closed":
        store.finish(slug)  # nothing waits in a closed survey, whose results are exact
    stored = outcomes.count(Outcome.STORED)
    return Committed(stored=stored, already=len(judged.already) + len(outcomes) - stored)


def rejected_workbook(table: Table, mapping: ColumnMapping, judged: Judged, language: str = "zh") -> bytes:
    """Return the rejected rows with their reasons, as a workbook that can be corrected and imported; no personal data."""
    reasons: dict[int, list[str]] = {}
    for problem in judged.problems:
        what, do = (problem.what.en, problem.do.en) if language == "en" else (problem.what.zh, problem.do.zh)
        place = f"{problem.column}: " if problem.column else ""
        reasons.setdefault(problem.line, []).append(f"{place}{what} ({do})")
    kept = [c.number - 1 for c in mapping.columns if not c.is_personal]
    rows = [
        [*(row[place] if place < len(row) else "" for place in kept), str(line), "\n".join(reasons[line])]
        for line, row in zip(table.lines, table.rows, strict=True)
        if line in reasons
    ]
    return _workbook([*(table.header[place] for place in kept), LINE, REASON], rows)


def _workbook(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        sheet, bold, wrapped = (
            book.add_worksheet(),
            book.add_format({"bold": True}),
            book.add_format({"text_wrap": True}),
        )
        for column, name in enumerate(header):
            sheet.write_string(0, column, cell_text(name), bold)
        for line, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(line, column, cell_text(text), wrapped if column == len(row) - 1 else None)
        sheet.set_column(len(header) - 1, len(header) - 1, 70)
        sheet.freeze_panes(1, 0)
    return content.getvalue()
