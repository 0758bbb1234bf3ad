"""The client and the example script, against a real server over HTTP."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from surveyapp import auth, create_app, present, reporting
from surveyapp.api.door import PACE
from surveyapp.api.pace import Pace
from surveyapp.client import (
    ApiError,
    Client,
    ForbiddenError,
    NotFoundError,
    RowsChangedError,
    ServerError,
    TooManyRequestsError,
    UnauthorizedError,
    UnfitParametersError,
    UnreachableError,
    is_signed,
    sign,
)
from surveyapp.config import load_config
from surveyapp.store import Store
from tests.surveyapp.sample import SLUG, fill, submission

SCRIPT = Path(__file__).parents[2] / "examples" / "feed_scores.py"


class Counting(WSGIRequestHandler):
    """Serves, and remembers what was answered instead of printing it."""

    answered: list[int]

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Remember a status."""
        Counting.answered.append(int(code))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The filled survey."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        fill(store)
        yield store


@pytest.fixture
def app(tmp_path: Path, store: Store) -> Flask:
    """The application."""
    return create_app(load_config(tmp_path), store)


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """The address of a server."""
    Counting.answered = []
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Counting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(url: str, store: Store) -> Client:
    """A script that may read rows."""
    return Client(url, auth.make_token(store, "rows", None, 30, reads_rows=True))


def test_the_report_comes_typed_and_whole(client: Client, store: Store) -> None:
    report = client.report(SLUG)
    expected = reporting.report(store, SLUG)
    assert report.data == json.loads(present.as_json(expected))
    assert (report.version, report.data_hash) == (expected.version, expected.data_hash)
    # zhifu-2022-expected.json: 85.13%, 53 of 56 valid, 60 distributed
    assert report.measures["satisfaction"].exact == "4512/5300"
    assert (report.distributed, report.returned, report.valid) == (60, 56, 53)
    assert report.return_rate == pytest.approx(56 / 60)


def test_the_scores_come_by_place_and_by_name(client: Client) -> None:
    scores = client.indicators(SLUG)
    assert scores["satisfaction"].reported == "8.5"
    assert scores["satisfaction"].exact_score == "2256/265"
    assert scores[0] is scores.indicators[0]
    assert [score.id for score in scores] == list(scores.by_id)
    assert len(scores) == len(client.report(SLUG).data["indicators"])
    assert isinstance(scores["satisfaction"].interval, tuple)
    assert not scores.is_final


def test_everything_else_comes_as_well(client: Client, store: Store) -> None:
    assert [one.slug for one in client.surveys()] == [SLUG]
    assert client.survey(SLUG).valid == 53
    assert client.tallies(SLUG)["fieldwork"] == {"distributed": 60, "returned": 56, "valid": 53}
    assert [one["id"] for one in client.items(SLUG)][:2] == ["subsidy", "degree"]
    assert client.fieldwork(SLUG)["returned"] == 56
    assert client.ledger(SLUG)["lines"][0]["channel"] == "link"
    one = client.definition(SLUG)
    assert one.source == store.source(SLUG, one.version)
    assert client.definition(SLUG, one.version) == one


@pytest.mark.parametrize("page", [1000, 56, 9])
def test_the_rows_come_page_by_page(client: Client, page: int) -> None:
    rows = list(client.rows(SLUG, page=page))
    assert len(rows) == 56
    assert sum(not row.invalid for row in rows) == 53
    assert len(Counting.answered) == -(-56 // page)


def test_a_change_while_rows_are_read_is_an_error(client: Client, store: Store) -> None:
    rows = client.rows(SLUG, page=20)
    next(rows)
    version = reporting.survey(store, SLUG).version
    store.submit_many([submission(version, 900 + number, {"notice": "D"}) for number in range(5)])
    with pytest.raises(RowsChangedError):
        list(rows)
    assert len(list(client.rows(SLUG))) == 61


def test_what_has_not_changed_is_not_sent_again(client: Client, store: Store) -> None:
    first, second = client.report(SLUG), client.report(SLUG)
    assert first == second
    assert Counting.answered == [200, 304]
    store.enter(SLUG, "growth", "", "12", "x", "wang", "2026-09-01")
    assert client.report(SLUG) != first
    assert Counting.answered == [200, 304, 200]


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_errors_are_types_with_the_problem(url: str, store: Store, client: Client) -> None:
    with pytest.raises(UnauthorizedError) as refused:
        Client(url, "gs_x").surveys()
    assert refused.value.problem.status == 401
    assert "令牌" in refused.value.problem.detail
    assert "token" in refused.value.problem.detail_en
    totals = Client(url, auth.make_token(store, "totals", None, 30))
    with pytest.raises(ForbiddenError, match="--rows"):
        next(totals.rows(SLUG))
    with pytest.raises(NotFoundError):
        client.report("nothing/../here")
    with pytest.raises(UnfitParametersError) as unfit:
        next(client.rows(SLUG, page=0))
    assert [one["parameter"] for one in unfit.value.problem.errors] == ["limit"]


def test_who_asks_too_often_learns_how_long_to_wait(url: str, app: Flask, client: Client) -> None:
    app.extensions[PACE] = Pace(per_token=1, per_address=1)
    client.surveys()
    with pytest.raises(TooManyRequestsError) as refused:
        client.surveys()
    assert 1 <= refused.value.retry_after <= 60


def test_a_fault_of_the_server_is_one(
    url: str, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reporting, "report", lambda *_: 1 / 0)
    with pytest.raises(ServerError):
        client.report(SLUG)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(UnreachableError):
        Client("http://127.0.0.1:9", "gs_x", timeout=2).surveys()


@pytest.mark.parametrize("address", ["survey.example.org", "ftp://x", "file:///etc/passwd", "https://"])
def test_an_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Client(address, "gs_x")


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A server that sends everybody elsewhere, or answers what is no JSON; and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302 if "surveys/" in self.path else 200)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_token_goes_to_the_named_server_alone(elsewhere: tuple[str, list[str]]) -> None:
    url, asked = elsewhere
    with pytest.raises(ApiError) as refused:
        Client(url, "gs_x").report(SLUG)
    assert refused.value.problem.status == 302
    assert asked == [f"/api/v1/surveys/{SLUG}/report"]
    with pytest.raises(UnreachableError, match="not JSON"):
        Client(url, "gs_x").surveys()


def test_the_client_needs_the_standard_library_alone() -> None:
    path = Path(__file__).parents[2] / "surveyapp" / "client.py"
    code = (
        "import sys, runpy; before = set(sys.modules); "
        f"runpy.run_path({str(path)!r}, run_name='client'); "
        "print([m for m in set(sys.modules) - before if m.split('.')[0] not in sys.stdlib_module_names])"
    )
    # -S: without site packages, so that nothing of them can be found
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


# --- signatures ------------------------------------------------------------------------------------------------------


def test_a_signature_is_good_for_its_body_secret_and_time_only() -> None:
    header = sign("whs_a", b"{}", 1000)
    # by hand: printf '1000.{}' | openssl dgst -sha256 -hmac whs_a
    assert header == "t=1000,v1=" + KNOWN
    assert is_signed("whs_a", b"{}", header, now=1000 + 300)
    assert not is_signed("whs_a", b"{}", header, now=1000 + 301)
    assert not is_signed("whs_a", b"{}", header, now=1000 - 301)
    assert not is_signed("whs_b", b"{}", header, now=1000)
    assert not is_signed("whs_a", b"{ }", header, now=1000)
    assert not is_signed("whs_a", b"{}", header.replace("t=1000", "t=1001"), now=1000)
    for broken in ("", "v1=", "t=x,v1=" + "0" * 64, header + "0", header.replace("t=", "t=-")):
        assert not is_signed("whs_a", b"{}", broken, now=1000)


KNOWN = "74c7bdabf9911319b4361ad7035a2a221c5157a76466b227baf9adb2c5b16de7"


# --- the script ------------------------------------------------------------------------------------------------------

HEAD = ["序号", "指标编号", "指标名称", "得分", "依据", "数据指纹", "备注"]


def feed(url: str, token: str, sheet: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), url, SLUG, str(sheet), "--out", str(out), *more],
        env={"SURVEYAPP_TOKEN": token, "PATH": "", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(SCRIPT.parents[1])},
        capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


def test_the_script_fills_a_csv(url: str, store: Store, tmp_path: Path) -> None:
    token = auth.make_token(store, "sheet", [SLUG], 30)
    sheet, out = tmp_path / "scores.csv", tmp_path / "filled.csv"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(
            [["评分表"], HEAD, ["1", "satisfaction", "满意度", "", "", "", "=保留"], ["合计"]]
        )
    done = feed(url, token, sheet, out)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    digest = reporting.report(store, SLUG).data_hash
    # statistics.md 3a, row b: 85.13%, 82.90%–87.12%
    basis = "85.13% (82.90%–87.12%), n=53"
    assert lines[2] == ["1", "satisfaction", "满意度", "8.5", basis, digest, "=保留"]
    assert (lines[0], lines[1], lines[3]) == (["评分表"], HEAD, ["合计"])
    assert "not final: the survey is open" in done.stdout


def test_the_script_fills_a_workbook_and_leaves_its_formulas(url: str, store: Store, tmp_path: Path) -> None:
    token = auth.make_token(store, "sheet", [SLUG], 30)
    sheet, out = tmp_path / "scores.xlsx", tmp_path / "filled.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for line in (
        HEAD,
        ["1", "satisfaction", "满意度"],
        ["2", "awareness", "知晓率"],
        ["", "", "合计", "=SUM(D2:D3)"],
    ):
        page.append(line)
    book.save(sheet)
    store.set_state(SLUG, "closed")
    done = feed(url, token, sheet, out, "--exact")
    assert done.returncode == 0, done.stderr
    filled = openpyxl.load_workbook(out).active
    assert filled is not None
    expected = reporting.report(store, SLUG).indicators
    assert [filled["D2"].value, filled["D3"].value] == [
        pytest.approx(float(expected[name].score or 0)) for name in ("satisfaction", "awareness")
    ]
    assert filled["D4"].value == "=SUM(D2:D3)"
    assert "(final;" in done.stdout


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([HEAD, ["1", "satisfactoin"]], "no indicator satisfactoin; it has"),
        ([["指标", "得分"]], "no line has the headings"),
        ([HEAD, ["1", "growth"]], "growth has no score yet"),
    ],
)
def test_the_script_writes_nothing_unless_it_can_write_all(
    url: str, store: Store, tmp_path: Path, lines: list[list[str]], why: str
) -> None:
    token = auth.make_token(store, "sheet", [SLUG], 30)
    sheet, out = tmp_path / "scores.csv", tmp_path / "filled.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    done = feed(url, token, sheet, out)
    assert done.returncode == 1
    assert why in done.stderr
    assert not out.exists()
