"""The columns of the data, defined once for csv, sheets, SPSS, Stata and parquet: their names, codes and labels.

A name is an item's id, `ITEM.CODE` for each option of a multiple choice (0/1) and `ITEM.text` for words beside an option; it
never depends on wording. Not asked is -1, not applicable -2; not answered is blank, in SPSS and Stata -9 and .c.

SPSS and Stata hold numbers: the options of an item are 1, 2, 3 … in their order (whole numbers stay what they are), options
that leave the base -3, -4 …, so that every negative number is a missing value. `legal` is the name there: 32 characters at most.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from analysis import PatternTable
from questionnaires.model import (
    NOT_APPLICABLE,
    NOT_ASKED,
    Item,
    MultipleItem,
    NumberItem,
    Option,
    Questionnaire,
    TextItem,
)

SYSTEM_COLUMNS = ("_stratum", "_channel", "_version", "_invalid", "_flags")
SEPARATOR = ";"
LONGEST_NAME = 32
"""Stata's limit; SPSS takes 64 bytes."""

Kind = Literal["single", "rating", "choice", "several", "number", "text", "comment", "system"]
Level = Literal["nominal", "ordinal", "scale"]

_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_UNFIT = re.compile("[^a-z0-9_]", re.ASCII | re.IGNORECASE)
_SPSS_WORDS = frozenset(("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"))
_STATA_WORDS = frozenset(("byte", "int", "long", "float", "double", "if", "in", "using", "strl", "str"))
_RESERVED = _SPSS_WORDS | _STATA_WORDS
_STATA_STRING = re.compile(r"str[0-9]+")
_SYSTEM_LABELS = {
    "_stratum": "分层",
    "_channel": "作答方式",
    "_version": "问卷版本（SHA-256）",
    "_invalid": "不计入的原因",
    "_flags": "标记（不影响计入）",
}


@dataclass(frozen=True, kw_only=True)
class Missing:
    """The numbers in SPSS of the three kinds of missing answers; all lie below what can be answered."""

    not_asked: int = -1
    not_applicable: int = -2
    blank: int = -9


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: `numbers` are the numbers of its codes in SPSS and Stata, `labels` their words, `leaving` those off the base.

    `code` is the option of a 0/1 column. `known` says whether the definition has it: a code of an earlier version may be in
    the data.
    """

    name: str
    kind: Kind
    label: str
    item: str = ""
    code: str = ""
    legal: str = ""
    level: Level = "nominal"
    numbers: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    leaving: frozenset[str] = frozenset()
    missing: Missing = Missing()
    known: bool = True

    @property
    def is_free(self) -> bool:
        """Say whether people wrote what stands in it."""
        return self.kind in ("text", "comment")

    @property
    def is_numeric(self) -> bool:
        """Say whether SPSS and Stata hold numbers in it."""
        return bool(self.numbers) or self.kind in ("choice", "number")

    @cached_property
    def value_labels(self) -> Mapping[int, str]:
        """Return what every number means: "A 非常满意"; the kinds of missing answers too."""
        named = {n: self._worded(code) for code, n in self.numbers.items()}
        if self.kind == "choice":
            named = {0: "未选", 1: "选了"}
        if self.kind == "system":
            return named | {self.missing.blank: "未注明"}
        gone = self.missing
        return named | {gone.not_asked: "未问", gone.not_applicable: "不适用", gone.blank: "未答"}

    @cached_property
    def letters(self) -> Mapping[int, str]:
        """Return Stata's missing value for each number that is one in SPSS: .a not asked, .b not applicable, .c not answered."""
        gone = self.missing
        leaving = sorted((self.numbers[code] for code in self.leaving), reverse=True)
        letters = {number: f".{chr(ord('d') + min(at, 22))}" for at, number in enumerate(leaving)}
        return {gone.not_asked: ".a", gone.not_applicable: ".b", gone.blank: ".c"} | letters

    def _worded(self, code: str) -> str:
        label = self.labels.get(code, "")
        return code if label in ("", code) else f"{code} {label}"


def data_columns(
    questionnaire: Questionnaire, table: PatternTable | None = None, *, joined: bool = False
) -> tuple[Column, ...]:
    """Return the columns of a questionnaire's data.

    With `table` codes that only answers to earlier versions hold have their place too. `joined` keeps a multiple choice in one
    column, its codes joined by semicolons.
    """
    seen = _seen(questionnaire, table) if table else {}
    columns = [
        column
        for item in questionnaire.items.values()
        for column in _item_columns(questionnaire, item, seen.get(item.id, ()), joined=joined)
    ]
    columns += _system_columns(questionnaire, table)
    return tuple(_with_legal_names(columns))


def answers_left_out(questionnaire: Questionnaire, table: PatternTable) -> dict[str, int]:
    """Count the answers to closed items that the definition no longer has, by item: they have no column."""
    gone: dict[str, int] = {}
    for row in (row for row in table.rows if row.version != questionnaire.version):
        for item in json.loads(row.answers).keys() - questionnaire.items.keys():
            gone[item] = gone.get(item, 0) + row.count
    return dict(sorted(gone.items()))


def codes_of(answer: str | Sequence[str]) -> tuple[str, ...]:
    """Return the codes of an answer; one code is a tuple of one."""
    return (answer,) if isinstance(answer, str) else tuple(answer)


def code_text(answer: str | Sequence[str]) -> str:
    """Return an answer as one text, several codes joined by semicolons."""
    return answer if isinstance(answer, str) else SEPARATOR.join(answer)


# --- columns -------------------------------------------------------------------------------------------------------


def _item_columns(
    questionnaire: Questionnaire, item: Item, seen: Iterable[str], *, joined: bool
) -> Iterator[Column]:
    text = item.text.say()
    if isinstance(item, MultipleItem) and not joined:
        yield from _choices(questionnaire, item, seen)
    elif isinstance(item, NumberItem):
        yield Column(
            name=item.id, item=item.id, kind="number", label=text, level="scale", missing=_below(item)
        )
    elif isinstance(item, TextItem):
        yield Column(name=item.id, item=item.id, kind="text", label=text)
    else:
        yield _coded(questionnaire, item, seen)
    if any(option.comment for option in questionnaire.options(item.id)):
        yield Column(name=f"{item.id}.text", item=item.id, kind="comment", label=f"{text}（说明）")


def _coded(questionnaire: Questionnaire, item: Item, seen: Iterable[str]) -> Column:
    options = questionnaire.options(item.id)
    several = isinstance(item, MultipleItem)
    valued = options and all(option.value is not None for option in options if not option.missing)
    level: Level = "scale" if item.kind == "rating" else "ordinal" if valued and not several else "nominal"
    return Column(
        name=item.id, item=item.id, kind="several" if several else "rating" if item.kind == "rating" else "single",
        label=item.text.say(), level=level, numbers={} if several else _numbers(options, seen),
        labels={option.code: option.label.say() for option in options},
        leaving=frozenset(option.code for option in options if option.missing),
    )  # fmt: skip


def _choices(questionnaire: Questionnaire, item: MultipleItem, seen: Iterable[str]) -> Iterator[Column]:
    options = questionnaire.options(item.id)
    known = {option.code: option.label.say() for option in options}
    for code in (*known, *(code for code in seen if code not in known)):
        label = known.get(code, code)
        yield Column(
            name=f"{item.id}.{code}", item=item.id, kind="choice", code=code,
            label=f"{label}｜{item.text.say()}", labels={code: label}, known=code in known,
        )  # fmt: skip


def _numbers(options: Sequence[Option], seen: Iterable[str]) -> dict[str, int]:
    """Number an item's codes: those in the base from 1 unless all of them are whole numbers; those off it down from -3."""
    based = [option.code for option in options if not option.missing]
    whole = all(_WHOLE.fullmatch(code) for code in based)
    numbers = {code: int(code) if whole else at for at, code in enumerate(based, start=1)}
    leaving = [option.code for option in options if option.missing]
    numbers |= dict(zip(leaving, _downwards(), strict=False))
    for code in seen:
        if code not in numbers:
            fits = whole and _WHOLE.fullmatch(code) and int(code) not in numbers.values()
            numbers[code] = int(code) if fits else max(0, *numbers.values(), 0) + 1
    return numbers


def _downwards() -> Iterator[int]:
    taken = (Missing().not_asked, Missing().not_applicable, Missing().blank)
    return (number for number in range(-3, -10_000, -1) if number not in taken)


def _below(item: NumberItem) -> Missing:
    """Return numbers for missing answers that cannot be answers: far below, where negative numbers may be given."""
    if item.minimum is not None and item.minimum >= 0:
        return Missing()
    digits = 15 if item.minimum is None else len(str(int(-item.minimum)))
    base = 10**digits
    return Missing(not_asked=-base - 1, not_applicable=-base - 2, blank=-base - 9)


def _system_columns(questionnaire: Questionnaire, table: PatternTable | None) -> Iterator[Column]:
    item = questionnaire.population.stratum_item
    strata: Mapping[str, str] = dict(questionnaire.strata())
    numbers: Mapping[str, int] = {}
    if item is not None:
        options = questionnaire.options(item)
        strata = {option.code: option.label.say() for option in options} | dict(strata)
        gone = sorted({row.stratum for row in table.rows} - {""} - strata.keys()) if table else ()
        numbers = _numbers(options, (*strata, *gone))
    for name in SYSTEM_COLUMNS:
        own = name == "_stratum"
        yield Column(
            name=name, kind="system", label=_SYSTEM_LABELS[name], numbers=numbers if own else {}, labels=strata if own else {}
        )  # fmt: skip


def _seen(questionnaire: Questionnaire, table: PatternTable) -> dict[str, list[str]]:
    """Return the codes of every item that are in the data and not in the definition, sorted."""
    closed = questionnaire.closed_items
    codes: dict[str, set[str]] = {item: set() for item in closed}
    several = {item for item in closed if questionnaire.items[item].kind == "multiple"}
    # what was answered to this version was judged by it, so only other versions can hold other codes
    for row in (row for row in table.rows if row.version != questionnaire.version):
        for item, answer in json.loads(row.answers).items():
            if item in codes:
                codes[item].update(codes_of(answer) if item in several else (code_text(answer),))
    known = questionnaire.codes
    return {item: sorted(found - known[item] - {NOT_ASKED, NOT_APPLICABLE}) for item, found in codes.items()}


# --- names that SPSS and Stata take --------------------------------------------------------------------------------


def _with_legal_names(columns: Iterable[Column]) -> Iterator[Column]:
    """Give every column a name that SPSS and Stata take; capitals do not tell names apart there."""
    taken: set[str] = set()
    for column in columns:
        legal = _legal(column.name)
        if legal.lower() in taken:
            legal = _short(legal, column.name)
        taken.add(legal.lower())
        yield replace(column, legal=legal)


def _legal(name: str) -> str:
    if name.startswith("_"):
        return f"meta{name}"
    legal = _UNFIT.sub("_", name)
    if legal.lower() in _RESERVED or _STATA_STRING.fullmatch(legal.lower()):
        legal = f"v_{legal}"
    legal = legal.rstrip("_") or "v"  # SPSS keeps names that end so for itself
    return legal if len(legal) <= LONGEST_NAME else _short(legal, name)


def _short(legal: str, name: str) -> str:
    """Return a shortened name that ends in a digest of the whole one."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:7]
    return f"{legal[: LONGEST_NAME - 8]}_{digest}"
