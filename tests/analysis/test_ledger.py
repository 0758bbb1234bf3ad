"""The denominator ledger: every identity for random inputs, the dispositions and the projection by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Fieldwork, Pattern, PatternTable, aapor, evaluate, judge
from analysis.ledger import COLUMNS, OPEN_LINK, Issue, Ledger, Waiting
from analysis.pace import Came, Projection, Target, margin, project
from analysis.report import LedgerLine
from questionnaires.model import Questionnaire
from tests.analysis.random_surveys import Survey, surveys
from tests.analysis.surveys import pattern, shipped

CHANNELS = ("slip", "sms", "link", "paper", "telephone", OPEN_LINK)


@pytest.fixture(scope="module")
def zhifu() -> Questionnaire:
    """The 芝罘 definition."""
    return shipped("zhifu-2022")


@st.composite
def issues(draw: st.DrawFn) -> Issue:
    """Draw what went out: counts that fit each other, but undelivered ones as careless as people enter them."""
    issued = draw(st.integers(0, 200))
    opened = draw(st.integers(0, issued))
    return Issue(
        channel=draw(st.sampled_from(CHANNELS)), stratum=draw(st.sampled_from(["", "N", "S"])), issued=issued,
        planned=draw(st.none() | st.integers(0, 300)), undelivered=draw(st.integers(0, 300)), opened=opened,
        used=draw(st.integers(0, opened)),
    )  # fmt: skip


waiting = st.builds(
    Waiting, channel=st.sampled_from(CHANNELS), stratum=st.sampled_from(["", "N", "S"]), count=st.integers(1, 4),
    late=st.integers(0, 1),
)  # fmt: skip


@given(surveys(), st.lists(issues(), max_size=6), st.lists(waiting, max_size=4))
def test_the_ledger_sums_up_every_way(survey: Survey, sent: list[Issue], waits: list[Waiting]) -> None:
    judged = judge(survey.questionnaire, PatternTable.of(survey.rows))
    ledger = Ledger.joined(Ledger.of(survey.questionnaire, judged, sent).lines, waits)
    for column in COLUMNS:
        for way in (ledger.lines, ledger.by_channel(), ledger.by_stratum()):
            known = [n for line in way if (n := getattr(line, column.id)) is not None]
            assert (sum(known) if known else None) == getattr(ledger.total, column.id) or not way, column.id
    assert ledger.total.submitted == judged.count + sum(one.count for one in waits)
    for line in (*ledger.lines, *ledger.by_channel(), *ledger.by_stratum(), ledger.total):
        check_identities(line)


def check_identities(line: LedgerLine) -> None:
    assert line.submitted == line.waiting + line.duplicate + line.invalid + line.valid
    assert 0 <= line.late <= line.submitted
    if line.issued is not None and line.used is not None:
        assert line.delivered is not None
        assert line.opened is not None
        assert line.undelivered == line.issued - line.delivered >= 0
        assert line.used <= line.opened <= line.delivered <= line.issued


@given(surveys(), st.lists(issues(), max_size=4))
def test_a_reports_ledger_agrees_with_its_counts(survey: Survey, sent: list[Issue]) -> None:
    report = evaluate(survey.questionnaire, PatternTable.of(survey.rows), Fieldwork(issues=sent, pending=3))
    found, total = report.fieldwork, Ledger(report.fieldwork.ledger).total
    assert (total.submitted, total.valid, total.waiting) == (found.returned, found.valid, 0)
    assert total.duplicate == found.invalid_reasons.get("duplicate", 0)
    by_channel = {line.channel: line for line in Ledger(found.ledger).by_channel()}
    for channel, counts in found.channels.items():
        assert (by_channel[channel].submitted, by_channel[channel].valid) == (
            counts["returned"],
            counts["valid"],
        )
    assert found.pending == 3


def test_every_column_is_defined_in_both_languages() -> None:
    names = [column.id for column in COLUMNS]
    assert names == [
        "planned", "issued", "delivered", "opened", "used", "submitted", "late", "duplicate", "invalid", "valid", "waiting",
    ]  # fmt: skip
    assert all(column.zh and column.en and column.means_zh and column.means_en for column in COLUMNS)
    assert set(names) <= set(LedgerLine.__dataclass_fields__)


def test_counts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="used"):
        Issue(channel="slip", issued=2, used=3)
    with pytest.raises(ValueError, match="negative"):
        Issue(channel="slip", issued=-1)


# --- by hand -------------------------------------------------------------------------------------------------------


def answered(count: int, channel: str, validity: str = "", flags: str = "") -> Pattern:
    items = ("policy_awareness", "notice", "criteria", "procedure", "review", "payment")
    answers = {"subsidy": "A", **dict.fromkeys(items, "B")}
    return pattern(answers, count, channel=channel, validity=validity, flags=flags)


@pytest.fixture(scope="module")
def fielded(zhifu: Questionnaire) -> Any:
    """100 slips and 20 text messages; 9 slips are answered by telephone, 5 messages come back, 4 refuse, 1 is not eligible."""
    rows = [
        answered(41, channel="slip"), answered(9, channel="telephone"), answered(10, channel="sms"),
        answered(2, channel="slip", validity="incomplete"), answered(1, channel="slip", validity="duplicate"),
        answered(3, channel="slip", flags="late"),
    ]  # fmt: skip
    sent = [
        Issue(channel="slip", planned=100, issued=100, opened=70, used=56),
        Issue(channel="sms", issued=20, undelivered=5, opened=12, used=10),
    ]
    work = Fieldwork(distributed=120, issues=sent, cases={"R": 4, "NE": 1, "UO": 5})
    return evaluate(zhifu, PatternTable.of(rows), work).fieldwork


def test_the_lines_by_hand(fielded: Any) -> None:
    ledger = Ledger(fielded.ledger)
    lines = {line.channel: line for line in ledger.by_channel()}
    slip, sms, phone = lines["slip"], lines["sms"], lines["telephone"]
    assert (slip.planned, slip.issued, slip.delivered, slip.opened, slip.used) == (100, 100, 100, 70, 56)
    # 41 + 3 valid, 2 invalid, 1 duplicate; of the 3 in the grace time all are valid
    assert (slip.submitted, slip.late, slip.duplicate, slip.invalid, slip.valid) == (47, 3, 1, 2, 44)
    assert (sms.planned, sms.delivered, sms.submitted) == (20, 15, 10)
    assert (phone.planned, phone.issued, phone.opened, phone.submitted) == (None, None, None, 9)
    # 56 slips were used and 47 answers came by their page: the other 9 are the ones that the telephone line holds
    assert dict(ledger.elsewhere) == {"slip": 9}
    assert (ledger.total.issued, ledger.total.used, ledger.total.submitted) == (120, 66, 66)
    # 66 of 115 that arrived, beside the rate of the report, 66 of 120
    assert ledger.delivered_return_rate == Fraction(66, 115)
    assert fielded.return_rate == Fraction(66, 120)


def test_the_dispositions_by_hand(fielded: Any) -> None:
    # I: 41 + 9 + 10 + 3 = 63 valid; P: the 2 incomplete (partial_reasons of the definition); a duplicate is no case.
    # 120 − (63 + 2) = 55 did not come back: 4 refused, 1 not eligible, 5 undelivered (3.30), the other 45 silent.
    assert fielded.dispositions == {"I": 63, "P": 2, "R": 4, "NC": 45, "O": 0, "UH": 0, "UO": 5, "NE": 1}
    # RR1 = 63 ÷ (63 + 2 + 4 + 45 + 5) = 63 ÷ 119; RR5 leaves the 5 out: 63 ÷ 114
    assert fielded.response_rates["RR1"] == Fraction(63, 119)
    assert fielded.response_rates["RR5"] == Fraction(63, 114)
    # e = (63 + 2 + 4 + 45) ÷ (114 + 1) = 114/115; RR3 = 63 ÷ (114 + 5 × 114/115)
    assert fielded.e == Fraction(114, 115)
    assert fielded.response_rates["RR3"] == 63 / (114 + 5 * Fraction(114, 115))
    assert fielded.response_rates["REF1"] == Fraction(4, 119)


def test_more_known_silent_than_there_can_be_are_cut(zhifu: Questionnaire) -> None:
    table = PatternTable.of([answered(58, channel="paper")])
    found = evaluate(zhifu, table, Fieldwork(distributed=60, cases={"R": 1, "UO": 4})).fieldwork
    assert found.dispositions == {"I": 58, "P": 0, "R": 1, "NC": 0, "O": 0, "UH": 0, "UO": 1, "NE": 0}


@pytest.mark.parametrize("unanswered", [{"I": 1}, {"R": -1}, {"R": 2, "UO": 2}, {"X": 1}])
def test_what_the_silent_cannot_be_is_refused(unanswered: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"unanswered|dispositions|negative"):
        aapor.dispositions(distributed=10, returned=7, valid=7, reasons={}, unanswered=unanswered)


def test_an_open_link_has_views_but_no_plan_and_no_rate(zhifu: Questionnaire) -> None:
    table = PatternTable.of([answered(8, channel=OPEN_LINK)])
    found = evaluate(zhifu, table, Fieldwork(issues=[Issue(channel=OPEN_LINK, opened=31)])).fieldwork
    (line,) = Ledger(found.ledger).by_channel()
    assert (line.planned, line.issued, line.delivered, line.opened, line.submitted) == (
        None,
        None,
        None,
        31,
        8,
    )
    assert Ledger(found.ledger).delivered_return_rate is None


def test_what_was_opened_did_arrive() -> None:
    # 20 issued, 18 opened: at most 2 can have come back unread, whatever was entered
    assert Issue(channel="sms", issued=20, undelivered=5, opened=18, used=3).lost == 2


# --- the breakdown by channel --------------------------------------------------------------------------------------


def test_measures_stand_by_channel_where_there_are_several(zhifu: Questionnaire) -> None:
    rows = [answered(20, channel="slip"), answered(6, channel="telephone")]
    groups = evaluate(zhifu, PatternTable.of(rows), Fieldwork()).groups["_channel"]
    assert {name: group.n for name, group in groups.items()} == {"slip": 20, "telephone": 6}
    assert all(found is not None for group in groups.values() for found in group.measures.values())
    assert "_channel" not in evaluate(zhifu, PatternTable.of(rows[:1]), Fieldwork()).groups


def test_a_small_channel_hides_another_with_it(zhifu: Questionnaire) -> None:
    """Of 20, 9 and 2 the two smaller are hidden: all less 20 gives eleven people's figure, not two people's."""
    rows = [answered(20, channel="slip"), answered(9, channel="sms"), answered(2, channel="telephone")]
    report = evaluate(zhifu, PatternTable.of(rows), Fieldwork())
    shown = {
        name: group.measures["satisfaction"] is not None for name, group in report.groups["_channel"].items()
    }
    assert shown == {"slip": True, "sms": False, "telephone": False}
    assert "small-group" in {warning.code for warning in report.warnings}


# --- pace and projection -------------------------------------------------------------------------------------------


def by_hand(closes_on: str | None = "2026-11-24", today: str = "2026-11-20") -> Projection:
    """A: 28 in the last 7 days before the 20th and 2 today; B: 10 on the 14th. 40 and 12 were issued."""
    came = [Came(day=f"2026-11-{day}", stratum="A", count=4) for day in range(13, 20)]
    came += [Came(day="2026-11-20", stratum="A", count=2), Came(day="2026-11-14", stratum="B", count=10)]
    targets = [Target(stratum="A", planned=60, issued=60), Target(stratum="B", planned=12, issued=12)]
    return project(came, targets, today=today, closes_on=closes_on, valid_share=Fraction(9, 10))


def test_the_projection_by_hand() -> None:
    found = by_hand()
    a, b = found.strata
    # 5 days are left, the 20th and the 24th among them
    assert (found.days_seen, found.days_left) == (7, 5)
    # A: 28 ÷ 7 = 4 a day; 28 before today + 5 × 4 = 48, of them 9/10 valid, rounded down: 43
    assert a.pace == Fraction(4)
    assert (a.submitted, a.missing, a.expected, a.expected_valid) == (30, 30, 48, 43)
    # B: 10 ÷ 7 a day; 10 + 50/7 = 17.1, but no more than the 12 that were issued; 10.8 → 10
    assert (b.pace, b.submitted, b.missing, b.expected, b.expected_valid) == (Fraction(10, 7), 10, 2, 12, 10)
    assert (found.expected, found.expected_valid, found.pace) == (60, 53, Fraction(38, 7))


def test_without_a_closing_day_nothing_is_projected() -> None:
    found = by_hand(closes_on=None)
    assert (found.days_left, found.expected, found.expected_valid) == (None, None, None)
    assert found.pace == Fraction(38, 7)


def test_after_closing_what_is_there_is_all() -> None:
    found = by_hand(closes_on="2026-11-19")
    assert (found.days_left, found.expected) == (0, 40)


def test_on_the_first_day_there_is_no_pace() -> None:
    came = [Came(day="2026-11-20", stratum="", count=9)]
    found = project(came, [Target(stratum="")], today="2026-11-20", closes_on="2026-11-24", valid_share=None)
    assert (found.strata[0].pace, found.strata[0].expected, found.strata[0].missing) == (None, None, None)


def test_margins_by_hand() -> None:
    # one group: 1.959964 × √(0.25 ÷ 53 × (1402 − 53) ÷ 1401) = 0.13209, the ±13.2 points of docs/methods.md
    assert margin({"": 53}, {}, 1402) == pytest.approx(0.132, abs=1e-4)
    # two strata: v = .25/28 × 1110/1137 and .25/25 × 237/261; √((1138/1400)² v_A + (262/1400)² v_B) × 1.959964
    v_a, v_b = 0.25 / 28 * 1110 / 1137, 0.25 / 25 * 237 / 261
    by_hand = 1.959964 * ((1138 / 1400) ** 2 * v_a + (262 / 1400) ** 2 * v_b) ** 0.5
    assert margin({"A": 28, "B": 25}, {"A": 1138, "B": 262}, 1402) == pytest.approx(by_hand, abs=1e-6)
    assert margin({"": 5}, {}, None) is None
    assert margin({"": 0}, {}, 100) is None


counts = st.lists(st.builds(
    Came, day=st.sampled_from(["", *(f"2026-11-{d:02}" for d in range(1, 21))]), stratum=st.just("A"), count=st.integers(1, 9)
), max_size=30)  # fmt: skip


@given(counts, st.integers(0, 400), st.integers(1, 30), st.fractions(0, 1))
def test_a_projection_is_never_less_than_there_is_nor_more_than_issued(
    came: list[Came], spare: int, day: int, share: Fraction
) -> None:
    have = sum(one.count for one in came)
    target = Target(stratum="A", planned=have + spare, issued=have + spare)
    found = project(came, [target], today="2026-11-20", closes_on=f"2026-11-{day:02}", valid_share=share)
    (one,) = found.strata
    assert one.submitted == have
    assert one.missing == spare
    if one.expected is not None:
        assert have <= one.expected <= have + spare
        assert 0 <= (one.expected_valid or 0) <= one.expected
