"""Who may ask the API for what: the token, its pace, its scope, its right to rows, and parameters that can be used."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, cast

from flask import Flask, abort, current_app, g, request
from werkzeug.exceptions import TooManyRequests

from surveyapp import auth
from surveyapp.api.models import SLUG
from surveyapp.api.operations import Operation, is_acceptable, read_parameters
from surveyapp.api.pace import Pace
from surveyapp.current import current_config, current_store
from surveyapp.store import Token

PACE = "surveyapp.api.pace"


def install(app: Flask) -> None:
    """Give an application its count of requests."""
    app.extensions.setdefault(PACE, Pace())


def admit(operation: Operation) -> None:
    """Let a request in, or refuse it: 429, 401, 406, 404, 403 or 422, in this order.

    A survey out of scope is as unknown as one that is not there.
    """
    token = _token()
    _keep_pace(token)
    if token is None and operation.right != "nothing":
        abort(401)
    if not is_acceptable(operation):
        abort(406)
    if operation.is_of_survey:
        _check_scope(cast(Token, token), operation)
    g.token, g.parameters = token, read_parameters(operation, request.args)


def given(name: str, default: Any = None) -> Any:
    """Return a parameter of the request that was let in."""
    return g.parameters.get(name, default)


def _token() -> Token | None:
    """Return the token a request carries; only the header counts, never the address."""
    today = datetime.now(current_config().zone).date().isoformat()
    return auth.bearer(current_store(), request.headers.get("Authorization"), today=today)


def _keep_pace(token: Token | None) -> None:
    pace = cast(Pace, current_app.extensions[PACE])
    wait = pace.wait_of_token(token.token_hash) if token else pace.wait_of_address(request.remote_addr or "")
    if wait is not None:
        raise TooManyRequests(retry_after=wait)


def _check_scope(token: Token, operation: Operation) -> None:
    slug = (request.view_args or {})["slug"]
    if not _is_known(token, slug):
        abort(404)
    if operation.right == "rows" and not auth.may_read_rows(token, slug):
        abort(403)


def _is_known(token: Token, slug: str) -> bool:
    # what cannot be a slug is not put before the store: PostgreSQL takes no NUL
    return (
        re.fullmatch(SLUG, slug) is not None
        and auth.may_read(token, slug)
        and current_store().survey(slug) is not None
    )
