"""The pages below 发放: drawing from a roster, printing, reminding and re-issuing.

A roster and a sheet are sent with the form, looked at in memory, and gone when the answer is. So each act carries its file: a
script keeps the chosen file between looking and acting; without it the file is chosen once more.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveyapp import reporting
from surveyapp.current import current_config, current_store
from surveyapp.deliver.names import XLSX, file_name
from surveyapp.evaluate import door
from surveyapp.evaluate.desk import desk, steps
from surveyapp.evaluate.forms import errors_of
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.pages import Page, blueprint, download, today
from surveyapp.evaluate.printed import PrintedSlips, printed_poster, printed_slips
from surveyapp.evaluate.sampling_forms import (
    DrawForm,
    LookedAt,
    SheetForm,
    SlipsForm,
    choices_of,
)
from surveyapp.fieldwork import handout, issuing, printing, sheets
from surveyapp.fieldwork.handout import Preview, Returns, Target
from surveyapp.fieldwork.roster import Roster
from surveyapp.fieldwork.sampling import Remark, make_seed
from surveyapp.store import CodeExistsError

PDF = "application/pdf"
ZIP = "application/zip"
LARGEST_MB = 16
"""What a page takes; larger rosters are drawn from by the command."""


def _target(slug: str, language: str = "zh") -> Target:
    store = current_store()
    return Target(
        survey=reporting.survey(store, slug), questionnaire=reporting.questionnaire(store, slug), config=current_config(),
        day=today(), language=language, reader=spoken(),
    )  # fmt: skip


def _draw_page(template: str, slug: str, endpoint: str, **shown: Any) -> str:
    found = desk(current_store(), slug)
    here = url_for(f"evaluate.{endpoint}", slug=slug)
    return render_template(
        f"evaluate/{template}.html", desk=found, steps=steps(found), step="fieldwork", here=here,
        has_address=bool(current_config().public_url), **shown,
    )  # fmt: skip


def _worded(error: Exception) -> list[str]:
    """Return an error in the page's language; raise it again if it has no words."""
    said = getattr(error, spoken(), "")
    if not said:
        raise error
    return str(said).splitlines()


# --- 抽样 ----------------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/sampling")
def sampling(slug: str) -> Page:
    """Show the form into which a roster is given, and what was drawn before."""
    return _sampling(slug, DrawForm(formdata=None), None, [])


@blueprint.post("/surveys/<slug>/sampling")
def look_at_roster(slug: str) -> Page:
    """Say what a draw would do; nothing is drawn and nothing is kept."""
    form = _draw_form()
    seen, problems = _look(slug, form)
    return _sampling(slug, form, seen, problems)


@blueprint.post("/surveys/<slug>/sampling/draw")
def draw_sample(slug: str) -> ResponseReturnValue:
    """Draw, issue the codes and send the sheet."""
    form = _draw_form()
    seen, problems = _look(slug, form)
    store = current_store()
    if seen is not None and any(one.id == form.draw.data for one in store.draws(slug)):
        problems = [_drawn_already()]
    if seen is None or problems or seen.preview.problems:
        return _sampling(slug, form, seen, problems), door.REFUSED
    try:
        made = handout.prepare(seen.preview, by=g.evaluator.account, id=form.draw.data or "")
    except Exception as error:
        return _sampling(slug, form, seen, _worded(error)), door.REFUSED
    try:
        made.issue(store)
    except CodeExistsError:  # the other press of the button came first, at this very moment
        return _sampling(slug, form, seen, [_drawn_already()]), door.REFUSED
    return _send_drawn(seen.preview, made)


def _drawn_already() -> str:
    return _("This sample was drawn already: the button was pressed twice, or the page is an old one.")


def _draw_form() -> DrawForm:
    """Return what was sent; at the first look that is a file alone, and everything else stands as it is proposed."""
    return DrawForm() if request.form.get("looked") else DrawForm(formdata=None)


def _look(slug: str, form: DrawForm) -> tuple[LookedAt | None, list[str]]:
    upload = request.files.get("roster")
    if upload is None or not upload.filename:
        return None, [_("Choose the file with the list of people.")]
    if not form.is_first_look and not form.validate():
        return None, errors_of(form)
    target = _target(slug, form.language.data or "zh")
    roster = Roster(upload.filename, upload.stream.read())
    try:
        if form.is_first_look:
            form.column.data = handout.likely_column(target, roster) or ""
        preview = handout.preview(
            target, roster, choices_of(form, roster, request.form), current_store().draws(slug)
        )
        return LookedAt(preview=preview, roster=roster), []
    except Exception as error:
        return None, _worded(error)


def _sampling(slug: str, form: DrawForm, seen: LookedAt | None, problems: list[str]) -> str:
    form.draw.data = issuing.make_draw_id()
    if not (form.seed.data or "").strip() and seen is not None:
        form.seed.data = make_seed()
    return _draw_page(
        "sampling", slug, "sampling", form=form, seen=seen, problems=problems, draws=_draws(slug), largest=LARGEST_MB,
        strata=_target(slug).strata, most_pictures=sheets.MOST_PICTURES, say=_say,
    )  # fmt: skip


def _say(remark: Remark) -> str:
    return remark.say(spoken())


def _draws(slug: str) -> list[tuple[Any, int, int]]:
    """Return the draws on record with the people and the drawn of each, the newest first."""
    told = []
    for one in reversed(current_store().draws(slug)):
        counts = json.loads(one.counts).values()
        told.append((one, sum(c["people"] for c in counts), sum(c["drawn"] for c in counts)))
    return told


def _send_drawn(seen: Preview, made: handout.Handout) -> Response:
    title = seen.target.questionnaire.title.say()
    name = file_name(title, "抽样", today(), ending="xlsx")
    if not made.slips:
        return download(made.sheet, XLSX, name, f"{seen.target.slug}-drawn.xlsx")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, made.sheet)
        archive.writestr(file_name(title, "答题条", today(), ending="pdf"), made.slips)
    plain = f"{seen.target.slug}-drawn.zip"
    return download(packed.getvalue(), ZIP, file_name(title, "抽样", today(), ending="zip"), plain)


# --- 打印 ----------------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/printing")
def printing_page(slug: str) -> Page:
    """Show what can be printed."""
    return _printing(slug, SlipsForm(formdata=None), [])


def _printing(slug: str, form: SlipsForm, problems: list[str]) -> str:
    return _draw_page(
        "printing", slug, "printing_page", form=form, problems=problems, strata=_target(slug).strata,
        per_sheet=printing.PER_SHEET,
    )  # fmt: skip


def _poster_target(slug: str) -> Target:
    """Return the survey whose poster is asked for; there is none without an open link and an address."""
    target = _target(slug, _language_asked())
    if not (target.survey.open_link and target.config.public_url):
        abort(404)
    return target


def _language_asked() -> str:
    words = request.args.get("words", "zh")
    return words if words in ("zh", "en") else "zh"


@blueprint.get("/surveys/<slug>/poster.pdf")
def poster_pdf(slug: str) -> Response:
    """Send the poster."""
    target = _poster_target(slug)
    size: printing.PaperSize = "A3" if request.args.get("size") == "A3" else "A4"
    content = printing.poster(target.facts, target.address, size)
    name = file_name(target.facts.title, "海报", size, ending="pdf")
    return download(content, PDF, name, f"{slug}-poster-{size}.pdf")


@blueprint.get("/surveys/<slug>/poster")
def poster_page(slug: str) -> Page:
    """Show the poster for the browser's print."""
    target = _poster_target(slug)
    return render_template("evaluate/printing_poster.html", poster=printed_poster(target))


@blueprint.post("/surveys/<slug>/slips")
def issue_slips(slug: str) -> ResponseReturnValue:
    """Issue slips and send them, as PDF or as a page for the browser's print; they cannot be shown again."""
    form = SlipsForm()
    target = _target(slug, form.language.data or "zh")
    counts, problems = form.counts(request.form, target.strata)
    if problems or not form.validate():
        more = errors_of(form)
        return _printing(slug, form, [*problems, *more]), door.REFUSED
    try:
        made = handout.make_slips(target, counts, form.purpose_kept)
        answer = _slips_answer(form, target, made)
    except Exception as error:
        return _printing(slug, form, _worded(error)), door.REFUSED
    made.issue(current_store(), slug)
    return answer


def _slips_answer(form: SlipsForm, target: Target, made: handout.Slips) -> ResponseReturnValue:
    if form.form.data == "page":
        piles = handout.piles(target, made.cases)
        pages: PrintedSlips = printed_slips(target, piles, handout.manifest(target, form.purpose_kept))
        return render_template("evaluate/printing_slips.html", printed=pages)
    name = file_name(target.facts.title, "答题条", today(), ending="pdf")
    return download(
        handout.slips_pdf(target, made.cases, form.purpose_kept), PDF, name, f"{target.slug}-slips.pdf"
    )


# --- 催答与补发 ----------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/reminders")
def reminders(slug: str) -> Page:
    """Show the form into which the evaluator's own sheet is given again."""
    return _reminders(slug, SheetForm(formdata=None), None, [])


@blueprint.post("/surveys/<slug>/reminders")
def look_at_sheet(slug: str) -> Page:
    """Say how many of the sheet's codes are unused; nothing is kept."""
    form = SheetForm()
    found, problems = _read_back(slug, form)
    return _reminders(slug, form, found, problems)


@blueprint.post("/surveys/<slug>/reminders/<any(remind, reissue, void):act>")
def act_on_sheet(slug: str, act: str) -> ResponseReturnValue:
    """Send the rows to remind, or re-issue or void their codes."""
    form = SheetForm()
    found, problems = _read_back(slug, form)
    if found is None or problems or not found.due:
        return _reminders(slug, form, found, problems), door.REFUSED
    acts: dict[str, Callable[[], ResponseReturnValue]] = {
        "remind": lambda: _remind(slug, form, found),
        "reissue": lambda: _reissue(slug, form, found),
        "void": lambda: _void(slug, found),
    }
    return acts[act]()


def _reminders(slug: str, form: SheetForm, found: Returns | None, problems: list[str]) -> str:
    used = sum(row.used for row in current_store().ledger(slug))
    return _draw_page(
        "reminders", slug, "reminders", form=form, found=found, problems=problems, used=used, enough=handout.ENOUGH_USED,
        largest=LARGEST_MB,
    )  # fmt: skip


def _read_back(slug: str, form: SheetForm) -> tuple[Returns | None, list[str]]:
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        return None, [_("Choose the sheet in which the codes were issued.")]
    if not form.validate():
        return None, errors_of(form)
    sheet = Roster(upload.filename, upload.stream.read())
    try:
        return handout.read_back(current_store(), slug, sheet, form.only.data or ""), []
    except ValueError:
        return None, [_("Write the rows as 3,5-9, or the names of cases.")]
    except Exception as error:
        return None, _worded(error)


def _remind(slug: str, form: SheetForm, found: Returns) -> Response:
    target = _target(slug, form.language.data or "zh")
    content = handout.remind(target, found, "mail" if form.channel.data == "mail" else "sms")
    return download(
        content, XLSX, file_name(target.facts.title, "催答", today(), ending="xlsx"), f"{slug}-due.xlsx"
    )


def _reissue(slug: str, form: SheetForm, found: Returns) -> ResponseReturnValue:
    target = _target(slug, form.language.data or "zh")
    try:
        made = handout.replacement(target, found, sheets.channel_of(found.sheet))
        content = made.content()
    except Exception as error:
        return _reminders(slug, form, found, _worded(error)), door.REFUSED
    done = made.issue(current_store())
    if not done:
        problems = [_("Nothing was re-issued: meanwhile all these codes were used or made void.")]
        return _reminders(slug, form, found, problems), door.REFUSED
    content = content if len(done) == len(made.new) else made.content(done)
    name = file_name(target.facts.title, "补发", today(), ending="xlsx")
    return download(content, XLSX, name, f"{slug}-reissued.xlsx")


def _void(slug: str, found: Returns) -> ResponseReturnValue:
    count = current_store().void_codes(slug, [one.hash for one in found.due])
    flash(_("Codes made void: %(n)s", n=count))
    return redirect(url_for("evaluate.reminders", slug=slug))
