"""What people wrote: equal texts together, in an order that tells nothing, with what identifies people masked.

All that came back is read, also what does not count: whoever compared the words of all with those of the valid could tell
whose words they are; and the evidence pack, which keeps words apart from answers, gives the same lists. A question to which
fewer than `FEWEST_SHOWN` wrote is left out. Names cannot be told from other words and are not looked for.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.suppression import FEWEST_SHOWN
from questionnaires.model import TextItem
from surveyapp.deliver.cells import legible
from surveyapp.deliver.dossier import Dossier

MOST_LISTED = 200
"""So many different texts to one question are printed; the commonest."""
LONGEST = 500
"""So many characters of one text are printed."""
_READ = 2 * LONGEST
"""So many are looked at, so that nothing that is masked is cut in two."""

# every part is bounded: what people write is long, and no pattern may take the square of its length
_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}[@＠][A-Za-z0-9-]{1,63}(?:[.．。][A-Za-z0-9-]{1,63}){1,8}")
_IDENTITY = re.compile(r"(?<!\d)\d{6}(?:18|19|20)\d{9}[\dXxＸｘ](?![\dA-Za-z])")
_NUMBER = re.compile(r"[+＋]?(?<!\d)\d(?:[ \u3000\-－—.()（）]{0,2}\d){6,}(?![\d.]*\s*[%％元万亿年人])")
_MASKS = {
    "zh": ("［邮箱已隐去］", "［证件号已隐去］", "［号码已隐去］"),
    "en": ("[e-mail masked]", "[id number masked]", "[number masked]"),
}


@dataclass(frozen=True, kw_only=True)
class Opinions:
    """What was written to one question: each text with how many wrote it; no texts where too few wrote.

    `item` is the question, `is_comment` says that the words stood beside one of its options. `more` counts different texts
    that are not listed.
    """

    item: str
    is_comment: bool
    written: int
    texts: Sequence[tuple[str, int]]
    more: int = 0

    @property
    def is_hidden(self) -> bool:
        """Say whether too few wrote for any of it to be shown."""
        return self.written < FEWEST_SHOWN


def masked(text: str, language: str = "zh") -> str:
    """Return a text without e-mail addresses, identity numbers and long numbers such as those of telephones.

    >>> masked("请打 138-0013-8000 或写信到 a.b@example.org，补贴1500000元")
    '请打 ［号码已隐去］ 或写信到 ［邮箱已隐去］，补贴1500000元'
    """
    for pattern, mask in zip((_EMAIL, _IDENTITY, _NUMBER), _MASKS[language], strict=True):
        text = pattern.sub(mask, text)
    return text


def opinions(dossier: Dossier, language: str = "zh") -> list[Opinions]:
    """Return what was written, question by question in questionnaire order."""
    found: dict[str, Counter[str]] = {}
    for response in dossier.responses():
        if response.open_text:
            for column, words in json.loads(response.open_text).items():
                if text := " ".join(legible(words).split()):
                    found.setdefault(column, Counter())[_shown(text, language)] += 1
    questions = dossier.questionnaire.items
    return [
        _listed(item.id, column != item.id, found[column])
        for item in questions.values()
        for column in (item.id, f"{item.id}.text")
        if column in found and (column != item.id or isinstance(item, TextItem))
    ]


def _listed(item: str, is_comment: bool, texts: Counter[str]) -> Opinions:
    written = texts.total()
    if written < FEWEST_SHOWN:
        return Opinions(item=item, is_comment=is_comment, written=written, texts=())
    commonest = sorted(texts.items(), key=lambda one: (-one[1], _hash(one[0])))[:MOST_LISTED]
    mixed = sorted(commonest, key=lambda one: _hash(one[0]))
    return Opinions(
        item=item, is_comment=is_comment, written=written, texts=mixed, more=len(texts) - len(mixed)
    )


def _shown(text: str, language: str) -> str:
    whole, text = len(text), masked(text[:_READ], language)
    if whole <= _READ and len(text) <= LONGEST:
        return text
    return text[:LONGEST] + (
        f"… [{whole} characters, cut here]" if language == "en" else f"…（原文 {whole} 字，以下截去）"
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
