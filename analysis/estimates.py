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

from analysis import combining, intervals
from analysis.patterns import Code, Pattern
from analysis.report import Estimate
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, IntervalMethod, Measure, Questionnaire

FEW_UNSEEN = 4
"""Bounds without assumptions are given where at most one in so many of the population was not seen."""

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
    unknown: Mapping[str, int] = field(default_factory=dict)
    """How often codes were chosen that the item does not have."""


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
    leaving = leaving_codes(questionnaire, item)
    counts = {option.code: 0 for option in questionnaire.options(item)}
    answered = outside = blank = 0
    unknown: Counter[str] = Counter()
    for answer, count in given.items():
        codes = [answer] if isinstance(answer, str) else list(answer or ())
        known = [code for code in codes if code in counts]
        for code in known:
            counts[code] += count
        for code in codes if len(known) < len(codes) and answer not in (NOT_ASKED, NOT_APPLICABLE) else ():
            unknown[code] += 0 if code in counts else count
        if answer in (NOT_ASKED, NOT_APPLICABLE) or (known and leaving.issuperset(known)):
            outside += count
        elif known:
            answered += count
        else:
            blank += count
    return ItemTally(
        counts=counts, answered=answered, outside=outside, blank=blank, not_asked=given[NOT_ASKED],
        unknown=+unknown,
    )  # fmt: skip


def leaving_codes(questionnaire: Questionnaire, item: str) -> frozenset[str]:
    """Return the codes of an item whose choice leaves the base."""
    return frozenset(option.code for option in questionnaire.options(item) if option.missing)


def stratum_of(questionnaire: Questionnaire, row: Pattern) -> str:
    """Return a response's stratum: its code's if it came with one, else its answer to the stratum item."""
    answer = row.closed.get(questionnaire.population.stratum_item or "")
    return row.stratum or (answer if isinstance(answer, str) else "")


def with_stratum(row: Pattern, item: str | None) -> Mapping[str, Code]:
    """Return a row's answers; a code's stratum wins over the answer to the stratum item."""
    return {**row.closed, item: row.stratum} if item and row.stratum else row.closed


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


def item_mean(
    tally: ItemTally, values: Values, population: int | None, interval: IntervalMethod = "default"
) -> Estimate:
    """Return the mean value of one item over those in its base, with its logit-t interval unless another is named."""
    n, mean = tally.answered, exact_mean(tally, values)
    if mean is None:
        return unknown()
    squares = sum((value**2 * tally.counts[code] for code, value in values.items()), Fraction(0))
    variance = float((squares - n * mean**2) / (n - 1)) if n > 1 else None
    return mean_estimate(mean, variance, n, population, interval=interval)


def item_share(
    tally: ItemTally, values: Values, population: int | None, interval: IntervalMethod = "default"
) -> Estimate:
    """Return the share of one item's base that chose the codes worth 1, with its exact interval unless another is named."""
    n, share = tally.answered, exact_mean(tally, values)
    if share is None:
        return unknown()
    if population is not None and n >= population:
        return _census(share, n)
    error = math.sqrt(_unseen(n, population) * float(share * (1 - share)) / (n - 1)) if n > 1 else None
    bounds = _bounds(share, n, population)
    if interval != "default":
        found, method = _named_share(share, n, error, population, interval)
        return _estimated(share, n, error, found, method, bounds=bounds)
    method = "clopper-pearson" if population is None else "hypergeometric"
    return _estimated(share, n, error, intervals.share(int(share * n), n, population), method, bounds=bounds)


def _named_share(
    share: Fraction, n: int, error: float | None, population: int | None, name: IntervalMethod
) -> tuple[intervals.Interval | None, str]:
    """Return the interval of one item's share by a name, and what it is called."""
    if name == "clopper-pearson":
        return intervals.clopper_pearson(int(share * n), n), name
    if name == "wilson":
        return intervals.wilson_interval(float(share), n), name
    if error is None:
        return None, "single-answer"
    if error == 0 and name != "beta":
        return _all_alike(share, n, population), "all-alike"
    return _named_interval(share, error, n, population, name)


def _named_interval(
    mean: Fraction, error: float, n: int, population: int | None, name: IntervalMethod
) -> tuple[intervals.Interval, str]:
    known = intervals.Known(
        mean=float(mean), standard_error=error, n=n, df=n - 1, fraction=n / population if population else 0.0
    )
    method = "logit-t" if name in ("default", "logit") else name
    fpc = "" if population is None else ", fpc"
    return intervals.named(
        method, known
    ), f"{'korn-graubard' if method == 'clopper-pearson' else method}{fpc}"


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
    if measure.missing == "listwise":
        sample = without_blanks(sample, measure)
    if measure.combine != "items":
        return _of_persons(sample, measure, values)
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
    variance = squares * n**2 / (n - 1) if n > 1 else None
    return mean_estimate(mean, variance, n, population, fewest=fewest, interval=measure.interval)


def without_blanks(sample: Sample, measure: Measure) -> Sample:
    """Return the sample without those who left one of the measure's items blank though it concerned them."""
    values = measure_values(sample.questionnaire, measure)
    given = {
        item: {*values[item], *leaving_codes(sample.questionnaire, item), NOT_ASKED, NOT_APPLICABLE}
        for item in measure.items
    }
    rows = [row for row in sample.rows if all(row.closed.get(i) in codes for i, codes in given.items())]
    return Sample(sample.questionnaire, rows, sample.people)


def _of_persons(sample: Sample, measure: Measure, values: Mapping[str, Values]) -> Estimate:
    """Return the estimate of pooled answers or of the mean of persons' means (combining.py).

    With b_r the weight of the items r answered and y_r that of the values given, pooled: θ = Σ y ÷ Σ b and
    z_r = (y_r − θ b_r) n ÷ Σ b; persons: θ the mean of y_r ÷ b_r, z_r = y_r ÷ b_r − θ.
    """
    joint = sample.joint(measure.items)
    mean = combining.value(measure, values, _by_answered(measure, values, joint))
    if mean is None:
        return unknown()
    shares = [float(measure.weight(item)) for item in measure.items]
    worth = [{code: float(value) for code, value in values[item].items()} for item in measure.items]
    persons = []
    for answers, count in joint.items():
        own = [
            (share, found[answer])
            for answer, found, share in zip(answers, worth, shares, strict=True)
            if isinstance(answer, str) and answer in found
        ]
        if own:
            persons.append((count, math.fsum(s for s, _ in own), math.fsum(s * v for s, v in own)))
    n, point = sum(count for count, _, _ in persons), float(mean)
    if measure.combine == "persons":
        squares = math.fsum(count * (y / b - point) ** 2 for count, b, y in persons)
    else:
        scale = n / math.fsum(count * b for count, b, _ in persons)
        squares = math.fsum(count * ((y - point * b) * scale) ** 2 for count, b, y in persons)
    tallies = [sample.tally(item) for item in measure.items if sample.tally(item).answered and values[item]]
    return mean_estimate(
        mean, squares / (n - 1) if n > 1 else None, n, _joint_population(sample, tallies, n),
        fewest=min(tally.answered for tally in tallies), interval=measure.interval,
    )  # fmt: skip


def _by_answered(
    measure: Measure, values: Mapping[str, Values], joint: Mapping[tuple[Answer, ...], int]
) -> list[combining.Answered]:
    """Count the answers by item and code, apart for those who answered the same items."""
    people: Counter[tuple[str, ...]] = Counter()
    counts: dict[tuple[str, ...], dict[str, Counter[str]]] = {}
    for answers, count in joint.items():
        given = {
            item: answer
            for item, answer in zip(measure.items, answers, strict=True)
            if isinstance(answer, str) and answer in values[item]
        }
        kind = tuple(given)
        people[kind] += count
        for item, code in given.items():
            counts.setdefault(kind, {}).setdefault(item, Counter())[code] += count
    return [
        combining.Answered(weight=Fraction(1), people=people[kind], counts=found)
        for kind, found in counts.items()
    ]


def combine(measure: Measure, means: Mapping[str, Fraction | None]) -> Fraction | None:
    """Return the weighted mean of the item means there are, exactly; None if there are none."""
    return combining.mean_of_items(measure, {i: mean for i, mean in means.items() if mean is not None})


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
    mean: Fraction,
    variance: float | None,
    n: int,
    population: int | None,
    *,
    fewest: int | None = None,
    interval: IntervalMethod = "default",
) -> Estimate:
    """Return the estimate of a mean between 0 and 1 from n answers whose sample variance is known (n − 1).

    `fewest` is how many answered the least answered item of a composite. If that is a single one of several
    respondents, its variance cannot be seen, and neither the standard error nor the interval is known.
    """
    fewest = n if fewest is None else fewest
    if population is not None and n >= population:
        return _census(mean, n)
    bounds = _bounds(mean, n, population)
    if fewest == 1 < n:
        return _estimated(mean, n, None, None, "single-answer", bounds=bounds)
    # variance of answers that are all alike comes out as rounding noise, far below any real answer's
    if variance is None or variance < 1e-18:
        alike, error = _all_alike(mean, fewest, population), None if variance is None else 0.0
        return _estimated(mean, n, error, alike, "all-alike", bounds=bounds)
    error = math.sqrt(_unseen(n, population) * variance / n)
    found, method = _named_interval(mean, error, n, population, interval)
    return _estimated(mean, n, error, found, method, df=n - 1, bounds=bounds)


def _bounds(mean: Fraction, n: int, population: int | None) -> intervals.Interval | None:
    """Return what the mean of everybody can be, whatever the unseen answer, where they are at most a quarter."""
    if population is None or not 0 < population - n <= Fraction(population, FEW_UNSEEN):
        return None
    return float(mean * n / population), float((mean * n + population - n) / population)


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
    value: Fraction,
    n: int,
    error: float | None,
    interval: intervals.Interval | None,
    method: str,
    *,
    df: int | None = None,
    bounds: intervals.Interval | None = None,
) -> Estimate:
    """Put an estimate together.

    An exact interval of whole people can miss the sample's own share by less than one person when nearly everybody
    was seen (990 of 999 in 1,000 people: 991 is certain); it is widened to hold it.
    """
    point = float(value)
    return Estimate(
        value=point, exact=value, standard_error=error, n=n, n_effective=float(n), method=method,
        df=df, bounds=bounds,
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
    return one(tally, values, base_population(sample.population, sample.n, tally), measure.interval)
