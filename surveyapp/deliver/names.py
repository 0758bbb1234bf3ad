"""Downloads as they leave: their names in Chinese, their kinds, never shown in the browser."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
LONGEST_NAME = 80

_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')


def file_name(*parts: str, ending: str) -> str:
    """Return a name every file system takes, of these parts joined by underscores."""
    name = "_".join(_UNFIT.sub(" ", unicodedata.normalize("NFC", part)).strip() for part in parts if part)
    return f"{name[:LONGEST_NAME].strip(' .') or 'survey'}.{ending}"


def disposition(name: str, plain: str) -> str:
    """Return a Content-Disposition that carries the name (RFC 6266, 5987); `plain` is for clients that cannot read it."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
