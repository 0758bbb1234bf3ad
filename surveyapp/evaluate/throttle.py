"""How often a sign-in may fail, per account and, slower, per address.

Flask-Limiter would do it, but it looks at every request of the application: measured, 60 µs more for each of a
respondent's, which take 160. So its engine is used on its own. Names and addresses are only counted as hashes under a
key made anew at every start; nothing of them is kept or logged.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

WINDOW = 15
"""Minutes."""

PER_ACCOUNT = (RateLimitItemPerMinute(10, WINDOW),)
PER_ADDRESS = (RateLimitItemPerMinute(50, WINDOW), RateLimitItemPerHour(120))
"""An office shares one address, so it may fail more often than one account."""


class Throttle:
    """Counts what failed; everything is forgotten when the server stops."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._key = secrets.token_bytes(32)

    def may_try(self, account: str, address: str) -> bool:
        """Say whether an account, at an address, may try once more."""
        return all(self._limiter.test(limit, key) for limit, key in self._counters(account, address))

    def note_failure(self, account: str, address: str) -> None:
        """Count one failure."""
        for limit, key in self._counters(account, address):
            self._limiter.hit(limit, key)

    def _counters(
        self, account: str, address: str
    ) -> list[tuple[RateLimitItemPerMinute | RateLimitItemPerHour, str]]:
        of_account, of_address = self._hash("account", account), self._hash("address", address)
        return [
            *((limit, of_account) for limit in PER_ACCOUNT),
            *((limit, of_address) for limit in PER_ADDRESS),
        ]

    def _hash(self, kind: str, text: str) -> str:
        return hmac.new(self._key, f"{kind}\0{text}".encode("utf-8", "replace"), sha256).hexdigest()
