"""Reads a posted form strictly: a body that was cut off or garbled is refused, never stored in part."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

LARGEST = 64 * 1024
END = "_end"
"""The form's last field. A form that was cut off, wherever that happened, lacks it."""

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 2000
"""More than any questionnaire has; a questionnaire's own, lower limit is `Paper.most_fields`."""

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Raw = Mapping[str, Sequence[str]]


class GarbledFormError(ValueError):
    """The body is not a whole, well-formed form."""


def read_form(body: bytes, announced: int | None) -> Raw:
    """Return a form's values by field name. Raises GarbledFormError unless all of it arrived, in order."""
    if announced is None or len(body) != announced or _BAD_ESCAPE.search(body):
        raise GarbledFormError
    fields = _fields(body)
    if not fields or fields[-1] != (END, "1"):
        raise GarbledFormError
    raw: dict[str, list[str]] = {}
    for name, value in fields:
        raw.setdefault(name, []).append(value)
    return raw


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        fields = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # neither UTF-8 nor pairs, or too many of them
        raise GarbledFormError from None
    if b"%00" in body or b"\0" in body:
        raise GarbledFormError
    return fields
