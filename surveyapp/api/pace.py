"""How often the API may be asked, per token and, without one, per address.

Counted in this process's memory under a key made anew at every start; nothing of it is kept or logged.
"""

from __future__ import annotations

import hmac
import math
import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

PER_TOKEN = 300
"""Requests a minute: a script that reads a large survey by pages of 1000 rows reads 300,000."""
PER_ADDRESS = 60
"""Requests a minute of one address that carry no good token; who has one is not kept out by the neighbours."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Counts requests."""

    per_token: int = PER_TOKEN
    per_address: int = PER_ADDRESS
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()), repr=False
    )

    def wait_of_token(self, token_hash: str) -> int | None:
        """Count a request of a token; None if it may go on, else for how many seconds it should wait."""
        return self._wait(RateLimitItemPerMinute(self.per_token), f"token\0{token_hash}")

    def wait_of_address(self, address: str) -> int | None:
        """Count a request without a good token."""
        return self._wait(RateLimitItemPerMinute(self.per_address), f"address\0{address}")

    def _wait(self, limit: RateLimitItemPerMinute, who: str) -> int | None:
        counter = hmac.new(self._key, who.encode("utf-8", "replace"), sha256).hexdigest()
        if self._limiter.hit(limit, counter):
            return None
        free_at: float = self._limiter.get_window_stats(limit, counter).reset_time
        return max(1, math.ceil(free_at - time.time()))
