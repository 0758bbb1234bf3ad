"""Access codes and their ledger."""

import pytest

from surveyapp.store import Code, CodeExistsError, LedgerRow, Store, UnknownSurveyError
from tests.surveyapp.store.samples import code_hash, issue, query, submission


def test_looking_at_a_code_spends_nothing(store: Store) -> None:
    (code,) = issue(store, 1, stratum="north")
    (batch,) = store.batches("water")
    expected = Code(
        hash=code, state="issued", stratum="north", channel="code", batch=batch.id, purpose="main",
    )  # fmt: skip
    assert [store.code("water", code) for _ in range(3)] == [expected] * 3


def test_a_code_of_another_survey_is_not_found(store: Store) -> None:
    (code,) = issue(store, 1)
    assert store.code("road", code) is None
    assert store.code("water", code_hash("nowhere")) is None


def test_thousands_are_issued_at_once(store: Store) -> None:
    issue(store, 5000)
    assert query(store, "SELECT count(*) FROM access_code") == [(5000,)]
    assert store.batches("water")[0].count == 5000


def test_of_a_batch_with_a_repeated_code_none_is_issued(store: Store) -> None:
    issue(store, 1)
    fresh = [code_hash("new 1"), code_hash("water 0")]
    with pytest.raises(CodeExistsError):
        store.issue_codes("water", fresh, purpose="main", channel="code", stratum=None, day="2026-05-01")
    assert query(store, "SELECT count(*) FROM access_code") == [(1,)]
    assert len(store.batches("water")) == 1


def test_codes_for_an_unknown_survey_are_refused(store: Store) -> None:
    with pytest.raises(UnknownSurveyError):
        issue(store, 1, survey="nowhere")


def test_an_empty_batch_is_a_batch(store: Store) -> None:
    store.issue_codes("water", [], purpose="main", channel="code", stratum=None, day="2026-05-01")
    assert store.ledger("water") == []


def test_voiding_a_batch_leaves_its_used_codes_used(store: Store) -> None:
    first, _second, _third = issue(store, 3)
    store.submit(submission(code_hash=first))
    batch = store.batches("water")[0].id
    assert [store.void_batch("water", batch), store.void_batch("water", batch)] == [2, 0]
    assert store.void_batch("road", batch) == 0
    assert store.ledger("water")[0].used == 1


def test_the_ledger_counts_by_purpose_channel_and_stratum(store: Store) -> None:
    for purpose, channel, stratum, count in [
        ("main", "phone", None, 3),
        ("main", "code", "north", 2),
        ("main", "code", "north", 2),
        ("pilot", "code", "north", 1),
    ]:
        hashes = [code_hash(f"{len(store.batches('water'))} {number}") for number in range(count)]
        store.issue_codes(
            "water", hashes, purpose=purpose, channel=channel, stratum=stratum, day="2026-05-01"
        )
    store.submit(submission(code_hash=code_hash("1 0")))
    store.submit(submission(code_hash=code_hash("2 0")))
    assert store.ledger("water") == [
        LedgerRow(
            purpose="main", channel="code", stratum="north", issued=4, used=2, void=0, opened=2, undelivered=0
        ),
        LedgerRow(
            purpose="main", channel="phone", stratum=None, issued=3, used=0, void=0, opened=0, undelivered=0
        ),
        LedgerRow(
            purpose="pilot",
            channel="code",
            stratum="north",
            issued=1,
            used=0,
            void=0,
            opened=0,
            undelivered=0,
        ),
    ]
    assert all(type(row.issued) is int for row in store.ledger("water"))
    assert store.ledger("road") == []
