"""Reads the contents of an evidence pack back from its files; nothing in them is believed before it was checked."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import partial
from typing import TypeVar

from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Questionnaire
from questionnaires.problems import DefinitionError
from questionnaires.problems import Words as Said
from surveyapp.deliver.apart import FIELD, SYSTEM_COLUMNS, Definitions, Words, lines_of, table_of, unguard
from surveyapp.deliver.contents import Contents, Facts, definitions_of
from surveyapp.deliver.differences import Difference, nowhere
from surveyapp.deliver.facts import KINDS, read_fieldwork, records_of
from surveyapp.deliver.parts import (
    DEFINITION,
    EARLIER,
    FIELDWORK,
    FIGURES,
    LEFT_OUT,
    PACK,
    ROWS,
    SCHEMA,
    SETTINGS,
    VERSIONS,
    WORDS,
)
from surveyapp.store import Survey

MOST_SHOWN = 20
_HASH = re.compile(r"[0-9a-f]{64}")
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,80}")
_NEEDED = (PACK, DEFINITION, FIELDWORK, ROWS, VERSIONS, *KINDS)

Read = TypeVar("Read")


class UnreadablePackError(Exception):
    """A pack whose figures cannot be made again, with all that is wrong."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__(f"{len(differences)} differences")
        self.differences = differences


def readback(files: Mapping[str, bytes]) -> tuple[Contents, list[Difference]]:
    """Return the contents of a pack's files and what is wrong with them. Raises UnreadablePackError."""
    reading = _Reading(files)
    contents = reading.contents()
    return contents, reading.found


class _Reading:
    """One pack's files under way."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.found: list[Difference] = []

    def wrong(self, file: str, zh: str, en: str, stands: str = "", place: Said | None = None) -> None:
        what = Said(zh, en)
        self.found.append(Difference(file=file, place=place or nowhere(), what=what, stands=stands))

    def stop_if_wrong(self) -> None:
        if self.found:
            raise UnreadablePackError(self.found)

    def contents(self) -> Contents:
        for name in _NEEDED:
            if name not in self.files:
                self.wrong(name, "没有这个文件", "this file is missing")
        self.stop_if_wrong()
        about = self._of(PACK, _about)
        versions = self._of(VERSIONS, _versions)
        self.stop_if_wrong()
        assert about is not None
        survey, day = about
        definitions = self._definitions(survey)
        if definitions is None:
            raise UnreadablePackError(self.found)
        unfit = list(self.found)
        self.found.clear()
        lines = self._rows(definitions)
        facts = self._facts(survey.slug)
        fieldwork = self._of(FIELDWORK, lambda content: read_fieldwork(content, facts.entered))
        words = self._words()
        if self.found or fieldwork is None:
            raise UnreadablePackError([*unfit, *self.found])
        self.found = unfit
        return Contents(
            survey=survey, day=day, definitions=definitions, table=table_of(definitions, lines), words=words,
            fieldwork=fieldwork, facts=facts, versions=versions or {},
        )  # fmt: skip

    def _of(self, name: str, read: Callable[[bytes], Read]) -> Read | None:
        try:
            return read(self.files[name])
        except (ValueError, csv.Error, RecursionError, OverflowError) as error:
            self.wrong(
                name, "不是证据包应有的内容", "is not what a pack holds", str(error) or type(error).__name__
            )
            return None

    # --- definitions -----------------------------------------------------------------------------------------------

    def _definitions(self, survey: Survey) -> Definitions | None:
        """Read the definitions; one whose text has another hash is used under the version it claims, and said."""
        named = {DEFINITION: survey.version}
        named |= {name: name[len(EARLIER) : -len(".yaml")] for name in self.files if name.startswith(EARLIER)}
        texts: dict[str, str] = {}
        for name, version in named.items():
            if (hashed := hashlib.sha256(self.files[name]).hexdigest()) != version:
                zh, en = "文件的 SHA-256 与版本号不同", "its SHA-256 is not the version"
                self.found.append(
                    Difference(file=name, place=nowhere(), what=Said(zh, en), stands=version, computed=hashed)
                )
            texts[version] = self.files[name].decode("utf-8", "replace")
        try:
            return definitions_of(texts, survey.version)
        except DefinitionError as error:
            for problem in error.problems[:MOST_SHOWN]:
                self.wrong(DEFINITION, "问卷定义不能用", "the definition cannot be used", problem.show("en"))
        except (RecursionError, ValueError, KeyError) as error:
            self.wrong(DEFINITION, "问卷定义不能用", "the definition cannot be used", type(error).__name__)
        return None

    # --- rows and words --------------------------------------------------------------------------------------------

    def _rows(self, definitions: Definitions) -> list[list[str]]:
        lines = self._of(ROWS, lambda content: list(lines_of(content))) or []
        head = [*definitions.columns, *SYSTEM_COLUMNS]
        if lines and lines[0] != head:
            place = Said("第 1 行", "line 1")
            self.wrong(
                ROWS,
                f"列名应为 {','.join(head)}",
                f"its columns must be {','.join(head)}",
                ",".join(lines[0]),
                place,
            )
            return []
        for number, cells in enumerate(lines[1:], start=2):
            if len(self.found) > MOST_SHOWN:
                break
            self._row(definitions, number, head, cells)
        return lines[1:]

    def _row(self, definitions: Definitions, number: int, head: Sequence[str], cells: Sequence[str]) -> None:
        place = Said(f"第 {number} 行", f"line {number}")
        if len(cells) != len(head):
            self.wrong(ROWS, f"应有 {len(head)} 格", f"must have {len(head)} cells", str(len(cells)), place)
            return
        version = unguard(cells[head.index("_version")])
        if version not in definitions.all:
            self.wrong(ROWS, "没有这个问卷版本", "there is no such version", version, place)
            return
        for item, stands in _unknown(definitions, definitions.all[version], cells):
            there = Said(f"{place.zh} {item} 列", f"{place.en}, column {item}")
            self.wrong(ROWS, "该版本没有这个编码", "that version has no such code", stands, there)

    def _words(self) -> Words:
        counted: dict[str, list[str]] = {}
        for name in self.files:
            if name.startswith((WORDS, FIGURES)):
                counted |= self._of(name, partial(_field, name)) or {}
        left_out = self._of(LEFT_OUT, _hashes) if LEFT_OUT in self.files else []
        return Words({field: sorted(counted[field]) for field in sorted(counted)}, sorted(left_out or []))

    # --- facts -----------------------------------------------------------------------------------------------------

    def _facts(self, slug: str) -> Facts:
        read = {name: self._of(name, partial(records_of, kind, slug)) or () for name, kind in KINDS.items()}
        return Facts(
            batches=read["codes.csv"], codes=read["codes-used.csv"], draws=read["draws.csv"],
            entered=read["entered.csv"], evidence=read["evidence.csv"],
        )  # fmt: skip


def _about(content: bytes) -> tuple[Survey, str]:
    """Return the survey's settings and the pack's day."""
    read = json.loads(content)
    if not isinstance(read, dict) or read.get("schema") != SCHEMA:
        raise ValueError(f"schema must be {SCHEMA}")
    settings, types = read.get("survey"), {field.name: field.type for field in fields(Survey)}
    if not isinstance(settings, dict) or set(settings) != set(SETTINGS):
        raise ValueError(f"survey must have {', '.join(SETTINGS)}")
    for name, value in settings.items():
        if not isinstance(value, types[name]) or (types[name] is int and type(value) is bool):  # type: ignore[arg-type]
            raise ValueError(f"survey.{name} ({value!r}) must be {types[name]}")
    if not _SLUG.fullmatch(settings["slug"]):
        raise ValueError(f"survey.slug ({settings['slug']!r}) cannot be a survey's")
    day = str(read.get("day"))
    if date.fromisoformat(day).isoformat() != day:
        raise ValueError(f"day ({day}) must be YYYY-MM-DD")
    return Survey(**settings), day


def _versions(content: bytes) -> dict[str, str]:
    read = json.loads(content)
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise ValueError("must name versions")
    return dict(sorted(read.items()))


def _unknown(
    definitions: Definitions, questionnaire: Questionnaire, cells: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield the items of a row whose cell is none of the version's codes."""
    for item, cell in zip(definitions.columns, cells, strict=False):
        if cell in ("", NOT_ASKED, NOT_APPLICABLE) and item in questionnaire.closed_items:
            continue
        codes = questionnaire.codes.get(item, frozenset())
        several = item in questionnaire.items and questionnaire.items[item].kind == "multiple"
        if cell and not codes.issuperset(cell.split(";") if several else [cell]):
            yield item, cell


def _field(name: str, content: bytes) -> dict[str, list[str]]:
    """Return what one file of words holds."""
    field = name.partition("/item-")[2].removesuffix(".csv")
    lines = list(lines_of(content))
    if (
        not FIELD.fullmatch(field)
        or not lines
        or lines[0] != [field]
        or any(len(cells) > 1 for cells in lines)
    ):
        raise ValueError(f"must be one column, {field}")
    return {field: [unguard(cells[0]) if cells else "" for cells in lines[1:]]}


def _hashes(content: bytes) -> list[str]:
    found = content.decode("ascii").split("\n")
    if found.pop() or not all(map(_HASH.fullmatch, found)):
        raise ValueError("must be one SHA-256 a line")
    return found
