"""Errors under /api/ as problem details (RFC 9457), worded in Chinese and English."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, request
from werkzeug.exceptions import HTTPException

from surveyapp.api.models import Mistake, Problem

MEDIA_TYPE = "application/problem+json"
PAGE = "/api/v1/"
"""The readable page, which has a place for every kind of problem."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of problem: its name, and what happened and what to do."""

    name: str
    zh: str
    en: str


KINDS: dict[int, Kind] = {
    400: Kind(
        name="bad-request",
        zh="请求不完整或写法不对。",
        en="The request is incomplete or not well-formed.",
    ),
    401: Kind(
        name="no-token",
        zh="请在 Authorization 头中给出有效的令牌：Bearer gs_…",
        en="Send a valid token in the Authorization header: Bearer gs_…",
    ),
    403: Kind(
        name="no-rows",
        zh="这个令牌只能取汇总和得分；逐份答卷需要用 surveyapp token add NAME --rows 新建的令牌。",
        en="This token reads totals and scores only; rows take one made by surveyapp token add NAME --rows.",
    ),
    404: Kind(
        name="not-found",
        zh="没有这个地址或调查。",
        en="There is no such address or survey.",
    ),
    405: Kind(
        name="read-only",
        zh="这个地址只能读取（GET）。",
        en="This address can only be read (GET).",
    ),
    406: Kind(
        name="not-acceptable",
        zh="这个地址给不出 Accept 头要求的格式。",
        en="This address has nothing of the kind that the Accept header asks for.",
    ),
    409: Kind(
        name="begin-again",
        zh="翻页途中有新答卷计入，或这个 cursor 不是这里给出的。请从第一页重新取（不带 cursor）。",
        en="New answers were taken up meanwhile, or the cursor was not made here. Begin again without a cursor.",
    ),
    411: Kind(
        name="length-required",
        zh="请求须写明长度（Content-Length）。",
        en="The request must say its length (Content-Length).",
    ),
    413: Kind(
        name="too-large",
        zh="请求太长。",
        en="The request is too large.",
    ),
    415: Kind(
        name="unsupported-type",
        zh="不接受这种格式的请求内容。",
        en="A request body of this type is not taken.",
    ),
    422: Kind(
        name="parameters",
        zh="请求参数有误，见 errors。",
        en="A parameter cannot be used; see errors.",
    ),
    429: Kind(
        name="too-many",
        zh="请求太频繁，请按 Retry-After 的秒数等待。",
        en="Too many requests; wait for the seconds that Retry-After says.",
    ),
    500: Kind(
        name="fault",
        zh="系统出错，请查看服务器日志。",
        en="Something went wrong; see the server's log.",
    ),
    503: Kind(
        name="busy",
        zh="系统正忙，请稍后再试。",
        en="The system is busy; try again in a moment.",
    ),
}


class UnfitParametersError(HTTPException):
    """Parameters of a request that cannot be used; carries what is wrong with each."""

    code = 422

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("unfit parameters")
        self.mistakes = tuple(mistakes)


def voice(error: HTTPException) -> Response:
    """Return an error as problem details."""
    status = error.code or 500
    found = details(status, request.script_root, getattr(error, "mistakes", ()))
    text = json.dumps(found.model_dump(exclude_none=True), ensure_ascii=False) + "\n"
    response = Response(text, status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def details(status: int, root: str = "", mistakes: Sequence[Mistake] = ()) -> Problem:
    """Return the details of a status."""
    kind = KINDS.get(status) or KINDS[500 if status >= 500 else 400]
    return Problem(
        type=f"{root}{PAGE}#{kind.name}", title=_phrase(status), status=status, detail=kind.zh, detail_en=kind.en,
        errors=list(mistakes) or None,
    )  # fmt: skip


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
