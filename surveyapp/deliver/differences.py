"""What `verify` found not to agree: in which file, at which place, what stands there and what should."""

from __future__ import annotations

from dataclasses import dataclass

from questionnaires.problems import Words

LONGEST = 160
NOTHING = Words("（没有）", "(nothing)")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that does not agree; `file` is empty where it is the archive itself.

    `stands` is what is in the pack and `computed` what it should be; both empty where words alone say it.
    """

    file: str
    place: Words
    what: Words
    stands: str = ""
    computed: str = ""

    def line(self, language: str = "zh") -> str:
        """Return the difference as one line; any language but Chinese reads English."""
        zh = language == "zh"
        where = "  ".join(
            part for part in (self.file or ("压缩包" if zh else "archive"), self._of(self.place, zh)) if part
        )
        said = self._of(self.what, zh)
        if not (self.stands or self.computed):
            return f"{where}：{said}" if zh else f"{where}: {said}"
        stands, computed = (brief(text) or self._of(NOTHING, zh) for text in (self.stands, self.computed))
        shown = f"{stands}，应为 {computed}" if zh else f"{stands}, computed {computed}"
        return f"{where}：{said}：{shown}" if zh else f"{where}: {said}: {shown}"

    @staticmethod
    def _of(words: Words, zh: bool) -> str:
        return words.zh if zh else words.en


def brief(text: str) -> str:
    """Return text short enough to stand in a list, on one line."""
    plain = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


def nowhere() -> Words:
    """Return the place of what concerns a whole file."""
    return Words("", "")
