"""A Word document as it grows: headings, paragraphs, numbered tables and pictures, pages that turn for wide tables."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from surveyapp.deliver.cells import legible
from surveyapp.deliver.docx_file import saved
from surveyapp.deliver.docx_looks import BODY, CAPTION, HEADINGS, NOTE, TAGS, Looks, dress
from surveyapp.deliver.docx_table import POINT, Fitted, Table, fitted, run_xml, table_xml


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A numbered table or figure that a sentence may point to: its words, "表 12", and where they stand."""

    words: str
    bookmark: str


@dataclass(kw_only=True)
class Numbered:
    """Numbers of one kind of caption: 表 or 图."""

    word: str
    gap: str
    first: int = 1
    given: list[Reference] = field(default_factory=list)

    def next(self, prefix: str) -> Reference:
        """Give out the next number."""
        number = self.first + len(self.given)
        self.given.append(Reference(words=f"{self.word}{self.gap}{number}", bookmark=f"{prefix}_{number}"))
        return self.given[-1]


class Paper:
    """One Word document in one language."""

    def __init__(self, looks: Looks, *, first_table: int = 1, footer: str = "") -> None:
        self.looks = looks
        self._document: Document = docx.Document()
        dress(self._document, looks)
        body = self._document.element.body
        for child in list(body)[:-1]:
            body.remove(child)
        zh = looks.language == "zh"
        self._tables = Numbered(word="表" if zh else "Table", gap="" if zh else " ", first=first_table)
        self._figures = Numbered(word="图" if zh else "Figure", gap="" if zh else " ")
        self._bookmarks = 0
        self._is_wide = False
        self._set_page(wide=False)
        self._footer(footer)

    # --- text ------------------------------------------------------------------------------------------------------

    def title(self, *lines: str) -> None:
        """Write the title, a line each."""
        self.write("\n".join(lines), "Title")

    def heading(self, level: int, text: str) -> None:
        """Write a heading of level 1 to 3."""
        self.upright()
        self.write(text, HEADINGS[level - 1])

    def paragraph(self, text: str, *, see: Sequence[Reference] = ()) -> None:
        """Write a paragraph; where it names a table in `see`, the name follows that table's number."""
        self.upright()
        self.write(text, BODY, see=see)

    def note(self, text: str) -> None:
        """Write a note below a table or a picture."""
        self.write(text, NOTE)

    def write(
        self, text: str, style: str, *, see: Sequence[Reference] = (), marks: str = "", keeps: bool = False
    ) -> None:
        """Write one paragraph of a style."""
        runs = "".join(self._runs(text, see, marks))
        keep = "<w:keepNext/>" if keeps else ""
        self._add(f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{style}"/>{keep}</w:pPr>{runs}</w:p>')

    def _runs(self, text: str, see: Sequence[Reference], marks: str) -> Iterator[str]:
        for one in see:
            before, found, text_after = text.partition(one.words)
            if found:
                yield run_xml(before, self.looks, marks)
                yield _field(f"REF {one.bookmark} \\h", run_xml(one.words, self.looks, marks))
                text = text_after
        yield run_xml(text, self.looks, marks)

    # --- tables ----------------------------------------------------------------------------------------------------

    def next_table(self) -> Reference:
        """Give out the number of the next table, for the sentence that points to it."""
        return self._tables.next("table")

    def table(self, table: Table, number: Reference, caption: str, *, note: str = "") -> None:
        """Write a numbered table, on a page turned sideways if it needs one, and a note below it."""
        fit = fitted(table, self.looks)
        self._turn(wide=fit.is_wide)
        self._caption(
            "表" if self.looks.language == "zh" else "Table", self._tables, number, caption, keeps=True
        )
        self._add(table_xml(table, fit, self.looks))
        self.note(note)

    def layout(self, table: Table, widths: Sequence[float]) -> None:
        """Write a table without lines, to set things side by side; its widths are in millimetres."""
        fit = Fitted(widths=widths, size=self.looks.sizes.table, is_wide=False)
        self._add(table_xml(table, fit, self.looks, has_lines=False))

    def _caption(self, label: str, numbered: Numbered, one: Reference, caption: str, *, keeps: bool) -> None:
        restart = f" \\r {numbered.first}" if numbered.given and numbered.given[0] is one else ""
        self._bookmarks += 1
        id, digits = self._bookmarks, one.words.removeprefix(numbered.word + numbered.gap)
        mark, instruction = f'<w:keepNext w:val="{int(keeps)}"/>', f"SEQ {label} \\* ARABIC{restart}"
        number = (
            f'<w:bookmarkStart w:id="{id}" w:name={quoteattr(one.bookmark)}/>'
            f"{run_xml(numbered.word + numbered.gap, self.looks)}"
            f"{_field(instruction, run_xml(digits, self.looks))}"
            f'<w:bookmarkEnd w:id="{id}"/>'
        )
        words = run_xml(("　" if self.looks.language == "zh" else ". ") + caption, self.looks)
        self._add(
            f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{CAPTION}"/>{mark}</w:pPr>{number}{words}</w:p>'
        )

    # --- pictures --------------------------------------------------------------------------------------------------

    def picture(self, png: bytes, *, width: float, caption: str, alt: str) -> None:
        """Write a numbered picture; its width is in points, `alt` says in words what it shows."""
        self.upright()
        room = self.looks.page.text_width(wide=False)
        self._document.add_picture(io.BytesIO(png), width=Mm(min(width * POINT, room)))
        drawn = self._document.paragraphs[-1]
        drawn.style = self._document.styles["Figure"]
        for properties in drawn._p.iter(qn("wp:docPr")):
            properties.set("descr", legible(alt))
            properties.set("name", self._figures.word + str(len(self._figures.given) + 1))
        one = self._figures.next("figure")
        self._caption(
            "图" if self.looks.language == "zh" else "Figure", self._figures, one, caption, keeps=False
        )

    # --- pages -----------------------------------------------------------------------------------------------------

    def upright(self) -> None:
        """Go back to an upright page."""
        self._turn(wide=False)

    def _turn(self, *, wide: bool) -> None:
        if wide != self._is_wide:
            self._document.add_section(WD_SECTION.NEW_PAGE)
            self._set_page(wide=wide)

    def _set_page(self, *, wide: bool) -> None:
        section, page = self._document.sections[-1], self.looks.page
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
        sides = (page.left, page.top - 5, page.right, page.bottom - 5) if wide else (
            page.top, page.right, page.bottom, page.left,
        )  # fmt: skip
        section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Mm, sides)
        section.footer_distance, section.header_distance = Mm(min(15, sides[2] * 0.6)), Mm(12)
        self._is_wide = wide

    def _footer(self, text: str) -> None:
        footer = self._document.sections[0].footer
        footer.is_linked_to_previous = False
        own = footer._element
        for child in list(own):
            own.remove(child)
        zh = self.looks.language == "zh"
        before, between, after = ("第 ", " 页　共 ", " 页") if zh else ("Page ", " of ", "")
        number, total = (_field(name, run_xml("1", self.looks)) for name in ("PAGE", "NUMPAGES"))
        said = (text + ("　　" if zh else "    ")) if text else ""
        runs = f"{run_xml(said + before, self.looks)}{number}{run_xml(between, self.looks)}{total}{run_xml(after, self.looks)}"
        own.append(parse_xml(f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{runs}</w:p>'))

    # --- the file --------------------------------------------------------------------------------------------------

    def saved(self, *, title: str, day: str) -> bytes:
        """Return the file: equal content gives equal bytes."""
        return saved(self._document, title=legible(title), language=TAGS[self.looks.language], day=day)

    def _add(self, xml: str) -> None:
        body = self._document.element.body
        body.insert(len(body) - 1, parse_xml(xml))


def _field(instruction: str, shown: str) -> str:
    return f"<w:fldSimple w:instr={quoteattr(f' {instruction} ')}>{shown}</w:fldSimple>"
