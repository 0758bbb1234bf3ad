"""The description of the API (OpenAPI 3.1), made from the routes and from the types of their answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from surveyapp.api import models, respondents
from surveyapp.api.models import LINES
from surveyapp.api.operations import Operation, Parameter, Right
from surveyapp.api.problems import KINDS, MEDIA_TYPE

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}

ANYWHERE = (400, 406, 411, 413, 422, 429, 500, 503)
"""What any route may answer."""
OF_RIGHT: dict[Right, tuple[int, ...]] = {
    "nothing": (),
    "token": (401,),
    "survey": (401, 404),
    "rows": (401, 403, 404),
}

ABOUT = (
    "满意度调查的结果。份额和比率是 1 的分数，得分以分为单位，都不修约；未知为 null，不是 0。"
    "第 1 版内只会增加键，含义不变。地址里没有令牌：它只放在 Authorization 头里。"
    f"{LINES}The results of satisfaction surveys. Shares and rates are fractions of 1, scores are points, neither "
    "is rounded; unknown is null, never 0. Within version 1 keys are only added and meanings never change. The token goes "
    "into the Authorization header, never into the address."
)
TOKEN = (
    "surveyapp token add NAME --survey SURVEY 新建，只显示一次；有范围、期限和最近使用日；--rows 才能取逐份答卷。"
    f"{LINES}Made by surveyapp token add NAME --survey SURVEY and shown once; it has a scope, an end and a day of last use; "
    "only with --rows it reads rows."
)
PATHS: dict[str, tuple[str, str, str]] = {
    "slug": ("调查编号，如 zhifu-2022", "the survey's id, such as zhifu-2022", models.SLUG),
    "version": ("问卷版本：64 位十六进制数", "the version, in 64 hex digits", models.HASH),
}


def document(operations: Iterable[Operation], root: str = "") -> Schema:
    """Return the description as plain data; `root` is the path under which the application is served."""
    paths: Schema = {}
    for one in operations:
        paths[one.rule.replace("<", "{").replace(">", "}")] = {"get": _operation(one)}
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "surveyapp", "version": "1", "description": ABOUT},
        "servers": [{"url": root or "/"}],
        "security": [{"token": []}],
        "tags": [
            {"name": "scripts", "description": f"给程序{LINES}for scripts"},
            {"name": "respondents", "description": f"答题页用的{LINES}what a respondent's page uses"},
        ],
        "paths": paths | respondents.paths(),
        "webhooks": {"survey.closed": {"post": _closing()}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": TOKEN}},
            "schemas": schemas(),
        },
    }


def _operation(one: Operation) -> Schema:
    described: Schema = {
        "operationId": one.name,
        "tags": ["scripts"],
        "summary": f"{one.zh} · {one.en}",
        "description": f"{one.more_zh or one.zh}{LINES}{one.more_en or one.en}",
        "parameters": [*_in_path(one.rule), *map(_in_query, one.parameters), *_conditional(one)],
        "responses": _responses(one),
    }
    return described if one.right != "nothing" else described | {"security": []}


def _in_path(rule: str) -> list[Schema]:
    return [
        {
            "name": name, "in": "path", "required": True, "schema": {**TEXT, "pattern": PATHS[name][2]},
            "description": f"{PATHS[name][0]}{LINES}{PATHS[name][1]}",
        }
        for name in re.findall("<([a-z]+)>", rule)
    ]  # fmt: skip


def _in_query(one: Parameter) -> Schema:
    words = f"{one.zh}{LINES}{one.en}"
    return {
        "name": one.name,
        "in": "query",
        "required": False,
        "schema": dict(one.reader.schema),
        "description": words,
    }


def _conditional(one: Operation) -> list[Schema]:
    words = f"上次得到的 ETag；没变就回答 304{LINES}the ETag that came before; what is the same is not sent again (304)"
    etag = {"name": "If-None-Match", "in": "header", "required": False, "schema": TEXT, "description": words}
    return [etag] if _has_etag(one) else []


def _has_etag(one: Operation) -> bool:
    return one.media == "application/json"


def _responses(one: Operation) -> Schema:
    schema = ref(one.answer) if one.answer else (TEXT if one.media == "text/html" else {"type": "object"})
    good: Schema = {"description": f"{one.zh}{LINES}{one.en}", "content": {one.media: {"schema": schema}}}
    same: Schema = {}
    if _has_etag(one):
        good["headers"] = {
            "ETag": {"schema": TEXT, "required": True, "description": "这份内容的指纹 what it is known by"}
        }
        same = {"304": {"description": f"没有变化{LINES}It has not changed"}}
    statuses = sorted({*ANYWHERE, *OF_RIGHT[one.right], *one.problems})
    return {"200": good, **same, **{str(status): problem(status) for status in statuses}}


def problem(status: int) -> Schema:
    """Describe the answer to what cannot be done."""
    kind = KINDS[status]
    found: Schema = {
        "description": f"{kind.zh}{LINES}{kind.en}",
        "content": {MEDIA_TYPE: {"schema": ref(models.Problem)}},
    }
    if status in (429, 503):
        whole = {"type": "string", "pattern": "^[0-9]+$"}
        found["headers"] = {"Retry-After": {"schema": whole, "description": f"秒{LINES}seconds"}}
    return found


def _closing() -> Schema:
    words = (
        "由 surveyapp webhook add SURVEY URL 登记的地址，在调查关闭且数字不再变时收到。"
        'X-Surveyapp-Signature: t=秒,v1=HMAC-SHA256(密钥, t + "." + 正文) 的十六进制。回答 2xx 即送达；否则按间隔重发。'
        f"{LINES}What an address named by surveyapp webhook add SURVEY URL gets when a survey is closed and its figures stay. "
        'X-Surveyapp-Signature: t=SECONDS,v1=the hex of HMAC-SHA256(secret, t + "." + body). '
        "A 2xx means delivered; anything else is tried again at growing intervals."
    )
    return {
        "operationId": "survey_closed", "tags": ["scripts"], "security": [], "description": words,
        "summary": "调查关闭的通知 · A survey has closed",
        "requestBody": {"required": True, "content": {"application/json": {"schema": ref(models.Closing)}}},
        "responses": {"2XX": {"description": f"已收到{LINES}received"}},
    }  # fmt: skip


# --- types ---------------------------------------------------------------------------------------------------------


class _Plain(GenerateJsonSchema):
    """Without a title on every key: the keys are their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say no."""
        return False


def ref(model: type[models.Answer]) -> Schema:
    """Refer to a type."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def schemas() -> Schema:
    """Return every type that an answer is made of, by name."""
    found = sorted(_subclasses(models.Answer), key=lambda model: model.__name__)
    mode: JsonSchemaMode = "serialization"
    _, described = models_json_schema(
        [(model, mode) for model in found],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Plain,
    )
    return {name: _untitled(schema) for name, schema in sorted(described["$defs"].items())}


def _untitled(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "title"}


def _subclasses(model: type[models.Answer]) -> set[type[models.Answer]]:
    direct = set(model.__subclasses__())
    return direct.union(*map(_subclasses, direct)) if direct else direct
