"""What the READMEs show is what happens."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

READMES = ("README.md", "README.zh.md")
ALONE = ("check", "analyse", "rule", "plan")
"""Commands that need no database, so that they can be run as they stand."""


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", Path(name).read_text(encoding="utf-8"), re.S)


def commands() -> list[str]:
    lines = {
        line.split("  #")[0].strip()
        for name in READMES
        for block in blocks(name, "sh")
        for line in block.splitlines()
    }
    return sorted(
        line
        for line in lines
        if line.startswith("surveyapp") and line.split()[1] in ALONE and "my-survey" not in line
    )


@pytest.mark.parametrize("command", commands())
def test_a_command_that_needs_only_files_runs_as_shown(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "--at 92.4" in command:
        assert done.stdout == "8\n"  # seeds.md: 火炬 92.4% gives 8


@pytest.mark.parametrize("name", READMES)
def test_the_python_example_gives_the_published_figures(name: str) -> None:
    (example,) = blocks(name, "python")
    scope: dict[str, object] = {}
    exec(
        example + "\nfound = report.measures['satisfaction'].exact, report.indicators['satisfaction'].score",
        scope,
    )
    assert [str(value) for value in scope["found"]] == ["1128/1325", "2256/265"]  # type: ignore[attr-defined]


def test_both_languages_show_the_same_commands() -> None:
    shown = [
        [line.split("  #")[0].split("YOUR-ADDRESS")[0] for line in "".join(blocks(name, "sh")).splitlines()]
        for name in READMES
    ]
    assert shown[0] == shown[1]


def test_every_command_is_named_in_the_readme_or_its_help() -> None:
    from surveyapp.cli import main

    for name, command in main.commands.items():
        assert command.help, f"{name} has no help"
        assert "surveyapp" in command.help, f"{name}'s help has no example"
