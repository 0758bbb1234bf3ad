"""Access codes: 130 random bits each, typed without regard to case, kept only as a hash."""

import hashlib
import secrets
from collections.abc import Iterator

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32 in lower case: no i, l, o, u."""

LENGTH = 26
_READ_AS = str.maketrans("oil", "011", "- \t")
_LETTERS = frozenset(ALPHABET)


def make_codes(count: int) -> Iterator[str]:
    """Yield so many new access codes."""
    for _ in range(count):
        number = secrets.randbits(5 * LENGTH)
        yield "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))


def normalise_code(written: str) -> str | None:
    """Return an access code as it was issued, however it was typed, or None if it cannot be one."""
    code = written.strip().lower().translate(_READ_AS)
    return code if len(code) == LENGTH and _LETTERS.issuperset(code) else None


def hash_code(code: str) -> str:
    """Return what is kept of an access code. 130 random bits need no slow hash: nobody can try them all."""
    return hashlib.sha256(code.encode()).hexdigest()
