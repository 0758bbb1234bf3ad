"""Serves the application with granian: one process for SQLite, any number for PostgreSQL.

granian's main process only watches; a worker process serves. The worker opens the store itself, since no connection
may cross a fork, and ends at once when the main process is gone, however that happened, so that a restart finds the
port and the database free.
"""

from __future__ import annotations

import errno
import logging
import multiprocessing
import multiprocessing.connection
import multiprocessing.util
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from surveyapp import create_app
from surveyapp.config import Config
from surveyapp.current import installation
from surveyapp.housekeeping import keep_house, leave
from surveyapp.store import Store, StoreError

if TYPE_CHECKING:
    from flask import Flask

STOP_SECONDS = 15
"""How long requests under way may take when the server is stopped."""

HEADER_SECONDS = 15
CONNECTIONS = 4096
"""Phones connected at a time; a page that is being filled in keeps its connection open for HEADER_SECONDS."""

_RELEASE_SECONDS = 3.0
_KEEP_ALIVE = (
    (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    )
    if sys.platform == "linux"
    else ()
)


class PortTakenError(Exception):
    """Something else listens on the server's port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is in use. Stop what uses it, or choose another with --port."
        )
        self.en = str(self)
        self.zh = f"{host} 的端口 {port} 已被占用。请停止占用它的程序，或用 --port 换一个端口。"


class PortForbiddenError(Exception):
    """The system does not let this user listen on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"The system does not allow this user to listen on port {port} of {host}. "
            "Choose one from 1024 on with --port, and put a proxy on the lower one."
        )
        self.en = str(self)
        self.zh = f"系统不允许当前用户监听 {host} 的端口 {port}。请用 --port 换 1024 以上的端口，低端口交给反向代理。"


class AddressError(Exception):
    """The server's address is none that this machine has."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host or '(empty)'} is not an address of this machine. "
            "Use 127.0.0.1 for this machine alone, or 0.0.0.0 for all its networks, with --host or host."
        )
        self.en = str(self)
        self.zh = f"{host or '（空）'} 不是本机的地址。请用 --host 或 host 写 127.0.0.1（仅本机）或 0.0.0.0（本机所有网络）。"


class WorkerEndedError(Exception):
    """The process that serves ended though nobody had stopped the server."""

    def __init__(self, status: int | None) -> None:
        zh, en = _ending(status)
        super().__init__(
            f"The server stopped because its worker process ended by itself ({en}). Start it again."
        )
        self.en = str(self)
        self.zh = f"服务已停止：工作进程自行结束（{zh}）。请重新启动。"


def _ending(status: int | None) -> tuple[str, str]:
    if status is None or status >= 0:
        return f"退出码 {status}", f"exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:  # a real-time signal has no name
        name = str(-status)
    return f"被信号 {name} 终止", f"killed by {name}"


def serve(config: Config) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished.

    Raises StoreError if the database cannot be opened or another server uses it, AddressError, PortTakenError or
    PortForbiddenError if it cannot listen, and WorkerEndedError if serving ends otherwise than by a signal.
    """
    config = replace(config, host=_numeric_address(config.host))
    _wait_for_port(config)
    # Tried here, where a mistake reaches the caller; this also brings the database up to date before workers start.
    with Store.open(config.database_url) as store:
        store.claim_server()
    server = _granian(config)
    try:
        server.serve(target_loader=partial(_worker_app, config), wrap_loader=False)
    except SystemExit:
        # Ctrl-C reaches the worker too, which may end before it is told to; that is no mishap.
        if not server.interrupt_signal:
            raise WorkerEndedError(server.worker_status) from None


class _Server(MPServer):
    """granian's server, which also keeps how a worker ended by itself."""

    worker_status: int | None = None

    def shutdown(self, exit_code: int = 0) -> None:
        """Look at the workers before they are forgotten."""
        for index in self.interrupt_children:
            self.worker_status = self.wrks[index].inner.exitcode
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]


class OwnWords(logging.Filter):
    """Drops what WorkerEndedError says better."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every other record."""
        return not record.getMessage().startswith("Unexpected exit from worker")


def _log_config(config: Config) -> dict[str, Any]:
    """Have granian's errors alone printed, on standard error; of several workers also that one was replaced."""
    return {
        "filters": {"own": {"()": OwnWords}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "generic",
                "filters": ["own"] if config.workers == 1 else [],
                "stream": "ext://sys.stderr",
            }
        },
        "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
    }


def _granian(config: Config) -> _Server:
    return _Server(
        "surveyapp",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=config.threads,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=_log_config(config),
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=config.workers > 1,
    )


def _wait_for_port(config: Config) -> None:
    """Make sure the port is free: granian shares it (SO_REUSEPORT), so that two servers would go unnoticed."""
    until = time.monotonic() + _RELEASE_SECONDS
    while not _port_is_free(config.host, config.port):
        if time.monotonic() > until:
            raise PortTakenError(config.host, config.port)
        time.sleep(0.05)


def _numeric_address(host: str) -> str:
    """Return the host's address in digits, which is what granian takes; of several an IPv4 one."""
    try:
        found = socket.getaddrinfo(host.removeprefix("[").removesuffix("]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressError(host) from None
    return str(min(found, key=lambda one: one[0] != socket.AF_INET)[4][0])


def _port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        if os.name == "posix":  # connections of the last run that are fading out do not count
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            if error.errno == errno.EACCES:
                raise PortForbiddenError(host, port) from None
            raise AddressError(host) from None
        return True


# --- in the worker ---------------------------------------------------------------------------------------------------


def _worker_app(config: Config) -> Flask:
    """Return the application of a worker process, with its store and its watchers."""
    _end_with_parent()
    try:
        store = Store.open(config.database_url)
        store.claim_server()
    except StoreError as error:
        print(f"{error.zh}\n{error.en}", file=sys.stderr)
        raise SystemExit(1) from None
    app = create_app(config, store)
    keep_house(app)
    _notice_dead_phones(config.port)
    # A worker ends without running atexit, but does run these.
    multiprocessing.util.Finalize(None, _close, args=(app,), exitpriority=10)
    return app


def _end_with_parent() -> None:
    """End this process when the main one is gone; it cannot tell us when it was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def watch() -> None:
            multiprocessing.connection.wait([parent.sentinel])
            os._exit(1)

        threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _notice_dead_phones(port: int) -> None:
    """Have the kernel end connections whose phone is gone, in a minute.

    granian neither does that nor limits how long a body may take, so each phone that lost its network in the middle of
    a request would hold a thread for good. On Linux, connections inherit this from the listening socket.
    """
    if sys.platform != "linux":
        return

    def run() -> None:
        for _ in range(50):
            if any(_keep_alive(int(name), port) for name in os.listdir("/proc/self/fd")):
                return
            time.sleep(0.1)

    threading.Thread(target=run, name="keep-alive", daemon=True).start()


def _keep_alive(descriptor: int, port: int) -> bool:
    """Turn keep-alive on if the descriptor is the listening socket."""
    try:
        found = socket.socket(fileno=descriptor)
    except OSError:  # no socket, or closed meanwhile
        return False
    try:
        if not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) or found.getsockname()[1] != port:
            return False
        for level, option, value in _KEEP_ALIVE:
            found.setsockopt(level, option, value)
        return True
    except (OSError, IndexError):
        return False
    finally:
        found.detach()  # it is granian's to close


def _close(app: Flask) -> None:
    leave(app)
    installation(app).store.close()
