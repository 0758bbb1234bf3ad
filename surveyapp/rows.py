"""Reads rows and tallies that come as files: one row per returned questionnaire, or counts per item (design §4).

Nothing is taken unless everything can be: all problems are reported at once, each with its row and column.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from analysis import Fieldwork, Pattern, PatternTable, Tallies
from analysis.validity import DUPLICATE, FLAG_SEPARATOR, duplicate_effects
from questionnaires.accept import Accepted, accept, clean
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, MultipleItem, Questionnaire
from questionnaires.problems import Problem
from questionnaires.reader import Source, read
from surveyapp.speed import TOO_FAST, speed_effects

SYSTEM_COLUMNS = (
    "_count",
    "_stratum",
    "_weight",
    "_channel",
    "_seconds",
    "_version",
    "_invalid",
    "_flags",
    "_id",
)
GUARDED = tuple("=+-@\t\r＝＋－＠")
"""A cell of free text that begins with one of these was exported behind an apostrophe, so that no sheet runs it."""

MOST_PROBLEMS = 200

_BROKEN_SHEET = (
    InvalidFileException, BadZipFile, SyntaxError, zlib.error, EOFError, KeyError, IndexError, AttributeError,
    TypeError, ValueError,
)  # fmt: skip
"""What openpyxl lets through when a workbook is damaged."""

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)


class Rows(NamedTuple):
    """What a rows file gives: its pattern table and every problem; use the table only if there are none."""

    table: PatternTable
    problems: list[Problem]


class Tallied(NamedTuple):
    """What a tallies file gives."""

    tallies: Tallies
    fieldwork: Fieldwork
    problems: list[Problem]


class UnreadableFileError(Exception):
    """A file that is not what its name says."""

    def __init__(self, path: Path, zh: str, en: str) -> None:
        super().__init__(f"{path}: {en}")
        self.zh, self.en = f"{path}：{zh}", f"{path}: {en}"


# --- tables as text ------------------------------------------------------------------------------------------------


def cells(path: Path) -> Iterator[list[str]]:
    """Yield a file's rows as text, header first: csv (UTF-8 or GB18030), xlsx (first sheet) or parquet.

    Raises UnreadableFileError and OSError.
    """
    kinds = {".xlsx": _xlsx, ".xlsm": _xlsx, ".parquet": _parquet}
    return kinds.get(path.suffix.lower(), _csv)(path)


def _csv(path: Path) -> Iterator[list[str]]:
    text = _decode(path)
    if "\x00" in text:
        raise UnreadableFileError(path, "不是文本表格", "this is not a text table")
    header = text.partition("\n")[0]
    delimiter = "\t" if "\t" in header and "," not in header else ","
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise UnreadableFileError(
            path, f"不是有效的 csv：{error}", f"this is not a csv file: {error}"
        ) from None


def _decode(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(
        path, "编码既不是 UTF-8 也不是 GB18030", "its encoding is neither UTF-8 nor GB18030"
    )


def _xlsx(path: Path) -> Iterator[list[str]]:
    if not path.is_file():
        raise FileNotFoundError(2, "No such file", str(path))
    try:
        yield from _sheet(path)
    except _BROKEN_SHEET:
        raise UnreadableFileError(path, "不是完好的 xlsx 文件", "this is not a sound xlsx file") from None


def _sheet(path: Path) -> Iterator[list[str]]:
    """Yield the first sheet's rows. Raises UnreadableFileError for formulas whose results the file does not hold."""
    results, formulas = (load_workbook(path, read_only=True, data_only=only) for only in (True, False))
    empty: list[str] = []
    for found, written in zip(results.worksheets[0].rows, formulas.worksheets[0].rows, strict=False):
        empty += [
            cell.coordinate
            for cell, shown in zip(written, found, strict=False)
            if shown.value is None and isinstance(cell.value, str) and cell.value.startswith("=")
        ]
        yield [cell_text(cell.value) for cell in found]
    if empty:
        where = ", ".join(empty[:10]) + ("…" if len(empty) > 10 else "")
        zh = f"单元格 {where} 的公式没有保存计算结果；请用 Excel 或 WPS 打开、保存后再用"
        raise UnreadableFileError(
            path, zh, f"the formulas in {where} hold no results; open and save the file in Excel"
        )


def _parquet(path: Path) -> Iterator[list[str]]:
    try:
        from pyarrow import ArrowInvalid, parquet  # an optional extra
    except ImportError:
        raise UnreadableFileError(
            path,
            "读取 parquet 需要：pip install 'surveyapp[parquet]'",
            "reading parquet needs pip install 'surveyapp[parquet]'",
        ) from None
    try:
        file = parquet.ParquetFile(path)
    except ArrowInvalid:
        raise UnreadableFileError(path, "不是有效的 parquet 文件", "this is not a parquet file") from None
    yield list(file.schema_arrow.names)
    for batch in file.iter_batches():
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield [cell_text(value) for value in row]


def cell_text(value: object) -> str:
    """Write a sheet's cell as its author sees it: a whole number without its .0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# --- rows ----------------------------------------------------------------------------------------------------------


def read_rows(path: Path, questionnaire: Questionnaire) -> Rows:
    """Read a rows file. Raises UnreadableFileError and OSError."""
    table = cells(path)
    header = [name.strip() for name in next(table, [])]
    reader = RowReader(file=str(path), questionnaire=questionnaire, header=header)
    reader.check_header()
    patterns = (
        [] if reader.problems else [p for n, row in enumerate(table, start=2) for p in reader.row(n, row)]
    )
    return Rows(PatternTable.of(patterns), reader.problems)


@dataclass(kw_only=True)
class RowReader:
    """Turns rows of text into patterns; equal rows are judged once."""

    file: str
    questionnaire: Questionnaire
    header: Sequence[str]
    problems: list[Problem] = field(default_factory=list)
    judged: dict[tuple[str, ...], Accepted] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def wrong(self, line: int, column: str, rule: str, zh: str, en: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            place = self.header.index(column) + 1 if column in self.header else 1
            problem = Problem(file=self.file, line=line, column=place, rule=rule, zh=zh, en=en)
            self.problems.append(problem)

    @cached_property
    def option_columns(self) -> Mapping[str, tuple[str, str]]:
        """Map each 0/1 column `ITEM.CODE` to its item and code."""
        return {
            f"{item.id}.{option.code}": (item.id, option.code)
            for item in self.questionnaire.items.values()
            if isinstance(item, MultipleItem)
            for option in self.questionnaire.options(item.id)
        }

    @cached_property
    def codes(self) -> Mapping[str, Mapping[str, str]]:
        """Map every item's labels, in every language, to their codes."""
        return {
            item: {label: o.code for o in self.questionnaire.options(item) for label in o.label.root.values()}
            for item in self.questionnaire.items
        }

    def check_header(self) -> None:
        if not any(self.header):
            self.wrong(
                1,
                "",
                "no-header",
                "第一行应是列名（题目编号）",
                "the first row must name the columns (item ids)",
            )
        items = self.questionnaire.items
        known = [*items, *(f"{item}.text" for item in items), *self.option_columns, *SYSTEM_COLUMNS]
        for name in dict.fromkeys(self.header):
            if self.header.count(name) > 1:
                self.wrong(
                    1, name, "double-column", f"列名“{name}”出现了两次", f"column '{name}' stands twice"
                )
            if name not in known:
                self._unknown_column(name, known)

    def _unknown_column(self, name: str, known: Sequence[str]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = (f"，是不是“{near[0]}”？", f"; did you mean '{near[0]}'?") if near else ("", "")
        zh = f"问卷里没有列“{name}”{hint[0]}（不用的列请删除，或以 _ 以外的题目编号命名）"
        self.wrong(
            1,
            name,
            "unknown-column",
            zh,
            f"the questionnaire has no column '{name}'{hint[1]} Remove what is not used",
        )

    def row(self, line: int, values: Sequence[str]) -> Iterator[Pattern]:
        """Yield the row's pattern, or nothing if it is empty or wrong."""
        if not any(value.strip() for value in values):
            return
        if len(values) > len(self.header) and any(values[len(self.header) :]):
            self.wrong(
                line, "", "long-row", "这一行的格数多于列名", "this row has more cells than there are columns"
            )
            return
        cell = {name: value.strip() for name, value in zip_longest(self.header, values, fillvalue="")}
        before = len(self.problems)
        accepted = self._accepted(line, cell)
        pattern = self._pattern(line, cell, accepted)
        if len(self.problems) == before and pattern is not None:
            yield pattern

    def _accepted(self, line: int, cell: Mapping[str, str]) -> Accepted:
        own = tuple(value for name, value in cell.items() if not name.startswith("_"))
        if own not in self.judged:
            self.judged[own] = accept(self.questionnaire, self._raw(cell), "import")
        for problem in self.judged[own].problems:
            self.wrong(
                line,
                problem.field,
                problem.rule,
                f"{problem.item}：{problem.zh}",
                f"{problem.item}: {problem.en}",
            )
        return self.judged[own]

    def _raw(self, cell: Mapping[str, str]) -> dict[str, list[str]]:
        raw: dict[str, list[str]] = {}
        for name, value in cell.items():
            if name in self.questionnaire.items:
                raw.setdefault(name, []).extend(self._codes(name, value))
            elif name in self.option_columns and value not in ("", "0"):
                item, code = self.option_columns[name]
                mark = (
                    value
                    if value in (NOT_ASKED, NOT_APPLICABLE)
                    else (code if value == "1" else f"{code}={value}")
                )
                raw[item] = list(dict.fromkeys([*raw.get(item, []), mark]))
            elif name.endswith(".text"):
                raw[name] = [unguarded(value)]
        return raw

    def _codes(self, item: str, value: str) -> list[str]:
        if item not in self.questionnaire.closed_items:
            return [unguarded(value)]
        parts = (
            [value]
            if self.questionnaire.items[item].kind != "multiple"
            else value.replace("；", ";").split(";")
        )
        known = {option.code for option in self.questionnaire.options(item)}
        return [
            part if part in known else self.codes[item].get(part, part)
            for part in map(str.strip, parts)
            if part
        ]

    def _pattern(self, line: int, cell: Mapping[str, str], accepted: Accepted) -> Pattern | None:
        count = self._whole(line, cell, "_count", 1)
        seconds = self._whole(line, cell, "_seconds", 0)
        weight = self._weight(line, cell)
        repeated = self.repeats(line, cell.get("_id", ""))
        if count is None:
            return None
        speed = set() if seconds is None else speed_effects(self.questionnaire, accepted.answers, seconds)
        noted = {TOO_FAST: speed, DUPLICATE: repeated}
        excluding = [reason for reason, effects in noted.items() if "exclude" in effects]
        reason = one_line(cell.get("_invalid", ""))
        return Pattern(
            answers=accepted.answers.canonical(), count=count, stratum=self._stratum(line, cell.get("_stratum", "")),
            version=cell.get("_version") or self.questionnaire.version, channel=cell.get("_channel") or "import",
            validity=reason or next(iter(excluding), ""),
            flags=_flags(cell.get("_flags", ""), [flag for flag, effects in noted.items() if "flag" in effects]),
            weight=weight,
        )  # fmt: skip

    def _whole(self, line: int, cell: Mapping[str, str], column: str, least: int) -> int | None:
        """Return a whole number; 1 for an absent count, None for absent seconds."""
        value = cell.get(column, "")
        if not value:
            return 1 if column == "_count" else None
        number = value.removesuffix("秒").removesuffix(".0")
        if not (number.isascii() and number.isdigit() and int(number) >= least):
            zh, en = (
                f"{column} 应为不小于 {least} 的整数",
                f"{column} must be a whole number of at least {least}",
            )
            self.wrong(line, column, "not-a-number", zh, en)
            return None
        return int(number)

    def _weight(self, line: int, cell: Mapping[str, str]) -> float:
        """Return what the response weighs; 1 if the file carries no weights."""
        if "_weight" not in cell:
            return 1.0
        value = cell["_weight"]
        if _DECIMAL.fullmatch(value) and 0 < float(value) < math.inf:
            return float(value)
        zh = f"_weight 应为大于 0 的数，现为“{value}”" if value else "_weight 不能为空：每行都要有权数"
        en = f"_weight must be a number above 0, not '{value}'" if value else "every row needs its _weight"
        self.wrong(line, "_weight", "not-a-weight", zh, en)
        return 1.0

    def _stratum(self, line: int, value: str) -> str:
        item = self.questionnaire.population.stratum_item
        if not value or item is None:
            return value
        code = value if self.questionnaire.option(item, value) else self.codes[item].get(value, "")
        if not code:
            zh, en = f"没有“{value}”这一层", f"there is no stratum '{value}'"
            self.wrong(line, "_stratum", "unknown-stratum", zh, en)
        return code

    def repeats(self, line: int, value: str) -> set[str]:
        """Return what the definition says of an `_id` that came before; where it says nothing that is a problem."""
        first = self.ids.setdefault(value, line) if value else line
        if first == line:
            return set()
        if not self.duplicates:
            zh, en = f"_id 与第 {first} 行重复", f"the same _id stands in row {first}"
            self.wrong(line, "_id", "double-id", zh, en)
        return self.duplicates

    @cached_property
    def duplicates(self) -> set[str]:
        """Return the effects of the definition's rules on duplicates."""
        return duplicate_effects(self.questionnaire)


def _flags(written: str, noted: Sequence[str]) -> str:
    flags = {*noted, *(one_line(flag) for flag in written.split(FLAG_SEPARATOR))}
    return FLAG_SEPARATOR.join(sorted(flags - {""}))


def unguarded(text: str) -> str:
    """Take off the apostrophe that an export put before a cell a sheet might run."""
    return text[1:] if text.startswith("'") and text[1:].startswith(GUARDED) else text


def one_line(text: str) -> str:
    """Return words as one line without tabs."""
    return " ".join(clean(text).split())


# --- tallies -------------------------------------------------------------------------------------------------------


def read_tallies(path: Path, questionnaire: Questionnaire) -> Tallied:
    """Read a tallies file, json or yaml. Raises OSError."""
    source = read(path.read_bytes().replace(b"\t", b" "), str(path))
    return _Tallies(source, questionnaire).result()


@dataclass
class _Tallies:
    source: Source
    questionnaire: Questionnaire

    def wrong(self, path: tuple[str, ...], rule: str, zh: str, en: str) -> None:
        self.source.report(
            self.source.key_place(path), rule, f"{'.'.join(path)}：{zh}", f"{'.'.join(path)}: {en}"
        )

    def result(self) -> Tallied:
        data = self.source.data if isinstance(self.source.data, dict) else {}
        for name in data.keys() - {"fieldwork", "items", "entered"}:
            self.wrong(
                (name,),
                "unknown-key",
                "不认识的键；应为 fieldwork、items",
                "unknown key; there are fieldwork and items",
            )
        fieldwork = self._mapping(data, "fieldwork")
        counts = {name: self._count(("fieldwork", name), value) for name, value in fieldwork.items()}
        for name in fieldwork.keys() - {"distributed", "returned", "valid"}:
            self.wrong(
                ("fieldwork", name),
                "unknown-key",
                "应为 distributed、returned、valid",
                "there are distributed, returned, valid",
            )
        valid = counts.get("valid")
        if valid is None and data:
            self.wrong(
                ("fieldwork",),
                "missing-key",
                "缺少 valid（有效问卷数）",
                "valid (the number of valid questionnaires) is missing",
            )
        items = {
            item: self._item(item, found, valid or 0) for item, found in self._mapping(data, "items").items()
        }
        self._check_order(counts)
        entered = {str(k): str(v) for k, v in self._mapping(data, "entered").items()}
        work = Fieldwork(
            distributed=counts.get("distributed"), returned=counts.get("returned"), entered=entered
        )
        return Tallied(Tallies(valid=valid or 0, items=items), work, sorted(self.source.problems))

    def _mapping(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found = data.get(name, {})
        if isinstance(found, dict):
            return found
        self.wrong((name,), "wrong-type", "应为“键: 值”的映射", "must be a mapping")
        return {}

    def _count(self, path: tuple[str, ...], value: object) -> int | None:
        if value in ("null", "~", ""):
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
            return int(value)
        self.wrong(path, "not-a-number", "应为不小于 0 的整数", "must be a whole number, 0 or more")
        return None

    def _item(self, item: str, found: object, valid: int) -> dict[str, int]:
        if item not in self.questionnaire.closed_items:
            self.wrong(
                ("items", item),
                "unknown-item",
                "问卷里没有这道选择题",
                "the questionnaire has no such choice item",
            )
            return {}
        if not isinstance(found, dict):
            self.wrong(
                ("items", item), "wrong-type", "应为“编码: 人数”的映射", "must be a mapping of code: count"
            )
            return {}
        counts = {code: self._count(("items", item, code), value) or 0 for code, value in found.items()}
        for code in [code for code in counts if self.questionnaire.option(item, code) is None]:
            self.wrong(("items", item, code), "unknown-option", "没有这个选项", "there is no such option")
        total = (
            max(counts.values(), default=0)
            if self.questionnaire.items[item].kind == "multiple"
            else sum(counts.values())
        )
        if total > valid:
            self.wrong(
                ("items", item), "more-than-valid", f"人数合计 {total} 多于有效问卷 {valid}",
                f"the counts add up to {total}, more than the {valid} valid questionnaires",
            )  # fmt: skip
        return counts

    def _check_order(self, counts: Mapping[str, int | None]) -> None:
        distributed, returned, valid = (counts.get(name) for name in ("distributed", "returned", "valid"))
        if returned is not None and valid is not None and returned < valid:
            self.wrong(
                ("fieldwork", "returned"),
                "too-few",
                f"少于有效问卷 {valid}",
                f"fewer than the {valid} valid ones",
            )
        if distributed is not None and returned is not None and distributed < returned:
            self.wrong(
                ("fieldwork", "distributed"),
                "too-few",
                f"少于收回的 {returned}",
                f"fewer than the {returned} returned",
            )
