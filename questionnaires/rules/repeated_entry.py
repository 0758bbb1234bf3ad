"""Nothing stands twice in a list of items, codes or languages.

题目、编码、语言的列表中不能有重复。

Wrong:
    items: [service, payment, service]
Right:
    items: [service, payment]
"""

from collections.abc import Iterator, Sequence

from questionnaires.draft import Draft
from questionnaires.model import Between
from questionnaires.problems import Path

ID = "repeated-entry"


def check(draft: Draft) -> None:
    """Report the second and every further mention of a name in a list."""
    for path, names in _lists(draft):
        seen: set[str] = set()
        for n, name in enumerate(names):
            if name in seen and not draft.is_broken(*path):
                draft.report(
                    (*path, n), ID, f"“{name}” 写了两次，请删除一个", f"'{name}' is listed twice; remove one"
                )
            seen.add(name)


def _lists(draft: Draft) -> Iterator[tuple[Path, Sequence[str]]]:
    yield ("languages",), draft.questionnaire.languages
    for path, _, condition in draft.conditions():
        if not isinstance(condition, Between):
            yield path, condition
    for path, measure in draft.measures():
        yield (*path, "items"), measure.items
        yield (*path, "codes"), measure.codes or ()
    for r, rule in enumerate(draft.questionnaire.validity):
        for key in ("items", "codes"):
            yield ("validity", r, key), getattr(rule, key, None) or ()
