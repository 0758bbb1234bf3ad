"""Validity rules, rates of fieldwork, the pattern table, tallies: small cases worked out by hand."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from analysis import Fieldwork, Pattern, PatternTable, Report, Tallies, evaluate, judge
from analysis.validity import duplicate_effects, is_too_fast
from questionnaires.build import loads_good
from questionnaires.model import Questionnaire, TooFast
from surveyapp import present
from tests.analysis import surveys
from tests.analysis.surveys import pattern

DEFINITION = """
id: rules
title: 规则
organiser: 局
purpose: 试
population: {size: 40}
scales:
  s: {options: [{code: A, label: 好, value: 100}, {code: B, label: 差, value: 0}]}
sections:
  - id: one
    title: 一
    items:
      - {id: q1, kind: single, text: 一, scale: s}
      - {id: q2, kind: single, text: 二, scale: s}
      - {id: q3, kind: single, text: 三, scale: s, required: no}
      - {id: check, kind: single, text: 请选 B, scale: s, required: no}
      - {id: several, kind: multiple, text: 哪些, scale: s, required: no}
measures:
  score: {title: 得分, kind: satisfaction_score, items: [q1, q2]}
  second: {title: 第二, kind: satisfaction_score, items: [q1, q2], group: {q3: A}}
validity:
  - {rule: incomplete, below: 100}
  - {rule: attention, item: check, codes: B}
  - {rule: straight_lined, items: [q1, q2, q3]}
  - {rule: too_fast, seconds_per_item: 2}
"""


@pytest.fixture(scope="module")
def rules() -> Questionnaire:
    return loads_good(DEFINITION)


def judged(
    rules: Questionnaire, answers: surveys.Answers, validity: str = "", flags: str = ""
) -> tuple[str, str]:
    (row,) = judge(rules, PatternTable((pattern(answers, validity=validity, flags=flags),))).rows
    return row.validity, row.flags


GOOD = {"q1": "A", "q2": "B", "q3": "A", "check": "B"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (GOOD, ("", "")),
        ({**GOOD, "q3": "-1"}, ("", "")),
        ({"q1": "A", "check": "B"}, ("incomplete", "")),
        ({"q1": "A", "q2": "-1", "check": "B"}, ("", "")),  # not asked is not left out
        ({"q1": "A", "q2": "-2", "check": "B"}, ("", "")),
        ({"q1": "-1", "q2": "-1", "check": "B"}, ("", "")),  # nothing asked, nothing left out
        ({**GOOD, "check": "A"}, ("attention", "")),
        ({"q1": "A", "check": "A"}, ("incomplete", "")),  # the first rule that is broken
        ({**GOOD, "q2": "A"}, ("", "straight_lined")),
        ({**GOOD, "q2": "A", "q3": "-1"}, ("", "straight_lined")),  # alike in all that concerns the person
        ({"q1": "A", "q2": "A", "check": "B"}, ("", "")),  # q3 was left blank: not a straight line
        ({"q1": "-2", "q2": "-2", "q3": "-2", "check": "B"}, ("", "")),
    ],
)
def test_the_first_excluding_rule_gives_the_reason_and_flags_exclude_nobody(
    rules: Questionnaire, answers: surveys.Answers, expected: tuple[str, str]
) -> None:
    assert judged(rules, answers) == expected


def test_a_reason_noted_at_entry_stays(rules: Questionnaire) -> None:
    assert judged(rules, {"q1": "A"}, validity="duplicate") == ("duplicate", "")


def test_flags_of_entry_and_of_the_rules_are_joined(rules: Questionnaire) -> None:
    assert judged(rules, {**GOOD, "q2": "A"}, flags="too_fast") == ("", "straight_lined;too_fast")


def test_judging_twice_changes_nothing(rules: Questionnaire) -> None:
    rows = PatternTable.of([pattern({**GOOD, "q2": "A"}, flags="x"), pattern({"q1": "A"}), pattern(GOOD)])
    once = judge(rules, rows)
    assert judge(rules, once) == once


def test_a_share_below_the_limit_is_counted_over_the_items_asked() -> None:
    half = loads_good(DEFINITION.replace("below: 100", "below: 60, items: [q1, q2, q3]"))
    assert judged(half, {"q1": "A", "q2": "B", "check": "B"})[0] == ""  # 2 of 3 = 66.7%
    assert judged(half, {"q1": "A", "check": "B"})[0] == "incomplete"  # 1 of 3
    assert judged(half, {"q1": "A", "q3": "-1", "check": "B"})[0] == "incomplete"  # 1 of 2 = 50%


@pytest.mark.parametrize(("seconds", "fast"), [(5.9, True), (6.0, False), (0, True)])
def test_too_fast_is_fewer_seconds_than_the_rule_s_for_each_item(seconds: float, fast: bool) -> None:
    rule = TooFast.model_validate({"rule": "too_fast", "seconds_per_item": "2"})
    assert is_too_fast(rule, seconds, 3) is fast


# --- rates ---------------------------------------------------------------------------------------------------------


def fielded(
    rules: Questionnaire, rows: list[Pattern], distributed: int | None = None, returned: int | None = None
) -> Report:
    return evaluate(rules, PatternTable.of(rows), Fieldwork(distributed=distributed, returned=returned))


ROWS = [
    pattern(GOOD, 7, channel="paper"),
    pattern({"q1": "A"}, 2, channel="paper"),
    pattern({**GOOD, "q2": "A"}, 1, channel="telephone", flags="too_fast"),
]


def test_each_rate_has_its_own_base(rules: Questionnaire) -> None:
    found = fielded(rules, ROWS, distributed=20, returned=12).fieldwork
    assert (found.distributed, found.returned, found.valid) == (20, 12, 8)
    assert found.return_rate == Fraction(12, 20)
    assert found.validity_rate == Fraction(8, 12)
    assert found.valid_return_rate == Fraction(8, 20)
    assert found.invalid_reasons == {"incomplete": 2, "not_seen": 2}
    assert found.flags == {"straight_lined": 1, "too_fast": 1}
    assert found.channels == {"paper": {"returned": 9, "valid": 7}, "telephone": {"returned": 1, "valid": 1}}


def test_without_what_was_distributed_there_is_no_return_rate(rules: Questionnaire) -> None:
    found = fielded(rules, ROWS)
    assert found.fieldwork.return_rate is None
    assert found.fieldwork.valid_return_rate is None
    assert set(found.fieldwork.response_rates.values()) == {None}
    assert found.fieldwork.dispositions is None
    assert found.fieldwork.no_rates in found.warnings
    assert found.fieldwork.validity_rate == Fraction(8, 10)
    assert "distributed-unknown" in [w.code for w in found.warnings]


def test_an_open_link_has_no_return_rate(rules: Questionnaire) -> None:
    found = fielded(rules, [*ROWS, pattern(GOOD, 1, channel="open_link")], distributed=20)
    assert found.fieldwork.return_rate is None
    assert "open-link-no-rate" in [w.code for w in found.warnings]


def test_more_returned_than_distributed_gives_no_rate_above_1(rules: Questionnaire) -> None:
    found = fielded(rules, ROWS, distributed=9)
    assert found.fieldwork.return_rate is None
    assert "returned-exceeds-distributed" in [w.code for w in found.warnings]


def test_fewer_returned_than_there_are_is_refused(rules: Questionnaire) -> None:
    with pytest.raises(ValueError, match=r"returned \(9\) must not be less than the 10"):
        fielded(rules, ROWS, returned=9)


def test_nothing_back_is_a_return_rate_of_0_and_no_validity_rate(rules: Questionnaire) -> None:
    found = fielded(rules, [], distributed=20).fieldwork
    assert found.return_rate == 0
    assert found.validity_rate is None


def test_answers_to_two_versions_are_said_so(rules: Questionnaire) -> None:
    rows = [pattern(GOOD, version="a"), pattern(GOOD, version="b")]
    assert "mixed-versions" in [w.code for w in fielded(rules, rows).warnings]


# --- the pattern table -----------------------------------------------------------------------------------------------


def by_hand(report_rows: list[Pattern], validity: dict[str, str]) -> str:
    """Return the data hash by the design's words: sorted lines, equal ones added, validity as judged."""
    lines: Counter[str] = Counter()
    for row in report_rows:
        parts = [row.answers, row.stratum, row.version, row.channel, validity.get(row.answers, row.validity)]
        lines["\t".join(parts)] += row.count
    text = "\n".join(sorted(f"{line}\t{count}" for line, count in lines.items()))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_data_hash_is_that_of_the_sorted_lines(rules: Questionnaire) -> None:
    rows = [
        *ROWS,
        pattern(GOOD, 2, channel="paper"),
        pattern({**GOOD, "q3": "B"}, stratum="北", version="v2"),
    ]
    expected = by_hand(rows, {ROWS[1].answers: "incomplete"})
    assert fielded(rules, rows).data_hash == expected
    assert fielded(rules, rows[::-1]).data_hash == expected
    assert evaluate(rules, PatternTable(tuple(rows)), Fieldwork()).data_hash == expected
    assert re.fullmatch("[0-9a-f]{64}", expected)


def test_another_answer_gives_another_data_hash(rules: Questionnaire) -> None:
    assert fielded(rules, ROWS).data_hash != fielded(rules, [replace(ROWS[0], count=8), *ROWS[1:]]).data_hash


def test_equal_rows_are_added_but_not_across_flags() -> None:
    rows = [pattern(GOOD, 2), pattern(GOOD, 3), pattern(GOOD, 1, flags="too_fast")]
    assert [(row.count, row.flags) for row in PatternTable.of(rows).rows] == [(5, ""), (1, "too_fast")]


def test_a_count_below_1_is_refused() -> None:
    with pytest.raises(ValueError, match=r"count \(0\) must be at least 1"):
        PatternTable((replace(ROWS[0], count=0),))
    with pytest.raises(ValueError, match=r"count \(-1\)"):
        PatternTable.of([ROWS[0], replace(ROWS[0], count=-1)])


def test_several_choices_are_read_as_a_tuple() -> None:
    assert pattern({"several": ["A", "B"], "q1": "A"}).closed == {"several": ("A", "B"), "q1": "A"}


def test_several_choices_count_each_over_those_who_chose_any(rules: Questionnaire) -> None:
    rows = [
        pattern({**GOOD, "several": ["A", "B"]}, 2),
        pattern({**GOOD, "several": ["B"]}, 1),
        pattern(GOOD, 3),
    ]
    item = fielded(rules, rows).items["several"]
    assert (item.n, item.counts, item.blank) == (3, {"A": 2, "B": 3}, 3)
    assert item.shares == {"A": Fraction(2, 3), "B": 1}
    assert item.score is None
    assert item.top_share is None


# --- tallies ---------------------------------------------------------------------------------------------------------


def tallied(rules: Questionnaire, **items: dict[str, int]) -> Report:
    return evaluate(rules, Tallies(valid=10, items=items), Fieldwork(distributed=20, returned=12))


def test_a_group_cannot_be_told_from_counts_alone(rules: Questionnaire) -> None:
    found = tallied(rules, q1={"A": 6, "B": 4}, q2={"A": 5}, several={"A": 9, "B": 9})
    assert found.measures["score"].exact == Fraction(8, 10)  # (60% + 100%) ÷ 2, q2 over its 5 answers
    assert found.measures["second"].value is None
    assert found.items["q2"].blank == 5
    assert found.items["several"].shares == {"A": Fraction(9, 10), "B": Fraction(9, 10)}
    codes = [w.code for w in found.warnings]
    assert "no-joint-answers" in codes
    assert "no-answers" not in codes


@pytest.mark.parametrize(
    "items",
    [{"q1": {"A": 6, "B": 5}}, {"q1": {"A": -1}}, {"several": {"A": 11}}, {"q9": {"A": 1}}, {"q1": {"Z": 1}}],
)
def test_counts_that_cannot_be_are_refused(rules: Questionnaire, items: dict[str, dict[str, int]]) -> None:
    with pytest.raises(ValueError, match="counts of"):
        tallied(rules, **items)


def test_fewer_returned_than_valid_tallies_are_refused(rules: Questionnaire) -> None:
    with pytest.raises(ValueError, match=r"returned \(9\)"):
        evaluate(rules, Tallies(valid=10, items={}), Fieldwork(returned=9))


def test_no_tallies_at_all_give_no_figures(rules: Questionnaire) -> None:
    found = evaluate(rules, Tallies(valid=0, items={}), Fieldwork())
    assert found.measures["score"].value is None
    assert present.as_json(found)


# --- contradictions, identical answers, duplicates -------------------------------------------------------------------

MORE = (
    DEFINITION
    + """\
  - {rule: contradictory, first: {q1: B}, second: {q2: A, several: [A, B]}}
  - {rule: identical_answers, items: [q1, q2, q3], least: 3}
  - {rule: duplicate}
"""
)


@pytest.mark.parametrize(
    ("answers", "flags"),
    [
        ({**GOOD, "q1": "B", "q2": "A", "several": ["B"]}, "contradictory"),
        ({**GOOD, "q1": "B", "q2": "A"}, ""),  # the second side needs both its items
        ({**GOOD, "q1": "A", "q2": "A", "q3": "B", "several": ["B"]}, ""),
        ({**GOOD, "q1": "B", "q2": "-1", "several": ["B"]}, ""),
    ],
)
def test_contradictory_answers_meet_both_sides(answers: surveys.Answers, flags: str) -> None:
    assert judged(loads_good(MORE), answers) == ("", flags)


def test_identical_answers_are_counted_over_all_that_came_in() -> None:
    rows = [
        pattern({**GOOD, "several": ["A"]}, 2),  # A B A
        pattern({**GOOD, "check": "A"}, 1),  # A B A again, though excluded
        pattern({**GOOD, "q3": "B"}, 2),  # A B B only twice
        pattern({**GOOD, "q3": "B"}, 9, validity="duplicate"),
        pattern({"q1": "A", "q2": "B", "check": "B"}, 9),  # a blank
        pattern({**GOOD, "q2": "A"}, 9),  # all of one code: honest, or a straight line
        pattern({**GOOD, "q2": "A", "q3": "-1"}, 9),  # what was not asked makes no difference
    ]
    found = judge(loads_good(MORE), PatternTable(tuple(rows)))
    assert [row.flags for row in found.rows] == [
        "identical_answers", "identical_answers", "", "", "", "straight_lined", "straight_lined",
    ]  # fmt: skip
    assert judge(loads_good(MORE), found) == found


def test_identical_answers_can_exclude_and_then_all_of_them() -> None:
    strict = loads_good(MORE.replace("least: 3}", "least: 3, effect: exclude}"))
    (row,) = judge(strict, PatternTable((pattern(GOOD, 3),))).rows
    assert row.validity == "identical_answers"


def test_duplicates_are_judged_where_ids_are_known() -> None:
    assert duplicate_effects(loads_good(MORE)) == {"exclude"}
    assert duplicate_effects(loads_good(DEFINITION)) == set()
    assert judged(loads_good(MORE), GOOD) == ("", "")


# --- what the definition no longer has -------------------------------------------------------------------------------


def test_answers_to_another_version_alone_are_said_so(rules: Questionnaire) -> None:
    def said(*versions: str) -> list[str]:
        rows = [pattern(GOOD, 2, version=version) for version in versions]
        return [w.en for w in fielded(rules, rows).warnings if w.code == "mixed-versions"]

    assert said("") == said(rules.version) == said("", rules.version) == []
    (only,) = said("older")
    assert only.startswith("2 answers were given to another version")
    (two,) = said("older", rules.version)
    assert two.startswith("The answers were given to 2 versions of the questionnaire, 2 of them to another")


def test_items_and_codes_that_are_gone_are_named_with_their_counts(rules: Questionnaire) -> None:
    rows = [
        pattern({**GOOD, "q1": "AA", "several": ["A", "Z"]}, 3),
        pattern({**GOOD, "q1": "AA", "gone": "A"}, 2),
        pattern({"q1": "ZZ"}, 9),  # incomplete: does not count anyway
    ]
    (warning,) = [w for w in fielded(rules, rows).warnings if w.code == "unknown-answers"]
    assert "item gone (2 answers); “一”: AA ×5; “哪些”: Z ×3." in warning.en
    assert "题目 gone（2 份）；“一”的 AA ×5；“哪些”的 Z ×3。" in warning.zh
    assert "unknown-answers" not in [w.code for w in fielded(rules, ROWS).warnings]


def test_a_group_of_four_is_not_shown_and_one_of_five_is(rules: Questionnaire) -> None:
    def second(n: int) -> tuple[Report, list[str]]:
        rows = [pattern(GOOD, n), pattern({**GOOD, "q3": "B"}, 20)]
        report = fielded(rules, rows)
        return report, [w.code for w in report.warnings]

    report, codes = second(4)
    assert report.measures["second"].value is None
    assert report.measures["second"].method == "suppressed"
    assert "small-group" in codes
    assert report.measures["score"].n == 24
    report, codes = second(5)
    assert report.measures["second"].exact == Fraction(1, 2)
    assert "small-group" not in codes
