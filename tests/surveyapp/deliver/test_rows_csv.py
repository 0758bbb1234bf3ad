"""The rows file: what it holds, that it is read back to the same report, and that nothing in it runs."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from analysis import Fieldwork, Report, evaluate
from questionnaires.model import Questionnaire
from surveyapp.deliver import rows
from surveyapp.deliver.rows import rows_csv
from surveyapp.present import as_dict
from surveyapp.reporting import pattern_table
from surveyapp.rows import read_rows, unguarded
from surveyapp.store import Store
from tests.surveyapp.sample import SLUG, load, submission


def exported(questionnaire: Questionnaire, store: Store) -> list[dict[str, str]]:
    content = b"".join(rows_csv(questionnaire, pattern_table(store, SLUG), store.responses(SLUG)))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_columns_are_the_items_their_comments_and_the_remarks(
    questionnaire: Questionnaire, store: Store
) -> None:
    found = exported(questionnaire, store)
    names = list(found[0])
    assert names[:3] == ["subsidy", "degree", "policy_awareness"]
    assert names[names.index("notice") : names.index("notice") + 2] == ["notice", "notice.text"]
    assert "degree.text" not in names
    assert names[-5:] == ["_stratum", "_channel", "_version", "_invalid", "_flags"]
    assert len(found) == 56
    assert [row["_channel"] for row in found if row["_invalid"] == "incomplete"] == ["paper"] * 3


def test_the_exported_rows_give_the_same_report(
    questionnaire: Questionnaire, store: Store, report: Report, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"".join(rows_csv(questionnaire, pattern_table(store, SLUG), store.responses(SLUG))))
    table, problems = read_rows(path, questionnaire)
    assert problems == []
    again = as_dict(evaluate(questionnaire, table, Fieldwork(distributed=60)))
    told = as_dict(report)
    # What went out by which channel, and who waits, only the store knows; what came back is the same line by line.
    assert came_back(again["fieldwork"].pop("ledger")) == came_back(told["fieldwork"].pop("ledger"))
    assert again == told


def came_back(ledger: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("channel", "stratum", "submitted", "late", "duplicate", "invalid", "valid")
    return [{name: line[name] for name in names} for line in ledger if line["submitted"]]


def test_the_order_is_another_every_time(questionnaire: Questionnaire, store: Store) -> None:
    orders = {
        tuple(rows_csv(questionnaire, pattern_table(store, SLUG), store.responses(SLUG))) for _ in range(4)
    }
    assert len(orders) == 4


def test_mixing_loses_no_row(
    questionnaire: Questionnaire, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "SHUFFLED", 5)
    assert len(exported(questionnaire, store)) == 56


@pytest.mark.parametrize(
    "words",
    [
        "=cmd()",
        "+1",
        "-1",
        "-2",
        "@x",
        "＝1",
        "－1",
        "＋1",
        "＠x",
        "家👨‍👩‍👧𠮷",
        '说"好"，行',
        "第一行\n第二行",
        "'quoted",
    ],
)
def test_free_text_comes_back_as_it_was_and_runs_nowhere(
    questionnaire: Questionnaire, store: Store, words: str
) -> None:
    answers = {"subsidy": "A", "notice": "D"}
    said = {"suggestions": words, "notice.text": words}
    load(store, submission(questionnaire.version, 901, answers, words=said))
    (row,) = [row for row in exported(questionnaire, store) if row["suggestions"]]
    assert not row["suggestions"].startswith(tuple("=+-@＝＋－＠"))
    assert unguarded(row["suggestions"]) == unguarded(row["notice.text"]) == words


@pytest.mark.parametrize("words", ["\x0b", "\x1b[31m", "长" * 40_000])
def test_no_text_breaks_the_file(questionnaire: Questionnaire, store: Store, words: str) -> None:
    load(store, submission(questionnaire.version, 902, {"subsidy": "A"}, words={"suggestions": words}))
    (row,) = [row for row in exported(questionnaire, store) if row["suggestions"]]
    assert "\x0b" not in row["suggestions"]
    assert "\x1b" not in row["suggestions"]
    assert len(row["suggestions"]) == len(words)


def test_marks_of_not_asked_stay_marks(questionnaire: Questionnaire, store: Store) -> None:
    load(store, submission(questionnaire.version, 903, {"subsidy": "C", "degree": "-1", "notice": "-2"}))
    (row,) = [row for row in exported(questionnaire, store) if row["subsidy"] == "C"]
    assert (row["degree"], row["notice"]) == ("-1", "-2")
