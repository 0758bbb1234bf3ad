"""A response is stored exactly once, and a code is spent exactly once."""

from collections import Counter

import pytest

from surveyapp.store import (
    DayCount,
    Outcome,
    PatternRow,
    Store,
    StoreClosedError,
    StoreFaultError,
    UnknownSurveyError,
    UnstorableTextError,
)
from tests.surveyapp.store.samples import DAY, at_once, code_hash, count, issue, query, submission


def test_a_new_submission_is_stored_as_it_came(store: Store) -> None:
    sent = submission(stratum="north", validity="speeding", flags="fast", open_text='{"q9":"𠮷好\\n👨‍👩‍👧"}')
    assert store.submit(sent) is Outcome.STORED
    (kept,) = store.responses("water", live=True)
    assert {name: getattr(kept, name) for name in kept.__slots__} == {
        name: getattr(sent, name) for name in kept.__slots__
    }


def test_the_same_id_with_the_same_content_is_repeated(store: Store) -> None:
    sent = submission()
    assert [store.submit(sent) for _ in range(3)] == [Outcome.STORED, Outcome.REPEATED, Outcome.REPEATED]
    assert count(store) == 1


@pytest.mark.parametrize("change", [{"answers": '{"q1":"b"}'}, {"open_text": "x"}])
def test_the_same_id_with_other_content_is_a_conflict_and_the_first_stands(
    store: Store, change: dict[str, str]
) -> None:
    sent = submission()
    store.submit(sent)
    assert store.submit(submission(id=sent.id, **change)) is Outcome.CONFLICT
    assert [row.answers for row in store.responses("water", live=True)] == [sent.answers]


def test_the_same_id_in_another_survey_is_a_conflict(store: Store) -> None:
    store.publish("road", "v1", "id: road", day=DAY, open_link=True)
    sent = submission()
    store.submit(sent)
    assert store.submit(submission(id=sent.id, survey="road")) is Outcome.CONFLICT


def test_what_is_not_content_may_differ_in_a_repeat(store: Store) -> None:
    sent = submission()
    store.submit(sent)
    assert store.submit(submission(id=sent.id, day="2026-05-03", flags="late")) is Outcome.REPEATED


def test_a_response_is_found_by_its_id(store: Store) -> None:
    sent = submission(open_text='{"q9":"好"}')
    store.submit(sent)
    store.submit(submission())
    found = store.response(sent.id)
    assert found is not None
    assert (found.id, found.answers, found.open_text) == (sent.id, sent.answers, sent.open_text)
    assert store.response("0" * 32) is None


def test_a_code_is_spent_with_its_response(store: Store) -> None:
    (code,) = issue(store, 1)
    assert store.submit(submission(code_hash=code)) is Outcome.STORED
    found = store.code("water", code)
    assert found is not None
    assert found.state == "used"


def test_a_repeat_after_the_code_was_spent_is_a_repeat(store: Store) -> None:
    (code,) = issue(store, 1)
    sent = submission(code_hash=code)
    assert [store.submit(sent), store.submit(sent)] == [Outcome.STORED, Outcome.REPEATED]


def test_a_spent_code_stores_nothing_more(store: Store) -> None:
    (code,) = issue(store, 1)
    store.submit(submission(code_hash=code))
    assert store.submit(submission(code_hash=code)) is Outcome.CODE_USED
    assert count(store) == 1


def test_an_unknown_a_void_and_a_foreign_code_store_nothing(store: Store) -> None:
    store.publish("road", "v1", "id: road", day=DAY, open_link=True)
    (foreign,) = issue(store, 1, survey="road")
    (void,) = issue(store, 1)
    store.void_batch("water", store.batches("water")[0].id)
    tried = [store.submit(submission(code_hash=code)) for code in (code_hash("nowhere"), void, foreign)]
    assert tried == [Outcome.CODE_UNKNOWN, Outcome.CODE_VOID, Outcome.CODE_UNKNOWN]
    assert count(store) == 0
    assert query(store, "SELECT DISTINCT state FROM access_code WHERE survey = 'road'") == [("issued",)]


def test_a_conflict_does_not_spend_the_code(store: Store) -> None:
    (code,) = issue(store, 1)
    sent = submission()
    store.submit(sent)
    assert store.submit(submission(id=sent.id, answers="{}", code_hash=code)) is Outcome.CONFLICT
    assert query(store, "SELECT state FROM access_code") == [("issued",)]


def test_fifty_at_once_with_one_code_store_one(store: Store) -> None:
    (code,) = issue(store, 1)
    outcomes = at_once(store.submit, [submission(code_hash=code) for _ in range(50)])
    assert Counter(outcomes) == {Outcome.STORED: 1, Outcome.CODE_USED: 49}
    assert count(store) == 1


def test_fifty_at_once_with_one_id_store_one(store: Store) -> None:
    (code,) = issue(store, 1)
    outcomes = at_once(store.submit, [submission(id="same", code_hash=code) for _ in range(50)])
    assert Counter(outcomes) == {Outcome.STORED: 1, Outcome.REPEATED: 49}
    assert count(store) == 1


def test_one_id_at_once_with_fifty_codes_spends_one_code(store: Store) -> None:
    codes = issue(store, 50)
    outcomes = at_once(store.submit, [submission(id="same", code_hash=code) for code in codes])
    assert Counter(outcomes) == {Outcome.STORED: 1, Outcome.REPEATED: 49}
    assert query(store, "SELECT count(*) FROM access_code WHERE state = 'used'") == [(1,)]


def test_two_hundred_threads_lose_nothing(store: Store) -> None:
    def submit_five(first: object) -> list[Outcome]:
        return [store.submit(submission()) for _ in range(5)]

    outcomes = at_once(submit_five, [submission() for _ in range(200)])
    assert Counter(outcome for five in outcomes for outcome in five) == {Outcome.STORED: 1000}
    assert count(store) == 1000


def test_many_are_stored_in_one_transaction_each_with_its_outcome(store: Store) -> None:
    first, second = issue(store, 2)
    sent = submission(code_hash=first)
    many = [
        sent,
        sent,
        submission(id=sent.id, answers="{}"),
        submission(code_hash=first),
        submission(code_hash=second),
    ]
    stored, repeated, conflict, used, last = store.submit_many(many)
    assert (stored, repeated, conflict) == (Outcome.STORED, Outcome.REPEATED, Outcome.CONFLICT)
    assert (used, last) == (Outcome.CODE_USED, Outcome.STORED)
    assert count(store) == 2


def test_of_many_with_an_unknown_version_none_is_stored(store: Store) -> None:
    with pytest.raises(UnknownSurveyError):
        store.submit_many([submission(), submission(version="v9")])
    assert count(store) == 0


@pytest.mark.parametrize("change", [{"version": "v9"}, {"survey": "nowhere"}])
def test_an_unpublished_version_is_refused(store: Store, change: dict[str, str]) -> None:
    with pytest.raises(UnknownSurveyError):
        store.submit(submission(**change))
    assert count(store) == 0


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_text_that_no_database_keeps_is_refused(store: Store, text: str) -> None:
    with pytest.raises(UnstorableTextError):
        store.submit(submission(open_text=text))
    assert count(store) == 0


def test_a_row_the_database_refuses_is_an_error_of_the_store(store: Store) -> None:
    with pytest.raises(StoreFaultError):
        store.submit(submission(day=None))
    assert count(store) == 0


def test_patterns_count_equal_answers(store: Store) -> None:
    for answers, stratum in [("a", None), ("a", None), ("a", "north"), ("b", None)]:
        store.submit(submission(answers=answers, stratum=stratum))
    plain = {"version": "v1", "channel": "web", "validity": "", "flags": ""}
    assert set(store.patterns("water", live=True)) == {
        PatternRow(answers="a", stratum=None, count=2, **plain),
        PatternRow(answers="a", stratum="north", count=1, **plain),
        PatternRow(answers="b", stratum=None, count=1, **plain),
    }


def test_patterns_and_responses_are_of_one_survey(store: Store) -> None:
    store.publish("road", "v1", "id: road", day=DAY, open_link=True)
    store.submit(submission())
    assert store.patterns("road", live=True) == []
    assert list(store.responses("road", live=True)) == []


def test_responses_can_be_left_halfway(store: Store) -> None:
    store.submit_many([submission() for _ in range(3000)])
    stream = store.responses("water", live=True)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert store.submit(submission()) is Outcome.STORED
    assert len(list(store.responses("water", live=True))) == 3001


def test_responses_are_counted_by_day_and_channel(store: Store) -> None:
    store.submit_many([submission(), submission(), submission(channel="paper"), submission(day="2026-05-03")])
    assert store.day_counts("water") == [
        DayCount(day=DAY, channel="paper", count=1),
        DayCount(day=DAY, channel="web", count=2),
        DayCount(day="2026-05-03", channel="web", count=1),
    ]


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreClosedError):
        store.submit(submission())
    with pytest.raises(StoreClosedError):
        store.surveys()
