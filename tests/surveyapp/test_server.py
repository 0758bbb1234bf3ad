"""The real server over real sockets: nothing stored in part, nobody kept waiting, nothing left behind."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from questionnaires.build import load_good, normalised
from surveyapp import server
from surveyapp.config import load_config
from surveyapp.store import Store

ROOT = Path(__file__).parents[2]
DEFINITION = ROOT / "tests" / "surveyapp" / "respond" / "kinds.yaml"
PROGRAM = """
import sys
from pathlib import Path
from surveyapp.config import load_config
from surveyapp.server import AddressError, PortTakenError, WorkerEndedError, serve
from surveyapp.store import StoreError

if __name__ == "__main__":
    try:
        host = sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1"
        serve(load_config(Path(sys.argv[1]), host=host, port=int(sys.argv[2]), threads=24))
    except (AddressError, PortTakenError, StoreError, WorkerEndedError) as error:
        print(error.zh, error.en, file=sys.stderr)
        sys.exit(1)
"""
ANSWERS = "area=north&visits=0&overall=9&improve=food"
SLOW = 16
"""As many slow phones as may wait at a time with 24 threads."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups of POSIX"),
]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server that was started."""

    process: subprocess.Popen[bytes]
    instance: Path
    port: int

    def ask(self, request: bytes, *, cut_at: int | None = None, patience: float = 10) -> bytes:
        """Send a request and return the response; if it is cut, hang up without waiting."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as connection:
            connection.sendall(request[:cut_at])
            return b"" if cut_at is not None else receive(connection)

    def post(self) -> tuple[bytes, bytes]:
        """Open the page and return the head and the body of the request that answers it."""
        page = self.ask(b"GET /s/kinds HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode()
        hidden = {name: found(page, name) for name in ("_version", "_ticket")}
        body = f"_version={hidden['_version']}&{ANSWERS}&_ticket={hidden['_ticket']}&_end=1".encode()
        return head(len(body)), body

    def stored(self) -> int:
        """Count what was stored."""
        with Store.open(load_config(self.instance).database_url) as store:
            return sum(1 for _ in store.responses("kinds", live=True))

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the main process and return its exit status."""
        self.process.send_signal(sign)
        return self.process.wait(20)


def found(page: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert match is not None
    return match[1]


def head(length: int) -> bytes:
    return (
        "POST /s/kinds HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def receive(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def start(instance: Path, port: int, host: str = "127.0.0.1") -> Running:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(instance), str(port), host],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    running = Running(process=process, instance=instance, port=port)
    for _ in range(200):
        if process.poll() is not None:
            return running
        with contextlib.suppress(OSError):
            if b" 200 " in running.ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
                return running
        time.sleep(0.05)
    raise AssertionError("the server did not start")


def workers(running: Running) -> list[int]:
    listed = subprocess.run(
        ["pgrep", "-P", str(running.process.pid)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in listed.stdout.split()]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return (
        "zombie" not in Path(f"/proc/{process}/status").read_text() if Path("/proc/self").exists() else True
    )


def end(running: Running) -> None:
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    questionnaire, source = load_good(DEFINITION), normalised(DEFINITION.read_bytes())
    with Store.open(load_config(tmp_path / "instance").database_url) as store:
        store.publish(questionnaire.id, questionnaire.version, source, day="2026-09-22", open_link=True)
    return tmp_path / "instance"


@pytest.fixture
def running(instance: Path) -> Iterator[Running]:
    started = start(instance, free_port())
    yield started
    end(started)


def test_a_request_cut_at_any_byte_is_never_stored_and_the_retry_is(running: Running) -> None:
    top, body = running.post()
    for length in range(len(body)):
        running.ask(top + body, cut_at=len(top) + length)
    for length in range(len(body)):  # announced as short as it is: a proxy that hides the cut
        assert b" 400 " in running.ask(head(length) + body[:length]).split(b"\r\n")[0], length
    assert running.stored() == 0
    assert b" 200 " in running.ask(top + body).split(b"\r\n")[0]
    assert b" 200 " in running.ask(top + body).split(b"\r\n")[0]
    assert running.stored() == 1


def test_slow_phones_keep_nobody_waiting(running: Running) -> None:
    top, body = running.post()
    with contextlib.ExitStack() as slow:
        for _ in range(3 * SLOW):
            connection = slow.enter_context(socket.create_connection(("127.0.0.1", running.port)))
            connection.sendall(top + body[:20])
        time.sleep(1)
        begun = time.monotonic()
        for _ in range(20):
            assert b"<form" in running.ask(b"GET /s/kinds HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert time.monotonic() - begun < 10
        refused = running.ask(top + body)
        assert b" 503 " in refused.split(b"\r\n")[0]
        assert b"retry-after: 5" in refused.lower()
    time.sleep(1)
    assert b" 200 " in running.ask(top + body).split(b"\r\n")[0]


def test_many_phones_at_once_are_all_answered(running: Running) -> None:
    def answer(_: int) -> bool:
        top, body = running.post()
        return b" 200 " in running.ask(top + body, patience=30).split(b"\r\n")[0]

    with ThreadPoolExecutor(64) as pool:
        assert all(pool.map(answer, range(256)))
    assert running.stored() == 256


@pytest.mark.skipif(not Path("/proc/net").exists(), reason="Linux only")
def test_a_phone_that_is_gone_is_noticed(running: Running) -> None:
    time.sleep(0.3)
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(b"GET")
        time.sleep(0.1)
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        mine = [row for row in rows if row[1].endswith(f":{running.port:04X}") and row[3] == "01"]
        assert [row[5][:2] for row in mine] == ["02"]  # the keep-alive timer runs


def test_a_second_server_on_the_same_database_is_refused(running: Running) -> None:
    second = start(running.instance, free_port())
    assert second.process.wait(20) == 1
    assert second.process.stdout is not None
    assert "已有一个服务正在使用" in second.process.stdout.read().decode()
    end(second)


def test_a_port_in_use_is_refused(running: Running, tmp_path: Path) -> None:
    second = start_blindly(tmp_path / "other", running.port)
    assert second.process.wait(20) == 1
    assert second.process.stdout is not None
    assert f"端口 {running.port} 已被占用" in second.process.stdout.read().decode()
    end(second)


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1", "a..b", "no-such-host.invalid"])
def test_an_address_this_machine_does_not_have_is_refused(tmp_path: Path, host: str) -> None:
    refused = start_blindly(tmp_path / "other", free_port(), host)
    assert refused.process.wait(20) == 1
    assert refused.process.stdout is not None
    said = refused.process.stdout.read().decode()
    assert f"{host} 不是本机的地址" in said
    assert f"{host} is not an address of this machine" in said
    end(refused)


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0"])
def test_other_ways_to_name_this_machine_serve(instance: Path, host: str) -> None:
    running = start(instance, free_port(), host)
    assert running.process.poll() is None
    end(running)


def test_a_port_the_system_forbids_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forbidding(socket.socket):
        def bind(self, _address: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Forbidding)
    with pytest.raises(server.PortForbiddenError) as refusal:
        server._port_is_free("127.0.0.1", 80)
    assert "端口 80" in refusal.value.zh
    assert "port 80" in refusal.value.en


def test_a_server_whose_worker_was_killed_says_so_in_one_line_and_fails(running: Running) -> None:
    (worker,) = workers(running)
    os.kill(worker, signal.SIGKILL)
    assert running.process.wait(20) == 1
    assert running.process.stdout is not None
    (line,) = running.process.stdout.read().decode().splitlines()
    assert "服务已停止：工作进程自行结束（被信号 SIGKILL 终止）" in line
    assert "worker process ended by itself (killed by SIGKILL)" in line
    assert running.stored() == 0


@pytest.mark.parametrize(
    ("status", "en"), [(-9, "killed by SIGKILL"), (-40, "killed by 40"), (3, "exit status 3")]
)
def test_the_end_of_a_worker_is_told_by_its_status(status: int, en: str) -> None:
    assert en in server.WorkerEndedError(status).en


def test_ctrl_c_which_reaches_all_processes_ends_well(instance: Path) -> None:
    for _ in range(3):
        running = start(instance, free_port())
        for process in (*workers(running), running.process.pid):
            os.kill(process, signal.SIGINT)
        assert running.process.wait(20) == 0
        assert running.process.stdout is not None
        assert running.process.stdout.read() == b""
        end(running)


def test_granian_prints_errors_alone(instance: Path, capfd: pytest.CaptureFixture[str]) -> None:
    server._granian(load_config(instance, threads=512))
    log = logging.getLogger("_granian")
    log.info("Starting granian")
    log.warning("Configuration allows spawning up to 512 Python threads")
    log.error("Unexpected exit from worker-1")
    log.error("Application callable raised an exception")
    assert capfd.readouterr() == ("", "[ERROR] Application callable raised an exception\n")


def start_blindly(instance: Path, port: int, host: str = "127.0.0.1") -> Running:
    """Start a server without asking whether it answers: somebody else would."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(instance), str(port), host],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return Running(process=process, instance=instance, port=port)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_finished_when_the_server_is_stopped(
    running: Running, sign: signal.Signals
) -> None:
    top, body = running.post()
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(top + body[:-5])
        time.sleep(0.3)
        running.process.send_signal(sign)
        time.sleep(0.3)
        connection.sendall(body[-5:])
        assert b" 200 " in receive(connection).split(b"\r\n")[0]
    assert running.process.wait(20) == 0
    assert running.process.stdout is not None
    assert running.process.stdout.read() == b""
    assert running.stored() == 1
    assert not [
        path for path in running.instance.iterdir() if path.name.endswith("-wal") and path.stat().st_size
    ]


def test_nothing_lingers_when_the_main_process_is_killed(running: Running) -> None:
    children = workers(running)
    assert children
    top, body = running.post()
    running.ask(top + body)
    running.stop(signal.SIGKILL)
    again = start(running.instance, running.port)
    try:
        assert again.process.poll() is None
        assert not any(is_alive(child) for child in children)
        assert again.stored() == 1
        assert b" 200 " in again.ask(top + body).split(b"\r\n")[0]
        assert again.stored() == 1
    finally:
        end(again)
