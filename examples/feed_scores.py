"""Puts a survey's scores into another program's score sheet, csv or xlsx. 把调查得分填入别的程序的评分表。

The sheet has a column with the indicators' ids and a column for the scores; both are found by their headings, and every
other cell stays as it is. Nothing is written unless every indicator named in the sheet has a score.

    export SURVEYAPP_TOKEN=gs_…                     # surveyapp token add scoresheet --survey zhifu-2022
    python examples/feed_scores.py https://survey.example.org zhifu-2022 scores.xlsx --out scores-filled.xlsx

    指标编号      指标名称      分值   得分    依据
    satisfaction  群众满意度    10     8.5     85.13% (82.90%–87.12%), n=53
    awareness     政策知晓率    5      4.3     …

By default the score is written as the report prints it (8.5); `--exact` writes it at full precision. 依据 (basis) and 数据指纹
(data hash) are filled where the sheet has such columns. Another language's headings: `--id-column`, `--score-column`.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from openpyxl import load_workbook

from surveyapp.client import Client, ClientError, Score, Scores

Cell = str | float | None
Put = Callable[[int, int, Cell], None]
"""Writes a value into a row and column, both from 0."""


class SheetError(Exception):
    """The sheet cannot be filled; says why."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The headings of the columns that are read and written."""

    id: str
    score: str
    basis: str
    data_hash: str


def main() -> int:
    """Run the script; the exit status is 0 if the sheet was written."""
    given = arguments()
    columns = Columns(
        id=given.id_column, score=given.score_column, basis=given.basis_column, data_hash=given.hash_column
    )
    try:
        scores = Client(given.url, given.token).indicators(given.survey)
        filled = fill(given.sheet, given.out, scores, columns, exact=given.exact)
    except (ClientError, SheetError, OSError) as error:
        print(f"nothing was written: {error}", file=sys.stderr)
        return 1
    state = "final" if scores.is_final else f"not final: the survey is {scores.state}"
    print(f"{filled} scores written to {given.out} ({state}; data {scores.data_hash[:12]})")
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line; the token comes from the environment, where no list of processes shows it."""
    parser = argparse.ArgumentParser(description="Put a survey's scores into a score sheet (csv or xlsx).")
    parser.add_argument("url", help="the server's address")
    parser.add_argument("survey", help="the survey's id")
    parser.add_argument("sheet", type=Path, help="the sheet to fill, .csv (UTF-8) or .xlsx")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--id-column", default="指标编号")
    parser.add_argument("--score-column", default="得分")
    parser.add_argument("--basis-column", default="依据")
    parser.add_argument("--hash-column", default="数据指纹")
    parser.add_argument("--exact", action="store_true", help="scores at full precision, not as printed")
    parser.set_defaults(token=os.environ.get("SURVEYAPP_TOKEN", ""))
    return parser.parse_args()


def fill(sheet: Path, out: Path, scores: Scores, columns: Columns, *, exact: bool = False) -> int:
    """Fill a sheet and return how many scores were written. Raises SheetError."""
    if out.exists() and out.samefile(sheet):
        raise SheetError("--out must be another file than the sheet")
    if sheet.suffix.lower() == ".csv":
        return _fill_csv(sheet, out, scores, columns, exact=exact)
    if sheet.suffix.lower() == ".xlsx":
        return _fill_xlsx(sheet, out, scores, columns, exact=exact)
    raise SheetError(f"{sheet.name} is neither .csv nor .xlsx")


def _fill_csv(sheet: Path, out: Path, scores: Scores, columns: Columns, *, exact: bool) -> int:
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))

    def put(row: int, column: int, value: Cell) -> None:
        lines[row].extend([""] * (column + 1 - len(lines[row])))
        lines[row][column] = "" if value is None else str(value)

    filled = _fill(lines, put, scores, columns, exact=exact)
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(lines)
    return filled


def _fill_xlsx(sheet: Path, out: Path, scores: Scores, columns: Columns, *, exact: bool) -> int:
    book = load_workbook(sheet)
    page = book.active
    if page is None:
        raise SheetError(f"{sheet.name} has no sheet")
    lines = [["" if cell is None else str(cell) for cell in row] for row in page.iter_rows(values_only=True)]

    def put(row: int, column: int, value: Cell) -> None:
        page.cell(row=row + 1, column=column + 1, value=value)

    filled = _fill(lines, put, scores, columns, exact=exact)
    book.save(out)
    return filled


def _fill(lines: Sequence[Sequence[str]], put: Put, scores: Scores, columns: Columns, *, exact: bool) -> int:
    head = next((row for row, line in enumerate(lines) if columns.id in line and columns.score in line), None)
    if head is None:
        raise SheetError(f"no line has the headings {columns.id} and {columns.score}")
    places = {name: column for column, name in enumerate(lines[head])}
    wanted = [
        (row, line[places[columns.id]].strip()) for row, line in enumerate(lines) if row > head and _has(line, places[columns.id])
    ]  # fmt: skip
    found = {row: _score(scores, id) for row, id in wanted}
    for row, score in found.items():
        put(row, places[columns.score], _points(score, exact=exact))
        if columns.basis in places:
            put(row, places[columns.basis], basis(score))
        if columns.data_hash in places:
            put(row, places[columns.data_hash], scores.data_hash)
    return len(found)


def _has(line: Sequence[str], column: int) -> bool:
    return len(line) > column and bool(line[column].strip())


def _score(scores: Scores, id: str) -> Score:
    score = scores.by_id.get(id)
    if score is None:
        raise SheetError(f"the survey has no indicator {id}; it has {', '.join(scores.by_id)}")
    if score.score is None:
        raise SheetError(f"{id} has no score yet ({score.undecided or 'no answers'})")
    return score


def _points(score: Score, *, exact: bool) -> float | None:
    return score.score if exact or score.reported is None else float(score.reported)


def basis(score: Score) -> str:
    """Say what a score rests on: the measure's value, its interval and the base."""
    if score.value is None:
        return ""
    between = "–".join(map(percent, score.value_interval or ()))
    value = f"{percent(score.value)} ({between})" if between else percent(score.value)
    return f"{value}, n={score.n}"


def percent(share: float) -> str:
    """Print a share as the report does: two places, half-up (四舍五入)."""
    return f"{(Decimal(repr(share)) * 100).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


if __name__ == "__main__":
    sys.exit(main())
