"""The 芝罘 survey, evaluated once."""

from __future__ import annotations

import pytest

from analysis import Fieldwork, Report, evaluate
from questionnaires.model import Questionnaire
from tests.analysis import surveys


@pytest.fixture(scope="session")
def zhifu() -> Questionnaire:
    return surveys.shipped("zhifu-2022")


@pytest.fixture(scope="session")
def zhifu_report(zhifu: Questionnaire) -> Report:
    """The report on the 53 synthetic rows, of 60 distributed and 56 returned."""
    return evaluate(zhifu, surveys.table(surveys.zhifu_rows()), Fieldwork(distributed=60, returned=56))


@pytest.fixture(scope="session")
def zhifu_tallied(zhifu: Questionnaire) -> Report:
    """The report on the published counts alone."""
    return evaluate(zhifu, surveys.zhifu_tallies(), Fieldwork(distributed=60, returned=56))
