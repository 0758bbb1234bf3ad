"""`surveyapp import`: it shows first and changes nothing, then stores all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from surveyapp.cli import main
from surveyapp.store import Store
from tests.surveyapp.importing.samples import LIBRARY, SLUG, as_csv, as_xlsx, demo_answers, wjx_text, zhifu

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on an installation with the 芝罘 survey."""
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("SURVEYAPP_LANG", "zh")
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL", raising=False)

    def command(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)

    command("publish", LIBRARY / f"{SLUG}.yaml")
    return command


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """An export of 问卷星 without mistakes."""
    path = tmp_path / "wjx.xlsx"
    path.write_bytes(as_xlsx(wjx_text(zhifu(), demo_answers())))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """The same with two wrong rows."""
    sheet = wjx_text(zhifu(), demo_answers())
    sheet[5][9], sheet[7][2] = "很不错", "soon"
    path = tmp_path / "bad.csv"
    path.write_bytes(as_csv(sheet, encoding="gb18030"))
    return path


def returned(tmp_path: Path) -> int:
    with Store.open(f"sqlite:///{tmp_path / 'instance' / 'survey.db'}") as store:
        return sum(row.count for row in store.patterns(SLUG, live=True))


def test_without_yes_it_shows_everything_and_changes_nothing(run: Run, good: Path, tmp_path: Path) -> None:
    done = run("import", SLUG, good)
    assert done.exit_code == 0
    for words in (
        "来源：问卷星（xlsx，56 行）",
        "提交答卷时间",
        "_submitted",
        "个人信息",
        "notice",
        "可导入 56 行",
        "--yes",
    ):
        assert words in done.output
    assert "10.0.0.1" not in done.output
    assert returned(tmp_path) == 0


def test_with_yes_it_stores_and_a_second_time_it_does_not(run: Run, good: Path, tmp_path: Path) -> None:
    assert "已导入 56 份" in run("import", SLUG, good, "--yes").output
    assert "以前已有 56 份" in run("import", SLUG, good, "--yes").output
    assert returned(tmp_path) == 56
    # tests/references/zhifu-2022-expected.json
    assert "85.13%" in run("report", SLUG).output


def test_nothing_is_stored_while_a_row_is_wrong(run: Run, bad: Path, tmp_path: Path) -> None:
    done = run("import", SLUG, bad, "--yes")
    assert done.exit_code == 1
    for words in ("没有选项“很不错”", "不是时长", "有问题的 2 行", "什么都没有导入"):
        assert words in done.output
    assert returned(tmp_path) == 0


def test_the_others_are_stored_when_told_and_the_rejected_go_into_a_file(
    run: Run, bad: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rejected.xlsx"
    done = run("import", SLUG, bad, "--yes", "--skip-rejected", "--rejected", out, "--channel", "wjx")
    assert done.exit_code == 0
    assert returned(tmp_path) == 54
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    assert [row[-2] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["6", "8"]
    with Store.open(f"sqlite:///{tmp_path / 'instance' / 'survey.db'}") as store:
        assert {row.channel for row in store.counts(SLUG)} == {"wjx"}


def test_a_mapping_is_written_changed_and_used(run: Run, tmp_path: Path) -> None:
    path, mapping = tmp_path / "rows.csv", tmp_path / "mapping.yaml"
    path.write_text("你好吗\n满意\n", encoding="utf-8")
    done = run("import", SLUG, path, "--write-mapping", mapping)
    assert "没有相符的题目" in done.output
    text = mapping.read_text(encoding="utf-8")
    assert "你好吗: '-'" in text
    mapping.write_text(text.replace("'-'", "notice"), encoding="utf-8")
    assert "notice＝满意" in run("import", SLUG, path, "--mapping", mapping).output
    assert "review＝满意" in run("import", SLUG, path, "--mapping", mapping, "--map", "你好吗=review").output


def test_what_must_be_decided_stops_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("notice,notice\n满意,一般\n", encoding="utf-8")
    done = run("import", SLUG, path, "--yes")
    assert done.exit_code == 1
    assert "#2" in done.output.splitlines()[-1]
    assert run("import", SLUG, path, "--yes", "--map", "#2=-").exit_code == 0
    assert returned(tmp_path) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("import", "none", "FILE"), 1, "none"),
        (("import", SLUG, "FILE", "--map", "x"), 1, "--map"),
        (("import", SLUG, "FILE", "--map", "x=y"), 1, "没有列“x”"),
        (("import", SLUG, "FILE", "--channel", "微信"), 2, "--channel"),
        (("import", SLUG, "FILE", "--source", "word"), 2, "--source"),
        (("import", SLUG, "FILE", "--mapping", "none.yaml"), 1, "none.yaml"),
        (("import", SLUG, "FILE", "--write-mapping", "FILE"), 1, "已存在"),
        (("import", SLUG, "none.xlsx"), 1, "none.xlsx"),
    ],
)
def test_wrong_use_ends_in_a_sentence(
    run: Run, good: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    done = run(*(good if argument == "FILE" else argument for argument in arguments))
    assert done.exit_code == status
    assert words in done.output
    assert "Traceback" not in done.output


def test_in_english_everything_is_english(run: Run, bad: Path) -> None:
    done = run("--lang", "en", "import", SLUG, bad)
    for words in ("Source: 问卷星 (wjx)", "Rejected rows: 2", "it is no duration", "nothing was imported"):
        assert words in done.output
