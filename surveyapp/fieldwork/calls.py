"""Attempts to reach people by telephone: what came of each, what a case is at the end, and whom to call next.

AAPOR tells the outcome of a call (temporary) from the final disposition of a case, which one rule makes of all its
calls. Source: AAPOR, *Standard Definitions*, “Final Disposition Codes” (temporary and final codes) and the sections on
telephone surveys and on surveys of specifically named persons. The letters are those of `analysis.aapor`.

The rule goes by what is known best, not by what came last: whoever refused once stays a refusal when nobody answers
afterwards, contact counts more than none. A refusal also stands against a later “not eligible”: the case stays in the
base, so that no rate grows by calling once more. A case that was answered in any mode is no call's affair any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from surveyapp.store import Call, Store

CALL_BACK = "call_back"
REFUSED = "refused"
ENOUGH = 5
"""Attempts, at different times and on different days, before a case is left as not reached."""

_TABLE = """
                 listed unlisted  contact  rests
no_answer          NC     UO        no      no
busy               NC     UO        no      no
not_in_service     NC     UO        no      no
wrong_number       NC     UO        no      yes
call_back          NC     UO        yes     no
refused            R      R         yes     yes
unable             O      O         yes     yes
not_eligible       NE     NE        yes     yes
"""
"""What a case is if a call like this is the best that is known of it, where the list holds eligible people only
(listed: a silent number still belongs to somebody who is eligible) and where it is not known beforehand who is
(unlisted); whether a person was reached; whether calling the same number again is of no use."""

PRECEDENCE = ("R", "NE", "O", "NC", "UO")
"""The final disposition is the first of these among the case's calls."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one call."""

    listed: str
    unlisted: str
    contact: bool
    rests: bool


def _rows(table: str) -> dict[str, Outcome]:
    cells = [line.split() for line in table.strip().splitlines()[1:]]
    return {
        name: Outcome(listed=listed, unlisted=unlisted, contact=contact == "yes", rests=rests == "yes")
        for name, listed, unlisted, contact, rests in cells
    }


OUTCOMES: Mapping[str, Outcome] = _rows(_TABLE)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Somebody on the list who was called and has not answered the questionnaire yet."""

    hash: str
    calls: Sequence[Call]

    @property
    def last(self) -> Call:
        """Return the newest call."""
        return self.calls[-1]

    @property
    def call_back(self) -> str:
        """Return when to call again, as agreed in the newest call; empty if nothing was."""
        return self.last.call_back if self.last.outcome == CALL_BACK else ""

    @cached_property
    def rests(self) -> bool:
        """Say whether nobody is to be called any more: the person said so, or the number is wrong."""
        spoken = [OUTCOMES[call.outcome] for call in self.calls if OUTCOMES[call.outcome].contact]
        return OUTCOMES[self.last.outcome].rests or any(outcome.rests for outcome in spoken)

    @property
    def has_enough(self) -> bool:
        """Say whether it was tried as often as can be asked."""
        return len(self.calls) >= ENOUGH


def disposition(calls: Sequence[Call], *, everyone_eligible: bool = True) -> str:
    """Return the final disposition of a case that was called and has not answered. Raises ValueError without calls."""
    if not calls:
        raise ValueError("a case without calls has no disposition by telephone")
    outcomes = [OUTCOMES[call.outcome] for call in calls]
    found = {outcome.listed if everyone_eligible else outcome.unlisted for outcome in outcomes}
    return next(letter for letter in PRECEDENCE if letter in found)


def dispositions(
    calls: Iterable[Call], states: Mapping[str, str], *, everyone_eligible: bool = True
) -> Counter[str]:
    """Count the cases that were called and are still open by their disposition.

    `states` gives the codes' states. A used code is left out: its response is the case, in whatever mode it was
    answered; a void one is no case.
    """
    return Counter(
        disposition(case.calls, everyone_eligible=everyone_eligible) for case in open_cases(calls, states)
    )


def open_cases(calls: Iterable[Call], states: Mapping[str, str]) -> list[Case]:
    """Return the cases that were called and whose codes can still be used."""
    by_case: dict[str, list[Call]] = {}
    for call in calls:
        by_case.setdefault(call.code_hash, []).append(call)
    return [
        Case(hash=hash, calls=sorted(made, key=lambda call: call.attempt))
        for hash, made in by_case.items()
        if states.get(hash) == "issued"
    ]


def call_backs(cases: Iterable[Case]) -> list[Case]:
    """Return the cases to be called again at an agreed time, the earliest first."""
    return sorted((case for case in cases if case.call_back), key=lambda case: (case.call_back, case.hash))


def to_try(cases: Iterable[Case], today: str) -> list[Case]:
    """Return the cases to try once more at another time: not agreed, not at rest, not called today.

    Those tried least and longest ago come first.
    """
    found = [
        case
        for case in cases
        if not (case.call_back or case.rests or case.has_enough) and case.last.day < today
    ]
    return sorted(found, key=lambda case: (len(case.calls), case.last.day, case.hash))


def attempts(cases: Iterable[Case]) -> list[tuple[int, int]]:
    """Return how many cases were called once, twice and so on."""
    return sorted(Counter(len(case.calls) for case in cases).items())


def take_back(store: Store, slug: str, case: str, call: str) -> bool:
    """Delete the newest call of a case, which was noted by mistake; false if another one is the newest."""
    return store.drop_call(slug, case, call) == 1
