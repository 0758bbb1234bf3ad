"""Tickets: what is signed here is known again, and nothing else is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.respond.ticket import LONGEST, STEP, TicketOffice

NOW = 1_790_000_000.0
OFFICE = TicketOffice(secret=b"s" * 32)


def test_a_ticket_is_read_as_it_was_issued() -> None:
    text = OFFICE.issue("water", "v1", NOW)
    ticket = OFFICE.read(text, "water", "v1", NOW + 60)
    assert ticket is not None
    assert len(ticket.id) == 22
    assert ticket.issued == NOW // STEP * STEP
    assert ticket.text == text


@pytest.mark.parametrize(
    ("slug", "version", "later"),
    [("other", "v1", 0), ("water", "v2", 0), ("water", "v1", LONGEST + STEP), ("water", "v1", -400)],
)
def test_a_ticket_is_good_for_its_survey_version_and_day(slug: str, version: str, later: int) -> None:
    assert OFFICE.read(OFFICE.issue("water", "v1", NOW), slug, version, NOW + later) is None


def test_no_character_of_a_ticket_can_be_changed() -> None:
    text = OFFICE.issue("water", "v1", NOW)
    for place, letter in enumerate(text):
        changed = text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :]
        assert OFFICE.read(changed, "water", "v1", NOW) is None


def test_another_secret_signs_otherwise() -> None:
    text = TicketOffice(secret=b"t" * 32).issue("water", "v1", NOW)
    assert OFFICE.read(text, "water", "v1", NOW) is None


@given(st.text())
def test_any_text_is_refused_quietly(text: str) -> None:
    assert OFFICE.read(text.encode("utf-8", "ignore").decode(), "water", "v1", NOW) is None


def test_a_receipt_can_be_typed_and_does_not_hold_the_id() -> None:
    receipt = OFFICE.receipt("a" * 22)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", receipt)
    assert receipt == OFFICE.receipt("a" * 22)
    assert receipt != OFFICE.receipt("b" * 22)
