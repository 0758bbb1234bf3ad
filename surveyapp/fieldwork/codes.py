"""Access codes: 130 random bits in a link, 60 typed by hand; what is kept of either is a hash."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator

from surveyapp.store import CodeHashes

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32 in lower case: no i, l, o, u."""

LENGTH = 26
TYPED_LENGTH = 13
"""Twelve random characters and one that checks them."""

_READ_AS = str.maketrans("oil", "011", "- \t\u2010\u2011\u2013\u2014\u3000\uff0d")
_LETTERS = frozenset(ALPHABET)
_PLACE = {letter: place for place, letter in enumerate(ALPHABET)}


def make_codes(count: int) -> Iterator[str]:
    """Yield so many new codes for links."""
    for _ in range(count):
        yield _spelled(secrets.randbits(5 * LENGTH), LENGTH)


def make_typed_codes(count: int) -> Iterator[str]:
    """Yield so many new codes for typing, each with its check character."""
    for _ in range(count):
        code = _spelled(secrets.randbits(5 * (TYPED_LENGTH - 1)), TYPED_LENGTH - 1)
        yield code + check_character(code)


def _spelled(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(length))


def check_character(code: str) -> str:
    """Return the character that makes any one wrong character and any two swapped ones evident.

    The characters are the elements of the field with 32 elements, and the code with its check is a multiple of x there:
    every place has a weight of its own, which neither a change nor a swap can make up for.
    """
    total = 0
    for letter in code:
        total = _times_x(total) ^ _PLACE[letter]
    return ALPHABET[_times_x(total)]


def _times_x(element: int) -> int:
    """Multiply by x in GF(2)[x] / (x⁵ + x² + 1)."""
    return element << 1 ^ (0b100101 if element & 16 else 0)


def grouped(code: str) -> str:
    """Return a typed code as it is printed: 7K3M-9QX2-TB4VW."""
    upper = code.upper()
    return f"{upper[:4]}-{upper[4:8]}-{upper[8:]}"


def normalise_code(written: str) -> str | None:
    """Return an access code as it was issued, however it was typed, or None if it cannot be one."""
    code = unify(written)
    if not _LETTERS.issuperset(code):
        return None
    if len(code) == TYPED_LENGTH:
        return code if check_character(code[:-1]) == code[-1] else None
    return code if len(code) == LENGTH else None


def unify(written: str) -> str:
    """Return what was typed without spaces and dashes, in lower case, with look-alikes read as what is issued."""
    half_width = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in written.strip())
    return half_width.lower().translate(_READ_AS)


def hash_code(code: str) -> str:
    """Return what is kept of a link's code. 130 random bits need no slow hash: nobody can try them all."""
    return hashlib.sha256(code.encode()).hexdigest()


def hash_typed(code: str, secret: bytes) -> str:
    """Return what is kept of a typed code.

    60 bits could be tried by somebody who got hold of the database; so the hash is keyed with the installation's
    secret, which lies outside it.
    """
    return hmac.digest(secret, b"typed code\0" + code.encode(), "sha256").hex()


def hashes(link: str, typed: str, secret: bytes) -> CodeHashes:
    """Return what is kept of one access code in both its forms."""
    return CodeHashes(link=hash_code(link), typed=hash_typed(typed, secret))


def case_label(link_hash: str) -> str:
    """Return six characters that name a case on sheets and screens; they lead to its hash, not to its code."""
    return _spelled(int(link_hash[:12], 16), 6).upper()
