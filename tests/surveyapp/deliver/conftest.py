"""The 芝罘 survey in a store, with its questionnaire and report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis import PatternTable, Report
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.store import Store
from tests.surveyapp.sample import SLUG, fill


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the 芝罘 survey."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        fill(store)
        yield store


@pytest.fixture
def questionnaire(store: Store) -> Questionnaire:
    """The survey's questionnaire."""
    return reporting.questionnaire(store, SLUG)


@pytest.fixture
def report(store: Store) -> Report:
    """The survey's report."""
    return reporting.report(store, SLUG)


@pytest.fixture
def table(store: Store) -> PatternTable:
    """The survey's responses, grouped."""
    return reporting.pattern_table(store, SLUG)
