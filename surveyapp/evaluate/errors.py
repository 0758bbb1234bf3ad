"""How errors under /evaluate/ read: a page like the others, which says what to do."""

from __future__ import annotations

from flask import Response, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from surveyapp.evaluate.policy import POLICY


def voice(error: HTTPException) -> Response:
    """Return an error as a page."""
    status = error.code or 500
    heading, text = _words(status)
    page = render_template("evaluate/error.html", heading=heading, text=text, status=status)
    response = Response(page, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _words(status: int) -> tuple[str, str]:
    known = {
        400: (
            _("This form is no longer valid"),
            _("It was open for too long, or cookies are blocked. Go back, reload the page and send it again."),
        ),
        403: (_("This page is not open to you"), _("Sign in with an account that may see it.")),
        404: (_("There is no such page"), _("Check the address, or begin with the list of surveys.")),
        405: (_("It cannot be opened so"), _("Begin with the list of surveys.")),
        413: (_("What you sent is too large"), _("Nothing was saved.")),
        429: (_("Too many attempts"), _("Wait a quarter of an hour, then try again.")),
        503: (_("The system is busy"), _("Nothing was saved. Try again in a moment.")),
    }  # fmt: skip
    other = (
        _("Something went wrong"),
        _("Nothing was saved. Try again; if it happens again, look at the server's log."),
    )
    return known.get(status, other)
