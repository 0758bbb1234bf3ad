"""One figure that stands for all responses, whatever their order: printed in the report and kept in the evidence pack.

It is the SHA-256 over the sorted SHA-256s (in hex, joined by line feeds) of these lines:

- for every response `answers TAB version TAB channel TAB stratum TAB validity TAB flags TAB closed answers`,
- for every answer in words or figures `words TAB field TAB what was written`.

Words are lines of their own, not part of their response's line. Whoever holds rows and words apart, as the evidence pack keeps
them, could otherwise try which of the rows a comment completes to a line, and so put together again what was taken apart. Where a
pack leaves words out it holds the SHA-256s of their lines instead, in a response's words under `HASHED`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping

from surveyapp.deliver.cells import legible
from surveyapp.store import StoredResponse

HASHED = "#"
"""What stands under it are not words but hashes of lines of words; no field can be called so."""


def digest(responses: Iterable[StoredResponse]) -> str:
    """Return the digest of responses in any order."""
    hashes = sorted(each for one in responses for each in (_answers(one), *_words(one.open_text)))
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def word_hash(field: str, text: str) -> str:
    """Return the SHA-256 of the line of what somebody wrote."""
    return _hash("words", field, text)


def words_of(open_text: str) -> Mapping[str, str]:
    """Return what a response says in words and figures by field, as far as every sheet can keep it."""
    found: Mapping[str, str] = json.loads(open_text) if open_text else {}
    return {field: legible(text) for field, text in found.items()}


def _answers(one: StoredResponse) -> str:
    return _hash("answers", one.version, one.channel, one.stratum or "", one.validity, one.flags, one.answers)


def _words(open_text: str) -> Iterator[str]:
    for field, text in words_of(open_text).items():
        if field == HASHED:
            yield from text.split()
        else:
            yield word_hash(field, text)


def _hash(*cells: str) -> str:
    return hashlib.sha256("\t".join(cells).encode("utf-8", "surrogatepass")).hexdigest()
