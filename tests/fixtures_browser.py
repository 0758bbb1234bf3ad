"""A phone and a laptop: Debian's Chromium, driven by Playwright, that may talk to this machine only."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    *(
        str(Path(os.environ[root], path))
        for root in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        if root in os.environ
        for path in (
            "Google/Chrome/Application/chrome.exe",
            "Chromium/Application/chrome.exe",
            "Microsoft/Edge/Application/msedge.exe",
        )
    ),
)
HERE = ("127.0.0.1", "localhost")
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # What the route below does not see (service workers, prefetch) finds no host either.
    f"--host-resolver-rules=MAP * ~NOTFOUND, {', '.join(f'EXCLUDE {host}' for host in HERE)}",
)
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "screen": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
LAPTOP = {"viewport": {"width": 1366, "height": 768}, "accept_downloads": True}


def chromium() -> str | None:
    """Return the path of the Chromium to drive: SURVEYAPP_CHROMIUM, one on the PATH, or in a usual place."""
    if named := os.environ.get("SURVEYAPP_CHROMIUM"):
        return shutil.which(named)
    found = (shutil.which(name) for name in (*NAMES, *PLACES))
    return next((path for path in found if path), None)


def is_foreign(url: str) -> bool:
    """Return whether fetching the address leaves this machine; `data:` and `blob:` do not."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in HERE


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium not installed")
    flags = list(FLAGS)
    if sys.platform != "win32" and os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium refuses to start its sandbox as root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        yield browser
        browser.close()


@contextmanager
def context_here(browser: Browser, **settings: Any) -> Iterator[BrowserContext]:
    """Open a context whose pages may ask this machine only; asking anybody else fails the test."""
    foreign: list[str] = []

    def refuse(route: Route) -> None:
        foreign.append(route.request.url)
        route.abort()

    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **settings)
    context.set_default_timeout(10_000)
    context.route(is_foreign, refuse)
    context.route_web_socket(is_foreign, lambda socket: foreign.append(socket.url))
    try:
        yield context
    finally:
        context.close()
    assert not foreign, f"the page asked another host: {foreign}"


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of 360 x 740 points with touch, in Chinese; `phone.new_page()` opens a page."""
    with context_here(browser, **PHONE) as context:
        yield context


@pytest.fixture
def phone_without_javascript(browser: Browser) -> Iterator[BrowserContext]:
    """The same phone with scripts turned off."""
    with context_here(browser, **PHONE, java_script_enabled=False) as context:
        yield context


@pytest.fixture
def laptop(browser: Browser) -> Iterator[BrowserContext]:
    """A laptop of 1366 x 768 points that keeps downloads."""
    with context_here(browser, **LAPTOP) as context:
        yield context
