"""The language of the evaluators' pages: the switch's, else the browser's first guess, else Chinese."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_babel import get_locale

LANGUAGES = ("zh", "en")
TAGS = {"zh": "zh-CN", "en": "en"}
COOKIE = "lang"
PATH = "/evaluate"
_YEAR = 365 * 24 * 3600

__all__ = ["LANGUAGES", "TAGS", "install", "remember", "spoken"]


def spoken() -> str:
    """Return the language of the present page: zh or en."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def install(app: Flask) -> None:
    """Let the switch on evaluators' pages win over what the application would choose."""
    babel = app.extensions["babel"]
    configured = babel.locale_selector

    def select() -> str | None:
        if request.path.startswith(PATH):
            return _switched() or _guessed()
        return configured() if configured else None

    babel.locale_selector = select


def remember(response: Response) -> Response:
    """Keep the language chosen with the switch in a cookie."""
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(
            COOKIE, request.args["lang"], max_age=_YEAR, httponly=True, samesite="Lax", path="/"
        )
    return response


def _switched() -> str | None:
    given = (request.args.get("lang"), request.cookies.get(COOKIE))
    return next((name for name in given if name in LANGUAGES), None)


def _guessed() -> str:
    """Return English if the browser prefers it to Chinese, else Chinese."""
    best = dict.fromkeys(LANGUAGES, 0.0)
    for tag, quality in request.accept_languages:
        name = tag.lower().partition("-")[0]
        best[name] = max(best.get(name, 0.0), quality)
    return "en" if best["en"] > best["zh"] else "zh"
