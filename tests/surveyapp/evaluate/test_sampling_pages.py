"""The pages below 发放: drawing from a roster, printing, reminding and re-issuing."""

import builtins
import io
import re
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import BrowserContext, expect
from werkzeug import formparser
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from surveyapp.fieldwork.codes import hash_code
from surveyapp.store import Store, Submission
from tests.fixtures_server import Installed
from tests.surveyapp.evaluate.conftest import Evaluator
from tests.surveyapp.fieldwork.people import as_csv, people
from tests.surveyapp.sample import SLUG, submission

AT = f"/evaluate/surveys/{SLUG}"
DRAWN = {"looked": "yes", "column": "补贴类别", "unique": "", "count": "60", "allocation": "proportional", "minimum": "2",
         "seed": "2022", "channel": "slip", "language": "zh", "purpose": "", "draw": "0a1b2c3d4e5f"}  # fmt: skip


def send(
    evaluator: Evaluator, path: str, file: bytes | None = None, name: str = "roster", /, **fields: str
) -> TestResponse:
    """Send a form with a file."""
    data: dict[str, object] = {"csrf_token": evaluator.token(), **fields}
    if file is not None:
        data[name] = FileStorage(io.BytesIO(file), filename="名册.csv" if name == "roster" else "drawn.xlsx")
    stream, length, boundary = stream_encode_multipart(data, use_tempfile=False)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return evaluator.client.post(f"{AT}{path}", input_stream=stream, content_length=length, content_type=kind)


def draw(evaluator: Evaluator, **fields: str) -> TestResponse:
    return send(evaluator, "/sampling/draw", as_csv(people()), **{**DRAWN, **fields})


def table(content: bytes) -> list[list[str]]:
    rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def issued(store: Store) -> int:
    return sum(batch.count for batch in store.batches(SLUG))


def test_a_first_look_finds_the_stratum_column_and_draws_nothing(evaluator: Evaluator, store: Store) -> None:
    before = issued(store)
    page = send(evaluator, "/sampling", as_csv(people()))
    assert page.status_code == 200
    assert re.search(r"<option selected>补贴类别</option>", page.text)
    for said in ("1138", "262", "1402"):
        assert said in page.text
    seed = re.search(r'name="seed"[^>]*value="([0-9a-f]{20})"', page.text)
    assert seed
    assert (issued(store), store.draws(SLUG)) == (before, [])


def test_a_draw_gives_the_sheet_and_records_seed_and_who_drew(evaluator: Evaluator, store: Store) -> None:
    before = issued(store)
    looked = send(evaluator, "/sampling", as_csv(people()), **DRAWN)
    assert "/sampling/draw" in looked.text
    answer = draw(evaluator)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(table(answer.data)) == 61
    (record,) = store.draws(SLUG)
    assert (record.id, record.seed, record.drawn_by) == ("0a1b2c3d4e5f", "2022", "wang")
    assert issued(store) == before + 60
    listed = evaluator.get(f"{AT}/sampling").text
    for said in (record.id, record.seed, record.file_hash):
        assert said in listed


def test_a_button_pressed_twice_draws_once(evaluator: Evaluator, store: Store) -> None:
    assert draw(evaluator).status_code == 200
    before = issued(store)
    again = draw(evaluator)
    assert again.status_code == 422
    assert issued(store) == before


def test_a_button_pressed_twice_at_the_same_moment_draws_once(
    evaluator: Evaluator, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert draw(evaluator).status_code == 200
    before = issued(store)
    # the other press is recorded between this one's look at the draws and its own record
    monkeypatch.setattr(Store, "draws", lambda *_: [])
    assert draw(evaluator).status_code == 422
    assert issued(store) == before


def test_slips_come_with_the_sheet(evaluator: Evaluator) -> None:
    answer = draw(evaluator, has_slips="y")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        (sheet,) = [name for name in packed.namelist() if name.endswith(".xlsx")]
        (slips,) = [name for name in packed.namelist() if name.endswith(".pdf")]
        header, *rows = table(packed.read(sheet))
        document = pypdfium2.PdfDocument(packed.read(slips))
    images = [page.render(scale=200 / 72).to_pil() for page in document]
    document.close()
    links = sorted(found.text for image in images for found in zxingcpp.read_barcodes(image))
    assert links == sorted(row[header.index("链接")] for row in rows)


def test_values_nobody_knows_are_mapped_on_the_page(evaluator: Evaluator, store: Store) -> None:
    rows = [(str(n), f"甲{n}", "", "住房类" if n % 2 else "生活补贴", "") for n in range(20)]
    fields = {**DRAWN, "count": "6"}
    page = send(evaluator, "/sampling", as_csv(rows), **fields)
    assert 'name="map:住房类"' in page.text
    assert "/sampling/draw" not in page.text.partition('id="looked"')[2]
    assert send(evaluator, "/sampling/draw", as_csv(rows), **fields).status_code == 422
    mapped = {**fields, "map:住房类": "B"}
    assert send(evaluator, "/sampling/draw", as_csv(rows), **mapped).status_code == 200
    assert '"住房类":"B"' in store.draws(SLUG)[0].method


def test_numbers_by_stratum_are_entered_in_the_table(evaluator: Evaluator, store: Store) -> None:
    fields = {"allocation": "numbers", "each:A": "5", "each:B": "4", "each:C": "1"}
    assert draw(evaluator, **fields).status_code == 200
    drawn = {b.stratum: b.count for b in store.batches(SLUG) if b.draw}
    assert drawn == {"A": 5, "B": 4, "C": 1}


@pytest.mark.parametrize(
    ("file", "fields"),
    [
        (None, {}),
        (b"", {}),
        (b"PK\x03\x04 broken", {}),
        (b"\xff\xfe\x00", {}),
        (as_csv(people({"生活补贴": 5})), {"channel": "pigeon"}),
        (as_csv(people({"生活补贴": 5})), {"count": "many"}),
        (as_csv(people({"生活补贴": 5})), {"map:生活补贴": "X"}),
        (as_csv(people({"生活补贴": 5})), {"draw": "../../etc"}),
        (as_csv(people({"生活补贴": 5}), columns=["a", "b", "c", "补贴类别", "链接"]), {}),
    ],
)
def test_what_cannot_be_drawn_is_said_and_changes_nothing(
    evaluator: Evaluator, store: Store, file: bytes | None, fields: dict[str, str]
) -> None:
    before = issued(store)
    answer = send(evaluator, "/sampling/draw", file, **{**DRAWN, **fields})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert (issued(store), store.draws(SLUG)) == (before, [])


def test_an_uploaded_list_is_written_to_no_file(
    evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = list(people()) * 20  # 1.2 MB: more than what is kept in memory by default
    written: list[object] = []

    def refuse(*arguments: object, **more: object) -> object:
        written.append((arguments, more))
        return io.BytesIO()

    for module in (tempfile, formparser):
        for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, refuse)
    real_open = builtins.open

    def opened(file: object, mode: str = "r", *more: object, **named: object) -> object:
        if set(mode) & set("wax+"):
            written.append((file, mode))
        return real_open(file, mode, *more, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(builtins, "open", opened)
    content = as_csv(rows)
    assert len(content) > 1_000_000
    assert send(evaluator, "/sampling/draw", content, **DRAWN).status_code == 200
    assert written == []


def test_the_script_may_send_to_this_server_alone_and_only_where_it_looks(evaluator: Evaluator) -> None:
    policy = evaluator.get(f"{AT}/sampling").headers["Content-Security-Policy"]
    assert "connect-src 'self'" in policy
    assert "script-src 'self';" in policy
    for path in ("/sampling", "/reminders", "/printing"):
        page = evaluator.get(f"{AT}{path}").text
        assert not re.search(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=", page)


def test_pages_need_a_session(visitor: Evaluator, store: Store) -> None:
    for path in ("/sampling", "/printing", "/reminders", "/poster", "/poster.pdf"):
        assert visitor.get(f"{AT}{path}").status_code == 302
    for path in ("/sampling", "/sampling/draw", "/slips", "/reminders", "/reminders/void"):
        assert visitor.post(f"{AT}{path}").status_code in (302, 400)
    assert store.draws(SLUG) == []


# --- printing ------------------------------------------------------------------------------------------------------


def test_slips_are_issued_as_pdf(evaluator: Evaluator, store: Store) -> None:
    before = issued(store)
    answer = send(
        evaluator,
        "/slips",
        None,
        "",
        **{"each:A": "12", "each:B": "3", "language": "zh", "purpose": "", "form": "pdf"},
    )
    assert answer.mimetype == "application/pdf"
    assert len(pypdfium2.PdfDocument(answer.data)) == 4
    assert issued(store) == before + 15


def test_slips_are_issued_as_a_page_for_print(evaluator: Evaluator, store: Store) -> None:
    answer = send(
        evaluator, "/slips", None, "", **{"each:A": "2", "language": "en", "purpose": "", "form": "page"}
    )
    assert answer.status_code == 200
    assert answer.text.count('class="slip"') == 2
    assert len(re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}", answer.text)) == 2
    assert not re.search(r"<script|<style| style=", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "fields", [{}, {"each:A": "x"}, {"each:A": "99999"}, {"each:X": "3"}, {"each:A": "1", "form": "z"}]
)
def test_slips_that_cannot_be_made_are_refused(
    evaluator: Evaluator, store: Store, fields: dict[str, str]
) -> None:
    before = issued(store)
    answer = send(evaluator, "/slips", None, "", **{"language": "zh", "purpose": "", "form": "pdf", **fields})
    assert answer.status_code == 422
    assert issued(store) == before


def test_a_poster_is_there_where_the_open_link_is_taken(evaluator: Evaluator, store: Store) -> None:
    assert evaluator.get(f"{AT}/poster.pdf").status_code == 404
    assert "/poster.pdf" not in evaluator.get(f"{AT}/printing").text
    store.set_open_link(SLUG, True)
    assert evaluator.get(f"{AT}/printing").text.count("poster.pdf") == 4
    assert evaluator.get(f"{AT}/poster.pdf?size=A3&words=en").mimetype == "application/pdf"
    assert f"localhost/s/{SLUG}" in evaluator.get(f"{AT}/poster").text


# --- the sheet comes back ------------------------------------------------------------------------------------------


def used(store: Store, sheet: bytes, count: int) -> None:
    header, *rows = table(sheet)
    version = store.versions(SLUG)[0].version
    for number, row in enumerate(rows[:count]):
        plain = submission(version, 500 + number, {"subsidy": "A", "notice": "B"})
        code = hash_code(row[header.index("链接")].rpartition("/")[2])
        fields = {name: getattr(plain, name) for name in plain.__slots__} | {"code_hash": code}
        store.submit(Submission(**fields))


def test_reminders_wait_for_enough_used_codes(evaluator: Evaluator, store: Store) -> None:
    sheet = draw(evaluator).data
    used(store, sheet, 19)
    page = evaluator.get(f"{AT}/reminders").text
    assert "19" in page
    assert 'type="file"' not in page
    for act in ("remind", "reissue", "void"):
        answer = send(evaluator, f"/reminders/{act}", sheet, "sheet", only="", channel="sms", language="zh")
        assert answer.status_code == 422
    assert sum(row.void for row in store.ledger(SLUG)) == 0


def test_a_look_says_how_many_and_each_act_does_it(evaluator: Evaluator, store: Store) -> None:
    sheet = draw(evaluator).data
    used(store, sheet, 25)
    fields = {"only": "", "channel": "mail", "language": "zh"}
    looked = send(evaluator, "/reminders", sheet, "sheet", **fields)
    assert looked.text.count("35") >= 6  # in the table, and in what each of three acts says and does
    reminded = send(evaluator, "/reminders/remind", sheet, "sheet", **fields)
    header, *rows = table(reminded.data)
    assert len(rows) == 35
    assert all(row[header.index("邮件标题")].startswith("提醒") for row in rows)

    again = send(evaluator, "/reminders/reissue", sheet, "sheet", **{**fields, "only": "27-28"})
    assert len(table(again.data)) == 3
    assert sum(row.void for row in store.ledger(SLUG)) == 2
    voided = send(evaluator, "/reminders/void", sheet, "sheet", **{**fields, "only": "29"})
    assert voided.status_code == 302
    assert sum(row.void for row in store.ledger(SLUG)) == 3
    wrong = send(evaluator, "/reminders", sheet, "sheet", **{**fields, "only": "x"})
    assert 'role="alert"' in wrong.text


def test_a_reissue_that_comes_too_late_is_said_and_sends_no_empty_sheet(
    evaluator: Evaluator, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = draw(evaluator).data
    used(store, sheet, 20)
    monkeypatch.setattr(Store, "reissue", lambda *_args, **_more: set())
    answer = send(evaluator, "/reminders/reissue", sheet, "sheet", only="", channel="sms", language="zh")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


# --- in a browser --------------------------------------------------------------------------------------------------


@pytest.fixture
def office(installed: object, tmp_path: Path) -> Installed:
    """An office whose server runs."""
    place: Installed = installed()  # type: ignore[operator]
    place.run("publish", "questionnaires/library/zhifu-2022.yaml")
    place.start()
    return place


@pytest.mark.browser
def test_a_file_is_chosen_once_and_drawn_from(
    office: Installed, laptop: BrowserContext, tmp_path: Path
) -> None:
    password = office.run("user", "add", "wang").splitlines()[-1]
    (tmp_path / "名册.csv").write_bytes(as_csv(people()))
    page = laptop.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{office.url}{AT}/sampling")
    page.locator("input[name=name]").fill("wang")
    page.locator("input[name=password]").fill(password)
    page.locator("form button, form input[type=submit]").first.click()
    page.goto(f"{office.url}{AT}/sampling")
    page.set_input_files("#roster", tmp_path / "名册.csv")
    expect(page.locator("#column")).to_have_value("补贴类别")
    page.locator("#count").fill("60")
    page.locator("#looked [data-look]").click()
    button = page.locator("#looked .btn-primary")
    expect(button).to_contain_text("60")
    with page.expect_download() as download:
        button.click()
    download.value.save_as(tmp_path / "drawn.xlsx")
    assert len(table((tmp_path / "drawn.xlsx").read_bytes())) == 61
    expect(button).to_be_disabled()
    assert problems == []
