"""Draws the respondents' pages: the questions, the thanks, the refusals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from questionnaires.accept import AnswerProblem
from surveyapp.respond.body import END, Raw
from surveyapp.respond.form import bind
from surveyapp.respond.prepared import MARK, Prepared, prepare
from surveyapp.respond.sheet import Sheet
from surveyapp.respond.words import tag, words
from surveyapp.security import inline_policy

TICKET = "_ticket"
VERSION = "_version"


def _read(name: str) -> Markup:
    """Return a style or script as it stands in the page: without comments on lines of their own, without indents."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return Markup(re.sub(r"\s*\n\s*", "\n", re.sub(r"(?m)^\s*//.*\n", "", text)).strip())


STYLE = _read("page.css")
SCRIPT = _read("page.js")
DONE = _read("done.js")
POLICY = inline_policy(styles=[STYLE], scripts=[SCRIPT, DONE])


@cache
def _environment() -> Environment:
    loader = PackageLoader(__package__)
    # Its own environment: these pages know no session, no user and no request.
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _render(name: str, **values: Any) -> str:
    return _environment().get_template(f"respond/{name}").render(style=STYLE, **values)


def _closing_fields(ticket: str) -> Markup:
    """Return the form's last fields; the very last says that all the others arrived."""
    return Markup(
        '<input type="hidden" name="{}" value="{}">\n<input type="hidden" name="{}" value="1">'
    ).format(TICKET, ticket, END)


def questions(sheet: Sheet) -> Prepared:
    """Prepare the empty page; its ticket is still to be put in."""
    return prepare(_questions(sheet, ticket=MARK))


def questions_again(
    sheet: Sheet, *, raw: Raw, ticket: str, problems: Sequence[AnswerProblem] = (), notice: str = ""
) -> str:
    """Return the page with what was answered, and with the mistakes or a notice at its top."""
    return _questions(sheet, ticket=ticket, raw=raw, problems=problems, notice=notice)


def _questions(
    sheet: Sheet,
    *,
    ticket: str,
    raw: Raw | None = None,
    problems: Sequence[AnswerProblem] = (),
    notice: str = "",
) -> str:
    errors: dict[str, list[str]] = {}
    for problem in problems:
        errors.setdefault(problem.item, []).append(problem.message(sheet.language))
    return _render(
        "page.html",
        tag=tag(sheet.language),
        words=sheet.words,
        sheet=sheet,
        form=bind(sheet.spec, raw),
        errors=errors,
        problems=sheet.mistakes(problems),
        notice=notice,
        bound=raw is not None,
        script=SCRIPT,
        mark=_closing_fields(ticket),
    )


@cache
def thanks(language: str) -> Prepared:
    """Prepare the thanks; the receipt is still to be put in."""
    say = words(language)
    return prepare(
        _render(
            "message.html",
            tag=tag(language),
            heading=say.thanks,
            text=say.thanks_text,
            receipt_word=say.receipt,
            closing=say.may_close,
            mark=MARK,
            script=DONE,
        )
    )


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why there is no page to answer, and the status that says so to machines."""

    kind: str
    status: int
    date: str = ""
    is_final: bool = False
    """Whether the answers on the phone are of no more use, so that its draft is to be wiped."""


def refusal_page(refusal: Refusal, language: str) -> str:
    """Return a refusal in readable words."""
    say = words(language)
    heading, text = say.refusals[refusal.kind]
    date = say.date(refusal.date) if refusal.date else ""
    return message_page(heading, text.format(date=date), language, wipes_draft=refusal.is_final)


def message_page(heading: str, text: str, language: str, *, wipes_draft: bool = False) -> str:
    """Return a small page with a heading and a line of text."""
    script = DONE if wipes_draft else ""
    return _render("message.html", tag=tag(language), heading=heading, text=text, script=script)
