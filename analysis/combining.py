"""How the items of a measure combine into one exact value: the mean of item scores, pooled answers, or persons' means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.model import Measure


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Some responses of equal weight: for each item the counts by code of those that answered it, by the item's id.

    `people` is how many answered any of the items; where persons' means are combined, all of them the same items.
    """

    weight: Fraction
    people: int
    counts: Mapping[str, Mapping[str, int]]


Values = Mapping[str, Fraction]


def value(measure: Measure, values: Mapping[str, Values], answered: Sequence[Answered]) -> Fraction | None:
    """Return the measure's value as the definition combines its items, or None if nobody answered any."""
    return _COMBINED[measure.combine](measure, values, answered)


def _sums(part: Answered, item: str, values: Mapping[str, Values]) -> tuple[Fraction, int]:
    """Return the sum of the values given to an item, and how many answered it."""
    counts = part.counts.get(item, {})
    worth = sum((values[item][code] * count for code, count in counts.items()), Fraction(0))
    return worth, sum(counts.values())


def _items(measure: Measure, values: Mapping[str, Values], answered: Sequence[Answered]) -> Fraction | None:
    """Σ ω_i R_i ÷ Σ ω_i over the items answered, R_i the (weighted) mean of item i."""
    means: dict[str, Fraction] = {}
    for item in measure.items:
        sums = [(part.weight, *_sums(part, item, values)) for part in answered]
        base = sum((weight * n for weight, _, n in sums), Fraction(0))
        if base:
            means[item] = sum((weight * worth for weight, worth, _ in sums), Fraction(0)) / base
    return mean_of_items(measure, means)


def mean_of_items(measure: Measure, means: Mapping[str, Fraction]) -> Fraction | None:
    """Return the weighted mean of the items' means there are, exactly; None if there are none."""
    if not means:
        return None
    total = sum((measure.weight(item) * mean for item, mean in means.items()), Fraction(0))
    return total / sum((measure.weight(item) for item in means), Fraction(0))


def _pooled(measure: Measure, values: Mapping[str, Values], answered: Sequence[Answered]) -> Fraction | None:
    """Σ ω_i v ÷ Σ ω_i over all answers to all items."""
    worth = base = Fraction(0)
    for part in answered:
        for item in measure.items:
            one, n = _sums(part, item, values)
            worth += part.weight * measure.weight(item) * one
            base += part.weight * measure.weight(item) * n
    return worth / base if base else None


def _persons(measure: Measure, values: Mapping[str, Values], answered: Sequence[Answered]) -> Fraction | None:
    """The mean over persons of Σ ω_i v ÷ Σ ω_i over the items the person answered."""
    worth = base = Fraction(0)
    for part in answered:
        own = sum((measure.weight(item) for item in measure.items if part.counts.get(item)), Fraction(0))
        if own:
            sums = (measure.weight(item) * _sums(part, item, values)[0] for item in measure.items)
            worth += part.weight * sum(sums, Fraction(0)) / own
            base += part.weight * part.people
    return worth / base if base else None


_COMBINED = {"items": _items, "pooled": _pooled, "persons": _persons}
