"""The results page says what the report says, whatever the survey."""

from __future__ import annotations

import html
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings

from analysis.indicators import value_of
from surveyapp.deliver.arithmetic import scored_by
from surveyapp.evaluate import views
from surveyapp.evaluate.desk import Desk
from surveyapp.present import number, percent
from tests.analysis.random_surveys import Survey, surveys
from tests.surveyapp.deliver.word import dossier_of
from tests.surveyapp.evaluate.conftest import Evaluator
from tests.surveyapp.sample import SLUG


@given(survey=surveys())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_measure_and_score_of_any_survey_stands_on_its_page(
    evaluator: Evaluator, survey: Survey
) -> None:
    found = dossier_of(survey.questionnaire, survey.rows)
    desk = Desk(survey=found.survey, questionnaire=found.questionnaire, report=found.report, ledger=())
    with patch.object(views, "desk", lambda _store, _slug: desk):
        answer = evaluator.get(f"/evaluate/surveys/{SLUG}/results")
    assert answer.status_code == 200
    page, report = html.unescape(answer.text), found.report
    if not report.fieldwork.valid:
        return
    for name in report.measures:
        assert percent(value_of(scored_by(report)[name]), report.percent_places) in page
    for indicator in report.indicators.values():
        assert number(indicator.score, report.score_places) in page
