"""Response, cooperation, refusal and contact rates as AAPOR defines them, from the final dispositions of the cases.

Source: AAPOR, *Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys*; the rows below
say the same as its formulas. Rates are exact fractions; a rate whose base is empty is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from analysis import warnings as warn
from analysis.report import Warning
from analysis.validity import DUPLICATE

DISPOSITIONS = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")
"""完成 complete, 部分完成 partial, 拒访或中断 refusal or break-off, 未接触 non-contact, 其他 other eligible,
资格不明（住户、其他）unknown eligibility (household, other), 不合格 not eligible."""

_TABLE = """
        I P R NC O UH UO NE   ÷   I P R NC O UH UO NE
RR1     1 0 0 0  0 0  0  0        1 1 1 1  1 1  1  0
RR2     1 1 0 0  0 0  0  0        1 1 1 1  1 1  1  0
RR3     1 0 0 0  0 0  0  0        1 1 1 1  1 e  e  0
RR4     1 1 0 0  0 0  0  0        1 1 1 1  1 e  e  0
RR5     1 0 0 0  0 0  0  0        1 1 1 1  1 0  0  0
RR6     1 1 0 0  0 0  0  0        1 1 1 1  1 0  0  0
COOP1   1 0 0 0  0 0  0  0        1 1 1 0  1 0  0  0
COOP2   1 1 0 0  0 0  0  0        1 1 1 0  1 0  0  0
COOP3   1 0 0 0  0 0  0  0        1 1 1 0  0 0  0  0
COOP4   1 1 0 0  0 0  0  0        1 1 1 0  0 0  0  0
REF1    0 0 1 0  0 0  0  0        1 1 1 1  1 1  1  0
REF2    0 0 1 0  0 0  0  0        1 1 1 1  1 e  e  0
REF3    0 0 1 0  0 0  0  0        1 1 1 1  1 0  0  0
CON1    1 1 1 0  1 0  0  0        1 1 1 1  1 1  1  0
CON2    1 1 1 0  1 0  0  0        1 1 1 1  1 e  e  0
CON3    1 1 1 0  1 0  0  0        1 1 1 1  1 0  0  0
"""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One rate: what is counted on top and below for each disposition: "0", "1", or "e", the eligible share."""

    top: Mapping[str, str]
    base: Mapping[str, str]


def _rows(table: str) -> dict[str, Rate]:
    cells = [line.split() for line in table.strip().splitlines()[1:]]
    return {
        name: Rate(
            top=dict(zip(DISPOSITIONS, marks[:8], strict=True)),
            base=dict(zip(DISPOSITIONS, marks[8:], strict=True)),
        )
        for name, *marks in cells
    }


RATES: Mapping[str, Rate] = _rows(_TABLE)

Amount = int | Fraction


def eligible_share(counts: Mapping[str, Amount]) -> Fraction | None:
    """Return e, the eligible among the cases whose eligibility is known: (I+P+R+NC+O) ÷ (the same + NE)."""
    _check(counts)
    known = sum((Fraction(counts.get(name, 0)) for name in ("I", "P", "R", "NC", "O")), Fraction(0))
    both = known + counts.get("NE", 0)
    return known / both if both else None


def rates(counts: Mapping[str, Amount], *, e: Fraction | None = None) -> dict[str, Fraction | None]:
    """Return every rate of `RATES` from the number of cases per disposition; one that is absent counts 0.

    `e` is the share of the unknown cases taken as eligible, by default `eligible_share`. Raises ValueError for a
    disposition AAPOR does not have, a negative number and an e outside 0 to 1.
    """
    _check(counts)
    share = eligible_share(counts) if e is None else e
    if share is not None and not 0 <= share <= 1:
        raise ValueError(
            f"e ({e}) must lie between 0 and 1: it is the share of unknown cases that are eligible"
        )
    return {name: _rate(rate, counts, share) for name, rate in RATES.items()}


def weighted_rates(
    cases: Iterable[tuple[str, Amount]], *, e: Fraction | None = None
) -> dict[str, Fraction | None]:
    """Return the same rates from (disposition, weight) of each case; their names end in w, as AAPOR asks."""
    sums: dict[str, Fraction] = {}
    for disposition, weight in cases:
        sums[disposition] = sums.get(disposition, Fraction(0)) + Fraction(weight)
    return {f"{name}w": rate for name, rate in rates(sums, e=e).items()}


def _check(counts: Mapping[str, Amount]) -> None:
    unknown = [name for name in counts if name not in DISPOSITIONS]
    if unknown:
        raise ValueError(f"dispositions ({', '.join(unknown)}) must be among {' '.join(DISPOSITIONS)}")
    negative = [f"{name} = {counts[name]}" for name in counts if counts[name] < 0]
    if negative:
        raise ValueError(f"numbers of cases ({', '.join(negative)}) must not be negative")


def _rate(rate: Rate, counts: Mapping[str, Amount], e: Fraction | None) -> Fraction | None:
    top, base = (_sum(marks, counts, e) for marks in (rate.top, rate.base))
    return top / base if top is not None and base else None


def _sum(marks: Mapping[str, str], counts: Mapping[str, Amount], e: Fraction | None) -> Fraction | None:
    total = Fraction(0)
    for name, mark in marks.items():
        cases = counts.get(name, 0)
        if mark == "e" and cases:
            if e is None:
                return None
            total += e * cases
        elif mark == "1":
            total += cases
    return total


# --- from fieldwork ------------------------------------------------------------------------------------------------

BREAK_OFF, INELIGIBLE = "incomplete", "ineligible"
UNDELIVERED = "UO"
"""Mail, text message or e-mail that came back unread: Standard Definitions lists it under unknown eligibility, no returned
questionnaire (3.30, mailing or invitation returned undelivered, as among specifically named persons): whether the person
still is who the list says is not known. It stays in the base of RR1 and RR2."""
UNANSWERED = frozenset({"R", "NC", "O", "UH", "UO", "NE"})
"""What a case without a questionnaire may be."""
_OF_REASON = {BREAK_OFF: "R", "refused": "R", INELIGIBLE: "NE"}
"""Which disposition a returned but invalid questionnaire is; any other reason is O, and a duplicate is no case."""


@dataclass(frozen=True, kw_only=True)
class ResponseRates:
    """The rates, the cases they come from and the e they used; or None for all of them, and why."""

    rates: Mapping[str, Fraction | None]
    dispositions: Mapping[str, int] | None
    e: Fraction | None
    why_not: Warning | None


def dispositions(
    *,
    distributed: int,
    returned: int,
    valid: int,
    reasons: Mapping[str, int],
    partial: Collection[str] = (),
    everyone_eligible: bool = True,
    unanswered: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Return the disposition of every case that went out.

    Valid is I. An invalid questionnaire is R when it is incomplete (a break-off) or refused, NE when ineligible, P when
    its reason is among `partial`, else O; a duplicate is no case of its own. Of what did not come back, `unanswered` says
    by disposition what is known of some cases (refused by telephone, undelivered…); the others, of which nothing was ever
    heard, are NC where the list holds only eligible people, else UO. Raises ValueError for counts that contradict each other.
    """
    if sum(reasons.values()) != returned - valid or min(reasons.values(), default=0) < 0:
        raise ValueError(
            f"invalid questionnaires ({dict(reasons)}) must add up to returned − valid ({returned} − {valid})"
        )
    cases = returned - reasons.get(DUPLICATE, 0)
    if not 0 <= valid <= cases <= distributed:
        raise ValueError(f"returned ({cases} without duplicates) must lie between {valid} and {distributed}")
    found: Counter[str] = Counter(dict.fromkeys(DISPOSITIONS, 0))
    found["I"] = valid
    known = _known(unanswered or {}, distributed - cases)
    found.update(known)
    found["NC" if everyone_eligible else "UO"] += distributed - cases - sum(known.values())
    for reason, count in reasons.items():
        if reason != DUPLICATE:
            found["P" if reason in partial else _OF_REASON.get(reason, "O")] += count
    return dict(found)


def _known(unanswered: Mapping[str, int], most: int) -> Mapping[str, int]:
    _check(unanswered)
    wrong = sorted(unanswered.keys() - UNANSWERED)
    if wrong or sum(unanswered.values()) > most:
        raise ValueError(
            f"unanswered ({dict(unanswered)}) must be among {' '.join(sorted(UNANSWERED))} and at most the {most} cases "
            "that did not come back"
        )
    return unanswered


def response_rates(
    *,
    distributed: int | None,
    returned: int,
    valid: int,
    reasons: Mapping[str, int],
    open_link: bool = False,
    partial: Collection[str] = (),
    everyone_eligible: bool = True,
    unanswered: Mapping[str, int] | None = None,
    e: Fraction | None = None,
) -> ResponseRates:
    """Return RR1 to CON3 of a survey's fieldwork, or None for each with the reason why there are none.

    Raises ValueError for counts that contradict each other and an e outside 0 to 1.
    """
    why_not = _why_not(distributed, returned - reasons.get(DUPLICATE, 0), returned, open_link=open_link)
    if why_not or distributed is None:
        return ResponseRates(rates=dict.fromkeys(RATES), dispositions=None, e=e, why_not=why_not)
    cases = dispositions(
        distributed=distributed, returned=returned, valid=valid, reasons=reasons, partial=partial,
        everyone_eligible=everyone_eligible, unanswered=unanswered,
    )  # fmt: skip
    used = eligible_share(cases) if e is None else e
    return ResponseRates(rates=rates(cases, e=e), dispositions=cases, e=used, why_not=None)


def _why_not(distributed: int | None, cases: int, returned: int, *, open_link: bool) -> Warning | None:
    if open_link:
        return warn.open_link(returned)
    if distributed is None:
        return warn.distributed_unknown(returned)
    return warn.more_returned(cases, distributed) if cases > distributed else None
