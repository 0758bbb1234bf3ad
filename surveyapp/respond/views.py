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
from surveyapp.respond.reception import Reception, Visitor
from surveyapp.respond.replies import JSON, Reply, asks_for_json
from surveyapp.respond.surveys import Choice

blueprint = Blueprint("respond", __name__)
_KEY = "surveyapp.respond"


@blueprint.record_once
def _open_reception(state: BlueprintSetupState) -> None:
    here = installation(cast(Flask, state.app))
    state.app.extensions[_KEY] = Reception(here.config, here.store)


def housekeeping(app: Flask) -> None:
    """Write down what was noted in memory: which links were opened, and what crowds came.

    To be called once a minute, and before the store is closed. A store that fails is logged; nothing is lost by it.
    """
    cast(Reception, app.extensions[_KEY]).hand_over()


@blueprint.get("/s/<slug>")
@blueprint.get("/s/<slug>/<code>")
def look(slug: str, code: str | None = None) -> Response:
    """Show a survey's page."""
    return _page(_reception().look(slug, code, _visitor()))


@blueprint.get("/s/<slug>/enter")
def ask_code(slug: str) -> Response:
    """Show the page on which an access code is typed, also of surveys that take the open link as well."""
    return _page(_reception().ask_code(slug, _visitor()))


@blueprint.post("/s/<slug>")
@blueprint.post("/s/<slug>/enter")
@blueprint.post("/s/<slug>/<code>")
def take(slug: str, code: str | None = None) -> Response:
    """Take the answers given on a survey's page, or the access code typed to get there."""
    reply = _reception().take(slug, code, _visitor(), _body(), request.content_length)
    return _json(reply) if asks_for_json(request.environ.get("HTTP_ACCEPT", "")) else _page(reply)


def _reception() -> Reception:
    return cast(Reception, current_app.extensions[_KEY])


def _visitor() -> Visitor:
    environ = request.environ
    ahead = f"{environ.get('HTTP_SEC_PURPOSE', '')} {environ.get('HTTP_PURPOSE', '')}"
    return Visitor(
        address=environ.get("REMOTE_ADDR", ""),
        choice=_choice(),
        is_reading=request.method != "HEAD" and "prefetch" not in ahead,
    )


def _choice() -> Choice:
    return Choice(link=request.args.get("lang", ""), header=request.headers.get("Accept-Language", ""))


def _body() -> bytes:
    if request.mimetype != FORM:
        raise UnsupportedMediaType
    return request.get_data()


def _page(reply: Reply) -> Response:
    gzipped = _takes_gzip(request.headers.get("Accept-Encoding", ""))
    response = Response(reply.body(gzipped=gzipped), reply.status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    if gzipped:
        response.headers["Content-Encoding"] = "gzip"
    return _told_when(response, reply)


def _json(reply: Reply) -> Response:
    return _told_when(Response(reply.json(), reply.status, mimetype=JSON), reply)


def _told_when(response: Response, reply: Reply) -> Response:
    if reply.retry_after is not None:
        response.headers["Retry-After"] = str(reply.retry_after)
    if reply.location:
        response.headers["Location"] = f"{request.script_root}{reply.location}"
    return response


@lru_cache(maxsize=64)
def _takes_gzip(header: str) -> bool:
    return parse_accept_header(header).quality("gzip") > 0
