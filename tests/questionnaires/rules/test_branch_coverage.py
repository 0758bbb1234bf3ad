from questionnaires.build import Loaded
from questionnaires.model import Questionnaire


def test_94_995_falls_between_two_branches(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_least: 95, then: full}
          - {at_least: 0, at_most: 94.99, then: {proportional_to: 100}}
    """
    assert problems == [(8, 9, "branch-coverage")]


def test_90_cannot_be_in_two_branches(loaded: Loaded) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_most: 90, then: {proportional_to: 100}}
          - {at_least: 90, then: full}
    """
    (problem,) = loaded.problems
    assert (problem.line, problem.column, problem.rule) == (8, 9, "branch-coverage")
    assert problem.en == "overlaps with the branch of line 7 at 90; leave it to one of them"


def test_a_gap_is_named_with_its_exact_limits(loaded: Loaded) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {above: 90, then: full}
          - {at_least: 60, below: 90, then: {proportional_to: 100}}
          - {below: 59.995, then: zero}
    """
    first, second = loaded.problems
    assert (first.line, first.column) == (8, 9)
    assert "gap 90:" in first.en
    assert (second.line, second.column) == (9, 9)
    assert "gap [59.995, 60):" in second.en


def test_both_ends_of_the_range_must_be_covered(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_least: 60, below: 100, then: full}
          - {above: 0, below: 60, then: zero}
    """
    assert problems == [(7, 9, "branch-coverage"), (8, 9, "branch-coverage")]


def test_a_range_without_ends_is_covered_by_branches_without_limits(definition: Questionnaire) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        entered: {}
        range: {at_least: none, at_most: none}
        branches:
          - {at_least: 15, then: full}
          - {at_least: 0, below: 15, then: {share: 80}}
          - {below: 0, then: {share: 50}}
    """
    assert definition.indicators["one"].range.at_least is None


def test_a_range_without_an_end_needs_a_branch_without_a_limit(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        entered: {}
        range: {at_most: none}
        branches:
          - {at_least: 50, at_most: 100, then: full}
          - {below: 50, then: zero}
    """
    assert problems == [(8, 9, "branch-coverage")]


def test_a_single_value_may_have_a_branch(definition: Questionnaire) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_least: 100, at_most: 100, then: full}
          - {below: 100, then: zero}
    """
    assert len(definition.indicators["one"].branches or ()) == 2


def test_an_empty_branch_is_one_mistake(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_least: 90, below: 60, then: full}
          - {below: 60, then: zero}
      two:
        title: 二
        points: 5
        measure: satisfaction
        branches:
          - {then: full}
          - {above: 100, then: zero}
    """
    assert problems == [(7, 9, "branch-coverage"), (15, 9, "branch-coverage")]


def test_parts_are_covered_too(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        parts:
          - {id: a, title: 甲, points: 5, measure: satisfaction, branches: [{at_least: 1, then: full}]}
    """
    assert problems == [(6, 72, "branch-coverage")]


def test_a_broken_branch_leaves_no_gap(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_least: 九十, then: full}
          - {below: 90, then: zero}
    """
    assert problems == [(7, 20, "not-a-number")]
