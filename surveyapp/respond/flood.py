"""Keeps a flood of requests from taking the server, and keeps no address: debts stand under a keyed hash, in memory alone.

One address may be a whole office, so that a crowd behind it is normal and nobody is turned away for it: above a burst a
submission is asked for work, and only far above it for patience. A slot of a `Buckets` may be shared by strangers; that
takes a flood to be noticed at all, and then meets one address in some thousands.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import socket
import time
from array import array
from collections.abc import Callable

PER_ADDRESS = (600, 10.0)
"""Submissions at once and per second from one address: a thousand people in five minutes are three a second."""

PER_SURVEY = (30_000, 100.0)
"""Submissions at once and per second to one survey: a message to a whole city may be answered within minutes."""

PER_TICKET = (30, 1 / 60)
"""Submissions of one page that could not be taken."""

WRONG_CODES = (30, 0.1)
"""Access codes from one address that do not exist: a thousand people who type make some dozens of them."""

LOOK = 0.2
"""What showing a page costs of a submission; measured 85 of 570 µs."""

FAR = 5.0
"""So many times a burst is waited for, whatever is done."""

KEY_SECONDS = 24 * 3600
LONGEST_WAIT = 300
_SLOTS = 1 << 18


class Buckets:
    """Token buckets in a fixed piece of memory: each slot holds when its debt will be paid."""

    def __init__(self, limit: tuple[int, float], slots: int = _SLOTS) -> None:
        burst, per_second = limit
        self._each = 1 / per_second
        self._burst = burst * self._each
        self._paid_at = array("d", [0.0]) * slots

    def spend(self, slot: int, now: float, tokens: float = 1.0) -> float:
        """Take tokens and return the debt in bursts: up to 1 is normal. Above FAR no more is taken."""
        paid_at = max(self._paid_at[slot], now) + tokens * self._each
        debt = (paid_at - now) / self._burst
        if debt <= FAR:
            # Two threads at the same moment may count once; a lock would cost more than that matters.
            self._paid_at[slot] = paid_at
        return debt

    def wait_for_room(self, slot: int, now: float) -> int:
        """Return the seconds after which one token more is normal; 0 if it is now."""
        return max(0, math.ceil(self._paid_at[slot] - now + self._each - self._burst))

    def wait(self, debt: float) -> int:
        """Return the seconds after which one token more is normal again, if nobody else takes any; five minutes at most."""
        return min(LONGEST_WAIT, max(1, math.ceil((debt - 1) * self._burst + self._each)))


class Gate:
    """Counts what comes from where, for a day at most under the same key, and forgets it with the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._renew(clock())

    def _renew(self, now: float) -> None:
        self._key, self._renews_at = secrets.token_bytes(32), now + KEY_SECONDS
        self._addresses, self._wrong_codes = Buckets(PER_ADDRESS), Buckets(WRONG_CODES)
        self._surveys, self._tickets = Buckets(PER_SURVEY), Buckets(PER_TICKET)

    def look(self, address: str) -> int | None:
        """Count a look; the seconds to wait if there are far too many from this address."""
        return self._wait(self._at_address(address, LOOK))

    def take(self, address: str) -> Pressure:
        """Count a submission from an address."""
        return Pressure(self._at_address(address, 1.0), self._addresses)

    def take_for(self, survey: str, before: Pressure) -> Pressure:
        """Count it for its survey as well, and return the stronger of the two pressures."""
        pressure = Pressure(self._spend(self._surveys, survey.encode()), self._surveys)
        return max(before, pressure, key=lambda one: one.debt)

    def try_again_after(self, ticket: str) -> int:
        """Return the seconds after which a page may be submitted again without work: 0 but after many failed tries."""
        return self._tickets.wait_for_room(self._slot(ticket.encode()), self._clock())

    def count_try(self, ticket: str) -> None:
        """Count a submission that could not be taken."""
        self._spend(self._tickets, ticket.encode())

    def wrong_code(self, address: str) -> int | None:
        """Count an access code that does not exist; the seconds to wait if there were many from this address."""
        network = one_person(address)
        debt = self._spend(self._wrong_codes, network) if network else 0.0
        return None if debt <= 1 else self._wrong_codes.wait(debt)

    def crowd(self, address: str) -> bytes:
        """Return a name for the network of an address which nobody else can work out; empty for this machine."""
        network = one_network(address)
        return hashlib.blake2s(network, key=self._key, digest_size=8).digest() if network else b""

    def _at_address(self, address: str, tokens: float) -> float:
        network = one_person(address)
        return self._spend(self._addresses, network, tokens) if network else 0.0

    def _spend(self, buckets: Buckets, name: bytes, tokens: float = 1.0) -> float:
        now = self._clock()
        if now >= self._renews_at:
            self._renew(now)
        return buckets.spend(self._slot(name), now, tokens)

    def _slot(self, name: bytes) -> int:
        # BLAKE2 with a key is a MAC (RFC 7693) at a third of HMAC-SHA256's cost.
        digest = hashlib.blake2s(name, key=self._key, digest_size=4).digest()
        return int.from_bytes(digest) % _SLOTS

    def _wait(self, debt: float) -> int | None:
        return None if debt <= FAR else self._addresses.wait(debt)


class Pressure:
    """How far beyond the normal a submission is."""

    __slots__ = ("_buckets", "debt")

    def __init__(self, debt: float, buckets: Buckets) -> None:
        self.debt, self._buckets = debt, buckets

    @property
    def is_high(self) -> bool:
        """Say whether work is asked for."""
        return self.debt > 1

    @property
    def is_too_high(self) -> bool:
        """Say whether nothing but waiting helps."""
        return self.debt > FAR

    @property
    def wait(self) -> int:
        """Return the seconds after which it is normal again."""
        return self._buckets.wait(self.debt)


def one_person(address: str) -> bytes:
    """Return what of an address stands for one household at least: IPv4 whole, of IPv6 the first 64 bits.

    Empty for this machine: it is no respondent, but somebody trying, or a proxy that `proxies` does not name, behind
    which everybody would be one.
    """
    return _leading(address, 4, 8)


def one_network(address: str) -> bytes:
    """Return what of an address stands for one organisation: 24 bits of IPv4, 48 of IPv6; empty for this machine."""
    return _leading(address, 3, 6)


_LOOPBACK = bytes(15) + b"\x01"
_V4_IN_V6 = bytes(10) + b"\xff\xff"


def _leading(address: str, of_v4: int, of_v6: int) -> bytes:
    try:
        packed = _packed(address)
    except (OSError, ValueError):
        return address.encode(errors="replace")
    if packed.startswith(_V4_IN_V6):
        packed = packed[12:]
    if len(packed) == 4:
        return b"" if packed[0] == 127 else packed[:of_v4]
    return b"" if packed == _LOOPBACK else packed[:of_v6]


def _packed(address: str) -> bytes:
    if ":" in address:
        return ipaddress.IPv6Address(address).packed  # takes a zone too, as link-local ones have
    return socket.inet_pton(socket.AF_INET, address)
