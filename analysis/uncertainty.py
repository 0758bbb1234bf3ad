"""How sure an indicator's score is: its range, the chance that the target is met, tiers in reach, limits near by, readings.

The chance is a statement of a model, named with it; sampling error only (docs/methods.md):
- a mean, or a composite: the interval's own law, t on the logit scale, so that the target is met with 97.5% where it is the
  lower 95% limit;
- a share of heads of one sample: every number of such people in the population was equally likely beforehand (Laplace), and
  the sample was drawn without replacement; without a known population the Beta law that this tends to;
- a weighted share: the Beta law of a sample of effective size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.special import betainc, gammaln, stdtr

from analysis.indicators import Scorer
from analysis.report import Chance, Estimate, IndicatorResult, NextLimit, Reading
from analysis.scoring import NoBranchError, Node, branch_at, limits
from questionnaires.model import Action, Branch, Indicator, Part, Questionnaire

__all__ = ["Certainty", "Chance", "Reading", "Tiers", "certainty", "chance", "with_certainty"]

STEPS = ("continuous", "complete", "started")
ROUND_PLACES = 2
"""Places of a percentage where a rule is read as rounding it first: 89.995% is 90.00%."""


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """One node's branches by number from 0: where the value lies, which the interval touches, how far the limits are.

    Distances are in percentage points; None where there is no further limit. 0 up or down means the value is the limit.
    """

    part: str
    at: int
    touched: tuple[int, ...]
    up: Fraction | None
    down: Fraction | None
    texts: tuple[str, ...] = ()
    """The branches touched, as `[50, 90)`."""


@dataclass(frozen=True, kw_only=True)
class Certainty:
    """Everything known of how sure one indicator's score is."""

    indicator: str
    result: IndicatorResult
    chance: Chance | None
    tiers: tuple[Tiers, ...]
    readings: tuple[Reading, ...]

    @property
    def readings_differ(self) -> bool:
        """Say whether the readings give different points."""
        return len({reading.score for reading in self.readings}) > 1


def certainty(
    questionnaire: Questionnaire,
    name: str,
    measures: Mapping[str, Estimate],
    entered: Mapping[str, str] | None = None,
    population: int | None = None,
) -> Certainty:
    """Return how sure an indicator's score is, from the estimates it is scored by.

    `population` is how many people a share of heads is of, by default the questionnaire's.
    """
    scorer = Scorer(questionnaire=questionnaire, measures=measures, entered=entered or {})
    people = questionnaire.population.total if population is None else population
    return _certain(scorer, name, scorer.result(name)[0], people)


def with_certainty(
    scorer: Scorer, name: str, result: IndicatorResult, population: int | None
) -> IndicatorResult:
    """Return an indicator's result with how sure it is; `population` is how many people its measure is of."""
    found = _certain(scorer, name, result, population)
    texts = tuple(f"{tiers.part} {text}".lstrip() for tiers in found.tiers for text in tiers.texts)
    limit = NextLimit(
        down=min((tiers.down for tiers in found.tiers if tiers.down is not None), default=None),
        up=min((tiers.up for tiers in found.tiers if tiers.up is not None), default=None),
    )
    return replace(
        result, chance=found.chance, tiers=texts or None, next_limit=limit if found.tiers else None,
        readings=found.readings,
    )  # fmt: skip


def _certain(scorer: Scorer, name: str, result: IndicatorResult, people: int | None) -> Certainty:
    indicator, measures = scorer.questionnaire.indicators[name], scorer.measures
    estimate = measures.get(result.measure or "")
    target = indicator.target
    return Certainty(
        indicator=name, result=result,
        chance=None if target is None or estimate is None else chance(estimate, target / 100, people),
        tiers=() if result.veto else tuple(_tiers(indicator, measures)),
        readings=() if result.veto else tuple(_readings(scorer, name, result)),
    )  # fmt: skip


# --- the target ----------------------------------------------------------------------------------------------------


def chance(estimate: Estimate, target: Fraction, population: int | None = None) -> Chance | None:
    """Return the probability that the truth is at least the target (a share of 1); None where nothing can be said."""
    value = estimate.value
    if value is None:
        return None
    if estimate.method == "census":
        return Chance(probability=float(_exact(estimate) >= target), model="census")
    if target <= 0:
        return Chance(probability=1.0, model="certain")
    if estimate.method.startswith(("hypergeometric", "clopper-pearson")):
        return _of_heads(round(value * estimate.n), estimate.n, target, population)
    if estimate.method.startswith(("korn-graubard", "beta")):
        return _of_weighted_heads(value, min(estimate.n, estimate.n_effective or estimate.n), target)
    if estimate.method.startswith("all-alike"):
        return _all_alike(estimate, target, population)
    return _of_mean(estimate, target)


def _exact(estimate: Estimate) -> Fraction:
    return estimate.exact if estimate.exact is not None else Fraction(repr(estimate.value))


def _of_mean(estimate: Estimate, target: Fraction) -> Chance | None:
    """Return T_df((logit m − logit target) m (1 − m) ÷ se)."""
    m, error, df = estimate.value, estimate.standard_error, estimate.df or estimate.n - 1
    if m is None or not error or not 0 < m < 1 or df < 1:
        return None
    if target >= 1:
        return Chance(probability=0.0, model="logit-t")
    away = math.log(m / (1 - m)) - math.log(float(target) / (1 - float(target)))
    return Chance(probability=float(stdtr(df, away * m * (1 - m) / error)), model="logit-t")


def _of_heads(successes: int, n: int, target: Fraction, population: int | None) -> Chance:
    """Return P(K ≥ target · N) when K = 0 … N were equally likely before n of N were seen, `successes` of them such.

    Σ_K C(K, x) C(N − K, n − x) ÷ C(N + 1, n + 1) over K ≥ k is P(Y ≤ x) for Y hypergeometric: n + 1 drawn from N + 1 of
    which k are marked.
    """
    if population is None or population < n:
        return Chance(probability=_beta(successes + 1, n - successes + 1, target), model="uniform-beta")
    least = math.ceil(target * population)
    return Chance(
        probability=_at_most(successes, n + 1, population + 1, least), model="uniform-hypergeometric"
    )


def _at_most(x: int, n: int, population: int, marked: int) -> float:
    """Return P(Y ≤ x) for Y hypergeometric: n drawn from a population with so many marked."""
    low, high = max(0, n + marked - population), min(n, marked)
    if x >= high:
        return 1.0
    # beyond 40 standard deviations (at most √n ÷ 2 each) from x on either side nothing counts
    reach = 20 * math.isqrt(n) + 100
    mean = n * marked // population
    y = np.arange(max(low, min(x, mean) - reach), min(high, max(x, mean) + reach) + 1, dtype=np.float64)
    logs = (
        -gammaln(y + 1) - gammaln(marked - y + 1)
        - gammaln(n - y + 1) - gammaln(population - marked - n + y + 1)
    )  # fmt: skip
    shares = np.exp(logs - logs.max())
    return min(1.0, float(shares[y <= x].sum() / shares.sum()))


def _beta(a: float, b: float, target: Fraction) -> float:
    return 1.0 - float(betainc(a, b, min(1.0, float(target))))


def _of_weighted_heads(value: float, n: float, target: Fraction) -> Chance:
    return Chance(
        probability=_beta(value * n + 1, (1 - value) * n + 1, target), model="uniform-beta, n_effective"
    )


def _all_alike(estimate: Estimate, target: Fraction, population: int | None) -> Chance:
    """Bound the chance when everybody seen answered alike: of the others nothing is supposed.

    With a share q of the population answering so, the mean lies between q m and q m + 1 − q.
    """
    m, n = _exact(estimate), estimate.n
    if m >= target:
        share = _of_heads(n, n, target / m, population)
        return replace(share, bound="" if m == 1 else "at-least")
    share = _of_heads(n, n, (1 - target) / (1 - m), population)
    return Chance(probability=1 - share.probability, model=share.model, bound="at-most")


# --- tiers and limits ----------------------------------------------------------------------------------------------


def _tiers(indicator: Indicator, measures: Mapping[str, Estimate]) -> Iterator[Tiers]:
    for node in indicator.parts or (indicator,):
        estimate = measures.get(node.measure or "")
        if node.branches and not node.judged and estimate is not None and estimate.value is not None:
            found = _of_node(node, _exact(estimate) * 100, estimate.interval)
            if found is not None:
                yield found


def _of_node(node: Node, value: Fraction, interval: tuple[float, float] | None) -> Tiers | None:
    branches = node.branches or ()
    try:
        at = branches.index(branch_at(node, value))
    except NoBranchError:
        return None
    ends = [value] if interval is None else [Fraction(repr(end)) * 100 for end in interval]
    above = [
        limit for limit in limits(node) if limit > value or (limit == value and _opens_above(branches, value))
    ]
    below = [
        limit for limit in limits(node) if limit < value or (limit == value and _ends_below(branches, value))
    ]
    touched = tuple(sorted({at, *_touched(node, min(ends), max(ends))}))
    return Tiers(
        part=node.id if isinstance(node, Part) else "", at=at, touched=touched,
        texts=tuple(_written(node, branches[place]) for place in touched),
        up=min(above) - value if above else None, down=value - max(below) if below else None,
    )  # fmt: skip


def _written(node: Node, branch: Branch) -> str:
    """Return a branch's values as mathematics writes them, within the rule's range: `[50, 90)`."""
    low, opened = branch.at_least, False
    if low is None:
        low, opened = (branch.above, True) if branch.above is not None else (node.range.at_least, False)
    high, closed = branch.at_most, True
    if high is None:
        high, closed = (branch.below, False) if branch.below is not None else (node.range.at_most, True)
    left = "(-∞" if low is None else f"{'(' if opened else '['}{_plain(low)}"
    return f"{left}, +∞)" if high is None else f"{left}, {_plain(high)}{']' if closed else ')'}"


def _plain(number: Fraction) -> str:
    """Write a limit as its author did: a decimal without zeros at its end (a definition holds no others)."""
    return f"{Decimal(number.numerator) / number.denominator:f}"


def _opens_above(branches: Sequence[Branch], value: Fraction) -> bool:
    return any(branch.above == value for branch in branches)


def _ends_below(branches: Sequence[Branch], value: Fraction) -> bool:
    return any(branch.below == value for branch in branches)


def _touched(node: Node, low: Fraction, high: Fraction) -> Iterator[int]:
    """Yield the branches that values from low to high fall into: at the limits between, and in the middle of two."""
    stops = [low, *(limit for limit in limits(node) if low < limit < high), high]
    for value in (*stops, *((a + b) / 2 for a, b in pairwise(stops))):
        try:
            yield (node.branches or ()).index(branch_at(node, value))
        except NoBranchError:
            continue


# --- readings ------------------------------------------------------------------------------------------------------


def _readings(scorer: Scorer, name: str, chosen: IndicatorResult) -> Iterator[Reading]:
    """Yield each reading of what the rule leaves open: part of a step, rounding first, the value or the defined measure."""
    indicator = scorer.questionnaire.indicators[name]
    nodes = [node for node in indicator.parts or (indicator,) if node.measure and not node.judged]
    if not nodes:
        return
    own = {_step(branch.then) for node in nodes for branch in node.branches or ()} - {None}
    steps: Sequence[str | None] = STEPS if own else (None,)
    measures = [chosen.measure, *([chosen.defined_measure] if chosen.defined_measure else [])]
    for measure in measures:
        for step in steps:
            for rounded in (False, True):
                read = _read_as(
                    scorer, name, step, measure if measure != chosen.measure else None, rounded=rounded
                )
                yield Reading(
                    step=step, rounded=rounded, measure=measure, score=read.result(name)[0].score,
                    is_chosen=measure == chosen.measure and not rounded and own <= {step},
                    by=_by(scorer.questionnaire, measure),
                )  # fmt: skip


def _by(questionnaire: Questionnaire, measure: str | None) -> Literal["mean", "heads"] | None:
    found = questionnaire.measures.get(measure or "")
    return None if found is None else "heads" if found.is_rate else "mean"


def _step(action: Action) -> str | None:
    return action.deduct.step if action.deduct else None


def _read_as(scorer: Scorer, name: str, step: str | None, measure: str | None, *, rounded: bool) -> Scorer:
    """Return a scorer that reads one indicator so."""
    indicator = _with_step(scorer.questionnaire.indicators[name], step)
    indicators = {**scorer.questionnaire.indicators, name: indicator}
    found = dict(scorer.measures)
    if measure is not None:
        found |= dict.fromkeys(scorer.questionnaire.indicator_measures(indicator), found[measure])
    if rounded:
        found = {key: _rounded(estimate) for key, estimate in found.items()}
    questionnaire = scorer.questionnaire.model_copy(update={"indicators": indicators})
    return replace(scorer, questionnaire=questionnaire, measures=found)


def _rounded(estimate: Estimate) -> Estimate:
    """Return an estimate whose percentage is rounded half-up, as a rule that is read so has it."""
    if estimate.value is None:
        return estimate
    scale = 100 * 10**ROUND_PLACES
    exact = Fraction(math.floor(_exact(estimate) * scale + Fraction(1, 2)), scale)
    return replace(estimate, exact=exact, value=float(exact))


def _with_step(indicator: Indicator, step: str | None) -> Indicator:
    if step is None:
        return indicator
    if indicator.parts:
        parts = tuple(
            part.model_copy(update={"branches": _stepped(part.branches, step)}) for part in indicator.parts
        )
        return indicator.model_copy(update={"parts": parts})
    return indicator.model_copy(update={"branches": _stepped(indicator.branches, step)})


def _stepped(branches: tuple[Branch, ...] | None, step: str) -> tuple[Branch, ...] | None:
    if branches is None:
        return None
    return tuple(
        branch
        if branch.then.deduct is None
        else branch.model_copy(
            update={
                "then": branch.then.model_copy(
                    update={"deduct": branch.then.deduct.model_copy(update={"step": step})}
                )
            }
        )
        for branch in branches
    )
