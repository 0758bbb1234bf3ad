"""Draws a sample from a roster so that anybody who has the file and the seed can draw the same one again.

The method `hmac-sha256/1`, in full:

1. The roster's rows are numbered as they stand in the file: the first row of a sheet, or the first record of a csv file,
   is 1, whatever it holds. The header is the first row with more than one filled cell; people are the rows below it
   that are not blank.
2. The rank of a row is HMAC-SHA256 with the seed (as UTF-8) as its key and the row's number (decimal digits, ASCII) as
   its message.
3. From each stratum of N people of whom n are drawn, the n rows with the smallest ranks are drawn, compared byte by byte.
   A simple sample has one stratum, of everybody.

It needs no generator of random numbers and no library, so no version of either changes it. As HMAC-SHA256 cannot be told
from chance without the seed, every set of n rows is equally likely; and a larger sample with the same seed contains the
smaller one, so that what was drawn too small can be added to.
"""

from __future__ import annotations

import hmac
import json
import secrets
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import nsmallest
from itertools import pairwise
from typing import Literal

from analysis.planning import Allocation, allocate
from surveyapp.fieldwork.roster import Roster, Row
from surveyapp.store import Draw

ALGORITHM = "hmac-sha256/1"
SIMPLE = ""
"""The stratum of a sample without strata."""

EXAMPLES = 5
"""So many row numbers are named for each kind of remark."""

MOST_OWN_STRATA = 50
"""Where the questionnaire names no strata, a column with more values than this is none; it could be names."""

_NOT_COUNTED = 0xFFFF
Design = Literal["simple", "stratified"]


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something the evaluator should know about a roster or a draw, in both languages."""

    code: str
    zh: str
    en: str

    def say(self, language: str) -> str:
        """Return the words in a language."""
        return self.en if language == "en" else self.zh


class UnfitRosterError(Exception):
    """A roster from which nothing is drawn as it stands; carries everything that is wrong with it."""

    def __init__(self, remarks: Sequence[Remark]) -> None:
        self.remarks = tuple(remarks)
        self.zh, self.en = (
            "\n".join(remark.say(language) for remark in remarks) for language in ("zh", "en")
        )
        super().__init__(self.en)


@dataclass(frozen=True)
class Places:
    """How often something was found, and in which rows first."""

    count: int
    rows: tuple[int, ...]

    def and_in(self, row: int) -> Places:
        """Return these with one row more."""
        return Places(self.count + 1, self.rows if len(self.rows) >= EXAMPLES else (*self.rows, row))

    def words(self, language: str) -> str:
        """Say where it was found."""
        rows = (", " if language == "en" else "、").join(map(str, self.rows))
        more = "…" if self.count > len(self.rows) else ""
        return f"row {rows}{more}" if language == "en" else f"第 {rows}{more} 行"


NOWHERE = Places(0, ())


# --- counting a roster ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a roster is read: which column is the stratum, what its values mean, which column tells people apart.

    `values` maps a cell's text to a stratum's code. A value it does not know is refused, or left out if `leaves_out`.
    """

    column: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    takes_any: bool = False
    """Take every value as a stratum of its own: for questionnaires that define none."""
    leaves_out: bool = False
    unique: str | None = None

    @property
    def design(self) -> Design:
        """Return whether strata are drawn from separately."""
        return "simple" if self.column is None else "stratified"


@dataclass(kw_only=True)
class Frame:
    """The people of a roster by stratum, counted; of the rows only their numbers are kept, two to four bytes each."""

    strata: list[str]
    numbers: array[int]
    stratum_of: array[int]
    people: Counter[str]
    values: Counter[str]
    """How often each known value of the stratum column was found."""
    unknown: dict[str, Places]
    blank: Places
    repeated: Places
    without_id: Places
    ragged: Places

    @property
    def left_out(self) -> int:
        """Return how many people have no stratum."""
        return self.blank.count + sum(found.count for found in self.unknown.values())


MOST_UNKNOWN = 50
"""So many unknown values are told apart; a column with more is not the one that was meant."""


class UnknownColumnError(Exception):
    """A column that the roster does not have, or has twice."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        known = "、".join(columns)
        twice = columns.count(name) > 1
        self.zh = f"名册里有几列都叫“{name}”，请改名" if twice else f"名册里没有列“{name}”；有：{known}"
        self.en = f"several columns are called '{name}'; rename them" if twice else (
            f"the roster has no column '{name}'; there are: {', '.join(columns)}"
        )  # fmt: skip
        super().__init__(self.en)


def place_of(roster: Roster, column: str | None) -> int | None:
    """Return a column's place from 0. Raises UnknownColumnError."""
    if column is None:
        return None
    if roster.columns.count(column) != 1:
        raise UnknownColumnError(column, roster.columns)
    return roster.columns.index(column)


def counted(roster: Roster, reading: Reading) -> Frame:
    """Count a roster's people by stratum. Raises UnknownColumnError and UnreadableFileError."""
    frame = Frame(
        strata=list(dict.fromkeys(reading.values.values())), numbers=array("I"), stratum_of=array("H"),
        people=Counter(), values=Counter(), unknown={}, blank=NOWHERE, repeated=NOWHERE, without_id=NOWHERE,
        ragged=NOWHERE,
    )  # fmt: skip
    counting = _Counting(frame, reading, place_of(roster, reading.column), place_of(roster, reading.unique))
    width = len(roster.columns)
    for row in roster.rows():
        counting.take(row, width)
    return counting.finished()


class _Counting:
    def __init__(self, frame: Frame, reading: Reading, column: int | None, unique: int | None) -> None:
        self.frame, self.reading, self.column, self.unique = frame, reading, column, unique
        self.places = {code: place for place, code in enumerate(frame.strata)}
        self.digests = array("Q")

    def take(self, row: Row, width: int) -> None:
        """Count one person."""
        if any(map(str.strip, row.cells[width:])):
            self.frame.ragged = self.frame.ragged.and_in(row.number)
        self.frame.numbers.append(row.number)
        self.frame.stratum_of.append(self._stratum(row))
        self.digests.append(self._digest(row))

    def _stratum(self, row: Row) -> int:
        if self.column is None:
            return self._place(SIMPLE)
        value = row.cells[self.column].strip()
        if value in self.reading.values:
            self.frame.values[value] += 1
            return self._place(self.reading.values[value])
        if not value:
            self.frame.blank = self.frame.blank.and_in(row.number)
        elif self.reading.takes_any and (value in self.places or len(self.places) <= MOST_OWN_STRATA):
            self.frame.values[value] += 1
            return self._place(value)
        elif value in self.frame.unknown or len(self.frame.unknown) < MOST_UNKNOWN:
            self.frame.unknown[value] = self.frame.unknown.get(value, NOWHERE).and_in(row.number)
        else:
            self.frame.unknown["…"] = self.frame.unknown.get("…", NOWHERE).and_in(row.number)
        return _NOT_COUNTED

    def _place(self, code: str) -> int:
        self.frame.people[code] += 1
        if code not in self.places:
            self.places[code] = len(self.frame.strata)
            self.frame.strata.append(code)
        return self.places[code]

    def _digest(self, row: Row) -> int:
        """Return 64 bits of a person's identity, or of the whole row; 0 for a person without one."""
        told = row.cells if self.unique is None else [row.cells[self.unique].strip()]
        if self.unique is not None and not told[0]:
            self.frame.without_id = self.frame.without_id.and_in(row.number)
            return 0
        return int.from_bytes(blake2b("\x1f".join(told).encode(), digest_size=8).digest())

    def finished(self) -> Frame:
        """Return the frame with its repeated rows counted: sorted, since a set of a million takes ten times the room."""
        twice = {one for one, next_one in pairwise(sorted(self.digests)) if one == next_one and one}
        seen: set[int] = set()
        for number, digest in zip(self.frame.numbers, self.digests, strict=True):
            if digest in twice:
                if digest in seen:
                    self.frame.repeated = self.frame.repeated.and_in(number)
                seen.add(digest)
        return self.frame


# --- how many from each stratum ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Order:
    """How many are to be drawn: in all, divided among the strata; or from each stratum."""

    total: int | None = None
    each: Mapping[str, int] = field(default_factory=dict)
    allocation: Allocation = "proportional"
    shares: Mapping[str, float] = field(default_factory=dict)
    least: int = 0


def numbers_drawn(people: Mapping[str, int], order: Order) -> dict[str, int]:
    """Return how many to draw from each stratum, never more than there are. Raises ValueError as `allocate` does."""
    if order.total is None:
        return {code: min(order.each.get(code, 0), there) for code, there in people.items()}
    return allocate(
        min(order.total, sum(people.values())), people, order.allocation, order.shares, order.least
    )


# --- drawing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A drawn sample: which rows, by stratum in order of the file, and how it was drawn."""

    rows: Mapping[str, Sequence[int]]
    people: Mapping[str, int]
    seed: str
    file_hash: str
    method: str

    @property
    def drawn(self) -> dict[str, int]:
        """Return how many were drawn from each stratum."""
        return {code: len(rows) for code, rows in self.rows.items()}

    @property
    def size(self) -> int:
        """Return how many were drawn."""
        return sum(self.drawn.values())

    @property
    def counts(self) -> str:
        """Return the people and the drawn of each stratum as it is stored."""
        told = {code: {"people": there, "drawn": len(self.rows[code])} for code, there in self.people.items()}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    def strata_by_row(self) -> dict[int, str]:
        """Return the stratum of each drawn row, in order of the file."""
        found = ((row, code) for code, rows in self.rows.items() for row in rows)
        return dict(sorted(found))


def make_seed() -> str:
    """Return a new seed: 80 random bits in 20 hexadecimal digits, short enough to be written down."""
    return secrets.token_hex(10)


def rank(seed: bytes, number: int) -> bytes:
    """Return a row's rank (see the method above)."""
    return hmac.digest(seed, b"%d" % number, "sha256")


def draw(roster: Roster, frame: Frame, reading: Reading, order: Order, seed: str) -> Sample:
    """Draw a sample from a counted roster. Raises UnfitRosterError and ValueError."""
    if problems := unfit(frame, reading, order):
        raise UnfitRosterError(problems)
    people = {code: frame.people[code] for code in frame.strata if frame.people[code]}
    wanted = numbers_drawn(people, order)
    return Sample(
        rows={code: _smallest(frame, code, wanted[code], seed) for code in people}, people=people, seed=seed,
        file_hash=roster.file_hash, method=method_of(roster, frame, reading, order),
    )  # fmt: skip


def _smallest(frame: Frame, code: str, wanted: int, seed: str) -> list[int]:
    place, key = frame.strata.index(code), seed.encode()
    there = (row for row, at in zip(frame.numbers, frame.stratum_of, strict=True) if at == place)
    return sorted(row for _rank, row in nsmallest(wanted, ((rank(key, row), row) for row in there)))


def method_of(roster: Roster, frame: Frame, reading: Reading, order: Order) -> str:
    """Return all that is needed beside file, seed and numbers to draw the sample again, as one line of JSON."""
    told: dict[str, object] = {"algorithm": ALGORITHM, "design": reading.design}
    if reading.column is not None:
        told |= {
            "allocation": order.allocation if order.total is not None else "numbers",
            "column": reading.column,
            "values": {
                value: value if reading.takes_any else reading.values[value] for value in frame.values
            },
        }
    if frame.left_out:
        told["left_out"] = frame.left_out
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


# --- drawing once more ---------------------------------------------------------------------------------------------


class OtherFileError(Exception):
    """The file is not the one from which the sample was drawn."""

    def __init__(self, roster: Roster, found: Draw) -> None:
        self.zh = (
            f"{roster.name} 不是当时的文件：其 SHA-256 为 {roster.file_hash[:16]}…，记录的是 {found.file_hash[:16]}…。"
            "请用抽样时的原文件（不要另存）。"
        )
        self.en = (
            f"{roster.name} is not the file that was drawn from: its SHA-256 is {roster.file_hash[:16]}…, on record is "
            f"{found.file_hash[:16]}…. Use the original file, not saved anew."
        )
        super().__init__(self.en)


class OtherMethodError(Exception):
    """A draw on record whose method this program does not know, or whose numbers it does not reach."""

    def __init__(self, found: Draw) -> None:
        self.zh = f"抽样 {found.id} 用的方法本程序不能重复：{found.method}"
        self.en = f"draw {found.id} used a method that this program cannot repeat: {found.method}"
        super().__init__(self.en)


def repeated(roster: Roster, found: Draw) -> Sample:
    """Draw a recorded sample again. Raises OtherFileError, OtherMethodError and UnreadableFileError."""
    if roster.file_hash != found.file_hash:
        raise OtherFileError(roster, found)
    told, counts = json.loads(found.method), json.loads(found.counts)
    if told.get("algorithm") != ALGORITHM:
        raise OtherMethodError(found)
    reading = Reading(column=told.get("column"), values=told.get("values", {}), leaves_out=True)
    frame = counted(roster, reading)
    sample = draw(
        roster, frame, reading, Order(each={code: one["drawn"] for code, one in counts.items()}), found.seed
    )
    if json.loads(sample.counts) != counts:
        raise OtherMethodError(found)
    return sample


# --- what to say about it ------------------------------------------------------------------------------------------


def unfit(frame: Frame, reading: Reading, order: Order) -> list[Remark]:
    """Return what keeps a sample from being drawn."""
    found = list(_unplaced(frame)) if frame.left_out and not reading.leaves_out else []
    if not frame.people and not found:
        found.append(Remark(code="nobody", zh="名册里一个人也没有", en="there is nobody in the roster"))
    if reading.takes_any and _looks_like_names(frame):
        found.append(
            Remark(
                code="no-strata",
                zh=f"“{reading.column}”列不像分层：值太多，或多数值只有一人。请换一列，或不分层",
                en=f"column '{reading.column}' is no stratum: too many values, or most stand for one person. Take another",
            )
        )
    found += _unknown_strata(frame, order)
    return found


def _unplaced(frame: Frame) -> Iterator[Remark]:
    for value, places in sorted(frame.unknown.items(), key=lambda one: (-one[1].count, one[0])):
        yield Remark(
            code="unknown-value",
            zh=f"分层列的值“{value}”不认识：{places.count} 人（{places.words('zh')}）",
            en=f"unknown stratum '{value}': {places.count} people ({places.words('en')})",
        )
    if frame.blank.count:
        yield Remark(
            code="blank-value",
            zh=f"分层列空白：{frame.blank.count} 人（{frame.blank.words('zh')}）",
            en=f"no stratum given: {frame.blank.count} people ({frame.blank.words('en')})",
        )


def _looks_like_names(frame: Frame) -> bool:
    alone = sum(1 for count in frame.values.values() if count == 1)
    return len(frame.values) > MOST_OWN_STRATA or bool(frame.unknown) or alone * 2 > len(frame.values)


def _unknown_strata(frame: Frame, order: Order) -> Iterator[Remark]:
    for code in order.each:
        if code not in frame.strata:
            known = "、".join(frame.strata)
            yield Remark(
                code="unknown-stratum",
                zh=f"没有分层“{code}”；有：{known}",
                en=f"there is no stratum '{code}'; there are: {', '.join(frame.strata)}",
            )


def remarks(
    frame: Frame,
    order: Order,
    drawn: Mapping[str, int],
    defined: Mapping[str, int],
    labels: Mapping[str, str] | None = None,
) -> list[Remark]:
    """Return what to warn of before a sample is drawn; `defined` are the people by stratum as the definition has them."""
    names = labels or {}
    found = [*_rows_remarks(frame)]
    if order.total is not None and order.total > sum(frame.people.values()):
        found.append(_census(order.total, sum(frame.people.values())))
    for code in dict.fromkeys([*defined, *frame.strata]):
        name = (names.get(code, code),) * 2 if code != SIMPLE else ("全部", "everybody")
        asked = order.each.get(code, 0) if order.total is None else 0
        found += _stratum_remarks(
            name, frame.people.get(code, 0), drawn.get(code, 0), asked, defined.get(code)
        )
    return found


def _rows_remarks(frame: Frame) -> Iterator[Remark]:
    if frame.repeated.count:
        yield Remark(
            code="repeated-rows",
            zh=f"重复的人：{frame.repeated.count} 行与前面的相同（{frame.repeated.words('zh')}），被抽中的机会加倍",
            en=f"{frame.repeated.count} rows repeat an earlier person ({frame.repeated.words('en')}), whose chance is doubled",
        )  # fmt: skip
    if frame.without_id.count:
        yield Remark(
            code="no-identity",
            zh=f"{frame.without_id.count} 人缺少用来辨认的内容（{frame.without_id.words('zh')}），无法查重",
            en=f"{frame.without_id.count} people have nothing to tell them apart by ({frame.without_id.words('en')})",
        )
    if frame.ragged.count:
        yield Remark(
            code="more-cells",
            zh=f"{frame.ragged.count} 行的单元格多于列名（{frame.ragged.words('zh')}）：可能有未加引号的逗号，请核对",
            en=f"{frame.ragged.count} rows have more cells than the header ({frame.ragged.words('en')}): check for stray commas",
        )  # fmt: skip
    if frame.left_out:
        yield Remark(
            code="left-out",
            zh=f"{frame.left_out} 人没有可用的分层，不参加抽样，结果不代表他们",
            en=f"{frame.left_out} people without a stratum are left out: the result does not speak for them",
        )


def _census(total: int, there: int) -> Remark:
    return Remark(
        code="census",
        zh=f"要抽 {total} 人，名册只有 {there} 人：全部调查，没有抽样",
        en=f"{total} were wanted of {there} people: everybody is asked, nothing is drawn",
    )


def _stratum_remarks(
    name: tuple[str, str], there: int, drawn: int, asked: int, defined: int | None
) -> Iterator[Remark]:
    zh, en = name
    if asked > there > 0:
        yield Remark(
            code="stratum-census",
            zh=f"{zh}：要抽 {asked} 人，只有 {there} 人，全部调查",
            en=f"{en}: {asked} were wanted of {there}; everybody is asked",
        )
    if not there and defined:
        yield Remark(
            code="empty-stratum",
            zh=f"{zh}：问卷定义有 {defined} 人，名册里没有人",
            en=f"{en}: {defined} people by the definition, nobody in the roster",
        )
    elif defined is not None and there != defined:
        yield Remark(
            code="other-number",
            zh=f"{zh}：名册 {there} 人，问卷定义 {defined} 人，加权时以定义为准",
            en=f"{en}: {there} people in the roster, {defined} by the definition, which is what weights go by",
        )
    if there and not drawn:
        yield Remark(
            code="nobody-drawn",
            zh=f"{zh}：{there} 人中一个也没抽，结果不代表这一层",
            en=f"{en}: nobody of {there} is drawn, so the result does not speak for them",
        )
    elif drawn == 1 and there > 1:
        yield Remark(
            code="single-case",
            zh=f"{zh}：{there} 人中只抽 1 人，算不出这一层的误差；至少抽 2 人为好",
            en=f"{en}: 1 of {there} is drawn; its error cannot be known, so draw at least 2",
        )
    elif there == 1:
        yield Remark(
            code="single-person",
            zh=f"{zh}：只有 1 人，答卷能认出是谁；分层结果不要单独公布",
            en=f"{en}: a single person, who could be recognised; do not publish this stratum by itself",
        )
