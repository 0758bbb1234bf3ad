"""The JSON Schema of a definition, for editors: completes keys, shows their descriptions, marks mistakes while typing."""

from __future__ import annotations

import json
from typing import Any

from questionnaires.model import Questionnaire

WRITTEN = ["string", "number", "boolean"]
"""What an editor may take a plain word for: `yes` and `012` are text here, whatever YAML's version makes of them."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a definition file, described in both languages."""
    made = Questionnaire.model_json_schema()
    tidied: dict[str, Any] = _tidy(made)
    parts = tidied["$defs"]
    words = {"type": WRITTEN, "minLength": 1, "maxLength": 4000}
    texts = {"type": "object", "additionalProperties": words, "minProperties": 1}
    parts["Text"] = {"description": parts["Text"]["description"], "anyOf": [words, texts]}
    one = parts["Action"] | {"minProperties": 1, "maxProperties": 1}
    parts["Action"] = {"description": one.pop("description"), "anyOf": [{"enum": ["full", "zero"]}, one]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "问卷定义 Questionnaire",
        **tidied,
    }


def schema_text() -> str:
    """Return the schema as the text of `questionnaires/schema.json`."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _tidy(node: Any, *, names: bool = False) -> Any:
    """Rewrite pydantic's schema; `names` says that the keys of `node` are an author's keys, not the schema's."""
    if isinstance(node, list):
        return [_tidy(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {name: _tidy(inner) for name, inner in node.items()}
    kept = {key: value for key, value in node.items() if key not in ("title", "zh", "default")}
    made = {
        key: _tidy(value, names=key in ("properties", "$defs", "patternProperties"))
        for key, value in kept.items()
    }
    if "zh" in node:
        made["description"] = f"{node['zh']}\n{node['description']}"
    if node.get("default") not in (None, {}, []):
        made["default"] = node["default"]
    return _loosened(made)


def _loosened(node: dict[str, Any]) -> dict[str, Any]:
    """Take numbers written as text and text that looks like a number; take no keys beside those named."""
    kinds = [kind for kind in node.get("anyOf", []) if kind != {"type": "null"}]
    if "anyOf" in node:
        node = {key: value for key, value in node.items() if key != "anyOf"}
        node |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if node.get("type") == "integer":
        node |= {"type": ["integer", "string"], "pattern": "^[0-9]+$"}
    elif node.get("type") == "string" and "const" not in node and "enum" not in node:
        node |= {"type": WRITTEN}
    if "patternProperties" in node:
        node |= {"additionalProperties": False}
    return node
