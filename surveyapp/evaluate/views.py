"""The evaluators' routes: each takes in, calls one thing, gives out."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from surveyapp import auth, closing, reporting
from surveyapp.current import current_config, current_store
from surveyapp.deliver.names import CSV, XLSX, disposition, file_name
from surveyapp.deliver.rows import rows_csv
from surveyapp.deliver.tally import other_items, tally_tables, worth
from surveyapp.evaluate import cross_tabs as tabs
from surveyapp.evaluate import door, evidence, fielding, forms, progress, results, rule_words, weighing, words
from surveyapp.evaluate.desk import Desk, desk, listed, next_step, steps
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.pages import Page, blueprint, download, page, today
from surveyapp.evaluate.progress_views import window_form
from surveyapp.fieldwork import qr
from surveyapp.fieldwork.links import PublicUrlMissingError
from surveyapp.store import EnteredValue

# --- signing in ----------------------------------------------------------------------------------------------------


@blueprint.get("/sign-in")
def sign_in() -> Page:
    """Ask who is there."""
    return render_template("evaluate/sign_in.html", form=forms.SignInForm())


@blueprint.post("/sign-in")
@door.throttled
def try_sign_in() -> ResponseReturnValue:
    """Begin a session."""
    form = forms.SignInForm()
    token = None
    if form.validate():
        token = auth.sign_in(current_store(), form.name.data or "", form.password.data or "", door.now())
    if token is None:
        refused = not form.errors
        return render_template("evaluate/sign_in.html", form=form, refused=refused), door.REFUSED
    return door.let_in(redirect(door.safe_next(request.args.get("next", ""))), token)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session."""
    auth.sign_out(current_store(), request.cookies.get(door.cookie_name()))
    return door.let_out(redirect(url_for("evaluate.sign_in")))


@blueprint.get("/password")
def password() -> Page:
    """Show the form for a new password."""
    return render_template("evaluate/password.html", form=forms.PasswordForm())


@blueprint.post("/password")
@door.throttled
def change_password() -> ResponseReturnValue:
    """Change the password; every session of the account ends, and a new one begins here."""
    form = forms.PasswordForm()
    if not (form.validate() and _password_changed(form)):
        return render_template("evaluate/password.html", form=form), door.REFUSED
    token = auth.begin_session(current_store(), g.evaluator.account, door.now())
    response = door.let_in(redirect(url_for("evaluate.surveys")), token)
    flash(_("The password was changed; other sessions of this account have ended."))
    return response


def _password_changed(form: forms.PasswordForm) -> bool:
    try:
        if auth.change_password(
            current_store(), g.evaluator.account, form.old.data or "", form.new.data or ""
        ):
            return True
        form.old.errors = [_("This is not the present password")]
    except auth.UnfitPasswordError as unfit:
        form.new.errors = [unfit.en if spoken() == "en" else unfit.zh]
    return False


# --- pages ---------------------------------------------------------------------------------------------------------


@blueprint.get("/")
def surveys() -> Page:
    """List the surveys."""
    return render_template("evaluate/surveys.html", surveys=listed(current_store()))


@blueprint.get("/surveys/<slug>")
def survey(slug: str) -> AnyResponse:
    """Go to where the work on a survey stands."""
    step, _advice = next_step(desk(current_store(), slug))
    return redirect(url_for(f"evaluate.{step}", slug=slug))


@blueprint.get("/surveys/<slug>/questionnaire")
def questionnaire(slug: str) -> Page:
    """Show the definition: items, measures, validity rules, indicators."""
    published = {version.version: version.published_on for version in current_store().versions(slug)}
    return page("questionnaire", desk(current_store(), slug), rules=rule_words, published=published)


@blueprint.get("/surveys/<slug>/fieldwork")
def fieldwork(slug: str) -> Page:
    """Show links, codes and the state of fieldwork."""
    return _fieldwork(desk(current_store(), slug))


@blueprint.get("/surveys/<slug>/returns")
def returns(slug: str) -> Page:
    """Show what went out and came back."""
    store = current_store()
    found = desk(store, slug)
    ledger = reporting.live_ledger(store, slug, found.report)
    return page(
        "returns", found, ledger=ledger, ledgers=progress.tables(ledger, found.questionnaire), heads=progress.heads(ledger),
        remarks=progress.remarks(ledger), calendar=fielding.calendar(store.day_counts(slug)),
        aapor=fielding.dispositions(found), reached=progress.reached(found),
    )  # fmt: skip


@blueprint.get("/surveys/<slug>/cleaning")
def cleaning(slug: str) -> Page:
    """Show what does not count and why, and what should be looked into."""
    found = desk(current_store(), slug)
    return page(
        "cleaning", found, rules=fielding.rule_rows(found), others=fielding.other_reasons(found),
        sensitivity=fielding.sensitivity_table(found), evidence=evidence.evidence(current_store(), found),
    )  # fmt: skip


@blueprint.get("/surveys/<slug>/results", endpoint="results")
def show_results(slug: str) -> Page:
    """Show sentences, tables and indicators."""
    return _results(desk(current_store(), slug))


@blueprint.get("/surveys/<slug>/cross-tabs")
def cross_tabs(slug: str) -> Page:
    """Show an item by groups, and measures between groups."""
    found = desk(current_store(), slug)
    chosen = tabs.choice(found.questionnaire, request.args.get("item"), request.args.get("by"))
    return _cross_tabs(found, chosen)


def _cross_tabs(found: Desk, chosen: tabs.Choice | None) -> str:
    asked = (chosen.item, chosen.by) if chosen else (None, None)
    here = url_for("evaluate.cross_tabs", slug=found.slug, item=asked[0], by=asked[1])
    shown: dict[str, Any] = {"chosen": chosen, "hidden_sign": tabs.HIDDEN}
    if chosen is not None and found.report.fieldwork.valid:
        people = tabs.respondents(found, reporting.pattern_table(current_store(), found.slug))
        shown |= {
            "table": tabs.cross_table(found, people, chosen), "compared": tabs.compared(found, people, chosen),
            "consistencies": tabs.consistencies(found, people), "promoters": tabs.promoters(found),
        }  # fmt: skip
    return render_template(
        "evaluate/cross_tabs.html", desk=found, steps=steps(found), step="results", here=here, **shown
    )


def _fieldwork(found: Desk, **bound: Any) -> str:
    form = bound.get("issue") or forms.IssueForm(formdata=None).offer(
        list(fielding.strata(found.questionnaire).items())
    )
    by_hand = bound.get("by_hand") or forms.DistributedForm(formdata=None, number=found.survey.distributed)
    return page(
        "fieldwork", found, issue=form, by_hand=by_hand, link=fielding.public_link(current_config(), found.slug),
        batches=current_store().batches(found.slug), strata=fielding.strata(found.questionnaire),
        window=window_form(found.survey), untyped=len(current_store().kept_entries(found.slug)),
    )  # fmt: skip


def _results(found: Desk, refused: forms.EntryForm | None = None) -> str:
    tables = tally_tables(found.questionnaire, found.report)
    entered = current_store().entered(found.slug)
    return page(
        "results", found, results=results, weighing=weighing, tables=tables, worth=worth,
        others=other_items(found.questionnaire, tables), cards=results.cards(found, entered),
        total=results.total(found), refused=refused, refusals=forms.errors_of(refused) if refused else [],
    )  # fmt: skip


# --- acts ----------------------------------------------------------------------------------------------------------


@blueprint.post("/surveys/<slug>/state")
def set_state(slug: str) -> AnyResponse:
    """Open, pause or close a survey."""
    form = forms.StateForm()
    if not form.validate():
        abort(400)
    state = form.state.data or ""
    closing.set_state(current_config(), current_store(), slug, state, door.now())
    flash(_("The survey is now %(state)s.", state=words.name(words.STATES, state)))
    if closing.is_past(current_config(), current_store(), slug, door.now()):
        flash(
            _("But its last day is past: it takes no answers and will be closed again. Set a later last day.")
        )
    return redirect(url_for("evaluate.fieldwork", slug=slug))


@blueprint.post("/surveys/<slug>/open-link")
def set_open_link(slug: str) -> AnyResponse:
    """Accept or refuse answers by the public link."""
    form = forms.OpenLinkForm()
    if not form.validate():
        abort(400)
    current_store().set_open_link(slug, form.accepted.data == "yes")
    flash(_("Saved."))
    return redirect(url_for("evaluate.fieldwork", slug=slug))


@blueprint.post("/surveys/<slug>/codes")
def issue_codes(slug: str) -> Response | Page:
    """Issue access codes and send the sheet that is handed out."""
    found = desk(current_store(), slug)
    form = forms.IssueForm().offer(list(fielding.strata(found.questionnaire).items()))
    if not form.validate():
        return _fieldwork(found, issue=form), door.REFUSED
    order = fielding.Order(
        count=form.count.data or 0, stratum=form.stratum.data, channel=form.channel.data,
        purpose=(form.purpose.data or "").strip() or "survey",
    )  # fmt: skip
    try:
        sheet = fielding.issue(current_store(), current_config(), slug, order, today())
    except PublicUrlMissingError:
        return _fieldwork(found, issue=form), door.REFUSED
    name = file_name(found.questionnaire.title.say(), "答题码", today(), ending="xlsx")
    return download(sheet, XLSX, name, f"{slug}-codes.xlsx")


@blueprint.post("/surveys/<slug>/codes/void")
def void_codes(slug: str) -> AnyResponse:
    """Make a batch's unused codes void."""
    form = forms.VoidForm()
    if not form.validate():
        abort(400)
    flash(_("Codes made void: %(n)s", n=current_store().void_batch(slug, form.batch.data or "")))
    return redirect(url_for("evaluate.fieldwork", slug=slug))


@blueprint.post("/surveys/<slug>/codes/undelivered")
def set_undelivered(slug: str) -> AnyResponse:
    """Keep how many of a batch came back unread."""
    form = forms.UndeliveredForm()
    batches = {batch.id: batch for batch in current_store().batches(slug)}
    batch = batches.get(form.batch.data or "")
    if not form.validate() or batch is None or (form.number.data or 0) > batch.count:
        abort(400)
    current_store().set_undelivered(slug, batch.id, form.number.data or 0)
    flash(_("Saved."))
    return redirect(f"{url_for('evaluate.fieldwork', slug=slug)}#batches")


@blueprint.post("/surveys/<slug>/distributed")
def set_distributed(slug: str) -> AnyResponse | Page:
    """Keep how many went out by hand."""
    form = forms.DistributedForm()
    if not form.validate():
        return _fieldwork(desk(current_store(), slug), by_hand=form), door.REFUSED
    current_store().set_distributed(slug, form.number.data)
    flash(_("Saved."))
    return redirect(url_for("evaluate.fieldwork", slug=slug))


@blueprint.post("/surveys/<slug>/entries")
def enter(slug: str) -> AnyResponse | Page:
    """Keep a value entered by hand, with who entered it and when."""
    found, form = desk(current_store(), slug), forms.EntryForm()
    if not (form.validate() and _entered(found, form)):
        return _results(found, refused=form), door.REFUSED
    flash(_("Saved."))
    return redirect(f"{url_for('evaluate.results', slug=slug)}#{form.indicator.data}")


def _entered(found: Desk, form: forms.EntryForm) -> bool:
    indicator, part = form.key
    entry = EnteredValue(
        indicator=indicator, part=part, value=(form.value.data or "").strip(), reason=(form.reason.data or "").strip(),
        entered_by=g.evaluator.account, day=today(),
    )  # fmt: skip
    try:
        results.enter(current_store(), found, entry)
    except results.UnfitEntryError as unfit:
        form.value.errors = [str(unfit)]
        return False
    return True


# --- downloads -----------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/qr.svg")
def qr_svg(slug: str) -> Response:
    """Send the public link's QR code, to be shown or printed at any size."""
    return _qr(slug, lambda link: qr.svg(link).encode(), "image/svg+xml", "svg")


@blueprint.get("/surveys/<slug>/qr.png")
def qr_png(slug: str) -> Response:
    """Send the public link's QR code as a picture."""
    return _qr(slug, qr.png, "image/png", "png")


def _qr(slug: str, draw: Any, kind: str, ending: str) -> Response:
    reporting.survey(current_store(), slug)
    link = fielding.public_link(current_config(), slug)
    if not link:
        abort(404)
    response = Response(draw(link), mimetype=kind)
    if "download" in request.args:
        response.headers["Content-Disposition"] = disposition(
            file_name(slug, "二维码", ending=ending), f"{slug}.{ending}"
        )
    return response


@blueprint.get("/surveys/<slug>/rows.csv")
def rows(slug: str) -> Response:
    """Send the anonymous rows, streaming."""
    store = current_store()
    found = reporting.questionnaire(store, slug)
    content = rows_csv(found, reporting.pattern_table(store, slug), store.responses(slug))
    return download(content, CSV, file_name(found.title.say(), "答卷", ending="csv"), f"{slug}-rows.csv")
