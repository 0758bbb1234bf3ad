"""The routes of progress: how fieldwork goes on, and its first and last day."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField
from wtforms.validators import Optional

from surveyapp.current import current_store
from surveyapp.evaluate import door, progress
from surveyapp.evaluate.desk import Desk, desk, steps
from surveyapp.evaluate.forms import _Form
from surveyapp.evaluate.pages import Page, blueprint, today
from surveyapp.store import Survey

_l: Any = lazy_gettext

REFRESH = 60
"""Seconds after which the page of progress asks for itself again, while somebody looks at it."""


class WindowForm(_Form):
    """The first and the last day of fielding."""

    opens_on = DateField(_l("First day"), [Optional()], render_kw={"autocomplete": "off"})
    closes_on = DateField(_l("Last day"), [Optional()], render_kw={"autocomplete": "off"})

    def is_good(self) -> bool:
        """Say whether both days are days, in their order; what is wrong then stands at the field, in words."""
        good = self.validate()
        for field in (self.opens_on, self.closes_on):
            if field.errors:
                field.errors = [_("Write a day as 2026-12-31.")]
        problem = progress.window_problem(self.opens_on.data, self.closes_on.data) if good else ""
        if problem:
            self.closes_on.errors = [problem]
        return good and not problem


def window_form(survey: Survey) -> WindowForm:
    """Return the form with the days a survey has, for the pages that show it."""
    form = WindowForm(formdata=None)
    form.opens_on.process_data(_day(survey.opens_on))
    form.closes_on.process_data(_day(survey.closes_on))
    return form


@blueprint.get("/surveys/<slug>/progress", endpoint="progress")
def show_progress(slug: str) -> Page:
    """Show how far fieldwork is, and what to expect at closing."""
    found = desk(current_store(), slug)
    return _page(found, window_form(found.survey))


@blueprint.post("/surveys/<slug>/window")
def set_window(slug: str) -> AnyResponse | Page:
    """Keep the first and the last day of fielding."""
    found, form = desk(current_store(), slug), WindowForm()
    if not form.is_good():
        return _page(found, form), door.REFUSED
    current_store().set_window(slug, *(_text(field.data) for field in (form.opens_on, form.closes_on)))
    flash(_("Saved."))
    return redirect(url_for("evaluate.progress", slug=slug))


def _page(found: Desk, window: WindowForm) -> str:
    is_still = "still" in request.args or request.method == "POST"
    return render_template(
        "evaluate/progress.html", desk=found, steps=steps(found), step="returns", window=window,
        here=url_for("evaluate.progress", slug=found.slug), refresh=0 if is_still else REFRESH,
        progress=progress.progress(current_store(), found, today()),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
