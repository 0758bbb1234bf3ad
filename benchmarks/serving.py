"""Journeys per second of this server against a bare Flask application with the same durability, in one run.

Both run on granian with one process and the same number of threads, on fresh SQLite files in the same folder, in turn.
A journey is a new connection, the page, and a durable submission. Every journey counted must be a row in the database.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bare import THANKS
from surveyapp.demo.show import free_port

DEFINITION = "questionnaires/library/zhifu-2022.yaml"
SLUG = "zhifu-2022"
ANSWERS = {
    "subsidy": "A", "degree": "B", "policy_awareness": "B", "notice": "A", "criteria": "B", "procedure": "A",
    "review": "B", "payment": "B", "improve": "C", "suggestions": "希望审核再快一些，材料再少一些。",
}  # fmt: skip
ROUNDS = 3
SECONDS = 4.0
LEAST_RATIO = 0.6


@dataclass(kw_only=True)
class Contender:
    """A server under measurement."""

    name: str
    port: int
    path: str
    process: subprocess.Popen[bytes]
    rows: Callable[[], int]
    journeys: int = 0

    def cpu_seconds(self) -> float:
        """Return the processor time of the server and its workers so far."""
        return sum(_cpu(pid) for pid in _family(self.process.pid))


@dataclass(kw_only=True)
class Measured:
    """One round: journeys per second, their 99th percentile in milliseconds, processor microseconds per journey."""

    per_second: float
    p99: float
    cpu: float


def main() -> int:
    """Measure, print, and return 1 if a row is missing or the ratio is too low."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _ours(Path(folder)) as ours,
        _bare(Path(folder), ours) as bare,
    ):
        ratios = {at_once: _compare(ours, bare, at_once) for at_once in (8, 32)}
        lost = [one for one in (ours, bare) if one.rows() != one.journeys]
    for one in lost:
        print(f"MISMATCH: {one.name} counted {one.journeys} journeys but has {one.rows()} rows")
    low = [at_once for at_once, ratio in ratios.items() if ratio < LEAST_RATIO]
    print(
        f"rows stored = journeys counted: {'no' if lost else 'yes'};  ratio at least {LEAST_RATIO}: {'no' if low else 'yes'}"
    )
    return 1 if lost or low else 0


def _compare(ours: Contender, bare: Contender, at_once: int) -> float:
    pairs = [(_measure(ours, at_once), _measure(bare, at_once)) for _ in range(ROUNDS)]
    ratios = [own.per_second / other.per_second for own, other in pairs]
    print(f"\n{at_once} at once{'':14}journeys/s    p99 ms   server CPU us/journey")
    for name, found in (
        ("surveyapp", [own for own, _ in pairs]),
        ("bare Flask", [other for _, other in pairs]),
    ):
        middle = [
            statistics.median(getattr(one, field) for one in found) for field in ("per_second", "p99", "cpu")
        ]
        print(f"  {name:<18}{middle[0]:>14.0f}{middle[1]:>10.1f}{middle[2]:>16.0f}")
    ratio = statistics.median(ratios)
    print(f"  ratio (median of {ROUNDS} pairs, {min(ratios):.2f}–{max(ratios):.2f}): {ratio:.2f}", flush=True)
    return ratio


def _measure(one: Contender, at_once: int) -> Measured:
    order = {
        "port": one.port, "path": one.path, "answers": ANSWERS, "thanks": THANKS, "at_once": at_once, "seconds": SECONDS,
    }  # fmt: skip
    before, start = one.cpu_seconds(), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.journeys"],
        input=json.dumps(order),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found = json.loads(done.stdout)
    if found["failed"]:
        raise SystemExit(f"{one.name}: {found['failed']} journeys failed, such as: {found['failures'][0]}")
    took = sorted(found["seconds"])
    one.journeys += len(took)
    return Measured(
        per_second=len(took) / min(SECONDS, time.monotonic() - start),
        p99=1000 * took[int(len(took) * 0.99)],
        cpu=1e6 * (one.cpu_seconds() - before) / len(took),
    )


@contextmanager
def _ours(folder: Path) -> Iterator[Contender]:
    port = free_port("127.0.0.1", 18300)
    environment = {
        **os.environ,
        "SURVEYAPP_INSTANCE": str(folder / "ours"),
        "SURVEYAPP_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    surveyapp = [sys.executable, "-m", "surveyapp"]
    subprocess.run(
        [*surveyapp, "publish", DEFINITION, "--open-link"], env=environment, check=True, capture_output=True
    )
    with _running(
        [*surveyapp, "serve", "--port", str(port)], environment, f"http://127.0.0.1:{port}/healthz"
    ) as process:
        database = folder / "ours" / "survey.db"
        yield Contender(
            name="surveyapp", port=port, path=f"/s/{SLUG}", process=process, rows=lambda: _count(database)
        )


@contextmanager
def _bare(folder: Path, ours: Contender) -> Iterator[Contender]:
    port = free_port("127.0.0.1", ours.port + 1)
    page, database = folder / "page.html", folder / "bare.db"
    with urllib.request.urlopen(f"http://127.0.0.1:{ours.port}{ours.path}") as response:
        page.write_bytes(response.read())  # the same page, so that both send the same bytes
    environment = {**os.environ, "BARE_PAGE": str(page), "BARE_DATABASE": str(database)}
    command = [sys.executable, "-m", "benchmarks.serve_bare", str(port)]
    with _running(command, environment, f"http://127.0.0.1:{port}/s/bare") as process:
        yield Contender(
            name="bare Flask", port=port, path="/s/bare", process=process, rows=lambda: _count(database)
        )


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], address: str
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{' '.join(command)} does not answer")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def _count(database: Path) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return int(connection.execute("SELECT count(*) FROM response").fetchone()[0])


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(one for child in found for one in _family(child))]


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # not Linux, or gone
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
