"""How a Word document looks: fonts by the habit of official documents, by name, so that the reader's own fonts serve.

Titles are 方正小标宋简体, the text 仿宋, first headings 黑体, second 楷体 (the habit of GB/T 9704); a machine that lacks
one takes the alternative that the font table names. Sizes are in points: 二号 22, 三号 16, 小四 12, 五号 10.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

TITLE, SONG, FANG, HEI, KAI = "方正小标宋简体", "宋体", "仿宋", "黑体", "楷体"
LATIN = "Times New Roman"
ALTERNATIVES: Mapping[str, str] = {
    TITLE: "宋体,SimSun,FZXiaoBiaoSong-B05S",
    SONG: "SimSun",
    FANG: "仿宋_GB2312,FangSong,华文仿宋,STFangsong",
    HEI: "SimHei,华文黑体,STHeiti",
    KAI: "楷体_GB2312,KaiTi,华文楷体,STKaiti",
    LATIN: "Tinos,Liberation Serif",
}
TAGS = {"zh": "zh-CN", "en": "en-GB"}

BODY, CAPTION, CELL, NOTE, FIGURE, LINE, OPTION, QUESTION = (
    "BodyText", "Caption", "TableText", "TableNote", "Figure", "WritingLine", "OptionText", "Question",
)  # fmt: skip
HEADINGS = ("Heading1", "Heading2", "Heading3")
GRID = "TableGrid"


@dataclass(frozen=True, kw_only=True)
class Page:
    """An A4 page in millimetres, upright; turned, its margins turn with it."""

    top: float = 37
    right: float = 26
    bottom: float = 35
    left: float = 28

    def text_width(self, *, wide: bool) -> float:
        """Return how wide the text is, in millimetres."""
        return 297 - self.top - self.bottom + 10 if wide else 210 - self.left - self.right


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Sizes in points; `line` is an exact distance of lines, 0 a single one and a bit; `indent` is in characters."""

    body: float
    title: float
    headings: Sequence[float]
    table: float
    line: float
    indent: int


@dataclass(frozen=True, kw_only=True)
class Looks:
    """The looks of one kind of document in one language."""

    language: str
    sizes: Sizes
    page: Page


def report_looks(language: str) -> Looks:
    """Return the looks of a report: 三号 with 28 points from line to line in Chinese."""
    chinese = Sizes(body=16, title=22, headings=(16, 16, 16), table=10.5, line=28, indent=2)
    english = Sizes(body=11.5, title=18, headings=(14, 12, 11.5), table=9.5, line=0, indent=0)
    return Looks(language=language, sizes=english if language == "en" else chinese, page=Page())


def sheet_looks(language: str) -> Looks:
    """Return the looks of a sheet that is filled in by hand."""
    sizes = Sizes(body=12, title=18, headings=(13, 12, 12), table=11, line=0, indent=0)
    return Looks(language=language, sizes=sizes, page=Page(top=22, right=22, bottom=20, left=22))


@dataclass(frozen=True, kw_only=True)
class _Style:
    id: str
    name: str
    chinese: str
    size: float
    bold: bool = False
    align: str = "left"
    before: float = 0
    after: float = 0
    line: float = 0
    indent: int = 0
    left: int = 0
    keeps: bool = False
    level: int | None = None
    tabs: str = ""


def dress(document: Document, looks: Looks) -> None:
    """Give a document its styles, fonts and settings, and nothing of the library's template."""
    styles = document.styles.element
    for child in list(styles):
        styles.remove(child)
    for xml in (_defaults(looks), *_FIXED, *(_xml(style, looks) for style in _styles(looks))):
        styles.append(parse_xml(xml))
    _settings(document, looks)
    _fonts(document)


def _styles(looks: Looks) -> Iterator[_Style]:
    sizes, latin = looks.sizes, looks.language == "en"
    body, line = sizes.body, sizes.line
    yield _Style(
        id="Title", name="Title", chinese=TITLE, size=sizes.title, align="center", after=6, bold=latin
    )
    yield _Style(
        id="Subtitle", name="Subtitle", chinese=KAI, size=min(body, 14), align="center", after=10, line=line
    )
    kinds = zip(HEADINGS, (HEI, KAI, FANG), (latin, latin, True), sizes.headings, strict=True)
    for level, (id, font, bold, size) in enumerate(kinds):
        yield _Style(
            id=id, name=f"heading {level + 1}", chinese=font, size=size, bold=bold, line=line, keeps=True,
            level=level, indent=sizes.indent, before=(12, 6, 4)[level] if not line else (6, 0, 0)[level],
            after=0 if line else 3,
        )  # fmt: skip
    yield _Style(
        id=BODY, name="Body Text", chinese=FANG, size=body, align="both", line=line, indent=sizes.indent,
        after=0 if line else 5,
    )  # fmt: skip
    yield _Style(
        id=CAPTION, name="caption", chinese=HEI, size=max(sizes.table + 1, 10.5), align="center", before=8,
        after=4, keeps=True, bold=latin,
    )  # fmt: skip
    yield _Style(id=CELL, name="Table Text", chinese=SONG, size=sizes.table, before=1.5, after=1.5)
    yield _Style(id=NOTE, name="Table Note", chinese=SONG, size=sizes.table - 1, before=3, after=6)
    yield _Style(
        id=FIGURE, name="Figure", chinese=SONG, size=sizes.table, align="center", before=6, keeps=True
    )
    yield _Style(
        id=QUESTION, name="Question", chinese=SONG, size=body, before=7, after=2, keeps=True, bold=True
    )
    yield _Style(id=OPTION, name="Option Text", chinese=SONG, size=sizes.table + 0.5, before=1.5, after=1.5)
    yield _Style(id=LINE, name="Writing Line", chinese=SONG, size=body, before=8, tabs=_ruled(looks))
    yield _Style(id="Footer", name="footer", chinese=SONG, size=9, align="center")
    yield _Style(id="Header", name="header", chinese=SONG, size=9, align="right")


def _ruled(looks: Looks) -> str:
    """Return the tab that draws a line to write on: borders of neighbouring paragraphs would become one box."""
    at = round(looks.page.text_width(wide=False) * 1440 / 25.4)
    return f'<w:tabs><w:tab w:val="right" w:leader="underscore" w:pos="{at}"/></w:tabs>'


_FIXED = (
    f'<w:style {nsdecls("w")} w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>',
    f'<w:style {nsdecls("w")} w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
    f'<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
    '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
    f'<w:style {nsdecls("w")} w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>',
    f'<w:style {nsdecls("w")} w:type="table" w:styleId="{GRID}"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
    "<w:tblPr><w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="{6 if side in ("top", "bottom") else 4}" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders></w:tblPr></w:style>",
)


def _font(latin: str, chinese: str) -> str:
    names = f"w:ascii={quoteattr(latin)} w:hAnsi={quoteattr(latin)} w:eastAsia={quoteattr(chinese)}"
    return f"<w:rFonts {names} w:cs={quoteattr(latin)}/>"


def _defaults(looks: Looks) -> str:
    # Latin text of a Chinese document is English: called Chinese, some programs break a line within a number
    tag, size = "en-GB" if looks.language == "en" else "en-US", round(looks.sizes.body * 2)
    return (
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>{_font(LATIN, FANG)}"
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        f'<w:lang w:val="{tag}" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )


def _xml(style: _Style, looks: Looks) -> str:
    bold = "<w:b/><w:bCs/>" if style.bold else ""
    size = round(style.size * 2)
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="{style.id}"><w:name w:val="{style.name}"/>'
        f'<w:basedOn w:val="Normal"/><w:next w:val="{BODY}"/><w:qFormat/><w:pPr>{_paragraph(style)}</w:pPr>'
        f'<w:rPr>{_font(LATIN, style.chinese)}{bold}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _paragraph(style: _Style) -> str:
    twips = 20
    keeps = "<w:keepNext/><w:keepLines/>" if style.keeps else ""
    rule = (
        f'w:line="{round(style.line * twips)}" w:lineRule="exact"'
        if style.line
        else 'w:line="264" w:lineRule="auto"'
    )
    spacing = (
        f'<w:spacing w:before="{round(style.before * twips)}" w:after="{round(style.after * twips)}" {rule}/>'
    )
    first = round(style.indent * style.size * twips)
    indent = f'<w:ind w:firstLineChars="{style.indent * 100}" w:firstLine="{first}"/>' if style.indent else ""
    level = f'<w:outlineLvl w:val="{style.level}"/>' if style.level is not None else ""
    return f'{keeps}<w:widowControl/>{style.tabs}{spacing}{indent}<w:jc w:val="{style.align}"/>{level}'


def _settings(document: Document, looks: Looks) -> None:
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    uri = "http://schemas.microsoft.com/office/word"
    for xml in (
        f'<w:zoom {nsdecls("w")} w:percent="100"/>',
        f'<w:defaultTabStop {nsdecls("w")} w:val="420"/>',
        f'<w:characterSpacingControl {nsdecls("w")} w:val="compressPunctuation"/>',
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" w:uri="{uri}" w:val="15"/></w:compat>',
        f'<w:themeFontLang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN"/>',
    ):
        settings.append(parse_xml(xml))


def _fonts(document: Document) -> None:
    """Name the fonts and what a machine without them takes instead; drop the template's parts that say otherwise."""
    entries = "".join(
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(instead)}/></w:font>"
        for name, instead in ALTERNATIVES.items()
    )
    kinds = RELATIONSHIP_TYPE
    for id, rel in list(document.part.rels.items()):
        if rel.reltype == kinds.FONT_TABLE:
            declared = f"<w:fonts {nsdecls('w')}>{entries}</w:fonts>"
            rel.target_part._blob = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{declared}'.encode()
            )
        elif rel.reltype.rsplit("/", 1)[1] in ("stylesWithEffects", "webSettings", "numbering"):
            document.part.rels.pop(id)
