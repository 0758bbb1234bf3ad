"""Proof of work: asked for one page, done by trying, good once and for ten minutes."""

from __future__ import annotations

from itertools import count

import pytest

from surveyapp.respond.work import BITS, GOOD_SECONDS, MOST_REMEMBERED, Spent, WorkOffice, leading_zeros

NOW = 1_790_043_200.0
EASY = 8
"""256 hashes on average."""


def do(challenge: str, bits: int) -> str:
    """Do the work as a page's script does."""
    return next(f"{challenge}:{n}" for n in count() if leading_zeros(f"{challenge}:{n}") >= bits)


@pytest.fixture
def office() -> WorkOffice:
    return WorkOffice(secret=b"k" * 32, bits=EASY)


def test_zero_bits_are_counted_from_the_left() -> None:
    # printf surveyapp:456 | sha256sum → 000bb54d…: three zero digits of four bits, and b is 1011
    assert leading_zeros("surveyapp:456") == 12
    assert leading_zeros("abc") == 0  # ba7816bf… (FIPS 180-2, appendix B.1)


def test_work_counts_once(office: WorkOffice) -> None:
    done = do(office.ask("ticket", NOW), EASY)
    assert office.is_done(done, "ticket", NOW + 1)
    assert not office.is_done(done, "ticket", NOW + 2)
    again = do(done.partition(":")[0], EASY) + "0"
    assert not office.is_done(again, "ticket", NOW + 3)


def test_work_is_for_one_page_and_one_installation(office: WorkOffice) -> None:
    done = do(office.ask("ticket", NOW), EASY)
    assert not office.is_done(done, "another", NOW)
    assert not WorkOffice(secret=b"x" * 32, bits=EASY).is_done(done, "ticket", NOW)
    assert office.is_done(done, "ticket", NOW)


def test_work_is_good_for_ten_minutes(office: WorkOffice) -> None:
    done = do(office.ask("ticket", NOW), EASY)
    assert not office.is_done(done, "ticket", NOW + GOOD_SECONDS + 1)
    assert office.is_done(done, "ticket", NOW + GOOD_SECONDS)


def test_less_work_is_none(office: WorkOffice) -> None:
    challenge = office.ask("ticket", NOW)
    lazy = next(f"{challenge}:{n}" for n in count() if leading_zeros(f"{challenge}:{n}") < EASY)
    assert not office.is_done(lazy, "ticket", NOW)
    assert not office.is_done(challenge, "ticket", NOW)


def test_work_that_was_asked_for_with_fewer_bits_is_none() -> None:
    easy, hard = WorkOffice(secret=b"k", bits=1), WorkOffice(secret=b"k", bits=2)
    done = do(easy.ask("ticket", NOW), 2)
    assert not hard.is_done(done, "ticket", NOW)


@pytest.mark.parametrize("written", ["", ":", "...", "x.y.z:1", "é", "1" * 10_000, "5f.x.", "\ud800"])
def test_anything_else_is_none(office: WorkOffice, written: str) -> None:
    assert not office.is_done(written, "ticket", NOW)


def test_the_usual_work_is_a_quarter_of_a_million_hashes() -> None:
    assert 2**BITS == 262_144


def test_what_was_spent_is_remembered_long_enough_in_bounded_memory() -> None:
    spent = Spent()
    assert all(spent.is_first(f"{n}", NOW + n / 1000) for n in range(3 * MOST_REMEMBERED))
    kept = spent._now.keys() | spent._before.keys()
    assert MOST_REMEMBERED <= len(kept) <= 2 * MOST_REMEMBERED
    assert not spent.is_first(f"{3 * MOST_REMEMBERED - 1}", NOW + 300)
    assert not spent.is_first(f"{3 * MOST_REMEMBERED - 1}", NOW + 300 + GOOD_SECONDS)
