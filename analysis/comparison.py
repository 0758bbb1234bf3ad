"""Compares: items by groups, measures between groups, and one year with another. Small groups are not shown.

How many chose each option in all, and how many each group has, is public: the report prints it. A cross-tab shows the
counts, and the scores of groups that have nothing to hide; a measure by group shows no counts. Do not publish both of one
item, or the counts could be narrowed down from the scores.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from analysis import group_tests, reliability, suppression
from analysis.design import Design
from analysis.group_tests import Floats, Test
from analysis.report import Estimate, Report
from analysis.respondents import Respondents, Values, chosen, group_labels, in_base
from analysis.suppression import FEWEST_SHOWN
from questionnaires.model import Measure, Questionnaire

Key = TypeVar("Key")

TOTAL = "_total"
"""The column of all groups together."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: how many, and their share of the group's base, weighted where the design has weights; None is hidden."""

    count: int | None
    share: Fraction | float | None


@dataclass(frozen=True, kw_only=True)
class GroupMean:
    """A mean in one group with its t interval on the design; all None where the group is not shown or nobody answered."""

    n: int | None
    value: float | None
    standard_error: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class CrossTab:
    """An item by groups: for each group (and `_total`) the base, a cell for each code, and the mean value.

    `independence` is the design-based test that the item does not depend on the group; None where there is none to make.
    """

    item: str
    by: str
    bases: Mapping[str, int]
    cells: Mapping[str, Mapping[str, Cell]]
    scores: Mapping[str, GroupMean]
    hidden: int
    independence: tuple[Test, Test] | None


def cross_tab(found: Respondents, item: str, by: str, fewest: int = FEWEST_SHOWN) -> CrossTab:
    """Return any closed item by a single choice, a rating or the stratum, small cells hidden.

    Raises ValueError for an item that is not closed and a `by` that does not divide people into groups.
    """
    questionnaire = found.questionnaire
    if item not in questionnaire.closed_items:
        raise ValueError(
            f"item ({item}) must be one of the closed items {', '.join(questionnaire.closed_items)}"
        )
    groups = [code for code, _ in group_labels(questionnaire, by)]
    counted = _Counted.of(found, item, by, groups)
    hidden = counted.hidden(fewest)
    columns = [*groups, TOTAL]
    table, weighted, bases = counted.counts, counted.weighted, counted.bases
    cells = {
        code: {
            group: _cell(
                table[at][c], weighted[at][c], bases[c], counted.weighted_bases[c], found, (at, c) in hidden
            )
            for c, group in enumerate(columns)
        }
        for at, code in enumerate(counted.codes)
    }
    return CrossTab(
        item=item, by=by, cells=cells, hidden=len(hidden),
        bases=dict(zip(columns, bases, strict=True)),
        scores=_column_scores(found, item, by, columns, {c for _, c in hidden}),
        independence=None if counted.multiple else _independence(found, item, by),
    )  # fmt: skip


def _cell(
    count: int, weight: float, base: int, weighted_base: float, found: Respondents, is_hidden: bool
) -> Cell:
    if is_hidden or not base:
        return Cell(count=None if is_hidden else count, share=None)
    return Cell(count=count, share=weight / weighted_base if found.weighted else Fraction(count, base))


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """An item's counts by code and group, with the total of all groups in the last column, and the groups' bases."""

    codes: Sequence[str]
    counts: Sequence[Sequence[int]]
    weighted: Sequence[Sequence[float]]
    bases: Sequence[int]
    weighted_bases: Sequence[float]
    multiple: bool

    @classmethod
    def of(cls, found: Respondents, item: str, by: str, groups: Sequence[str]) -> _Counted:
        codes = in_base(found.questionnaire, item)
        size = len(groups) + 1
        counts, weighted = [[0] * size for _ in codes], [[0.0] * size for _ in codes]
        bases, weighted_bases = [0] * size, [0.0] * size
        whole = found.whole.tolist()
        for row, group, weight in zip(found.rows, found.groups(by), whole, strict=True):
            given = [codes.index(code) for code in chosen(row.closed.get(item)) if code in codes]
            if group is None or not given:
                continue
            for column in (groups.index(group), size - 1):
                bases[column] += row.count
                weighted_bases[column] += weight
                for at in given:
                    counts[at][column] += row.count
                    weighted[at][column] += weight
        multiple = found.questionnaire.items[item].kind == "multiple"
        return cls(
            codes=codes,
            counts=counts,
            weighted=weighted,
            bases=bases,
            weighted_bases=weighted_bases,
            multiple=multiple,
        )

    def hidden(self, fewest: int) -> frozenset[suppression.Cell]:
        """Return the hidden cells; totals are public. Of a multiple choice, each option is a table of its own."""
        inner = [row[:-1] for row in self.counts]
        if not inner or not inner[0]:
            return frozenset()
        if not self.multiple:
            return suppression.hidden_cells(inner, fewest, public_totals=True)
        others = [[base - count for base, count in zip(self.bases, row, strict=False)] for row in inner]
        pairs = zip(inner, others, strict=True)
        tables = [suppression.hidden_cells(pair, fewest, public_totals=True) for pair in pairs]
        # what the base says of those who did not choose, it says of those who did
        return frozenset((at, c) for at, hidden in enumerate(tables) for _, c in hidden)


def _independence(found: Respondents, item: str, by: str) -> tuple[Test, Test] | None:
    codes = in_base(found.questionnaire, item)
    names = [code for code, _ in group_labels(found.questionnaire, by)]
    answers = [chosen(row.closed.get(item)) for row in found.rows]
    rows = [codes.index(answer[0]) if answer and answer[0] in codes else -1 for answer in answers]
    columns = [-1 if group is None else names.index(group) for group in found.groups(by)]
    if not found.rows:
        return None
    return group_tests.rao_scott(np.array(rows, np.intp), np.array(columns, np.intp), found.design)


# --- means and their differences -----------------------------------------------------------------------------------


def _column_scores(
    found: Respondents, item: str, by: str, columns: Sequence[str], hidden: set[int]
) -> dict[str, GroupMean]:
    """Return the item's mean in each group whose counts are all shown: with the means, hidden counts could be worked out."""
    values = found.values([item])
    groups = np.array([group or "" for group in found.groups(by)], dtype=object)
    inside = {name: groups != "" if name == TOTAL else groups == name for name in columns}
    return {
        name: GroupMean(n=None, value=None)
        if at in hidden
        else _mean(values, [1.0], inside[name], found.design)
        for at, name in enumerate(columns)
    }


@dataclass(frozen=True, kw_only=True)
class _Linear:
    """A composite in one group: its value, the persons it rests on, and each case's contribution to its error."""

    value: float
    n: int
    z: Floats


def _linear(
    values: Values, weights: Sequence[float], inside: NDArray[np.bool_], design: Design
) -> _Linear | None:
    """Return the weighted mean of the items' means in a group, linearised; items nobody answered are left out."""
    known = values.known & inside[:, None]
    whole = design.count * design.weight
    bases = whole @ known
    used = np.asarray(bases > 0)
    if not used.any():
        return None
    share = np.array(weights, dtype=np.float64)[used] / np.array(weights, dtype=np.float64)[used].sum()
    table, known = values.values[:, used], known[:, used]
    means = whole @ (table * known) / bases[used]
    z = ((table - means) * known / bases[used]) @ share
    n = int(design.count[known.any(axis=1)].sum())
    return _Linear(value=float(means @ share), n=n, z=z)


def _mean(
    values: Values, weights: Sequence[float], inside: NDArray[np.bool_], design: Design, level: float = 0.95
) -> GroupMean:
    found = _linear(values, weights, inside, design)
    if found is None:
        return GroupMean(n=0, value=None)
    variance = design.variance(found.z)
    if variance is None or design.df < 1:
        return GroupMean(n=found.n, value=found.value)
    error = math.sqrt(variance)
    half = float(stdtrit(design.df, 0.5 + level / 2)) * error
    low, high = max(0.0, found.value - half), min(1.0, found.value + half)
    return GroupMean(
        n=found.n, value=found.value, standard_error=error, interval=(low, high) if error else None
    )


@dataclass(frozen=True, kw_only=True)
class MeasureByGroup:
    """A measure in each group and all, and the tests between every two groups shown, Holm-corrected over all of them."""

    measure: str
    by: str
    groups: Mapping[str, GroupMean]
    differences: Mapping[tuple[str, str], Test]


def measure_by(found: Respondents, name: str, by: str, fewest: int = FEWEST_SHOWN) -> MeasureByGroup:
    """Return a measure by groups, with design-based t tests of the second of every two less the first.

    Groups of fewer than `fewest` answers are hidden, and enough others that none follows from the figure of all.
    """
    measure = found.questionnaire.measures[name]
    values, weights = found.values(measure.items, measure), _item_weights(measure)
    codes = [code for code, _ in group_labels(found.questionnaire, by)]
    of_row = np.array([group or "" for group in found.groups(by)], dtype=object)
    inside = {code: np.asarray(of_row == code, dtype=bool) for code in codes}
    sizes = [int(found.design.count[inside[code] & values.known.any(axis=1)].sum()) for code in codes]
    hidden = suppression.hidden_groups(sizes, fewest)
    shown = [code for at, code in enumerate(codes) if at not in hidden]
    groups = {
        code: _mean(values, weights, inside[code], found.design)
        if code in shown
        else GroupMean(n=None, value=None)
        for code in codes
    }
    everybody = np.asarray(of_row != "", dtype=bool)
    total = sum(sizes)
    groups[TOTAL] = (
        _mean(values, weights, everybody, found.design)
        if total >= fewest or not total
        else GroupMean(n=None, value=None)
    )
    return MeasureByGroup(
        measure=name,
        by=by,
        groups=groups,
        differences=_pairwise(values, weights, inside, shown, found.design),
    )


def _item_weights(measure: Measure) -> list[float]:
    return [float(measure.weight(item)) for item in measure.items]


def _pairwise(
    values: Values,
    weights: Sequence[float],
    inside: Mapping[str, NDArray[np.bool_]],
    shown: Sequence[str],
    design: Design,
) -> dict[tuple[str, str], Test]:
    linear = {code: _linear(values, weights, inside[code], design) for code in shown}
    made = {}
    for first, second in combinations(shown, 2):
        one, other = linear[first], linear[second]
        test = (
            group_tests.linear_t(other.value - one.value, other.z - one.z, design) if one and other else None
        )
        if test is not None:
            made[first, second] = test
    return corrected(made)


def corrected(tests: Mapping[Key, Test]) -> dict[Key, Test]:
    """Return the tests with p corrected by Holm for all of them together."""
    p = group_tests.holm([test.p for test in tests.values()])
    return {key: replace(test, p_holm=each) for (key, test), each in zip(tests.items(), p, strict=True)}


# --- year on year --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Change:
    """The later value less the earlier one, as a share of 1 (times 100: percentage points), with its interval."""

    earlier: Estimate
    later: Estimate
    exact: Fraction | None
    interval: tuple[float, float] | None
    method: str = "mover"

    @property
    def is_clear(self) -> bool | None:
        """Say whether the interval leaves out 0; None without an interval."""
        return None if self.interval is None else not self.interval[0] <= 0 <= self.interval[1]


@dataclass(frozen=True, kw_only=True)
class YearOnYear:
    """What changed between two surveys, and what cannot be compared and why (a word: gone, options, items, codes, …)."""

    items: Mapping[str, Change]
    measures: Mapping[str, Change]
    not_comparable: Mapping[str, str]


def year_on_year(earlier: tuple[Questionnaire, Report], later: tuple[Questionnaire, Report]) -> YearOnYear:
    """Compare two reports where item and options are the same: the scores of items, and measures over such items."""
    (old, before), (new, after) = earlier, later
    why_items = {item: why for item in new.closed_items if (why := _other_item(old, new, item))}
    why_measures = {name: why for name in new.measures if (why := _other_measure(old, new, name, why_items))}
    items = {
        item: change(one, other)
        for item in new.closed_items
        if item not in why_items and (one := before.items[item].score) and (other := after.items[item].score)
    }
    same = [name for name in new.measures if name not in why_measures]
    return YearOnYear(
        items=items,
        measures={name: change(before.measures[name], after.measures[name]) for name in same},
        not_comparable={**why_items, **why_measures},
    )


def _other_item(old: Questionnaire, new: Questionnaire, item: str) -> str | None:
    if item not in old.closed_items:
        return "gone" if item not in old.items else "kind"
    if old.items[item].kind != new.items[item].kind:
        return "kind"
    one, other = ([(o.code, o.value, o.missing) for o in q.options(item)] for q in (old, new))
    return None if one == other else "options"


def _other_measure(
    old: Questionnaire, new: Questionnaire, name: str, why_items: Mapping[str, str]
) -> str | None:
    one, other = old.measures.get(name), new.measures[name]
    if one is None:
        return "gone"
    if (one.kind, set(one.codes or ())) != (other.kind, set(other.codes or ())):
        return "codes"
    if {i: one.weight(i) for i in one.items} != {i: other.weight(i) for i in other.items}:
        return "items"
    if one.group != other.group:
        return "group"
    return "options" if any(item in why_items for item in (*other.items, *other.group)) else None


def change(earlier: Estimate, later: Estimate) -> Change:
    """Return the difference of two independent estimates; its interval is made of theirs.

    d − √((m₂ − l₂)² + (u₁ − m₁)²) to d + √((u₂ − m₂)² + (m₁ − l₁)²) (MOVER: Zou and Donner 2008, *Stat. Med.* 27; for two shares
    Newcombe 1998 method 10). It works with whichever interval an estimate has and never leaves −1 to 1.
    """
    exact = None if earlier.exact is None or later.exact is None else later.exact - earlier.exact
    return Change(earlier=earlier, later=later, exact=exact, interval=_mover(earlier, later))


def _mover(earlier: Estimate, later: Estimate) -> tuple[float, float] | None:
    if earlier.interval is None or later.interval is None or earlier.value is None or later.value is None:
        return None
    (l1, u1), (l2, u2), d = earlier.interval, later.interval, later.value - earlier.value
    return d - math.hypot(later.value - l2, u1 - earlier.value), d + math.hypot(
        u2 - later.value, earlier.value - l1
    )


# --- importance and performance ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Importance:
    """One item on the map: how well it does, how much it matters, and in which quarter that puts it."""

    performance: float | None
    importance: float | None
    quarter: str | None


def importance_performance(
    found: Respondents,
    items: Sequence[str],
    *,
    asked: Mapping[str, str] | None = None,
    overall: str | None = None,
) -> dict[str, Importance]:
    """Return each item's mean and importance (Martilla and James 1977, *Journal of Marketing* 41).

    Importance is asked (`asked` names the item that asks how important an item is: its mean), or derived: the correlation
    with the `overall` item, else with the mean of all the items answered. Quarters, by the means over the items:
    "keep" (both high), "improve" (important but low), "low" (neither), "enough" (high but unimportant).
    """
    values = found.values(items)
    performance = {item: _one_mean(found, values, at) for at, item in enumerate(items)}
    if asked is not None:
        asking = found.values([asked[item] for item in items])
        importance = {item: _one_mean(found, asking, at) for at, item in enumerate(items)}
    else:
        against = _optional(found.values([overall]), 0) if overall else _row_means(values)
        weights = found.whole.tolist()
        importance = {
            item: reliability.correlation(_optional(values, at), against, weights)
            for at, item in enumerate(items)
        }
    return _quarters(performance, importance)


def _one_mean(found: Respondents, values: Values, at: int) -> float | None:
    base = float(found.whole @ values.known[:, at])
    return float(found.whole @ (values.values[:, at] * values.known[:, at])) / base if base else None


def _optional(values: Values, at: int) -> list[float | None]:
    pairs = zip(values.values[:, at].tolist(), values.known[:, at].tolist(), strict=True)
    return [value if known else None for value, known in pairs]


def _row_means(values: Values) -> list[float | None]:
    sums, numbers = (values.values * values.known).sum(axis=1).tolist(), values.known.sum(axis=1).tolist()
    return [total / number if number else None for total, number in zip(sums, numbers, strict=True)]


def _quarters(
    performance: Mapping[str, float | None], importance: Mapping[str, float | None]
) -> dict[str, Importance]:
    middle = [_middle(list(of.values())) for of in (performance, importance)]
    return {
        item: Importance(
            performance=performance[item], importance=importance[item],
            quarter=_quarter(performance[item], importance[item], middle[0], middle[1]),
        )
        for item in performance
    }  # fmt: skip


def _middle(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def _quarter(
    does: float | None, matters: float | None, does_mean: float | None, matters_mean: float | None
) -> str | None:
    if does is None or matters is None or does_mean is None or matters_mean is None:
        return None
    if matters >= matters_mean:
        return "keep" if does >= does_mean else "improve"
    return "enough" if does >= does_mean else "low"
