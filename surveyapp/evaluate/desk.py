"""One survey on an evaluator's desk: its settings, questionnaire and report, and how far the work has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from analysis import Estimate, Report
from analysis.indicators import value_of
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.deliver.arithmetic import Places, scored_by
from surveyapp.deliver.tally import main_measure
from surveyapp.evaluate.words import STATES, name
from surveyapp.present import percent, percent_range
from surveyapp.store import LedgerRow, Store, Survey


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A survey as one page sees it."""

    survey: Survey
    questionnaire: Questionnaire
    report: Report
    ledger: Sequence[LedgerRow]

    @property
    def slug(self) -> str:
        """Return the survey's slug."""
        return self.survey.slug

    @property
    def places(self) -> Places:
        """Return how many decimal places are printed."""
        return Places(percent=self.report.percent_places, points=self.report.score_places)

    @property
    def codes_issued(self) -> int:
        """Return how many codes were issued and not made void."""
        return sum(row.issued - row.void for row in self.ledger)

    @property
    def codes_unused(self) -> int:
        """Return how many codes could still be used."""
        return sum(row.issued - row.used - row.void for row in self.ledger)

    @property
    def main(self) -> str | None:
        """Return the measure the survey is about."""
        return main_measure(self.questionnaire)

    @property
    def figure(self) -> Estimate | None:
        """Return the estimate of the main measure that the report uses."""
        return scored_by(self.report)[self.main] if self.main else None

    @property
    def undecided(self) -> list[str]:
        """Return the indicators that have no score yet."""
        return [name for name, found in self.report.indicators.items() if found.score is None]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the work: its page, its name, how far it is; `mark` is done, now or later."""

    id: str
    title: str
    state: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One survey in the list: its figures and what to do next."""

    desk: Desk
    state: str
    figure: str
    interval: str
    advice: str
    step: str


def desk(store: Store, slug: str) -> Desk:
    """Lay a survey out. Raises UnknownSurveyError."""
    survey = reporting.survey(store, slug)
    return Desk(
        survey=survey,
        questionnaire=reporting.questionnaire(store, slug),
        report=reporting.report(store, slug),
        ledger=store.ledger(slug),
    )


def listed(store: Store) -> list[Listed]:
    """List every survey with its main figure and what to do next."""
    return [_listed(desk(store, survey.slug)) for survey in store.surveys()]


def _listed(found: Desk) -> Listed:
    step, advice = next_step(found)
    places = found.report.percent_places
    return Listed(
        desk=found, state=name(STATES, found.survey.state), step=step, advice=advice,
        figure=percent(value_of(found.figure) if found.figure else None, places),
        interval=percent_range(found.figure.interval if found.figure else None, places),
    )  # fmt: skip


def next_step(found: Desk) -> tuple[str, str]:
    """Return the page to go to next, and why."""
    survey, counted = found.survey, found.report.fieldwork
    if survey.state == "draft":
        return "fieldwork", _("Not open yet: open it when the questionnaire is right.")
    if (
        not counted.returned
        and not found.codes_issued
        and not survey.open_link
        and survey.distributed is None
    ):
        return "fieldwork", _("Issue access codes or allow the public link.")
    if not counted.returned:
        return "fieldwork", _("Hand out the links; nothing has come back yet.")
    if survey.state in ("open", "paused"):
        return "returns", _("Answers are coming in; close the survey when fieldwork ends.")
    if found.undecided:
        return "results", _("Indicators still to be entered: %(n)s", n=len(found.undecided))
    return "delivery", _("Ready: take the workbook and the rows.")


def steps(found: Desk) -> list[Step]:
    """Return the six steps of the work with the state of each."""
    survey, counted = found.survey, found.report.fieldwork
    has_valid, is_closed = counted.valid > 0, survey.state == "closed"
    excluded = counted.returned - counted.valid
    figure = percent(value_of(found.figure) if found.figure else None, found.report.percent_places)
    rows = (
        ("questionnaire", _("Questionnaire"), _("published"), True),
        ("fieldwork", _("Fielding"), name(STATES, survey.state), is_closed),
        (
            "returns",
            _("Returns"),
            _("%(n)s returned", n=counted.returned),
            is_closed and counted.returned > 0,
        ),
        ("cleaning", _("Cleaning"), _("%(n)s excluded", n=excluded), is_closed and counted.returned > 0),
        ("results", _("Results"), _results_state(found, figure), has_valid and not found.undecided),
        ("delivery", _("Delivery"), _("ready") if has_valid else _("nothing yet"), False),
    )
    marks = ["done" if done else "later" for *_rest, done in rows]
    if "later" in marks:
        marks[marks.index("later")] = "now"
    return [
        Step(id=id, title=title, state=state, mark=mark)
        for (id, title, state, _done), mark in zip(rows, marks, strict=True)
    ]


def _results_state(found: Desk, figure: str) -> str:
    if found.report.fieldwork.valid and found.undecided:
        return _("%(n)s to enter", n=len(found.undecided))
    return figure
