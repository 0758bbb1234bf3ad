"""A readable page for everything that went wrong outside a survey's own pages, in Chinese or English."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from surveyapp.respond.pages import POLICY, message_page
from surveyapp.respond.replies import JSON, asks_for_json
from surveyapp.respond.surveys import Choice
from surveyapp.store import StoreBusyError

ErrorVoice = Callable[[HTTPException], Response]
"""Words an error as a response; each part of the application may have its own."""

RESPONDENTS = "/s/"
RETRY = 30
"""Seconds after which a phone tries again what failed unexpectedly."""

_LANGUAGES = ("zh", "en")
_OUTCOMES = {
    400: "garbled",
    404: "unknown",
    405: "wrong-kind",
    411: "garbled",
    413: "too-large",
    415: "wrong-kind",
}

WORDS: dict[int, dict[str, tuple[str, str]]] = {
    400: {
        "zh": ("收到的内容不完整", "可能是网络中断，内容没有保存。请返回上一页再试一次。"),
        "en": (
            "What arrived is incomplete",
            "The connection may have broken; nothing was saved. Go back and try again.",
        ),
    },
    403: {
        "zh": ("不能打开这个页面", "您没有权限查看它。"),
        "en": ("This page is not open to you", "You do not have permission to see it."),
    },
    404: {
        "zh": ("没有找到这个页面", "请检查网址是否完整，或重新扫描二维码。"),
        "en": ("There is no such page", "Check that the address is complete, or scan the QR code again."),
    },
    405: {
        "zh": ("不能这样打开", "请从问卷的链接或二维码重新进入。"),
        "en": ("It cannot be opened so", "Please start again from the link or the QR code."),
    },
    413: {
        "zh": ("提交的内容太长", "内容没有保存。请返回上一页，缩短留言后再提交。"),
        "en": (
            "What you sent is too long",
            "Nothing was saved. Go back, shorten your comments and submit again.",
        ),
    },
    415: {
        "zh": ("不能这样提交", "请打开问卷页面填写。"),
        "en": ("It cannot be submitted so", "Please open the survey and answer there."),
    },
    429: {
        "zh": ("请求太频繁", "请稍等片刻再试。"),
        "en": ("Too many requests", "Please try again in a moment."),
    },
    500: {
        "zh": ("系统出错了", "内容没有保存，请稍后再试。"),
        "en": ("Something went wrong", "Nothing was saved. Please try again later."),
    },
    503: {
        "zh": ("系统正忙", "请稍等片刻再试。"),
        "en": ("The system is busy", "Please try again in a moment."),
    },
}


def explain_errors(app: Flask, voices: Mapping[str, ErrorVoice]) -> None:
    """Answer every error readably; `voices` maps the beginning of a path to whoever words errors there."""

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> Response:
        voice = next(
            (voice for prefix, voice in voices.items() if request.path.startswith(prefix)), small_page
        )
        response = voice(error)
        _carry_over(error, response)
        return response

    @app.errorhandler(StoreBusyError)
    def busy(error: StoreBusyError) -> Response:
        unavailable = InternalServerError(original_exception=error)
        unavailable.code = 503
        response = explain(unavailable)
        response.headers["Retry-After"] = "5"
        return response


def small_page(error: HTTPException) -> Response:
    """Return an error as a small page in the browser's language, or as JSON to the script of a respondent's page."""
    if request.path.startswith(RESPONDENTS) and asks_for_json(request.headers.get("Accept", "")):
        return _json(error)
    heading, text, language = _words(error)
    response = Response(message_page(heading, text, language), error.code or 500, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _json(error: HTTPException) -> Response:
    """Word an error as the respondents' replies are worded: what may go well another time is to be sent again."""
    status = error.code or 500
    heading, text, _ = _words(error)
    said: dict[str, object] = {"outcome": _OUTCOMES.get(status, "garbled"), "heading": heading, "text": text}
    if status >= 500 or status == 429:
        wait = getattr(error, "retry_after", None) or RETRY
        said = {"outcome": "busy", "message": text, "retry_after": wait}
    else:
        said["final"] = False
    return Response(json.dumps(said, ensure_ascii=False), status, mimetype=JSON)


def _words(error: HTTPException) -> tuple[str, str, str]:
    """Return what is said of an error, and in which language."""
    status = error.code or 500
    choice = Choice(link=request.args.get("lang", ""), header=request.headers.get("Accept-Language", ""))
    language = choice.among(_LANGUAGES)
    heading, text = WORDS.get(status, WORDS[500 if status >= 500 else 400])[language]
    return heading, text, language


def _carry_over(error: HTTPException, response: Response) -> None:
    """Keep what a status needs to be understood: the methods allowed, the time to wait, the address to go to."""
    for name, value in error.get_response().headers:
        if name in ("Allow", "Location", "Retry-After", "WWW-Authenticate") and name not in response.headers:
            response.headers[name] = value


def place_of(error: BaseException) -> str:
    """Return an exception's type and the way to where it arose, and nothing of what was being worked on."""
    frames = traceback.extract_tb(error.__traceback__)
    places = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {' > '.join(places)}"
