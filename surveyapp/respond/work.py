"""Proof of work: a flood is made dear, a person waits a second, and nobody is shown a picture puzzle.

A challenge is `<time>.<random>.<signature>`; it belongs to one page's ticket. What is sent back is `<challenge>:<nonce>`,
the very text whose SHA-256 begins with so many zero bits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

WORK = "_work"
"""The field that carries work done."""

BITS = 18
"""260,000 hashes on average: about a second on a phone of 2018."""

GOOD_SECONDS = 600
MOST_REMEMBERED = 100_000
_LONGEST = 200


class Spent:
    """Remembers what was used in the last minutes: at least GOOD_SECONDS of it, or the newest MOST_REMEMBERED."""

    def __init__(self) -> None:
        self._now: dict[str, object] = {}
        self._before: dict[str, object] = {}
        self._turns_at = 0.0

    def is_first(self, name: str, now: float) -> bool:
        """Say whether this is the first time that the name is used."""
        if now >= self._turns_at or len(self._now) >= MOST_REMEMBERED:
            # Twice as long, because a challenge from a host whose clock is ahead lives longer.
            self._before, self._now, self._turns_at = self._now, {}, now + 2 * GOOD_SECONDS
        mine = object()
        return name not in self._before and self._now.setdefault(name, mine) is mine


@dataclass(frozen=True, kw_only=True)
class WorkOffice:
    """Asks for work and judges it; each challenge counts once."""

    secret: bytes = field(repr=False)
    bits: int = BITS
    _spent: Spent = field(default_factory=Spent, repr=False)

    def ask(self, ticket: str, now: float) -> str:
        """Return a new challenge for a ticket."""
        unsigned = f"{int(now):x}.{secrets.token_urlsafe(12)}"
        return f"{unsigned}.{self._signature(ticket, unsigned)}"

    def is_done(self, written: str, ticket: str, now: float) -> bool:
        """Say whether this is work done on a challenge for this ticket, not too old and not used before; it is used up."""
        challenge = written.partition(":")[0]
        unsigned, _, signature = challenge.rpartition(".")
        if len(written) > _LONGEST or not written.isascii():
            return False
        if not hmac.compare_digest(signature, self._signature(ticket, unsigned)):
            return False
        age = now - int(unsigned.partition(".")[0], 16)
        if not -GOOD_SECONDS <= age <= GOOD_SECONDS or leading_zeros(written) < self.bits:
            return False
        return self._spent.is_first(unsigned, now)

    def _signature(self, ticket: str, unsigned: str) -> str:
        signed = f"work\0{self.bits}\0{ticket}\0{unsigned}".encode(errors="replace")
        return base64.urlsafe_b64encode(hmac.digest(self.secret, signed, "sha256")[:16]).decode().rstrip("=")


def leading_zeros(written: str) -> int:
    """Return with how many zero bits the SHA-256 of a text begins."""
    return 256 - int.from_bytes(hashlib.sha256(written.encode()).digest()).bit_length()
