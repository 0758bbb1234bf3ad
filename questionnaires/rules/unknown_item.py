"""An item that is named exists.

引用的题目（显示条件、分层、加权、指标值、分组、有效性规则）必须在问卷里。

Items are named by conditions (`shown_if`, `group`), by the population's `stratum_item`, by the margins of
`weighting`, by measures and by validity rules.

Wrong:
    measures:
      satisfaction: {title: 满意度, kind: satisfaction_score, items: [servce]}
Right:
    measures:
      satisfaction: {title: 满意度, kind: satisfaction_score, items: [service]}
"""

from collections.abc import Iterable, Iterator

from questionnaires.draft import Draft
from questionnaires.problems import Path, suggest

ID = "unknown-item"


def check(draft: Draft) -> None:
    """Report every reference to an item that is not in the questionnaire."""
    if "sections" in draft.lost:
        return
    known = draft.questionnaire.items
    for path, name in _entries(draft):
        if name not in known:
            draft.report(path, ID, *_words(name, known))
    for path, name, _ in draft.conditions():
        if name not in known:
            draft.report_key(path, ID, *_words(name, known))
    for path, name in _keys_in_validity(draft):
        if name not in known:
            draft.report_key(path, ID, *_words(name, known))
    for name in draft.questionnaire.weighting.margins:
        if name not in known and not draft.is_broken("weighting", "margins", name):
            draft.report_key(("weighting", "margins", name), ID, *_words(name, known))


def _words(name: str, known: Iterable[str]) -> tuple[str, str]:
    near = suggest(name, known)
    zh = f"问卷中没有题目 “{name}”{near.zh or '，请核对编号'}"
    return zh, f"there is no item '{name}'{near.en or '; check the id'}"


def _entries(draft: Draft) -> Iterator[tuple[Path, str]]:
    """Yield every value that names an item."""
    population = draft.questionnaire.population
    if population.stratum_item is not None and not draft.is_broken("population", "stratum_item"):
        yield ("population", "stratum_item"), population.stratum_item
    for path, measure in draft.measures():
        for i, name in enumerate(measure.items):
            if not draft.is_broken(*path, "items"):
                yield (*path, "items", i), name
    for r, rule in enumerate(draft.questionnaire.validity):
        if draft.is_broken("validity", r):
            continue
        if rule.rule == "attention":
            yield ("validity", r, "item"), rule.item
        elif rule.rule in ("incomplete", "straight_lined", "identical_answers"):
            for i, name in enumerate(rule.items or ()):
                yield ("validity", r, "items", i), name


def _keys_in_validity(draft: Draft) -> Iterator[tuple[Path, str]]:
    """Yield every key of a validity rule that names an item."""
    for r, rule in enumerate(draft.questionnaire.validity):
        if rule.rule == "contradictory" and not draft.is_broken("validity", r):
            for side, chosen in (("first", rule.first), ("second", rule.second)):
                for name in chosen:
                    yield ("validity", r, side, name), name
