"""An author's mistakes are problems, each once, at its place; nothing an author writes raises."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import questionnaires
from questionnaires.build import Loaded, content_hash, load, load_good, loads, loads_good, normalised
from questionnaires.manual import MODELS
from questionnaires.model import Contradictory, IdenticalAnswers, Questionnaire
from questionnaires.problems import DefinitionError

LIBRARY = sorted((Path(questionnaires.__file__).parent / "library").glob("*.yaml"))
MISTAKES = Path(__file__).parent / "definitions" / "twenty-mistakes.yaml"


def places(loaded: Loaded) -> list[tuple[int, int, str]]:
    return [(problem.line, problem.column, problem.rule) for problem in loaded.problems]


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_definition_without_mistakes_is_a_questionnaire(definition: Questionnaire) -> None:
    """
    title: {zh: 满意度调查, en: Satisfaction survey}
    """
    assert definition.title.say() == "满意度调查"
    assert definition.title.say("en") == "Satisfaction survey"
    assert definition.purpose.say("en") == "检查定义语言"
    assert definition.closed_items == ("service", "payment", "mark", "improve")


def test_words_of_yaml_1_1_stay_codes(definition: Questionnaire) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - id: paid
            kind: single
            text: 收到了吗？
            required: no
            options: [{code: yes, label: 是}, {code: no, label: 否}, {code: 012, label: 不清楚}, {code: on, label: 其他}]
    measures: {}
    """
    assert [option.code for option in definition.options("paid")] == ["yes", "no", "012", "on"]
    assert definition.items["paid"].required is False


def test_the_version_is_the_hash_of_the_text() -> None:
    path = LIBRARY[0]
    content = path.read_bytes()
    windows = b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")
    assert (
        load_good(path).version
        == content_hash(content)
        == content_hash(windows)
        == content_hash(normalised(windows))
    )
    assert loads_good(windows).version == load_good(path).version
    assert content_hash(content + b"# a comment\n") != content_hash(content)


def test_a_good_definition_is_demanded() -> None:
    with pytest.raises(DefinitionError) as caught:
        loads_good("id: x")
    assert [problem.rule for problem in caught.value.problems] == ["missing-key"] * 4
    assert len(str(caught.value).splitlines()) == 4


# --- what is wrong --------------------------------------------------------------------------------------------------


def test_every_mistake_is_reported_once_at_its_place() -> None:
    """The file marks its own mistakes: `#! column rule` at the end of the line."""
    lines = MISTAKES.read_text(encoding="utf-8").splitlines()
    marks = [(n, re.search(r"  #! (\d+) ([a-z-]+)$", line)) for n, line in enumerate(lines, 1)]
    expected = [(n, int(mark[1]), mark[2]) for n, mark in marks if mark]
    assert len(expected) >= 20
    assert places(load(MISTAKES)) == expected


def test_a_misspelt_key_is_suggested(loaded: Loaded) -> None:
    """
    minuts: 3
    validity:
      - {rule: incomplete, belw: 50}
    sections:
      - id: one
        title: 一
        items:
          - {id: paid, kind: single, txt: 收到了吗？, scale: satisfaction}
    measures: {}
    """
    assert [(problem.line, problem.column, problem.rule) for problem in loaded.problems] == [
        (1, 1, "unknown-key"),
        (3, 24, "unknown-key"),
        (8, 34, "unknown-key"),
    ]
    assert [problem.en.partition("; did you mean ")[2] for problem in loaded.problems] == [
        "'minutes'?",
        "'below'?",
        "'text'?",
    ]
    assert "是否指 “minutes”？" in loaded.problems[0].zh


def test_entries_that_are_no_mapping_and_without_a_kind_are_told_apart(
    problems: list[tuple[int, int, str]],
) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - 您满意吗？
          - {id: paid, text: 收到了吗？}
          - {id: late, kind: choice, text: 何时？}
    measures: {}
    validity:
      - incomplete
      - {below: 50}
      - {rule: fast}
    """
    assert problems == [
        (5, 9, "wrong-type"),
        (6, 9, "missing-key"),
        (7, 26, "not-a-choice"),
        (10, 5, "wrong-type"),
        (11, 5, "missing-key"),
        (12, 12, "not-a-choice"),
    ]


def test_a_comma_in_braces_is_explained(loaded: Loaded) -> None:
    """
    title: {zh: 调查, en: Survey, second wave}
    """
    (problem,) = loaded.problems
    assert (problem.line, problem.column, problem.rule) == (1, 8, "text-language")
    assert "'second wave'" in problem.en
    assert "quote" in problem.en


def test_numbers_are_plain_decimals(problems: list[tuple[int, int, str]]) -> None:
    """
    scales:
      satisfaction:
        options:
          - {code: A, label: 满意, value: 100%}
          - {code: B, label: 一般, value: ６０}
          - {code: C, label: 较差, value: 1e1}
          - {code: D, label: 不满意, value: -1}
          - {code: E, label: 很差, value: 100.5}
    minutes: 三
    reporting: {score_places: 9}
    """
    assert [(line, rule) for line, _, rule in problems] == [
        (4, "not-a-number"),
        (5, "not-a-number"),
        (6, "not-a-number"),
        (7, "not-a-percentage"),
        (8, "not-a-percentage"),
        (9, "not-a-number"),
        (10, "too-large"),
    ]


def test_an_action_is_one_thing(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_least: 90, then: all}
          - {at_least: 80, below: 90, then: {points: 4, share: 80}}
          - {at_least: 70, above: 70, below: 80, then: full}
          - {at_least: 60, below: 70, then: {deduct: {start: 70, points: 1, share: 2, step: complete}}}
          - {at_least: 50, below: 60, then: {interpolate: {start: 60, end: 50, start_share: 0, end_share: 100}}}
          - {below: 50}
    """
    assert [(line, rule) for line, _, rule in problems] == [
        (7, "action"),
        (8, "action"),
        (9, "branch-limits"),
        (10, "deduct-amount"),
        (11, "interpolate-order"),
        (12, "missing-key"),
    ]


def test_what_cannot_be_read_is_not_reported_again(problems: list[tuple[int, int, str]]) -> None:
    """
    title: &words 调查
    contact: *words
    minutes: !!int 3
    """
    assert problems == [(1, 8, "yaml-syntax"), (3, 10, "yaml-syntax")]


def test_every_message_names_no_english_only_words(loaded: Loaded) -> None:
    """
    id: A
    title: ''
    minutes: 99
    languages: chinese
    mode: letter
    population: many
    sections: []
    measures: {A: {}, b: 1}
    """
    assert len(loaded.problems) >= 8
    for problem in loaded.problems:
        assert re.search(r"[\u4e00-\u9fff]", problem.zh)
        assert not re.search(r"[\u4e00-\u9fff]", problem.en)


# --- nothing raises -------------------------------------------------------------------------------------------------

ORIGINALS = [path.read_text(encoding="utf-8") for path in LIBRARY]
SCALARS = [
    "",
    "yes",
    "-1",
    "0",
    "100",
    "1e400",
    "none",
    "full",
    "[]",
    "{}",
    "[[]]",
    "{a: b}",
    "满意",
    "*a",
    "&a b",
    "!t x",
    "|",
    "'",
    "x" * 5000,
]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Spoil a shipped definition: delete, double, swap and indent lines, replace scalars, put in any bytes."""
    lines = draw(st.sampled_from(ORIGINALS)).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["delete", "double", "swap", "indent", "value", "key", "text"])):
            case "delete":
                lines[at] = ""
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "indent":
                lines[at] = draw(st.sampled_from([" ", "  ", "\t", "- "])) + lines[at]
            case "value":
                value = draw(st.sampled_from(SCALARS))
                lines[at] = re.sub(r": [^{[]*$", lambda _, value=value: f": {value}", lines[at])  # type: ignore[misc]
            case "key":
                names = re.findall(r"\w+", lines[other]) or ["x"]
                name = draw(st.sampled_from(names))
                lines[at] = re.sub(r"\w+:", lambda _, name=name: f"{name}:", lines[at], count=1)  # type: ignore[misc]
            case "text":
                lines[at] += draw(st.text(max_size=5))
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    cut = draw(st.integers(0, len(content)))
    return content[:cut] + draw(st.one_of(st.just(b""), st.binary(max_size=4))) + content[cut:]


@settings(max_examples=150)
@given(spoilt())
def test_a_spoilt_definition_gives_problems_or_a_questionnaire(content: bytes) -> None:
    loaded = loads(content)
    assert (loaded.questionnaire is None) == bool(loaded.problems)
    lines = (
        content.count(b"\n")
        + content.count(b"\r")
        + len(re.findall("[\x85\u2028\u2029]", content.decode(errors="ignore")))
        + 2
    )
    assert all(1 <= problem.line <= lines and problem.column >= 1 for problem in loaded.problems)


KEYS = sorted(
    {name for cls, _, _ in MODELS for name in cls.model_fields}
    | {"A", "Bad", "x", "[key]", "kind:single", "root"}
)
TREES = st.recursive(
    st.sampled_from(["", "x", "yes", "1", "-1", "none", "full", "single", "A"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=25,
)


def written(tree: object) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f'"{key}": {written(value)}' for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    return f'"{tree}"'


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(Questionnaire.model_fields)), TREES))
def test_any_tree_under_the_known_keys_gives_problems(tree: dict[str, object]) -> None:
    loaded = loads(written(tree))
    assert loaded.problems
    assert all(problem.zh and problem.en and "  " not in problem.en for problem in loaded.problems)


@pytest.mark.parametrize(
    "content",
    [b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"{" * 999, b"a: " + b"{a: " * 60, b"%YAML 9.9\n---\na: 1"],
)
def test_bytes_that_are_no_definition_give_problems(content: bytes) -> None:
    assert loads(content).problems


def test_a_huge_key_is_shown_short() -> None:
    (problem, *_) = loads("k" * 50_000 + ": 1").problems
    assert len(problem.show()) < 300


@pytest.mark.parametrize(
    "content",
    [
        "".join(f"k{n}: x\n" for n in range(20_000)),
        "sections:\n- {id: a, title: b, items: [" + "x, " * 50_000 + "]}",
        "measures: {a: {title: a, kind: satisfaction_rate, codes: [A], items: [" + "q, " * 50_000 + "]}}",
        "languages: [" + "zh, " * 50_000 + "]",
    ],
)
def test_a_file_full_of_mistakes_is_read_in_seconds(content: str) -> None:
    started = time.monotonic()
    assert loads(content).problems
    assert time.monotonic() - started < 60


def test_sections_that_cannot_be_read_make_no_reference_wrong(problems: list[tuple[int, int, str]]) -> None:
    """
    sections: 服务
    validity:
      - {rule: incomplete, below: 50, items: [service]}
    """
    assert problems == [(1, 11, "wrong-type")]


def test_a_broken_option_or_section_id_hides_no_wrong_reference(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: 一
        title: 一
        items:
          - {id: service, kind: rating, text: 服务？}
          - {id: area, kind: single, text: 哪里？, options: [{code: 城, label: 城}, {code: B, label: 乡}]}
    measures:
      satisfaction: {title: 满意度, kind: satisfaction_score, items: [servise]}
    """
    assert [(line, rule) for line, _, rule in problems] == [
        (2, "bad-name"),
        (6, "bad-name"),
        (8, "unknown-item"),
    ]


def test_the_newer_validity_rules_have_their_defaults(definition: Questionnaire) -> None:
    """
    validity:
      - {rule: contradictory, first: {service: A}, second: {payment: [D]}}
      - {rule: identical_answers, items: [service, payment, mark]}
      - {rule: duplicate}
    partial_reasons: 漏答
    """
    contradictory, identical, duplicate = definition.validity
    assert isinstance(contradictory, Contradictory)
    assert contradictory.first == {"service": ("A",)}
    assert isinstance(identical, IdenticalAnswers)
    assert identical.least == 8
    assert [rule.effect for rule in definition.validity] == ["flag", "flag", "exclude"]
    assert duplicate.rule == "duplicate"
    assert definition.partial_reasons == ("漏答",)


def test_an_empty_side_of_a_contradiction_is_refused(problems: list[tuple[int, int, str]]) -> None:
    """
    validity:
      - {rule: contradictory, first: {}, second: {payment: [D]}}
    """
    assert [(line, rule) for line, _, rule in problems] == [(2, "empty-list")]
