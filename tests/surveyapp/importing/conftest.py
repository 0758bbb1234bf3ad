"""A store with the 芝罘 survey and nothing in it, and an import into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from questionnaires.build import loads_good, normalised
from questionnaires.model import Questionnaire
from surveyapp.importing import (
    Column,
    ColumnMapping,
    Committed,
    Judged,
    Order,
    Table,
    commit,
    judge_rows,
    mapped,
    read_table,
)
from surveyapp.store import Store
from tests.surveyapp.importing.samples import LIBRARY, SLUG, Sheet, as_csv, zhifu

DAY = "2026-09-20"
SECRET = b"s" * 32


@dataclass
class Desk:
    """A survey into which files are imported."""

    store: Store
    questionnaire: Questionnaire
    changes: dict[str, str] = field(default_factory=dict)
    source: str = ""
    channel: str = ""
    batch: str = ""

    def read(self, file: bytes | Sheet) -> tuple[Table, ColumnMapping, Judged]:
        """Read a file, or a sheet as csv, up to judging its rows."""
        table = read_table(file if isinstance(file, bytes) else as_csv(file))
        mapping = mapped(table, self.questionnaire, source=self.source, changes=self.changes)
        return table, mapping, judge_rows(table, mapping, self.order, self.store)

    def judge(self, file: bytes | Sheet) -> Judged:
        """Judge a file's rows."""
        return self.read(file)[2]

    def columns(self, file: bytes | Sheet) -> dict[str, Column]:
        """Return what is proposed for every column, by name."""
        return {column.name: column for column in self.read(file)[1].columns}

    def take(self, file: bytes | Sheet) -> Committed:
        """Import a file."""
        return commit(self.store, self.questionnaire.id, self.judge(file))

    @property
    def order(self) -> Order:
        """Return what is imported how."""
        return Order(
            slug=self.questionnaire.id, questionnaire=self.questionnaire, secret=SECRET, day=DAY,
            zone=ZoneInfo("Asia/Shanghai"), channel=self.channel, batch=self.batch,
        )  # fmt: skip

    def stored(self) -> list[tuple[str, str]]:
        """Return what is stored: closed answers and words, sorted."""
        return sorted((one.answers, one.open_text) for one in self.store.responses(self.questionnaire.id))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the 芝罘 survey."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        publish(store, (LIBRARY / f"{SLUG}.yaml").read_bytes())
        yield store


@pytest.fixture
def desk(store: Store) -> Desk:
    """The 芝罘 survey."""
    return Desk(store, zhifu())


def publish(store: Store, source: bytes) -> Questionnaire:
    """Publish a definition."""
    text = normalised(source)
    questionnaire = loads_good(text, "<test>")
    store.publish(questionnaire.id, questionnaire.version, text, day=DAY, open_link=False)
    return questionnaire
