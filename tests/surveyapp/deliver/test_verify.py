"""Verifying: an untouched pack is the same, a changed byte is named, a forgery shows in its figures, nothing crashes."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.deliver import container, parts, unpack
from surveyapp.deliver import verify as verifying
from surveyapp.deliver.container import Span, archive, dos_date, layout, member
from surveyapp.deliver.contents import Contents
from surveyapp.deliver.parts import SUMS
from surveyapp.deliver.verify import Verification, verify
from surveyapp.store import Store
from tests.surveyapp.deliver.packing import (
    CLOSED_AT,
    DAY,
    answered,
    forged,
    inside,
    packed,
    stored_pack,
    unzipped,
    zipped,
)
from tests.surveyapp.sample import SLUG, fill

CHANGES = 200
"""Random single-byte changes, as the issue asks."""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of the 芝罘 survey, closed, with all its documents."""
    folder = tmp_path_factory.mktemp("pack")
    with Store.open(f"sqlite:///{folder / 'survey.db'}") as store:
        fill(store)
        store.enter(SLUG, "growth", "", "12", "统计局数", "wang", "2023-09-19")
        store.set_state(SLUG, "closed", at=CLOSED_AT)
        return stored_pack(store, folder)


@dataclass
class Again:
    """Makes the files of contents again once, however often equal contents are verified."""

    known: list[tuple[Contents, dict[str, bytes]]]

    def __call__(self, contents: Contents) -> Iterator[tuple[str, bytes]]:
        found = next((made for one, made in self.known if one == contents), None)
        if found is None:
            found = dict(parts.files(contents))
            self.known.append((contents, found))
        return iter(found.items())


@pytest.fixture(scope="module")
def remembered() -> Again:
    return Again([])


@pytest.fixture(autouse=True)
def made_once(monkeypatch: pytest.MonkeyPatch, remembered: Again) -> None:
    monkeypatch.setattr(verifying, "files", remembered)


@pytest.fixture
def without_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tuple(part for part in parts.PARTS if not part.name.endswith(".docx"))
    monkeypatch.setattr(parts, "PARTS", kept)
    monkeypatch.setattr(verifying, "files", parts.files)


def said(found: Verification) -> list[str]:
    return [one.line("en") for one in found.differences]


def test_an_untouched_pack_is_the_same(pack: Path) -> None:
    found = verify(pack)
    assert said(found) == []
    assert (found.is_same, found.responses, found.valid, found.is_final) == (True, 56, 53, True)
    assert found.made_by is None


# --- single bytes --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spans(pack: Path) -> list[Span]:
    """What stands where in the pack, laid out from its files."""
    files = unzipped(pack)
    return list(layout(sorted(member(name, files[name]) for name in files), dos_date(DAY)))


def flipped(pack: Path, at: int, by: int) -> Path:
    """Return a copy of the pack in which one byte is another."""
    content = bytearray(pack.read_bytes())
    content[at] ^= by
    made = pack.with_name("flipped.zip")
    made.write_bytes(content)
    return made


def assert_named(pack: Path, spans: list[Span], at: int, by: int) -> None:
    """Make sure that a changed byte is named: its file; in the archive's own records also the byte and the field."""
    found = verify(flipped(pack, at, by))
    span = next(span for span in spans if span.start <= at < span.end)
    about = [one for one in found.differences if one.file == span.file]
    assert about, (span, said(found))
    if not span.file:
        assert any(str(at) in one.place.en or span.field in one.place.en for one in about), (
            at,
            span,
            said(found),
        )


def test_each_of_200_changed_bytes_is_named(pack: Path, spans: list[Span]) -> None:
    chance = random.Random(2022)
    size = pack.stat().st_size
    assert spans[-1].end == size
    for _ in range(CHANGES):
        assert_named(pack, spans, chance.randrange(size), chance.randrange(1, 256))


def test_a_changed_byte_in_every_field_of_the_archive_is_named(pack: Path, spans: list[Span]) -> None:
    chance = random.Random(7)
    chosen = [
        span
        for span in spans
        if span.field != "data" and span.file in ("", "rows.csv", "README.txt", "workbook.xlsx")
    ]
    assert len({span.field for span in chosen}) == 39
    for span in chosen:
        assert_named(pack, spans, chance.randrange(span.start, span.end), chance.randrange(1, 256))


def test_a_byte_changed_inside_a_file_is_named_by_line_and_column(pack: Path) -> None:
    def forge(files: dict[str, bytes]) -> None:
        files["ledger.csv"] = files["ledger.csv"].replace(b"paper,A,,,,,,3", b"paper,A,,,,,,4")

    found = said(verify(forged(pack, forge, sums=False)))
    assert any(one.startswith("ledger.csv: does not match its sum") for one in found)
    assert "ledger.csv  line 4, column submitted: differs from what was recomputed: 4, computed 3" in found


# --- forgeries that fit: rows, sums and zip all made anew ----------------------------------------------------------


def replaced(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def forge(files: dict[str, bytes]) -> None:
        assert files[name].count(old) >= 1, name
        files[name] = files[name].replace(old, new, 1)

    return forge


def sorted_rows(lines: list[bytes]) -> bytes:
    return b"\r\n".join([lines[0], *sorted(lines[1:]), b""])


def one_answer(files: dict[str, bytes]) -> None:
    """Turn one respondent's 满意 about the notice into 非常满意."""
    lines = files["rows.csv"].split(b"\r\n")[:-1]
    column = lines[0].split(b",").index(b"notice")
    cells = lines[-1].split(b",")
    assert cells[column] != b"D"
    cells[column] = b"D"
    files["rows.csv"] = sorted_rows([*lines[:-1], b",".join(cells)])


def one_row_less(files: dict[str, bytes]) -> None:
    files["rows.csv"] = b"\r\n".join([*files["rows.csv"].split(b"\r\n")[:-2], b""])


def one_row_more(files: dict[str, bytes]) -> None:
    lines = files["rows.csv"].split(b"\r\n")[:-1]
    files["rows.csv"] = sorted_rows([*lines, lines[-1]])


@pytest.mark.parametrize("forge", [one_answer, one_row_less, one_row_more])
def test_changed_rows_show_in_every_figure_that_rests_on_them(
    pack: Path, forge: Callable[[dict[str, bytes]], None]
) -> None:
    found = verify(forged(pack, forge))
    assert not found.is_same
    files = {one.file for one in found.differences}
    assert {
        "pack.json",
        "report.json",
        "workbook.xlsx",
        "report-zh.docx",
        "report-en.docx",
        "README.txt",
    } <= files
    places = {(one.file, one.place.en) for one in found.differences}
    assert ("pack.json", "$.digest") in places
    assert ("report.json", "$.data_hash") in places
    assert any(file == "report.json" and place.startswith("$.items.") for file, place in places)
    assert any(file == "workbook.xlsx" and "!" in place for file, place in places)
    assert any(file == "report-zh.docx" and "table" in place for file, place in places)


@pytest.mark.parametrize(
    ("name", "old", "new", "place"),
    [
        ("report.json", b'"exact": "4512/5300"', b'"exact": "5035/5300"', "$.measures.satisfaction.exact"),
        ("report.json", b'"reported": "8.5"', b'"reported": "9.5"', "$.indicators.satisfaction.reported"),
        ("pack.json", b'"responses": 56', b'"responses": 57', "$.responses"),
        ("ledger.csv", b"slip,B,20,20", b"slip,B,25,20", "line 5, column planned"),
        ("exclusions.csv", b"incomplete", b"duplicate", "line 2, column reason"),
        ("codes.csv", b",40,0,", b",50,0,", "codes survey/link/A"),
        ("codes-used.csv", b"link,A,40", b"link,A,41", "issues link/A"),
        ("entered.csv", b",12,", b",13,", "$.indicators.growth.entered"),
        ("fieldwork.json", b'"issued": 40', b'"issued": 60', "issues link/A"),
        ("fieldwork.json", b'"distributed": 60', b'"distributed": 90', "$.fieldwork.distributed"),
        ("definition.yaml", b"points: 10", b"points: 11", "$.indicators.satisfaction.points"),
        ("README.txt", "有效 valid 53".encode(), "有效 valid 56".encode(), "line 6"),
    ],
)  # fmt: skip
def test_a_forged_figure_is_named_though_the_sums_fit(
    pack: Path, name: str, old: bytes, new: bytes, place: str
) -> None:
    found = verify(forged(pack, replaced(name, old, new)))
    assert place in {one.place.en for one in found.differences}, said(found)


def test_a_forged_cell_is_named(pack: Path) -> None:
    def forge(files: dict[str, bytes]) -> None:
        book = zipfile.ZipFile(io.BytesIO(files["workbook.xlsx"]))
        part = next(
            n for n in book.namelist() if n.endswith("sheet1.xml") and b"8.51320754716981" in book.read(n)
        )
        change = lambda xml: xml.replace(b"8.51320754716981", b"9.51320754716981")  # noqa: E731
        files["workbook.xlsx"] = inside(files["workbook.xlsx"], part, change)

    found = verify(forged(pack, forge))
    assert {one.file for one in found.differences} == {"workbook.xlsx"}
    assert any(
        one.place.en.startswith("得分!") and one.stands.startswith("9.51") for one in found.differences
    ), said(found)


def in_report(old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def forge(files: dict[str, bytes]) -> None:
        def change(xml: bytes) -> bytes:
            assert old.encode() in xml
            return xml.replace(old.encode(), new.encode(), 1)

        files["report-zh.docx"] = inside(files["report-zh.docx"], "word/document.xml", change)

    return forge


def test_a_forged_sentence_is_named(pack: Path) -> None:
    found = verify(forged(pack, in_report("85.13%", "95.13%")))
    (one,) = found.differences
    assert one.file == "report-zh.docx"
    assert "paragraph" in one.place.en or "table" in one.place.en
    assert "95.13%" in one.stands
    assert "85.13%" in one.computed


def test_other_versions_are_no_way_around(pack: Path) -> None:
    """A pack that says it was made by others is compared by its figures, and a figure that nothing gives is named."""

    def older(files: dict[str, bytes]) -> None:
        files["versions.json"] = files["versions.json"].replace(b'"surveyapp": "', b'"surveyapp": "0.')

    found = verify(forged(pack, older))
    assert found.made_by is not None
    # these name the versions, nothing else does
    assert {one.file for one in found.differences} <= {"method-zh.docx", "method-en.docx", "README.txt"}, (
        said(found)
    )

    def both(files: dict[str, bytes]) -> None:
        older(files)
        in_report("85.13%", "95.13%")(files)

    assert any("95.13%" in one.stands for one in verify(forged(pack, both)).differences)

    def figure(files: dict[str, bytes]) -> None:
        older(files)
        replaced("report.json", b'"reported": "8.5"', b'"reported": "9.5"')(files)

    assert "$.indicators.satisfaction.reported" in {
        one.place.en for one in verify(forged(pack, figure)).differences
    }


# --- files too many, too few, or broken ----------------------------------------------------------------------------


def test_a_file_too_many_and_one_too_few_are_named(pack: Path) -> None:
    def more(files: dict[str, bytes]) -> None:
        files["extra.txt"] = b"x"

    assert said(verify(forged(pack, more))) == ["extra.txt: is no part of a pack"]
    assert "extra.txt: is not listed in SHA256SUMS" in said(verify(forged(pack, more, sums=False)))
    for name in ("exclusions.csv", "report-en.docx", "versions.json", "rows.csv", SUMS):
        found = said(verify(forged(pack, without(name), sums=name != SUMS)))
        assert f"{name}: this file is missing" in found, found
    listed = said(verify(forged(pack, without("exclusions.csv"), sums=False)))
    assert "exclusions.csv: is listed in SHA256SUMS but is not there" in listed


def without(name: str) -> Callable[[dict[str, bytes]], None]:
    def forge(files: dict[str, bytes]) -> None:
        del files[name]

    return forge


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pack.json", b"{}"), ("pack.json", b"[" * 100_000), ("pack.json", b"\xff"), ("versions.json", b"[1]"),
        ("rows.csv", b""), ("rows.csv", b"a,b\r\n1,2\r\n"), ("rows.csv", b'"'), ("definition.yaml", b"id: x"),
        ("definition.yaml", b"a: &a [x]\nb: [" + b"*a," * 50_000 + b"]"), ("definition.yaml", b"\xff\xfe"),
        ("fieldwork.json", b'{"distributed": "1"}'), ("codes.csv", b"id\r\n"), ("draws.csv", b"\x00"),
        ("entered.csv", b"indicator,part,value,reason,entered_by,day\r\nx\r\n"), ("workbook.xlsx", b"PK"),
        ("report-zh.docx", b""), ("report.json", b"{"), ("SHA256SUMS", b"\xff\n"),
        ("evidence.csv", b"day,kind,count\r\n1,2,x\r\n"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_named(pack: Path, name: str, content: bytes) -> None:
    found = verify(forged(pack, lambda files: files.update({name: content}), sums=name != SUMS))
    assert not found.is_same
    assert name in {one.file for one in found.differences}, said(found)
    json.dumps(found.as_dict())


def test_a_row_with_an_unknown_code_is_named_by_line_and_column(pack: Path) -> None:
    def forge(files: dict[str, bytes]) -> None:
        lines = files["rows.csv"].split(b"\r\n")
        lines[9] = b"Z" + lines[9][1:]
        files["rows.csv"] = b"\r\n".join(lines)

    found = said(verify(forged(pack, forge)))
    assert any(
        one.startswith("rows.csv  line 10, column subsidy: that version has no such code: Z") for one in found
    ), found


def test_a_bomb_inside_a_document_is_not_read(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from surveyapp.deliver import compare

    monkeypatch.setattr(compare, "MOST_INSIDE", 1 << 20)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"\0" * (1 << 22))
    found = said(verify(forged(pack, lambda files: files.update({"workbook.xlsx": bomb.getvalue()}))))
    assert any(one.startswith("workbook.xlsx: cannot be read: ValueError: too large") for one in found)


# --- the archive ---------------------------------------------------------------------------------------------------


def written(pack: Path, content: bytes) -> Path:
    made = pack.with_name("written.zip")
    made.write_bytes(content)
    return made


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"hello" * 999, b"\0" * 4096])
def test_what_is_no_zip_is_said_to_be_none(pack: Path, content: bytes) -> None:
    found = verify(written(pack, content))
    assert "no evidence pack" in said(found)[0]


def test_every_way_of_cutting_it_short_is_found(pack: Path) -> None:
    content = pack.read_bytes()
    for end in (len(content) - 1, len(content) - 50, len(content) - 2000, len(content) // 2, 100, 30, 4):
        assert not verify(written(pack, content[:end])).is_same, end


def test_what_stands_before_and_behind_is_named(pack: Path) -> None:
    content = pack.read_bytes()
    size = len(content)
    assert said(verify(written(pack, content + b"more"))) == [
        f"archive  bytes {size}–{size + 3}: there is something behind the archive"
    ]
    assert said(verify(written(pack, b"more" + content))) == [
        "archive  bytes 0–3: there is something before the archive"
    ]


def test_a_zip_of_the_same_files_made_otherwise_differs_in_nothing_but_itself(pack: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as other:
        for name, content in unzipped(pack).items():
            other.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content)
    found = verify(written(pack, made.getvalue()))
    assert not found.is_same
    structure = {"its files", "archive's structure", "dates of its files", "other bytes", "seal"}
    assert all(any(word in one for word in structure) for one in said(found)), said(found)


def test_compressed_bytes_that_changed_without_their_content_are_named(pack: Path) -> None:
    files = unzipped(pack)
    members = [member(name, files[name]) for name in sorted(files)]
    at = next(n for n, one in enumerate(members) if one.name == "report.json")
    press = zlib.compressobj(1, zlib.DEFLATED, -15)
    squeezed = press.compress(files["report.json"]) + press.flush()
    assert squeezed != members[at].deflated
    # a forger without the seal's knowledge: everything else fits
    members[at] = members[at]._replace(deflated=squeezed)
    made = archive(members, dos_date(DAY))
    seal = pack.read_bytes()[-64:]
    (one,) = verify(written(pack, made[:-64] + seal)).differences
    assert one.file == "report.json"
    assert "its compressed bytes were changed" in one.line("en")


def test_another_compressing_library_makes_no_difference(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = unzipped(pack)
    monkeypatch.setattr(container, "LEVEL", 9)
    other = zipped(files)
    monkeypatch.setattr(container, "LEVEL", 6)
    assert other != pack.read_bytes()
    assert verify(written(pack, other)).is_same


def hostile(
    name: str = "pack.json", attributes: int = 0, method: int = zipfile.ZIP_DEFLATED, content: bytes = b"{}"
) -> bytes:
    """A zip of two files whose second entry is not what a pack has."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as other:
        other.writestr("README.txt", b"hello")
        info = zipfile.ZipInfo(name)
        info.external_attr, info.compress_type = attributes, method
        other.writestr(info, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "C:\\x", "a/../../b", "..", ".hidden", "a//b", "空白", "x\ny", "a/"],
)
def test_a_name_that_leads_elsewhere_is_not_read(pack: Path, name: str) -> None:
    found = verify(written(pack, hostile(name=name)))
    assert any("unsafe" in one for one in said(found)), said(found)


def test_links_duplicates_encryption_and_other_methods_are_named(pack: Path) -> None:
    assert any(
        "external attributes" in one or "structure" in one
        for one in said(verify(written(pack, hostile(attributes=0o120777 << 16))))
    )
    assert any(
        "not compressed by deflate" in one
        for one in said(verify(written(pack, hostile(method=zipfile.ZIP_LZMA))))
    )
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = hostile(name="README.txt")
    assert any("stands twice" in one for one in said(verify(written(pack, twice))))
    content = bytearray(hostile())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.rindex(mark) + offset
        struct.pack_into("<H", content, at, 1)
    assert any("encrypted" in one for one in said(verify(written(pack, bytes(content)))))


def test_a_bomb_is_not_unpacked(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_BYTES", 1 << 20)
    bomb = hostile(name="rows.csv", content=b"\0" * (4 << 20))
    assert len(bomb) < 10_000
    assert any("too large" in one for one in said(verify(written(pack, bomb))))
    # one that lies about its size is stopped at the size it claims
    content = bytearray(bomb)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.rindex(mark) + offset, 5)
    assert any("is damaged" in one for one in said(verify(written(pack, bytes(content)))))


@settings(max_examples=150)
@given(data=st.data())
def test_no_damage_whatever_ends_in_a_traceback(pack: Path, data: st.DataObject) -> None:
    content = bytearray(pack.read_bytes())
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    for _ in range(data.draw(st.integers(1, 12))):
        at, length = chance.randrange(len(content)), chance.choice((0, 1, 2, 30, 5000))
        near_the_end = len(content) - chance.randrange(1, 3000)
        at = chance.choice((at, near_the_end))
        content[at : at + length] = bytes(chance.randrange(256) for _ in range(chance.choice((length, 0, 3))))
    if bytes(content) != pack.read_bytes():
        assert unpack.unpack(written(pack, bytes(content))).differences


# --- surveys at random ---------------------------------------------------------------------------------------------

LABELS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)


@st.composite
def surveys(draw: st.DrawFn) -> tuple[str, list[dict[str, list[str]]]]:
    """A definition of a few items of every kind, and answers to it."""
    many = draw(st.integers(1, 3))
    items: list[dict[str, object]] = [
        {"id": f"q{n}", "kind": "single", "text": draw(LABELS), "scale": "s", "required": "no"}
        for n in range(many)
    ]
    items.append({"id": "times", "kind": "number", "text": draw(LABELS), "required": "no"})
    condition: dict[str, object] = draw(
        st.sampled_from([{}, {"shown_if": {"times": {"at_least": 2}}}, {"shown_if": {"q0": ["A"]}}])
    )
    options = [{"code": code, "label": f"{draw(LABELS)} {code}"} for code in "XYZ"]
    items.append(
        {"id": "which", "kind": "multiple", "text": draw(LABELS), "required": "no", "options": options}
        | condition
    )
    items.append({"id": "words", "kind": "text", "text": draw(LABELS), "required": "no"})
    scale = [
        {"code": code, "label": f"{draw(LABELS)} {code}", "value": value}
        for code, value in zip("ABC", (100, 60, 0), strict=True)
    ]
    measured = [f"q{n}" for n in range(many)]
    definition = {
        "id": "random", "title": draw(LABELS), "organiser": "x", "purpose": "y", "scales": {"s": {"options": scale}},
        "sections": [{"id": "one", "title": "z", "items": items}],
        "measures": {"m": {"title": "满意度", "kind": "satisfaction_score", "items": measured}},
        "validity": [{"rule": "incomplete", "below": 50, "items": measured}],
    }  # fmt: skip
    codes: st.SearchStrategy[list[str]] = st.sampled_from([[], ["A"], ["B"], ["C"]])
    kinds: dict[str, st.SearchStrategy[list[str]]] = dict.fromkeys(measured, codes)
    kinds["times"] = st.integers(0, 5).map(lambda n: [str(n)]) | st.just([])
    kinds["which"] = st.lists(st.sampled_from("XYZ"), unique=True, max_size=3)
    kinds["words"] = st.text(max_size=12).map(lambda text: [text])
    answer = st.fixed_dictionaries(kinds)
    return json.dumps(definition, ensure_ascii=False), draw(st.lists(answer, max_size=12))


@pytest.mark.usefixtures("without_documents")
@settings(max_examples=25)
@given(survey=surveys(), state=st.sampled_from(["open", "closed"]))
def test_random_surveys_are_the_same_until_an_answer_changes(
    tmp_path_factory: pytest.TempPathFactory, survey: tuple[str, list[dict[str, list[str]]]], state: str
) -> None:
    path = tmp_path_factory.mktemp("random") / "p.zip"
    packed(answered(*survey, state=state), path)
    found = verify(path)
    assert said(found) == []
    assert found.responses == len(survey[1])
    changed = (
        [{**survey[1][0], "q0": ["B"] if survey[1][0]["q0"] == ["A"] else ["A"]}, *survey[1][1:]]
        if survey[1]
        else []
    )
    if changed:
        other = path.with_name("other.zip")
        packed(answered(survey[0], changed, state=state), other)
        rows = unzipped(other)["rows.csv"]
        if rows != unzipped(path)["rows.csv"]:
            assert not verify(forged(path, lambda files: files.update({"rows.csv": rows}))).is_same


@settings(max_examples=2)
@given(survey=surveys())
def test_random_surveys_with_all_their_documents(
    tmp_path_factory: pytest.TempPathFactory, survey: tuple[str, list[dict[str, list[str]]]]
) -> None:
    path = tmp_path_factory.mktemp("random") / "p.zip"
    packed(answered(*survey), path)
    assert said(verify(path)) == []
