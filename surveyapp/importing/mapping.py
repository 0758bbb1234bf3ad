"""What each column of a file is: proposed from its name and its cells, corrected by hand, kept as yaml.

A target is written as in a rows file: `notice` an item, `improve.A` one option of it, `improve.text` the words beside an
option, `_seconds` and the like a column of the system, `-` left out. `notice:number` says how whole numbers are read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import NamedTuple

import yaml

from questionnaires.model import Questionnaire
from questionnaires.problems import Words, suggest
from surveyapp.importing import sources
from surveyapp.importing.cells import (
    CODE,
    LABEL,
    NUMBER,
    READINGS,
    REVERSE,
    VALUE,
    ChoiceReader,
    distinct,
    numbered,
    option_names,
    other_option,
    whole_number,
)  # fmt: skip
from surveyapp.importing.plain import bare, question, squeezed
from surveyapp.importing.sources import LEFT_OUT, SOURCES, Source
from surveyapp.importing.table import Table

SYSTEM = {
    sources.ID: Words(
        "来源编号（用来认出重复导入，不保存）", "the source's number (tells repeats; not kept)"
    ),
    sources.SECONDS: Words("答题用时（只判断是否过快，不保存）", "how long it took (judged, not kept)"),
    sources.STARTED: Words("开始时间（只用来算用时，不保存）", "when it began (for the duration; not kept)"),
    sources.SUBMITTED: Words("提交时间（只保留到日）", "when it was sent (its day is kept)"),
    sources.CODE: Words("答题码（导入即用掉）", "access code (importing spends it)"),
    sources.CHANNEL: Words("渠道", "channel"),
    sources.STRATUM: Words("分层", "stratum"),
    sources.VERSION: Words("问卷版本", "version of the questionnaire"),
    sources.INVALID: Words("不计入的原因", "why it does not count"),
    sources.FLAGS: Words("标记", "flags"),
    sources.COUNT: Words("同样的答卷有几份", "how many gave these answers"),
}
LEAVE_OUT = Words("不导入", "left out")
PERSONAL = Words(
    "个人信息或能认出人的信息，从不导入", "personal data, or what tells who it was: never imported"
)
MAYBE_PERSONAL = Words("可能认出人，不导入", "may tell who it was: left out")
NO_MATCH = Words("没有相符的题目", "no item matches")
_NO_ANSWER = Words("不是答案", "no answer")
SURE, CHECK, NONE = "sure", "check", "none"
"""How sure a proposal is: sure, to be looked at, nothing found."""

CERTAIN = 0.95
LIKE, LEAD = 0.72, 0.08
"""How alike two wordings must be to be proposed, and by how much more than the next item's."""
LONGEST_COMPARED = 200
LONGEST_NAME = 600
SHOWN_VALUES = 6
READING_WORDS = {
    CODE: Words("编码", "codes"),
    NUMBER: Words("序号，1＝第一个选项", "numbers, 1 = first option"),
    REVERSE: Words("序号，1＝最后一个选项", "numbers, 1 = last option"),
    VALUE: Words("分值", "what options are worth"),
}


class UnfitMappingError(Exception):
    """A mapping that cannot be used; carries the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Target(NamedTuple):
    """What a column is imported as."""

    item: str = ""
    option: str = ""
    is_words: bool = False
    system: str = ""
    reading: str = ""

    @property
    def is_left_out(self) -> bool:
        """Say whether the column is not imported."""
        return not (self.item or self.system)

    @property
    def place(self) -> tuple[str, str, bool, str]:
        """Return what only one column can be."""
        return self.item, self.option, self.is_words, self.system

    def __str__(self) -> str:
        name = self.system or self.item or LEFT_OUT
        ending = f".{self.option}" if self.option else ".text" if self.is_words else ""
        return f"{name}{ending}{f':{self.reading}' if self.reading else ''}"


NOTHING = Target()


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a file and what is proposed for it."""

    number: int
    """From 1, as a sheet counts."""
    name: str
    target: Target = NOTHING
    reason: Words = NO_MATCH
    sureness: str = NONE
    samples: Sequence[str] = ()
    notes: Sequence[Words] = ()
    doubt: Words | None = None
    """What must be decided before anything can be imported."""
    readings: Sequence[str] = ()
    """How its whole numbers could be read, where that is a question."""

    @property
    def is_personal(self) -> bool:
        """Say whether it is left out because it tells who somebody is; its cells are shown to nobody then."""
        return self.reason in (PERSONAL, MAYBE_PERSONAL)

    @property
    def is_barred(self) -> bool:
        """Say whether no mapping may take it in."""
        return self.reason == PERSONAL

    @property
    def shown(self) -> str:
        """Return the column's name, or its number where it has none."""
        return self.name or f"#{self.number}"


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """What every column of a file is imported as."""

    source: Source
    columns: Sequence[Column]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Item → cell → code, for cells that no label explains."""
    missing: Sequence[str] = ()
    """Items that no column answers."""

    @property
    def doubts(self) -> list[Column]:
        """Return the columns about which something must be decided first."""
        return [column for column in self.columns if column.doubt]

    def of(self, system: str) -> Column | None:
        """Return the column of the system that is imported as `system`."""
        return next((column for column in self.columns if column.target.system == system), None)


class Saved(NamedTuple):
    """A mapping that was saved."""

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    source: str


# --- targets ---------------------------------------------------------------------------------------------------------


def parse_target(written: str, questionnaire: Questionnaire) -> Target:
    """Read a target. Raises UnfitMappingError."""
    text = written.strip()
    if text in (LEFT_OUT, ""):
        return NOTHING
    if text in SYSTEM:
        return Target(system=text)
    name, _, reading = text.partition(":")
    item, _, ending = name.partition(".")
    if item in questionnaire.items and (not reading or _may_read(questionnaire, item, ending, reading)):
        if not ending:
            return Target(item=item, reading=reading)
        if ending == "text" and any(option.comment for option in questionnaire.options(item)):
            return Target(item=item, is_words=True)
        if questionnaire.items[item].kind == "multiple" and questionnaire.option(item, ending):
            return Target(item=item, option=ending)
    near = suggest(text, (str(one) for one in targets(questionnaire)))
    raise UnfitMappingError(
        f"没有“{text}”可以对应{near.zh}", f"there is nothing called '{text}' to map to{near.en}"
    )


def _may_read(questionnaire: Questionnaire, item: str, ending: str, reading: str) -> bool:
    return reading in READINGS and not ending and item in questionnaire.closed_items


def targets(questionnaire: Questionnaire) -> Iterator[Target]:
    """Yield everything a column can be imported as, in questionnaire order, then the system's columns."""
    for name, item in questionnaire.items.items():
        yield Target(item=name)
        if item.kind == "multiple":
            yield from (Target(item=name, option=option.code) for option in questionnaire.options(name))
        if any(option.comment for option in questionnaire.options(name)):
            yield Target(item=name, is_words=True)
    yield from (Target(system=name) for name in SYSTEM)


def target_words(target: Target, questionnaire: Questionnaire) -> Words:
    """Return what a target is called in both languages."""
    if target.system:
        return SYSTEM[target.system]
    if not target.item:
        return LEAVE_OUT
    zh, en = (questionnaire.items[target.item].text.say(language) for language in ("zh", "en"))
    if target.option:
        option = questionnaire.option(target.item, target.option)
        label = option.label if option else questionnaire.items[target.item].text
        return Words(f"{zh}：{label.say('zh')}", f"{en}: {label.say('en')}")
    if target.is_words:
        return Words(f"{zh}：补充文字", f"{en}: words beside an option")
    reading = READING_WORDS.get(target.reading, Words("", ""))
    return Words(f"{zh}（{reading.zh}）", f"{en} ({reading.en})") if reading.zh else Words(zh, en)


# --- proposing -------------------------------------------------------------------------------------------------------


def propose(table: Table, questionnaire: Questionnaire, source: Source | None = None) -> ColumnMapping:
    """Propose what every column is, each with a reason; nothing that could be two things is decided."""
    found = source or sources.detect(table.header)
    columns = [Column(number=place, name=name) for place, name in enumerate(table.header, start=1)]
    wording = _Wording(questionnaire)
    own = {c.number: proposed for c in columns if (proposed := _own(c, found, wording))}
    asked = [column for column in columns if column.number not in own]
    guesses = {column.number: list(wording.guesses(column.name[:LONGEST_NAME])) for column in asked}
    chosen = own | _assigned(asked, guesses)
    ordered = [chosen.get(column.number, column) for column in columns]
    return settle(
        ColumnMapping(source=found, columns=_one_of_two(ordered, questionnaire)), table, questionnaire
    )


def _own(column: Column, source: Source, wording: _Wording) -> Column | None:
    """Return the proposal for a column of the service, of a rows file, or with personal data; None for questions."""
    name = column.name
    if name in SYSTEM and not (source.id == "kobo" and name == sources.ID):
        reason = Words("数据文件的系统列", "a column of the rows file")
        return replace(column, target=Target(system=name), reason=reason, sureness=SURE)
    found = source.columns.get(squeezed(name))
    if found is not None and found != LEFT_OUT:
        reason = Words(f"{source.name.zh}的系统列", f"a column of {source.name.en} itself")
        return replace(column, target=Target(system=found), reason=reason, sureness=SURE)
    if wording.is_asked(name):
        return None
    if sources.is_personal(name):
        never = sources.is_never_imported(name)
        return replace(
            column, reason=PERSONAL if never else MAYBE_PERSONAL, sureness=SURE if never else CHECK
        )
    if found == LEFT_OUT or not name or name.startswith("_"):
        reason = _NO_ANSWER if name else Words("没有列名", "it has no name")
        return replace(column, reason=reason, sureness=SURE)
    return None


class Guess(NamedTuple):
    """A target that a column's name could mean, how sure, and why."""

    score: float
    target: Target
    reason: Words


_NUMBERED = re.compile(
    r"^\s*(?:第\s*(\d{1,3})\s*题|[QqＱ]?\s*(\d{1,3}))\s*(?:[、.．:：,，)）\s]\s*|(?=[(（\[]|$))"
)


@dataclass
class _Wording:
    """Compares column names with a questionnaire's wordings."""

    questionnaire: Questionnaire

    def __post_init__(self) -> None:
        self.order = list(self.questionnaire.items)
        self.texts = {
            name: [question(text)[:LONGEST_COMPARED] for text in item.text.root.values()]
            for name, item in self.questionnaire.items.items()
        }
        self.exact = self._once()
        self.ids = {name.casefold(): name for name in self.order}

    def _once(self) -> dict[str, str]:
        """Return the wordings that belong to one item only."""
        counts = Counter(text for texts in self.texts.values() for text in set(texts))
        return {text: name for name, texts in self.texts.items() for text in texts if counts[text] == 1}

    def is_asked(self, name: str) -> bool:
        """Say whether a name is that of an item, by its id or its very wording."""
        return name in self.ids or question(_without_number(name[:LONGEST_NAME])[1]) in self.exact

    def guesses(self, name: str) -> Iterator[Guess]:
        """Yield what a column's name could mean, surest first."""
        found = [*self._whole(name), *self._in_parts(name)]
        yield from sorted(found, key=lambda guess: -guess.score)

    def _whole(self, name: str) -> Iterator[Guess]:
        yield from (Guess(score, Target(item=item), reason) for item, score, reason in self.items(name))

    def _in_parts(self, name: str) -> Iterator[Guess]:
        """Yield what a name means that is made of a question and an option, a remark, or a group and a question."""
        for base, part in _divided(name):
            for item, score, reason in self.items(base):
                target = self._part(item, part)
                if target is not None:
                    both = Words(f"{reason.zh}，选项“{part}”", f"{reason.en}, option '{part}'")
                    yield Guess(score + 0.001, target, both if target.option else reason)
        if "/" in name:
            group, _, last = name.rpartition("/")
            yield from (
                Guess(score - 0.01, Target(item=item), reason)
                for item, score, reason in self.items(last)
                if group
            )

    def items(self, name: str) -> Iterator[tuple[str, float, Words]]:
        """Yield the items that a name, without an option's part, could mean."""
        if (found := self.ids.get(name.strip().casefold())) is not None:
            yield found, 1.0, Words("题目编号", "the item's id")
            return
        code, _, rest = name.partition(".")
        if rest.strip() and (found := self.ids.get(code.strip().casefold())) is not None:
            yield found, 0.99, Words("题目编号", "the item's id")
            return
        number, text = _without_number(name)
        if (found := self.exact.get(question(text)) or self.exact.get(question(name))) is not None:
            yield found, 0.98, Words("题目文字相同", "the same wording")
            return
        yield from self._alike(number, text)

    def _alike(self, number: int | None, text: str) -> Iterator[tuple[str, float, Words]]:
        by_number = self.order[number - 1] if number and number <= len(self.order) else None
        wording = question(text)[:LONGEST_COMPARED]
        if by_number and not wording:
            yield by_number, 0.6, Words(f"只有题号 {number}", f"question number {number} alone")
            return
        if len(wording) < 2:
            return
        if cut := [name for name, texts in self.texts.items() if _is_cut(text, wording, texts)]:
            yield from ((name, 0.9, Words("题目文字的开头", "the beginning of its wording")) for name in cut)
            return
        rated = sorted(
            ((_likeness(wording, texts), name) for name, texts in self.texts.items()), reverse=True
        )
        best, name = rated[0]
        second = rated[1][0] if len(rated) > 1 else 0.0
        if by_number == name and best >= LIKE - 0.2:
            zh, en = f"题号相同，文字相似 {best:.0%}", f"the same number, wording {best:.0%} alike"
            yield name, min(best + 0.1, 0.94), Words(zh, en)
        elif best >= LIKE and best - second >= LEAD:
            yield name, best * 0.94, Words(f"文字相似 {best:.0%}", f"wording {best:.0%} alike")

    def _part(self, item: str, part: str) -> Target | None:
        """Return what the part of a name behind a question means: an option, or words beside one."""
        options = self.questionnaire.options(item)
        is_multiple = self.questionnaire.items[item].kind == "multiple"
        text = squeezed(part)
        if not options:
            return None
        if text in ("comment", "text", "填空", "选项填空", "文本", "补充说明", "说明") or text.endswith(
            ("comment", "填空")
        ):
            return Target(item=item, is_words=True) if any(option.comment for option in options) else None
        if not is_multiple:
            return Target(item=item, is_words=True) if text == "other" and other_option(options) else None
        code = next((found for level in option_names(options) if (found := level.get(part))), None)
        code = code or ChoiceReader(
            questionnaire=self.questionnaire, item=item, source=SOURCES["limesurvey"], reading=NUMBER
        ).code(part)
        return Target(item=item, option=code) if code else None


def _divided(name: str) -> Iterator[tuple[str, str]]:
    """Yield a name's question and the part behind it, at every place where it may be divided."""
    if found := re.fullmatch(r"(.*?)\s*[\[【]([^\[\]【】]+)[\]】]\s*", name):
        yield found[1], found[2]
    if found := re.fullmatch(r"(.*?)\s*[(（](.+)[)）]\s*", name):
        yield found[1], found[2]
    if found := re.fullmatch(r"(\w+)\[([^\]]+)\]\.\s.*", name):  # LimeSurvey: code. text
        yield found[1], found[2]
    for separator in ("/", ":", "：", ".", "_", "-"):
        for place in [found.start() for found in re.finditer(re.escape(separator), name)][-4:]:
            base, part = name[:place], name[place + 1 :]
            if base.strip() and part.strip():
                yield base, part


def _without_number(name: str) -> tuple[int | None, str]:
    found = _NUMBERED.match(name)
    return (int(found[1] or found[2]), name[found.end() :]) if found else (None, name)


def _is_cut(text: str, wording: str, texts: Sequence[str]) -> bool:
    """Say whether a name is a wording cut short, as LimeSurvey abbreviates: `您领取的是哪一种.. `."""
    return (
        text.rstrip().endswith(("..", "…"))
        and len(wording) >= 4
        and any(t.startswith(wording) for t in texts)
    )


def _likeness(wording: str, texts: Sequence[str]) -> float:
    best = 0.0
    for text in texts:
        matcher = SequenceMatcher(None, wording, text, autojunk=False)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best


def _assigned(columns: Sequence[Column], guesses: Mapping[int, Sequence[Guess]]) -> dict[int, Column]:
    """Give every column its best guess; a target goes to the column that is surest of it, or to none if two are."""
    claims = sorted(
        ((guess.score, -column.number, column, guess) for column in columns for guess in guesses[column.number][:6]),
        key=lambda claim: claim[:2], reverse=True,
    )  # fmt: skip
    taken: dict[tuple[str, str, bool, str], Column] = {}
    found: dict[int, Column] = {}
    scores: dict[int, float] = {}
    for score, _, column, guess in claims:
        if column.number in found:
            continue
        rival = taken.get(guess.target.place)
        if rival is None:
            taken[guess.target.place] = column
            scores[column.number] = score
            found[column.number] = replace(
                column, target=guess.target, reason=guess.reason, sureness=SURE if score >= CERTAIN else CHECK
            )
        elif scores[rival.number] - score < 0.05:
            found[column.number] = replace(column, doubt=_double(rival, guess.target), target=guess.target)
    return found


def _double(rival: Column, target: Target) -> Words:
    return Words(
        f"与第 {rival.number} 列“{rival.shown[:30]}”都像 {target}：请选定一列，另一列不导入",
        f"it and column {rival.number} '{rival.shown[:30]}' both look like {target}: choose one and leave the other out",
    )


def _one_of_two(columns: Sequence[Column], questionnaire: Questionnaire) -> list[Column]:
    """Leave out one of two forms of a multiple item, as Kobo writes both: all in one cell, and an option a column."""
    options: dict[str, set[str]] = {}
    for column in columns:
        if column.target.option:
            options.setdefault(column.target.item, set()).add(column.target.option)
    joined = {
        c.target.item for c in columns if c.target.item and not c.target.option and not c.target.is_words
    }
    both = {item for item in options if item in joined}
    complete = {item for item in both if options[item] == questionnaire.codes[item]}
    return [_left_out(column, complete, both) for column in columns]


def _left_out(column: Column, complete: set[str], both: set[str]) -> Column:
    target = column.target
    if target.item not in both or target.is_words or bool(target.option) is (target.item in complete):
        return column
    zh, en = f"与 {target.item} 的其他列重复", f"the same answers as {target.item}'s other columns"
    return replace(column, target=NOTHING, reason=Words(zh, en), sureness=SURE, doubt=None)


# --- correcting ------------------------------------------------------------------------------------------------------


def mapped(
    table: Table,
    questionnaire: Questionnaire,
    *,
    source: str = "",
    saved: Saved | None = None,
    changes: Mapping[str, str] | None = None,
) -> ColumnMapping:
    """Propose a mapping, then apply one that was saved, then single changes. Raises UnfitMappingError."""
    proposed = propose(table, questionnaire, SOURCES.get(source))
    if saved is not None:
        proposed = replace(proposed, values=saved.values)
    return corrected(proposed, table, questionnaire, {**(saved.columns if saved else {}), **(changes or {})})


def corrected(
    mapping: ColumnMapping, table: Table, questionnaire: Questionnaire, changes: Mapping[str, str]
) -> ColumnMapping:
    """Apply corrections: column name or `#number` → target. Raises UnfitMappingError."""
    columns = {column.number: column for column in mapping.columns}
    for written, to in changes.items():
        for number in _numbers(written, mapping):
            target = parse_target(to, questionnaire)
            _refuse_personal(columns[number], target)
            if target != columns[number].target or columns[number].doubt:
                columns[number] = replace(
                    columns[number],
                    target=target,
                    reason=Words("由您指定", "set by you"),
                    sureness=SURE,
                    doubt=None,
                )
    return settle(replace(mapping, columns=list(columns.values())), table, questionnaire)


def _refuse_personal(column: Column, target: Target) -> None:
    if column.is_barred and not target.is_left_out:
        raise UnfitMappingError(
            f"“{column.shown}”是个人信息，从不导入",
            f"'{column.shown}' is personal data, which is never imported",
        )


def _numbers(written: str, mapping: ColumnMapping) -> list[int]:
    """Return the column that is meant by its name or by `#7`; several of one name must be told apart by number."""
    name = " ".join(written.split())
    found = [column.number for column in mapping.columns if column.name == name]
    if not found and (by_number := re.fullmatch(r"#(\d{1,4})", name)):
        found = [column.number for column in mapping.columns if column.number == int(by_number[1])]
    if len(found) > 1:
        places = "、".join(f"#{number}" for number in found)
        raise UnfitMappingError(
            f"有 {len(found)} 列都叫“{name}”：请写 {places}",
            f"{len(found)} columns are called '{name}': write {places}",
        )
    if not found:
        near = suggest(name, (column.name for column in mapping.columns))
        raise UnfitMappingError(f"文件里没有列“{name}”{near.zh}", f"the file has no column '{name}'{near.en}")
    return found


def settle(mapping: ColumnMapping, table: Table, questionnaire: Questionnaire) -> ColumnMapping:
    """Look at the cells: how whole numbers are read, what is doubled, which items nothing answers."""
    columns = _without_doubles(mapping.columns)
    columns = [_looked_into(column, mapping, table, questionnaire) for column in columns]
    columns = _with_number(columns, mapping)
    answered = {column.target.item for column in columns if not column.target.is_words}
    missing = [item for item in questionnaire.items if item not in answered]
    return replace(mapping, columns=columns, missing=missing)


def _without_doubles(columns: Sequence[Column]) -> list[Column]:
    """Doubt every column after the first that is to be the same thing."""
    first: dict[tuple[str, str, bool, str], Column] = {}
    for column in columns:
        if not column.target.is_left_out and not column.doubt:
            first.setdefault(column.target.place, column)
    joined = {
        c.target.item: c for c in columns if c.target.item and not c.target.option and not c.target.is_words
    }
    return [
        replace(column, doubt=_double(rival, column.target))
        if rival is not None and rival is not column
        else column
        for column in columns
        for rival in [_rival(column, first, joined)]
    ]


def _rival(
    column: Column, first: Mapping[tuple[str, str, bool, str], Column], joined: Mapping[str, Column]
) -> Column | None:
    if column.target.is_left_out:
        return None
    return joined.get(column.target.item) if column.target.option else first.get(column.target.place)


def _looked_into(
    column: Column, mapping: ColumnMapping, table: Table, questionnaire: Questionnaire
) -> Column:
    """Return a column with samples of its cells and, for a choice item, how its whole numbers are read."""
    cells = list(distinct(table.column(column.number - 1)))
    shown = [] if column.is_personal else cells[:40]
    nothing = mapping.source.empty | mapping.source.skipped
    column = replace(column, samples=[cell for cell in shown if cell and squeezed(cell) not in nothing][:3])
    target = column.target
    if target.item not in questionnaire.closed_items or target.option or target.is_words:
        return column
    reader = ChoiceReader(
        questionnaire=questionnaire, item=target.item, source=mapping.source, values=mapping.values.get(target.item, {}),
    )  # fmt: skip
    return _with_reading(column, reader, cells)


def _with_reading(column: Column, reader: ChoiceReader, cells: Iterable[str]) -> Column:
    """Decide how cells of whole numbers are read; what could be two things is doubted, what was decided is told."""
    parts = {part for cell in cells for part in _counted(reader, cell)}
    numbers = {number for part in parts if (number := whole_number(part)) is not None}
    if not parts or not numbers:
        return _lettered(replace(column, target=column.target._replace(reading="")), reader, parts)
    readings = [reading for reading in READINGS if numbered(reader.options, reading)]
    fitting = [reading for reading in readings if numbers <= numbered(reader.options, reading).keys()]
    column = replace(column, readings=[r for r in readings if r in fitting or r == column.target.reading])
    if column.target.reading:
        return _told(column, reader, column.target.reading)
    if all(whole_number(part) is None or reader.code(part) for part in parts):
        return _as_they_are(column, reader, numbers)
    if CODE not in fitting and numbers & numbered(reader.options, CODE).keys():
        return replace(column, doubt=_ambiguous(numbers, column.target.item), sureness=CHECK)
    if fitting:
        return _told(column, reader, fitting[0])
    return column


def _lettered(column: Column, reader: ChoiceReader, parts: set[str]) -> Column:
    """Tell it where answers are known by the number in their code alone, such as AO02."""
    found = sorted(
        {(part, code) for part in parts if (code := reader.lettered(part)) and not reader.named(part)}
    )
    if not found:
        return column
    labels = {language: {o.code: o.label.say(language) for o in reader.options} for language in ("zh", "en")}
    zh, en = (
        "，".join(f"{part}＝{labels[language][code][:16]}" for part, code in found[:SHOWN_VALUES])
        for language in ("zh", "en")
    )
    note = Words(f"按编码里的序号读：{zh}", f"read by the number in the code: {en}")
    return replace(column, notes=[note], sureness=CHECK)


def _counted(reader: ChoiceReader, cell: str) -> list[str]:
    """Return the choices a cell joins, none for a blank one."""
    text = squeezed(cell)
    if not text or text in reader.source.empty | reader.source.skipped or text in ("-1", "-2"):
        return []
    whole = re.sub(r"〖[^〖〗]*〗", "", cell)
    if not reader.is_multiple:
        return [whole]
    for separator in ("┋", ";", "；", ",", "，", "|", "、", " "):
        pieces = [piece.strip() for piece in whole.split(separator) if piece.strip()]
        if len(pieces) > 1 and all(whole_number(piece) is not None for piece in pieces):
            return pieces
    return [whole] if whole_number(whole) is not None else reader.parts(whole)


def _as_they_are(column: Column, reader: ChoiceReader, numbers: set[int]) -> Column:
    """Read numbers as the codes or labels they are, and tell it where option numbers would mean something else."""
    by_number = numbered(reader.options, NUMBER)
    if all(by_number.get(number) == reader.code(str(number)) for number in numbers):
        return replace(column, readings=())
    zh = f"单元格是数字，按编码读：{_listed(reader, CODE, 'zh')}；若是选项序号，请选 {column.target.item}:number"
    en = f"cells are numbers, read as codes: {_listed(reader, CODE, 'en')}; choose {column.target.item}:number for option numbers"
    return replace(column, notes=[Words(zh, en)], sureness=CHECK)


def _told(column: Column, reader: ChoiceReader, reading: str) -> Column:
    words = READING_WORDS[reading]
    zh = f"按{words.zh}读：{_listed(reader, reading, 'zh')}"
    en = f"read as {words.en}: {_listed(reader, reading, 'en')}"
    return replace(
        column, target=column.target._replace(reading=reading), notes=[Words(zh, en)], sureness=CHECK
    )


def _listed(reader: ChoiceReader, reading: str, language: str) -> str:
    labels = {option.code: option.label.say(language) for option in reader.options}
    found = [
        f"{number}＝{labels[code][:16]}" for number, code in sorted(numbered(reader.options, reading).items())
    ]
    return "，".join(found[:SHOWN_VALUES]) + ("…" if len(found) > SHOWN_VALUES else "")


def _ambiguous(numbers: set[int], item: str) -> Words:
    some = "、".join(map(str, sorted(numbers)[:SHOWN_VALUES]))
    return Words(
        f"单元格是数字（{some}），有的是编码，有的不是：请选 {item}:code（编码）或 {item}:number（序号）",
        f"cells are numbers ({some}), some of them codes and some not: choose {item}:code or {item}:number",
    )


def _with_number(columns: Sequence[Column], mapping: ColumnMapping) -> list[Column]:
    """Take Kobo's own number where the file has no uuid."""
    if mapping.source.id != "kobo" or any(column.target.system == sources.ID for column in columns):
        return list(columns)
    reason = Words("来源编号", "the source's number")
    return [
        replace(column, target=Target(system=sources.ID), reason=reason)
        if column.name == sources.ID and column.reason == _NO_ANSWER
        else column
        for column in columns
    ]


def remarks(mapping: ColumnMapping) -> list[tuple[Words, list[int]]]:
    """Return what is to be known or decided about columns, each remark once with the numbers of its columns."""
    found: dict[Words, list[int]] = {}
    for column in mapping.columns:
        for words in (*column.notes, *([column.doubt] if column.doubt else [])):
            found.setdefault(words, []).append(column.number)
    return list(found.items())


# --- as yaml ---------------------------------------------------------------------------------------------------------


def as_yaml(mapping: ColumnMapping) -> str:
    """Return a mapping as yaml: column → target, to be corrected and used again."""
    names = Counter(column.name for column in mapping.columns)
    columns = {
        column.name if names[column.name] == 1 and column.name else f"#{column.number}": str(column.target)
        for column in mapping.columns
    }
    kept: dict[str, object] = {"source": mapping.source.id, "columns": columns}
    if mapping.values:
        kept["values"] = {item: dict(cells) for item, cells in mapping.values.items()}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)


def read_yaml(content: bytes, questionnaire: Questionnaire) -> Saved:
    """Read a saved mapping. Raises UnfitMappingError."""
    try:
        data = yaml.load(content.decode("utf-8-sig"), yaml.BaseLoader)  # texts only
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f"第 {where.line + 1} 行" if where else ""
        raise UnfitMappingError(f"映射文件{line}不是 yaml", f"the mapping is no yaml: {error}") from None
    if not isinstance(data, dict) or not _is_texts(data.get("columns", {})):
        raise UnfitMappingError(
            "映射文件应有 columns: {列名: 题目}", "the mapping needs columns: {column: target}"
        )
    values = data.get("values", {})
    if not (isinstance(values, dict) and all(map(_is_texts, values.values()))):
        raise UnfitMappingError("values 应为 {题目: {单元格: 编码}}", "values must be {item: {cell: code}}")
    _check_values(values, questionnaire)
    return Saved(data.get("columns", {}), values, _known_source(str(data.get("source", ""))))


def _is_texts(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(text, str) for pair in found.items() for text in pair)


def _known_source(name: str) -> str:
    if name and name not in SOURCES:
        known = "、".join(SOURCES)
        raise UnfitMappingError(f"source 应为 {known} 之一", f"source must be one of {', '.join(SOURCES)}")
    return name


def _check_values(values: Mapping[str, Mapping[str, str]], questionnaire: Questionnaire) -> None:
    for item, cells in values.items():
        for cell, code in cells.items():
            if item not in questionnaire.closed_items or questionnaire.option(item, code) is None:
                raise UnfitMappingError(
                    f"values：题目 {item} 没有选项 {code}（“{cell[:30]}”）",
                    f"values: item {item} has no option {code} ('{cell[:30]}')",
                )


__all__ = [
    "LABEL", "READING_WORDS", "SYSTEM", "Column", "ColumnMapping", "Saved", "Target", "UnfitMappingError", "as_yaml", "bare",
    "corrected", "mapped", "parse_target", "propose", "read_yaml", "remarks", "settle", "target_words", "targets",
]  # fmt: skip
