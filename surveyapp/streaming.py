"""Reads rows files of any length: equal rows are counted first, then each distinct row is judged once.

csv is read line by line; parquet column by column, by DuckDB where it is installed (`pip install 'surveyapp[scale]'`).
What reading cannot tell apart for a pattern is made equal before counting: the words of free text, and seconds beyond every speed
rule. Memory grows with the distinct rows, not with all. The result is that of `rows.read_rows`, file by file.
"""

from __future__ import annotations

import csv
import gc
import math
import re
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from analysis import Pattern, PatternTable
from analysis.streaming import count_joint, has_repeats
from analysis.validity import duplicate_effects
from questionnaires.accept import LONGEST_COMMENT
from questionnaires.model import Questionnaire, TextItem, TooFast
from questionnaires.problems import Problem
from surveyapp.rows import RowReader, Rows, UnreadableFileError, cell_text, cells, read_rows

Found = TypeVar("Found")
Cells = tuple[str, ...]
Tell = Callable[[int], object]
"""Told how many bytes of the files have been read since it was told last."""

BATCH = 1 << 20
_WORD = re.compile("[0-9A-Za-z\u4e00-\u9fff]")
_SOME_TEXT = "…"
_TEXT_GROWS = 3
"""Composing characters (NFC) makes a text at most so many times longer."""


def read_all(paths: Sequence[Path], questionnaire: Questionnaire, tell: Tell = lambda read: None) -> Rows:
    """Read several rows files as one. Raises UnreadableFileError and OSError.

    The tables add up to that of all rows in one file; an `_id` must be unique within its file.
    """
    read = [_read(path, questionnaire, tell) for path in paths]
    if len(read) == 1:
        return read[0]
    patterns = [row for one in read for row in one.table.rows]
    return Rows(PatternTable.of(patterns), [problem for one in read for problem in one.problems])


def read_with_bar(paths: Sequence[Path], questionnaire: Questionnaire, label: str = "") -> Rows:
    """Read several rows files with a progress bar on the terminal's standard error; nothing into a pipe."""
    stream = sys.stderr
    size = sum(path.stat().st_size for path in paths)
    with click.progressbar(length=size, label=label, file=stream, hidden=not stream.isatty()) as bar:
        return read_all(paths, questionnaire, bar.update)


def _read(path: Path, questionnaire: Questionnaire, tell: Tell) -> Rows:
    size = path.stat().st_size
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm") or duplicate_effects(questionnaire):
        # a sheet is short, and which row repeats an earlier `_id` shows only row by row
        found = read_rows(path, questionnaire)
        tell(size)
        return found
    header = _header(path, suffix)
    reader = RowReader(file=str(path), questionnaire=questionnaire, header=header)
    reader.check_header()
    if reader.problems:
        return Rows(PatternTable(()), reader.problems)
    alike = _Alike.of(questionnaire, header)
    count = _count_sound_parquet if suffix == ".parquet" else _count_csv
    counts, ids_may_repeat = count(path, alike, tell)
    patterns, wrong = _judged(questionnaire, alike, counts, str(path))
    if not wrong and not ids_may_repeat:
        return Rows(PatternTable.of(patterns), [])
    problems = _find(path, reader, alike, wrong)
    return Rows(PatternTable.of(() if problems else patterns), problems)


def _header(path: Path, suffix: str) -> list[str]:
    if suffix == ".parquet":
        names = _parquet(path).schema_arrow.names
    else:
        names = _in_either_encoding(
            path, lambda encoding: next(_lines(path, encoding, lambda read: None), [])
        )
    return [name.strip() for name in names]


def _in_either_encoding(path: Path, use: Callable[[str], Found]) -> Found:
    """Return what reading a text file as UTF-8 gives, or as GB18030 if it is not UTF-8. Raises UnreadableFileError."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return use(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(
        path, "编码既不是 UTF-8 也不是 GB18030", "its encoding is neither UTF-8 nor GB18030"
    )


# --- what a pattern does not tell apart ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Alike:
    """How cells are made equal where a pattern is equal too: the names of the columns, and where which of them stand."""

    header: Sequence[str]
    longest: Mapping[int, int]
    id: int | None
    seconds: int | None
    most_seconds: int

    @classmethod
    def of(cls, questionnaire: Questionnaire, header: Sequence[str]) -> _Alike:
        rules = [float(r.seconds_per_item) for r in questionnaire.validity if isinstance(r, TooFast)]
        lengths = {at: _longest(questionnaire, name) for at, name in enumerate(header)}
        return cls(
            header=header, longest={at: length for at, length in lengths.items() if length is not None},
            id=header.index("_id") if "_id" in header else None,
            seconds=header.index("_seconds") if "_seconds" in header else None,
            most_seconds=math.ceil(max(rules, default=0) * len(questionnaire.items)),
        )  # fmt: skip

    def cell(self, at: int, text: str) -> str:
        """Return what stands for a cell."""
        text = text.strip()
        if at == self.id:
            return _SOME_TEXT if text else ""
        if at in self.longest and len(text) <= self.longest[at] and _WORD.search(text):
            return _SOME_TEXT
        if at == self.seconds and text.isascii() and text.isdigit():
            return str(min(int(text), self.most_seconds))
        return text

    def row(self, values: Sequence[str]) -> Cells:
        """Return what stands for a row; what a row has beyond the header stays, for it is wrong."""
        size = len(self.header)
        own = [self.cell(at, values[at]) if at < len(values) else "" for at in range(size)]
        return (*own, *(values[size:] if any(values[size:]) else ()))


def _longest(questionnaire: Questionnaire, column: str) -> int | None:
    """Return up to how many characters a free text is surely not too long; None for what is no free text."""
    item = questionnaire.items.get(column)
    if isinstance(item, TextItem):
        return item.max_length // _TEXT_GROWS
    return LONGEST_COMMENT // _TEXT_GROWS if column.endswith(".text") else None


# --- counting ------------------------------------------------------------------------------------------------------

Counted = tuple[Mapping[Cells, int], bool]
"""Distinct rows with their numbers, and whether an id may stand twice."""


def _count_csv(path: Path, alike: _Alike, tell: Tell) -> Counted:
    return _in_either_encoding(path, lambda encoding: _count_lines(_lines(path, encoding, tell), alike))


def _count_lines(rows: Iterator[list[str]], alike: _Alike) -> Counted:
    next(rows, None)
    place = alike.id
    raw: Counter[Cells] = Counter()
    counts: Counter[Cells] = Counter()
    ids = array("q")
    for values in rows:
        if place is not None and place < len(values):
            name = values[place].strip()
            if name:
                ids.append(hash(name))
                values[place] = _SOME_TEXT
        raw[tuple(values)] += 1
        if len(raw) > BATCH:
            _fold(raw, counts, alike)
    _fold(raw, counts, alike)
    return counts, has_repeats(ids)


def _fold(raw: Counter[Cells], counts: Counter[Cells], alike: _Alike) -> None:
    """Add rows that were counted as they stand to those made alike, and begin anew."""
    for values, count in raw.items():
        if any(map(str.strip, values)):
            counts[alike.row(values)] += count
    raw.clear()


def _lines(path: Path, encoding: str, tell: Tell) -> Iterator[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        header = file.readline()
        file.seek(0)
        delimiter = "\t" if "\t" in header and "," not in header else ","
        try:
            yield from csv.reader(_told(path, file, tell), delimiter=delimiter)
        except csv.Error as error:
            raise UnreadableFileError(
                path, f"不是有效的 csv：{error}", f"this is not a csv file: {error}"
            ) from None


def _told(path: Path, lines: Iterable[str], tell: Tell) -> Iterator[str]:
    read = 0
    for line in lines:
        if "\x00" in line:
            raise UnreadableFileError(path, "不是文本表格", "this is not a text table")
        read += len(line)
        if read > BATCH:
            tell(read)
            read = 0
        yield line
    tell(read)


def _parquet(path: Path, dictionaries: Sequence[str] = ()) -> Any:
    try:
        from pyarrow import ArrowInvalid, parquet  # an optional extra
    except ImportError:
        raise UnreadableFileError(
            path,
            "读取 parquet 需要：pip install 'surveyapp[parquet]'",
            "reading parquet needs pip install 'surveyapp[parquet]'",
        ) from None
    try:
        return parquet.ParquetFile(path, read_dictionary=list(dictionaries))
    except ArrowInvalid:
        raise UnreadableFileError(path, "不是有效的 parquet 文件", "this is not a parquet file") from None


def _count_sound_parquet(path: Path, alike: _Alike, tell: Tell) -> Counted:
    from pyarrow import ArrowException

    try:
        return _count_parquet(path, alike, tell)
    except (ArrowException, OSError):
        raise UnreadableFileError(path, "parquet 文件已损坏", "the parquet file is damaged") from None


def _count_parquet(path: Path, alike: _Alike, tell: Tell) -> Counted:
    columns = _parquet(path).schema_arrow.names
    counts = _by_duckdb(path, columns, alike)
    if counts is None:
        counts = _by_batches(path, columns, alike, tell)
    else:
        tell(path.stat().st_size)
    blank = ("",) * len(columns)
    return {row: n for row, n in counts.items() if row != blank}, _parquet_ids_repeat(path, columns, alike)


def _parquet_ids_repeat(path: Path, columns: Sequence[str], alike: _Alike) -> bool:
    if alike.id is None:
        return False
    own = [columns[alike.id]]
    hashes = array("q")
    for batch in _parquet(path).iter_batches(columns=own):
        hashes.extend(
            hash(text) for value in batch.column(0).to_pylist() if (text := cell_text(value).strip())
        )
    return has_repeats(hashes)


def _by_batches(path: Path, columns: Sequence[str], alike: _Alike, tell: Tell) -> Counter[Cells]:
    """Count a parquet file a million rows at a time, as numbers; text is looked at once a batch."""
    counts: Counter[Cells] = Counter()
    file = _parquet(path, columns)
    share = path.stat().st_size / max(1, file.metadata.num_rows)
    for batch in file.iter_batches(batch_size=BATCH, columns=list(columns)):
        coded = [_coded(batch.column(name), at, alike) for at, name in enumerate(columns)]
        for codes, count in count_joint([c for c, _ in coded], [len(texts) for _, texts in coded]):
            counts[tuple(texts[code] for code, (_, texts) in zip(codes, coded, strict=True))] += count
        tell(round(batch.num_rows * share))
    return counts


def _coded(column: Any, at: int, alike: _Alike) -> tuple[Any, list[str]]:
    """Return a column's codes and what they stand for; null is the blank, which is the last code."""
    found = column if hasattr(column, "indices") else column.dictionary_encode()
    texts = [alike.cell(at, cell_text(value)) for value in found.dictionary.to_pylist()] + [""]
    codes = found.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
    distinct = list(dict.fromkeys(texts))
    if len(distinct) == len(texts):
        return codes, texts
    where = {text: place for place, text in enumerate(distinct)}
    return _looked_up(codes, [where[text] for text in texts]), distinct


def _looked_up(codes: Any, table: Sequence[int]) -> Any:
    import pyarrow

    return pyarrow.array(table, pyarrow.int64()).take(pyarrow.array(codes)).to_numpy()


def _by_duckdb(path: Path, columns: Sequence[str], alike: _Alike) -> Counter[Cells] | None:
    """Count a parquet file by DuckDB, or return None if it is not installed or cannot."""
    try:
        import duckdb
    except ImportError:
        return None
    chosen = ", ".join(_expression(name, at, alike) for at, name in enumerate(columns))
    counts: Counter[Cells] = Counter()
    try:
        with duckdb.connect(config={"memory_limit": "700MB"}) as connection:
            connection.execute(f"SELECT {chosen}, count(*) FROM read_parquet(?) GROUP BY ALL", [str(path)])
            while rows := connection.fetchmany(BATCH):
                for *values, count in rows:
                    counts[tuple(alike.cell(at, cell_text(v)) for at, v in enumerate(values))] += count
    except duckdb.Error:
        return None
    return counts


def _expression(name: str, at: int, alike: _Alike) -> str:
    """Return a column in SQL; free text is made alike in the engine, so that it need not come out."""
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"trim(CAST({quoted} AS VARCHAR))"
    if at == alike.id:
        return f"CASE WHEN coalesce({text}, '') = '' THEN '' ELSE '{_SOME_TEXT}' END"
    if at not in alike.longest:
        return quoted
    return (
        f"CASE WHEN length({text}) <= {alike.longest[at]} AND regexp_matches({text}, '[0-9A-Za-z\u4e00-\u9fff]') "
        f"THEN '{_SOME_TEXT}' ELSE {quoted} END"
    )


# --- judging -------------------------------------------------------------------------------------------------------


def _judged(
    questionnaire: Questionnaire, alike: _Alike, counts: Mapping[Cells, int], file: str
) -> tuple[list[Pattern], set[Cells]]:
    """Judge each distinct row once; return the patterns with their numbers, and the rows that are wrong."""
    reader = RowReader(file=file, questionnaire=questionnaire, header=alike.header)
    patterns: list[Pattern] = []
    wrong: set[Cells] = set()
    with _no_collecting():
        for values, count in counts.items():
            patterns += [replace(p, count=p.count * count) if count > 1 else p for p in reader.row(1, values)]
            if reader.problems:
                wrong.add(values)
                reader.problems.clear()
            reader.ids.clear()
            if len(reader.judged) > BATCH // 8:
                reader.judged.clear()
    return patterns, wrong


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep the garbage collector from going through growing lists again and again; judging makes no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _find(path: Path, reader: RowReader, alike: _Alike, wrong: set[Cells]) -> list[Problem]:
    """Read the file once more and report every wrong row, and every id that stands twice, with its line."""
    rows = cells(path)
    next(rows, None)
    for line, values in enumerate(rows, start=2):
        if alike.row(values) in wrong:
            list(reader.row(line, values))
        elif alike.id is not None and alike.id < len(values):
            reader.repeats(line, values[alike.id].strip())
    return reader.problems
