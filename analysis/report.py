"""The frozen result of one evaluation. Nothing here is rounded; only the presentation layer rounds, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from questionnaires.model import MeasureKind

SUPPRESSED = "suppressed"
"""The method of an estimate that is not shown because it rests on too few people of a group."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with what is known of its precision; never a bare float.

    `value`, `standard_error` and `interval` are shares of 1. `exact` is the value as an exact fraction of 1. `n` is the
    number of respondents it rests on, `n_effective` the size of the simple random sample that would be as precise.
    What is unknown is None: no value without answers, no standard error from a single answer, neither standard error
    nor interval from counts without joint answers. `method` names how the interval was made.

    `df` are the degrees of freedom the interval uses. `design_effect` is the variance ÷ that of a simple random sample
    of equal size without replacement (R: deff = TRUE), `design_effect_replace` with replacement (R: deff = "replace").
    `bounds` is the range the value can take, with no assumption at all, when those it does not speak for may answer
    anything: people in strata without answers (weighted estimates); everybody who did not answer, where those are at
    most a quarter of a known population (unweighted ones). None where that says nothing.
    """

    value: float | None
    exact: Fraction | None
    standard_error: float | None
    interval: tuple[float, float] | None
    n: int
    method: str
    level: float = 0.95
    n_effective: float | None = None
    df: int | None = None
    design_effect: float | None = None
    design_effect_replace: float | None = None
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class WeightingResult:
    """How the weighted estimates were weighted, and whom they speak for.

    `covered` is the number of people in strata (or groups of a margin) with answers, `people` all of them; None where
    that is not known. `empty` are the codes of strata or groups without answers, `lonely` those of strata with one.
    `left_out` counts valid responses that name no stratum or no group of a margin. `iterations` and `gap` (the largest
    relative difference left between a margin and its number of people) say how raking went; `converged` is None
    where nothing was fitted. `trimmed` counts responses whose weight was cut.
    """

    method: str
    design: str
    used: bool
    n: int
    left_out: int
    people: int | None
    covered: int | None
    empty: tuple[str, ...]
    lonely: tuple[str, ...]
    lonely_rule: str
    strata: Mapping[str, int]
    df: int
    sum_of_weights: float | None
    smallest_weight: float | None
    largest_weight: float | None
    kish_design_effect: float | None
    kish_n_effective: float | None
    converged: bool | None = None
    iterations: int | None = None
    gap: float | None = None
    trimmed: int = 0


@dataclass(frozen=True, kw_only=True)
class ItemResult:
    """One closed item: who answered what, its mean value and its share of satisfied heads.

    `n` is the base: the valid respondents who answered with an option that does not leave the base. `counts` holds
    every option, also those that leave the base; `shares` are counts ÷ n for the options in the base.
    """

    n: int
    counts: Mapping[str, int]
    shares: Mapping[str, Fraction]
    score: Estimate | None
    top_share: Estimate | None
    blank: int = 0
    not_asked: int = 0


@dataclass(frozen=True, kw_only=True)
class Warning:
    """Something a reader of the report must know; worded in Chinese and English.

    `facts` are exact figures for the placeholders of the wording: a name that ends in `_share` is a share of 1, one
    that ends in `_points` is points. They are rounded where the words are shown, not here.
    """

    code: str
    zh: str
    en: str
    facts: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """One line of the denominator ledger, by channel and stratum; None where the channel has no such number.

    What each number counts stands in `analysis.ledger.COLUMNS`.
    """

    channel: str
    stratum: str
    planned: int | None = None
    issued: int | None = None
    delivered: int | None = None
    opened: int | None = None
    used: int | None = None
    submitted: int = 0
    waiting: int = 0
    late: int = 0
    duplicate: int = 0
    invalid: int = 0
    valid: int = 0

    @property
    def undelivered(self) -> int | None:
        """Return how many did not arrive."""
        return None if self.issued is None or self.delivered is None else self.issued - self.delivered


@dataclass(frozen=True, kw_only=True)
class FieldworkResult:
    """How many were asked, came back and count; a rate without its base is None.

    `response_rates` are AAPOR's, RR1 to CON3 (`analysis.aapor`), from `dispositions`, the cases by final disposition; `e` is
    the share of the cases of unknown eligibility taken as eligible. Where there are none, `no_rates` says why.

    `ledger` are the lines behind these numbers, and `pending` the answers that came in and wait until there are enough to
    be taken up together (`returned` and everything else speak of those taken up).
    """

    population: int | None
    distributed: int | None
    returned: int
    valid: int
    return_rate: Fraction | None
    validity_rate: Fraction | None
    valid_return_rate: Fraction | None
    response_rates: Mapping[str, Fraction | None]
    invalid_reasons: Mapping[str, int]
    flags: Mapping[str, int]
    channels: Mapping[str, Mapping[str, int]]
    dispositions: Mapping[str, int] | None = None
    e: Fraction | None = None
    no_rates: Warning | None = None
    ledger: tuple[LedgerLine, ...] = ()
    pending: int = 0


@dataclass(frozen=True, kw_only=True)
class PartResult:
    """One of the parts an indicator adds up: its points, its score and where the score comes from."""

    id: str
    points: Fraction
    score: Fraction | None
    measure: str | None
    entered: str | None


@dataclass(frozen=True, kw_only=True)
class Chance:
    """The probability that the truth is at least the target, by which model; `bound` "at-least" or "at-most" if only that."""

    probability: float
    model: str
    bound: str = ""


@dataclass(frozen=True, kw_only=True)
class NextLimit:
    """How far a measure's value is from the rule's next limits, in percentage points; None where there is none."""

    down: Fraction | None
    up: Fraction | None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One way to read the rule, and the points it gives; `is_chosen` where it is what the definition says.

    `step` is how part of a step counts, `rounded` whether the percentage is rounded before it is compared, `by` whether
    `measure` is a mean or a share of heads.
    """

    step: str | None
    rounded: bool
    measure: str | None
    score: Fraction | None
    is_chosen: bool
    by: Literal["mean", "heads"] | None = None


@dataclass(frozen=True, kw_only=True)
class IndicatorResult:
    """An indicator's score in points, and the range its measure's interval leaves open, also in points.

    `score` is None while a value is missing; `undecided` then names why. `defined_score` is
    what the printed definition would give where it defines another measure than the one computed.

    `chance` is the probability that the target is truly met, `tiers` the branches that the interval touches, as text
    (`[50, 90)`, after a part's id if there are parts), `next_limit` the distances to the limits next to the value, and
    `readings` the points by every reading of what the rule leaves open; None, or empty, where unknown (docs/methods.md G).
    """

    points: Fraction
    score: Fraction | None
    interval: tuple[Fraction, Fraction] | None
    measure: str | None
    rule: str
    target: Fraction | None
    meets_target: bool | None
    parts: tuple[PartResult, ...] = ()
    entered: str | None = None
    veto: str | None = None
    undecided: str | None = None
    defined_measure: str | None = None
    defined_score: Fraction | None = None
    chance: Chance | None = None
    tiers: tuple[str, ...] | None = None
    next_limit: NextLimit | None = None
    readings: tuple[Reading, ...] = ()

    @property
    def chance_target_met(self) -> float | None:
        """Return the probability that the target is truly met."""
        return None if self.chance is None else self.chance.probability


@dataclass(frozen=True, kw_only=True)
class Group:
    """The respondents who chose one option: how many, and the measures among them (None when too few to show)."""

    n: int
    measures: Mapping[str, Estimate | None]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything one evaluation found, frozen, with the versions of the definition and of the data.

    `sensitivity` holds the (unweighted) measures had it been decided otherwise who counts, by variant:
    `without-flagged`, `without-flag:FLAG`, `with-reason:REASON`; none where that changes nobody.
    """

    questionnaire: str
    version: str
    title: str
    fieldwork: FieldworkResult
    items: Mapping[str, ItemResult]
    measures: Mapping[str, Estimate]
    measure_kinds: Mapping[str, MeasureKind]
    indicators: Mapping[str, IndicatorResult]
    groups: Mapping[str, Mapping[str, Group]]
    warnings: tuple[Warning, ...]
    data_hash: str
    score_places: int = 2
    percent_places: int = 2
    weighted: Mapping[str, Estimate] = field(default_factory=dict)
    weighting: WeightingResult | None = None
    sensitivity: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)
