"""Writes answers as the services write them: invented people, real column names and cells.

An answer is what `accept` made of it: closed codes and open words. Each writer returns header and rows of text.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import openpyxl

from questionnaires.accept import Answers, accept
from questionnaires.build import load_good
from questionnaires.model import NOT_ASKED, Option, Questionnaire

ROOT = Path(__file__).parents[3]
LIBRARY = ROOT / "questionnaires" / "library"
DEMO_ROWS = ROOT / "surveyapp" / "demo" / "rows.csv"
SLUG = "zhifu-2022"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Sheet = list[list[str]]
Writer = Callable[[Questionnaire, Sequence[Answers]], Sheet]


def zhifu() -> Questionnaire:
    """Return the 芝罘 questionnaire."""
    return load_good(LIBRARY / f"{SLUG}.yaml")


def demo_answers() -> list[Answers]:
    """Return the 56 answers of the demo's rows, 53 of them valid."""
    questionnaire = zhifu()
    with DEMO_ROWS.open(encoding="utf-8", newline="") as file:
        rows = [{k: [v] for k, v in row.items() if v} for row in csv.DictReader(file)]
    return [accept(questionnaire, row, "import").answers for row in rows]


def canonical(answers: Answers) -> tuple[str, str]:
    """Return an answer as it is stored."""
    return answers.canonical(), answers.open_text()


def kept(answers: str, open_text: str) -> tuple[str, str]:
    """Return a stored answer in the form of `canonical`."""
    return json.dumps(json.loads(answers), ensure_ascii=False, separators=(",", ":")), open_text


# --- bytes -----------------------------------------------------------------------------------------------------------


def as_csv(sheet: Sheet, *, encoding: str = "utf-8", delimiter: str = ",", quote_all: bool = False) -> bytes:
    """Return a sheet as csv."""
    text = io.StringIO()
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(sheet)
    return text.getvalue().encode(encoding)


def as_xlsx(sheet: Sheet, *, numbers: bool = False) -> bytes:
    """Return a sheet as a workbook; with `numbers` whole numbers are written as such."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in sheet:
        page.append([int(c) if numbers and c.isascii() and c.isdigit() else c or None for c in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zip_bomb(size: int) -> bytes:
    """Return a workbook whose one sheet unpacks to so many bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            for _ in range(size >> 20):
                stream.write(b" " * (1 << 20))
    return content.getvalue()


# --- what a cell holds -----------------------------------------------------------------------------------------------


@dataclass
class Person:
    """One answer, asked for cell by cell."""

    questionnaire: Questionnaire
    answers: Answers
    number: int = field(default=1)

    def codes(self, item: str) -> tuple[str, ...]:
        """Return what was chosen; a single answer is one code."""
        answer = self.answers.closed.get(item, ())
        return (answer,) if isinstance(answer, str) else answer

    def options(self, item: str) -> list[Option]:
        """Return the chosen options."""
        return [o for o in self.questionnaire.options(item) if o.code in self.codes(item)]

    def is_skipped(self, item: str) -> bool:
        """Say whether the item was not asked."""
        return self.codes(item) == (NOT_ASKED,)

    def words(self, item: str) -> str:
        """Return the words beside an option."""
        return self.answers.open.get(f"{item}.text", "")

    def place(self, item: str, option: Option) -> str:
        """Return an option's number, from 1."""
        return str([o.code for o in self.questionnaire.options(item)].index(option.code) + 1)

    def text(self, item: str) -> str:
        """Return an open answer."""
        return self.answers.open.get(item, "")


def people(questionnaire: Questionnaire, answers: Sequence[Answers]) -> list[Person]:
    """Return the answers as persons with numbers from 1."""
    return [Person(questionnaire, one, number) for number, one in enumerate(answers, start=1)]


def _label(option: Option) -> str:
    return option.label.say("zh")


# --- 问卷星 ----------------------------------------------------------------------------------------------------------

WJX_HEAD = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


def _wjx_head(person: Person) -> list[str]:
    return [
        str(person.number), f"2022/12/{person.number % 28 + 1} 9:{person.number % 60:02d}:05", f"{100 + person.number}秒",
        "手机提交", "直接访问", f"10.0.0.{person.number}(山东-烟台)",
    ]  # fmt: skip


def wjx_text(questionnaire: Questionnaire, answers: Sequence[Answers]) -> Sheet:
    """Return 问卷星's export by option text: choices joined by ┋, words in 〖〗."""
    header = [
        *WJX_HEAD,
        *(f"{n}、{item.text.say()}" for n, item in enumerate(questionnaire.items.values(), 1)),
        "总分",
    ]
    rows = [
        [*_wjx_head(one), *(_wjx_text_cell(one, item) for item in questionnaire.items), "0"]
        for one in people(questionnaire, answers)
    ]
    return [header, *rows]


def _wjx_text_cell(one: Person, item: str) -> str:
    if one.is_skipped(item):
        return "(跳过)"
    if item not in one.questionnaire.closed_items:
        return one.text(item) or "(空)"
    words = one.words(item)
    chosen = [_label(o) + (f"〖{words}〗" if o.comment and words else "") for o in one.options(item)]
    return "┋".join(chosen) or "(空)"


def wjx_numbers(
    questionnaire: Questionnaire, answers: Sequence[Answers], *, form: str = "第{n}题({label})"
) -> Sheet:
    """Return 问卷星's export by option number: an option a column in 0 and 1, -3 not asked, -2 blank."""
    header = list(WJX_HEAD)
    cells: list[tuple[str, Option | None]] = []
    for n, (name, item) in enumerate(questionnaire.items.items(), 1):
        if item.kind == "multiple":
            for option in questionnaire.options(name):
                header.append(form.format(n=n, label=_label(option)))
                cells.append((name, option))
        else:
            header.append(f"{n}、{item.text.say()}")
            cells.append((name, None))
    rows = [
        [*_wjx_head(one), *(_wjx_number_cell(one, item, option) for item, option in cells)]
        for one in people(questionnaire, answers)
    ]
    return [header, *rows]


def wjx_numbers_short(questionnaire: Questionnaire, answers: Sequence[Answers]) -> Sheet:
    """Return the same with columns such as `9(申报审批流程)`."""
    return wjx_numbers(questionnaire, answers, form="{n}({label})")


def _wjx_number_cell(one: Person, item: str, option: Option | None) -> str:
    if one.is_skipped(item):
        return "-3"
    if option is not None:
        if not one.codes(item):
            return "-2"
        words = (
            f"〖{one.words(item)}〗"
            if option.comment and one.words(item) and option in one.options(item)
            else ""
        )
        return ("1" if option in one.options(item) else "0") + words
    if item not in one.questionnaire.closed_items:
        return one.text(item) or "-2"
    if one.questionnaire.items[item].kind == "rating":
        return "".join(one.codes(item)) or "-2"
    chosen = one.options(item)
    words = f"〖{one.words(item)}〗" if chosen and chosen[0].comment and one.words(item) else ""
    return one.place(item, chosen[0]) + words if chosen else "-2"


# --- 腾讯问卷 --------------------------------------------------------------------------------------------------------

TENCENT_HEAD = ["编号", "开始答题时间", "结束答题时间", "答题时长"]
TENCENT_TAIL = ["地理位置省", "地理位置市", "用户标识", "昵称", "自定义字段", "IP", "UA", "Referrer", ""]


def tencent(questionnaire: Questionnaire, answers: Sequence[Answers]) -> Sheet:
    """Return 腾讯问卷's export: letters before options, an option a column, a nameless last column."""
    header = list(TENCENT_HEAD)
    cells: list[tuple[str, Option | None]] = []
    for n, (name, item) in enumerate(questionnaire.items.items(), 1):
        if item.kind == "multiple":
            for option in questionnaire.options(name):
                header.append(f"{n}.{item.text.say()}:{_label(option)}")
                cells.append((name, option))
        else:
            header.append(f"{n}.{item.text.say()}")
            cells.append((name, None))
    rows = [
        [
            str(300 + one.number), "2022/12/20 12:00", "2022/12/20 12:02", "126",
            *(_tencent_cell(one, item, option) for item, option in cells),
            "山东", "烟台", f"u{one.number}", "某人", "", "10.0.0.1", "Mozilla/5.0", "", "",
        ]
        for one in people(questionnaire, answers)
    ]  # fmt: skip
    return [[*header, *TENCENT_TAIL], *rows]


def _tencent_cell(one: Person, item: str, option: Option | None) -> str:
    if one.is_skipped(item):
        return "(跳过)"
    if item not in one.questionnaire.closed_items:
        return one.text(item)
    if one.questionnaire.items[item].kind == "rating":
        return "".join(one.codes(item))
    chosen = one.options(item) if option is None else [o for o in one.options(item) if o.code == option.code]
    words = f"〖{one.words(item)}〗" if chosen and chosen[0].comment and one.words(item) else ""
    return f"{LETTERS[int(one.place(item, chosen[0])) - 1]}.{_label(chosen[0])}{words}" if chosen else ""


# --- Kobo ------------------------------------------------------------------------------------------------------------

KOBO_TAIL = ["_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__",
             "_tags", "_index"]  # fmt: skip


def kobo(questionnaire: Questionnaire, answers: Sequence[Answers], *, labels: bool = False) -> Sheet:
    """Return Kobo's export: names or labels, a multiple item joined by blanks and again as 0/1 columns."""
    header = ["start", "end"]
    cells: list[tuple[str, Option | None, bool]] = []
    for name, item in questionnaire.items.items():
        question = item.text.say() if labels else name
        header.append(question)
        cells.append((name, None, False))
        if item.kind == "multiple":
            header += [f"{question}/{_label(o) if labels else o.code}" for o in questionnaire.options(name)]
            cells += [(name, option, False) for option in questionnaire.options(name)]
        if any(option.comment for option in questionnaire.options(name)):
            header.append(f"{name}.text")
            cells.append((name, None, True))
    rows = [
        [
            "2022-12-20T10:00:00.000+08:00", "2022-12-20T10:02:06.000+08:00",
            *(_kobo_cell(one, item, option, is_words, labels) for item, option, is_words in cells),
            str(one.number), f"uuid-{one.number}", "2022-12-20T02:05:00", "", "", "submitted_via_web", "", "v1", "",
            str(one.number),
        ]
        for one in people(questionnaire, answers)
    ]  # fmt: skip
    return [[*header, *KOBO_TAIL], *rows]


def _kobo_cell(one: Person, item: str, option: Option | None, is_words: bool, labels: bool) -> str:
    if is_words:
        return one.words(item)
    if one.is_skipped(item):
        return "-1" if item in one.questionnaire.closed_items else ""
    if item not in one.questionnaire.closed_items:
        return one.text(item)
    if option is not None:
        return "" if not one.codes(item) else "1" if option.code in one.codes(item) else "0"
    return " ".join(_label(o) if labels else o.code for o in one.options(item))


def kobo_labels(questionnaire: Questionnaire, answers: Sequence[Answers]) -> Sheet:
    """Return Kobo's export with labels."""
    return kobo(questionnaire, answers, labels=True)


# --- LimeSurvey ------------------------------------------------------------------------------------------------------

LIME_HEAD = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr"]
LIME_WORDS = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started", "Date last action",
              "IP address"]  # fmt: skip


def limesurvey(
    questionnaire: Questionnaire, answers: Sequence[Answers], *, heading: str = "code", answer: str = "short"
) -> Sheet:
    """Return LimeSurvey's export with headings as codes, codes and texts, or full texts, answers short or long."""
    header = list(LIME_WORDS if heading == "full" else LIME_HEAD)
    cells: list[tuple[str, Option | None, bool]] = []
    for name, item in questionnaire.items.items():
        text = item.text.say()
        if item.kind == "multiple":
            for place, option in enumerate(questionnaire.options(name), 1):
                header.append(_lime_name(heading, f"{name}[SQ{place:03d}]", f"{text} [{_label(option)}]"))
                cells.append((name, option, False))
        else:
            header.append(_lime_name(heading, name, text))
            cells.append((name, None, False))
        if any(option.comment for option in questionnaire.options(name)):
            header.append(_lime_name(heading, f"{name}[comment]", f"{text} [comment]"))
            cells.append((name, None, True))
    rows = [
        [
            str(one.number), "2022-12-20 10:02:06", "3", "zh-Hans", "99", "2022-12-20 10:00:00", "2022-12-20 10:02:06",
            "10.0.0.1", *(_lime_cell(one, item, option, is_words, answer) for item, option, is_words in cells),
        ]
        for one in people(questionnaire, answers)
    ]  # fmt: skip
    return [header, *rows]


def _lime_name(heading: str, code: str, text: str) -> str:
    return {"code": code, "full": text}.get(heading, f"{code}. {text}")


def _lime_cell(one: Person, item: str, option: Option | None, is_words: bool, answer: str) -> str:
    if is_words:
        return one.words(item)
    if one.is_skipped(item):
        return "N/A" if item in one.questionnaire.closed_items else ""
    if item not in one.questionnaire.closed_items:
        return one.text(item)
    if option is not None:
        chosen = option.code in one.codes(item)
        return ("Y" if chosen else "") if answer == "short" else ("Yes" if chosen else "No")
    if answer == "long" and one.questionnaire.items[item].kind != "rating":
        return "".join(map(_label, one.options(item)))
    return "".join(one.codes(item))


def limesurvey_full(questionnaire: Questionnaire, answers: Sequence[Answers]) -> Sheet:
    """Return LimeSurvey's export with full texts and long answers."""
    return limesurvey(questionnaire, answers, heading="full", answer="long")


def limesurvey_both(questionnaire: Questionnaire, answers: Sequence[Answers]) -> Sheet:
    """Return LimeSurvey's export with codes and texts."""
    return limesurvey(questionnaire, answers, heading="codetext")


# --- plain sheets ----------------------------------------------------------------------------------------------------


def plain(questionnaire: Questionnaire, answers: Sequence[Answers], *, how: str = "labels") -> Sheet:
    """Return a plain sheet of labels, codes or option numbers, choices joined by semicolons."""
    items = list(questionnaire.items)
    words = [name for name in items if any(option.comment for option in questionnaire.options(name))]
    header = [questionnaire.items[name].text.say() if how == "labels" else name for name in items]
    rows = [
        [*(_plain_cell(one, item, how) for item in items), *(one.words(item) for item in words)]
        for one in people(questionnaire, answers)
    ]
    return [[*header, *(f"{name}.text" for name in words)], *rows]


def _plain_cell(one: Person, item: str, how: str) -> str:
    if item not in one.questionnaire.closed_items:
        return one.text(item)
    if one.is_skipped(item):
        return NOT_ASKED
    if one.questionnaire.items[item].kind == "rating" or how == "codes":
        return ";".join(one.codes(item))
    return ";".join(_label(o) if how == "labels" else one.place(item, o) for o in one.options(item))


def plain_codes(questionnaire: Questionnaire, answers: Sequence[Answers]) -> Sheet:
    """Return a plain sheet of codes: the rows file."""
    return plain(questionnaire, answers, how="codes")


def plain_numbers(questionnaire: Questionnaire, answers: Sequence[Answers]) -> Sheet:
    """Return a plain sheet of option numbers."""
    return plain(questionnaire, answers, how="numbers")


FORMATS: Mapping[str, Writer] = {
    "wjx-text": wjx_text, "wjx-numbers": wjx_numbers, "wjx-numbers-short": wjx_numbers_short, "tencent": tencent, "kobo": kobo,
    "kobo-labels": kobo_labels, "limesurvey": limesurvey, "limesurvey-full": limesurvey_full,
    "limesurvey-both": limesurvey_both, "plain-labels": plain, "plain-codes": plain_codes, "plain-numbers": plain_numbers,
}  # fmt: skip
SOURCE_OF = {name: "plain" if name.startswith("plain") else name.partition("-")[0] for name in FORMATS}
