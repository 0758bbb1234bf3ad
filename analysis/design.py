"""How a sample was drawn and what its answers weigh, and what both do to the precision of a figure.

A design holds cells: equal responses with their count, stratum and weight. Estimates are linearised (Taylor): a figure
θ has in every response an influence u, the change of θ with that response's weight, and
var θ = Σ_h (1 − f_h) n_h ÷ (n_h − 1) Σ_{r in h} (w_r u_r − mean_h)², after taking out what the weights were fitted to.
Formulas: docs/methods.md; they are those of R `survey` (Lumley), checked in tests/analysis/test_designs_against_r.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

Lonely = Literal["fail", "remove", "certainty", "adjust", "average"]
"""What to do about a stratum with one answer, whose variance cannot be seen (R: survey.lonely.psu)."""

SWEEPS = 10
"""How often raked residuals are taken, as R's rake does."""


class Adjustment(Protocol):
    """Something weights were fitted to; what it explains adds nothing to the variance."""

    def residuals(self, contributions: Floats, count: Floats, weight: Floats) -> Floats:
        """Return the contributions w·u with what the adjustment explains taken out."""
        ...


@dataclass(frozen=True, kw_only=True)
class PostStratified:
    """Weights fitted to the known numbers of one item's groups; `base` are the weights before."""

    groups: Whole
    base: Floats

    def residuals(self, contributions: Floats, count: Floats, weight: Floats) -> Floats:
        """Subtract each group's mean influence, weighted by the weights before."""
        means = _means(self.groups, contributions / weight, count * self.base)
        return contributions - weight * means[self.groups]


@dataclass(frozen=True, kw_only=True)
class Raked:
    """Weights fitted to several items' known numbers in turn (R: rake)."""

    margins: tuple[Whole, ...]

    def residuals(self, contributions: Floats, count: Floats, weight: Floats) -> Floats:
        """Subtract every margin's mean influence, one margin after the other, ten times over."""
        for _ in range(SWEEPS):
            for groups in self.margins:
                contributions = contributions - weight * _means(groups, contributions / weight, count)[groups]
        return contributions


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """The same weights, their variance by regression on the margins (R: calibrate(calfun = "raking"))."""

    margins: tuple[Whole, ...]
    base: Floats

    def residuals(self, contributions: Floats, count: Floats, weight: Floats) -> Floats:
        """Subtract what a regression on the margins, weighted by the weights before, explains of the influence."""
        columns = [groups == group for groups in self.margins for group in range(int(groups.max()) + 1)]
        root = np.sqrt(count * self.base)
        influence = contributions / weight
        margins = np.stack(columns, axis=1).astype(np.float64)
        found = np.linalg.lstsq(margins * root[:, None], influence * root, rcond=None)[0]
        left: Floats = weight * (influence - margins @ found)
        return left


def summed(groups: Whole, values: Floats, size: int = 0) -> Floats:
    """Return the sum of the values in each group 0 … G − 1."""
    # of no rows at all, bincount gives whole numbers
    return np.bincount(groups, values, minlength=size).astype(np.float64)


def _means(groups: Whole, values: Floats, shares: Floats) -> Floats:
    size, total = summed(groups, shares), summed(groups, shares * values)
    means: Floats = np.divide(total, size, out=np.zeros_like(total), where=size > 0)
    return means


@dataclass(frozen=True, kw_only=True)
class Design:
    """A sample: for each cell how many equal responses, their stratum (0 … H − 1) and their weight.

    `population` is the number of people of each stratum; infinity where it is not known or not to be corrected for.
    Raises ValueError for a weight or count that is not positive, and for arrays of different length.
    """

    count: Floats
    weight: Floats
    stratum: Whole
    population: Floats
    adjustments: Sequence[Adjustment] = ()
    lonely: Lonely = "adjust"

    def __post_init__(self) -> None:
        if not len(self.count) == len(self.weight) == len(self.stratum):
            raise ValueError("count, weight and stratum must be of equal length")
        for name, values in (("count", self.count), ("weight", self.weight)):
            if not bool(np.all((values > 0) & np.isfinite(values))):
                raise ValueError(f"every {name} must be a number above 0")

    @cached_property
    def sizes(self) -> Floats:
        """Return the number of responses in each stratum."""
        return summed(self.stratum, self.count, len(self.population))

    @property
    def n(self) -> int:
        """Return the number of responses."""
        return round(float(self.sizes.sum()))

    @property
    def df(self) -> int:
        """Return the design's degrees of freedom: responses minus strata with any."""
        return self.df_of(np.ones(len(self.count), dtype=np.bool_))

    def df_of(self, domain: NDArray[np.bool_]) -> int:
        """Return the degrees of freedom of a domain: its responses minus the strata it has any in."""
        return round(float(self.count[domain].sum())) - len(np.unique(self.stratum[domain]))

    @cached_property
    def unseen(self) -> Floats:
        """Return each stratum's finite population correction 1 − f; 1 where people are unknown or too few."""
        seen = np.divide(
            self.sizes, self.population, out=np.zeros_like(self.sizes), where=self.population > 0
        )
        unseen: Floats = np.where(seen <= 1, 1 - seen, 1.0)
        return unseen

    @property
    def is_census(self) -> bool:
        """Say whether everybody in every stratum with answers answered."""
        return bool(self.n) and bool(np.all(self.unseen[self.sizes > 0] == 0))

    @property
    def least_fraction(self) -> float:
        """Return the smallest sampled fraction of any stratum with answers."""
        return float(1 - self.unseen[self.sizes > 0].max()) if self.n else 0.0

    @cached_property
    def lonely_strata(self) -> Whole:
        """Return the strata with one answer from several people."""
        found: Whole = np.flatnonzero((self.sizes == 1) & (self.unseen > 0))
        return found

    @cached_property
    def people(self) -> float:
        """Return the sum of the weights."""
        return float(self.count @ self.weight)

    @property
    def kish_n_effective(self) -> float | None:
        """Return (Σw)² ÷ Σw² (Kish 1992), or None without responses."""
        return self.people**2 / float(self.count @ self.weight**2) if self.n else None

    @property
    def kish_design_effect(self) -> float | None:
        """Return n Σw² ÷ (Σw)², that is 1 + CV²(w), or None without responses."""
        found = self.kish_n_effective
        return None if found is None else self.n / found

    def variance(self, influence: Floats) -> float | None:
        """Return the variance of a figure from its influence in each cell; None if a lonely stratum forbids it."""
        contributions = self.weight * influence
        for adjustment in self.adjustments:
            contributions = adjustment.residuals(contributions, self.count, self.weight)
        if len(self.lonely_strata) and self.lonely == "fail":
            return None
        by_stratum = self._by_stratum(contributions)
        total = float(by_stratum.sum())
        if not len(self.lonely_strata) or self.lonely in ("remove", "certainty"):
            return total
        if self.lonely == "average":
            strata = int((self.sizes > 0).sum())
            known = strata - len(self.lonely_strata)
            return total * strata / known if known else None
        return total + self._around_the_grand_mean(contributions)

    def _by_stratum(self, contributions: Floats) -> Floats:
        """Return (1 − f) n ÷ (n − 1) Σ (contribution − mean)² in each stratum, 0 where there is one answer."""
        n = self.sizes
        sums = summed(self.stratum, self.count * contributions, len(n))
        means = np.divide(sums, n, out=np.zeros_like(n), where=n > 0)
        deviations = contributions - means[self.stratum]
        squares = summed(self.stratum, self.count * deviations**2, len(n))
        scale = np.divide(n, n - 1, out=np.zeros_like(n), where=n > 1)
        found: Floats = self.unseen * scale * squares
        return found

    def _around_the_grand_mean(self, contributions: Floats) -> float:
        """Return what lonely strata add when their one answer is held against the mean of all."""
        mean = float(self.count @ contributions) / self.n
        alone = np.isin(self.stratum, self.lonely_strata)
        return float((self.unseen[self.stratum[alone]] * (contributions[alone] - mean) ** 2).sum())


@dataclass(frozen=True, kw_only=True)
class Linearised:
    """A figure from a design: its value and variance, and how it compares with simple random samples of equal size.

    `design_effect` is variance ÷ that of a simple random sample without replacement (R: deff = TRUE),
    `design_effect_replace` with replacement (R: deff = "replace"); None where that has none.
    """

    value: float
    variance: float | None
    n: int
    df: int
    design_effect: float | None = None
    design_effect_replace: float | None = None
    spread: float = 0.0
    """The estimated variance of the values in the population."""

    @property
    def standard_error(self) -> float | None:
        """Return the square root of the variance."""
        return None if self.variance is None else float(np.sqrt(self.variance))


def mean(design: Design, values: Floats, domain: NDArray[np.bool_] | None = None) -> Linearised | None:
    """Return the weighted mean of the values (R: svymean), in a domain if one is given; None if nobody is in it."""
    domain = np.ones(len(values), dtype=np.bool_) if domain is None else domain
    weight = np.where(domain, design.count * design.weight, 0.0)
    if not domain.any():
        return None
    found = float(weight @ np.where(domain, values, 0.0)) / float(weight.sum())
    return linearised(design, found, np.where(domain, values - found, 0.0) / float(weight.sum()), domain)


def total(design: Design, values: Floats) -> Linearised:
    """Return the weighted total of the values (R: svytotal)."""
    everybody = np.ones(len(values), dtype=np.bool_)
    found = float((design.count * design.weight) @ values)
    return Linearised(value=found, variance=design.variance(values), n=design.n, df=design.df_of(everybody))


def linearised(design: Design, value: float, influence: Floats, domain: NDArray[np.bool_]) -> Linearised:
    """Return a figure with this influence in each cell, 0 outside the domain it speaks about."""
    variance, n = design.variance(influence), round(float(design.count[domain].sum()))
    weight = design.count[domain] * design.weight[domain]
    people = float(weight.sum())
    squares = float(weight @ (influence[domain] * people) ** 2) / people
    spread = squares * n / (n - 1) if n > 1 else 0.0
    # equal answers leave rounding noise, and no design effect
    known = variance is not None and spread > 1e-18 * (1 + value**2)
    seen = n / people
    return Linearised(
        value=value, variance=variance, n=n, df=design.df_of(domain), spread=spread,
        design_effect=variance * n / (spread * (1 - seen)) if known and variance is not None and seen < 1 else None,
        design_effect_replace=variance * n / spread if known and variance is not None else None,
    )  # fmt: skip
