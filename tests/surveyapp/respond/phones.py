"""The question page on a phone: a server in this process, and the `kinds` survey filled in by touch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def choose(page: Page, item: str, *labels: str) -> None:
    """Choose options of an item by their labels."""
    for label in labels:
        page.locator(f"#q-{item} .o label", has_text=label).first.click()


def fill_in(page: Page) -> None:
    """Answer all that is asked of somebody in the north who is dissatisfied, but for the optional item."""
    choose(page, "area", "北片")
    page.fill("[name=visits]", "3")
    choose(page, "staff", "不满意")
    page.fill("[name='staff.text']", "态度不好")
    choose(page, "overall", "9")
    choose(page, "improve", "饭菜")


def walk_to(page: Page, item: str) -> None:
    """Go on in large print until an item, or the button for `send`, is there."""
    wanted = page.locator("#send" if item == "send" else f"#q-{item}")
    while not wanted.is_visible():
        page.click("#next")
