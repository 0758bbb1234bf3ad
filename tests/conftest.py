"""Wires the shared fixtures (every tests/fixtures_*.py), and shows what was left out for want of a program."""

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [f"tests.{path.stem}" for path in sorted(Path(__file__).parent.glob("fixtures_*.py"))]

# How long an example takes says nothing on a busy machine.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# The reason a test gives for its skip begins so -> what the tests are, and what to install for them.
REMEDIES = {
    "Chromium not installed": ("browser", "Debian's chromium"),
    "PostgreSQL not installed": ("PostgreSQL", "Debian's postgresql"),
    "LibreOffice not installed": ("LibreOffice", "Debian's libreoffice-calc and libreoffice-writer"),
}

REQUIRE_ALL = "SURVEYAPP_REQUIRE_ALL"


def missing_program(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    """Return the beginning of the reason when the report is a skip for want of a program."""
    if not (report.skipped and isinstance(report.longrepr, tuple)):
        return None
    reason = report.longrepr[2].removeprefix("Skipped: ")
    return next((start for start in REMEDIES if reason.startswith(start)), None)


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip for want of a program into a failure where everything is required."""
    start = missing_program(report)
    if start is not None and os.environ.get(REQUIRE_ALL) == "1":
        report.outcome = "failed"
        report.longrepr = f"{start}: install {REMEDIES[start][1]}; {REQUIRE_ALL}=1 lets nothing be left out."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Say in one line, just above pytest's closing line, which tests were left out and how to get them."""
    yield
    starts = [missing_program(report) for report in terminalreporter.stats.get("skipped", ())]
    if line := left_out(Counter(start for start in starts if start is not None)):
        terminalreporter.write_line(line, yellow=True)


def left_out(skips: Counter[str]) -> str:
    """Word the counts of skips by reason; nothing when nothing was left out.

    >>> left_out(Counter({"Chromium not installed": 12, "PostgreSQL not installed": 1}))
    "left out: 12 browser tests (install Debian's chromium), 1 PostgreSQL test (install Debian's postgresql)"
    """
    parts = [
        f"{skips[start]} {kind} test{'s' * (skips[start] != 1)} (install {program})"
        for start, (kind, program) in REMEDIES.items()
        if skips[start]
    ]
    return f"left out: {', '.join(parts)}" if parts else ""
