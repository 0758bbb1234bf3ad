"""The only judge of what an acceptable answer is; page, paper entry, import and API all call `accept`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from questionnaires.intervals import decimal
from questionnaires.model import (
    NOT_APPLICABLE,
    NOT_ASKED,
    Between,
    Item,
    MultipleItem,
    NumberItem,
    Option,
    Questionnaire,
    RatingItem,
    SingleItem,
    TextItem,
    holds,
)

LENIENT_CHANNELS = frozenset({"paper", "telephone", "import"})
"""Channels where somebody copies what a respondent said: a blank there is recorded, not refused."""

LONGEST_COMMENT = 500
MOST_UNKNOWN = 20
_NUMBER = re.compile(r"(-?)0*([0-9]{1,15})(?:\.([0-9]{1,15}))?")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""They shape what stands around them (emoji of several persons, some scripts), so they stay; alone they are nothing."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One response's answers: `closed` holds codes by item, `open` holds words and numbers, `ITEM.text` comments.

    In `closed` a single or rating answer is a code, a multiple answer a tuple of codes in option order, an item off
    the respondent's path is "-1", one recorded as not applicable "-2"; a blank is absent.
    """

    closed: Mapping[str, str | tuple[str, ...]]
    open: Mapping[str, str]

    def canonical(self) -> str:
        """Return the closed answers as canonical JSON text, in questionnaire order."""
        return json.dumps(dict(self.closed), ensure_ascii=False, separators=(",", ":"))

    def open_text(self) -> str:
        """Return the open answers as canonical JSON text, or an empty text if there are none."""
        return json.dumps(dict(self.open), ensure_ascii=False, separators=(",", ":")) if self.open else ""


@dataclass(frozen=True, kw_only=True)
class AnswerProblem:
    """What is wrong with one answer, in ten words; `item` is empty for something that belongs to no item."""

    item: str
    rule: str
    zh: str
    en: str
    field: str = ""

    def message(self, language: str = "zh") -> str:
        """Return the wording; any language but Chinese reads English."""
        return self.zh if language == "zh" else self.en


class Accepted(NamedTuple):
    """The answers that could be taken and the problems with the others; store only when there are no problems."""

    answers: Answers
    problems: list[AnswerProblem]


def accept(questionnaire: Questionnaire, raw: Mapping[str, Sequence[str]], channel: str) -> Accepted:
    """Judge one submission.

    `raw` maps field names (item ids, and `ITEM.text` for words beside an option) to the values sent; names that begin
    with an underscore are not looked at. `channel` says where it came from: a missing required answer is a problem
    unless the channel is one of `LENIENT_CHANNELS`.
    """
    judge = _Judge(questionnaire=questionnaire, raw=raw, lenient=channel in LENIENT_CHANNELS)
    judge.check_fields()
    for item in questionnaire.items.values():
        judge.item(item)
    return Accepted(Answers(closed=judge.closed, open=judge.open), judge.problems)


def clean(text: str) -> str:
    """Return words as they are kept: NFC, LF line ends, no control or invisible direction characters, trimmed."""
    seen = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    words = unicodedata.normalize("NFC", seen).strip()
    return words if words.strip(_JOINERS + " \n\t") else ""


def _sent(values: object) -> list[str]:
    """Return what was sent for one field as texts that are not blank; JSON may send a bare value, numbers and null."""
    listed = values if isinstance(values, list | tuple) else [values]
    texts = [_text_of(value) for value in listed if value is not None]
    return [text.strip() for text in texts if text.strip()]


def _text_of(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _plain_number(written: str) -> str | None:
    """Return a number as it is kept, `1234.5` for `０１，２３４．５０`, or None if it is not one."""
    text = unicodedata.normalize("NFKC", written).replace("\u2212", "-").strip()
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, whole, part = found[1], found[2], (found[3] or "").rstrip("0")
    plain = f"{whole}.{part}" if part else whole
    return plain if plain == "0" else sign + plain


@dataclass(kw_only=True)
class _Judge:
    questionnaire: Questionnaire
    raw: Mapping[str, Sequence[str]]
    lenient: bool
    closed: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, Fraction] = field(default_factory=dict)
    problems: list[AnswerProblem] = field(default_factory=list)

    def wrong(self, item: str, rule: str, zh: str, en: str, field: str = "") -> None:
        self.problems.append(AnswerProblem(item=item, rule=rule, zh=zh, en=en, field=field or item))

    def check_fields(self) -> None:
        items = self.questionnaire.items
        names = [str(name) for name in self.raw]
        unknown = [n for n in names if not n.startswith("_") and n.removesuffix(".text") not in items]
        for name in unknown[:MOST_UNKNOWN]:
            shown_name = clean(name)[:40]
            zh, en = f"问卷中没有“{shown_name}”", f"There is no item '{shown_name}'"
            self.wrong("", "unknown-field", zh, en, shown_name)

    def item(self, item: Item) -> None:
        if item.shown_if and not holds(item.shown_if, self.closed, self.numbers):
            if item.id in self.questionnaire.closed_items:
                self.closed[item.id] = NOT_ASKED
            return
        values = _sent(self.raw.get(item.id, ()))
        if not values:
            self._blank(item)
        elif self.lenient and values in ([NOT_ASKED], [NOT_APPLICABLE]) and not _may_be_negative(item):
            if item.id in self.questionnaire.closed_items:
                self.closed[item.id] = values[0]
        elif isinstance(item, SingleItem | RatingItem):
            self._single(item, values)
        elif isinstance(item, MultipleItem):
            self._multiple(item, values)
        elif isinstance(item, NumberItem):
            self._number(item, values)
        else:
            self._text(item, values)

    def _blank(self, item: Item) -> None:
        if not item.required or self.lenient:
            return
        if isinstance(item, SingleItem | RatingItem):
            self.wrong(item.id, "required", "请选择一项", "Choose one")
        elif isinstance(item, MultipleItem):
            self.wrong(item.id, "required", "请至少选择一项", "Choose at least one")
        else:
            self.wrong(item.id, "required", "请填写", "Fill this in")

    def _known(self, item: Item, values: Sequence[str]) -> list[Option]:
        found = [(value, self.questionnaire.option(item.id, value)) for value in values]
        for value, option in found:
            if option is None:
                written = clean(value)[:20]
                zh, en = f"没有“{written}”这个选项", f"There is no option '{written}'"
                self.wrong(item.id, "unknown-option", zh, en)
        return [option for _, option in found if option is not None]

    def _single(self, item: SingleItem | RatingItem, values: Sequence[str]) -> None:
        if len(set(values)) > 1:
            self.wrong(item.id, "one-only", "只能选择一项", "Choose only one")
            return
        for option in self._known(item, values[:1]):
            self.closed[item.id] = option.code
            self._comment(item, [option])

    def _multiple(self, item: MultipleItem, values: Sequence[str]) -> None:
        codes = {option.code for option in self._known(item, values)}
        chosen = [option for option in self.questionnaire.options(item.id) if option.code in codes]
        alone = [option for option in chosen if option.exclusive]
        if alone and len(chosen) > 1:
            zh, en = alone[0].label.say("zh"), alone[0].label.say("en")
            self.wrong(
                item.id, "exclusive", f"“{zh}”不能与其他选项同时选", f"“{en}” excludes every other choice"
            )
        elif item.at_most is not None and len(chosen) > item.at_most:
            self.wrong(item.id, "at-most", f"最多选择 {item.at_most} 项", f"Choose at most {item.at_most}")
        elif chosen:
            self.closed[item.id] = tuple(option.code for option in chosen)
            self._comment(item, chosen)

    def _comment(self, item: Item, chosen: Sequence[Option]) -> None:
        if not any(option.comment for option in chosen):
            return
        name = f"{item.id}.text"
        words = clean("\n".join(_sent(self.raw.get(name, ()))))
        if not words:
            return
        if len(words) > LONGEST_COMMENT:
            self._too_long(item.id, LONGEST_COMMENT, name)
        else:
            self.open[name] = words

    def _text(self, item: TextItem, values: Sequence[str]) -> None:
        words = clean("\n".join(values))
        if len(words) > item.max_length:
            self._too_long(item.id, item.max_length)
        elif words:
            self.open[item.id] = words
        else:
            self._blank(item)

    def _too_long(self, item: str, longest: int, field: str = "") -> None:
        self.wrong(item, "too-long", f"请缩短到 {longest} 字以内", f"Shorten to {longest} characters", field)

    def _number(self, item: NumberItem, values: Sequence[str]) -> None:
        written = _plain_number(values[0]) if len(values) == 1 else None
        if written is None:
            self.wrong(item.id, "not-a-number", "请填写数字", "Enter a number")
        elif len(written.partition(".")[2]) > item.decimals:
            self.wrong(
                item.id, "decimals", f"最多 {item.decimals} 位小数", f"At most {item.decimals} decimal places"
            )
        elif not Between(at_least=item.minimum, at_most=item.maximum).holds(Fraction(written)):
            self.wrong(item.id, "out-of-range", *_range_words(item))
        else:
            self.open[item.id] = written
            self.numbers[item.id] = Fraction(written)


def _may_be_negative(item: Item) -> bool:
    """Say whether -1 and -2 are answers to a number item, and so cannot mean “not asked” and “not applicable”."""
    return isinstance(item, NumberItem) and item.minimum is not None and item.minimum < 0


def _range_words(item: NumberItem) -> tuple[str, str]:
    low, high = item.minimum, item.maximum
    if low is not None and high is not None:
        ends = decimal(low), decimal(high)
        return f"请填写 {ends[0]} 到 {ends[1]} 之间的数", f"Enter a number from {ends[0]} to {ends[1]}"
    if low is not None:
        return f"不能小于 {decimal(low)}", f"Must be at least {decimal(low)}"
    return f"不能大于 {decimal(high or 0)}", f"Must be at most {decimal(high or 0)}"
