"""The description of what a respondent's page sends and is told: the same form in JSON's answer or as a page."""

from __future__ import annotations

from typing import Any

from surveyapp.api import models
from surveyapp.api.models import LINES, Answer
from surveyapp.respond.body import END, FORM

Schema = dict[str, Any]

_REPLIES: dict[int, tuple[str, str, tuple[type[Answer], ...]]] = {
    200: ("已收到", "stored, or sent before", (models.Stored,)),
    400: ("内容不完整", "what arrived is incomplete", (models.Refused,)),
    403: ("还没开始，或须用答题码", "not begun, or an access code is needed", (models.Refused,)),
    404: ("没有这项调查或答题码", "no such survey or access code", (models.Refused,)),
    409: ("同一页已提交过别的答案", "another answer was sent from the same page", (models.Refused,)),
    410: ("已结束，或答题码已用、已作废", "closed, or the access code is used or void", (models.Refused,)),
    411: ("没有写明长度", "it does not say its length", (models.Refused,)),
    413: ("太长", "too large", (models.Refused,)),
    415: ("不是表单", "not a form", (models.Refused,)),
    422: (
        "有答案要改，或页面太旧",
        "answers are to be corrected, or the page is too old",
        (models.Mistaken, models.Stale),
    ),
    429: ("先做计算，或稍等", "do the work first, or wait", (models.Work, models.Later)),
    503: ("正忙或暂停", "busy or paused", (models.Later,)),
}
_ENTRANCE: dict[int, tuple[str, str, tuple[type[Answer], ...]]] = {
    303: ("答题码正确", "the access code is good", (models.Entered,)),
}

_FORM: Schema = {
    "type": "object",
    "description": (
        "字段名为题目编号，值为选项编码；系统字段以下划线开头，_end 在最后。"
        f"{LINES}Names are item ids, values are codes; the page's own fields begin with an underscore, _end is the last."
    ),
    "required": ["_version", "_ticket", END],
    "properties": {
        "_version": {"type": "string", "description": f"页面的问卷版本{LINES}the version the page shows"},
        "_ticket": {"type": "string", "description": f"页面的票据{LINES}the page's ticket"},
        "_by": {"enum": ["self", "relative", "staff"], "description": f"谁填的{LINES}who filled it in"},
        "_work": {"type": "string", "description": f"计算结果{LINES}the work done for a challenge"},
        END: {"const": "1"},
    },
    "additionalProperties": {"type": "string"},
}
_CODE_FORM: Schema = {
    "type": "object",
    "required": ["code", END],
    "properties": {"code": {"type": "string"}, END: {"const": "1"}},
    "additionalProperties": False,
}


_ABOUT = (
    "请求头含 Accept: application/json 时用 JSON 回答，否则回答网页；判断相同。不需要令牌，不留下 IP 或浏览器信息。"
    f"{LINES}With Accept: application/json it answers in JSON, otherwise with a page; the judgement is the same. No token; "
    "neither address nor browser is kept."
)
_SHOWN = f"给人看的网页；打开不算作答{LINES}A page for people; opening it answers nothing"


def paths() -> Schema:
    """Describe the routes that show the questions and take answers."""
    code = ("slug", "code")
    return {
        "/s/{slug}": _look("look", "打开问卷（公开链接） · Open the questions, by the open link")
        | _post("answer", "提交答卷（公开链接） · Hand in answers, by the open link", _FORM),
        "/s/{slug}/enter": _look("ask_code", "打开输入答题码的页面 · Open the page where a code is typed")
        | _post("enter", "输入答题码 · Type an access code", _CODE_FORM, more=_ENTRANCE),
        "/s/{slug}/{code}": _look(
            "look_by_code", "打开问卷（答题码） · Open the questions, by an access code", code
        )
        | _post("answer_by_code", "提交答卷（答题码） · Hand in answers, by an access code", _FORM, code),
    }


def _look(name: str, summary: str, path: tuple[str, ...] = ("slug",)) -> Schema:
    page = {"text/html": {"schema": {"type": "string"}}}
    statuses = {200: ("问卷", "the questions")} | {
        status: _REPLIES[status][:2] for status in (400, 403, 404, 410, 411, 413, 429, 503)
    }
    return {"get": {
        "operationId": name, "tags": ["respondents"], "security": [], "summary": summary, "description": _SHOWN,
        "parameters": [*map(_in_path, path), _LANGUAGE],
        "responses": {
            str(status): {"description": f"{zh}{LINES}{en}", "content": page} for status, (zh, en) in statuses.items()
        },
    }}  # fmt: skip


def _post(
    name: str,
    summary: str,
    form: Schema,
    path: tuple[str, ...] = ("slug",),
    *,
    more: dict[int, tuple[str, str, tuple[type[Answer], ...]]] | None = None,
) -> Schema:
    replies = sorted((_REPLIES | (more or {})).items())
    return {"post": {
        "operationId": name, "tags": ["respondents"], "security": [], "summary": summary, "description": _ABOUT,
        "parameters": [*map(_in_path, path), _LANGUAGE],
        "requestBody": {"required": True, "content": {FORM: {"schema": form}}},
        "responses": {str(status): _reply(*reply) for status, reply in replies},
    }}  # fmt: skip


_LANGUAGE: Schema = {
    "name": "lang", "in": "query", "required": False, "schema": {"type": "string"},
    "description": f"页面的语言{LINES}the page's language",
}  # fmt: skip


def _in_path(name: str) -> Schema:
    words = {"slug": f"调查编号{LINES}the survey's id", "code": f"答题码{LINES}the access code"}
    return {
        "name": name, "in": "path", "required": True, "schema": {"type": "string"}, "description": words[name]
    }  # fmt: skip


def _reply(zh: str, en: str, kinds: tuple[type[Answer], ...]) -> Schema:
    refs = [{"$ref": f"#/components/schemas/{kind.__name__}"} for kind in kinds]
    schema = refs[0] if len(refs) == 1 else {"oneOf": refs}
    return {
        "description": f"{zh}{LINES}{en}",
        "content": {"application/json": {"schema": schema}, "text/html": {"schema": {"type": "string"}}},
    }
