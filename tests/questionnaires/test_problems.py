"""Problems as people read them."""

from questionnaires.problems import DefinitionError, Problem, suggest

PROBLEM = Problem(
    file="a.yaml", line=14, column=9, rule="duplicate-code", zh="编码重复", en="the code is used twice"
)


def test_a_problem_reads_as_one_line_in_either_language() -> None:
    assert str(PROBLEM) == "a.yaml:14:9: 编码重复 [duplicate-code]"
    assert PROBLEM.show("en") == "a.yaml:14:9: the code is used twice [duplicate-code]"
    assert PROBLEM.message("fr") == "编码重复"


def test_an_error_carries_its_problems() -> None:
    error = DefinitionError([PROBLEM])
    assert error.problems == [PROBLEM]
    assert str(error) == str(PROBLEM)


def test_a_near_name_is_suggested_whatever_its_case() -> None:
    assert suggest("minuts", ["minutes", "mode"]).en == "; did you mean 'minutes'?"
    assert suggest("a", ["A", "B"]).zh == "；是否指 “A”？"
    assert suggest("colour", ["minutes", "mode"]) == ("", "")
    assert suggest("minutes", ["minutes"]) == ("", "")
