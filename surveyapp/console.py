"""What the command line has in common: its language, its tables, and how problems end a command."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

from questionnaires.problems import Problem

BAD_INPUT = 1


def system_language() -> str:
    """Return "en" where SURVEYAPP_LANG or the locale says English, else "zh"."""
    for name in ("SURVEYAPP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


def language() -> str:
    """Return the language of the running command."""
    context = click.get_current_context(silent=True)
    return str(context.find_root().params.get("lang") or system_language()) if context else system_language()


def say(zh: str, en: str, *, err: bool = False) -> None:
    """Print a line in the reader's language; `err` sends it to standard error, out of the way of a pipe."""
    click.echo(en if language() == "en" else zh, err=err)


class BadInputError(click.ClickException):
    """Input that cannot be used: the command ends with exit status 1 and says why."""

    exit_code = BAD_INPUT

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en if language() == "en" else zh)

    def show(self, file: Any = None) -> None:
        """Print the message as it is, without a prefix in one language."""
        click.echo(self.format_message(), err=True)


def refuse(problems: Sequence[Problem]) -> None:
    """Print problems to standard error and end the command, if there are any."""
    if problems:
        for problem in problems:
            click.echo(problem.show(language()), err=True)
        raise BadInputError(
            f"共 {len(problems)} 个问题，未执行。", f"{len(problems)} problems; nothing was done."
        )


class Commands(click.Group):
    """A group of commands in which every error that words itself in two languages ends in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn worded errors into exit status 1."""
        try:
            return super().invoke(ctx)
        except click.ClickException:
            raise
        except Exception as error:
            zh, en = _worded(error)
            if not zh:
                raise
            raise BadInputError(zh, en) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List commands in the order of the work, not of the alphabet."""
        return list(self.commands)


def _worded(error: Exception) -> tuple[str, str]:
    if isinstance(error, FileNotFoundError):
        return f"找不到文件：{error.filename}", f"No such file: {error.filename}"
    if isinstance(error, OSError):
        return f"不能读写 {error.filename or ''}：{error.strerror or error}", f"Cannot read or write {error}"
    problems = getattr(error, "problems", None)
    if problems:
        return "\n".join(p.message("zh") for p in problems), "\n".join(p.message("en") for p in problems)
    return getattr(error, "zh", ""), getattr(error, "en", "")


# --- tables --------------------------------------------------------------------------------------------------------


def width(text: str) -> int:
    """Return how many columns text takes on a terminal, where a Chinese character takes two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Return an aligned table; `right` names the columns (from 0) whose cells are set to the right."""
    lines = [list(header), *map(list, rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(header))]
    rule = "  ".join("─" * w for w in widths)
    shown: list[str] = [
        "  ".join(_cell(text, widths[c], c in right) for c, text in enumerate(line)).rstrip()
        for line in lines
    ]
    return "\n".join([shown[0], rule, *shown[1:]])


def _cell(text: str, columns: int, to_the_right: bool) -> str:
    space = " " * (columns - width(text))
    return space + text if to_the_right else text + space


def bar(share: float, columns: int = 40) -> str:
    """Return a horizontal bar of eighths of a character for a share of 1."""
    eighths = round(share * columns * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
