"""A code that is named is one of the item's options.

引用的编码（显示条件、分组、分层、加权、满意的编码、甄别题、前后矛盾）必须是该题的选项编码。

Wrong:
    shown_if: {subsidy: [Z]}
Right:
    shown_if: {subsidy: [A]}
"""

from collections.abc import Iterator, Sequence

from questionnaires.draft import Draft
from questionnaires.model import Between
from questionnaires.problems import Path, suggest

ID = "unknown-code"
Named = tuple[Path, Sequence[str], str]
"""Where a code is named, the items that should have it, and the code."""


def check(draft: Draft) -> None:
    """Report every code that is no option of the item it is named for."""
    for path, items, code in (*_in_conditions(draft), *_in_measures(draft), *_in_validity(draft)):
        wrong = _lacking(draft, items, code)
        if wrong:
            draft.report(path, ID, *_words(draft, wrong, code))
    item = draft.questionnaire.population.stratum_item
    for code in draft.questionnaire.population.strata if item and not draft.is_broken("population") else ():
        wrong = _lacking(draft, [item or ""], code)
        if wrong:
            draft.report_key(("population", "strata", code), ID, *_words(draft, wrong, code))
    for name, people in draft.questionnaire.weighting.margins.items():
        for code in () if draft.is_broken("weighting", "margins", name) else people:
            if wrong := _lacking(draft, [name], code):
                draft.report_key(("weighting", "margins", name, code), ID, *_words(draft, wrong, code))


def _lacking(draft: Draft, items: Sequence[str], code: str) -> list[str]:
    """Return the items that surely lack a code; items without options are another rule's business."""
    known = [(item, draft.known_options(item)) for item in items]
    return [item for item, options in known if options and code not in options]


def _words(draft: Draft, items: Sequence[str], code: str) -> tuple[str, str]:
    options = draft.known_options(items[0]) or {}
    near = suggest(code, options)
    zh = f"题目 {'、'.join(items)} 没有选项 “{code}”，应为 {'、'.join(options)} 之一{near.zh}"
    en = f"item {', '.join(items)} has no option '{code}'; it has {', '.join(options)}{near.en}"
    return zh, en


def _in_conditions(draft: Draft) -> Iterator[Named]:
    for path, item, condition in draft.conditions():
        if not isinstance(condition, Between) and not draft.is_broken(*path):
            for c, code in enumerate(condition):
                yield (*path, c), [item], code


def _in_measures(draft: Draft) -> Iterator[Named]:
    for path, measure in draft.measures():
        if measure.is_rate and not draft.is_broken(*path, "codes"):
            for c, code in enumerate(measure.codes or ()):
                yield (*path, "codes", c), measure.items, code


def _in_validity(draft: Draft) -> Iterator[Named]:
    for r, rule in enumerate(draft.questionnaire.validity):
        if draft.is_broken("validity", r):
            continue
        if rule.rule == "attention":
            for c, code in enumerate(rule.codes):
                yield ("validity", r, "codes", c), [rule.item], code
        elif rule.rule == "contradictory":
            for side, chosen in (("first", rule.first), ("second", rule.second)):
                for item, codes in chosen.items():
                    for c, code in enumerate(codes):
                        yield ("validity", r, side, item, c), [item], code
