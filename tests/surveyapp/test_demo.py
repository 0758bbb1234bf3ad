"""The demo's data are what they say: drawn from the published marginals, the same every time."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from surveyapp import reporting
from surveyapp.console import BadInputError
from surveyapp.demo import show as demo
from surveyapp.demo.make_rows import write_rows
from surveyapp.present import half_up, percent
from surveyapp.store import Store

ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def filled(tmp_path: Path) -> Store:
    store = Store.open(f"sqlite:///{tmp_path / 'demo.db'}")
    demo.fill(store)
    return store


def test_the_shipped_rows_are_those_the_script_draws(tmp_path: Path) -> None:
    write_rows(Path("tests/references/zhifu-synthetic.csv"), tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_bytes() == demo.ROWS.read_bytes()


def test_sixty_codes_are_out_and_four_remain(filled: Store) -> None:
    (row,) = filled.ledger("zhifu-2022")
    assert (row.issued, row.used, row.void) == (60, 56, 0)


def test_the_demo_shows_the_published_figures(filled: Store) -> None:
    report = reporting.report(filled, "zhifu-2022")
    work = report.fieldwork
    assert [percent(work.return_rate), percent(work.validity_rate)] == ["93.33%", "94.64%"]  # seeds.md
    assert work.invalid_reasons == {"incomplete": 3}
    assert work.channels["paper"] == {"returned": 3, "valid": 0}
    scored = [report.items[item].score for item in ("notice", "criteria", "procedure", "review", "payment")]
    items = [percent(score.exact) for score in scored if score is not None]
    assert items == ["84.53%", "85.66%", "87.55%", "84.15%", "83.77%"]
    scores = [report.indicators[name].score for name in ("satisfaction", "awareness")]
    assert [half_up(score, 1) for score in scores if score is not None] == ["8.5", "4.3"]


def test_degrees_and_wishes_have_their_published_counts(filled: Store) -> None:
    items = reporting.report(filled, "zhifu-2022").items
    assert items["degree"].counts == {"A": 1, "B": 29, "C": 8, "D": 0, "E": 2, "F": 9, "G": 4}  # tallies
    assert Counter(items["improve"].counts) == Counter({"A": 1, "B": 3, "C": 2, "D": 2, "F": 45})


def test_a_folder_with_other_data_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "survey.db").write_bytes(b"mine")
    with pytest.raises(BadInputError):
        demo.run(tmp_path, host="127.0.0.1", port=8000, public_url=None)
    assert (tmp_path / "survey.db").read_bytes() == b"mine"


def test_the_demo_leaves_the_configured_database_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'real.db'}")
    monkeypatch.setattr("surveyapp.server.serve", lambda config: None)
    demo.run(tmp_path / "demo", host="127.0.0.1", port=8000, public_url=None)
    assert not (tmp_path / "real.db").exists()
    assert (tmp_path / "demo" / "survey.db").exists()


def test_the_demo_starts_twice_in_a_row_and_beside_a_taken_port(tmp_path: Path) -> None:
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "surveyapp", "demo", "--instance", str(tmp_path / "demo")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=ENVIRONMENT,
        )  # fmt: skip
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        process.terminate()
        process.communicate(timeout=60)
        text = "".join(lines)
        assert text.count("/s/zhifu-2022/") == 4
        assert "/api/v1/surveys/zhifu-2022/report" in text
