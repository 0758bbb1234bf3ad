"""Posters and slips: a phone reads every code from the print, and the words are right on any machine."""

import ctypes
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from PIL import Image, ImageFilter

from questionnaires.build import load_good
from surveyapp.config import load_config
from surveyapp.fieldwork import fonts, printing, qr
from surveyapp.fieldwork.issuing import make_cases
from surveyapp.fieldwork.messages import Facts, facts
from surveyapp.fieldwork.printing import Manifest, PaperSize, Pile, Slip
from tests.surveyapp.sample import LIBRARY

SLUG = "zhifu-2022"
ADDRESS = f"https://diaocha.example.gov.cn/s/{SLUG}"
DPI = 300


def told(language: str = "zh") -> Facts:
    return facts(load_good(LIBRARY / f"{SLUG}.yaml"), "2026-12-31", language)


def piles(folder: Path, **counts: int) -> list[Pile]:
    config = load_config(folder, public_url="https://diaocha.example.gov.cn")
    return [
        Pile(
            stratum=stratum,
            slips=[Slip(link=c.link, typed=c.typed, label=c.label) for c in make_cases(config, SLUG, count)],
        )
        for stratum, count in counts.items()
    ]


def manifest() -> Manifest:
    return Manifest(
        survey=SLUG, version="12474a62" * 8, day="2026-11-20", purpose="正式调查", channel="答题条"
    )


def printed(folder: Path, language: str = "zh", **counts: int) -> tuple[list[Pile], bytes]:
    made = piles(folder, **(counts or {"生活补贴": 47, "购房补贴": 11, "留学费用补贴": 2}))
    return made, printing.slips(told(language), ADDRESS, made, manifest())


def pages(content: bytes, dpi: int = DPI) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(content)
    for page in document:
        yield page.render(scale=dpi / 72).to_pil().convert("L")
    document.close()


def links(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def words(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    found = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return found


def test_every_slip_is_read_from_the_print_at_300_dpi(tmp_path: Path) -> None:
    made, content = printed(tmp_path)
    read = [link for image in pages(content) for link in links(image)]
    assert sorted(read) == sorted(slip.link for pile in made for slip in pile.slips)
    assert len(read) == 60


@pytest.mark.parametrize("angle", [-4, 3, 90])
def test_every_slip_is_read_though_the_picture_is_blurred_and_turned(tmp_path: Path, angle: float) -> None:
    made, content = printed(tmp_path, 生活补贴=10)
    image = next(pages(content))
    image = image.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    assert sorted(links(image.filter(ImageFilter.GaussianBlur(3)))) == sorted(s.link for s in made[0].slips)


def test_a_slip_is_read_from_a_poor_print(tmp_path: Path) -> None:
    made, content = printed(tmp_path, 生活补贴=10)
    poor = next(pages(content, dpi=150)).point(lambda grey: 60 + grey * 0.55)
    assert sorted(links(poor)) == sorted(slip.link for slip in made[0].slips)


def test_modules_are_at_least_half_a_millimetre_and_a_quarter_may_be_lost() -> None:
    for address in (
        ADDRESS,
        "https://wenjuan.caizhengju.shiqu.gov.cn/manyidu/s/xiangmu-zhichu-manyidu-diaocha-2026",
    ):
        link = f"{address}/{'7' * 26}"
        _, rows = printing.code_on(link, printing.SLIP_QR)
        assert printing.SLIP_QR / len(rows) >= printing.SMALLEST_MODULE
    correction, rows = printing.code_on(f"{ADDRESS}/{'7' * 26}", printing.SLIP_QR)
    assert (correction, rows) == (qr.Correction.Q, qr.modules(f"{ADDRESS}/{'7' * 26}", qr.Correction.Q))


def test_the_words_can_be_read_out_and_are_right(tmp_path: Path) -> None:
    made, content = printed(tmp_path)
    texts = ["".join(page.split()) for page in words(content)]
    first = made[0].slips[0]
    for said in (
        "芝罘区2022年度引进人才补贴满意度调查",
        "引进人才补贴绩效评价工作组",
        "不记名",
        "2026年12月31日截止",
        first.typed,
        first.label,
    ):
        assert said in texts[0], said
    assert f"diaocha.example.gov.cn/s/{SLUG}" in texts[0]
    assert "https" not in texts[0]


def test_strata_have_sheets_of_their_own_and_stand_in_the_margin_alone(tmp_path: Path) -> None:
    _, content = printed(tmp_path)
    texts = words(content)
    assert len(texts) == 5 + 2 + 1 + 1  # 47, 11 and 2 slips at ten a sheet, and the list
    assert [next(s for s in ("生活补贴", "购房补贴", "留学费用补贴") if s in page) for page in texts[:8]] == [
        *["生活补贴"] * 5, *["购房补贴"] * 2, "留学费用补贴",
    ]  # fmt: skip
    assert all(page.count("生活补贴") == 1 for page in texts[:5])  # in the margin, and on none of the slips


def test_the_list_counts_what_was_printed(tmp_path: Path) -> None:
    _, content = printed(tmp_path)
    last = words(content)[-1]
    for said in (
        "答题条印制清单",
        "生活补贴",
        "47",
        "11",
        "60",
        "12474a62" * 8,
        "2026-11-20",
        "印制",
        "发放",
        "收回未用",
    ):
        assert said in last, said


def test_many_strata_fill_several_lists(tmp_path: Path) -> None:
    counts = {f"第{number}村": 1 for number in range(60)}
    made = piles(tmp_path, **counts)
    content = printing.slips(told(), ADDRESS, made, manifest())
    texts = words(content)
    assert sum("签收" in page for page in texts) == 1
    assert "第59村" in "".join(texts[60:])


@pytest.mark.parametrize("size", ["A4", "A3"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_poster_has_one_large_code_and_says_what_it_must(size: PaperSize, language: str) -> None:
    content = printing.poster(told(language), ADDRESS, size)
    (image,) = pages(content, dpi=150)
    assert links(image) == [ADDRESS]
    assert image.size == pytest.approx([side / 25.4 * 150 for side in printing.PAPER[size]], abs=1)
    (text,) = ("".join(page.split()) for page in words(content))
    found = told(language)
    for said in (
        found.title,
        found.organiser,
        found.purpose,
        found.closing,
        f"diaocha.example.gov.cn/s/{SLUG}",
    ):
        assert "".join(said.split()) in text, said
    assert ("不记名" if language == "zh" else "Anonymous") in text


def fonts_of(content: bytes) -> dict[str, bytes]:
    """Return the names and the data of every font that text is set in; all must be embedded."""
    document, found = pypdfium2.PdfDocument(content), {}
    for page in document:
        for one in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(one.raw)
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, name, 200)
            assert pdfium.FPDFFont_GetIsEmbedded(font) == 1, name.value
            if name.value.decode() not in found:
                size = ctypes.c_size_t()
                pdfium.FPDFFont_GetFontData(font, None, 0, size)
                data = (ctypes.c_uint8 * size.value)()
                pdfium.FPDFFont_GetFontData(font, data, size.value, size)
                found[name.value.decode()] = bytes(data)
    document.close()
    return found


def test_the_font_is_ours_and_embedded_in_part(tmp_path: Path) -> None:
    _, content = printed(tmp_path)
    embedded = fonts_of(content)
    assert {name.rpartition("+")[2] for name in embedded} == {"NotoSansSC", "NotoSansSCBold"}
    for name, data in embedded.items():
        assert len(data) < 100_000  # of 17 MB
        with TTFont(io.BytesIO(data)) as there, fonts.cut_font("芝罘满意度调查") as paths:
            ours = TTFont(paths["B" if "Bold" in name else ""])
            shapes = {shape(there, glyph) for glyph in there.getGlyphOrder()}
            for character in "芝罘满意度调查" if "Bold" in name else "调查":
                assert shape(ours, ours.getBestCmap()[ord(character)]) in shapes
            ours.close()


def shape(font: TTFont, glyph: str) -> tuple[object, ...]:
    found = font["glyf"][glyph]
    return tuple(found.coordinates) if found.numberOfContours > 0 else ()


def test_the_files_are_small(tmp_path: Path) -> None:
    _, content = printed(tmp_path)
    assert len(content) < 300_000  # 60 slips; measured 162 kB
    assert len(printing.poster(told(), ADDRESS)) < 60_000  # measured 28 kB


@pytest.mark.slow
def test_three_hundred_slips_take_seconds(tmp_path: Path) -> None:
    began = time.monotonic()
    printed(tmp_path, 生活补贴=300)
    assert time.monotonic() - began < 60  # measured 2 s on an idle core


def test_characters_that_the_font_lacks_are_marked_and_all_others_are_there() -> None:
    assert fonts.drawable("藏文བོད་ཡིག") == "藏文" + "□" * 7
    ours = re.sub(r"\s", "", "".join(word for said in printing.WORDS.values() for word in said.values()))
    assert fonts.drawable(ours) == ours


def test_a_very_long_title_and_address_stay_on_their_slip(tmp_path: Path) -> None:
    from dataclasses import replace

    long = replace(
        told(), title="某某市某某区二〇二六年度" * 6 + "满意度调查", organiser="第三方评价机构" * 9
    )
    made = piles(tmp_path, 生活补贴=10)
    address = "https://wenjuan.caizhengju.shiqu.gov.cn/manyidu/s/xiangmu-zhichu-manyidu-diaocha-2026"
    content = printing.slips(long, address, made, manifest())
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    half = page.get_width() / 2
    for one in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT]):
        left, bottom, right, top = one.get_bounds()
        assert right <= half or left >= half, "text runs over the cut"
        assert page.get_height() - top >= 0
        assert bottom >= 0
    assert sorted(links(page.render(scale=DPI / 72).to_pil())) == sorted(s.link for s in made[0].slips)
    document.close()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("“引进”人才（2022 年度）：满意", ["“引", "进”", "人", "才", "（2022 ", "年", "度）：", "满", "意"]),
        ("one two", ["one ", "two"]),
        ("", []),
    ],
)
def test_lines_break_where_chinese_lines_may(text: str, pieces: list[str]) -> None:
    assert list(printing.breakable(text)) == pieces
