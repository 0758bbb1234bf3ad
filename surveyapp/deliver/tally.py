"""The table a published analysis prints (调查内容 | 人数、得分 per option | 单项满意度), for page, workbook and text alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis import Estimate, Report
from questionnaires.model import Measure, Option, Questionnaire


@dataclass(frozen=True, kw_only=True)
class TallyCell:
    """How many chose an option, and what that adds to the item's figure: a share of 1, None off the base."""

    option: Option
    count: int
    adds: Fraction | None


@dataclass(frozen=True, kw_only=True)
class TallyRow:
    """One item: what each option adds up to. `n` is the base; `figure` is the item's score, or its share of heads."""

    item: str
    cells: Sequence[TallyCell]
    n: int
    figure: Estimate | None
    weight: Fraction


@dataclass(frozen=True, kw_only=True)
class TallyTable:
    """The items of one measure that share their options, with the measure in the last row of its last table."""

    measure: str
    options: Sequence[Option]
    rows: Sequence[TallyRow]
    composite: Estimate | None

    @property
    def is_weighted(self) -> bool:
        """Say whether the items count differently."""
        return len({row.weight for row in self.rows}) > 1


def main_measure(questionnaire: Questionnaire) -> str | None:
    """Return the measure a survey is about: its first satisfaction, else its first measure of any kind."""
    kinds = {name: measure.kind for name, measure in questionnaire.measures.items()}
    satisfaction = (name for name, kind in kinds.items() if kind.startswith("satisfaction"))
    return next(satisfaction, next(iter(kinds), None))


def tally_tables(questionnaire: Questionnaire, report: Report) -> list[TallyTable]:
    """Return the tables of the satisfaction measures, the main one first; an item stands in one table only."""
    tables: list[TallyTable] = []
    covered: set[str] = set()
    main = main_measure(questionnaire)
    named = [*([main] if main else []), *questionnaire.measures]
    for name in dict.fromkeys(named):
        measure = questionnaire.measures[name]
        if not measure.kind.startswith("satisfaction") or covered.issuperset(measure.items):
            continue
        covered.update(measure.items)
        tables += _tables(questionnaire, report, name, measure)
    return tables


def _tables(
    questionnaire: Questionnaire, report: Report, name: str, measure: Measure
) -> Iterator[TallyTable]:
    alike: list[tuple[tuple[Option, ...], list[str]]] = []
    for item in measure.items:
        options = questionnaire.options(item)
        items = next((items for same, items in alike if same == options), None)
        if items is None:
            alike.append((options, [item]))
        else:
            items.append(item)
    # of a subgroup's measure the rows show everybody, so that it does not follow from them
    composite = None if measure.group else report.measures[name]
    for number, (options, items) in enumerate(alike, start=1):
        yield TallyTable(
            measure=name, options=options, composite=composite if number == len(alike) else None,
            rows=[_row(report, measure, item, options) for item in items],
        )  # fmt: skip


def _row(report: Report, measure: Measure, item: str, options: Sequence[Option]) -> TallyRow:
    found = report.items[item]
    cells = [
        TallyCell(
            option=option, count=found.counts.get(option.code, 0), adds=_adds(measure, found.shares, option)
        )
        for option in options
    ]
    figure = found.top_share if measure.is_rate else found.score
    return TallyRow(item=item, cells=cells, n=found.n, figure=figure, weight=measure.weight(item))


def worth(measure: Measure, option: Option) -> Fraction | None:
    """Return what an option counts in a measure, as a share of 1: its value, or 1 and 0 for a share of heads."""
    if option.missing:
        return None
    if measure.is_rate:
        return Fraction(option.code in (measure.codes or ()))
    return None if option.value is None else option.value / 100


def _adds(measure: Measure, shares: Mapping[str, Fraction], option: Option) -> Fraction | None:
    value = worth(measure, option)
    return None if value is None or option.code not in shares else shares[option.code] * value


def other_items(questionnaire: Questionnaire, tables: Sequence[TallyTable]) -> list[str]:
    """Return the closed items that stand in none of the tables."""
    covered = {row.item for table in tables for row in table.rows}
    return [item for item in questionnaire.closed_items if item not in covered]
