"""The command `plan`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from tests.analysis.surveys import LIBRARY

pytest.importorskip("surveyapp.commands.definitions", reason="the other commands are not merged yet")


def run(*arguments: str, language: str = "en") -> Result:
    from surveyapp.commands.plan import plan

    return CliRunner(env={"SURVEYAPP_LANG": language}).invoke(plan, arguments)


@pytest.mark.parametrize(
    ("population", "n"), [("1402", 302), ("1138", 288), ("262", 157), ("60", 53), ("13", 13)]
)
def test_answers_for_five_points(population: str, n: int) -> None:
    found = run("--population", population, "--margin", "5", "--format", "json")
    assert found.exit_code == 0
    assert json.loads(found.output)["n"] == n


def test_what_53_answers_give() -> None:
    assert "±13.2" in run("--population", "1402", "-n", "53").output


def test_strata_come_from_a_definition_or_the_command_line() -> None:
    written = run("--strata", "A=1138,B=262,C=2", "--margin", "5", "--minimum", "2")
    assert run(str(LIBRARY / "zhifu-2022.yaml"), "--margin", "5", "--minimum", "2").output == written.output
    assert "288" in written.output
    assert "157" in written.output


def test_silence_is_spoken_of_in_both_languages() -> None:
    arguments = ("--population", "1402", "--margin", "5", "--response-rate", "0.8")
    assert "378 invitations" in run(*arguments).output
    assert "发放 378 份" in run(*arguments, language="zh").output
    assert "2.0" in run(*arguments).output


@pytest.mark.parametrize(
    "arguments",
    [(), ("--population", "9"), ("--margin", "5"), ("--population", "9", "--margin", "5", "-n", "3"),
     ("--population", "9", "--strata", "A=9", "--margin", "5")],
)  # fmt: skip
def test_too_little_or_too_much_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--population", "9", "-n", "10"), "population (9)"),
        (("--strata", "A=x", "--margin", "5"), "whole numbers"),
        (("--strata", "A", "--margin", "5"), "write A="),
        (("--population", "9", "--margin", "5", "--share", "2"), "0 to 1"),
        (("--strata", "A=9", "--margin", "5", "--share", "B=.5"), "no stratum B"),
    ],
)
def test_numbers_that_cannot_be_are_named(arguments: tuple[str, ...], words: str) -> None:
    found = run(*arguments)
    assert found.exit_code == 1
    assert words in found.output


@pytest.mark.parametrize("language", ["zh", "en"])
def test_any_allocation_prints_a_table(language: str) -> None:
    for how in ("proportional", "neyman", "equal"):
        found = run(
            "--strata",
            "A=1138,B=262,C=2",
            "-n",
            "53",
            "--allocation",
            how,
            "--share",
            "A=0.9",
            language=language,
        )
        assert found.exit_code == 0
        assert "±" in found.output
