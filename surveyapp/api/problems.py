"""Errors under /api/ as problem details (RFC 9457), worded in Chinese and English."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

WORDS: dict[int, tuple[str, str]] = {
    401: (
        "请在 Authorization 头中给出有效的令牌：Bearer gs_…",
        "Send a valid token in the Authorization header: Bearer gs_…",
    ),
    403: ("这个令牌不能做这件事。", "This token may not do that."),
    404: ("没有这个地址或调查。", "There is no such address or survey."),
    405: ("这个地址只能读取（GET）。", "This address can only be read (GET)."),
    429: ("请求太频繁，请稍后再试。", "Too many requests; try again in a moment."),
    500: ("系统出错，请查看服务器日志。", "Something went wrong; see the server's log."),
    503: ("系统正忙，请稍后再试。", "The system is busy; try again in a moment."),
}


def voice(error: HTTPException) -> Response:
    """Return an error as problem details."""
    status = error.code or 500
    response = Response(
        json.dumps(details(status), ensure_ascii=False) + "\n", status, content_type=MEDIA_TYPE
    )
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def details(status: int) -> dict[str, object]:
    """Return the details of a status."""
    zh, en = WORDS.get(status, WORDS[500 if status >= 500 else 404])
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    return {"title": title, "status": status, "detail": zh, "detail_en": en}
