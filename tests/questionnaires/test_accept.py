"""The one judge of answers: what is taken, what is refused, and what is kept of it."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from questionnaires.accept import Accepted, accept, clean
from questionnaires.build import loads_good
from questionnaires.model import holds

QUESTIONNAIRE = loads_good(
    """
id: test
title: 满意度调查
organiser: 工作组
purpose: 检查答案
scales:
  satisfaction:
    options:
      - {code: A, label: 满意, value: 100}
      - {code: B, label: 一般, value: 60}
      - {code: D, label: 不满意, value: 0, comment: 请说明原因}
sections:
  - id: main
    title: 问题
    items:
      - {id: service, kind: single, text: 服务？, scale: satisfaction}
      - {id: kind, kind: single, text: 哪种？, options: [{code: yes, label: 是}, {code: no, label: 否}], required: no}
      - id: improve
        kind: multiple
        text: 改进什么？
        at_most: 2
        shown_if: {service: [B, D]}
        options:
          - {code: A, label: 流程}
          - {code: B, label: 发放}
          - {code: C, label: 宣传}
          - {code: E, label: 其他, comment: 请说明}
          - {code: F, label: 无, exclusive: yes}
      - id: deep
        kind: single
        text: 哪一步？
        shown_if: {improve: [A]}
        options: [{code: X, label: 受理}, {code: Y, label: 审核}]
      - {id: mark, kind: rating, text: 几分？, required: no}
      - {id: why, kind: text, text: 为什么？, max_length: 10, shown_if: {mark: {below: 6}}}
      - {id: amount, kind: number, text: 多少元？, required: no, minimum: 0, maximum: 10000, decimals: 2}
      - {id: large, kind: text, text: 用在哪里？, required: no, shown_if: {amount: {at_least: 5000}}}
      - {id: change, kind: number, text: 增长？, required: no, minimum: -100}
"""
)
GOOD = {"service": ["A"]}


def judged(answers: Mapping[str, Any], channel: str = "qr") -> Accepted:
    return accept(QUESTIONNAIRE, GOOD | dict(answers), channel)


def wrong(accepted: Accepted) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in accepted.problems]


def kept(answers: Mapping[str, Any], channel: str = "qr") -> dict[str, str | tuple[str, ...]]:
    accepted = judged(answers, channel)
    assert accepted.problems == []
    return {**accepted.answers.closed, **accepted.answers.open}


# --- choices --------------------------------------------------------------------------------------------------------


def test_a_choice_is_kept_as_its_code() -> None:
    assert kept({"kind": ["no"]}) == {"service": "A", "kind": "no", "improve": "-1", "deep": "-1"}


def test_the_same_choice_twice_is_one() -> None:
    assert kept({"service": ["A", "A"]})["service"] == "A"


def test_a_bare_text_is_one_value() -> None:
    assert kept({"kind": "yes"})["kind"] == "yes"


def test_several_choices_are_kept_in_the_order_of_the_options() -> None:
    assert kept({"service": ["B"], "improve": ["C", "B"]})["improve"] == ("B", "C")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"service": []}, [("service", "required")]),
        ({"service": ["", " "]}, [("service", "required")]),
        ({"service": ["A", "B"]}, [("service", "one-only")]),
        ({"service": ["Z"]}, [("service", "unknown-option")]),
        ({"service": ["a"]}, [("service", "unknown-option")]),
        ({"service": ["-1"]}, [("service", "unknown-option")]),
        ({"service": ["-2"]}, [("service", "unknown-option")]),
        ({"servce": ["A"]}, [("servce", "unknown-field")]),
        ({"service": ["B"], "improve": ["A", "Z"], "deep": ["X"]}, [("improve", "unknown-option")]),
        ({"service": ["B"], "improve": ["F", "B"]}, [("improve", "exclusive")]),
        ({"service": ["B"], "improve": ["B", "C", "E"]}, [("improve", "at-most")]),
        ({"service": ["B"]}, [("improve", "required")]),
        ({"mark": ["11"]}, [("mark", "unknown-option")]),
        ({"mark": ["5"]}, [("why", "required")]),
        ({"mark": ["5"], "why": ["\u200b \u200d"]}, [("why", "required")]),
        ({"mark": ["5"], "why": ["这是一段超过十个字的话"]}, [("why", "too-long")]),
        ({"service": ["D"], "improve": ["F"], "service.text": ["长" * 501]}, [("service.text", "too-long")]),
    ],
)
def test_what_is_wrong_is_named_beside_its_item(
    answers: dict[str, list[str]], expected: list[tuple[str, str]]
) -> None:
    assert wrong(judged(answers)) == expected


def test_names_with_an_underscore_are_not_looked_at() -> None:
    assert kept({"_ticket": ["x"], "_": []}) == kept({})


def test_an_exclusive_option_stands_alone() -> None:
    assert kept({"service": ["B"], "improve": ["F"]})["improve"] == ("F",)


def test_a_message_is_short_and_in_both_languages() -> None:
    (problem,) = judged({"service": ["\ud800Z\u202e" + "x" * 100]}).problems
    assert problem.message() == "没有“" + "Z" + "x" * 19 + "”这个选项"
    assert problem.message("en").startswith("There is no option 'Z")


# --- the path -------------------------------------------------------------------------------------------------------


def test_an_answer_off_the_path_is_dropped() -> None:
    answers = {
        "service": ["A"],
        "improve": ["A"],
        "improve.text": ["x"],
        "deep": ["X"],
        "why": ["y"],
        "large": ["z"],
    }
    assert kept(answers) == {"service": "A", "improve": "-1", "deep": "-1"}


def test_the_path_follows_a_chain_of_conditions() -> None:
    assert kept({"service": ["D"], "improve": ["A"], "deep": ["Y"]})["deep"] == "Y"
    assert kept({"service": ["D"], "improve": ["B"], "deep": ["Y"]})["deep"] == "-1"


def test_numbers_and_ratings_are_conditions() -> None:
    assert kept({"amount": ["5,000"], "large": ["房租"]})["large"] == "房租"
    assert "large" not in kept({"amount": ["4999.99"], "large": ["房租"]})
    assert kept({"mark": ["0"], "why": ["慢"]})["why"] == "慢"
    assert "why" not in kept({"mark": ["6"], "why": ["慢"]})


def test_conditions_hold_for_answers_and_numbers() -> None:
    conditions = QUESTIONNAIRE.items["large"].shown_if
    assert not holds(conditions, {}, {})
    assert holds(conditions, {}, {"amount": Fraction(5000)})
    assert not holds(QUESTIONNAIRE.items["why"].shown_if, {"mark": "-1"}, {})
    assert holds(QUESTIONNAIRE.items["improve"].shown_if, {"service": "D"}, {})
    assert holds({}, {}, {})


# --- words beside an option -----------------------------------------------------------------------------------------


def test_words_beside_an_option_that_asks_for_them_are_kept() -> None:
    assert (
        kept({"service": ["D"], "improve": ["F"], "service.text": [" 等得太久 "]})["service.text"]
        == "等得太久"
    )


def test_words_beside_another_option_are_dropped() -> None:
    assert "service.text" not in kept({"service": ["A"], "service.text": ["等得太久"]})


# --- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", "0"),
        ("60.50", "60.5"),
        ("35.0", "35"),
        ("007", "7"),
        ("１２３４．５", "1234.5"),
        ("1,234", "1234"),
        ("１，２３４．５", "1234.5"),
        (" 12 ", "12"),
        (12, "12"),
        (12.0, "12"),
        (12.25, "12.25"),
    ],
)
def test_a_number_is_kept_plain(written: str | float, number: str) -> None:
    assert kept({"amount": [written]})["amount"] == number


def test_a_number_below_nought_is_one_even_if_it_looks_like_not_asked() -> None:
    assert kept({"change": ["−1"]})["change"] == "-1"
    assert kept({"change": ["-1"]}, "paper")["change"] == "-1"
    assert kept({"change": ["-0"]})["change"] == "0"


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("3,5", "not-a-number"),
        ("12元", "not-a-number"),
        ("1e3", "not-a-number"),
        ("٣", "not-a-number"),
        ("NaN", "not-a-number"),
        ("1" * 16, "not-a-number"),
        ("0.123", "decimals"),
        ("-0.01", "out-of-range"),
        ("10000.01", "out-of-range"),
    ],
)
def test_what_is_no_number_here_is_refused(written: str, rule: str) -> None:
    assert wrong(judged({"amount": [written]})) == [("amount", rule)]


def test_two_numbers_are_none() -> None:
    assert wrong(judged({"amount": ["1", "2"]})) == [("amount", "not-a-number")]


# --- paper, telephone, import ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["paper", "telephone", "import"])
def test_a_blank_is_recorded_where_somebody_copies_answers(channel: str) -> None:
    accepted = accept(QUESTIONNAIRE, {}, channel)
    assert accepted.problems == []
    assert accepted.answers.closed == {"improve": "-1", "deep": "-1"}


def test_not_asked_and_not_applicable_are_taken_there() -> None:
    answers = {"service": ["-2"], "mark": ["-1"], "why": ["-1"], "amount": ["-2"]}
    assert kept(answers, "import") == {"service": "-2", "improve": "-1", "deep": "-1", "mark": "-1"}


def test_mistakes_are_refused_there_too() -> None:
    assert wrong(judged({"service": ["Z"]}, "paper")) == [("service", "unknown-option")]


# --- what is stored -------------------------------------------------------------------------------------------------


def test_canonical_text_is_in_questionnaire_order_whatever_the_order_sent() -> None:
    answers = {"mark": ["7"], "improve": ["B"], "service": ["D"], "service.text": ["慢"], "amount": ["1"]}
    there = accept(QUESTIONNAIRE, answers, "qr").answers
    back = accept(QUESTIONNAIRE, dict(reversed(answers.items())), "qr").answers
    assert there.canonical() == '{"service":"D","improve":["B"],"deep":"-1","mark":"7"}'
    assert there.open_text() == '{"service.text":"慢","amount":"1"}'
    assert (back.canonical(), back.open_text()) == (there.canonical(), there.open_text())
    assert accept(QUESTIONNAIRE, GOOD, "qr").answers.open_text() == ""


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("  好  ", "好"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("好\u202e坏\u2066", "好坏"),
        ("\ufeff好\u200b\u2060", "好"),
        ("𠮷野家", "𠮷野家"),
        ("👨‍👩‍👧 ❤️", "👨‍👩‍👧 ❤️"),
        ("\u200d\ufe0f", ""),
        ("好\x00\x1b[31m", "好[31m"),
        ("\ud83d好\udfff", "好"),
        ("全角，保留！", "全角，保留！"),
        ("a\tb", "a\tb"),
    ],
)
def test_words_are_cleaned_of_what_nobody_sees(written: str, words: str) -> None:
    assert clean(written) == words


@given(st.text(st.characters()))
@example("\u200d\u00a0\u0301")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once == unicodedata.normalize("NFC", once)
    once.encode()


# --- anything -------------------------------------------------------------------------------------------------------

CODES = st.sampled_from(
    ["A", "B", "C", "D", "E", "F", "X", "yes", "no", "0", "5", "10", "-1", "-2", "1,000", "７", ""]
)
VALUES = st.lists(st.one_of(CODES, st.text(max_size=3)), max_size=3)
NAMES = st.sampled_from([name + end for name in QUESTIONNAIRE.items for end in ("", ".text")])
CHANNELS = st.sampled_from(["qr", "paper", "telephone", "import", "onsite"])
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=200)
@given(
    st.dictionaries(st.one_of(NAMES, st.text(st.characters(), max_size=5)), ANYTHING, max_size=8), CHANNELS
)
def test_no_mapping_raises(raw: dict[str, Any], channel: str) -> None:
    answers, problems = accept(QUESTIONNAIRE, raw, channel)
    json.loads(answers.canonical())
    (answers.canonical() + answers.open_text()).encode()
    assert all(problem.zh.encode() and problem.en.encode() for problem in problems)


def sent(answers: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
    return {name: [value] if isinstance(value, str) else list(value) for name, value in answers.items()}


@settings(max_examples=200)
@given(st.dictionaries(NAMES, VALUES, max_size=10), CHANNELS)
def test_accepted_answers_are_accepted_again_as_they_are(raw: dict[str, list[str]], channel: str) -> None:
    first, _ = accept(QUESTIONNAIRE, raw, channel)
    again, problems = accept(QUESTIONNAIRE, sent({**first.closed, **first.open}), "import")
    assert problems == []
    assert again.canonical() == first.canonical()
    assert again.open_text() == first.open_text()
