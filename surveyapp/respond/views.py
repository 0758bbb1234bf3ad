"""The respondents' routes: no session, no cookie, nothing logged."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.http import parse_accept_header

from surveyapp.current import installation
from surveyapp.respond.body import FORM
from surveyapp.respond.pages import POLICY
from surveyapp.respond.reception import Reception, Reply
from surveyapp.respond.surveys import Choice

blueprint = Blueprint("respond", __name__)
_KEY = "surveyapp.respond"


@blueprint.record_once
def _open_reception(state: BlueprintSetupState) -> None:
    here = installation(cast(Flask, state.app))
    state.app.extensions[_KEY] = Reception(here.config, here.store)


@blueprint.get("/s/<slug>")
@blueprint.get("/s/<slug>/<code>")
def look(slug: str, code: str | None = None) -> Response:
    """Show a survey's page."""
    return _answer(_reception().look(slug, code, _choice()))


@blueprint.post("/s/<slug>")
@blueprint.post("/s/<slug>/<code>")
def take(slug: str, code: str | None = None) -> Response:
    """Take the answers given on a survey's page."""
    return _answer(_reception().take(slug, code, _choice(), _body(), request.content_length))


def _reception() -> Reception:
    return cast(Reception, current_app.extensions[_KEY])


def _choice() -> Choice:
    return Choice(link=request.args.get("lang", ""), header=request.headers.get("Accept-Language", ""))


def _body() -> bytes:
    if request.mimetype != FORM:
        raise UnsupportedMediaType
    return request.get_data()


def _answer(reply: Reply) -> Response:
    gzipped = _takes_gzip(request.headers.get("Accept-Encoding", ""))
    response = Response(reply.body(gzipped=gzipped), reply.status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    if gzipped:
        response.headers["Content-Encoding"] = "gzip"
    if reply.retry_after is not None:
        response.headers["Retry-After"] = str(reply.retry_after)
    return response


@lru_cache(maxsize=64)
def _takes_gzip(header: str) -> bool:
    return parse_accept_header(header).quality("gzip") > 0
