"""Weighted estimates: the valid responses as a design with weights, and the measures estimated from it.

Where weights are ratios of counts (strata, post-stratification) values are exact fractions; where they are fitted by
iteration, trimmed or carried in the data they are floats. Formulas and sources: docs/methods.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis import combining, intervals, weights
from analysis.design import (
    Adjustment,
    Design,
    Floats,
    Linearised,
    PostStratified,
    Raked,
    Whole,
    linearised,
    summed,
)
from analysis.estimates import (
    ItemTally,
    Values,
    base_population,
    item_share,
    leaving_codes,
    measure_values,
    stratum_of,
    unknown,
    with_stratum,
)
from analysis.patterns import Pattern
from analysis.report import Estimate, WeightingResult
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Measure, Questionnaire, Weighting, holds

BLANK, OUTSIDE = -1, -2
"""Codes of an answer that is missing, and of one that leaves the base."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The rows divided by one item's codes (or the strata): where each belongs, and how many people each has."""

    codes: tuple[str, ...]
    people: tuple[int, ...]
    of_row: Whole

    def with_answers(self, count: Floats) -> Floats:
        """Return how many responses each has."""
        return summed(self.of_row, count, len(self.codes))

    def covered(self, count: Floats) -> int:
        """Return the number of people in the groups that have answers."""
        return sum(people for people, n in zip(self.people, self.with_answers(count), strict=True) if n)


@dataclass(frozen=True, kw_only=True)
class WeightedSample:
    """Valid responses with their design and weights; `exact` are the weights as fractions, by the classes of rows."""

    questionnaire: Questionnaire
    rows: Sequence[Pattern]
    design: Design
    result: WeightingResult
    classes: Whole
    exact: tuple[Fraction, ...] | None
    _codes: dict[str, Whole] = field(default_factory=dict, compare=False, repr=False)

    def codes(self, item: str) -> Whole:
        """Return each row's answer to an item as the position of its option, or BLANK or OUTSIDE."""
        if item not in self._codes:
            self._codes[item] = _codes(self.questionnaire, item, self.rows)
        return self._codes[item]

    @cached_property
    def everybody(self) -> Mask:
        """Return a mask of all rows."""
        return np.ones(len(self.rows), dtype=np.bool_)

    def members(self, measure: Measure) -> Mask:
        """Return a mask of the rows of the group a measure speaks about."""
        if not measure.group:
            return self.everybody
        item = self.questionnaire.population.stratum_item
        found = [holds(measure.group, with_stratum(row, item), {}) for row in self.rows]
        return np.array(found, dtype=np.bool_)


def _codes(questionnaire: Questionnaire, item: str, rows: Sequence[Pattern]) -> Whole:
    positions: dict[object, int] = {o.code: i for i, o in enumerate(questionnaire.options(item))}
    positions |= dict.fromkeys((*leaving_codes(questionnaire, item), NOT_ASKED, NOT_APPLICABLE), OUTSIDE)
    return np.array([positions.get(row.closed.get(item), BLANK) for row in rows], dtype=np.intp)


# --- weighing ------------------------------------------------------------------------------------------------------


def sample(questionnaire: Questionnaire, rows: Sequence[Pattern]) -> WeightedSample | None:
    """Weigh the valid responses as the definition says, or None if it says nothing of weights."""
    weighting = questionnaire.weighting
    if not weighting.is_weighted:
        return None
    kept, strata, margins = _divide(questionnaire, rows)
    count = np.array([row.count for row in kept], dtype=np.float64)
    people, covered = _coverage(questionnaire, count, [*strata, *margins])
    base = _base_weights(questionnaire, kept, count, strata, people)
    fitted, exact = _fit(weighting, count, base, margins, covered)
    stratum = strata[0].of_row if strata else np.zeros(len(kept), dtype=np.intp)
    design = Design(
        count=count, weight=fitted.weight, stratum=stratum, lonely=weighting.lonely,
        population=_populations(weighting, strata, people),
        adjustments=_adjustments(margins, base.weight),
    )  # fmt: skip
    left_out = sum(row.count for row in rows) - round(float(count.sum()))
    result = _result(weighting, design, strata, margins, fitted, (people, covered, left_out))
    classes, of_class = exact if exact is not None else (stratum, None)
    return WeightedSample(
        questionnaire=questionnaire, rows=kept, design=design, result=result, classes=classes, exact=of_class
    )


def _divide(
    questionnaire: Questionnaire, rows: Sequence[Pattern]
) -> tuple[list[Pattern], list[Groups], list[Groups]]:
    """Keep the rows that belong to a stratum and a group of every margin with people in it, and say to which."""
    weighting, people = questionnaire.weighting, questionnaire.population.strata
    by: list[tuple[str | None, Mapping[str, int]]] = []
    if weighting.design == "stratified":
        by.append((None, people))
    if weighting.method in ("post_stratify", "rake"):
        by.extend(weighting.margins.items())
    places = [_places(questionnaire, item, numbers, rows) for item, numbers in by]
    within = np.logical_and.reduce([np.ones(len(rows), dtype=np.bool_), *(found >= 0 for found in places)])
    kept = [row for row, is_in in zip(rows, within.tolist(), strict=True) if is_in]
    groups = [
        Groups(codes=tuple(numbers), people=tuple(numbers.values()), of_row=found[within])
        for found, (_, numbers) in zip(places, by, strict=True)
    ]
    cut = 1 if weighting.design == "stratified" else 0
    return kept, groups[:cut], groups[cut:]


def _places(
    questionnaire: Questionnaire, item: str | None, numbers: Mapping[str, int], rows: Sequence[Pattern]
) -> Whole:
    """Return which code of an item (None: which stratum) each row has; -1 where none with people in it."""
    index: dict[object, int] = {code: at for at, code in enumerate(numbers) if numbers[code]}
    if item is None:
        found = [index.get(stratum_of(questionnaire, row), -1) for row in rows]
    else:
        found = [index.get(row.closed.get(item), -1) for row in rows]
    return np.array(found, dtype=np.intp)


def _coverage(
    questionnaire: Questionnaire, count: Floats, groups: Sequence[Groups]
) -> tuple[int | None, int | None]:
    """Return how many people there are, and how many are in strata and groups that have answers."""
    known = [questionnaire.population.total, *(sum(g.people) for g in groups)]
    people = max((number for number in known if number is not None), default=None)
    return people, min((g.covered(count) for g in groups), default=people)


@dataclass(frozen=True, kw_only=True)
class Base:
    """Weights before any fitting; `exact` by stratum where they are ratios of counts."""

    weight: Floats
    exact: tuple[Fraction, ...] | None
    stratum: Whole


def _base_weights(
    questionnaire: Questionnaire,
    rows: Sequence[Pattern],
    count: Floats,
    strata: Sequence[Groups],
    people: int | None,
) -> Base:
    """People ÷ answers, of each stratum or of all; or the weights the data carry; or 1 where people are not known."""
    weighting = questionnaire.weighting
    stratum = strata[0].of_row if strata else np.zeros(len(rows), dtype=np.intp)
    if weighting.method == "carried":
        return Base(
            weight=np.array([row.weight for row in rows], dtype=np.float64), exact=None, stratum=stratum
        )
    n = round(float(count.sum()))
    if strata and weighting.method != "none":
        sizes = strata[0].with_answers(count)
        exact = tuple(
            Fraction(people, round(float(size))) if size else Fraction(0)
            for people, size in zip(strata[0].people, sizes, strict=True)
        )
    else:
        flat = Fraction(people, n) if people and n else Fraction(1)
        exact = (flat,) * (len(strata[0].codes) if strata else 1)
    return Base(weight=_floats(exact)[stratum], exact=exact, stratum=stratum)


def _floats(exact: Sequence[Fraction]) -> Floats:
    return np.array([float(found) for found in exact], dtype=np.float64)


def _fit(
    weighting: Weighting, count: Floats, base: Base, margins: Sequence[Groups], covered: int | None
) -> tuple[weights.Fitted, tuple[Whole, tuple[Fraction, ...]] | None]:
    """Fit the weights to the margins and trim them; give them exactly too where they are ratios of counts."""
    known = [weights.Margin(groups=g.of_row, people=_scaled(g, count, covered)) for g in margins]
    if weighting.trim is not None:
        limit = float(weighting.trim)
        if known:
            return weights.rake_trimmed(count, base.weight, known, limit), None
        trimmed, cut = weights.trim(count, base.weight, limit)
        found = weights.Fitted(weight=trimmed, iterations=0, gap=0.0, trimmed=cut)
        return (found, None) if cut else (found, _exactly(base))
    if len(known) > 1:
        return weights.rake(count, base.weight, known), None
    exact = _post_stratified(base, count, margins[0], covered) if known else _exactly(base)
    if exact is None:
        return weights.rake(count, base.weight, known), None
    classes, of_class = exact
    weight = _floats(of_class)[classes]
    return weights.Fitted(
        weight=weight, iterations=len(known), gap=weights.difference(count, weight, known)
    ), exact


def _scaled(groups: Groups, count: Floats, covered: int | None) -> Floats:
    """Return the people of the groups with answers, scaled to as many as every margin covers."""
    own = groups.covered(count)
    people = np.array(groups.people, dtype=np.float64)
    return people * (covered / own) if own and covered is not None else people


def _exactly(base: Base) -> tuple[Whole, tuple[Fraction, ...]] | None:
    return None if base.exact is None else (base.stratum, base.exact)


def _post_stratified(
    base: Base, count: Floats, margin: Groups, covered: int | None
) -> tuple[Whole, tuple[Fraction, ...]] | None:
    """Return the classes stratum × group and their exact weights: base × people of the group ÷ its base weights' sum."""
    if base.exact is None:
        return None
    size = len(margin.codes)
    classes = base.stratum * size + margin.of_row
    counts = summed(classes, count, size * len(base.exact))
    have = [
        sum((w * round(float(counts[s * size + g])) for s, w in enumerate(base.exact)), Fraction(0))
        for g in range(size)
    ]
    scale = Fraction(covered or 0, margin.covered(count) or 1)
    return classes, tuple(
        w * scale * margin.people[g] / have[g] if have[g] else Fraction(0)
        for w in base.exact
        for g in range(size)
    )


def _adjustments(margins: Sequence[Groups], base: Floats) -> tuple[Adjustment, ...]:
    if len(margins) == 1:
        return (PostStratified(groups=margins[0].of_row, base=base),)
    return (Raked(margins=tuple(m.of_row for m in margins)),) if margins else ()


def _populations(weighting: Weighting, strata: Sequence[Groups], people: int | None) -> Floats:
    found = strata[0].people if strata else (people,)
    return np.array([n if weighting.fpc and n is not None else math.inf for n in found], dtype=np.float64)


def _result(
    weighting: Weighting,
    design: Design,
    strata: Sequence[Groups],
    margins: Sequence[Groups],
    fitted: weights.Fitted,
    numbers: tuple[int | None, int | None, int],
) -> WeightingResult:
    people, covered, left_out = numbers
    groups = [*strata, *margins]
    empty = [
        c
        for g in groups
        for c, p, n in zip(g.codes, g.people, g.with_answers(design.count), strict=True)
        if p and not n
    ]
    sizes = dict(zip(strata[0].codes, (round(float(n)) for n in design.sizes), strict=True)) if strata else {}
    is_fitted = bool(margins) or fitted.trimmed > 0
    some = design.n > 0
    return WeightingResult(
        method=weighting.method, design=weighting.design, used=weighting.use == "weighted", n=design.n,
        left_out=left_out, people=people, covered=covered, empty=tuple(dict.fromkeys(empty)),
        lonely=tuple(strata[0].codes[at] for at in design.lonely_strata) if strata else (),
        lonely_rule=weighting.lonely, strata=sizes, df=design.df,
        sum_of_weights=design.people if some else None,
        smallest_weight=float(fitted.weight.min()) if some else None,
        largest_weight=float(fitted.weight.max()) if some else None,
        kish_design_effect=design.kish_design_effect, kish_n_effective=design.kish_n_effective,
        converged=fitted.converged or fitted.gap < 1e-9 if is_fitted and some else None,
        iterations=fitted.iterations if is_fitted and some else None,
        gap=fitted.gap if is_fitted and some else None, trimmed=fitted.trimmed,
    )  # fmt: skip


# --- estimating ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Question:
    """One measure asked of a weighted sample: who is in it, and for each item who answered and with what value."""

    measure: Measure
    values: Mapping[str, Values]
    domain: Mask
    codes: Mapping[str, Whole]
    answered: Mapping[str, Mask]
    worth: Mapping[str, Floats]


def estimate(found: WeightedSample, measure: Measure) -> Estimate:
    """Return a measure's weighted estimate, with the interval the definition names."""
    question = _question(found, measure)
    if not question.domain.any():
        return unknown()
    if (share := _share_of_one_stratum(found, question)) is not None:
        return share
    value, influence = _influence(found.design, question)
    exact = _exact(found, question)
    line = linearised(found.design, value if exact is None else float(exact), influence, question.domain)
    return _estimated(found, question, line, exact)


def _question(found: WeightedSample, measure: Measure) -> _Question:
    values = measure_values(found.questionnaire, measure)
    codes = {item: found.codes(item) for item in measure.items}
    domain = found.members(measure)
    if measure.missing == "listwise":
        for item in measure.items:
            domain = domain & (codes[item] != BLANK)
    answered, worth = {}, {}
    for item in measure.items:
        options = found.questionnaire.options(item)
        by_code = np.array(
            [float(values[item][o.code]) if o.code in values[item] else 0.0 for o in options],
            dtype=np.float64,
        )
        answered[item] = domain & (codes[item] >= 0) & bool(values[item])
        safe = np.where(answered[item], codes[item], 0)
        worth[item] = np.where(answered[item], by_code[safe], 0.0) if len(options) else np.zeros(len(domain))
    any_item = np.logical_or.reduce(list(answered.values()))
    return _Question(
        measure=measure, values=values, domain=any_item, codes=codes, answered=answered, worth=worth
    )


def _influence(design: Design, question: _Question) -> tuple[float, Floats]:
    """Return the measure's value and each row's influence on it (Taylor linearisation)."""
    weight = design.count * design.weight
    if question.measure.combine == "items":
        return _of_items(weight, question)
    share = {item: float(question.measure.weight(item)) for item in question.measure.items}
    base = sum((share[i] * found for i, found in question.answered.items()), np.zeros(len(weight)))
    worth = sum((share[i] * found for i, found in question.worth.items()), np.zeros(len(weight)))
    if question.measure.combine == "persons":
        worth = np.divide(worth, base, out=np.zeros_like(worth), where=base > 0)
        base = question.domain.astype(np.float64)
    total = float(weight @ base)
    value = float(weight @ worth) / total
    return value, (worth - value * base) / total


def _of_items(weight: Floats, question: _Question) -> tuple[float, Floats]:
    value, influence, shares = 0.0, np.zeros(len(weight)), 0.0
    for item, answered in question.answered.items():
        base = float(weight @ answered)
        if base > 0:
            share = float(question.measure.weight(item))
            mean = float(weight @ question.worth[item]) / base
            value, shares = value + share * mean, shares + share
            influence += share * np.where(answered, question.worth[item] - mean, 0.0) / base
    return value / shares, influence / shares


def _exact(found: WeightedSample, question: _Question) -> Fraction | None:
    """Return the value as an exact fraction where the weights are."""
    if found.exact is None:
        return None
    parts = [
        part
        for rows in _alike(question)
        for part in _answered(found, question, rows)
    ]  # fmt: skip
    return combining.value(question.measure, question.values, parts)


def _alike(question: _Question) -> list[Mask]:
    """Divide the rows by which items they answer, where that matters."""
    if question.measure.combine != "persons":
        return [question.domain]
    table = np.stack(list(question.answered.values()), axis=1)[question.domain]
    kinds, of_row = np.unique(table, axis=0, return_inverse=True)
    at = np.flatnonzero(question.domain)
    masks = []
    for kind in range(len(kinds)):
        mask = np.zeros(len(question.domain), dtype=np.bool_)
        mask[at[of_row.ravel() == kind]] = True
        masks.append(mask)
    return masks


def _answered(found: WeightedSample, question: _Question, rows: Mask) -> list[combining.Answered]:
    """Count the answers of some rows by class of equal weight."""
    exact = found.exact or ()
    count, classes = found.design.count, found.classes
    people = summed(classes[rows], count[rows], len(exact))
    counts: dict[str, Floats] = {}
    for item, answered in question.answered.items():
        size = max(len(found.questionnaire.options(item)), 1)
        here = answered & rows
        cells = classes[here] * size + question.codes[item][here]
        counts[item] = summed(cells, count[here], len(exact) * size).reshape(-1, size)
    return [
        combining.Answered(
            weight=weight,
            people=round(float(people[at])),
            counts={item: _by_code(found.questionnaire, item, table[at]) for item, table in counts.items()},
        )
        for at, weight in enumerate(exact)
        if people[at]
    ]


def _by_code(questionnaire: Questionnaire, item: str, counts: Floats) -> dict[str, int]:
    options = questionnaire.options(item)
    return {option.code: round(float(n)) for option, n in zip(options, counts, strict=False) if n}


def _share_of_one_stratum(found: WeightedSample, question: _Question) -> Estimate | None:
    """Return the exact interval's estimate for a share of one item where all rows are of one stratum and weigh alike."""
    measure, design = question.measure, found.design
    strata = np.unique(design.stratum[question.domain])
    plain = measure.is_rate and len(measure.items) == 1 and measure.interval == "default"
    if not plain or len(strata) != 1 or design.adjustments or np.ptp(design.weight[question.domain]) > 0:
        return None
    item = measure.items[0]
    rows = found.members(measure) & (design.stratum == strata[0])
    n = round(float(design.count[rows].sum()))
    of_item = found.codes(item)
    size = len(found.questionnaire.options(item))
    here = rows & (of_item >= 0)
    counts = summed(of_item[here], design.count[here], size)
    tally = ItemTally(
        counts={o.code: round(float(c)) for o, c in zip(found.questionnaire.options(item), counts, strict=True)},
        answered=round(float(counts.sum())), outside=round(float(design.count[rows & (of_item == OUTSIDE)].sum())),
        blank=0, not_asked=0,
    )  # fmt: skip
    people = design.population[strata[0]]
    share = n / float(design.sizes[strata[0]])
    known = math.ceil(float(people) * share) if math.isfinite(people) and people >= n else None
    return item_share(tally, question.values[item], base_population(known, n, tally))


def _estimated(
    found: WeightedSample, question: _Question, line: Linearised, exact: Fraction | None
) -> Estimate:
    """Put the weighted estimate together: its interval by the name the definition gives, and what it does not cover."""
    interval, method = _interval(found, question, line)
    is_known = method not in ("single-answer", "lonely-stratum")
    effect = line.design_effect if line.design_effect is not None else line.design_effect_replace
    return Estimate(
        value=line.value, exact=exact, standard_error=line.standard_error if is_known else None,
        interval=interval, n=line.n, method=_named(found, method), df=line.df,
        n_effective=_n_effective(line.n, effect if is_known else None),
        design_effect=line.design_effect if is_known else None,
        design_effect_replace=line.design_effect_replace if is_known else None,
        bounds=_bounds(found, question.measure, line.value),
    )  # fmt: skip


def _n_effective(n: int, effect: float | None) -> float | None:
    """Return n ÷ design effect; None where the weights fix the figure, so that only rounding noise is left of it."""
    if effect is None or effect == 0:
        return float(n)
    return n / effect if effect > 1e-9 else None


def _named(found: WeightedSample, method: str) -> str:
    if method in ("census", "all-alike", "single-answer", "lonely-stratum"):
        return method
    corrected = [method, "fpc"] if bool(np.isfinite(found.design.population).any()) else [method]
    how = "stratified" if found.result.method == "none" else found.result.method
    return ", ".join([*corrected, how])


def _interval(
    found: WeightedSample, question: _Question, line: Linearised
) -> tuple[intervals.Interval | None, str]:
    design = found.design
    fewest = _fewest(design, question)
    if design.is_census and line.n == design.n == fewest:
        return (line.value, line.value), "census"
    if line.variance is None:
        return None, "lonely-stratum"
    if line.df < 1 or fewest == 1:
        return None, "single-answer"
    name = _method(question.measure)
    deviates = line.spread > 1e-18 and line.variance * line.n > 1e-12 * line.spread
    by_n = name in ("korn-graubard", "clopper-pearson", "wilson", "beta") and line.value in (0.0, 1.0)
    if not deviates and not by_n:
        return _all_alike(design, line, fewest), "all-alike"
    known = intervals.Known(
        mean=line.value, standard_error=line.standard_error or 0.0, n=line.n, df=line.df,
        fraction=design.least_fraction,
    )  # fmt: skip
    return intervals.named(name, known), name


def _method(measure: Measure) -> str:
    if measure.interval == "default":
        return "korn-graubard" if measure.is_rate and len(measure.items) == 1 else "logit-t"
    return {"logit": "logit-t", "clopper-pearson": "korn-graubard"}.get(measure.interval, measure.interval)


def _fewest(design: Design, question: _Question) -> int:
    """Return how many answered the least answered item of those that anybody answered."""
    found = [round(float(design.count[mask].sum())) for mask in question.answered.values()]
    return min((n for n in found if n), default=0)


def _all_alike(design: Design, line: Linearised, fewest: int) -> intervals.Interval:
    """Bound a mean whose answers are all alike, in the sample or in each stratum: docs/methods.md, 4.5."""
    sizes = design.sizes[design.sizes > 0]
    n = fewest if line.spread <= 1e-18 else min(fewest, round(float(sizes.min())))
    low = intervals.clopper_pearson(n, n)[0]
    return low * line.value, 1 - low * (1 - line.value)


def _bounds(found: WeightedSample, measure: Measure, value: float) -> intervals.Interval | None:
    """Return the range of the value over everybody, when the people of strata without answers may answer anything."""
    people, covered = found.result.people, found.result.covered
    if measure.group or people is None or covered is None or covered >= people:
        return None
    return value * covered / people, (value * covered + people - covered) / people
