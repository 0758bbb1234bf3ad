"""One small set of pictures, the same in page, workbook and Word report: items, groups, limits of the rules, progress.

A picture is a frozen list of shapes in points with its words and its table. Text is measured in the packaged font, so that
labels keep clear of each other wherever the picture is shown.
"""

from __future__ import annotations

from analysis import Report
from analysis.ledger import Ledger
from questionnaires.model import Questionnaire
from surveyapp.deliver.pictures.fieldwork import fieldwork_progress
from surveyapp.deliver.pictures.groups import groups_with_intervals
from surveyapp.deliver.pictures.items import item_bars
from surveyapp.deliver.pictures.limits import score_against_limits
from surveyapp.deliver.pictures.png import to_png
from surveyapp.deliver.pictures.shapes import Picture, Table
from surveyapp.deliver.pictures.sheet import NARROW, WIDE
from surveyapp.deliver.pictures.svg import to_svg

__all__ = [
    "NARROW",
    "WIDE",
    "Picture",
    "Table",
    "all_pictures",
    "fieldwork_progress",
    "groups_with_intervals",
    "item_bars",
    "score_against_limits",
    "to_png",
    "to_svg",
]


def all_pictures(
    report: Report,
    questionnaire: Questionnaire,
    *,
    language: str = "zh",
    width: float = WIDE,
    titled: bool = True,
) -> list[Picture]:
    """Return every picture of a report in a report's order: progress, items, groups, limits."""
    progress = fieldwork_progress(
        Ledger(report.fieldwork.ledger), questionnaire, language=language, width=width, titled=titled
    )
    limits = [
        picture
        for indicator in questionnaire.indicators
        for picture in score_against_limits(
            report, questionnaire, indicator, language=language, width=width, titled=titled
        )
    ]
    return [
        *([progress] if progress else []),
        *item_bars(report, questionnaire, language=language, width=width, titled=titled),
        *groups_with_intervals(report, questionnaire, language=language, width=width, titled=titled),
        *limits,
    ]
