def test_a_minimum_above_the_maximum_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: age, kind: number, text: 年龄？, minimum: 60, maximum: 18}
          - {id: year, kind: number, text: 年份？, minimum: 2022, maximum: 2022}
    measures: {}
    """
    assert problems == [(5, 53, "impossible-limits")]


def test_more_choices_than_options_are_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: ways, kind: multiple, text: 怎样？, at_most: 3, options: [{code: A, label: 文字}, {code: B, label: 电话}]}
    measures: {}
    """
    assert problems == [(5, 56, "impossible-limits")]


def test_a_condition_nothing_can_meet_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: age, kind: number, text: 年龄？}
          - {id: none, kind: text, text: 一？, shown_if: {age: {at_least: 60, below: 60}}}
          - {id: open, kind: text, text: 二？, shown_if: {age: {}}}
          - {id: good, kind: text, text: 三？, shown_if: {age: {at_least: 60, at_most: 60}}}
    measures: {}
    """
    assert problems == [(6, 58, "impossible-limits"), (7, 58, "impossible-limits")]
