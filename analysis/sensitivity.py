"""What the figures and scores would be had it been decided otherwise who counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.evaluation import evaluate
from analysis.patterns import PatternTable
from analysis.rates import Fieldwork
from analysis.report import Estimate, IndicatorResult
from analysis.validity import judge
from analysis.variants import Choice, Kind, variants
from questionnaires.model import Questionnaire


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The result had the flagged been left out, or those excluded for one reason kept; `name` is the flag or the reason."""

    kind: Kind
    name: str
    n: int
    changed: int
    measures: Mapping[str, Estimate]
    indicators: Mapping[str, IndicatorResult]


def sensitivity(
    questionnaire: Questionnaire, table: PatternTable, fieldwork: Fieldwork | None = None
) -> tuple[Variant, ...]:
    """Return the result as defined, without everybody flagged, without each flag, and with each excluded reason kept.

    `changed` is how many questionnaires are left out or kept. `Report.sensitivity` holds the measures of the same
    variants; this has their scores too.
    """
    judged = judge(questionnaire, table)
    as_defined = [row for row in judged.rows if not row.validity]
    before = sum(row.count for row in as_defined)
    found = fieldwork or Fieldwork()
    return tuple(
        _variant(questionnaire, choice, before, found)
        for choice in (Choice(kind="as-defined", name="", rows=as_defined), *variants(judged))
    )


def _variant(questionnaire: Questionnaire, choice: Choice, before: int, fieldwork: Fieldwork) -> Variant:
    counted = PatternTable.of(replace(row, validity="") for row in choice.rows)
    # the rules have spoken: what counts here counts, whatever they would say once more
    settled = questionnaire.model_copy(update={"validity": ()})
    report = evaluate(settled, counted, Fieldwork(entered=fieldwork.entered))
    return Variant(
        kind=choice.kind, name=choice.name, n=counted.count, changed=abs(counted.count - before),
        measures=report.measures, indicators=report.indicators,
    )  # fmt: skip
