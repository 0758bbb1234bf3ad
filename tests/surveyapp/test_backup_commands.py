"""The commands that copy everything out and back in."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from surveyapp.cli import main

ZHIFU = "questionnaires/library/zhifu-2022.yaml"


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("SURVEYAPP_LANG", "zh")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_backup_comes_back(tmp_path: Path) -> None:
    run("publish", ZHIFU, "--open-link")
    made = run("backup", tmp_path / "b.zip")
    assert made.exit_code == 0
    assert "1 项调查，0 份答卷" in made.output
    assert "secret.key" in made.output
    assert run("restore", tmp_path / "b.zip").exit_code == 1
    again = run("restore", tmp_path / "b.zip", "--replace")
    assert (again.exit_code, "已恢复 1 项调查" in again.output) == (0, True)
    assert len(list((tmp_path / "instance").glob("before-restore-*.zip"))) == 1
    assert "zhifu-2022" in run("surveys").output


def test_a_backup_is_dated_unless_named(tmp_path: Path) -> None:
    assert run("backup").exit_code == 0
    (made,) = (tmp_path / "instance").glob("backup-*.zip")
    assert run("backup", made).exit_code == 1
    assert run("backup", tmp_path / "nowhere" / "b.zip").exit_code == 1


def test_what_is_no_backup_is_refused_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"PK")
    refused = run("restore", tmp_path / "b.zip")
    assert refused.exit_code == 1
    assert "备份文件不能用" in refused.output
    assert run("restore", tmp_path / "b.zip", "--replace").exit_code == 1
    assert not list((tmp_path / "instance").glob("before-restore-*.zip"))
