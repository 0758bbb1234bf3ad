"""The description of the API (OpenAPI 3.1), written by hand; a test holds it against the routes and a real report."""

from __future__ import annotations

from functools import cache
from typing import Any

from analysis.ledger import COLUMNS
from surveyapp.api.problems import MEDIA_TYPE
from surveyapp.present import SCHEMA

Schema = dict[str, Any]

NUMBER: Schema = {"type": ["number", "null"]}
WHOLE: Schema = {"type": "integer", "minimum": 0}
KNOWN_OR_NOT: Schema = {"type": ["integer", "null"], "minimum": 0}
SHARE: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
TEXT: Schema = {"type": "string"}
TEXT_OR_NOT: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT}
COUNTS: Schema = {"type": "object", "additionalProperties": WHOLE}
INTERVAL: Schema = {"type": ["array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


@cache
def document() -> Schema:
    """Return the description as plain data."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "surveyapp",
            "version": "1",
            "description": "满意度调查的报告。Reports on satisfaction surveys. "
            "Shares and rates are fractions of 1 at full precision, scores are points, unknown is null.",
        },
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "surveyapp token add NAME"}
            },
            "schemas": _schemas(),
        },
    }


def _paths() -> Schema:
    slug = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}
    etag = {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}
    return {
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "openapi", "summary": "This description", "security": [],
                "responses": {"200": _answer("This description", {"type": "object"})},
            }
        },
        "/api/v1/surveys": {
            "get": {
                "operationId": "surveys", "summary": "The surveys the token may read", "parameters": [etag],
                "responses": {"200": _answer("The list", _ref("SurveyList")), **_problems("401")},
            }
        },
        "/api/v1/surveys/{slug}/report": {
            "get": {
                "operationId": "report", "summary": "A survey's report", "parameters": [slug, etag],
                "responses": {
                    "200": _answer("The report, the same bytes as `surveyapp report SURVEY --format json`", _ref("Report")),
                    "304": {"description": "It has not changed"},
                    **_problems("401", "404"),
                },
            }
        },
    }  # fmt: skip


def _answer(description: str, schema: Schema) -> Schema:
    headers = {"ETag": {"schema": TEXT}}
    return {
        "description": description,
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    }


def _problems(*statuses: str) -> Schema:
    content = {MEDIA_TYPE: {"schema": _ref("Problem")}}
    return {status: {"description": "See `detail`", "content": content} for status in statuses}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(**properties: Schema) -> Schema:
    """Describe an object that has all of these; within version 1 others may be added."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _map(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def _schemas() -> Schema:
    return {
        "Problem": _object(title=TEXT, status={"type": "integer"}, detail=TEXT, detail_en=TEXT),
        "SurveyList": _object(surveys={"type": "array", "items": _ref("Survey")}),
        "Survey": _object(
            slug=TEXT, title=TEXT, state={"enum": ["draft", "open", "paused", "closed"]}, version=TEXT,
            returned=WHOLE, valid=WHOLE, links=_object(report=TEXT),
        ),
        "Report": _report(),
        "Fieldwork": _object(
            population=KNOWN_OR_NOT, distributed=KNOWN_OR_NOT, returned=WHOLE, valid=WHOLE, return_rate=SHARE,
            validity_rate=SHARE, valid_return_rate=SHARE, response_rates=_map(SHARE), invalid_reasons=COUNTS,
            flags=COUNTS, channels=_map(COUNTS), dispositions=_or_null(COUNTS), e=NUMBER,
            no_rates=_or_null(_ref("Warning")), ledger={"type": "array", "items": _ref("LedgerLine")},
            pending=WHOLE | {"description": "已收到、满 5 份后计入的份数 came in and wait to be taken up 5 at a time"},
        ),
        "LedgerLine": _ledger_line(),
        "Item": _object(
            n=WHOLE, counts=COUNTS, shares=_map(SHARE), score=_or_null(_ref("Estimate")),
            top_share=_or_null(_ref("Estimate")), blank=WHOLE, not_asked=WHOLE,
        ),
        "Estimate": _object(
            value=SHARE, exact=TEXT_OR_NOT, standard_error=NUMBER, interval=INTERVAL,
            level={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, n=WHOLE, n_effective=NUMBER, method=TEXT,
            df=KNOWN_OR_NOT, design_effect=NUMBER, design_effect_replace=NUMBER, bounds=INTERVAL,
        ),
        "Weighting": _object(
            method=TEXT, design=TEXT, used={"type": "boolean"}, n=WHOLE, left_out=WHOLE, people=KNOWN_OR_NOT,
            covered=KNOWN_OR_NOT, empty=TEXTS, lonely=TEXTS, lonely_rule=TEXT, strata=COUNTS, df=WHOLE,
            sum_of_weights=NUMBER, smallest_weight=NUMBER, largest_weight=NUMBER, kish_design_effect=NUMBER,
            kish_n_effective=NUMBER, converged={"type": ["boolean", "null"]}, iterations=KNOWN_OR_NOT, gap=NUMBER,
            trimmed=WHOLE,
        ),
        "Indicator": _indicator(),
        "Group": _object(n=WHOLE, measures=_map(_or_null(_ref("Estimate")))),
        "Warning": _object(code=TEXT, message=TEXT, message_en=TEXT),
    }  # fmt: skip


def _ledger_line() -> Schema:
    """Describe a line of the ledger, each number with its definition; what a channel does not have is null."""
    always = {"submitted", "late", "duplicate", "invalid", "valid"}
    numbers = {
        column.id: (WHOLE if column.id in always else KNOWN_OR_NOT)
        | {"description": f"{column.zh}：{column.means_zh} {column.means_en}"}
        for column in COLUMNS
        if column.id != "waiting"
    }
    return _object(channel=TEXT, stratum=TEXT_OR_NOT, **numbers)


def _report() -> Schema:
    return _object(
        schema={"const": SCHEMA},
        questionnaire=_object(id=TEXT, version=TEXT, title=TEXT),
        fieldwork=_ref("Fieldwork"),
        items=_map(_ref("Item")),
        measures=_map(_ref("Estimate")),
        indicators=_map(_ref("Indicator")),
        groups=_map(_map(_ref("Group"))),
        warnings={"type": "array", "items": _ref("Warning")},
        weighted_measures=_map(_ref("Estimate")),
        weighting=_or_null(_ref("Weighting")),
        sensitivity=_map(_map(_ref("Estimate"))),
        data_hash=TEXT,
        made_with=TEXT,
    )


def _indicator() -> Schema:
    part = _object(id=TEXT, points=NUMBER, score=NUMBER, measure=TEXT_OR_NOT, entered=TEXT_OR_NOT)
    reading = _object(
        step=TEXT_OR_NOT, rounded={"type": "boolean"}, by=TEXT_OR_NOT, measure=TEXT_OR_NOT, score=NUMBER,
        exact_score=TEXT_OR_NOT, reported=TEXT_OR_NOT, is_chosen={"type": "boolean"},
    )  # fmt: skip
    return _object(
        points={"type": "number"}, score=NUMBER, exact_score=TEXT_OR_NOT, reported=TEXT_OR_NOT, interval=INTERVAL,
        measure=TEXT_OR_NOT, rule=TEXT, target=SHARE, meets_target={"type": ["boolean", "null"]}, entered=TEXT_OR_NOT,
        veto=TEXT_OR_NOT, undecided=TEXT_OR_NOT, defined_measure=TEXT_OR_NOT, defined_score=NUMBER,
        parts={"type": "array", "items": part}, chance_target_met=SHARE, chance_model=TEXT_OR_NOT,
        chance_bound=TEXT_OR_NOT, tiers=_or_null(TEXTS), next_limit=_or_null(_object(down=NUMBER, up=NUMBER)),
        readings=_or_null({"type": "array", "items": reading}),
    )  # fmt: skip
