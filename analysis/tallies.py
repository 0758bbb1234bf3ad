"""Published counts per item, for surveys of which only a table of numbers is left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tallies:
    """How many valid questionnaires chose each option; `valid` is how many questionnaires were valid."""

    valid: int
    items: Mapping[str, Mapping[str, int]]

    def digest(self) -> str:
        """Return the SHA-256 over the canonical JSON of the counts."""
        text = json.dumps({"valid": self.valid, "items": self.items}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
