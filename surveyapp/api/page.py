"""The description as a page to read: drawn from the description itself, nothing in it is loaded from anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from flask import Response, request
from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from surveyapp.api.models import LINES
from surveyapp.api.problems import KINDS
from surveyapp.respond.surveys import Choice
from surveyapp.respond.words import tag
from surveyapp.security import inline_policy

LANGUAGES = ("zh", "en")
_REF = "#/components/schemas/"

Schema = Mapping[str, Any]


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


STYLE = Markup(re.sub(r"\s*\n\s*", "", _read("templates/api/description.css")))
POLICY = inline_policy(styles=[STYLE])


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(__package__), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def response(document: Schema, chosen: str | None) -> Response:
    """Return the page in the language that was chosen, or else the browser's."""
    language = Choice(link=chosen or "", header=request.headers.get("Accept-Language", "")).among(LANGUAGES)
    answer = Response(render(document, language), content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Vary"] = "Accept-Language"
    return answer


def render(document: Schema, language: str) -> str:
    """Return the page as text."""
    speaker = Speaker(language=language)
    return _environment().get_template("api/description.html").render(
        style=STYLE, tag=tag(language), language=language, other="en" if language == "zh" else "zh",
        say=speaker.say, both=speaker.both, kind=speaker.kind, document=document, problems=KINDS,
        groups=_by_tag(document), schemas=document["components"]["schemas"],
    )  # fmt: skip


def _by_tag(document: Schema) -> dict[str, list[tuple[str, str, Schema]]]:
    """Return the routes by whom they are for: method, path and operation."""
    groups: dict[str, list[tuple[str, str, Schema]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return groups


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Says what is described in two languages in one of them."""

    language: str

    def say(self, described: str | None) -> str:
        """Return the Chinese or the English line of a description."""
        zh, _, en = (described or "").partition(LINES)
        return zh if self.language == "zh" else (en or zh)

    def both(self, zh: str, en: str) -> str:
        """Return one of two wordings."""
        return zh if self.language == "zh" else en

    def kind(self, schema: Schema) -> Markup:
        """Return what values a schema takes, in words, with links to the types it names."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_REF)
            return Markup('<a href="#{0}">{0}</a>').format(name)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return Markup(self.both(" 或 ", " or ")).join(map(self.kind, choices))
        if "const" in schema or "enum" in schema:
            values = schema.get("enum") or [schema["const"]]
            return Markup(" | ").join(Markup("<code>{}</code>").format(value) for value in values)
        return self._plain(schema)

    def _plain(self, schema: Schema) -> Markup:
        form = schema.get("type", "")
        if form == "array" and "prefixItems" in schema:
            return escape(self.both("两个数 [低, 高]", "two numbers [low, high]"))
        if form == "array":
            return self._of("列表", "list of", schema.get("items", {}))
        if form == "object" and isinstance(schema.get("additionalProperties"), Mapping):
            return self._of("按键", "by key:", schema["additionalProperties"])
        zh, en = _FORMS.get(form, (form, form))
        return escape(self.both(zh, en))

    def _of(self, zh: str, en: str, inner: Schema) -> Markup:
        return Markup("{} {}").format(self.both(zh, en), self.kind(inner))


_FORMS = {
    "string": ("文字", "text"), "integer": ("整数", "whole number"), "number": ("数", "number"),
    "boolean": ("true / false", "true / false"), "null": ("null", "null"), "object": ("对象", "object"),
}  # fmt: skip
