"""What is printed: the poster of the open link, sheets of single-use slips, and the list of how many were printed.

Chinese text is right on every machine because the font comes with the program and what is used of it is embedded.
A slip names its case but not its stratum: whoever is handed one should not read on it which group they were put in. The
stratum stands in the sheet's margin, which is cut off; slips of different strata never share a sheet.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple

from fpdf import FPDF

from surveyapp.fieldwork import fonts, qr
from surveyapp.fieldwork.messages import Facts
from surveyapp.fieldwork.qr import Correction

PaperSize = Literal["A4", "A3"]
Style = Literal["", "B"]
PAPER: Mapping[PaperSize, tuple[float, float]] = {"A4": (210, 297), "A3": (297, 420)}
"""Width and height in mm."""

COLUMNS, ROWS = 2, 5
PER_SHEET = COLUMNS * ROWS
MARGIN = 10.0
SLIP = ((PAPER["A4"][0] - 2 * MARGIN) / COLUMNS, (PAPER["A4"][1] - 2 * MARGIN) / ROWS)
"""Width and height of a slip in mm."""
SLIP_QR = 38.0
"""The side of a slip's QR code in mm, its empty margin included."""

SMALLEST_MODULE = 0.5
"""In mm; below it a cheap printer's dots run together."""

SMALLEST_TYPE = 5.0
"""In points; text that does not fit in this size either is set longer than asked."""

POINT = 25.4 / 72
"""Millimetres in a point."""

INK, MUTED, LINE, ACCENT = (28, 40, 48), (90, 104, 114), (200, 209, 215), (23, 96, 125)

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "scan": "用微信或手机浏览器扫一扫", "slip_scan": "微信扫一扫填写", "minutes": "约 {n} 分钟",
        "type": "扫不了？打开网址，输入答题码", "or": "也可以打开",
        "anonymous": "不记名", "slip_anonymous": "不记名：答案与此码不相关联", "once": "一张答一次",
        "anonymous_long": "不需要登录，不记录姓名、电话和网络地址", "closes": "{day}截止", "closes_head": "截止日期",
        "open_end": "见通知", "takes": "用时", "case": "个案号", "sheet": "第 {page} 页，共 {pages} 页",
        "manifest": "答题条印制清单", "stratum": "分层", "channel": "渠道", "slips": "张数", "sheets": "页数", "total": "合计",
        "survey": "调查", "version": "问卷版本", "day": "印制日期", "purpose": "用途", "draw": "抽样编号", "seed": "随机种子",
        "file": "名册 SHA-256", "done": "签收", "number": "数量", "who": "签名", "when": "日期",
        "printed": "印制", "handed": "发放", "back": "收回未用", "everybody": "不分层",
        "hint": "单面打印，比例 100%，沿虚线裁开。每张只能答一次；没有发出的，请清点后在“发放”页作废，"
        "以免计入发放数。答题码不能重新打印：丢失的，请作废这一批，另外补发。",
    },
    "en": {
        "scan": "Scan with your phone", "slip_scan": "Scan to answer", "minutes": "about {n} min",
        "type": "Cannot scan? Open this and enter the code",
        "or": "or open", "anonymous": "Anonymous", "slip_anonymous": "Anonymous: answers are not tied to this code",
        "once": "one answer per slip", "anonymous_long": "No sign-in; no name, number or network address is kept",
        "closes": "until {day}", "closes_head": "Open until", "open_end": "as announced", "takes": "Takes", "case": "Case",
        "sheet": "Sheet {page} of {pages}", "manifest": "Slips printed", "stratum": "Stratum", "channel": "Channel",
        "slips": "Slips", "sheets": "Sheets", "total": "Total", "survey": "Survey", "version": "Questionnaire version",
        "day": "Printed on", "purpose": "Purpose", "draw": "Draw", "seed": "Seed", "file": "Roster's SHA-256",
        "done": "Signed for", "number": "Number", "who": "Signature", "when": "Date",
        "printed": "Printed", "handed": "Handed out", "back": "Unused, back", "everybody": "no strata",
        "hint": "Print on one side at 100% and cut along the dashes. Each slip can be answered once. Count those not handed out "
        "and make them void under Fielding, so that they do not count as issued. Slips cannot be printed again: if some are "
        "lost, make the batch void and issue new ones.",
    },
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One single-use slip."""

    link: str
    typed: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Pile:
    """The slips of one stratum, on sheets of their own."""

    stratum: str
    slips: Sequence[Slip]

    @property
    def sheets(self) -> int:
        """Return how many sheets they fill."""
        return math.ceil(len(self.slips) / PER_SHEET)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the list of printed slips says beside their numbers."""

    survey: str
    version: str
    day: str
    purpose: str
    channel: str
    draw: Mapping[str, str] = field(default_factory=dict)
    """Draw, seed and the roster's hash by the words `draw`, `seed`, `file`, if the slips are for a drawn sample."""


def short_address(address: str) -> str:
    """Return an address as people type it.

    >>> short_address("https://diaocha.example.gov.cn/s/zhifu-2022")
    'diaocha.example.gov.cn/s/zhifu-2022'
    """
    return address.removeprefix("https://").removeprefix("http://")


def code_on(link: str, side: float) -> tuple[Correction, list[list[bool]]]:
    """Return a QR code for a square of this side in mm, by the strongest correction whose modules are still large enough."""
    strong = qr.modules(link, Correction.Q)
    if side / len(strong) >= SMALLEST_MODULE:
        return Correction.Q, strong
    return Correction.M, qr.modules(link, Correction.M)


# --- the poster ----------------------------------------------------------------------------------------------------


def poster(facts: Facts, address: str, size: PaperSize = "A4") -> bytes:
    """Return the poster of the open link as PDF."""
    said = WORDS[facts.language]
    with fonts.cut_font(_characters(facts, address)) as paths:
        pdf = _Paper(size, paths, facts.language, facts.title)
        width, height = PAPER[size]
        s = width / PAPER["A4"][0]
        pdf.add_page()
        pdf.set_fill_color(*ACCENT)
        pdf.rect(0, 0, width, 9 * s, style="F")
        left, wide = 22 * s, width - 44 * s
        y = 26 * s
        y = pdf.block(facts.organiser, left, y, wide, 14 * s, color=MUTED, lines=2, align="C") + 4 * s
        y = pdf.block(facts.title, left, y, wide, 32 * s, style="B", lines=3, leading=1.3, align="C") + 5 * s
        y = pdf.block(facts.purpose, left, y, wide, 14.5 * s, lines=3, leading=1.5, align="C")
        foot = height - 46 * s
        side = min(136 * s, foot - y - 28 * s)
        top = y + (foot - y - side - 23 * s) / 2
        pdf.qr_code(address, (width - side) / 2, top, side)
        below = top + side - 1 * s
        below = (
            pdf.block(said["scan"], left, below, wide, 22 * s, style="B", color=ACCENT, align="C") + 1.5 * s
        )
        pdf.block(
            f"{said['or']} {short_address(address)}", left, below, wide, 13.5 * s, color=MUTED, align="C"
        )
        _poster_foot(pdf, facts, left, foot, wide, s)
        return bytes(pdf.output())


def _poster_foot(pdf: _Paper, facts: Facts, left: float, y: float, wide: float, s: float) -> None:
    """Set what somebody wants to know before scanning, in three columns."""
    said = WORDS[facts.language]
    pdf.line_across(left, y, wide, 0.3 * s)
    told = (
        (said["takes"], said["minutes"].format(n=facts.minutes)),
        (said["anonymous"], said["anonymous_long"]),
        (said["closes_head"], facts.closing or said["open_end"]),
    )
    widths, x = (wide * 0.22, wide * 0.46, wide * 0.32), left
    for (head, words), column in zip(told, widths, strict=True):
        below = pdf.block(head, x, y + 7 * s, column, 11 * s, color=MUTED, align="C") + 1.5 * s
        pdf.block(
            words, x + 2 * s, below, column - 4 * s, 13.5 * s, style="B", lines=3, leading=1.45, align="C"
        )
        x += column


# --- the slips -----------------------------------------------------------------------------------------------------


def slips(facts: Facts, address: str, piles: Sequence[Pile], manifest: Manifest) -> bytes:
    """Return sheets of single-use slips, ten on a sheet of A4, and the list of them, as PDF.

    `address` is what people type who cannot scan.
    """
    piles = [pile for pile in piles if pile.slips]
    strata = "".join(pile.stratum for pile in piles)
    told = (
        manifest.survey,
        manifest.purpose,
        manifest.channel,
        manifest.version,
        *manifest.draw.values(),
        strata,
    )
    with fonts.cut_font(_characters(facts, address, *told)) as paths:
        pdf = _Paper("A4", paths, facts.language, facts.title)
        pages = sum(pile.sheets for pile in piles)
        for pile in piles:
            for start in range(0, len(pile.slips), PER_SHEET):
                pdf.add_page()
                _margin_words(pdf, facts, manifest, pile, pages)
                some = pile.slips[start : start + PER_SHEET]
                _cut_marks(pdf)
                for place, slip in enumerate(some):
                    _slip(pdf, facts, address, slip, _corner(place))
        _manifest(pdf, facts, piles, manifest)
        return bytes(pdf.output())


def _corner(place: int) -> tuple[float, float]:
    row, column = divmod(place, COLUMNS)
    return MARGIN + column * SLIP[0], MARGIN + row * SLIP[1]


def _margin_words(pdf: _Paper, facts: Facts, manifest: Manifest, pile: Pile, pages: int) -> None:
    said = WORDS[facts.language]
    page = said["sheet"].format(page=pdf.page_no(), pages=pages)
    named = " · ".join(part for part in (manifest.survey, pile.stratum) if part)
    pdf.block(named, MARGIN + 3, 3.6, 116, 7.5, color=MUTED)
    pdf.block(f"{manifest.day} · {page}", 130, 3.6, 67, 7.5, color=MUTED, align="R")


def _cut_marks(pdf: _Paper) -> None:
    """Draw dashes between the slips, and solid marks in the margin where a guillotine is set."""
    width, height = PAPER["A4"]
    xs = [MARGIN + column * SLIP[0] for column in range(COLUMNS + 1)]
    ys = [MARGIN + row * SLIP[1] for row in range(ROWS + 1)]
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(0.15)
    pdf.set_dash_pattern(dash=1.2, gap=1.2)
    for x in xs:
        pdf.line(x, MARGIN, x, height - MARGIN)
    for y in ys:
        pdf.line(MARGIN, y, width - MARGIN, y)
    pdf.set_dash_pattern()
    pdf.set_draw_color(*INK)
    for x in xs:
        pdf.line(x, MARGIN - 3, x, MARGIN - 1)
        pdf.line(x, height - MARGIN + 1, x, height - MARGIN + 3)
    for y in ys:
        pdf.line(MARGIN - 4, y, MARGIN - 1, y)
        pdf.line(width - MARGIN + 1, y, width - MARGIN + 4, y)


def _slip(pdf: _Paper, facts: Facts, address: str, slip: Slip, corner: tuple[float, float]) -> None:
    x, y = corner
    said = WORDS[facts.language]
    pdf.qr_code(slip.link, x + 1.5, y + 4, SLIP_QR)
    case = f"{said['case']} {slip.label}"
    pdf.block(case, x + 1.5, y + 4 + SLIP_QR + 0.6, SLIP_QR, 7.5, color=MUTED, align="C")
    left, wide = x + SLIP_QR + 2.5, SLIP[0] - SLIP_QR - 6
    below = pdf.block(facts.title, left, y + 5, wide, 11.5, style="B", lines=3, height=12.5, leading=1.3)
    below = pdf.block(facts.organiser, left, below + 0.6, wide, 7.5, color=MUTED, lines=2, height=6) + 1
    minutes = said["minutes"].format(n=facts.minutes)
    pdf.block(f"{said['slip_scan']} · {minutes}", left, below, wide, 9, style="B", color=ACCENT)
    _typed(pdf, facts, address, slip, (left, y + 31.2), wide)
    closes = [said["closes"].format(day=facts.closing)] if facts.closing else []
    pdf.block(said["slip_anonymous"], left, y + 46, wide, 7.5)
    pdf.block(" · ".join([*closes, said["once"]]), left, y + 49.6, wide, 7.5, color=MUTED)


def _typed(
    pdf: _Paper, facts: Facts, address: str, slip: Slip, corner: tuple[float, float], wide: float
) -> None:
    """Set what those type who cannot scan."""
    left, y = corner
    pdf.line_across(left, y - 1.2, wide, 0.15)
    y = pdf.block(WORDS[facts.language]["type"], left, y, wide, 7.5, color=MUTED)
    y = pdf.block(short_address(address), left, y, wide, 8.5) + 0.2
    pdf.block(slip.typed, left, y, wide, 13.5, style="B", leading=1.2)


# --- the list ------------------------------------------------------------------------------------------------------


def _manifest(pdf: _Paper, facts: Facts, piles: Sequence[Pile], manifest: Manifest) -> None:
    said = WORDS[facts.language]
    left, wide = 22.0, PAPER["A4"][0] - 44
    pdf.add_page()
    y = pdf.block(said["manifest"], left, 24, wide, 20, style="B") + 2
    y = pdf.block(facts.title, left, y, wide, 12, lines=2) + 6
    rows = [
        (said["survey"], manifest.survey), (said["version"], manifest.version), (said["day"], manifest.day),
        (said["purpose"], manifest.purpose), (said["channel"], manifest.channel),
        *((said[word], value) for word, value in manifest.draw.items()),
    ]  # fmt: skip
    for head, value in rows:
        pdf.block(head, left, y, 44, 9.5, color=MUTED)
        y = pdf.block(value, left + 46, y, wide - 46, 9.5, lines=2) + 1.4
    y = _numbers(pdf, said, piles, left, y + 6, wide)
    y = _signatures(pdf, said, left, y + 11, wide)
    pdf.block(said["hint"], left, y + 8, wide, 9.5, color=MUTED, lines=6, leading=1.55)


def _numbers(
    pdf: _Paper, said: Mapping[str, str], piles: Sequence[Pile], left: float, y: float, wide: float
) -> float:
    """Set how many were printed of each stratum, on a new page where one is full."""
    total = (said["total"], sum(len(pile.slips) for pile in piles), sum(pile.sheets for pile in piles))
    counted = [(pile.stratum or said["everybody"], len(pile.slips), pile.sheets) for pile in piles]
    cells = [(said["stratum"], said["slips"], said["sheets"]), *counted, total]
    for place, row in enumerate(cells):
        if y > PAPER["A4"][1] - 24:
            pdf.add_page()
            y = 24
        is_edge = place in (0, len(cells) - 2, len(cells) - 1)
        style: Style = "B" if place == len(cells) - 1 else ""
        color = MUTED if place == 0 else INK
        pdf.block(str(row[0]), left, y, wide - 60, 10.5, style=style, color=color)
        pdf.block(str(row[1]), left + wide - 60, y, 28, 10.5, style=style, color=color, align="R")
        y = pdf.block(str(row[2]), left + wide - 30, y, 30, 10.5, style=style, color=color, align="R")
        y += 3.2
        pdf.line_across(left, y - 1.6, wide, 0.3 if is_edge else 0.1)
        y += 0.6
    return y


def _signatures(pdf: _Paper, said: Mapping[str, str], left: float, y: float, wide: float) -> float:
    if y > PAPER["A4"][1] - 90:
        pdf.add_page()
        y = 24
    columns = (wide * 0.22, wide * 0.2, wide * 0.34, wide * 0.24)
    heads = (said["done"], said["number"], said["who"], said["when"])
    for row in (heads, *((said[one], "", "", "") for one in ("printed", "handed", "back"))):
        x = left
        for words, column in zip(row, columns, strict=True):
            pdf.block(words, x, y, column, 10.5, color=MUTED if row is heads else INK)
            x += column
        y += 8 if row is heads else 13
        pdf.line_across(left, y - 2.5, wide, 0.3 if row is heads else 0.1)
        y += 2 if row is heads else 0.5
    return y


# --- the paper -----------------------------------------------------------------------------------------------------


def _characters(facts: Facts, *texts: str) -> str:
    told = (
        facts.title,
        facts.organiser,
        facts.purpose,
        facts.closing,
        *WORDS[facts.language].values(),
        *texts,
    )
    return "".join(told) + " ·…"


class _Setting(NamedTuple):
    """What a block of text is to be fitted into."""

    text: str
    width: float
    size: float
    style: Style
    lines: int
    height: float | None
    leading: float


class _Paper(FPDF):
    """A PDF on which text is set in blocks, by the rules of Chinese typesetting, and QR codes are drawn."""

    def __init__(self, size: PaperSize, paths: Mapping[str, object], language: str, title: str) -> None:
        super().__init__(unit="mm", format=PAPER[size])
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self.settings: dict[_Setting, tuple[float, list[str]]] = {}
        self.set_title(title)
        self.set_lang("zh-CN" if language == "zh" else language)
        self.set_creator("surveyapp")
        for style, path in paths.items():
            self.add_font(fonts.FAMILY, style, str(path))

    def block(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        size: float,
        *,
        style: Style = "",
        color: tuple[int, int, int] = INK,
        lines: int = 1,
        height: float | None = None,
        leading: float = 1.35,
        align: Literal["L", "C", "R"] = "L",
    ) -> float:
        """Set text in at most so many lines, smaller where it would need more, and return where it ends.

        The lines are made about equally long, or end where the sentence pauses.
        """
        self.set_text_color(*color)
        asked = _Setting(text, width, size, style, lines, height, leading)
        if asked not in self.settings:
            self.settings[asked] = self._set(asked)
        size, done = self.settings[asked]
        self.set_font(fonts.FAMILY, style, size)
        for line in done:
            self.set_xy(x, y)
            self.cell(width, size * POINT * leading, line, align=align)
            y += size * POINT * leading
        return y

    def _set(self, asked: _Setting) -> tuple[float, list[str]]:
        """Return the size and the lines in which a text fits; on slips the same ones come again and again."""
        text, size = fonts.drawable(" ".join(asked.text.split())), asked.size
        while True:
            self.set_font(fonts.FAMILY, asked.style, size)
            lines = self._broken(text, asked.width)
            is_low = asked.height is None or len(lines) * size * POINT * asked.leading <= asked.height
            if (len(lines) <= asked.lines and is_low) or size < SMALLEST_TYPE:
                return size, self._evened(text, asked.width, lines)
            size *= 0.95

    def _evened(self, text: str, width: float, lines: list[str]) -> list[str]:
        """Return as many lines, broken at pauses where that can be, and else of about one length."""
        if len(lines) == 1:
            return lines
        tries = (self._broken(text, width * share / 40) for share in range(40, 20, -1))
        return max((one for one in tries if len(one) == len(lines)), key=self._evenness)

    def _evenness(self, lines: list[str]) -> tuple[int, float]:
        pauses = sum(line[-1] in _PAUSES for line in lines[:-1] if line)
        widths = [self.get_string_width(line) for line in lines]
        return pauses, min(widths) - max(widths)

    def _broken(self, text: str, width: float) -> list[str]:
        """Break text into lines no wider than this, between Chinese characters or Latin words."""
        lines, line = [], ""
        for unit in breakable(text):
            if line and self.get_string_width((line + unit).rstrip()) > width:
                lines.append(line.rstrip())
                line = unit.lstrip()
            else:
                line += unit
            while len(line) > 1 and self.get_string_width(line.rstrip()) > width:  # a word longer than a line
                fits = next(
                    n
                    for n in range(len(line) - 1, 0, -1)
                    if n == 1 or self.get_string_width(line[:n]) <= width
                )
                lines.append(line[:fits])
                line = line[fits:]
        return [*lines, line.rstrip()]

    def line_across(self, x: float, y: float, width: float, thick: float) -> None:
        """Draw a thin line from left to right."""
        self.set_draw_color(*LINE)
        self.set_line_width(thick)
        self.line(x, y, x + width, y)

    def qr_code(self, link: str, x: float, y: float, side: float) -> None:
        """Draw a QR code with its empty margin on a square: rectangles, so that it is sharp at any size."""
        _correction, rows = code_on(link, side)
        module, k = side / len(rows), self.k
        drawn = [
            f"{(x + left * module) * k:.3f} {(self.h - y - bottom * module) * k:.3f} "
            f"{(right - left) * module * k:.3f} {(bottom - top) * module * k:.3f} re"
            for left, right, top, bottom in qr.rectangles(rows)
        ]
        self._out(f"q 0 g {' '.join(drawn)} f Q")


# What may not begin a line, and what may not end one (GB/T 15834, and the usual 禁则).
_NO_START = frozenset("，。、；：？！）》】〉」』”’…·,.;:?!)]}%％")
_PAUSES = frozenset("，。、；：？！,;:")
_NO_END = frozenset("（《【〈「『“‘([{")


def breakable(text: str) -> Iterable[str]:
    """Yield the pieces between which a line may be broken.

    >>> list(breakable("2022 年度（引进）人才，好"))
    ['2022 ', '年', '度', '（引', '进）', '人', '才，', '好']
    """
    piece = ""
    for is_wide, group in groupby(text, _is_wide):
        for one in group if is_wide else _words("".join(group)):
            if piece and one[0] not in _NO_START and piece[-1] not in _NO_END:
                yield piece
                piece = ""
            piece += one
    if piece:
        yield piece


def _is_wide(one: str) -> bool:
    return one >= "\u2e80" or one in "“”‘’…·"


def _words(text: str) -> list[str]:
    """Return Latin words, each with the blanks behind it."""
    found: list[str] = []
    for part in text.replace(" ", " \x00").split("\x00"):
        if part:
            found.append(part)
    return found
