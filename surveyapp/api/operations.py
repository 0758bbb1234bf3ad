"""What the API can be asked: each route with its words, its parameters and its answer, from which it describes itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal, Protocol, TypeVar

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from surveyapp.api.models import Answer, Mistake
from surveyapp.api.problems import UnfitParametersError

JSON = "application/json"
HTML = "text/html"

Right = Literal["nothing", "token", "survey", "rows"]
"""What a route asks for: nothing, any token, one whose scope has the survey, or one that reads its rows as well."""


class Reader(Protocol):
    """Reads one parameter's text and describes what it takes."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """Describe it."""
        ...

    @property
    def zh(self) -> str:
        """Say what it takes, in Chinese."""
        ...

    @property
    def en(self) -> str:
        """Say what it takes, in English."""
        ...

    def read(self, written: str) -> Any:
        """Return the value. Raises ValueError."""
        ...


@dataclass(frozen=True, kw_only=True)
class WholeNumber:
    """Reads a whole number between limits."""

    low: int
    high: int
    default: int

    @property
    def schema(self) -> Mapping[str, Any]:
        """Describe it."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high, "default": self.default}

    @property
    def zh(self) -> str:
        """Say what it takes, in Chinese."""
        return f"应为 {self.low} 到 {self.high} 的整数"

    @property
    def en(self) -> str:
        """Say what it takes, in English."""
        return f"must be a whole number from {self.low} to {self.high}"

    def read(self, written: str) -> int:
        """Return the number. Raises ValueError."""
        if not re.fullmatch("[0-9]{1,9}", written, re.ASCII) or not self.low <= int(written) <= self.high:
            raise ValueError(written)
        return int(written)


@dataclass(frozen=True, kw_only=True)
class Written:
    """Reads a text of a certain form."""

    pattern: str
    zh: str
    en: str

    @property
    def schema(self) -> Mapping[str, Any]:
        """Describe it."""
        return {"type": "string", "pattern": self.pattern}

    def read(self, written: str) -> str:
        """Return the text. Raises ValueError."""
        if not re.fullmatch(self.pattern.removeprefix("^").removesuffix("$"), written):
            raise ValueError(written)
        return written


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of the query; none is required."""

    name: str
    reader: Reader
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One route: what it asks for, and what it answers; the words in Chinese and English."""

    rule: str
    name: str
    zh: str
    en: str
    more_zh: str
    more_en: str
    right: Right
    answer: type[Answer] | None
    media: str
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[int, ...] = ()
    """Statuses of its own, besides those of its right and those that any route may answer."""

    @property
    def is_of_survey(self) -> bool:
        """Say whether it speaks of one survey."""
        return self.right in ("survey", "rows")


Asked = Callable[..., Any]
View = TypeVar("View", bound=Asked)


@dataclass(kw_only=True)
class Operations:
    """The routes of a blueprint, in the order in which they are written."""

    blueprint: Blueprint
    known: dict[str, Operation] = field(default_factory=dict)
    """By endpoint."""

    def get(
        self,
        rule: str,
        *,
        zh: str,
        en: str,
        more_zh: str = "",
        more_en: str = "",
        right: Right = "survey",
        answer: type[Answer] | None = None,
        media: str = JSON,
        parameters: tuple[Parameter, ...] = (),
        problems: tuple[int, ...] = (),
    ) -> Callable[[View], View]:
        """Add a route; its function returns its answer, or JSON as text where the bytes matter, or a response."""

        def add(view: View) -> View:
            name = view.__name__
            self.known[f"{self.blueprint.name}.{name}"] = Operation(
                rule=f"{self.blueprint.url_prefix}{rule}", name=name, zh=zh, en=en, more_zh=more_zh, more_en=more_en,
                right=right, answer=answer, media=media, parameters=parameters, problems=problems,
            )  # fmt: skip
            # OPTIONS tells nothing that the description does not say, and would need rights of its own.
            self.blueprint.add_url_rule(
                rule,
                endpoint=name,
                view_func=_answering(view),
                methods=["GET"],
                provide_automatic_options=False,
            )
            return view

        return add


def _answering(view: Asked) -> Asked:
    @wraps(view)
    def answered(**values: Any) -> Response:
        given = view(**values)
        if isinstance(given, Answer):
            return as_json(json.dumps(given.model_dump(by_alias=True), ensure_ascii=False, indent=2) + "\n")
        return as_json(given) if isinstance(given, str) else given

    return answered


def as_json(text: str) -> Response:
    """Return JSON that a client may keep but must ask about, and that is not sent again while it is the same."""
    response = Response(text, content_type=f"{JSON}; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    response.add_etag()
    response.make_conditional(request)
    return response


def is_acceptable(operation: Operation) -> bool:
    """Say whether the request takes what the route answers; a request that names nothing takes anything."""
    written = request.headers.get("Accept", "").strip()
    return not written or request.accept_mimetypes.quality(operation.media) > 0


def read_parameters(operation: Operation, query: MultiDict[str, str]) -> dict[str, Any]:
    """Return the parameters of a query by name. Raises UnfitParametersError with everything that is wrong."""
    known = {one.name: one for one in operation.parameters}
    mistakes: list[Mistake] = []
    values: dict[str, Any] = {}
    for name, written in query.items(multi=True):
        problem = _unfit(known.get(name), name, written, values)
        if problem is not None:
            mistakes.append(Mistake(parameter=name, detail=problem[0], detail_en=problem[1]))
    if mistakes:
        raise UnfitParametersError(mistakes)
    return values


def _unfit(
    parameter: Parameter | None, name: str, written: str, values: dict[str, Any]
) -> tuple[str, str] | None:
    if parameter is None:
        return "没有这个参数", "there is no such parameter"
    if name in values:
        return "只能写一次", "may be given once only"
    try:
        values[name] = parameter.reader.read(written)
    except ValueError:
        return parameter.reader.zh, parameter.reader.en
    return None
