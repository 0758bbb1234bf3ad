"""Every text is there in every language of the questionnaire.

languages 中的每种语言，每处文字都要有；不分语言的文字算中文（zh）。

A text without languages is Chinese.

Wrong:
    languages: [zh, en]
    title: 满意度调查
Right:
    languages: [zh, en]
    title: {zh: 满意度调查, en: Satisfaction survey}
"""

from collections.abc import Iterator

from pydantic import BaseModel

from questionnaires.draft import Draft
from questionnaires.model import Text
from questionnaires.problems import Path

ID = "missing-language"


def check(draft: Draft) -> None:
    """Report texts that lack a language."""
    if draft.is_broken("languages"):
        return
    for path, text in _texts(draft.questionnaire, ()):
        missing = [language for language in draft.questionnaire.languages if language not in text.root]
        if missing and not draft.is_broken(*path):
            zh = f"这处文字缺少 {'、'.join(missing)}，请写成 {{zh: …, en: …}}"
            en = f"this text lacks {', '.join(missing)}; write it as {{zh: …, en: …}}"
            draft.report(path, ID, zh, en)


def _texts(value: object, path: Path) -> Iterator[tuple[Path, Text]]:
    """Yield every text inside a part of the model, with its path in the file."""
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield from _texts(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*path, name))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))
