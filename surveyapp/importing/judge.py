"""Judges a table's rows by a mapping: what each would be stored as, or every reason why it cannot be."""

from __future__ import annotations

import gc
import hmac
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analysis.validity import DUPLICATE, FLAG_SEPARATOR, duplicate_effects
from questionnaires.accept import Accepted, accept
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Questionnaire
from questionnaires.problems import Words
from surveyapp.fieldwork.codes import LENGTH, hash_code, hash_typed, normalise_code
from surveyapp.importing import sources
from surveyapp.importing.cells import Choice, ChoiceReader, is_hidden_day, moment, read_mark, seconds
from surveyapp.importing.mapping import Column, ColumnMapping
from surveyapp.importing.plain import squeezed
from surveyapp.importing.table import MOST_ROWS, Table, UnfitFileError
from surveyapp.respond.submission import STRATUM_DIFFERS
from surveyapp.rows import one_line, unguarded
from surveyapp.speed import TOO_FAST, speed_effects
from surveyapp.store import Code, Outcome, Store, Submission

IMPORT = "import"
MOST_COUNT = 100_000
FIRST_YEAR = 2000
MOST_REMEMBERED = 200_000
_CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_FLAG = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is imported how: into which survey, on which day, under which channel and source."""

    slug: str
    questionnaire: Questionnaire
    secret: bytes
    day: str
    zone: ZoneInfo
    channel: str = ""
    """Named by whoever imports, for rows that name none; `import` otherwise, whatever their code went out by."""
    batch: str = ""
    """Tells several exports apart whose numbers would be the same, such as one per district."""


class RowProblem(NamedTuple):
    """Why a row is rejected: where, what is wrong, what to do."""

    line: int
    column: str
    value: str
    what: Words
    do: Words


class Good(NamedTuple):
    """A row that can be stored."""

    line: int
    submission: Submission


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a table's rows are."""

    good: Sequence[Good]
    already: Sequence[int]
    """Lines of rows that were imported before, with the same content."""
    problems: Sequence[RowProblem]
    warnings: Sequence[Words]

    @property
    def rejected(self) -> list[int]:
        """Return the lines of rejected rows, each once."""
        return list(dict.fromkeys(problem.line for problem in self.problems))


def judge_rows(table: Table, mapping: ColumnMapping, order: Order, store: Store) -> Judged:
    """Judge every row; the store is only read."""
    judge = _Judge(table=table, mapping=mapping, order=order, store=store)
    was_on = gc.isenabled()
    gc.disable()  # growing lists would be gone through again and again; judging makes no cycles
    try:
        return judge.all()
    finally:
        if was_on:
            gc.enable()


def is_channel(name: str) -> bool:
    """Say whether a channel may be called so."""
    return bool(_CHANNEL.fullmatch(name))


def as_read(questionnaire: Questionnaire, submission: Submission, language: str) -> list[tuple[str, str]]:
    """Return a row's answers as people read them: item and labels, then words and numbers."""
    closed: dict[str, str | list[str]] = json.loads(submission.answers)
    words: dict[str, str] = json.loads(submission.open_text) if submission.open_text else {}
    said = {
        item: "、".join(
            _label(questionnaire, item, code, language)
            for code in ([found] if isinstance(found, str) else found)
        )
        for item, found in closed.items()
    }
    return [*said.items(), *words.items()]


_UNASKED = {
    NOT_ASKED: Words("（未问）", "(not asked)"),
    NOT_APPLICABLE: Words("（不适用）", "(not applicable)"),
}


def _label(questionnaire: Questionnaire, item: str, code: str, language: str) -> str:
    if code in _UNASKED:
        return _UNASKED[code].en if language == "en" else _UNASKED[code].zh
    option = questionnaire.option(item, code)
    return option.label.say(language) if option else code


# --- what a row's answers are ----------------------------------------------------------------------------------------


class _Taken(NamedTuple):
    """One row's answers: what `accept` says, and what is wrong with its cells."""

    accepted: Accepted
    canonical: str
    open_text: str
    wrong: tuple[tuple[int, Words, Words], ...]


Cell = tuple[int, Callable[[str], Choice], str]
"""Where a choice stands, how it is read, and of which item it is."""

_AGAIN = Words("改正后再导入，或不导入这一行", "correct it and import again, or leave the row out")


@dataclass(kw_only=True)
class _Answers:
    """Turns a row's cells into answers; rows whose answers are written the same are judged once."""

    questionnaire: Questionnaire
    mapping: ColumnMapping
    judged: dict[tuple[str, ...], _Taken] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.choices: list[Cell] = []
        self.open: list[tuple[int, str]] = []
        self.places: dict[str, int] = {}
        for column in self.mapping.columns:
            if column.target.item:
                self._prepare(column)
        self.used = [place for place, _, _ in self.choices] + [place for place, _ in self.open]

    def _prepare(self, column: Column) -> None:
        target, place = column.target, column.number - 1
        self.places.setdefault(f"{target.item}.text" if target.is_words else target.item, place)
        if target.is_words or target.item not in self.questionnaire.closed_items:
            self.open.append((place, f"{target.item}.text" if target.is_words else target.item))
            return
        reader = ChoiceReader(
            questionnaire=self.questionnaire, item=target.item, source=self.mapping.source,
            reading=target.reading or "label", values=self.mapping.values.get(target.item, {}),
        )  # fmt: skip
        option = self.questionnaire.option(target.item, target.option) if target.option else None
        read = reader.read if option is None else _remembering(lambda cell: read_mark(cell, option, reader))
        self.choices.append((place, read, target.item))

    def take(self, row: Sequence[str]) -> _Taken:
        """Return what a row's answers are."""
        size = len(row)
        key = tuple([row[place] if place < size else "" for place in self.used])
        found = self.judged.get(key)
        if found is None:
            if len(self.judged) >= MOST_REMEMBERED:
                self.judged.clear()
            found = self.judged[key] = self._taken(key)
        return found

    def _taken(self, key: tuple[str, ...]) -> _Taken:
        raw: dict[str, list[str]] = {}
        words: dict[str, str] = {}
        wrong: list[tuple[int, Words, Words]] = []
        for (place, read, item), cell in zip(self.choices, key, strict=False):
            choice = read(cell)
            if choice.wrong:
                wrong.append((place, choice.wrong, _AGAIN))
            raw[item] = _joined(raw.get(item, []), choice.codes)
            if choice.words:
                words[item] = choice.words
        for (_, name), cell in zip(self.open, key[len(self.choices) :], strict=True):
            self._open(raw, name, cell)
        for item, said in words.items():
            raw.setdefault(f"{item}.text", [said])
        accepted = accept(self.questionnaire, raw, IMPORT)
        wrong += [
            self._problem(problem.field, Words(problem.zh, problem.en)) for problem in accepted.problems
        ]
        return _Taken(accepted, accepted.answers.canonical(), accepted.answers.open_text(), tuple(wrong))

    def _open(self, raw: dict[str, list[str]], name: str, cell: str) -> None:
        text, source = squeezed(cell), self.mapping.source
        if text and text not in source.empty and text not in source.skipped and cell not in _NOTHING_SAID:
            raw[name] = [unguarded(cell)]

    def _problem(self, name: str, what: Words) -> tuple[int, Words, Words]:
        place = self.places.get(name, self.places.get(name.removesuffix(".text"), -1))
        return place, what, _AGAIN


_NOTHING_SAID = (NOT_ASKED, NOT_APPLICABLE)


def _joined(before: list[str], codes: Sequence[str]) -> list[str]:
    """Join what several columns say of one item: “not asked” in one of them is overruled by any choice."""
    both = list(dict.fromkeys([*before, *codes]))
    return [code for code in both if code not in _NOTHING_SAID] or both[:1]


def _remembering(read: Callable[[str], Choice]) -> Callable[[str], Choice]:
    seen: dict[str, Choice] = {}

    def remembered(cell: str) -> Choice:
        if cell not in seen:
            seen[cell] = read(cell)
        return seen[cell]

    return remembered


# --- what a row is -----------------------------------------------------------------------------------------------------


class _Refusal(Exception):  # noqa: N818  # it refuses a row, and is no error of the program
    def __init__(self, system: str, what: Words, do: Words = _AGAIN) -> None:
        super().__init__(what.en)
        self.system, self.what, self.do = system, what, do


@dataclass(kw_only=True)
class _Judge:
    table: Table
    mapping: ColumnMapping
    order: Order
    store: Store
    problems: list[RowProblem] = field(default_factory=list)
    good: list[Good] = field(default_factory=list)
    already: list[int] = field(default_factory=list)
    warnings: dict[str, Words] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    waiting: list[tuple[int, Sequence[str], Submission]] = field(default_factory=list)
    same: Counter[bytes] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.answers = _Answers(questionnaire=self.order.questionnaire, mapping=self.mapping)
        self.columns = {
            column.target.system: column for column in self.mapping.columns if column.target.system
        }
        self.places = {system: column.number - 1 for system, column in self.columns.items()}
        self.duplicates = duplicate_effects(self.order.questionnaire)
        self.header = tuple(squeezed(name) for name in self.table.header)
        self.stratum_names = _stratum_names(self.order.questionnaire)

    def all(self) -> Judged:
        for line, row in zip(self.table.lines, self.table.rows, strict=True):
            self._row(line, row)
        there = _Stored(store=self.store, slug=self.order.slug).contents(
            [one.id for _, _, one in self.waiting]
        )
        for line, cells, one in self.waiting:
            self._note(line, cells, one, there.get(one.id))
        self.problems.sort(key=lambda problem: problem.line)
        self._warn()
        return Judged(
            good=self.good,
            already=self.already,
            problems=self.problems,
            warnings=list(self.warnings.values()),
        )

    def _row(self, line: int, row: Sequence[str]) -> None:
        before = len(self.problems)
        self._check_shape(line, row)
        if len(self.problems) > before:
            return
        taken = self.answers.take(row)
        for place, what, do in taken.wrong:
            self._wrong(line, row, place, what, do)
        try:
            made = list(self._submissions(line, row, taken))
        except _Refusal as refusal:
            self._wrong(line, row, self.places.get(refusal.system, -1), refusal.what, refusal.do)
            return
        if len(self.waiting) + len(made) > MOST_ROWS:
            zh, en = (
                f"合计超过 {MOST_ROWS:,} 份：请分成几个文件",
                f"more than {MOST_ROWS:,} in all: make it several files",
            )
            raise UnfitFileError(zh, en)
        if len(self.problems) == before:
            self.waiting += [(line, row, one) for one in made]

    def _wrong(self, line: int, row: Sequence[str], place: int, what: Words, do: Words) -> None:
        name = self.mapping.columns[place].shown if place >= 0 else ""
        value = row[place] if 0 <= place < len(row) else ""
        self.problems.append(RowProblem(line, name, value, what, do))

    def _check_shape(self, line: int, row: Sequence[str]) -> None:
        if any(row[len(self.table.header) :]):
            what = Words("这一行的格数多于列名", "the row has more cells than there are columns")
            do = Words("看看是否有没加引号的分隔符", "look for a separator outside of quotes")
            self._wrong(line, row, -1, what, do)
        elif tuple(map(squeezed, row)) == self.header[: len(row)]:
            what = Words("又是一行列名", "the column names once more")
            self._wrong(line, row, -1, what, Words("删去这一行", "remove the row"))

    def _cell(self, row: Sequence[str], system: str) -> str:
        place = self.places.get(system, -1)
        text = row[place] if 0 <= place < len(row) else ""
        return "" if squeezed(text) in self.mapping.source.empty | {"(跳过)"} else text

    def _submissions(self, line: int, row: Sequence[str], taken: _Taken) -> Iterator[Submission]:
        """Yield what the row would be stored as. Raises _Refusal."""
        order, questionnaire = self.order, self.order.questionnaire
        count = self._count(row)
        self._check_version(row)
        lasted, day = self._times(row)
        repeated = self._repeats(line, row)
        code = self._code(line, row)
        speed = set() if lasted is None else speed_effects(questionnaire, taken.accepted.answers, lasted)
        noted = {TOO_FAST: speed, DUPLICATE: repeated}
        said = self._said_stratum(row, taken)
        stratum = code.stratum if code and code.stratum is not None else said
        flags = {flag for flag, effects in noted.items() if "flag" in effects} | self._flags(row)
        if said is not None and said != stratum:
            flags.add(STRATUM_DIFFERS)
        excluded = next((reason for reason, effects in noted.items() if "exclude" in effects), "")
        submission = Submission(
            id="", survey=order.slug, version=questionnaire.version, channel=self._channel(row), stratum=stratum,
            validity=self._invalid(row) or excluded, flags=FLAG_SEPARATOR.join(sorted(flags)), answers=taken.canonical,
            open_text=taken.open_text, day=day, code_hash=code.hash if code else None,
        )  # fmt: skip
        for _ in range(count):
            yield replace(submission, id=self._id(row))

    # --- the system's columns

    def _count(self, row: Sequence[str]) -> int:
        text = self._cell(row, sources.COUNT)
        if not text:
            return 1
        if text.isascii() and text.isdigit() and 0 < int(text) <= MOST_COUNT:
            if int(text) > 1 and (self._cell(row, sources.ID) or self._cell(row, sources.CODE)):
                zh, en = "有编号或答题码的行只能是 1 份", "a row with a number or a code is one questionnaire"
                raise _Refusal(sources.COUNT, Words(zh, en))
            return int(text)
        zh, en = f"应为 1 到 {MOST_COUNT} 的整数", f"must be a whole number from 1 to {MOST_COUNT}"
        raise _Refusal(sources.COUNT, Words(zh, en))

    def _check_version(self, row: Sequence[str]) -> None:
        version = self._cell(row, sources.VERSION)
        if version and version != self.order.questionnaire.version:
            what = Words(
                "答卷属于问卷的另一个版本", "the answers belong to another version of the questionnaire"
            )
            do = Words(
                "先发布那个版本，或把 _version 列设为不导入（按现在的版本读）",
                "publish that version first, or leave _version out (answers are then read by the present one)",
            )
            raise _Refusal(sources.VERSION, what, do)

    def _times(self, row: Sequence[str]) -> tuple[int | None, str]:
        """Return how many seconds the answer took, if that is known, and its day."""
        sent_cell, lasted_cell = self._cell(row, sources.SUBMITTED), self._cell(row, sources.SECONDS)
        sent = moment(sent_cell, self.order.zone) if sent_cell else None
        if sent_cell and sent is None:
            do = Words(
                "写成 2026-09-20 12:00，或把这一列设为不导入",
                "write it like 2026-09-20 12:00, or leave the column out",
            )
            raise _Refusal(sources.SUBMITTED, Words("不是日期", "it is no date"), do)
        lasted = seconds(lasted_cell) if lasted_cell else None
        if lasted_cell and lasted is None:
            do = Words(
                "写成 126 或 126秒，或把这一列设为不导入", "write it like 126, or leave the column out"
            )
            raise _Refusal(sources.SECONDS, Words("不是时长", "it is no duration"), do)
        if lasted is None and sent is not None and (began := self._cell(row, sources.STARTED)):
            first = moment(began, self.order.zone)
            lasted = int((sent - first).total_seconds()) if first and first < sent else None
        return lasted, self._day(sent.date() if sent else None)

    def _day(self, sent: date | None) -> str:
        if sent is None or is_hidden_day(sent):
            if sent is not None:
                zh, en = (
                    "1980-01-01 是平台隐去的日期，按导入日记",
                    "1980-01-01 stands for a hidden day: the day of import is kept",
                )
                self.warnings["hidden"] = Words(zh, en)
            return self.order.day
        if sent.isoformat() > self.order.day:
            what = Words("日期在今天之后", "the day lies after today")
            raise _Refusal(sources.SUBMITTED, what)
        if sent.year < FIRST_YEAR:
            raise _Refusal(sources.SUBMITTED, Words("日期太早", "the day lies too long ago"))
        return sent.isoformat()

    def _repeats(self, line: int, row: Sequence[str]) -> set[str]:
        """Return what the definition says of a number that came before; where it says nothing the row is rejected."""
        number = self._cell(row, sources.ID)
        if not number:
            return set()
        first = self.numbers.setdefault(number, line)
        if first == line:
            return set()
        if not self.duplicates:
            what = Words(f"编号与第 {first} 行相同", f"the same number as in row {first}")
            raise _Refusal(sources.ID, what, Words("留下其中一行", "keep one of the two"))
        return self.duplicates

    def _channel(self, row: Sequence[str]) -> str:
        written = self._cell(row, sources.CHANNEL)
        if written and not _CHANNEL.fullmatch(written):
            what = Words(
                "渠道只能是小写字母、数字、- 和 _", "a channel is lower case letters, digits, - and _"
            )
            raise _Refusal(sources.CHANNEL, what)
        return written or self.order.channel or IMPORT

    def _said_stratum(self, row: Sequence[str], taken: _Taken) -> str | None:
        written = self._cell(row, sources.STRATUM)
        if written:
            found = self.stratum_names.get(written, self.stratum_names.get(squeezed(written)))
            if found is None and self.stratum_names:
                what = Words(f"没有“{written[:30]}”这一层", f"there is no stratum '{written[:30]}'")
                raise _Refusal(sources.STRATUM, what)
            return found or one_line(written)[:40]
        item = self.order.questionnaire.population.stratum_item
        answer = taken.accepted.answers.closed.get(item) if item else None
        return answer if isinstance(answer, str) and not answer.startswith("-") else None

    def _flags(self, row: Sequence[str]) -> set[str]:
        flags = {flag.strip() for flag in self._cell(row, sources.FLAGS).split(FLAG_SEPARATOR)} - {""}
        if all(map(_FLAG.fullmatch, flags)):
            return flags
        raise _Refusal(sources.FLAGS, Words("标记应是 too_fast 这样的词", "flags are words such as too_fast"))

    def _invalid(self, row: Sequence[str]) -> str:
        return one_line(unguarded(self._cell(row, sources.INVALID)))[:200]

    # --- codes

    def _code(self, line: int, row: Sequence[str]) -> Code | None:
        """Look the row's access code up. Raises _Refusal for one that cannot be used."""
        written = self._cell(row, sources.CODE)
        if not written:
            return None
        link = re.search(r"/s/[\w-]+/([^/?#\s]+)", written)  # the whole address was pasted
        code = normalise_code(link[1] if link else written)
        if code is None:
            what = Words("不是答题码", "it is no access code")
            raise _Refusal(
                sources.CODE, what, Words("对照发放表改正", "compare it with the sheet handed out")
            )
        found = self._looked_up(code)
        if found is None:
            what = Words("这个调查没有这个答题码", "this survey has no such access code")
            raise _Refusal(
                sources.CODE, what, Words("对照发放表改正", "compare it with the sheet handed out")
            )
        first = self.codes.setdefault(found.hash, line)
        if first != line:
            what = Words(f"答题码与第 {first} 行相同", f"the same access code as in row {first}")
            raise _Refusal(sources.CODE, what, Words("留下其中一行", "keep one of the two"))
        return found

    def _looked_up(self, code: str) -> Code | None:
        if len(code) == LENGTH:
            return self.store.code(self.order.slug, hash_code(code))
        return self.store.typed_code(self.order.slug, hash_typed(code, self.order.secret))

    def _check_code(self, submission: Submission) -> Words | None:
        """Say why a row's code cannot be spent; a row that was imported before spent it itself."""
        found = self.store.code(self.order.slug, submission.code_hash or "")
        if found is not None and found.state == "used":
            return Words(
                "这个答题码已经用过，那份答卷已收到",
                "this access code was used before; its answer is here already",
            )
        if found is not None and found.state == "void":
            return Words("这个答题码已作废", "this access code was made void")
        return None

    # --- repeats

    def _id(self, row: Sequence[str]) -> str:
        """Return an id that the same row has again: from its number at the source, or from file and content."""
        number = self._cell(row, sources.ID)
        what = ["number", self.order.batch or self.mapping.source.id, number] if number else [
            "content", self.table.digest, "\x1f".join(row).rstrip("\x1f"),
        ]  # fmt: skip
        key = self._signed(json.dumps([self.order.slug, *what]).encode())
        self.same[key] += 1
        return self._signed(key + str(self.same[key]).encode()).hex()

    def _signed(self, content: bytes) -> bytes:
        return hmac.digest(self.order.secret, b"import\0" + content, "sha256")[:16]

    def _note(self, line: int, row: Sequence[str], one: Submission, stored: Content | None) -> None:
        """Put a row where it belongs: good, there already, in conflict with what is there, or its code cannot be used."""
        if stored is None:
            self._note_new(line, row, one)
        elif stored == (one.answers, one.open_text):
            self.already.append(line)
        else:
            what = Words(
                "这个编号的答卷已经导入过，内容不同",
                "an answer of this number was imported before, with other content",
            )
            do = Words(
                "已导入的不会改；若是另一份导出（如另一个街道），请给它另起一个批次名",
                "what is stored stays; for another export (of another district, say), name another batch",
            )
            self._wrong(line, row, self.places.get(sources.ID, -1), what, do)

    def _note_new(self, line: int, row: Sequence[str], one: Submission) -> None:
        refused = self._check_code(one) if one.code_hash else None
        if refused is None:
            self.good.append(Good(line, one))
        else:
            self._wrong(
                line, row, self.places[sources.CODE], refused, Words("不导入这一行", "leave the row out")
            )

    def _warn(self) -> None:
        if sources.ID not in self.columns and self.good and self.store.counts(self.order.slug):
            self.warnings["no-number"] = Words(
                "文件没有编号列：只能认出同一个文件的重复导入，认不出别的文件里的同一份答卷",
                "the file has no column with numbers: only the same file is known again, not the same answer in another",
            )


# --- what is there already -------------------------------------------------------------------------------------------

Content = tuple[str, str]
"""A stored response's closed answers and words."""
FEW = 500
"""So many ids are looked up one by one; beyond that the survey's responses are read through once."""


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """Looks up which of many ids are stored, and with what content."""

    store: Store
    slug: str

    def contents(self, ids: Collection[str]) -> dict[str, Content]:
        counts = self.store.counts(self.slug)
        if not counts or not ids:
            return {}
        if len(ids) <= FEW:
            return self._one_by_one(ids)
        wanted = set(ids)
        shown = {
            one.id: (one.answers, one.open_text)
            for one in self.store.responses(self.slug)
            if one.id in wanted
        }
        # answers that wait to be shown are not among the survey's responses
        return shown | (
            self._one_by_one(wanted - shown.keys()) if any(not row.shown for row in counts) else {}
        )

    def _one_by_one(self, ids: Collection[str]) -> dict[str, Content]:
        found = ((id_, self.store.response(id_)) for id_ in ids)
        return {id_: (stored.answers, stored.open_text) for id_, stored in found if stored is not None}


def _stratum_names(questionnaire: Questionnaire) -> Mapping[str, str]:
    names = dict(questionnaire.strata())
    item = questionnaire.population.stratum_item
    labels = (
        {label: o.code for o in questionnaire.options(item) for label in o.label.root.values()}
        if item
        else {}
    )
    return {squeezed(label): code for label, code in labels.items()} | {code: code for code in names}


__all__ = [
    "IMPORT",
    "Good",
    "Judged",
    "Order",
    "Outcome",
    "RowProblem",
    "as_read",
    "is_channel",
    "judge_rows",
]
