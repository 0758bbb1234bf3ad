"""Telephone: the interviewer's list of calls, one case with its script, and what came of each call."""

from __future__ import annotations

import re
import secrets
from datetime import date, time
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, HiddenField, StringField, TimeField
from wtforms.validators import AnyOf, DataRequired, Length, Optional, Regexp, ValidationError

from questionnaires.accept import clean
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.current import current_config, current_store
from surveyapp.evaluate import door, entry
from surveyapp.evaluate.desk import desk, steps
from surveyapp.evaluate.fielding import strata
from surveyapp.evaluate.forms import _Form
from surveyapp.evaluate.pages import Page, blueprint, today
from surveyapp.evaluate.words import DISPOSITIONS, Words, name
from surveyapp.fieldwork import calls, interviews
from surveyapp.fieldwork.codes import case_label
from surveyapp.store import Call, Code, Survey

_l: Any = lazy_gettext

LONGEST_NOTE = 200
MOST_LISTED = 50

OUTCOME_NAMES: Words = {
    "no_answer": _l("no answer"),
    "busy": _l("line busy"),
    "not_in_service": _l("switched off or out of service"),
    "wrong_number": _l("wrong number"),
    "call_back": _l("call back"),
    "refused": _l("refused"),
    "unable": _l("cannot be interviewed"),
    "not_eligible": _l("not among those surveyed"),
}
AT_ONCE = ("no_answer", "busy", "not_in_service", "wrong_number")
"""Outcomes that one press notes; the others say first what they mean."""


class CodeForm(_Form):
    """Whom to call: the code on the interviewer's list."""

    code = StringField(
        _l("Code, link or case number from your list"), [Length(max=400)],
        render_kw={"autofocus": True, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip


class CallForm(_Form):
    """What came of one call."""

    id = HiddenField(validators=[Regexp(r"[0-9a-f]{32}\Z")])
    outcome = HiddenField(validators=[AnyOf(tuple(calls.OUTCOMES))])
    on = DateField(_l("Day"), [Optional()])
    at = TimeField(_l("Time"), [Optional()])
    note = StringField(
        _l("Note (may be left out)"),
        [Optional(), Length(max=LONGEST_NOTE, message=_l("At most 200 characters"))],
        render_kw={"maxlength": LONGEST_NOTE, "autocomplete": "off"},
    )

    def validate_outcome(self, field: Any) -> None:
        """A call-back needs a time that is still to come."""
        if field.data == calls.CALL_BACK and not (self.on.data and self.at.data):
            raise ValidationError(_("Enter day and time of the call-back"))
        if field.data == calls.CALL_BACK and self.when <= entry.minute():
            raise ValidationError(_("This time is past"))

    @property
    def when(self) -> str:
        """Return when to call again."""
        day: date | None = self.on.data
        at: time | None = self.at.data
        return f"{day.isoformat()} {at:%H:%M}" if day and at else ""


class UndoForm(_Form):
    """The call that was noted by mistake."""

    id = HiddenField(validators=[DataRequired(), Length(max=64)])


# --- the list ------------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/telephone")
def telephone(slug: str) -> Page:
    """Show whom to call back, whom to try again, and how the cases stand."""
    return _list(slug, CodeForm(formdata=None))


@blueprint.post("/surveys/<slug>/telephone")
def telephone_find(slug: str) -> AnyResponse | tuple[str, int]:
    """Go to the case of a code."""
    form = CodeForm()
    reporting.survey(current_store(), slug)
    written = form.code.data or ""
    found = _known_case(slug, written) or interviews.find_code(
        current_store(), slug, written, current_config().secret_key
    )
    if found.code is None or found.refusal == "code-void":
        form.code.errors = [" ".join(_said(entry.notice(found.refusal)))]
        return _list(slug, form), entry.STATUS[found.refusal]
    return redirect(url_for("evaluate.telephone_case", slug=slug, case=found.code.hash))


def _said(found: entry.Notice) -> tuple[str, str]:
    return f"{found.heading}{_('.')}", found.text


def _known_case(slug: str, written: str) -> interviews.Found | None:
    """Return the case of a case number, if it was called before."""
    label = written.strip().upper()
    if not re.fullmatch("[0-9A-Z]{6}", label):
        return None
    hashes = {call.code_hash for call in current_store().calls(slug)}
    case = next((hash for hash in hashes if case_label(hash) == label), None)
    return interviews.judged(current_store().code(slug, case)) if case else None


def _list(slug: str, form: CodeForm) -> str:
    store, found = current_store(), desk(current_store(), slug)
    made = store.calls(slug)
    cases = calls.open_cases(made, store.code_states(slug, {call.code_hash for call in made}))
    backs = calls.call_backs(cases)
    now = entry.minute()
    by_telephone = sum(row.count for row in store.counts(slug) if row.channel == interviews.TELEPHONE)
    return render_template(
        "evaluate/telephone.html", desk=found, steps=steps(found), step="fieldwork",
        here=url_for("evaluate.telephone", slug=slug), form=form, refusal=_closed(found.survey), now=now,
        due=[case for case in backs if case.call_back[:10] <= now[:10]],
        later=[case for case in backs if case.call_back[:10] > now[:10]],
        again=calls.to_try(cases, now[:10]), most=MOST_LISTED, cases=cases, completed=by_telephone,
        letters=_letters(cases), attempts=calls.attempts(cases), enough=calls.ENOUGH, label=case_label,
        outcomes=OUTCOME_NAMES,
    )  # fmt: skip


def _letters(cases: list[calls.Case]) -> list[tuple[str, str, int]]:
    counted: dict[str, int] = {}
    for case in cases:
        letter = calls.disposition(case.calls)
        counted[letter] = counted.get(letter, 0) + 1
    return [
        (letter, name(DISPOSITIONS, letter), n)
        for letter, n in sorted(counted.items(), key=lambda row: -row[1])
    ]


def _closed(survey: Survey) -> entry.Notice | None:
    kind = interviews.refusal_by_state(survey, today(), interviews.TELEPHONE)
    return entry.notice(kind) if kind else None


# --- one case ------------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/telephone/<case>")
def telephone_case(slug: str, case: str) -> Page:
    """Show a case: what to say, what to ask, what came of earlier calls."""
    return _case(slug, _code(slug, case))


@blueprint.post("/surveys/<slug>/telephone/<case>/calls")
def telephone_log(slug: str, case: str) -> AnyResponse | tuple[str, int]:
    """Note what came of a call."""
    code, form = _code(slug, case), CallForm()
    if code.state != "issued" or _closed(reporting.survey(current_store(), slug)):
        return _case(slug, code), 409
    if not form.validate():
        return _case(slug, code, call=form), door.REFUSED
    outcome = form.outcome.data or ""
    current_store().log_call(slug, _call(form, case, outcome))
    flash(
        _(
            "Noted for case %(case)s: %(outcome)s.",
            case=case_label(case),
            outcome=name(OUTCOME_NAMES, outcome),
        )
    )
    return redirect(url_for("evaluate.telephone", slug=slug))


def _call(form: CallForm, case: str, outcome: str) -> Call:
    return Call(
        id=form.id.data or "", code_hash=case, day=today(), outcome=outcome,
        call_back=form.when if outcome == calls.CALL_BACK else "", note=" ".join(clean(form.note.data or "").split()),
        called_by=g.evaluator.account,
    )  # fmt: skip


@blueprint.post("/surveys/<slug>/telephone/<case>/undo")
def telephone_undo(slug: str, case: str) -> AnyResponse:
    """Take the newest call back, which was noted by mistake."""
    form = UndoForm()
    if not form.validate():
        abort(400)
    _code(slug, case)
    if calls.take_back(current_store(), slug, case, form.id.data or ""):
        flash(_("The last call was taken back."))
    return redirect(url_for("evaluate.telephone_case", slug=slug, case=case))


@blueprint.post("/surveys/<slug>/telephone/<case>/answers")
def telephone_answers(slug: str, case: str) -> AnyResponse | tuple[str, int]:
    """Take the answers of an interview."""
    code, page = _code(slug, case), entry.read_page(slug)
    if _closed(reporting.survey(current_store(), slug)):
        return _again(slug, code, "closed"), 409
    if page is None:
        return _again(slug, code, "stale"), entry.STATUS["stale"]
    taken = interviews.take(current_store(), slug, page, channel=interviews.TELEPHONE, code=code, day=today())
    if not taken.is_kept:
        return _again(slug, code, taken.outcome, taken), entry.STATUS[taken.outcome]
    current_store().forget_calls(slug, case)
    flash(_("Saved: case %(case)s was interviewed. Its call record is deleted.", case=case_label(case)))
    return redirect(url_for("evaluate.telephone", slug=slug))


def _again(slug: str, code: Code, kind: str, taken: interviews.Taken | None = None) -> str:
    """Show the case with all answers, and why they were not taken."""
    version = request.form.get(interviews.VERSION, "")
    questionnaire = _questionnaire(slug, version)
    page = entry.page_again(
        questionnaire, ticket="" if kind == "stale" else request.form.get(interviews.TICKET, ""),
        problems=taken.problems if taken else (),
    )  # fmt: skip
    return _case(slug, code, page=page, refused="" if kind == "problems" else kind)


def _questionnaire(slug: str, version: str) -> Questionnaire:
    """Return the version a page was made for, else the one now handed out."""
    known = {found.version for found in current_store().versions(slug)}
    return reporting.questionnaire(current_store(), slug, version if version in known else None)


def _code(slug: str, case: str) -> Code:
    code = current_store().code(slug, case)
    if code is None:
        abort(404)
    return code


def _case(
    slug: str,
    code: Code,
    *,
    page: entry.EntryPage | None = None,
    call: CallForm | None = None,
    refused: str = "",
) -> str:
    store = current_store()
    survey, questionnaire = reporting.survey(store, slug), reporting.questionnaire(store, slug)
    used = page is None and code.state != "issued"
    blocked = entry.notice(f"code-{code.state}") if used else _closed(survey)
    made = store.calls(slug, code.hash)
    return render_template(
        "evaluate/telephone_case.html", slug=slug, case=code.hash, label=case_label(code.hash), survey=survey,
        questionnaire=questionnaire, here=url_for("evaluate.telephone_case", slug=slug, case=code.hash),
        stratum=strata(questionnaire).get(code.stratum or "", code.stratum), calls=made, enough=calls.ENOUGH,
        page=page or (None if blocked else entry.empty_page(questionnaire)), blocked=blocked,
        refused=entry.notice(refused) if refused else None, refusal_kind=refused,
        call=call or CallForm(formdata=None, id=secrets.token_hex(16)), outcomes=OUTCOME_NAMES, at_once=AT_ONCE,
        rests=bool(made) and calls.Case(hash=code.hash, calls=made).rests, by_names=entry.BY_NAMES,
        today=today(), longest_note=LONGEST_NOTE, may_undo=_may_undo(made),
    )  # fmt: skip


def _may_undo(made: list[Call]) -> bool:
    """Say whether the newest call is one's own of today."""
    return bool(made) and made[-1].called_by == g.evaluator.account and made[-1].day == today()
