"""The routes of the API, version 1."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, g, request, url_for
from werkzeug.exceptions import NotFound

from surveyapp import auth, present, reporting
from surveyapp.api.openapi import document
from surveyapp.api.problems import voice
from surveyapp.current import current_config, current_store
from surveyapp.store import Survey, Token, UnknownSurveyError

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

OPEN = frozenset({"api.openapi"})
"""The endpoints that need no token."""


@blueprint.before_request
def require_token() -> None:
    """Let in who carries a token; only the header counts, never the address."""
    today = datetime.now(current_config().zone).date().isoformat()
    g.token = auth.bearer(current_store(), request.headers.get("Authorization"), today=today)
    if g.token is None and request.endpoint not in OPEN:
        abort(401)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Send the description of these routes."""
    return _json(json.dumps(document(), ensure_ascii=False, indent=2) + "\n")


@blueprint.get("/surveys")
def surveys() -> Response:
    """List the surveys the token may read."""
    found = [_listed(survey) for survey in current_store().surveys() if auth.may_read(g.token, survey.slug)]
    return _json(json.dumps({"surveys": found}, ensure_ascii=False, indent=2) + "\n")


@blueprint.get("/surveys/<slug>/report")
def report(slug: str) -> Response:
    """Send a survey's report, byte for byte what the command line prints."""
    return _json(present.as_json(reporting.report(current_store(), _within(g.token, slug))))


def _within(token: Token, slug: str) -> str:
    """Return the slug if the token may read it; a survey out of scope is as unknown as one that is not there."""
    if not auth.may_read(token, slug):
        abort(404)
    return slug


@blueprint.errorhandler(UnknownSurveyError)
def _no_such_survey(_error: UnknownSurveyError) -> Response:
    return voice(NotFound())


def _listed(survey: Survey) -> dict[str, Any]:
    store = current_store()
    counted = reporting.report(store, survey.slug).fieldwork
    return {
        "slug": survey.slug,
        "title": reporting.questionnaire(store, survey.slug).title.say(),
        "state": survey.state,
        "version": survey.version,
        "returned": counted.returned,
        "valid": counted.valid,
        "links": {"report": url_for("api.report", slug=survey.slug)},
    }


def _json(text: str) -> Response:
    """Return JSON that a client may keep but must ask about, and that is not sent again while it is the same."""
    response = Response(text, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    response.add_etag()
    response.make_conditional(request)
    return response
