"""Reads request bodies whole before anything is done with them, and keeps slow ones from taking every thread."""

from __future__ import annotations

import threading

from flask import Flask, request
from werkzeug.exceptions import BadRequest, LengthRequired, ServiceUnavailable

from surveyapp.errors import RESPONDENTS
from surveyapp.respond.body import LARGEST

RESERVED = 8
"""Threads that never wait for a body, so that pages are shown whatever arrives slowly."""

PATIENCE = 0.25
"""Seconds to wait for a place: many quick bodies may come at the same moment, and none of them is to be turned away."""

RETRY = 5


def read_bodies_whole(app: Flask, threads: int) -> None:
    """Refuse every body that is shorter than announced, and those for which no thread is left to wait."""
    places = threading.BoundedSemaphore(max(threads - RESERVED, (threads + 1) // 2))

    @app.before_request
    def read_body() -> None:
        if "Transfer-Encoding" in request.headers:
            raise LengthRequired
        if not request.content_length:
            return
        if request.path.startswith(RESPONDENTS):
            request.max_content_length = LARGEST
        if not places.acquire(timeout=PATIENCE):
            raise ServiceUnavailable(retry_after=RETRY)
        try:
            body = request.get_data()
        finally:
            places.release()
        if len(body) != request.content_length:
            raise BadRequest
