"""The commands that write a survey's files."""

from collections.abc import Callable
from pathlib import Path

import pyreadstat
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from surveyapp.cli import main
from surveyapp.store import Store
from tests.surveyapp.sample import SLUG, fill

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on an installation of its own, with the 芝罘 survey."""
    folder = tmp_path / "instance"
    folder.mkdir()
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(folder))
    monkeypatch.setenv("SURVEYAPP_LANG", "zh")
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL", raising=False)
    with Store.open(f"sqlite:///{folder / 'survey.db'}") as store:
        fill(store)
    return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)


def test_workbook_writes_scores_and_rows(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    assert run("workbook", SLUG, "--out", out).exit_code == 0
    book = load_workbook(out)
    assert book["数据（编码）"].max_row == 57  # 53 valid and 3 incomplete questionnaires below the names
    run("workbook", SLUG, "--out", out, "--no-open-text")
    assert "suggestions" not in [cell.value for cell in load_workbook(out)["数据（编码）"][1]]


@pytest.mark.parametrize("kind", ["csv", "sav", "dta", "parquet", "xlsx"])
def test_data_writes_every_format(run: Run, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"a.{kind}"
    assert run("data", SLUG, "--format", kind, "--out", out).exit_code == 0
    assert out.stat().st_size > 0
    if kind == "sav":
        assert len(pyreadstat.read_sav(out)[0]) == 56


def test_csv_comes_in_gb18030_on_request(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    assert run("data", SLUG, "--encoding", "gb18030", "--out", out).exit_code == 0
    assert not out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert out.read_bytes().decode("gb18030").startswith("subsidy,")


def test_what_cannot_be_done_leaves_no_file(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.sav"
    for arguments in (("none", "--format", "sav"), (SLUG, "--format", "sav", "--encoding", "gb18030")):
        assert run("data", *arguments, "--out", out).exit_code == 1
    assert run("data", SLUG, "--out", tmp_path / "no" / "a.csv").exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["instance"]
