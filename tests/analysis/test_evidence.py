"""Evidence of organised filling: by hand, and that it never speaks of fewer than five people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from analysis import Pattern, PatternTable, judge
from analysis.evidence import BusyDay, Evidence, busy_days, find
from analysis.suppression import FEWEST_SHOWN
from questionnaires.build import loads_good
from questionnaires.model import Questionnaire
from tests.analysis.random_surveys import Survey, surveys
from tests.analysis.surveys import pattern

DEFINITION = """
id: small
title: 试
organiser: 局
purpose: 试
scales:
  three:
    options: [{code: A, label: 好, value: 100}, {code: B, label: 中, value: 60}, {code: C, label: 差, value: 0}]
sections:
  - id: one
    title: 一
    items:
      - {id: q1, kind: single, text: 一, scale: three}
      - {id: q2, kind: single, text: 二, scale: three}
measures:
  satisfaction: {title: 满意度, kind: satisfaction_score, items: [q1, q2]}
"""


@pytest.fixture(scope="module")
def small() -> Questionnaire:
    """Two items of one scale."""
    return loads_good(DEFINITION, "small")


def row(q1: str, q2: str, count: int, channel: str = "slip", validity: str = "") -> Pattern:
    answers = {"q1": q1, "q2": q2} if q2 else {"q1": q1}
    return replace(pattern(answers, count), channel=channel, validity=validity)


def found(small: Questionnaire, *rows: Pattern) -> Evidence:
    return find(small, judge(small, PatternTable.of(rows)), "satisfaction")


def test_equal_answers_by_hand(small: Questionnaire) -> None:
    seen = found(
        small,
        row("B", "A", 12),
        row("A", "A", 6),
        row("A", "B", 2),
        row("A", "", 9),
        row("B", "A", 3, validity="duplicate"),
    )
    # complete and no duplicates: 12 + 6 + 2 = 20; q1: A 8/20, B 12/20; q2: A 18/20, B 2/20
    assert seen.n == 20
    assert [(one.count, one.is_top) for one in seen.alike] == [(12, False), (6, True)]
    # 20 × 12/20 × 18/20 = 10.8 and 20 × 8/20 × 18/20 = 7.2; the set of 2 is not shown
    assert [one.expected for one in seen.alike] == [pytest.approx(10.8), pytest.approx(7.2)]
    assert dict(seen.alike[0].answers) == {"q1": "B", "q2": "A"}


def test_best_answers_throughout_in_one_channel(small: Questionnaire) -> None:
    # 20 of 20 by text message, 4 of 40 by slip: exact intervals 83–100% and 3–24%
    seen = found(small, row("A", "A", 20, "sms"), row("A", "A", 4), row("B", "A", 36))
    (one,) = seen.tops
    assert (one.by, one.group, one.count, one.n, one.others, one.others_n) == (
        "_channel",
        "sms",
        20,
        20,
        4,
        40,
    )


def test_a_channel_far_from_the_others_is_told_once(small: Questionnaire) -> None:
    # by slip everybody is at (60 + 0) ÷ 2 or (60 + 60) ÷ 2, by text message at 100 or (100 + 60) ÷ 2
    seen = found(
        small, row("B", "C", 15), row("B", "B", 15), row("A", "A", 10, "sms"), row("A", "B", 10, "sms")
    )
    (one,) = seen.apart
    assert (one.by, one.group, one.own.n, one.others.n) == ("_channel", "slip", 30, 20)
    assert [one.own.value, one.others.value] == pytest.approx([0.45, 0.9])


def test_groups_that_differ_by_chance_are_not_told(small: Questionnaire) -> None:
    seen = found(small, row("A", "B", 8), row("B", "B", 7), row("A", "B", 7, "sms"), row("B", "B", 8, "sms"))
    assert seen.apart == ()
    assert seen.tops == ()


@given(surveys())
def test_nothing_is_told_of_fewer_than_five(survey: Survey) -> None:
    judged = judge(survey.questionnaire, PatternTable.of(survey.rows))
    seen = find(survey.questionnaire, judged, "score")
    assert all(one.count >= FEWEST_SHOWN for one in seen.alike)
    assert all(min(one.n, one.others_n) >= FEWEST_SHOWN for one in seen.tops)
    assert all(min(one.own.n, one.others.n) >= FEWEST_SHOWN for one in seen.apart)


def test_a_busy_day_is_three_times_the_others() -> None:
    # the others: (4 + 6 + 5) ÷ 3 = 5; 15 is three times as many
    days = {"2026-11-01": 4, "2026-11-02": 6, "2026-11-03": 15, "2026-11-04": 5}
    assert busy_days(days) == (BusyDay(day="2026-11-03", count=15, usual=5),)  # type: ignore[arg-type]
    assert busy_days(days | {"2026-11-03": 14}) == ()
    assert busy_days({"2026-11-01": 1, "2026-11-02": 90}) == ()
    assert busy_days({"": 90, "2026-11-01": 1, "2026-11-02": 1, "2026-11-03": 1}) == ()
