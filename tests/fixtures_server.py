"""A real server in a process of its own, started the way a user starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

START_SECONDS = 60.0


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installed:
    """An installation: its folder, its environment, and the server that may be running on it."""

    instance: Path
    port: int = field(default_factory=free_port)
    database_url: str = ""
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Return the public address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that commands and the server run in."""
        own = {
            "SURVEYAPP_INSTANCE": str(self.instance),
            "SURVEYAPP_PUBLIC_URL": self.url,
            "SURVEYAPP_LANG": "zh",
            "PYTHONIOENCODING": "utf-8",
        }
        return {
            **os.environ,
            **own,
            **({"SURVEYAPP_DATABASE_URL": self.database_url} if self.database_url else {}),
        }

    def run(self, *arguments: str) -> str:
        """Run a command to its end and return what it printed. Raises CalledProcessError."""
        done = subprocess.run(
            [sys.executable, "-m", "surveyapp", *arguments],
            env=self.environment, capture_output=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self, *, wait: bool = True) -> None:
        """Start the server, and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "surveyapp", "serve", "--port", str(self.port)],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
        )  # fmt: skip
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until the server answers. Raises AssertionError if it ends or takes too long."""
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            assert self.process is not None
            assert self.process.poll() is None, f"the server ended: {self.process.communicate()[1]}"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.05)

    def answers(self) -> bool:
        """Say whether the server answers now."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> int:
        """Stop the server as a user does, by SIGTERM, and return its exit status."""
        assert self.process is not None
        self.process.terminate()
        self.process.communicate(timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        """End the server by force, as a power cut does to a process."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=60)


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Callable[..., Installed]]:
    """Return a function that makes an installation; every server it runs is stopped at the end."""
    made: list[Installed] = []

    def make(**settings: str) -> Installed:
        made.append(Installed(tmp_path / f"instance{len(made)}", **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        if one.process is not None and one.process.poll() is None:
            one.kill()
