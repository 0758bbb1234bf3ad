"""Sample sizes before fieldwork: how many answers a margin needs, what a number of answers gives, what silence does.

Cochran 1977, *Sampling Techniques*, chapters 4 and 5. Everything is for a share of 1; ½ is the worst case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtri

Allocation = Literal["proportional", "neyman", "equal"]


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """One stratum of a plan.

    `alone` is what this stratum would need to have the wanted margin by itself; `n` what it is given; `invited` how many
    to ask so that n answer, never more than there are people; `margin` that of n answers, None without any.
    """

    name: str
    people: int
    alone: int | None
    n: int
    invited: int
    margin: float | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A sample for one survey: answers wanted, people to invite, and the margin that gives.

    `invited` and `answers` differ from what is wanted where there are too few people: `answers` is what to expect from
    `invited` at the response rate, `expected_margin` its margin. `silence` is how far the result can move for every point that
    the silent differ from those who answer: their share.
    """

    population: int
    level: float
    share: float
    wanted_margin: float | None
    n: int
    margin: float | None
    invited: int
    answers: int
    expected_margin: float | None
    silence: float
    strata: tuple[Stratum, ...]
    uncovered: tuple[str, ...]


def critical(level: float) -> float:
    """Return the normal law's two-sided limit. Raises ValueError for a level outside 0 to 1."""
    if not 0 < level < 1:
        raise ValueError(f"level ({level}) must lie between 0 and 1")
    return float(ndtri(0.5 + level / 2))


def sample_size(population: int, margin: float, share: float = 0.5, level: float = 0.95) -> int:
    """Return the answers needed for a margin: n₀ = z²p(1 − p) ÷ e², n = n₀N ÷ (n₀ + N − 1), rounded up.

    Raises ValueError for a population below 1, and for a margin, a share or a level that is none.
    """
    _check(population, share)
    if not 0 < margin < 1:
        raise ValueError(f"margin ({margin}) must lie between 0 and 1: 0.05 is 5 percentage points")
    unlimited = critical(level) ** 2 * share * (1 - share) / margin**2
    needed = unlimited * population / (unlimited + population - 1) if unlimited else 1.0
    # what lies within rounding error of a whole number is that number
    return min(population, max(1, math.ceil(needed * (1 - 1e-12))))


def margin_of(n: int, population: int, share: float = 0.5, level: float = 0.95) -> float | None:
    """Return z √(p(1 − p) ÷ n · (N − n) ÷ (N − 1)), half the interval's width; 0 for a census, None without answers."""
    variance = _variance(n, population, share)
    return None if variance is None else critical(level) * math.sqrt(variance)


def _variance(n: int, population: int, share: float) -> float | None:
    _check(population, share)
    if n < 1:
        return None
    if n >= population:
        return 0.0
    return share * (1 - share) / n * (population - n) / (population - 1)


def _check(population: int, share: float) -> None:
    if population < 1:
        raise ValueError(f"population ({population}) must be at least 1")
    if not 0 <= share <= 1:
        raise ValueError(f"share ({share}) must lie between 0 and 1")


def stratified_margin(
    strata: Mapping[str, int], n: Mapping[str, int], shares: Mapping[str, float], level: float = 0.95
) -> float | None:
    """Return the margin of a population-weighted share: z √Σ (N_h ÷ N)² v_h over the strata with answers; None without any.

    A stratum without answers is not covered: nothing is said of it, and N is that of the others.
    """
    covered = [name for name in strata if strata[name] and n.get(name)]
    total = sum(strata[name] for name in covered)
    variances = [_variance(n[name], strata[name], shares[name]) or 0.0 for name in covered]
    if not total:
        return None
    parts = ((strata[name] / total) ** 2 * v for name, v in zip(covered, variances, strict=True))
    return critical(level) * math.sqrt(math.fsum(parts))


def allocate(
    n: int,
    strata: Mapping[str, int],
    how: Allocation = "proportional",
    shares: Mapping[str, float] | None = None,
    least: int = 0,
) -> dict[str, int]:
    """Divide n answers among strata: by people, by people × standard deviation (Neyman 1934), or equally.

    Nobody is asked twice: a stratum gets at most its people, and at least `least` of them. Raises ValueError for an unknown
    way, and if n is less than the minimum of all strata together.
    """
    floor = {name: min(least, people) for name, people in strata.items()}
    if n < sum(floor.values()):
        raise ValueError(
            f"n ({n}) must be at least {sum(floor.values())}, the minimum of the strata together"
        )
    size = _sizes(strata, how, shares or {})
    given = dict(floor)
    # the rest is divided anew among those that are neither full nor held at their minimum
    held: set[str] = set()
    while True:
        free = [name for name in strata if name not in held and strata[name]]
        left = min(n, sum(strata.values())) - sum(given[name] for name in strata if name in held)
        ideal = _ideal(left, free, size)
        wrong = {name: _bound(floor[name], strata[name], ideal[name]) for name in free}
        over, under = (
            {name: b for name, b in wrong.items() if b is not None and (b < ideal[name]) == is_over}
            for is_over in (True, False)
        )
        if not over and not under:
            break
        given |= over or under
        held |= set(over or under)
    return given | _whole(ideal, left)


def _bound(low: int, high: int, ideal: float) -> int | None:
    return high if ideal > high else low if ideal < low else None


def _sizes(strata: Mapping[str, int], how: Allocation, shares: Mapping[str, float]) -> dict[str, float]:
    if how == "equal":
        return {name: float(people > 0) for name, people in strata.items()}
    if how == "proportional":
        return {name: float(people) for name, people in strata.items()}
    if how == "neyman":
        spread = {name: math.sqrt(shares.get(name, 0.5) * (1 - shares.get(name, 0.5))) for name in strata}
        return {name: people * spread[name] for name, people in strata.items()}
    raise ValueError(f"allocation ({how}) must be proportional, neyman or equal")


def _ideal(n: int, names: Sequence[str], size: Mapping[str, float]) -> dict[str, float]:
    total = math.fsum(size[name] for name in names)
    return {name: n * size[name] / total if total else n / len(names) for name in names}


def _whole(ideal: Mapping[str, float], n: int) -> dict[str, int]:
    """Round to whole numbers that add up to n: the largest remainders get one more (Hamilton)."""
    whole = {name: math.floor(value + 1e-9) for name, value in ideal.items()}
    rest = sorted(ideal, key=lambda name: (whole[name] - ideal[name], name))
    for name in rest[: n - sum(whole.values())]:
        whole[name] += 1
    return whole


def plan(
    strata: Mapping[str, int],
    *,
    margin: float | None = None,
    n: int | None = None,
    share: float | Mapping[str, float] = 0.5,
    level: float = 0.95,
    allocation: Allocation = "proportional",
    least: int = 0,
    response_rate: float = 1.0,
) -> Plan:
    """Plan a sample for a margin, or say what n answers give. One stratum is a simple random sample.

    For a margin, n is what `sample_size` gives for the whole, and more where the division among strata needs more. Raises
    ValueError unless exactly one of margin and n is given, for impossible numbers, and for an n above the population.
    """
    if (margin is None) == (n is None):
        raise ValueError(f"give either margin ({margin}) or n ({n}), and not both")
    if not 0 < response_rate <= 1:
        raise ValueError(f"response_rate ({response_rate}) must lie above 0 and be at most 1")
    population = sum(strata.values())
    shares = {name: share if isinstance(share, float | int) else share.get(name, 0.5) for name in strata}
    whole = _overall(shares, strata)
    _check(population, whole)
    if n is not None and not 1 <= n <= population:
        raise ValueError(f"n ({n}) must lie between 1 and the population ({population})")
    wanted = n if n is not None else _needed(strata, shares, margin or 0.0, level, allocation, least)
    given = allocate(wanted, strata, allocation, shares, least)
    rows = [
        _stratum(name, people, given[name], shares[name], margin, level, response_rate)
        for name, people in strata.items()
    ]
    answers = {row.name: min(row.n, _expected(row.invited, response_rate)) for row in rows}
    return Plan(
        population=population, level=level, share=whole, wanted_margin=margin, n=wanted,
        margin=stratified_margin(strata, given, shares, level), invited=sum(row.invited for row in rows),
        answers=sum(answers.values()), expected_margin=stratified_margin(strata, answers, shares, level),
        silence=1 - response_rate, strata=tuple(rows),
        uncovered=tuple(row.name for row in rows if row.people and not row.n),
    )  # fmt: skip


def _overall(shares: Mapping[str, float], strata: Mapping[str, int]) -> float:
    """Return the share of all; the one there is where all are equal."""
    distinct = set(shares.values())
    if len(distinct) == 1:
        return distinct.pop()
    return math.fsum(shares[name] * strata[name] for name in strata) / max(1, sum(strata.values()))


def _needed(
    strata: Mapping[str, int],
    shares: Mapping[str, float],
    margin: float,
    level: float,
    how: Allocation,
    least: int,
) -> int:
    """Return the smallest n from the formula's on whose allocation reaches the margin (by bisection)."""
    population = sum(strata.values())
    floor = sum(min(least, people) for people in strata.values())
    start = sample_size(population, margin, _overall(shares, strata), level)
    low, high = max(start, floor) if len(strata) == 1 or how == "proportional" else max(1, floor), population
    while low < high:
        middle = (low + high) // 2
        found = stratified_margin(strata, allocate(middle, strata, how, shares, least), shares, level)
        low, high = (
            (low, middle) if found is not None and found <= margin * (1 + 1e-9) else (middle + 1, high)
        )
    return low


def _stratum(
    name: str, people: int, n: int, share: float, margin: float | None, level: float, response_rate: float
) -> Stratum:
    invited = min(people, math.ceil(n / response_rate * (1 - 1e-12)))
    return Stratum(
        name=name, people=people, n=n, invited=invited,
        alone=None if margin is None or not people else sample_size(people, margin, share, level),
        margin=margin_of(n, people, share, level) if people else None,
    )  # fmt: skip


def _expected(invited: int, response_rate: float) -> int:
    return math.floor(invited * response_rate * (1 + 1e-12))
