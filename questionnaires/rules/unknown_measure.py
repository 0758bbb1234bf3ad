"""A measure that is named is defined.

指标引用的指标值必须在 measures 中定义过。

Wrong:
    indicators:
      satisfaction: {title: 满意度, points: 10, measure: satisfation, branches: [{then: {proportional_to: 100}}]}
Right:
    indicators:
      satisfaction: {title: 满意度, points: 10, measure: satisfaction, branches: [{then: {proportional_to: 100}}]}
"""

from questionnaires.draft import Draft
from questionnaires.problems import Path, suggest

ID = "unknown-measure"


def check(draft: Draft) -> None:
    """Report names of measures that are not defined."""
    if "measures" in draft.lost:
        return
    for path, scored in draft.scored():
        if scored.measure is not None:
            _check_name(draft, (*path, "measure"), scored.measure)
    for path, indicator in draft.indicators():
        if indicator.definition is not None and not draft.is_broken(*path, "definition"):
            _check_name(draft, (*path, "definition", "measure"), indicator.definition.measure)


def _check_name(draft: Draft, path: Path, name: str) -> None:
    measures = draft.questionnaire.measures
    if name not in measures:
        near = suggest(name, measures)
        zh = f"没有定义指标值 “{name}”{near.zh or '，请在 measures 中定义'}"
        draft.report(
            path, ID, zh, f"measure '{name}' is not defined{near.en or '; define it under measures'}"
        )
