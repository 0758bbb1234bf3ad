"""Puts the application together: store, parts, languages, headers, error pages."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, NoReturn

from flask import Blueprint, Flask, Request, Response, redirect, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from surveyapp.config import Config
from surveyapp.current import KEY, Installation
from surveyapp.errors import RESPONDENTS, ErrorVoice, explain_errors, place_of
from surveyapp.intake import read_bodies_whole
from surveyapp.respond.surveys import Choice
from surveyapp.security import guard
from surveyapp.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_REQUEST = 16 * 1024 * 1024
"""For evaluators' imports; respondents' forms have their own, much lower limit."""

LANGUAGES = ("zh", "en")


def blueprints() -> Iterator[Blueprint]:
    """Yield every part of the application: the one place where parts are registered."""
    from surveyapp.api import blueprint as api
    from surveyapp.evaluate import blueprint as evaluate
    from surveyapp.respond import blueprint as respond

    yield from (respond, evaluate, api)


def error_voices() -> dict[str, ErrorVoice]:
    """Return who words errors under which path: the one place for it; all other paths get a small page."""
    from surveyapp.api import voice as for_scripts
    from surveyapp.evaluate import voice as for_evaluators

    return {"/api/": for_scripts, "/evaluate": for_evaluators}


class InMemory(Request):
    """A request whose uploaded files stay in memory: a list of people is written to no disk, not for a moment."""

    def _get_file_stream(self, *_args: object, **_more: object) -> IO[bytes]:
        return io.BytesIO()


class Application(Flask):
    """Flask, but silent about respondents, and leading nowhere by the name it was asked under."""

    request_class = InMemory

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]
    ) -> None:
        """Log an exception; on respondents' pages its kind and place alone, since messages and addresses tell more."""
        if exc_info[1] is not None and request.path.startswith(RESPONDENTS):
            self.logger.error("a respondent's page failed: %s", place_of(exc_info[1]))
        else:
            super().log_exception(exc_info)

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Redirect to a path alone where an address was written otherwise: the Host header is anybody's to choose."""
        if isinstance(request.routing_exception, RequestRedirect):
            _, _, rest = request.routing_exception.new_url.partition("://")
            request.routing_exception.new_url = "/" + rest.partition("/")[2].lstrip("/")
        super().raise_routing_exception(request)


class SessionsForEvaluators(SecureCookieSessionInterface):
    """Sessions in a signed cookie, but none on respondents' pages: no cookie is read or set there."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """Open the session, or an empty one that cannot be changed."""
        if request.path.startswith(RESPONDENTS):
            return self.make_null_session(app)
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save the session if there is one."""
        if not self.is_null_session(session):
            super().save_session(app, session, response)


def make_app(config: Config, store: Store | None = None) -> Flask:
    """Return the application of an installation."""
    app = Application("surveyapp")
    app.url_map.strict_slashes = False  # copied addresses often gain or lose the slash at their end
    app.config.from_mapping(_flask_settings(config))
    app.session_interface = SessionsForEvaluators()
    app.extensions[KEY] = Installation(config=config, store=store or Store.open(config.database_url))
    Babel(app, locale_selector=_preferred_language)  # type: ignore[no-untyped-call]
    guard(app)
    explain_errors(app, error_voices())
    read_bodies_whole(app, config.threads)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    _add_doors(app)
    _put_in_place(app, config)
    return app


def _flask_settings(config: Config) -> dict[str, Any]:
    return {
        "SECRET_KEY": config.secret_key,
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "TRUSTED_HOSTS": list(config.trusted_hosts) or None,
        "SESSION_COOKIE_NAME": "surveyapp",
        "SESSION_COOKIE_SECURE": config.cookie_secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": config.prefix or "/",
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": config.timezone,
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
    }


def _preferred_language() -> str:
    return Choice(header=request.headers.get("Accept-Language", "")).among(LANGUAGES)


def _add_doors(app: Flask) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/")
    def front_door() -> Any:
        return redirect(f"{request.script_root}/evaluate/")


def _put_in_place(app: Flask, config: Config) -> None:
    """Set the application behind its proxies and under the path of its public address."""
    wsgi: WSGIApplication = app.wsgi_app
    if config.prefix:
        wsgi = _under(wsgi, config.prefix)
    if config.proxies:
        wsgi = ProxyFix(wsgi, x_for=config.proxies, x_proto=config.proxies)
    app.wsgi_app = wsgi  # type: ignore[method-assign,assignment]  # Flask documents this way of wrapping


def _under(wsgi: WSGIApplication, prefix: str) -> WSGIApplication:
    """Serve under a path, whether the proxy in front takes the path off or leaves it on."""

    def served(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == prefix or path.startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        environ["SCRIPT_NAME"] = prefix
        return wsgi(environ, start_response)

    return served
