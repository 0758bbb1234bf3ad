"""What somebody else writes down is judged, coded and stored once, whichever way it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from questionnaires.build import load_good
from questionnaires.model import Option, Questionnaire, Text
from surveyapp.fieldwork.codes import grouped, hashes, make_codes, make_typed_codes
from surveyapp.fieldwork.interviews import (
    PAPER,
    TELEPHONE,
    StalePageError,
    Typed,
    answers_in,
    find_code,
    keys,
    parts,
    refusal_by_state,
    take,
    typed,
)
from surveyapp.respond.ticket import LONGEST, TicketOffice
from surveyapp.store import Code, Store, Survey
from tests.surveyapp.sample import DAY, LIBRARY, SLUG, publish

SECRET = b"s" * 32
KINDS = Path(__file__).parents[1] / "respond" / "kinds.yaml"
GIVEN = {"subsidy": ["A"], "degree": ["B"], "notice": ["B"], "suggestions": ["快一点"]}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as opened:
        publish(opened)
        yield opened


@pytest.fixture
def questionnaire() -> Questionnaire:
    return load_good(LIBRARY / f"{SLUG}.yaml")


def issue(store: Store, stratum: str | None = "B") -> tuple[str, str]:
    """Issue one code; its link form and its typed form."""
    link, short = next(make_codes(1)), next(make_typed_codes(1))
    kept = [hashes(link, short, SECRET)]
    store.issue_codes(SLUG, kept, purpose="survey", channel="slip", stratum=stratum, day=DAY)
    return link, short


def code_of(store: Store, written: str) -> Code:
    found = find_code(store, SLUG, written, SECRET)
    assert found.code is not None
    return found.code


def page(questionnaire: Questionnaire, id: str = "one", by: str = "self", **more: Sequence[str]) -> Typed:
    return Typed(id=id, version=questionnaire.version, raw={**GIVEN, **more}, by=by)


# --- the code ------------------------------------------------------------------------------------------------------


def test_a_code_is_found_however_it_is_written(store: Store) -> None:
    link, short = issue(store)
    expected = code_of(store, link).hash
    for written in (
        short, grouped(short), grouped(short).lower(), f" {grouped(short)} ", link.upper(),
        f"https://survey.example.org/s/{SLUG}/{link}", f"https://survey.example.org/s/{SLUG}/{link}/?lang=en#q1",
    ):  # fmt: skip
        assert code_of(store, written).hash == expected, written


def test_why_a_code_is_not_taken(store: Store) -> None:
    _, short = issue(store)
    wrong = ("0" if short[0] != "0" else "1") + short[1:]
    assert find_code(store, SLUG, wrong, SECRET).refusal == "code-misread"  # the check character does not fit
    assert find_code(store, SLUG, "", SECRET).refusal == "code-misread"
    assert find_code(store, SLUG, next(make_typed_codes(1)), SECRET).refusal == "code-unknown"
    assert find_code(store, SLUG, next(make_codes(1)), SECRET).refusal == "code-unknown"
    store.void_codes(SLUG, [code_of(store, short).hash])
    assert find_code(store, SLUG, short, SECRET).refusal == "code-void"


# --- when ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "today", "telephone", "paper"),
    [
        ("open", "2026-09-10", "", ""),
        ("open", "2026-08-31", "not-yet", "not-yet"),
        ("open", "2026-10-01", "closed", ""),  # copies filled in before are typed after the last day
        ("paused", "2026-09-10", "paused", ""),
        ("draft", "2026-09-10", "draft", "draft"),
        ("closed", "2026-09-10", "closed", "closed"),
    ],
)
def test_when_answers_are_taken(state: str, today: str, telephone: str, paper: str) -> None:
    survey = Survey(
        slug=SLUG, state=state, version="v", opens_on="2026-09-01", closes_on="2026-09-30", open_link=False,
        distributed=None,
    )  # fmt: skip
    assert refusal_by_state(survey, today, TELEPHONE) == telephone
    assert refusal_by_state(survey, today, PAPER) == paper


# --- the page ------------------------------------------------------------------------------------------------------


def options(*codes: str) -> list[Option]:
    return [Option(code=code, label=Text({"zh": code})) for code in codes]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("A B C", "A B C"),  # as the copy prints them
        ("5 4 3 2 1", "5 4 3 2 1"),
        ("a b", "A B"),
        ("yes no", "1 2"),
        ("A a", "1 2"),  # one key cannot mean two
        ("0 1 2 3 4 5 6 7 8 9 10", "0 1 2 3 4 5 6 7 8 9 X"),
        ("o1 o2 o3 o4 o5 o6 o7 o8 o9 o10 o11", "1 2 3 4 5 6 7 8 9 A B"),
    ],
)
def test_every_option_has_a_key(codes: str, expected: str) -> None:
    assert keys(options(*codes.split())) == expected.split()


def test_no_two_options_of_any_shipped_item_share_a_key() -> None:
    for path in sorted(LIBRARY.glob("*.yaml")):
        questionnaire = load_good(path)
        for item in questionnaire.items:
            found = [key for key in keys(questionnaire.options(item)) if key]
            assert len(set(found)) == len(questionnaire.options(item)), (path.name, item)


def test_what_the_page_offers_beside_the_options() -> None:
    lines = {line.id: line for part in parts(load_good(KINDS), "en") for line in part.lines}
    assert [choice.key for choice in lines["area"].choices] == ["1", "2"]
    assert lines["area"].not_applicable
    assert not lines["overall"].not_applicable  # a rating
    assert lines["improve"].alone == ["none"]
    assert lines["staff"].choices[2].comment == "Please say why"
    assert lines["canteen"].question.when.startswith("Answer if")


def test_a_page_is_good_for_a_day_and_names_who_answered(questionnaire: Questionnaire) -> None:
    office = TicketOffice(secret=SECRET)
    ticket = office.issue(SLUG, questionnaire.version, 1_000_000)
    sent = {
        "csrf_token": ["t"], "_version": [questionnaire.version], "_ticket": [ticket], "_by": ["relative"], "subsidy": ["A"],
    }  # fmt: skip
    found = typed(sent, SLUG, office, 1_000_100)
    assert (found.raw, found.by) == ({"subsidy": ["A"]}, "relative")
    assert typed(sent | {"_by": ["somebody"]}, SLUG, office, 1_000_100).by == "self"
    for slug, now in ((SLUG, 1_000_100 + LONGEST), ("other", 1_000_100)):
        with pytest.raises(StalePageError):
            typed(sent, slug, office, now)


def test_the_pages_own_fields_are_no_answers() -> None:
    assert answers_in([("csrf_token", ["x"]), ("_code", ["y"]), ("subsidy", ["A"])]) == {"subsidy": ["A"]}


# --- storing -------------------------------------------------------------------------------------------------------


def test_an_interview_is_stored_by_how_it_was_answered(store: Store, questionnaire: Questionnaire) -> None:
    link, _ = issue(store, stratum="B")
    code = code_of(store, link)
    taken = take(store, SLUG, page(questionnaire, by="staff"), channel=TELEPHONE, code=code, day=DAY)
    assert taken.is_kept
    (kept,) = store.responses(SLUG, live=True)
    assert kept.channel == "telephone"  # though the code went out as a slip
    assert kept.stratum == "B"  # the code's, though the answer says A
    assert kept.flags == "assisted_staff;stratum_differs"
    assert kept.answers == '{"subsidy":"A","degree":"B","notice":"B"}'  # blanks are recorded
    assert kept.open_text == '{"suggestions":"快一点"}'
    assert code_of_state(store, link) == "used"


def code_of_state(store: Store, written: str) -> str:
    found = find_code(store, SLUG, written, SECRET).code
    assert found is not None
    return found.state


def test_a_copy_without_a_code_has_the_stratum_it_names(store: Store, questionnaire: Questionnaire) -> None:
    take(store, SLUG, page(questionnaire), channel=PAPER, code=None, day=DAY)
    (kept,) = store.responses(SLUG, live=True)
    assert (kept.channel, kept.stratum, kept.flags) == ("paper", "A", "")


def test_a_page_sent_twice_is_one_response(store: Store, questionnaire: Questionnaire) -> None:
    sent = page(questionnaire)
    outcomes = [
        take(store, SLUG, one, channel=PAPER, code=None, day=DAY).outcome
        for one in (sent, sent, replace(sent, raw=GIVEN | {"notice": ["A"]}))
    ]
    assert outcomes == ["stored", "repeated", "conflict"]
    assert len(list(store.responses(SLUG, live=True))) == 1


def test_a_code_counts_once_in_whatever_mode(store: Store, questionnaire: Questionnaire) -> None:
    code = code_of(store, issue(store)[0])
    first = take(store, SLUG, page(questionnaire), channel=TELEPHONE, code=code, day=DAY)
    second = take(store, SLUG, page(questionnaire, id="two"), channel=PAPER, code=code, day=DAY)
    assert (first.outcome, second.outcome) == ("stored", "code-used")


def test_what_cannot_be_is_refused_as_everywhere(store: Store, questionnaire: Questionnaire) -> None:
    taken = take(
        store, SLUG, page(questionnaire, notice=["Z"], improve=["A", "F"]), channel=PAPER, code=None, day=DAY
    )
    assert taken.outcome == "problems"
    assert [(found.item, found.rule) for found in taken.problems] == [
        ("notice", "unknown-option"), ("improve", "exclusive"),
    ]  # fmt: skip


def test_not_applicable_is_recorded_as_such(store: Store, questionnaire: Questionnaire) -> None:
    take(store, SLUG, page(questionnaire, notice=["-2"]), channel=TELEPHONE, code=None, day=DAY)
    (kept,) = store.responses(SLUG, live=True)
    assert '"notice":"-2"' in kept.answers
