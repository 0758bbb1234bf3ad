"""The valid respondents as arrays: what each answered is worth, their strata and weights, for everything that compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.design import Design
from analysis.estimates import stratum_of as stratum_of
from analysis.group_tests import sampled
from analysis.patterns import Pattern, PatternTable
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED, Measure, Questionnaire

Floats = NDArray[np.float64]
STRATUM = "_stratum"
"""The name of the classification by stratum, whether it comes from the code or from an item."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Values:
    """What the answers to some items are worth, one row a case and one column an item; `known` where there is one."""

    items: tuple[str, ...]
    values: Floats
    known: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Respondents:
    """Valid rows with their design, row by row; `weighted` says that the weights are to be shown in shares."""

    questionnaire: Questionnaire
    rows: Sequence[Pattern]
    design: Design
    weighted: bool

    @classmethod
    def of(cls, questionnaire: Questionnaire, judged: PatternTable, *, weighted: bool = False) -> Respondents:
        """Return the valid respondents of a judged table.

        `weighted`: each stands for N_h ÷ n_h people of the stratum; whoever belongs to none is left out. Otherwise the
        sample is one stratum, whose people are the whole population if it is known. For fitted weights, give their own
        design with its rows instead.
        """
        valid = [row for row in judged.rows if not row.validity]
        strata, total = questionnaire.population.strata, questionnaire.population.total
        if not weighted or not strata:
            people = {} if total is None else {"": total}
            plain = sampled([row.count for row in valid], people=people)
            return cls(questionnaire=questionnaire, rows=valid, design=plain, weighted=False)
        kept = [row for row in valid if strata.get(stratum_of(questionnaire, row))]
        named = [stratum_of(questionnaire, row) for row in kept]
        seen: Counter[str] = Counter()
        for name, row in zip(named, kept, strict=True):
            seen[name] += row.count
        design = sampled([row.count for row in kept], [strata[s] / seen[s] for s in named], named, strata)
        return cls(questionnaire=questionnaire, rows=kept, design=design, weighted=True)

    @property
    def n(self) -> int:
        """Return how many respondents there are."""
        return self.design.n

    @cached_property
    def whole(self) -> Floats:
        """Return the weight of each row: count × weight."""
        return self.design.count * self.design.weight

    def groups(self, by: str) -> list[str | None]:
        """Return the group of each row: its stratum, or the code it gave to a single choice or rating; None if neither.

        Raises ValueError for an item that does not divide people into groups.
        """
        if by in (STRATUM, self.questionnaire.population.stratum_item):
            known = {code for code, _ in group_labels(self.questionnaire, by)}
            return [s if (s := stratum_of(self.questionnaire, row)) in known else None for row in self.rows]
        if by not in self.questionnaire.closed_items or self.questionnaire.items[by].kind == "multiple":
            raise ValueError(
                f"by ({by}) must be a single choice, a rating or {STRATUM}; each person is in one group"
            )
        codes = in_base(self.questionnaire, by)
        return [a if isinstance(a := row.closed.get(by), str) and a in codes else None for row in self.rows]

    def values(self, items: Sequence[str], measure: Measure | None = None) -> Values:
        """Return what each row's answers are worth as shares of 1: as a measure counts them, else by option value."""
        worth = [item_values(self.questionnaire, item, measure) for item in items]
        found = [
            [_worth(row.closed.get(i), w) for i, w in zip(items, worth, strict=True)] for row in self.rows
        ]
        table = np.array([[0.0 if v is None else v for v in row] for row in found], dtype=np.float64)
        known = np.array([[v is not None for v in row] for row in found], dtype=np.bool_)
        shape = (len(self.rows), len(items))
        return Values(items=tuple(items), values=table.reshape(shape), known=known.reshape(shape))


def _worth(answer: object, worth: Mapping[str, float]) -> float | None:
    return worth.get(answer) if isinstance(answer, str) else None


def in_base(questionnaire: Questionnaire, item: str) -> tuple[str, ...]:
    """Return the codes of an item that do not leave its base."""
    return tuple(option.code for option in questionnaire.options(item) if not option.missing)


def group_labels(questionnaire: Questionnaire, by: str) -> list[tuple[str, str]]:
    """Return code and label of each group there can be."""
    if by in (STRATUM, questionnaire.population.stratum_item):
        return list(questionnaire.strata())
    return [(o.code, o.label.say()) for o in questionnaire.options(by) if not o.missing]


def item_values(
    questionnaire: Questionnaire, item: str, measure: Measure | None = None
) -> Mapping[str, float]:
    """Return what each code in an item's base is worth: 1 or 0 to a rate, else its value; empty if one has none."""
    options = [option for option in questionnaire.options(item) if not option.missing]
    if measure is not None and measure.is_rate:
        return {option.code: float(option.code in (measure.codes or ())) for option in options}
    if any(option.value is None for option in options):
        return {}
    return {option.code: float(option.value / 100) for option in options if option.value is not None}


def chosen(answer: object) -> tuple[str, ...]:
    """Return the codes of an answer; none for a blank, for not asked and for not applicable."""
    codes = answer if isinstance(answer, tuple) else (answer,) if isinstance(answer, str) else ()
    return tuple(code for code in codes if code not in (NOT_ASKED, NOT_APPLICABLE))
