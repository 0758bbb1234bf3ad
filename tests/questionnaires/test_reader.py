"""What cannot be read is a problem with its place, never an exception."""

import pytest

from questionnaires.problems import Place
from questionnaires.reader import LARGEST, read


def found(content: bytes | str) -> list[tuple[int, int, str]]:
    return [(problem.line, problem.column, problem.rule) for problem in read(content, "test.yaml").problems]


def test_every_scalar_stays_what_was_written() -> None:
    source = read("a: yes\nb: no\nc: on\nd: 012\ne: 1:30\nf: ~\ng: 1e3\nh: 2026-01-01\ni:\n", "test.yaml")
    assert source.problems == []
    assert list(source.data.values()) == ["yes", "no", "on", "012", "1:30", "~", "1e3", "2026-01-01", ""]


def test_every_value_and_key_has_its_place() -> None:
    source = read("标题: 调查\nitems:\n  - {id: a}\n  - id: b\n", "test.yaml")
    assert source.place(("标题",)) == Place(1, 5)
    assert source.place(("items", 0, "id")) == Place(3, 10)
    assert source.key_place(("items", 1, "id")) == Place(4, 5)
    assert source.key_place(("items", 1)) == Place(4, 5)
    assert source.place(("items", 0, "missing")) == Place(3, 5)
    assert source.place(("nowhere",)) == Place(1, 1)


def test_a_key_cannot_stand_twice() -> None:
    assert found("a: 1\nb: 2\na: 3\n") == [(3, 1, "duplicate-key")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a: [1\n", (2, 1, "yaml-syntax")),
        ("a: b: c\n", (1, 5, "yaml-syntax")),
        ("a:\n\tb: 1\n", (2, 1, "yaml-syntax")),
        ("a: 1\n---\nb: 2\n", (2, 1, "yaml-syntax")),
        ("a: &x 1\nb: *x\n", (1, 4, "yaml-syntax")),
        ("a: *x\n", (1, 4, "yaml-syntax")),
        ("a: !!int 1\n", (1, 4, "yaml-syntax")),
        ("? [a]\n: 1\n", (1, 3, "yaml-syntax")),
        ("a: 满意\n b: 好\n", (2, 3, "yaml-syntax")),
        ("a: '满意\n", (2, 1, "yaml-syntax")),
        ("a: 满\x00意\n", (1, 5, "yaml-syntax")),
        ("a: 1\nb: 满意\x07\n", (2, 6, "yaml-syntax")),
        ('a: "\\UFFFFFFFF"\n', (1, 1, "yaml-syntax")),
        ('a: "\\ud800"\n', (1, 4, "yaml-syntax")),
        ("a: \ud800\n", (1, 4, "yaml-syntax")),
        ("", (1, 1, "yaml-syntax")),
        ("# 只有注释\n", (1, 1, "yaml-syntax")),
        ("- a\n", (1, 1, "yaml-syntax")),
        ("满意度调查\n", (1, 1, "yaml-syntax")),
        ("标题: 满意\n".encode("gbk"), (1, 1, "encoding")),
        ("a: 1\nb: 满意\n".encode("gbk"), (2, 1, "encoding")),
        ("a: 1\n".encode("utf-16"), (1, 1, "encoding")),
        ("a: " + "[" * 50 + "]" * 50, (1, 44, "yaml-syntax")),
        ("[" * 20_000, (1, 1, "yaml-syntax")),
        ("a: " + "x" * LARGEST, (1, 1, "file-size")),
    ],
)
def test_what_is_no_definition_is_one_problem(content: bytes | str, expected: tuple[int, int, str]) -> None:
    assert found(content) == [expected]


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    source = read("\ufefftitle: 调查\r\nid: a\r\n".encode(), "test.yaml")
    assert source.problems == []
    assert source.data == {"title": "调查", "id": "a"}
    assert source.place(("id",)) == Place(2, 5)


def test_a_syntax_error_says_what_to_do_in_both_languages() -> None:
    (problem,) = read("a:\n\tb: 1\n", "test.yaml").problems
    assert problem.show() == "test.yaml:2:1: 不能用制表符（Tab）缩进，请改用空格 [yaml-syntax]"
    assert problem.show("en") == "test.yaml:2:1: tabs cannot indent; use spaces [yaml-syntax]"
