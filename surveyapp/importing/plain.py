"""Texts as they are compared: more and more of what only looks different is taken away."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(
    r"[\[(【](?:单选|多选|可多选|不定项选?|必填|必答|选填|填空|单项填空|多项填空|量表|打分|下拉|评分|简答|矩阵\w{0,4})题?(?:,\w{1,8})?[\])】]"
)
_TAG = re.compile(r"<[^<>]{1,80}>")
_END = ":;,.?!*。、…\"'“”‘’"


def squeezed(text: str) -> str:
    """Return a text without blanks, in half width and lower case: `（空）` is `(空)`, `来自 IP` is `来自ip`."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def trimmed(text: str) -> str:
    """Return a squeezed text without punctuation at its ends."""
    return squeezed(text).strip(_END)


def bare(text: str) -> str:
    """Return the letters, digits and Chinese characters of a text alone."""
    return "".join(character for character in squeezed(text) if character.isalnum())


def question(text: str) -> str:
    """Return a question's wording for comparison: bare, without tags and the kind of question in brackets."""
    half = unicodedata.normalize("NFKC", _TAG.sub("", text))
    return bare(_MARKS.sub("", half)) or bare(half)
