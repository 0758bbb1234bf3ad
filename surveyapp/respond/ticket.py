"""The ticket a page carries: the response's id and when the page was made, signed, so that a repeat is known as one.

A ticket is `<id>.<time>.<signature>`: 128 random bits, the time in steps of ten seconds, and 128 bits of an HMAC over
these, the survey and the version. It holds nothing about the respondent and is not kept.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass

from surveyapp.fieldwork.codes import ALPHABET

STEP = 10
"""Seconds; a coarser time tells less."""

LONGEST = 24 * 3600
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket that was signed here and is still good."""

    id: str
    issued: int
    """Seconds since 1970, in steps of ten."""
    text: str
    """The ticket as it was sent."""


@dataclass(frozen=True, kw_only=True)
class TicketOffice:
    """Issues and reads tickets, and words receipts."""

    secret: bytes

    def issue(self, slug: str, version: str, now: float) -> str:
        """Return a new ticket."""
        unsigned = f"{secrets.token_urlsafe(16)}.{_base36(int(now) // STEP)}"
        return f"{unsigned}.{self._signature(slug, version, unsigned)}"

    def read(self, text: str, slug: str, version: str, now: float) -> Ticket | None:
        """Return the ticket if it was issued here for this version and is not older than a day."""
        unsigned, _, signature = text.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(slug, version, unsigned).encode()):
            return None
        id, _, when = unsigned.partition(".")
        issued = int(when, 36) * STEP
        # A little ahead is allowed, for several hosts whose clocks differ.
        return Ticket(id=id, issued=issued, text=text) if -300 <= now - issued <= LONGEST else None

    def receipt(self, id: str) -> str:
        """Return a receipt of ten characters; it proves that an answer arrived, but does not lead to it."""
        digest = int.from_bytes(hmac.digest(self.secret, b"receipt\0" + id.encode(), "sha256")[:8], "big")
        letters = "".join(ALPHABET[digest >> 5 * place & 31] for place in range(10)).upper()
        return f"{letters[:5]}-{letters[5:]}"

    def _signature(self, slug: str, version: str, unsigned: str) -> str:
        signed = f"ticket\0{slug}\0{version}\0{unsigned}".encode()
        return base64.urlsafe_b64encode(hmac.digest(self.secret, signed, "sha256")[:16]).decode().rstrip("=")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
