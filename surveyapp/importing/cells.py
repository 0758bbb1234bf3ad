"""Reads single cells: choices as labels, codes or numbers; joined choices; durations; days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Option, Questionnaire
from questionnaires.problems import Words
from surveyapp.importing.plain import bare, squeezed, trimmed
from surveyapp.importing.sources import Source
from surveyapp.rows import unguarded

SEPARATORS = ("┋", "\n", ";", "；", "|", "→", ",", "，", "、", " ")
"""What stands between joined choices, the surest first; 问卷星 writes ┋, Kobo a blank."""
LABEL, CODE, NUMBER, REVERSE, VALUE = "label", "code", "number", "reverse", "value"
READINGS = (CODE, NUMBER, REVERSE, VALUE)
"""How cells of whole numbers may be read: as codes, 1 as the first option or as the last, or as what options are worth."""

_CHOSEN = frozenset({"1", "y", "yes", "true", "是", "√", "✓", "选中", "已选", "x", "on", "t"})
_UNCHOSEN = frozenset({"0", "n", "no", "false", "否", "×", "未选中", "未选", "off", "f", ""})
_WORDS_IN_BRACKETS = re.compile(r"〖([^〖〗]*)〗")
_PREFIX = re.compile(r"^(?:[A-Za-z]|[0-9]{1,2})\s*[.、．)）:：]\s*")
_WHOLE = re.compile(r"-?[0-9]{1,4}(?:\.0+)?")
_SHORT = 40
LONGEST_CHOICE = 2_000
"""A longer cell is one text: taking it apart in every way would take long."""
MOST_HINTS = 1_000
"""Distinct unknown cells of a column for which a near option is looked for."""
LONGEST_TIME = 40


class Choice(NamedTuple):
    """What a cell of a choice item says: codes, words beside an option, and what is wrong with it."""

    codes: tuple[str, ...] = ()
    words: str = ""
    wrong: Words | None = None


BLANK = Choice()


@dataclass(kw_only=True)
class ChoiceReader:
    """Reads the cells of one column of a choice item; equal cells are read once."""

    questionnaire: Questionnaire
    item: str
    source: Source
    reading: str = LABEL
    values: Mapping[str, str] = field(default_factory=dict)
    """Cells that somebody named the code of."""
    seen: dict[str, Choice] = field(default_factory=dict)

    @cached_property
    def options(self) -> Sequence[Option]:
        return self.questionnaire.options(self.item)

    @property
    def is_multiple(self) -> bool:
        return self.questionnaire.items[self.item].kind == "multiple"

    def read(self, cell: str) -> Choice:
        """Read one cell."""
        found = self.seen.get(cell)
        if found is None:
            found = self.seen[cell] = self._read(cell)
        return found

    def _read(self, cell: str) -> Choice:
        text = squeezed(cell)
        if not text or text in self.source.empty:
            return BLANK
        if text in self.source.skipped:
            return Choice((NOT_ASKED,))
        if cell in (NOT_ASKED, NOT_APPLICABLE):
            return Choice((cell,))
        kept, words = _set_aside(cell)
        parts = self.parts(kept)
        found = [(part, self.code(part)) for part in parts]
        unknown = [part for part, code in found if code is None]
        if unknown:
            return self._with_words(parts, words) or Choice(wrong=self._unknown(unknown[0], cell))
        return Choice(tuple(dict.fromkeys(code for _, code in found if code)), words)

    def parts(self, cell: str) -> list[str]:
        """Return the choices a cell joins: by the first separator after which every part is an option, or the surest."""
        if not self.is_multiple or len(cell) > LONGEST_CHOICE or self.code(cell) is not None:
            return [cell]
        tried = [_rejoined(cell.split(one), one, self) for one in SEPARATORS if one in cell]
        good = next((parts for parts in tried if all(self.code(part) is not None for part in parts)), None)
        return good or (tried[0] if tried else [cell])

    def code(self, part: str) -> str | None:
        """Return the code of one choice, however it is written, or None."""
        part = part.strip()
        if len(part) > LONGEST_CHOICE:
            return None
        if part in self.values:
            return self.values[part]
        if self.reading != LABEL and _WHOLE.fullmatch(part):
            return self.numbers.get(int(float(part)))
        return self.named(part) or self.lettered(part)

    def named(self, part: str) -> str | None:
        """Return the option whose code or label this is."""
        codes, *labels = self.levels
        if part in codes.codes:
            return part
        written = [part, _PREFIX.sub("", part)]  # A.非常满意 is 非常满意
        found = (level.get(text) for level in labels for text in written if text)
        return next((code for code in found if code), None)

    def lettered(self, part: str) -> str | None:
        """Return the option that a code such as AO02 numbers, or that LimeSurvey's -oth- names."""
        text = squeezed(part)
        if text in ("-oth-", "other", "_other"):
            return other_option(self.options)
        if self.source.letters and (found := re.fullmatch(self.source.letters + r"([0-9]{1,2})", text)):
            place = int(found[1])
            return self.options[place - 1].code if 1 <= place <= len(self.options) else None
        return None

    @cached_property
    def levels(self) -> Sequence[_Level]:
        """Return what options are called, ever less exactly; what would mean two options means none."""
        return option_names(self.options)

    @cached_property
    def numbers(self) -> Mapping[int, str]:
        """Return the codes that whole numbers mean in this column's reading."""
        return numbered(self.options, self.reading)

    def _with_words(self, parts: Sequence[str], words: str) -> Choice | None:
        """Read `其他：…` and `其他(…)`, an option that asks for words with the words behind it."""
        codes, found = [], [words] if words else []
        for part in parts:
            code = self.code(part)
            if code is None:
                code, said = self._label_and_words(part)
                found.append(said)
            if code is None:
                return None
            codes.append(code)
        return Choice(tuple(dict.fromkeys(codes)), "\n".join(found))

    def _label_and_words(self, part: str) -> tuple[str | None, str]:
        label, _, said = re.sub(r"[（(]", "：", part, count=1).replace(":", "：", 1).partition("：")
        code = self.code(label)
        option = next((one for one in self.options if one.code == code and one.comment), None)
        return (code, said.strip().rstrip(")）")) if option and said.strip() else (None, "")

    def _unknown(self, part: str, cell: str) -> Words:
        shown = part.strip()[:_SHORT] or cell[:_SHORT]
        labels = [label for option in self.options for label in option.label.root.values()]
        near = get_close_matches(shown, labels, n=1) if len(self.seen) < MOST_HINTS else []
        if near:
            return Words(
                f"没有选项“{shown}”，是不是“{near[0]}”？", f"no option '{shown}'; is it '{near[0]}'?"
            )
        known = [option.label for option in self.options[:12]]
        return Words(
            f"没有选项“{shown}”；有：{'、'.join(label.say() for label in known)}",
            f"no option '{shown}'; there are: {', '.join(label.say('en') for label in known)}",
        )


def _set_aside(cell: str) -> tuple[str, str]:
    """Return a cell without the words in 〖〗 that 问卷星 sets behind an option, and these words."""
    words = [found.strip() for found in _WORDS_IN_BRACKETS.findall(cell)]
    return _WORDS_IN_BRACKETS.sub("", cell), "\n".join(
        word for word in words if word and word not in ("空", "(空)")
    )


def _rejoined(pieces: Sequence[str], separator: str, reader: ChoiceReader) -> list[str]:
    """Join pieces again where an option's own label holds the separator; the longest label wins."""
    parts, start = [], 0
    while start < len(pieces):
        ends = range(len(pieces), start, -1) if len(pieces) - start <= 40 else (start + 1,)
        joined = ((end, separator.join(pieces[start:end])) for end in ends)
        end, part = next(
            ((end, part) for end, part in joined if reader.code(part) is not None), (start + 1, pieces[start])
        )
        parts += [part] if part.strip() else []
        start = end
    return parts


# --- what options are called -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Level:
    """Names of options at one exactness."""

    codes: Mapping[str, str]
    shape: Callable[[str], str]

    def get(self, text: str) -> str | None:
        return self.codes.get(self.shape(text))


def option_names(options: Sequence[Option]) -> list[_Level]:
    """Return the options' codes and labels, exactly, then squeezed, trimmed and bare."""
    exact = _Level(codes={option.code: option.code for option in options}, shape=str)
    labels = [(label, option.code) for option in options for label in option.label.root.values()]
    shapes: tuple[Callable[[str], str], ...] = (str, squeezed, trimmed, bare)
    return [exact, *(_Level(codes=_sure(labels, shape), shape=shape) for shape in shapes)]


def _sure(labels: Iterable[tuple[str, str]], shape: Callable[[str], str]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for label, code in labels:
        found.setdefault(shape(label), set()).add(code)
    return {key: next(iter(codes)) for key, codes in found.items() if key and len(codes) == 1}


def numbered(options: Sequence[Option], reading: str) -> dict[int, str]:
    """Return the codes that whole numbers mean under a reading."""
    if reading == CODE:
        return {int(option.code): option.code for option in options if _WHOLE.fullmatch(option.code)}
    if reading == VALUE:
        worth = [option.value for option in options]
        whole = [(option.value, option.code) for option in options if option.value is not None]
        return {
            int(value): code for value, code in whole if value.denominator == 1 and worth.count(value) == 1
        }
    ordered = list(reversed(options)) if reading == REVERSE else list(options)
    return {place: option.code for place, option in enumerate(ordered, start=1)}


def other_option(options: Sequence[Option]) -> str | None:
    """Return the option that stands for something else: the one that asks for words and is called so, or alone asks."""
    asking = [option for option in options if option.comment]
    called = [
        option
        for option in asking
        if any(
            bare(label).startswith(("其他", "其它", "other", "somethingelse"))
            for label in option.label.root.values()
        )
    ]
    found = called or asking
    return found[0].code if len(found) == 1 else None


def whole_number(text: str) -> int | None:
    """Return a cell's whole number, `3` and `3.0`, or None."""
    return int(float(text)) if _WHOLE.fullmatch(text.strip()) else None


# --- options in columns of their own ---------------------------------------------------------------------------------


def read_mark(cell: str, option: Option, reader: ChoiceReader) -> Choice:
    """Read a cell of a column that stands for one option: chosen or not, or the option's own words."""
    kept, words = _set_aside(cell)
    text = squeezed(kept)
    if text in reader.source.skipped:
        return Choice((NOT_ASKED,))
    if text in _UNCHOSEN or text in reader.source.empty:
        return BLANK
    if cell in (NOT_ASKED, NOT_APPLICABLE):
        return Choice((cell,))
    if text in _CHOSEN or reader.code(kept) == option.code:
        return Choice((option.code,), words)
    if option.comment:
        return Choice((option.code,), unguarded(words or cell))
    shown = cell[:_SHORT]
    return Choice(
        wrong=Words(f"“{shown}”应为 1（选了）或 0（没选）", f"'{shown}' must be 1 (chosen) or 0 (not chosen)")
    )


# --- durations and days ----------------------------------------------------------------------------------------------

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:\.\d+)?")
_SPOKEN = re.compile(
    r"(?:(\d+)(?:小时|时|h|hours?))?(?:(\d+)(?:分钟|分|m|min|minutes?))?(?:(\d+)(?:\.\d+)?(?:秒钟|秒|s|sec|seconds?))?"
)
_DAY = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)
_EXCEL_FIRST = datetime(1899, 12, 30)


def seconds(cell: str) -> int | None:
    """Return how long an answer took: `126秒`, `2分6秒`, `00:02:06`, `126`, `126.4`; None if it is no duration.

    >>> [seconds(cell) for cell in ("126秒", "2分6秒", "00:02:06", "126.4", "1 小时 3 秒", "soon")]
    [126, 126, 126, 126, 3603, None]
    """
    text = squeezed(cell[:LONGEST_TIME])
    if len(cell) > LONGEST_TIME:
        return None
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", text):
        return int(float(text))
    found = _CLOCK.fullmatch(text) or (_SPOKEN.fullmatch(text) if text else None)
    if found is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest


def moment(cell: str, zone: ZoneInfo) -> datetime | None:
    """Return the moment a cell names, in the installation's time zone; None if it names none."""
    found = _DAY.fullmatch(cell.strip()[:LONGEST_TIME])
    if found is None:
        return _excel_moment(cell)
    year, month, day, hour, minute, second, offset = found.groups()
    try:
        named = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
        return named if offset is None else _shifted(named, offset, zone)
    except (ValueError, OverflowError):
        return None


def _shifted(named: datetime, offset: str, zone: ZoneInfo) -> datetime:
    if offset == "Z":
        ahead = timedelta()
    else:
        sign = -1 if offset[0] == "-" else 1
        ahead = sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return (named - ahead).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def _excel_moment(cell: str) -> datetime | None:
    """Read the number of days by which Excel counts, where a column was not formatted as a date."""
    if not re.fullmatch(r"[2-7]\d{4}(?:\.\d+)?", cell.strip()):
        return None
    return _EXCEL_FIRST + timedelta(days=float(cell))


def is_hidden_day(found: date) -> bool:
    """Say whether a day is the one LimeSurvey writes where it keeps no dates: 1980-01-01."""
    return found == date(1980, 1, 1)


def distinct(cells: Iterable[str]) -> Iterator[str]:
    """Yield each text once, in order."""
    yield from dict.fromkeys(cells)
