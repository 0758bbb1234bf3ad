"""From the store to a report: the one way pages, API, command line and downloads get their figures.

Scores, tables, rows and downloads speak of the responses that are shown. While a survey is open, new answers are taken up in
batches, so that nobody's answer can be read off by comparing one state with the next; after closing all are shown.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from analysis import Fieldwork, Pattern, PatternTable, Report, evaluate
from analysis.aapor import UNDELIVERED
from analysis.ledger import LATE, OPEN_LINK, Issue, Ledger, Waiting
from analysis.validity import split_flags
from questionnaires.build import loads_good
from questionnaires.model import Questionnaire
from surveyapp.fieldwork.calls import dispositions
from surveyapp.store import CountRow, LedgerRow, PatternRow, Store, Survey, UnknownSurveyError

BY_HAND = "paper"
"""The channel of copies that were counted by hand."""
ENTERED_BY_CODE = frozenset({"telephone"})
"""Ways of answering that nothing but an access code leads to."""


def survey(store: Store, slug: str) -> Survey:
    """Return a stored survey. Raises UnknownSurveyError."""
    found = store.survey(slug)
    if found is None:
        raise UnknownSurveyError(slug)
    return found


def questionnaire(store: Store, slug: str, version: str | None = None) -> Questionnaire:
    """Return a survey's questionnaire, its current version unless told otherwise. Raises UnknownSurveyError."""
    source = store.source(slug, version or survey(store, slug).version)
    if source is None:
        raise UnknownSurveyError(slug)
    return built(source)


@lru_cache(maxsize=64)
def built(source: str) -> Questionnaire:
    """Build a published definition; it was good when it was published."""
    return loads_good(source, "<published>")


def pattern_table(store: Store, slug: str) -> PatternTable:
    """Return the responses that are shown, grouped; those that came in since are taken up first if they are enough."""
    return _taken_up(store, slug)[0]


def every_answer(store: Store, slug: str) -> PatternTable:
    """Return all responses, those that wait too: for what must not overlook any, never to be shown."""
    return PatternTable(tuple(map(_pattern, store.patterns(slug, live=True))))


def _taken_up(store: Store, slug: str) -> tuple[PatternTable, int]:
    """Return the responses that are shown, and how many wait: nobody's answer shows by the difference of two states."""
    pending = store.release(slug)
    return PatternTable(tuple(map(_pattern, store.patterns(slug)))), pending


def _pattern(row: PatternRow) -> Pattern:
    return Pattern(
        answers=row.answers, count=row.count, stratum=row.stratum or "", version=row.version,
        channel=row.channel, validity=row.validity, flags=row.flags,
    )  # fmt: skip


def fieldwork(store: Store, slug: str, pending: int = 0) -> Fieldwork:
    """Return what the rows cannot tell: what went out, what is known of the silent, and the values entered by hand."""
    sent = issues(store, slug)
    return Fieldwork(
        distributed=_distributed(sent), entered=entered(store, slug), issues=sent, cases=cases(store, slug, sent),
        pending=pending,
    )  # fmt: skip


def entered(store: Store, slug: str) -> dict[str, str]:
    """Return the values entered by hand, by `INDICATOR` or `INDICATOR.PART`."""
    return {f"{e.indicator}.{e.part}" if e.part else e.indicator: e.value for e in store.entered(slug)}


def report(store: Store, slug: str) -> Report:
    """Evaluate a stored survey. Raises UnknownSurveyError."""
    return table_and_report(store, slug)[1]


def table_and_report(store: Store, slug: str) -> tuple[PatternTable, Report]:
    """Return the responses that are shown and their evaluation, of the same moment. Raises UnknownSurveyError."""
    table, pending = _taken_up(store, slug)
    return table, evaluate(questionnaire(store, slug), table, fieldwork(store, slug, pending))


# --- what went out -------------------------------------------------------------------------------------------------


def issues(store: Store, slug: str) -> list[Issue]:
    """Return what went out by channel and stratum: codes, copies counted by hand, and the open link."""
    found = survey(store, slug)
    planned = _planned(store, slug)
    sent = [_by_code(row, planned) for row in _codes(store, slug)]
    if found.distributed is not None:
        sent.append(Issue(channel=BY_HAND, issued=found.distributed))
    if found.open_link or found.views:
        sent.append(Issue(channel=OPEN_LINK, opened=found.views))
    return sent


def _codes(store: Store, slug: str) -> list[LedgerRow]:
    """Return the ledger of codes by channel and stratum, over all purposes."""
    summed: dict[tuple[str, str], LedgerRow] = {}
    for row in store.ledger(slug):
        key = row.channel, row.stratum or ""
        before = summed.get(key)
        summed[key] = row if before is None else replace(before, **{
            name: getattr(before, name) + getattr(row, name) for name in _CODE_COUNTS
        })  # fmt: skip
    return list(summed.values())


_CODE_COUNTS = ("issued", "used", "void", "opened", "undelivered")


def _by_code(row: LedgerRow, planned: Mapping[tuple[str, str], int]) -> Issue:
    standing = row.issued - row.void
    return Issue(
        channel=row.channel, stratum=row.stratum or "", issued=standing, undelivered=row.undelivered,
        opened=row.opened, used=row.used, planned=planned.get((row.channel, row.stratum or "")),
    )  # fmt: skip


def _planned(store: Store, slug: str) -> Mapping[tuple[str, str], int]:
    """Return how many people were drawn for a channel and stratum; a draw whose codes were all made void was taken back."""
    draws, batches, planned = store.draws(slug), store.batches(slug), Counter[tuple[str, str]]()
    standing = store.standing_batches(slug) if draws else set()
    for draw in draws:
        mine = [batch for batch in batches if batch.draw == draw.id]
        for stratum, counts in json.loads(draw.counts).items():
            own = [batch for batch in mine if (batch.stratum or "") == stratum] or mine
            if any(batch.id in standing for batch in own):
                planned[min((batch.channel, batch.stratum or "") for batch in own)] += counts["drawn"]
    return planned


def distributed(store: Store, slug: str) -> int | None:
    """Return how many were handed out: codes issued and not voided, plus copies counted by hand; None if neither."""
    return _distributed(issues(store, slug))


def _distributed(sent: Sequence[Issue]) -> int | None:
    """Return how many went out; None where no code stands and nobody counted copies."""
    by_hand = any(issue.used is None and issue.issued is not None for issue in sent)
    total = sum(issue.issued or 0 for issue in sent)
    return total if total or by_hand else None


# --- what is known of those who did not answer ---------------------------------------------------------------------

_CALLED = ("R", "NE", "O")
"""What telephone calls tell beyond silence."""
_NOTED = "call:"


def cases(store: Store, slug: str, sent: Sequence[Issue]) -> dict[str, int]:
    """Return what is known of the cases that did not answer, by AAPOR's disposition.

    What was learnt on the telephone counts first; what came back unread is taken from the others. The rest is silent.
    """
    unanswered = sum((issue.issued or 0) - issue.used for issue in sent if issue.used is not None)
    known: dict[str, int] = {}
    for letter, count in called(store, slug).items():
        known[letter] = min(count, unanswered - sum(known.values()))
    lost = min(sum(issue.lost for issue in sent), unanswered - sum(known.values()))
    return {letter: count for letter, count in {**known, UNDELIVERED: lost}.items() if count > 0}


def called(store: Store, slug: str) -> dict[str, int]:
    """Return how many cases ended as refused, not eligible or otherwise unable on the telephone.

    The records of calls go when the survey closes; what `note_called` kept of them stays.
    """
    calls = store.calls(slug)
    now = dispositions(calls, store.code_states(slug, {call.code_hash for call in calls}))
    before = _noted(store, slug)
    return {letter: now[letter] + before.get(letter, 0) for letter in _CALLED}


def note_called(store: Store, slug: str, day: str) -> None:
    """Keep how many cases ended how on the telephone; to be called before a survey is closed."""
    if survey(store, slug).state == "closed":
        return
    for letter, count in called(store, slug).items():
        if count:
            store.note_evidence(slug, day, f"{_NOTED}{letter}", count)


def _noted(store: Store, slug: str) -> dict[str, int]:
    """Return what was kept at the latest closing; each note holds the earlier ones too."""
    noted = [one for one in store.evidence(slug) if one.kind.startswith(_NOTED)]
    return {one.kind.removeprefix(_NOTED): one.count for one in sorted(noted, key=lambda one: one.day)}


# --- as it comes in ------------------------------------------------------------------------------------------------


def live_ledger(store: Store, slug: str, found: Report) -> Ledger:
    """Return the ledger with the answers that came in since: it moves with every answer, the report does not.

    It tells how many wait, never what is in them. Whether they are valid, what is flagged, and a stratum that was named in
    an answer would say something about the answer, so all that comes with the release.
    """
    waiting = [
        Waiting(
            channel=row.channel, stratum=row.stratum or "", count=row.count,
            late=row.count if LATE in split_flags(row.flags) else 0,
        )
        for row in live_counts(store, slug)
        if not row.shown
    ]  # fmt: skip
    return Ledger.joined(found.fieldwork.ledger, waiting)


def live_counts(store: Store, slug: str) -> list[CountRow]:
    """Count everything that came in by day, channel and stratum; of what waits, nothing that was said in an answer."""
    told = _strata_of_codes(store, slug)
    return [row if row.shown else _untold(row, keeps_stratum=told(row.channel)) for row in store.counts(slug)]


def _untold(row: CountRow, *, keeps_stratum: bool) -> CountRow:
    late = LATE if LATE in split_flags(row.flags) else ""
    return replace(row, validity="", flags=late, stratum=row.stratum if keeps_stratum else None)


def _strata_of_codes(store: Store, slug: str) -> Callable[[str], bool]:
    """Return what says of a channel whether the stratum of its answers can only be that of their codes."""
    batches = store.batches(slug)
    loose = {batch.channel for batch in batches if batch.stratum is None}
    by_code = {batch.channel for batch in batches} - loose
    everywhere = bool(by_code) and not loose and survey(store, slug).distributed is None
    return lambda channel: channel in by_code or (everywhere and channel in ENTERED_BY_CODE)
