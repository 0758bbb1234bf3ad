"""Paper: copies typed in by keys, once or twice, and what differs between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from questionnaires.accept import accept
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.current import current_config, current_store
from surveyapp.evaluate import entry
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.pages import Page, blueprint, today
from surveyapp.fieldwork import interviews, paper
from surveyapp.fieldwork.interviews import GIVEN_BY, Found, Line, Taken, Typed
from surveyapp.store import Outcome, Survey

SINGLE, DOUBLE, TWICE = "single", "double", "second"
"""A copy typed once; the first typing of two; the second."""

Answered = AnyResponse | tuple[str, int]
_PICK, _NEW = "_pick.", "_new."


# --- once, or for the first time -----------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/paper")
def paper_entry(slug: str) -> Page:
    """Show an empty copy to be typed."""
    mode = DOUBLE if request.args.get("mode") == DOUBLE else SINGLE
    return _page(slug, mode, number=paper.next_number(_sitting(slug).last))


@blueprint.post("/surveys/<slug>/paper")
def paper_store(slug: str) -> Answered:
    """Take a copy: store it, or keep it until it is typed once more."""
    mode = DOUBLE if request.form.get("_mode") == DOUBLE else SINGLE
    page, refusal = _arrived(slug)
    if page is None:
        return _again(slug, mode, refusal)
    number = paper.copy_number(request.form.get("_number", ""))
    first = paper.waiting(current_store(), slug, number) if number else None
    if number and first and first.page.id != page.id:
        return _again(slug, TWICE, "number-waiting", number=number)
    return _keep(slug, number, page) if mode == DOUBLE else _store(slug, number, page)


def _keep(slug: str, number: str | None, page: Typed) -> Answered:
    if number is None:
        return _again(slug, DOUBLE, "number-missing")
    taken = paper.keep(current_store(), slug, number, page, account=g.evaluator.account, day=today())
    if taken.outcome == "waiting":
        return _again(slug, TWICE, "number-waiting", number=number)
    if taken.problems:
        return _again(slug, DOUBLE, "problems", taken)
    if taken.outcome == "kept":
        _sitting(slug).note(slug, number)
    return redirect(url_for("evaluate.paper_entry", slug=slug, mode=DOUBLE))


def _store(slug: str, number: str | None, page: Typed) -> Answered:
    found = _found(slug)
    if found.refusal:
        return _again(slug, SINGLE, found.refusal)
    taken = interviews.take(
        current_store(), slug, page, channel=interviews.PAPER, code=found.code, day=today()
    )
    if not taken.is_kept:
        return _again(slug, SINGLE, taken.outcome, taken)
    if taken.outcome == Outcome.STORED:
        _sitting(slug).note(slug, number or "")
    return redirect(url_for("evaluate.paper_entry", slug=slug))


# --- the second time -----------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/paper/<number>")
def paper_number(slug: str, number: str) -> Page | AnyResponse:
    """Show a copy that waits for its second typing."""
    reporting.survey(current_store(), slug)
    if paper.waiting(current_store(), slug, number) is None:
        return _gone(slug, number)
    return _page(slug, TWICE, number=number)


@blueprint.post("/surveys/<slug>/paper/<number>")
def paper_second(slug: str, number: str) -> Answered:
    """Compare the second typing of a copy with its first: store it, or show what differs."""
    page, refusal = _arrived(slug)
    if page is None:
        return _again(slug, TWICE, refusal, number=number)
    written = paper.copy_number(request.form.get("_number", number))
    if written is None:
        return _again(slug, TWICE, "number-missing", number=number)
    if paper.waiting(current_store(), slug, written) is None:
        return _gone(slug, written) if written == number else _keep(slug, written, page)
    return _second(slug, written, page)


def _second(slug: str, number: str, page: Typed) -> Answered:
    first = paper.waiting(current_store(), slug, number)
    assert first is not None
    questionnaire = reporting.questionnaire(current_store(), slug, first.page.version)
    if problems := accept(questionnaire, page.raw, interviews.PAPER).problems:
        return _again(slug, TWICE, "problems", Taken(outcome="problems", problems=problems), number=number)
    found = _found(slug)
    if found.refusal:
        return _again(slug, TWICE, found.refusal, number=number)
    comparison = paper.compare(questionnaire, first.page, page)
    if comparison.differences:
        return _settling(slug, number, first, page, comparison), 200
    return _settled(slug, number, first, page, comparison, found)


@blueprint.post("/surveys/<slug>/paper/<number>/settle")
def paper_settle(slug: str, number: str) -> Answered:
    """Take what was decided about each difference and store the copy."""
    page, refusal = _arrived(slug)
    first = paper.waiting(current_store(), slug, number)
    if first is None:
        return _gone(slug, number)
    if page is None:
        return _again(slug, TWICE, refusal, number=number)
    found = _found(slug)
    if found.refusal:
        return _again(slug, TWICE, found.refusal, number=number)
    questionnaire = reporting.questionnaire(current_store(), slug, first.page.version)
    comparison = paper.compare(questionnaire, first.page, page)
    try:
        decided = paper.settle(comparison, page, _sent(_PICK), _sent_lists(_NEW))
    except paper.UnsettledError:
        return _settling(slug, number, first, page, comparison, "unsettled"), entry.STATUS["unsettled"]
    return _settled(slug, number, first, decided, comparison, found)


def _settled(
    slug: str, number: str, first: paper.Waiting, page: Typed, comparison: paper.Comparison, found: Found
) -> Answered:
    taken = paper.store_copy(current_store(), slug, number, first.page, page, code=found.code, day=today())
    if taken.problems and comparison.differences:
        sent = entry.read_page(slug) or page
        return _settling(slug, number, first, sent, comparison, "problems", taken), entry.STATUS["problems"]
    if not taken.is_kept:
        return _again(slug, TWICE, taken.outcome, taken, number=number)
    if taken.outcome == Outcome.STORED:
        _sitting(slug).note(slug, number, comparison)
    return redirect(_next(slug, number))


def _next(slug: str, number: str) -> str:
    """Return the address of the next copy that waits, else of an empty one."""
    numbers = [kept.number for kept in current_store().kept_entries(slug)]
    after = [other for other in numbers if other > number] or numbers
    if after:
        return url_for("evaluate.paper_number", slug=slug, number=after[0])
    return url_for("evaluate.paper_entry", slug=slug, mode=DOUBLE)


@blueprint.post("/surveys/<slug>/paper/<number>/drop")
def paper_drop(slug: str, number: str) -> AnyResponse:
    """Give up the first typing of a copy."""
    if current_store().drop_entry(slug, number):
        flash(_("The first typing of copy %(number)s was given up.", number=number))
    return redirect(url_for("evaluate.paper_entry", slug=slug, mode=DOUBLE))


def _gone(slug: str, number: str) -> AnyResponse:
    flash(_("Copy %(number)s does not wait any more: it was stored, or given up.", number=number))
    return redirect(url_for("evaluate.paper_entry", slug=slug, mode=DOUBLE))


# --- what arrives --------------------------------------------------------------------------------------------------


def _arrived(slug: str) -> tuple[Typed | None, str]:
    """Return the page that was sent in, or why it is not taken."""
    if kind := _closed(reporting.survey(current_store(), slug)):
        return None, kind
    page = entry.read_page(slug)
    return page, "" if page else "stale"


def _closed(survey: Survey) -> str:
    return interviews.refusal_by_state(survey, today(), interviews.PAPER)


def _found(slug: str) -> Found:
    """Return the code printed on the copy; a copy without one counts only where copies handed out are counted."""
    written = request.form.get("_code", "").strip()
    if written:
        return interviews.find_code(current_store(), slug, written, current_config().secret_key)
    counts_copies = reporting.survey(current_store(), slug).distributed is not None
    return Found() if counts_copies else Found(refusal="code-missing")


def _sent(prefix: str) -> dict[str, str]:
    return {name: values[0] for name, values in _sent_lists(prefix).items()}


def _sent_lists(prefix: str) -> dict[str, list[str]]:
    return {
        name.removeprefix(prefix): values for name, values in entry.sent().items() if name.startswith(prefix)
    }


# --- this sitting --------------------------------------------------------------------------------------------------


@dataclass
class Sitting:
    """What one clerk typed since signing in; it lives in the browser's session and nowhere else."""

    copies: int = 0
    last: str = ""
    differing: int = 0
    compared: int = 0

    def note(self, slug: str, number: str, comparison: paper.Comparison | None = None) -> None:
        """Count one more copy."""
        self.copies, self.last = self.copies + 1, number
        if comparison:
            self.differing += len(comparison.differences)
            self.compared += comparison.compared
        session["sitting"] = {slug: [self.copies, self.last, self.differing, self.compared]}


def _sitting(slug: str) -> Sitting:
    known: dict[str, Sequence[Any]] = session.get("sitting", {})
    return Sitting(*known[slug]) if slug in known else Sitting()


# --- pages ---------------------------------------------------------------------------------------------------------


def _page(
    slug: str,
    mode: str,
    *,
    number: str = "",
    page: entry.EntryPage | None = None,
    refused: str = "",
    code: str = "",
) -> str:
    store = current_store()
    survey, first = (
        reporting.survey(store, slug),
        paper.waiting(store, slug, number) if mode == TWICE else None,
    )
    questionnaire = reporting.questionnaire(store, slug, first.page.version if first else None)
    blocked = "" if page else _closed(survey)
    return render_template(
        "evaluate/paper.html", slug=slug, survey=survey, questionnaire=questionnaire, mode=mode, number=number, code=code,
        page=page or entry.empty_page(questionnaire), blocked=entry.notice(blocked) if blocked else None,
        refused=entry.notice(refused) if refused else None, refusal_kind=refused, needs_code=survey.distributed is None,
        waiting=store.kept_entries(slug), first=first, same_account=first is not None and first.entered_by == g.evaluator.account,
        sitting=_sitting(slug), by_names=entry.BY_NAMES, here=_here(slug, mode, number),
    )  # fmt: skip


def _here(slug: str, mode: str, number: str) -> str:
    if mode == TWICE:
        return url_for("evaluate.paper_number", slug=slug, number=number)
    return url_for("evaluate.paper_entry", slug=slug, mode=mode)


def _again(
    slug: str, mode: str, kind: str, taken: Taken | None = None, *, number: str = ""
) -> tuple[str, int]:
    """Show the copy with all that was typed, and why it was not taken."""
    questionnaire = _questionnaire(slug, request.form.get(interviews.VERSION, ""))
    page = entry.page_again(
        questionnaire, ticket="" if kind == "stale" else request.form.get(interviews.TICKET, ""),
        problems=taken.problems if taken else (),
    )  # fmt: skip
    shown = _page(
        slug, mode, number=number or request.form.get("_number", ""), page=page,
        refused="" if kind == "problems" else kind, code=request.form.get("_code", ""),
    )  # fmt: skip
    return shown, entry.STATUS.get(kind, 409)


def _questionnaire(slug: str, version: str) -> Questionnaire:
    known = {found.version for found in current_store().versions(slug)}
    return reporting.questionnaire(current_store(), slug, version if version in known else None)


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A difference as it is shown: the item, and both typings in words."""

    field: str
    line: Line | None
    title: str
    first: str
    second: str
    picked: str
    anew: Sequence[str]
    errors: Sequence[str]


def _settling(
    slug: str, number: str, first: paper.Waiting, page: Typed, comparison: paper.Comparison, refused: str = "",
    taken: Taken | None = None,
) -> str:  # fmt: skip
    questionnaire = reporting.questionnaire(current_store(), slug, first.page.version)
    problems = taken.problems if taken else ()
    doubts = [_doubt(questionnaire, found, problems) for found in comparison.differences]
    return render_template(
        "evaluate/paper_settle.html", slug=slug, questionnaire=questionnaire, number=number, first=first, doubts=doubts,
        comparison=comparison, sent={**page.raw, GIVEN_BY: [page.by]}, ticket=request.form.get(interviews.TICKET, ""),
        version=page.version, code=request.form.get("_code", ""), by_names=entry.BY_NAMES,
        refused=entry.notice(refused) if refused and not problems else None, problems=problems, language=spoken(),
        same_account=first.entered_by == g.evaluator.account, here=_here(slug, TWICE, number),
    )  # fmt: skip


def _doubt(questionnaire: Questionnaire, found: paper.Difference, problems: Sequence[Any]) -> Doubt:
    lines = {line.id: line for part in interviews.parts(questionnaire, spoken()) for line in part.lines}
    item = found.field.removesuffix(".text")
    line = lines.get(item) if item == found.field else None
    return Doubt(
        field=found.field, line=line if line and line.choices else None, title=_title(lines, found.field),
        first=_words(line, found.field, found.first), second=_words(line, found.field, found.second),
        picked=_sent(_PICK).get(found.field, ""), anew=_sent_lists(_NEW).get(found.field, ()),
        errors=[problem.message(spoken()) for problem in problems if problem.field == found.field],
    )  # fmt: skip


def _title(lines: dict[str, Line], field: str) -> str:
    if field == GIVEN_BY:
        return _("Who filled it in")
    question = lines[field.removesuffix(".text")].question
    words = _(" (words beside the option)") if field.endswith(".text") else ""
    return f"{question.number}  {question.text}{words}"


def _words(line: Line | None, field: str, values: Sequence[str]) -> str:
    if not values:
        return _("(blank)")
    if field == GIVEN_BY:
        return entry.by_name(values[0])
    named = [
        _("does not apply") if value == "-2" else line.label(value) if line else value for value in values
    ]
    return _(", ").join(named)
