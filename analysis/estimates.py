"""Estimates from a pattern table: item scores, composites and rates, as a simple random sample without weights.

Values are exact fractions of counts; standard errors and intervals are floats. All are shares of 1.
Formulas and sources: docs/methods.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from analysis import intervals
from analysis.patterns import Code, Pattern
from analysis.report import Estimate
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Measure, Questionnaire

Values = Mapping[str, Fraction]
"""What each code of an item is worth, as a share of 1; a code that leaves the base is not in it."""

Answer = Code | None
"""What one response says to one item; None is a blank."""


@dataclass(frozen=True, kw_only=True)
class ItemTally:
    """How often each option of an item was chosen, and how many gave none.

    `answered` counts respondents in the base; `outside` those the item does not speak about (not asked, not
    applicable, or an option that leaves the base); `blank` those who were asked and left it empty.
    """

    counts: Mapping[str, int]
    answered: int
    outside: int
    blank: int
    not_asked: int


@dataclass(frozen=True)
class Sample:
    """The valid responses of one group of people, and how many people there are in it (None: not known)."""

    questionnaire: Questionnaire
    rows: Sequence[Pattern]
    people: int | None
    _tallies: dict[str, ItemTally] = field(default_factory=dict, compare=False)
    _joint: dict[tuple[str, ...], Counter[tuple[Answer, ...]]] = field(default_factory=dict, compare=False)

    @cached_property
    def n(self) -> int:
        """Return the number of responses."""
        return sum(row.count for row in self.rows)

    @cached_property
    def population(self) -> int | None:
        """Return the number of people; a number below that of the responses is wrong and counts as not known."""
        return self.people if self.people is None or self.people >= self.n else None

    def tally(self, item: str) -> ItemTally:
        """Count one closed item."""
        if item not in self._tallies:
            self._tallies[item] = _tally(self.questionnaire, item, self.rows)
        return self._tallies[item]

    def joint(self, items: tuple[str, ...]) -> Counter[tuple[Answer, ...]]:
        """Count the distinct joint answers to some items."""
        if items not in self._joint:
            counts: Counter[tuple[Answer, ...]] = Counter()
            for row in self.rows:
                counts[tuple(map(row.closed.get, items))] += row.count
            self._joint[items] = counts
        return self._joint[items]


def _tally(questionnaire: Questionnaire, item: str, rows: Sequence[Pattern]) -> ItemTally:
    given: Counter[Answer] = Counter()
    for row in rows:
        given[row.closed.get(item)] += row.count
    leaving = {option.code for option in questionnaire.options(item) if option.missing}
    counts = {option.code: 0 for option in questionnaire.options(item)}
    answered = outside = blank = 0
    for answer, count in given.items():
        codes = [answer] if isinstance(answer, str) else list(answer or ())
        known = [code for code in codes if code in counts]
        for code in known:
            counts[code] += count
        if answer in (NOT_ASKED, NOT_APPLICABLE) or (known and leaving.issuperset(known)):
            outside += count
        elif known:
            answered += count
        else:
            blank += count
    return ItemTally(
        counts=counts, answered=answered, outside=outside, blank=blank, not_asked=given[NOT_ASKED]
    )


def base_population(population: int | None, n: int, tally: ItemTally) -> int | None:
    """Return how many people of the population an item speaks about.

    Respondents whom the item does not concern stand for people whom it does not concern; the rest of the population
    is rounded up, so that an interval is never too narrow by it.
    """
    if population is None or n == 0:
        return population
    return math.ceil(Fraction(population * (n - tally.outside), n))


def option_values(questionnaire: Questionnaire, item: str) -> Values | None:
    """Return what each option in the base is worth; None if the item has an option without value, or none at all."""
    options = [option for option in questionnaire.options(item) if not option.missing]
    if not options or any(option.value is None for option in options):
        return None
    return {option.code: option.value / 100 for option in options if option.value is not None}


def code_values(questionnaire: Questionnaire, item: str, codes: Sequence[str]) -> Values:
    """Return 1 for the codes that count and 0 for the others in the base."""
    return {o.code: Fraction(int(o.code in codes)) for o in questionnaire.options(item) if not o.missing}


def measure_values(questionnaire: Questionnaire, measure: Measure) -> Mapping[str, Values]:
    """Return, for each item of a measure, what its codes are worth to it."""
    if measure.is_rate:
        return {item: code_values(questionnaire, item, measure.codes or ()) for item in measure.items}
    return {item: option_values(questionnaire, item) or {} for item in measure.items}


def item_mean(tally: ItemTally, values: Values, population: int | None) -> Estimate:
    """Return the mean value of one item over those in its base, with its logit-t interval."""
    n, mean = tally.answered, exact_mean(tally, values)
    if mean is None:
        return unknown()
    squares = sum((value**2 * tally.counts[code] for code, value in values.items()), Fraction(0))
    variance = float((squares - n * mean**2) / (n - 1)) if n > 1 else None
    return mean_estimate(mean, variance, n, population)


def item_share(tally: ItemTally, values: Values, population: int | None) -> Estimate:
    """Return the share of one item's base that chose the codes worth 1, with its exact interval."""
    n, share = tally.answered, exact_mean(tally, values)
    if share is None:
        return unknown()
    if population is not None and n >= population:
        return _census(share, n)
    error = math.sqrt(_unseen(n, population) * float(share * (1 - share)) / (n - 1)) if n > 1 else None
    interval = intervals.share(int(share * n), n, population)
    method = "clopper-pearson" if population is None else "hypergeometric"
    return _estimated(share, n, error, interval, method)


def exact_mean(tally: ItemTally, values: Values) -> Fraction | None:
    """Return Σ value × count ÷ n over the base as an exact share of 1, or None without answers."""
    if not tally.answered or not values:
        return None
    return sum((value * tally.counts[code] for code, value in values.items()), Fraction(0)) / tally.answered


def composite(sample: Sample, measure: Measure, values: Mapping[str, Values]) -> Estimate:
    """Return the weighted mean of the items' means; its variance comes from the respondents' joint answers.

    With R_i the mean of item i over its n_i answers, w_i its weight and W their sum, respondent r contributes
    z_r = Σ_i (w_i ÷ W)(n ÷ n_i)(v_ir − R_i) over the items r answered (Taylor linearisation of a sum of ratios), and
    se² = (1 − f) Σ z_r² ÷ (n (n − 1)). f is the smallest share of any item's base that answered it.
    """
    tallies = {item: sample.tally(item) for item in measure.items}
    means = {item: exact_mean(tallies[item], values[item]) for item in measure.items}
    mean = combine(measure, means)
    if mean is None:
        return unknown()
    known = {item: found for item, found in means.items() if found is not None}
    weights = sum((measure.weight(item) for item in known), Fraction(0))
    deviations = [
        {
            code: float(measure.weight(item) / weights * (value - known[item]) / tallies[item].answered)
            for code, value in values[item].items()
        }
        if item in known
        else {}
        for item in measure.items
    ]
    n, squares = _squares(sample.joint(measure.items), deviations)
    fewest = min(tallies[item].answered for item in known)
    population = _joint_population(sample, [tallies[item] for item in known], n)
    return mean_estimate(mean, squares * n**2 / (n - 1) if n > 1 else None, n, population, fewest=fewest)


def combine(measure: Measure, means: Mapping[str, Fraction | None]) -> Fraction | None:
    """Return the weighted mean of the item means there are, exactly; None if there are none."""
    known = {item: mean for item, mean in means.items() if mean is not None}
    if not known:
        return None
    total = sum((measure.weight(item) * mean for item, mean in known.items()), Fraction(0))
    return total / sum((measure.weight(item) for item in known), Fraction(0))


def _squares(
    joint: Mapping[tuple[Answer, ...], int], deviations: Sequence[Mapping[str, float]]
) -> tuple[int, float]:
    """Return how many answered any of the items, and the sum of squares of their contributions."""
    n, squares = 0, []
    for answers, count in joint.items():
        parts = [
            found[answer]
            for answer, found in zip(answers, deviations, strict=True)
            if isinstance(answer, str) and answer in found
        ]
        if parts:
            n += count
            squares.append(math.fsum(parts) ** 2 * count)
    return n, math.fsum(squares)


def _joint_population(sample: Sample, tallies: Sequence[ItemTally], n: int) -> int | None:
    """Return the population for which n answers are the sampled share of the least answered item."""
    if sample.population is None:
        return None
    bases = [(base_population(sample.population, sample.n, tally) or 0, tally.answered) for tally in tallies]
    return max(math.ceil(Fraction(n * base, answered)) for base, answered in bases)


def mean_estimate(
    mean: Fraction, variance: float | None, n: int, population: int | None, *, fewest: int | None = None
) -> Estimate:
    """Return the estimate of a mean between 0 and 1 from n answers whose sample variance is known (n − 1).

    `fewest` is how many answered the least answered item of a composite. If that is a single one of several
    respondents, its variance cannot be seen, and neither the standard error nor the interval is known.
    """
    fewest = n if fewest is None else fewest
    if population is not None and n >= population:
        return _census(mean, n)
    if fewest == 1 < n:
        return _estimated(mean, n, None, None, "single-answer")
    # variance of answers that are all alike comes out as rounding noise, far below any real answer's
    if variance is None or variance < 1e-18:
        return _estimated(
            mean, n, None if variance is None else 0.0, _all_alike(mean, fewest, population), "all-alike"
        )
    error = math.sqrt(_unseen(n, population) * variance / n)
    interval = intervals.logit_t(float(mean), error, n - 1)
    return _estimated(mean, n, error, interval, "logit-t" if population is None else "logit-t, fpc")


def _unseen(n: int, population: int | None) -> float:
    """Return the finite population correction: the share of the population that was not seen."""
    return 1.0 if population is None else 1 - n / population


def _all_alike(mean: Fraction, n: int, population: int | None) -> intervals.Interval:
    """Bound a mean when every answer seen is the same, so that there is no variance to go by.

    At least the share L of the population (the exact lower limit for n of n) answers so too; the others may answer
    anything from 0 to 1.
    """
    low = intervals.share(n, n, population)[0]
    return low * float(mean), 1 - low * float(1 - mean)


def _census(value: Fraction, n: int) -> Estimate:
    return _estimated(value, n, 0.0, (float(value), float(value)), "census")


def _estimated(
    value: Fraction, n: int, error: float | None, interval: intervals.Interval | None, method: str
) -> Estimate:
    """Put an estimate together.

    An exact interval of whole people can miss the sample's own share by less than one person when nearly everybody
    was seen (990 of 999 in 1,000 people: 991 is certain); it is widened to hold it.
    """
    point = float(value)
    return Estimate(
        value=point, exact=value, standard_error=error, n=n, n_effective=float(n), method=method,
        interval=None if interval is None else (min(interval[0], point), max(interval[1], point)),
    )  # fmt: skip


def unknown() -> Estimate:
    """Return the estimate of something nobody answered."""
    return Estimate(value=None, exact=None, standard_error=None, interval=None, n=0, method="no-answers")


def estimate(sample: Sample, measure: Measure) -> Estimate:
    """Return a measure's estimate in a sample; the exact interval for a rate of one item, else logit-t."""
    values = measure_values(sample.questionnaire, measure)
    if len(measure.items) > 1:
        return composite(sample, measure, values)
    item = measure.items[0]
    return of_one_item(sample, measure, sample.tally(item), values[item])


def of_one_item(sample: Sample, measure: Measure, tally: ItemTally, values: Values) -> Estimate:
    """Return the estimate of a measure over one item that was counted so."""
    one = item_share if measure.is_rate else item_mean
    return one(tally, values, base_population(sample.population, sample.n, tally))
