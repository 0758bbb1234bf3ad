"""The headers that every response carries, whatever made it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from flask import Flask, Response

NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""The content policy of a response that names none of its own: nothing may be loaded or run."""

HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", NOTHING),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cache-Control", "no-store"),
)


def guard(app: Flask) -> None:
    """Give every response the headers, except where a view has set one itself."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        present = {name.lower() for name, _ in headers}
        headers.extend((name, value) for name, value in HEADERS if name.lower() not in present)
        return response


def inline_policy(*, styles: Sequence[str], scripts: Sequence[str] = (), connects: bool = False) -> str:
    """Return the content policy of a page whose styles and scripts stand in it, named by their hashes.

    With `connects` its scripts may ask this host.
    """
    parts = [
        NOTHING,
        "form-action 'self'",
        "img-src data:",
        f"style-src {' '.join(_hash(style) for style in styles)}",
    ]
    if scripts:
        parts.append(f"script-src {' '.join(_hash(script) for script in scripts)}")
    if connects:
        parts.append("connect-src 'self'")
    return "; ".join(parts)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
