"""`surveyapp document` writes Word files about a stored survey, and a blank questionnaire from a definition alone."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from surveyapp.cli import main
from surveyapp.store import Store
from tests.surveyapp.deliver.word import everything, opened, paragraphs
from tests.surveyapp.sample import LIBRARY, SLUG, fill


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with the 芝罘 survey."""
    url = f"sqlite:///{tmp_path / 'survey.db'}"
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", url)
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path))
    with Store.open(url) as store:
        fill(store)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["--lang", "zh", "document", *words])


@pytest.mark.parametrize(
    ("kind", "words"),
    [("report", "问卷调查统计分析报告"), ("blank", "满意度调查问卷"), ("method", "问卷调查方法说明")],
)
def test_each_kind_is_written(tmp_path: Path, kind: str, words: str) -> None:
    out = tmp_path / "out.docx"
    found = run(SLUG, "--kind", kind, "--out", str(out))
    assert found.exit_code == 0, found.output
    assert words in paragraphs(opened(out.read_bytes()))[0]


def test_the_house_style_is_set_by_options(tmp_path: Path) -> None:
    out = tmp_path / "annex.docx"
    options = ("--table-from", "12", "--people", "补贴人才", "--title", "notice=申报通知", "--places", "1")
    assert run(SLUG, "--kind", "report", *options, "--out", str(out)).exit_code == 0
    text = everything(opened(out.read_bytes()))
    for words in (
        "表12　满意度调查得分情况表",
        "补贴人才对项目实施的综合满意度为85.1%",
        "对于“申报通知”的满意度",
    ):
        assert words in text


def test_a_blank_questionnaire_needs_no_store(tmp_path: Path) -> None:
    out = tmp_path / "blank.docx"
    path = str(LIBRARY / "yantian-2024.yaml")
    assert run(path, "--kind", "blank", "--lang", "en", "--out", str(out)).exit_code == 0
    assert "Which of these are you?" in everything(opened(out.read_bytes()))


def test_a_title_for_no_item_and_an_unknown_survey_are_refused(tmp_path: Path) -> None:
    out = str(tmp_path / "out.docx")
    assert (
        "题目有：subsidy、degree"
        in run(SLUG, "--kind", "report", "--title", "nothing=x", "--out", out).output
    )
    assert run("nosuch", "--kind", "report", "--out", out).exit_code == 1
    assert "没有文件夹" in run(SLUG, "--kind", "blank", "--out", str(tmp_path / "no" / "x.docx")).output
    assert not Path(out).exists()
