"""The obvious alternative, as bare as it can be: Flask, a page built beforehand, one row inserted per form.

No questionnaire, no checks, no codes, no ticket: what any server of this kind must at least do. Each insert is its own
commit behind one lock, with the same durability as the real store (WAL, synchronous=FULL).
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import sqlite3
import threading

from flask import Flask, Response, request

THANKS = "谢谢"


def create(page: bytes, database: str) -> Flask:
    """Return the bare application: it hands out `page`, zipped beforehand, and keeps forms in `database`."""
    app = Flask(__name__)
    zipped, lock = gzip.compress(page), threading.Lock()
    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS response (id TEXT PRIMARY KEY, answers TEXT) WITHOUT ROWID"
    )

    @app.get("/s/bare")
    def show() -> Response:
        return Response(
            zipped, headers={"Content-Encoding": "gzip", "Content-Type": "text/html; charset=utf-8"}
        )

    @app.post("/s/bare")
    def take() -> str:
        answers = json.dumps({name: request.form[name] for name in request.form}, ensure_ascii=False)
        with lock:
            connection.execute("INSERT INTO response VALUES (?, ?)", (secrets.token_urlsafe(16), answers))
        return THANKS

    return app


def application() -> Flask:
    """Return the application named by the environment; what the server loads."""
    with open(os.environ["BARE_PAGE"], "rb") as file:
        return create(file.read(), os.environ["BARE_DATABASE"])
