"""The door of the evaluators' pages: who is signed in, what a form must carry, how often a sign-in may fail."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from surveyapp import auth
from surveyapp.current import current_config, current_store
from surveyapp.evaluate import language
from surveyapp.evaluate.forms import SignInForm
from surveyapp.evaluate.policy import POLICY
from surveyapp.evaluate.throttle import WINDOW, Throttle

OPEN = frozenset({"evaluate.sign_in", "evaluate.try_sign_in", "evaluate.static"})
"""The endpoints that need no session."""

REFUSED = 422
"""The status of a page that shows a form again; by it a sign-in that failed is counted."""

_STALE = {
    "zh": "页面打开太久了，或浏览器没有保存 Cookie。请再输入一次密码。",
    "en": "This page was open for too long, or cookies are blocked. Enter the password once more.",
}

csrf = CSRFProtect()  # type: ignore[no-untyped-call]
_THROTTLE = "surveyapp.evaluate.throttle"

Given = ParamSpec("Given")
View = Callable[Given, ResponseReturnValue]


def throttled(view: View[Given]) -> View[Given]:
    """Let a form that takes a password fail so and so often, then answer 429."""

    @wraps(view)
    def limited(*args: Given.args, **values: Given.kwargs) -> ResponseReturnValue:
        throttle, account, address = _throttle(), _account(), request.remote_addr or ""
        if not throttle.may_try(account, address):
            raise TooManyRequests(retry_after=WINDOW * 60)
        answer = view(*args, **values)
        if isinstance(answer, tuple) and answer[1] == REFUSED:
            throttle.note_failure(account, address)
        return answer

    return limited


def _throttle() -> Throttle:
    return cast(Throttle, current_app.extensions[_THROTTLE])


def _account() -> str:
    name = g.evaluator.account if g.evaluator else request.form.get("name", "")
    return unicodedata.normalize("NFKC", name).strip().casefold()


def install(app: Flask) -> None:
    """Set the application up for the evaluators' pages."""
    app.config.setdefault("BOOTSTRAP_SERVE_LOCAL", True)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # respondents' forms carry a ticket instead
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", auth.LONGEST)
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)  # no Referer is sent, by our own policy
    csrf.init_app(app)  # type: ignore[no-untyped-call]
    app.extensions[_THROTTLE] = Throttle()
    if "bootstrap" not in app.blueprints:
        Bootstrap5(app)  # type: ignore[no-untyped-call]
    if "babel" not in app.extensions:
        Babel(app, default_locale="zh")  # type: ignore[no-untyped-call]
    language.install(app)


def now() -> int:
    """Return the present moment in unix seconds."""
    return int(time.time())


def guard() -> AnyResponse | None:
    """Let in who is signed in; a form must carry its token. Nobody writes a NUL, and no database takes one."""
    if "\0" in request.path:
        abort(404)
    g.evaluator = auth.signed_in(current_store(), request.cookies.get(cookie_name()), now())
    if request.endpoint not in OPEN and g.evaluator is None:
        return redirect(url_for("evaluate.sign_in", next=_here()))
    try:
        csrf.protect()  # type: ignore[no-untyped-call]
    except CSRFError:
        if request.endpoint == "evaluate.try_sign_in":
            return _sign_in_again()
        raise
    if any("\0" in text for field in request.form.lists() for text in (field[0], *field[1])):
        abort(400)
    return None


def _sign_in_again() -> Response:
    """Show the sign-in form once more, with a new token: whoever left the page open only has the password to type."""
    form = SignInForm()
    form.password.errors = [_STALE[language.spoken()]]
    return make_response(render_template("evaluate/sign_in.html", form=form), 400)


def dress(response: Response) -> Response:
    """Give a page its policy, and keep the language chosen."""
    response.headers["Content-Security-Policy"] = POLICY
    return language.remember(response)


def let_in(response: AnyResponse, token: str) -> AnyResponse:
    """Hand a new session to the browser; what was kept before it is forgotten."""
    session.clear()
    config = current_config()
    response.set_cookie(
        cookie_name(),
        token,
        max_age=auth.LONGEST,
        secure=config.cookie_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def let_out(response: AnyResponse) -> AnyResponse:
    """Take the session back from the browser."""
    session.clear()
    response.delete_cookie(
        cookie_name(), secure=current_config().cookie_secure, httponly=True, samesite="Lax", path="/"
    )
    return response


def cookie_name() -> str:
    """Return the name of the session's cookie; over https no other host and no other path can set it."""
    return "__Host-evaluator" if current_config().cookie_secure else "evaluator"


def safe_next(target: str) -> str:
    """Return where to go after signing in: a page of this part, whatever was asked for."""
    is_plain = target.isprintable() and "\\" not in target and "//" not in target
    is_ours = is_plain and target.startswith(f"{request.script_root}/evaluate/")
    return target if is_ours else url_for("evaluate.surveys")


def _here() -> str | None:
    return request.script_root + request.path if request.method == "GET" else None
