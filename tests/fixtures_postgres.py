"""A private PostgreSQL server for the tests: one per session, a fresh database per test."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

USER = "survey"


def program_folders() -> list[Path]:
    """Return the folders that may hold the server's programs: PATH first, then Debian's, newest first."""
    found = shutil.which("initdb")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted(debian, key=lambda folder: [int(n) for n in folder.parent.name.split(".")], reverse=True)
    return [*([Path(found).parent] if found else []), *newest]


def find_programs() -> Path | None:
    """Return a folder with both initdb and postgres."""
    wanted = ("initdb", "postgres")
    folders = program_folders()
    return next((folder for folder in folders if all((folder / name).exists() for name in wanted)), None)


def unprivileged_user() -> str | None:
    """Return whom to run the server as: PostgreSQL refuses root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody", "daemon") if name in names)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(kw_only=True)
class PostgresServer:
    """A running server and the way in."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres", driver: str = "postgresql") -> str:
        return f"{driver}://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "" if sys.platform == "win32" else str(self.folder),
            "max_connections": "200",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                user=unprivileged_user(),
                cwd=self.folder,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url()).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or (self.process and self.process.poll() is not None):
                    raise RuntimeError((self.folder / "log").read_text(errors="replace")) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server by its pid, breaking open connections off."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
            self.process = None


def make_cluster(programs: Path, folder: Path) -> None:
    """Make the data folder, owned by whom the server will run as."""
    user = unprivileged_user()
    if user is not None:
        shutil.chown(folder, user)
    command = [programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8"]
    subprocess.run(
        [*map(str, command), "--locale=C"],
        check=True,
        capture_output=True,
        user=user,
        cwd=folder,
        timeout=120,
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server of our own, with the settings PostgreSQL ships."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL not installed (initdb is neither in PATH nor in /usr/lib/postgresql)")
    # Not under tmp_path: a socket's address holds 107 characters only, and root's folders are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        make_cluster(programs, folder)
        server = PostgresServer(programs=programs, folder=folder, port=free_port())
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh, empty database that is dropped after the test."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield postgres_server.url(name)
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
