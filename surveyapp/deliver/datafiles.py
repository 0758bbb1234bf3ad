"""The data as files of other programs: csv, SPSS, Stata and parquet, all by the columns of `columns`.

csv and parquet are written as the rows are read. SPSS and Stata files are made from a table in memory, which takes 8 bytes for
each number and the length of each text: 100,000 questionnaires of 30 items some 150 MB.
"""

from __future__ import annotations

import codecs
import csv
import io
from array import array
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from questionnaires.model import NumberItem, Questionnaire
from surveyapp.deliver.cells import fitting, legible
from surveyapp.deliver.columns import Column, data_columns
from surveyapp.deliver.rows import Answered, Cell, Order, Row, cell, csv_cell, data_rows

ENCODINGS = ("utf-8", "gb18030")
BATCH = 20_000
LINES = 500
"""How many lines of csv leave together."""

_SPSS_TEXT, _SPSS_LABEL, _SPSS_VALUE, _SPSS_TITLE = 32_767, 255, 120, 64
"""The longest texts in bytes: an answer, a variable's label, a value's label, the file's."""
_STATA_TEXT, _STATA_LABEL, _STATA_VALUE = 2_000_000_000, 80, 32_000
"""The longest answer in bytes, variable's label in characters, value's label in bytes."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPSS_MADE = 92
"""Where an SPSS file's header says when it was made: the day, then the time."""
_STATA_MADE = b"<timestamp>\x11"


class ParquetMissingError(Exception):
    """Parquet files need a library that is not installed with this program."""

    zh = "parquet 文件需要另装：pip install 'surveyapp[parquet]'；也可改用 csv。"
    en = "parquet files need pip install 'surveyapp[parquet]'; or take csv."

    def __init__(self) -> None:
        super().__init__(self.en)


# --- csv -----------------------------------------------------------------------------------------------------------


def csv_file(
    source: Answered, encoding: str = "utf-8", *, order: Order = "random", open_text: bool = True
) -> Iterator[bytes]:
    """Yield the data as csv, in UTF-8 with a byte order mark or in GB18030; the header comes at once, nothing is held back.

    Without `open_text` it has only what was chosen, not what was written. Raises ValueError for another encoding.
    """
    if encoding not in ENCODINGS:
        raise ValueError(f"encoding ({encoding}) must be one of {', '.join(ENCODINGS)}")
    if encoding == "utf-8":
        yield codecs.BOM_UTF8
    columns = chosen_columns(source, open_text=open_text)
    encoded = io.TextIOWrapper(content := io.BytesIO(), encoding, newline="", write_through=True)
    writer = csv.writer(encoded, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    yield _taken(content)
    rows = data_rows(source, order=order)
    while lines := list(islice(rows, LINES)):
        writer.writerows(_csv_row(columns, row, source.questionnaire) for row in lines)
        yield _taken(content)


def _csv_row(columns: Sequence[Column], row: Row, questionnaire: Questionnaire) -> list[str]:
    return [csv_cell(column, cell(column, row, questionnaire)) for column in columns]


def _taken(content: io.BytesIO) -> bytes:
    found = content.getvalue()
    content.seek(0)
    content.truncate()
    return found


def chosen_columns(source: Answered, *, open_text: bool) -> tuple[Column, ...]:
    """Return the columns of a source's data, with or without what people wrote."""
    columns = data_columns(source.questionnaire, source.table)
    return columns if open_text else tuple(column for column in columns if not column.is_free)


# --- SPSS ----------------------------------------------------------------------------------------------------------


def sav_file(source: Answered, path: Path, *, order: Order = "random") -> None:
    """Write an SPSS file: numbers with value labels, the kinds of missing answers declared, measure levels."""
    import pyreadstat

    columns = data_columns(source.questionnaire, source.table)
    numeric = [column for column in columns if column.is_numeric]
    pyreadstat.write_sav(
        _frame(source, columns, order, _SPSS_TEXT), path,
        file_label=fitting(_title(source), _SPSS_TITLE), row_compress=True,
        column_labels={c.legal: fitting(legible(c.label), _SPSS_LABEL) for c in columns},
        variable_value_labels={c.legal: _spss_labels(c) for c in numeric},
        missing_ranges={c.legal: [_missing_range(c)] for c in numeric},
        variable_measure={c.legal: c.level for c in columns},
        variable_format={c.legal: _spss_format(source, c) for c in numeric},
        variable_display_width={c.legal: 10 if c.is_numeric else 24 for c in columns},
    )  # fmt: skip
    with path.open("r+b") as file:
        file.seek(_SPSS_MADE)
        file.write(f"{_day(source.day, '%y')}00:00:00".encode())


def _spss_labels(column: Column) -> dict[int | float, str]:
    return {number: fitting(legible(text), _SPSS_VALUE) for number, text in column.value_labels.items()}


def _missing_range(column: Column) -> Any:
    leaving = [column.numbers[code] for code in column.leaving]
    return {"lo": min([column.missing.blank, *leaving]), "hi": column.missing.not_asked}


def _spss_format(source: Answered, column: Column) -> str:
    item = source.questionnaire.items.get(column.item)
    return f"F{18 + item.decimals}.{item.decimals}" if isinstance(item, NumberItem) else "F8.0"


# --- Stata ---------------------------------------------------------------------------------------------------------


def dta_file(source: Answered, path: Path, *, order: Order = "random") -> None:
    """Write a Stata file (version 14 and later): .a not asked, .b not applicable, .c not answered, .d … off the base."""
    import pyreadstat

    columns = data_columns(source.questionnaire, source.table)
    frame = _frame(source, columns, order, _STATA_TEXT)
    found = {c.legal: _put_letters(frame, c) for c in columns if c.is_numeric}
    pyreadstat.write_dta(
        frame, path, version=14, file_label=_short(_title(source), _STATA_LABEL),
        column_labels={c.legal: _short(legible(c.label), _STATA_LABEL) for c in columns},
        variable_value_labels={c.legal: _stata_labels(c, found[c.legal]) for c in columns if c.is_numeric},
        missing_user_values={name: letters for name, letters in found.items() if letters},
    )  # fmt: skip
    _set_stata_day(path, source.day)


def _put_letters(frame: pd.DataFrame, column: Column) -> list[str]:
    """Put Stata's letters in place of the numbers that mean a missing answer; return those that occur."""
    values = frame[column.legal]
    names = {float(number): letter.removeprefix(".") for number, letter in column.letters.items()}
    gone = values.isin(list(names))
    if gone.any():
        frame[column.legal] = values.astype(object).where(~gone, values.map(names))
    return sorted(set(values[gone].map(names)))


def _stata_labels(column: Column, found: Sequence[str]) -> dict[Any, str]:
    """Return the labels; a letter has one only where it occurs, for Stata's files know letters by their occurrence."""
    letters = {number: letter.removeprefix(".") for number, letter in column.letters.items()}
    named = {letters.get(number, number): text for number, text in column.value_labels.items()}
    return {
        value: fitting(legible(text), _STATA_VALUE)
        for value, text in named.items()
        if not isinstance(value, str) or value in found
    }


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _set_stata_day(path: Path, day: str) -> None:
    """Write the day into the file's header in place of the moment it was made."""
    with path.open("r+b") as file:
        head = file.read(1000)
        place = head.index(_STATA_MADE) + len(_STATA_MADE)
        file.seek(place)
        file.write(f"{_day(day, '%Y', ' ')} 00:00".encode())


# --- a table in memory ---------------------------------------------------------------------------------------------


def number_of(column: Column, found: Cell) -> float:
    """Return the number that stands for a cell in SPSS."""
    gone = column.missing
    if found is None:
        return gone.blank
    if isinstance(found, int):
        return found if found >= 0 else {-1: gone.not_asked}.get(found, gone.not_applicable)
    return float(found) if column.kind == "number" else column.numbers.get(found, gone.blank)


def _frame(source: Answered, columns: Sequence[Column], order: Order, longest: int) -> pd.DataFrame:
    """Return the rows as a table; texts have at most so many bytes."""
    numbers = {c.legal: array("d") for c in columns if c.is_numeric}
    texts: dict[str, list[str]] = {c.legal: [] for c in columns if not c.is_numeric}
    for row in data_rows(source, order=order):
        for column in columns:
            found = cell(column, row, source.questionnaire)
            if column.is_numeric:
                numbers[column.legal].append(number_of(column, found))
            else:
                texts[column.legal].append(_text(column, found, longest))
    return pd.DataFrame({c.legal: _series(c, numbers, texts) for c in columns})


def _series(column: Column, numbers: dict[str, array[float]], texts: dict[str, list[str]]) -> Any:
    if column.is_numeric:
        return np.frombuffer(numbers[column.legal], dtype=float) if numbers[column.legal] else np.empty(0)
    return pd.Series(texts[column.legal], dtype=object)


def _text(column: Column, found: Cell, longest: int) -> str:
    return fitting(legible(found), longest) if isinstance(found, str) else ""


def _title(source: Answered) -> str:
    return legible(source.questionnaire.title.say())


def _day(day: str, year: str, space: str = " ") -> str:
    """Return a day as these files write it, whatever the machine's language: 20 Sep 2023."""
    found = date.fromisoformat(day)
    return f"{found.day:02d} {_MONTHS[found.month - 1]}{space}{found.strftime(year)}"


# --- parquet -------------------------------------------------------------------------------------------------------


def parquet_file(source: Answered, path: Path, *, order: Order = "random") -> None:
    """Write a parquet file: codes as text, 0/1 columns and numbers as numbers. Raises ParquetMissingError."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ParquetMissingError from None
    columns = data_columns(source.questionnaire, source.table)
    kinds = {"choice": pyarrow.int8(), "number": pyarrow.float64()}
    schema = pyarrow.schema(
        pyarrow.field(c.name, kinds.get(c.kind, pyarrow.string()), metadata={"label": legible(c.label)})
        for c in columns
    )
    rows = data_rows(source, order=order)
    with parquet.ParquetWriter(path, schema) as writer:
        while some := list(islice(rows, BATCH)):
            cells = [[_plain(c, cell(c, row, source.questionnaire)) for row in some] for c in columns]
            arrays = [pyarrow.array(found, f.type) for found, f in zip(cells, schema, strict=True)]
            writer.write_table(pyarrow.table(arrays, schema=schema))


def _plain(column: Column, found: Cell) -> str | float | None:
    if column.kind == "choice" or found is None:
        return found
    if column.kind == "number":
        return float(found) if isinstance(found, str) or column.missing.not_asked == found else None
    return legible(str(found))
