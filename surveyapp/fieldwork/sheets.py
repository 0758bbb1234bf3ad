"""The evaluator's own sheet: with the codes of those drawn when it goes out, and read again when it comes back.

Every cell is text: what began as a formula in a roster stays letters. Nothing of a sheet is kept.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from surveyapp.fieldwork import messages, qr
from surveyapp.fieldwork.codes import LENGTH, case_label, hash_code, normalise_code
from surveyapp.fieldwork.issuing import Case
from surveyapp.fieldwork.messages import Facts
from surveyapp.fieldwork.roster import Roster, Row
from surveyapp.rows import UnreadableFileError

CASE, TYPED, LINK, QR, DRAWN = "个案号", "答题码", "链接", "二维码", "抽中"
SMS, SMS_PARTS, SUBJECT, BODY = "短信内容", "短信条数", "邮件标题", "邮件正文"
MESSAGES: Mapping[str, tuple[str, ...]] = {"sms": (SMS, SMS_PARTS), "mail": (SUBJECT, BODY)}
"""The columns that a channel's messages stand in."""

MOST_PICTURES = 2_000
"""Beyond so many rows a sheet has links alone: each picture is a file of its own in it."""
MOST_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_WIDTHS = {CASE: 9, TYPED: 20, LINK: 46, QR: 13, DRAWN: 6, SMS: 60, SMS_PARTS: 9, SUBJECT: 30, BODY: 60}


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """One row of a sheet; its link is drawn in the column for QR codes."""

    cells: Sequence[str]
    link: str = ""


class CodesInRosterError(Exception):
    """A roster that has codes already: it is a sheet that came out here before."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        found = "、".join(columns)
        self.zh = (
            f"{name} 已有列 {found}，是发过码的表。补发请用 reissue，催答请用 remind；抽样请用原来的名册"
        )
        self.en = f"{name} has columns {found}: codes were issued in it before. Use reissue or remind, or draw from the roster"
        super().__init__(self.en)


class NoCodesError(Exception):
    """A sheet in which no link of the survey stands."""

    def __init__(self, name: str, slug: str) -> None:
        self.zh = f"{name} 里没有 {slug} 的链接；请用发码时得到的表"
        self.en = f"{name} has no links of {slug}; use the sheet in which the codes were issued"
        super().__init__(self.en)


# --- going out -----------------------------------------------------------------------------------------------------


def added_columns(channel: str) -> list[str]:
    """Return the names of the columns that issuing adds to a roster."""
    return [CASE, TYPED, LINK, QR, *MESSAGES.get(channel, ())]


def check_columns(roster: Roster, channel: str) -> None:
    """Refuse a sheet that has codes. Raises CodesInRosterError."""
    taken = [name for name in added_columns(channel) if name in roster.columns]
    if taken:
        raise CodesInRosterError(roster.name, taken)


def drawn_sheet(
    roster: Roster, cases: Mapping[int, Case], channel: str, facts: Facts, *, keeps_all: bool = False
) -> bytes:
    """Return the roster with the codes of the drawn rows: those rows alone, or all of them with a mark."""
    columns = [*roster.columns, *([DRAWN] if keeps_all else []), *added_columns(channel)]
    width = len(roster.columns)

    def rows() -> Iterator[SheetRow]:
        for row in roster.rows():
            case = cases.get(row.number)
            if case is not None:
                mark = ["是"] if keeps_all else []
                yield SheetRow(
                    cells=[*row.cells[:width], *mark, *_told(case, channel, facts)], link=case.link
                )
            elif keeps_all:
                yield SheetRow(cells=row.cells[:width])

    return workbook(columns, rows(), has_pictures=len(cases) <= MOST_PICTURES)


def rows_sheet(roster: Roster, numbers: Iterable[int]) -> bytes:
    """Return some of a roster's rows as they are."""
    wanted, width = frozenset(numbers), len(roster.columns)
    rows = (SheetRow(cells=row.cells[:width]) for row in roster.rows() if row.number in wanted)
    return workbook(roster.columns, rows)


def _told(case: Case, channel: str, facts: Facts) -> list[str]:
    found = written(channel, facts, case.link, case.typed)
    return [case.label, case.typed, case.link, "", *(found[name] for name in MESSAGES.get(channel, ()))]


def written(
    channel: str, facts: Facts, link: str, typed: str, *, is_reminder: bool = False
) -> dict[str, str]:
    """Return the cells of a channel's messages by column."""
    if channel == "sms":
        text = messages.sms(facts, link, is_reminder=is_reminder)
        return {SMS: text, SMS_PARTS: str(messages.sms_parts(text))}
    if channel == "mail":
        return {
            SUBJECT: messages.subject(facts, is_reminder=is_reminder),
            BODY: messages.body(facts, link, typed, is_reminder=is_reminder),
        }
    return {}


def workbook(columns: Sequence[str], rows: Iterable[SheetRow], *, has_pictures: bool = False) -> bytes:
    """Return a workbook of one sheet, written row by row; every cell is text, never a formula or a live link."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "constant_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("名单 list")
        bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@", "valign": "vcenter"})
        text = book.add_format({"num_format": "@", "valign": "vcenter"})
        wrapped = book.add_format({"num_format": "@", "valign": "vcenter", "text_wrap": True})
        formats = [wrapped if name in (SMS, BODY) else text for name in columns]
        for place, name in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS.get(name, 16), formats[place])
            sheet.write_string(0, place, name, bold)
        picture = columns.index(QR) if has_pictures and QR in columns else None
        number = 0
        for number, row in enumerate(rows, start=1):
            if picture is not None and row.link:
                sheet.set_row(number, 70)
                _draw(sheet, number, picture, row.link)
            for place, cell in enumerate(row.cells):
                if cell:
                    sheet.write_string(number, place, cell[:_LONGEST_CELL], formats[place])
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{number + 1}"})
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return buffer.getvalue()


def _draw(sheet: Worksheet, row: int, column: int, link: str) -> None:
    image = io.BytesIO(qr.png(link, pixels=2))
    sheet.insert_image(
        row, column, "qr.png", {"image_data": image, "x_offset": 1, "y_offset": 1, "description": link}
    )


# --- coming back ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A row of a sheet that came back: its number and cells, and the hash of the link that stands in it."""

    row: Row
    link: str
    hash: str


def returned(sheet: Roster, slug: str) -> list[Returned]:
    """Read a sheet that was handed out: the rows in which a link stands, whatever its columns are called by now.

    Raises NoCodesError and UnreadableFileError.
    """
    pattern = re.compile(rf"\S*/s/{re.escape(slug)}/([0-9A-Za-z]{{{LENGTH}}})(?![0-9A-Za-z])")
    found = [one for row in sheet.rows() if (one := _returned(row, pattern))]
    if not found:
        raise NoCodesError(sheet.name, slug)
    if len({one.hash for one in found}) < len(found):
        raise UnreadableFileError(
            Path(sheet.name), "同一个链接出现在几行里，请先删去重复的行", "a link stands in several rows; remove the copies"
        )  # fmt: skip
    return found


def _returned(row: Row, pattern: re.Pattern[str]) -> Returned | None:
    for cell in row.cells:
        match = pattern.search(cell)
        code = normalise_code(match[1]) if match else None
        if match and code:
            return Returned(row=row, link=match[0], hash=hash_code(code))
    return None


def reminder_sheet(sheet: Roster, due: Sequence[Returned], channel: str, facts: Facts) -> bytes:
    """Return the rows still due with the reminder's text, in the columns it stood in or in new ones."""
    columns = [*sheet.columns, *(name for name in MESSAGES.get(channel, ()) if name not in sheet.columns)]
    rows = (
        _filled(columns, one, one.link, written(channel, facts, one.link, "", is_reminder=True))
        for one in due
    )
    return workbook(columns, rows, has_pictures=len(due) <= MOST_PICTURES)


def reissued_sheet(sheet: Roster, new: Sequence[tuple[Returned, Case]], channel: str, facts: Facts) -> bytes:
    """Return the rows whose codes are replaced, with the new ones in the columns of the old."""
    told = [name for name in (CASE, TYPED, LINK) if name not in sheet.columns]
    columns = [*sheet.columns, *told, *(n for n in MESSAGES.get(channel, ()) if n not in sheet.columns)]

    def rows() -> Iterator[SheetRow]:
        for one, case in new:
            fields = {CASE: case.label, TYPED: case.typed, LINK: case.link, "答题码（手输）": case.typed}
            yield _filled(columns, one, case.link, fields | written(channel, facts, case.link, case.typed))

    return workbook(columns, rows(), has_pictures=len(new) <= MOST_PICTURES)


def _filled(columns: Sequence[str], one: Returned, link: str, fields: Mapping[str, str]) -> SheetRow:
    """Return a row with some of its cells replaced; the old link goes wherever it stood."""
    cells = [*one.row.cells, *[""] * (len(columns) - len(one.row.cells))][: len(columns)]
    cells = [cell.replace(one.link, link) for cell in cells]
    return SheetRow(
        cells=[fields.get(name, cell) for name, cell in zip(columns, cells, strict=True)], link=link
    )


def channel_of(sheet: Roster) -> str:
    """Return the channel whose messages a sheet has columns for, or nothing."""
    return next((channel for channel, names in MESSAGES.items() if names[0] in sheet.columns), "")


def label_of(one: Returned) -> str:
    """Return the case's name."""
    return case_label(one.hash)


Chosen = Callable[[Returned], bool]


def chosen(only: str) -> Chosen:
    """Return which rows `3,5-9,AB12CD` means: rows by their number in the sheet, and cases by name. Raises ValueError.

    A case's name may be all digits; six characters are a case.
    """
    ranges: list[range] = []
    cases: set[str] = set()
    for part in re.split(r"[,，、\s]+", only.strip()):
        if re.fullmatch(r"[0-9A-Za-z]{6}", part):
            cases.add(part.upper())
        elif match := re.fullmatch(r"(\d{1,7})(?:-(\d{1,7}))?", part):
            ranges.append(range(int(match[1]), int(match[2] or match[1]) + 1))
            if not ranges[-1]:
                raise ValueError(part)
        else:
            raise ValueError(part)
    return lambda one: any(one.row.number in some for some in ranges) or label_of(one) in cases
