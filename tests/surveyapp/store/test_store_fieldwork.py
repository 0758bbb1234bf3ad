"""Draws, typed codes, codes issued again, openings, and what the other modes keep."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from surveyapp.store import (
    Call,
    CodeExistsError,
    CodeHashes,
    Draw,
    Evidence,
    NewBatch,
    PaperEntry,
    Store,
    UnknownSurveyError,
)
from tests.surveyapp.store.samples import code_hash, issue, query, submission

DAY = "2026-05-03"
DRAW = Draw(
    id="d1", survey="water", drawn_on=DAY, drawn_by="li", method="m/1", seed="7", file_hash="ab", counts='{"":{}}'
)  # fmt: skip


def hashes(number: int) -> CodeHashes:
    return CodeHashes(link=code_hash(number), typed=code_hash(f"typed {number}"))


def batch(*numbers: int, stratum: str | None = None) -> NewBatch:
    return NewBatch(
        purpose="main",
        channel="slip",
        stratum=stratum,
        day=DAY,
        codes=[hashes(number) for number in numbers],
    )


def test_a_draw_and_its_batches_are_kept_together(store: Store) -> None:
    first, second = store.issue("water", [batch(1, 2, stratum="n"), batch(3, stratum="s")], DRAW)
    assert store.draws("water") == [DRAW]
    assert {one.id: (one.stratum, one.count, one.draw) for one in store.batches("water")} == {
        first: ("n", 2, "d1"),
        second: ("s", 1, "d1"),
    }


def test_of_a_draw_whose_code_is_taken_nothing_is_kept(store: Store) -> None:
    store.issue("water", [batch(3)])
    with pytest.raises(CodeExistsError):
        store.issue("water", [batch(1, 2), batch(3)], DRAW)
    assert store.draws("water") == []
    assert query(store, "SELECT count(*) FROM access_code") == [(1,)]


def test_a_code_is_found_by_what_is_typed(store: Store) -> None:
    store.issue("water", [batch(1)])
    by_link, by_hand = store.code("water", hashes(1).link), store.typed_code("water", hashes(1).typed or "")
    assert by_link == by_hand
    assert by_hand is not None
    assert by_hand.hash == hashes(1).link
    assert store.typed_code("road", hashes(1).typed or "") is None
    assert store.typed_code("water", hashes(1).link) is None


def test_two_codes_cannot_be_typed_alike(store: Store) -> None:
    store.issue("water", [batch(1)])
    with pytest.raises(CodeExistsError):
        store.issue(
            "water",
            [
                NewBatch(
                    purpose="main",
                    channel="slip",
                    stratum=None,
                    day=DAY,
                    codes=[CodeHashes(link=code_hash(2), typed=hashes(1).typed)],
                )
            ],
        )


def test_only_unused_codes_are_issued_again(store: Store) -> None:
    (draw_batch,) = store.issue("water", [batch(1, 2, 3, stratum="n")], DRAW)
    store.submit(submission(code_hash=hashes(1).link))
    store.void_codes("water", [hashes(2).link])
    asked = {hashes(old).link: hashes(old + 10) for old in (1, 2, 3, 4)}
    assert store.reissue("water", asked, day="2026-05-09") == {hashes(3).link}
    assert store.code_states("water", [hashes(number).link for number in (1, 2, 3, 4, 11, 13)]) == {
        hashes(1).link: "used",
        hashes(2).link: "void",
        hashes(3).link: "void",
        hashes(13).link: "issued",
    }
    (again,) = [one for one in store.batches("water") if one.id != draw_batch]
    assert (again.stratum, again.channel, again.draw, again.issued_on, again.count) == (
        "n", "slip", "d1", "2026-05-09", 1,
    )  # fmt: skip


def test_a_reissue_with_a_code_that_is_taken_changes_nothing(store: Store) -> None:
    store.issue("water", [batch(1, 2)])
    with pytest.raises(CodeExistsError):
        store.reissue("water", {hashes(1).link: hashes(2)}, day=DAY)
    assert set(store.code_states("water", [hashes(1).link, hashes(2).link]).values()) == {"issued"}


def test_thousands_are_looked_at_opened_and_made_void_at_once(store: Store) -> None:
    codes = issue(store, 3000)
    store.mark_opened("water", set(codes[:2000]), views=3)
    store.mark_opened("water", set(codes[:2000]), views=4)
    assert store.ledger("water")[0].opened == 2000
    found = store.survey("water")
    assert found is not None
    assert found.views == 7
    assert len(store.code_states("water", codes)) == 3000
    assert store.void_codes("water", codes[:1500]) == 1500
    assert store.ledger("water")[0].opened == 500


def test_whoever_answered_has_opened(store: Store) -> None:
    (code,) = issue(store, 1)
    store.submit(submission(code_hash=code))
    assert store.ledger("water")[0].opened == 1


def test_what_came_back_unread_is_entered_by_batch(store: Store) -> None:
    first, second = store.issue("water", [batch(1, 2), batch(3)])
    assert (store.set_undelivered("water", first, 2), store.set_undelivered("water", second, 1)) == (1, 1)
    assert store.set_undelivered("road", first, 1) == 0
    assert store.ledger("water")[0].undelivered == 3


def call(id_: str, code: str, outcome: str = "no-answer") -> Call:
    return Call(id=id_, code_hash=code, day=DAY, outcome=outcome, call_back="2026-05-04 09:30")


def test_attempts_are_numbered_in_their_order_and_forgotten_at_closing(store: Store) -> None:
    for id_, code, outcome in (("z", "a", "busy"), ("y", "a", "no-answer"), ("x", "b", "busy")):
        store.log_call("water", call(id_, code, outcome))
    store.log_call("water", call("y", "a", "sent twice"))
    assert [(one.attempt, one.outcome) for one in store.calls("water", "a")] == [
        (1, "busy"),
        (2, "no-answer"),
    ]
    assert len(store.calls("water")) == 3
    assert store.forget_calls("water", "b") == 1
    store.set_state("water", "closed")
    assert store.calls("water") == []


def test_only_the_newest_attempt_is_taken_back(store: Store) -> None:
    for id_ in ("z", "y"):
        store.log_call("water", call(id_, "a"))
    assert (store.drop_call("water", "a", "z"), store.drop_call("water", "b", "y")) == (0, 0)
    assert store.drop_call("water", "a", "y") == 1
    assert [one.id for one in store.calls("water", "a")] == ["z"]


def test_calls_are_forgotten_once_their_code_is_used_or_void(store: Store) -> None:
    used, void, unused = issue(store, 3)
    for code in (used, void, unused):
        store.log_call("water", call(f"c{code}", code))
    store.submit(submission(code_hash=used))
    store.void_codes("water", [void])
    assert store.forget_settled_calls() == 2
    assert [one.code_hash for one in store.calls("water")] == [unused]


@pytest.mark.postgres
def test_transactions_that_wait_for_each_other_are_both_done_in_the_end(postgres_store: Store) -> None:
    one, other = issue(postgres_store, 2)
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def take(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            tries.append(first)
            for place, code in enumerate((first, second)):
                if place and len(tries) <= 2:
                    both_hold_one.wait(10)
                connection.execute(
                    text("UPDATE access_code SET opened = true WHERE code_hash = :code"), {"code": code}
                )

        postgres_store._database.write(work)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(take, one, other), threads.submit(take, other, one)]:
            done.result(30)
    assert len(tries) == 3


def test_a_paper_copy_waits_for_its_second_typing(store: Store) -> None:
    entry = PaperEntry(
        survey="water", number="007", version="v1", fields='{"q1":["a"]}', entered_by="li", day=DAY
    )
    assert store.keep_entry(entry)
    assert not store.keep_entry(entry)
    assert store.kept_entry("water", "007") == entry
    assert store.kept_entry("water", "008") is None
    store.set_state("water", "closed")
    assert store.kept_entries("water") == [entry]
    assert (store.drop_entry("water", "007"), store.drop_entry("water", "007")) == (1, 0)
    with pytest.raises(UnknownSurveyError):
        store.keep_entry(PaperEntry(survey="no", number="1", version="v", fields="", entered_by="", day=DAY))


def test_of_evidence_the_largest_of_a_day_is_kept(store: Store) -> None:
    for count in (20, 35, 30):
        store.note_evidence("water", DAY, "burst", count)
    store.note_evidence("water", DAY, "one_network", 21)
    assert store.evidence("water") == [
        Evidence(day=DAY, kind="burst", count=35),
        Evidence(day=DAY, kind="one_network", count=21),
    ]
    with pytest.raises(UnknownSurveyError):
        store.note_evidence("nowhere", DAY, "burst", 20)


def test_closing_by_hand_keeps_its_first_time_until_it_is_opened_again(store: Store) -> None:
    times = []
    for state, at in (("closed", 1000.7), ("closed", 2000), ("open", 3000), ("closed", 4000)):
        store.set_state("water", state, at=at)
        found = store.survey("water")
        assert found is not None
        times.append(found.closed_at)
    assert times == [1000, 1000, None, 4000]
    with pytest.raises(UnknownSurveyError):
        store.set_state("nowhere", "closed")
