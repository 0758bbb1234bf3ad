"""Drives complete journeys against a server: a new connection, the page, the answers, the thank-you.

Run as its own process (`python -m benchmarks.journeys`), so that driver and server do not share an interpreter.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
import zlib
from dataclasses import dataclass, field
from urllib.parse import urlencode

HIDDEN = re.compile(rb'name="(_[a-z]+)" value="([^"]*)"')


@dataclass(kw_only=True)
class Tally:
    """What the driver saw: journeys that ended in a thank-you, their times in seconds, and failures."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def exchange(connection: socket.socket, request: bytes) -> tuple[int, bytes]:
    """Send one request and return the response's status and body, unzipped."""
    connection.sendall(request)
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    head = bytes(data[:end]).lower()
    length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
    while len(data) < end + 4 + length:
        data += _more(connection)
    body = bytes(data[end + 4 : end + 4 + length])
    return int(head[9:12]), zlib.decompress(body, 31) if b"content-encoding: gzip" in head else body


def _more(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionError("the server closed the connection")
    return chunk


def journey(port: int, path: str, answers: dict[str, str], thanks: bytes) -> None:
    """Make one journey. Raises AssertionError or OSError if it does not end in the thank-you."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"Host: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
        status, page = exchange(connection, f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        assert status == 200, f"the page gave {status}"
        hidden = {name.decode(): value.decode() for name, value in HIDDEN.findall(page)}
        end = {"_end": hidden.pop("_end")} if "_end" in hidden else {}
        body = urlencode({**answers, **hidden, **end}).encode()
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        status, page = exchange(connection, f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        assert status == 200, f"the answers gave {status}"
        assert thanks in page, "no thank-you came"


def drive(
    port: int, path: str, answers: dict[str, str], thanks: bytes, at_once: int, seconds: float
) -> Tally:
    """Make journeys for so many seconds, so many at once."""
    tally, end = Tally(), time.monotonic() + seconds

    def work() -> None:
        while (start := time.monotonic()) < end:
            try:
                journey(port, path, answers, thanks)
            except (OSError, AssertionError) as error:
                tally.failures.append(str(error))
            else:
                tally.seconds.append(time.monotonic() - start)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def main() -> None:
    """Read one order as JSON from standard input, drive it, print the result as JSON."""
    order = json.load(sys.stdin)
    tally = drive(
        order["port"],
        order["path"],
        order["answers"],
        order["thanks"].encode(),
        order["at_once"],
        order["seconds"],
    )
    json.dump(
        {"seconds": tally.seconds, "failures": tally.failures[:5], "failed": len(tally.failures)}, sys.stdout
    )


if __name__ == "__main__":
    main()
