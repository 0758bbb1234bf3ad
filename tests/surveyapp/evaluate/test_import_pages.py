"""The import page: a file is shown as it is read, stored when confirmed, and not kept in between."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import BrowserContext
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from surveyapp import auth, create_app
from surveyapp.config import load_config
from surveyapp.store import Store
from tests.surveyapp.evaluate.conftest import NAME, Clock, Evaluator
from tests.surveyapp.importing.samples import as_csv, as_xlsx, demo_answers, wjx_text, zhifu
from tests.surveyapp.sample import SLUG, publish

PATH = f"/evaluate/surveys/{SLUG}/import"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the 芝罘 survey and no answers."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        publish(store)
        yield store


@pytest.fixture
def good() -> bytes:
    """An export of 问卷星 without mistakes."""
    return as_xlsx(wjx_text(zhifu(), demo_answers()))


@pytest.fixture
def bad() -> bytes:
    """The same with two wrong rows and markup in cells and names."""
    sheet = wjx_text(zhifu(), demo_answers())
    sheet[0][4] = f"来源{EVIL}"
    sheet[5][9], sheet[7][2], sheet[1][4] = EVIL, "soon", EVIL
    return as_csv(sheet)


def send(
    evaluator: Evaluator, file: bytes, path: str = PATH, name: str = "wjx.xlsx", **fields: str
) -> TestResponse:
    data = {"csrf_token": evaluator.token(), "file": (io.BytesIO(file), name), **fields}
    return evaluator.client.post(path, data=data, content_type="multipart/form-data", buffered=True)


def digest(page: TestResponse) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


def stored(store: Store) -> int:
    return sum(row.count for row in store.patterns(SLUG, live=True))


def test_the_page_asks_for_a_file(evaluator: Evaluator) -> None:
    page = evaluator.get(PATH)
    assert page.status_code == 200
    assert 'type="file"' in page.text


def test_a_file_is_shown_and_nothing_is_stored(evaluator: Evaluator, store: Store, good: bytes) -> None:
    page = send(evaluator, good)
    assert page.status_code == 200
    for words in ("wjx.xlsx", "问卷星", ">56<", "notice · 申报通知", "_submitted", "生活补贴"):
        assert words in page.text
    assert "10.0.0." not in page.text
    assert stored(store) == 0


def test_what_was_shown_is_stored_when_confirmed_and_only_once(
    evaluator: Evaluator, store: Store, good: bytes
) -> None:
    shown = digest(send(evaluator, good))
    first = send(evaluator, good, f"{PATH}/store", digest=shown, channel="wjx")
    assert (first.status_code, stored(store)) == (200, 56)
    again = send(evaluator, good, f"{PATH}/store", digest=shown)
    assert (again.status_code, stored(store)) == (200, 56)
    # tests/references/zhifu-2022-expected.json
    assert "85.13%" in evaluator.page("results")


def test_another_file_than_the_one_shown_is_not_stored(
    evaluator: Evaluator, store: Store, good: bytes, bad: bytes
) -> None:
    shown = digest(send(evaluator, bad))
    refused = send(evaluator, good, f"{PATH}/store", digest=shown)
    assert refused.status_code == 422
    assert digest(refused) != shown
    assert 'role="alert"' in refused.text
    assert stored(store) == 0


def test_wrong_rows_are_listed_and_stop_everything_until_left_out(
    evaluator: Evaluator, store: Store, bad: bytes
) -> None:
    page = send(evaluator, bad)
    assert "soon" in page.text
    fields = {"digest": digest(page)}
    assert send(evaluator, bad, f"{PATH}/store", **fields).status_code == 422
    assert stored(store) == 0
    assert send(evaluator, bad, f"{PATH}/store", skip="yes", **fields).status_code == 200
    assert stored(store) == 54


def test_markup_in_cells_names_and_file_names_is_shown_as_text(evaluator: Evaluator, bad: bytes) -> None:
    page = send(evaluator, bad, name=f"{EVIL}.csv").text
    assert EVIL not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_a_choice_changes_what_a_column_is(evaluator: Evaluator, good: bytes) -> None:
    shown = digest(send(evaluator, good))
    page = send(evaluator, good, digest=shown, **{"to-10": "-", "to-4": "suggestions", "to-16": "-"}).text
    assert re.search(r'name="to-4".*?value="suggestions" selected', page, re.DOTALL)
    assert "申报通知发布得及时吗" in page


def test_choices_made_for_another_file_do_not_count(evaluator: Evaluator, good: bytes) -> None:
    page = send(evaluator, good, digest="0" * 64, **{"to-10": "-"}).text
    assert re.search(r'name="to-10".*?value="notice" selected', page, re.DOTALL)


@pytest.mark.parametrize("fields", [{"to-6": "suggestions"}, {"to-10": "nothing"}, {"channel": "<b>"}])
def test_a_choice_that_cannot_be_is_refused_in_words(
    evaluator: Evaluator, good: bytes, fields: dict[str, str]
) -> None:
    shown = digest(send(evaluator, good))
    refused = send(evaluator, good, digest=shown, **fields)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


def test_the_rejected_rows_are_a_download(evaluator: Evaluator, bad: bytes) -> None:
    sent = send(evaluator, bad, f"{PATH}/rejected.xlsx", digest=digest(send(evaluator, bad)))
    sheet = openpyxl.load_workbook(io.BytesIO(sent.data)).active
    assert sheet is not None
    assert [row[-2] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["6", "8"]
    assert "attachment" in sent.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "file", [b"", b"%PDF-1.7", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a,b\n"]
)
@pytest.mark.parametrize("act", ["", "/store", "/rejected.xlsx"])
def test_a_file_that_is_none_is_refused_in_words(evaluator: Evaluator, file: bytes, act: str) -> None:
    refused = send(evaluator, file, PATH + act)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


def test_no_file_at_all_is_refused_in_words(evaluator: Evaluator) -> None:
    assert evaluator.post(PATH).status_code == 422


def test_a_form_without_its_token_is_refused(evaluator: Evaluator, store: Store, good: bytes) -> None:
    for act in ("", "/store", "/rejected.xlsx"):
        data = {"file": (io.BytesIO(good), "a.xlsx")}
        assert evaluator.client.post(PATH + act, data=data).status_code == 400
    assert stored(store) == 0


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def address(tmp_path: Path, store: Store, clock: Clock) -> Iterator[str]:
    """The application served on this machine."""
    app: Flask = create_app(load_config(tmp_path, public_url="http://localhost"), store)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_the_script_keeps_the_file_until_it_is_imported(
    laptop: BrowserContext, address: str, store: Store, good: bytes
) -> None:
    password = auth.create_account(store, NAME, today="2026-09-01")
    page = laptop.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/evaluate/sign-in")
    page.fill("#name", NAME)
    page.fill("#password", password)
    page.click("main button")
    page.goto(address + PATH)
    page.set_input_files("#file", {"name": "wjx.xlsx", "mimeType": "", "buffer": good})
    page.click("#import button")
    page.wait_for_selector("form.preview")
    assert page.is_hidden("#file")
    page.select_option('select[name="to-16"]', "-")
    with page.expect_response(f"**{PATH}"):
        page.click("[data-again]")
    page.wait_for_selector('select[name="to-16"] option[value="-"][selected]', state="attached")
    page.click('[formaction$="/store"]')
    page.wait_for_url(f"**{PATH}/store")
    assert "56" in page.inner_text(".note.good")
    assert stored(store) == 56
    assert errors == []
