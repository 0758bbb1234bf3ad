"""Draws the respondents' pages: the questions, the thanks, the refusals."""

from __future__ import annotations

import json
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
from surveyapp.respond.shrink import shrink
from surveyapp.respond.words import Words, tag, words
from surveyapp.security import inline_policy

TICKET = "_ticket"
VERSION = "_version"
BY = "_by"
SITE = "_site"
VIEW = "_view"
LARGE = "large"


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


STYLE = Markup(re.sub(r"\s*\n\s*", "", _read("page.css")))
SCRIPT = Markup(shrink(_read("page.js")))
DONE = Markup(shrink(_read("done.js")))
POLICY = inline_policy(styles=[STYLE], scripts=[SCRIPT, DONE], connects=True)
_SPOKEN = (
    *("progress", "sending", "trouble", "kept", "keep_open", "stopped", "resumed", "again", "crowded"),
    *("step", "begin", "next", "review", "still_open", "all_done"),
    *("wrong", "wrong_one", "error", "at", "thanks", "thanks_text", "receipt", "may_close"),
)
"""The words that the script says; the others stand in the page."""


@cache
def _environment() -> Environment:
    loader = PackageLoader(__package__)
    # Its own environment: these pages know no session, no user and no request.
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def render(name: str, **values: Any) -> str:
    """Return a page drawn from one of the templates, with the style in it."""
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
    return render(
        "page.html",
        tag=tag(sheet.language),
        words=sheet.words,
        sheet=sheet,
        form=bind(sheet.spec, raw),
        errors=errors,
        problems=sheet.mistakes(problems),
        notice=notice,
        bound=raw is not None,
        spoken=_spoken(sheet.words),
        by=_sent(raw, BY),
        site=_sent(raw, SITE),
        large=_sent(raw, VIEW) == LARGE,
        script=SCRIPT,
        mark=_closing_fields(ticket),
    )


def _spoken(say: Words) -> str:
    said = {name: getattr(say, name) for name in _SPOKEN}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _sent(raw: Raw | None, name: str) -> str:
    """Return the value of one of the page's own fields as it was sent, or nothing."""
    return next(iter(raw.get(name, ())), "") if raw else ""


def code_page(language: str, *, title: str = "", written: str = "", wrong: str = "") -> str:
    """Return the page on which an access code is typed, with what was typed and what is wrong with it."""
    say = words(language)
    return render(
        "code.html", tag=tag(language), words=say, title=title, written=written, wrong=wrong, end=END
    )


@cache
def thanks(language: str) -> Prepared:
    """Prepare the thanks; the receipt is still to be put in."""
    say = words(language)
    return prepare(
        render(
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
    return render("message.html", tag=tag(language), heading=heading, text=text, script=script)
