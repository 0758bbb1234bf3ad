"""Makes the page's scripts short, so that page and script fit into a new connection's first round trip.

Comments and blanks go, and names declared in the script become one or two letters. It knows the JavaScript of this
package, not all there is: ES5, every statement ended by its semicolon, no name declared here that elsewhere is the
browser's. A test compares the syntax trees before and after.
"""

from __future__ import annotations

import itertools
import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence

_TOKEN = re.compile(
    r"""(?P<gap>\s+|//[^\n]*|/\*[\s\S]*?\*/)
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<name>[A-Za-z_$][\w$]*)
      | (?P<number>\d[\w.]*)
      | (?P<other>\+\+|--|[\s\S])""",
    re.VERBOSE,
)
_PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_BEFORE_PATTERN = frozenset("(,=:[!&|?{};+-*%<>~^") | {"return"}
_WORD = re.compile(r"[\w$]")
_KEYWORDS = frozenset({"do", "if", "in"})


def shrink(script: str) -> str:
    """Return a script that does the same in fewer characters."""
    tokens = list(_tokens(script))
    return _joined(_renamed(tokens, _short_names(tokens)))


def _tokens(script: str) -> Iterator[str]:
    at, last = 0, ";"
    while at < len(script):
        found = _PATTERN.match(script, at) if last in _BEFORE_PATTERN else None
        if found is None or script.startswith(("//", "/*"), at):
            found = _TOKEN.match(script, at)
        assert found is not None  # the last alternative takes anything
        if found.lastgroup != "gap":
            last = found[0]
            yield last
        at = found.end()


def _is_name(token: str) -> bool:
    return token[0].isalpha() or token[0] in "_$"


def _short_names(tokens: Sequence[str]) -> dict[str, str]:
    """Return a new name for each that the script declares, the shortest for the most frequent."""
    declared = set(_declared(tokens))
    counts = Counter(token for token in tokens if token in declared)
    taken = {token for token in tokens if _is_name(token)} - declared | _KEYWORDS
    return dict(zip((name for name, _ in counts.most_common()), _letters(taken), strict=False))


def _letters(taken: set[str]) -> Iterator[str]:
    one = string.ascii_letters
    two = (a + b for a, b in itertools.product(one, one))
    return (name for name in itertools.chain(one, two) if name not in taken)


def _declared(tokens: Sequence[str]) -> Iterator[str]:
    for at, token in enumerate(tokens):
        if token == "function":
            yield from filter(_is_name, tokens[at + 1 : tokens.index(")", at)])
        elif token == "catch":
            yield tokens[at + 2]
        elif token == "var":
            yield from _variables(tokens, at)


def _variables(tokens: Sequence[str], at: int) -> Iterator[str]:
    depth = 0
    for before, token in itertools.pairwise(tokens[at:]):
        depth += (token in "([{") - (token in ")]}")
        if depth < 0 or (depth == 0 and token in (";", "in")):
            return
        if depth == 0 and before in ("var", ","):
            yield token


def _renamed(tokens: Sequence[str], names: dict[str, str]) -> Iterator[str]:
    for before, token, after in zip([";", *tokens], tokens, [*tokens[1:], ";"], strict=False):
        is_member = before == "." or (after == ":" and before in ("{", ","))
        yield token if is_member else names.get(token, token)


def _joined(tokens: Iterator[str]) -> str:
    parts, last = [], ""
    for token in tokens:
        would_merge = _WORD.match(last) and _WORD.match(token)
        would_count = last in ("+", "-") and token.startswith(last)
        parts.append(f" {token}" if would_merge or would_count else token)
        last = token[-1]
    return "".join(parts)
