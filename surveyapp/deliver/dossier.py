"""Everything that deliverables are made from, gathered once, so that report, workbook, files and pack cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from analysis import PatternTable, Report
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.config import Config
from surveyapp.respond.doors import day_of
from surveyapp.store import Batch, Draw, EnteredValue, Evidence, LedgerRow, Store, StoredResponse, Survey


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One survey at one moment; `responses` streams the rows that `table` counts, in an order that tells nothing."""

    survey: Survey
    questionnaire: Questionnaire
    source: str
    """The definition as it was published."""
    report: Report
    table: PatternTable
    """The responses that are shown, grouped, before the validity rules of the definition are applied."""
    responses: Callable[[], Iterable[StoredResponse]] = field(repr=False)
    day: str
    """The day it was closed, YYYY-MM-DD; today while it is not."""
    entered: Sequence[EnteredValue] = ()
    ledger: Sequence[LedgerRow] = ()
    batches: Sequence[Batch] = ()
    draws: Sequence[Draw] = ()
    evidence: Sequence[Evidence] = ()

    @property
    def is_final(self) -> bool:
        """Say whether the survey is closed, so that nothing of this changes any more."""
        return self.survey.state == "closed"


def dossier(store: Store, config: Config, slug: str, now: float) -> Dossier:
    """Gather a stored survey at a moment in unix seconds. Raises UnknownSurveyError."""
    survey = reporting.survey(store, slug)
    table, report = reporting.table_and_report(store, slug)
    ended = survey.closed_at if survey.state == "closed" else None
    return Dossier(
        survey=survey, questionnaire=reporting.questionnaire(store, slug), source=store.source(slug, survey.version) or "",
        report=report, table=table, responses=lambda: store.responses(slug), day=day_of(ended or now, config.zone),
        entered=store.entered(slug), ledger=store.ledger(slug), batches=store.batches(slug), draws=store.draws(slug),
        evidence=store.evidence(slug),
    )  # fmt: skip
