"""The blank questionnaire as a Word document, ready to be printed, filled in by hand, and handed in with a report."""

from __future__ import annotations

from collections.abc import Sequence

from analysis import Fieldwork, PatternTable, evaluate
from questionnaires.model import (
    Item,
    MultipleItem,
    NumberItem,
    Option,
    Questionnaire,
    RatingItem,
    Section,
    SingleItem,
    TextItem,
)
from surveyapp.deliver.docx_looks import BODY, LINE, OPTION, QUESTION, sheet_looks
from surveyapp.deliver.docx_paper import Paper
from surveyapp.deliver.docx_table import POINT, WORDS, Cell, Row, Table, text_length
from surveyapp.deliver.house import HouseStyle
from surveyapp.deliver.prose import Voice
from surveyapp.deliver.prose_rules import condition_words
from surveyapp.deliver.wordreport import numeral
from surveyapp.present import plain

ONE, ANY = "○", "□"
MOST_COLUMNS = 4
LONGEST_CODE = 2
"""Codes such as A or 12 are printed before their labels; words such as awarded are for scripts."""

_MARK = 1.7
"""What the box and the gaps beside a label take, in ems."""


def blank_questionnaire(questionnaire: Questionnaire, *, language: str = "zh", day: str) -> bytes:
    """Return a questionnaire as docx; `day` is the day its file carries, nothing else depends on it."""
    sheet = _Sheet(questionnaire, language)
    sheet.write()
    return sheet.paper.saved(title=sheet.say(*_titles(sheet.voice)), day=day)


def _titles(voice: Voice) -> tuple[str, str]:
    title = voice.words(voice.questionnaire.title)
    return f"{title}问卷" if not title.endswith("问卷") else title, title


class _Sheet:
    def __init__(self, questionnaire: Questionnaire, language: str) -> None:
        self.questionnaire = questionnaire
        self.voice = _voice(questionnaire, language)
        version = questionnaire.version[:12]
        footer = self.say(
            f"问卷 {questionnaire.id}　版本 {version}", f"Questionnaire {questionnaire.id}, version {version}"
        )
        self.paper = Paper(sheet_looks(self.voice.language), footer=footer if version else "")
        self.numbers = {item: number for number, item in enumerate(questionnaire.items, start=1)}

    def say(self, zh: str, en: str) -> str:
        return self.voice.say(zh, en)

    def write(self) -> None:
        self.paper.title(self.say(*_titles(self.voice)))
        for text in self._letter():
            self.paper.write(text, BODY)
        self._code()
        for number, section in enumerate(self.questionnaire.sections, start=1):
            self._section(number, section)
        self.paper.write(self.say("问卷到此结束，感谢您的支持！", "This is the end. Thank you!"), BODY)

    def _letter(self) -> Sequence[str]:
        q, words = self.questionnaire, self.voice.words
        organiser = words(q.organiser)
        purpose, ends = words(q.purpose), self.say("。", ".")
        asks = self.say(
            f"您好！本次调查由{organiser}开展，目的是：{purpose.rstrip('。.')}{ends}大约需要{q.minutes}分钟。",
            f"This survey is carried out by {organiser}. Its purpose: {purpose.rstrip('。.')}{ends} It takes "
            f"about {q.minutes} minutes.",
        )
        anonymous = self.say(
            "问卷不记名，请不要填写姓名、电话等个人信息；答案只用于汇总统计，不会用来识别您。"
            f"请在所选答案前的{ONE}（选一项）或{ANY}（可选多项）内打“√”。",
            "The questionnaire is anonymous: please give no name or telephone number. Answers are used in totals only and not to "
            f"identify you. Please tick {ONE} (choose one) or {ANY} (choose any).",
        )
        contact = (
            [self.say(f"咨询：{words(q.contact)}", f"Questions: {words(q.contact)}")] if q.contact else []
        )
        return [asks, anonymous, *contact]

    def _code(self) -> None:
        code = self.say("答题码（如有）：", "Access code (if you have one): ") + "_" * 20
        copy = self.say("份号：", "Copy no.: ") + "_" * 8
        table = Table(columns=[WORDS, WORDS], head=[], rows=[[code, Cell(text=copy, align="right")]])
        width = self.paper.looks.page.text_width(wide=False)
        self.paper.layout(table, [width * 0.68, width * 0.32])

    def _section(self, number: int, section: Section) -> None:
        title = self.voice.words(section.title)
        self.paper.write(self.say(f"{numeral(number)}、{title}", f"{number}. {title}"), "Heading1")
        for item in section.items:
            self._item(item)

    # --- items --------------------------------------------------------------------------------------------------------

    def _item(self, item: Item) -> None:
        words = f"{self.numbers[item.id]}. {self.voice.words(item.text)}{self._marks(item)}"
        self.paper.write(words, QUESTION)
        if asides := self._asides(item):
            self.paper.write(asides, OPTION, keeps=True)
        if isinstance(item, SingleItem | MultipleItem):
            self._options(item, ANY if isinstance(item, MultipleItem) else ONE)
        elif isinstance(item, RatingItem):
            self._rating(item)
        elif isinstance(item, NumberItem):
            self._number(item)
        else:
            self._lines(item)

    def _marks(self, item: Item) -> str:
        marks = []
        if isinstance(item, MultipleItem) and "多选" not in item.text.say("zh"):
            marks.append(self.say("可多选", "choose any"))
        if isinstance(item, MultipleItem) and item.at_most is not None:
            marks.append(self.say(f"最多选{item.at_most}项", f"at most {item.at_most}"))
        if not item.required:
            marks.append(self.say("选答", "optional"))
        return "".join(self.say(f"（{mark}）", f" ({mark})") for mark in marks)

    def _asides(self, item: Item) -> str:
        """Return when an item is answered, and its hint."""
        parts = []
        if item.shown_if:
            when = condition_words(self.voice, item.shown_if)
            parts.append(self.say(f"〔{when}时回答〕", f"[Answer if: {when}]"))
        if item.hint:
            parts.append(self.voice.words(item.hint))
        return self.say("　", " ").join(parts)

    def _options(self, item: SingleItem | MultipleItem, mark: str) -> None:
        """Write the options side by side as they fit; one with words to fill in, or a long one, has a line of its own."""
        width = self.paper.looks.page.text_width(wide=False)
        room = width / (self.paper.looks.sizes.table * POINT)
        options = self.questionnaire.options(item.id)
        labels = [(self._label(o, mark), o.comment is not None) for o in options]
        short = [label for label, fills in labels if not fills and text_length(label) + _MARK <= room / 2]
        columns = _columns(short, room) if short else 1
        table = Table(columns=[WORDS] * columns, head=[], rows=_rows(labels, frozenset(short), columns))
        self.paper.layout(table, [width / columns] * columns)

    def _label(self, option: Option, mark: str) -> str:
        code = f"{option.code}. " if len(option.code) <= LONGEST_CODE else ""
        words = f"{mark} {code}{self.voice.words(option.label)}"
        if option.comment is not None:
            words += (
                self.say("（", " (")
                + self.voice.words(option.comment)
                + self.say("：", ": ")
                + "_" * 24
                + self.say("）", ")")
            )
        if option.exclusive:
            words += self.say("（选此项则不选其他）", " (none of the others)")
        return words

    def _rating(self, item: RatingItem) -> None:
        ends = [self.voice.words(end) if end else "" for end in (item.lowest, item.highest)]
        width = self.paper.looks.page.text_width(wide=False)
        cells: list[Cell | str] = [Cell(text=f"{ONE} {rating}", align="center") for rating in range(11)]
        rows: list[Row] = [cells]
        if any(ends):
            rows.append(
                [Cell(text=f"0 {ends[0]}", span=5), Cell(text=f"{ends[1]} 10", span=6, align="right")]
            )
        self.paper.layout(Table(columns=[WORDS] * 11, head=[], rows=rows), [width / 11] * 11)

    def _number(self, item: NumberItem) -> None:
        unit = self.voice.words(item.unit) if item.unit else ""
        limits = [plain(end) if end is not None else "" for end in (item.minimum, item.maximum)]
        between = (
            self.say(f"（{limits[0]}–{limits[1]}）", f" ({limits[0]}–{limits[1]})") if all(limits) else ""
        )
        self.paper.write("_" * 16 + " " + unit + between, OPTION)

    def _lines(self, item: TextItem) -> None:
        for at in range(1 if item.max_length <= 100 else 4):
            self.paper.write("\t", LINE, keeps=at < 2)


def _voice(questionnaire: Questionnaire, language: str) -> Voice:
    """Return a voice without a report: nothing of a blank questionnaire depends on answers."""
    empty = evaluate(questionnaire, PatternTable(()), Fieldwork())
    return Voice(questionnaire=questionnaire, report=empty, language=language, house=HouseStyle())


def _columns(labels: Sequence[str], ems: float) -> int:
    """Return in how many columns the labels fit side by side; few equal ones share a line."""
    longest = max((text_length(label) for label in labels), default=0.0) + _MARK
    fitting = max(1, min(MOST_COLUMNS, int(ems / longest), len(labels)))
    # rather 3 + 3 than 4 + 2
    rows = -(-len(labels) // fitting)
    return -(-len(labels) // rows) if labels else 1


def _rows(labels: Sequence[tuple[str, bool]], short: frozenset[str], columns: int) -> list[Row]:
    rows: list[Row] = []
    line: list[Cell | str] = []
    for label, _fills in labels:
        if label in short:
            line.append(label)
        if len(line) == columns or (label not in short and line):
            rows.append([*line, *([""] * (columns - len(line)))])
            line = []
        if label not in short:
            rows.append([Cell(text=label, span=columns)])
    return [*rows, [*line, *([""] * (columns - len(line)))]] if line else rows
