def test_a_second_option_of_a_code_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: area, kind: single, text: 哪里？, options: [{code: A, label: 城}, {code: A, label: 乡}]}
    measures: {}
    """
    assert problems == [(5, 83, "duplicate-code")]


def test_codes_that_differ_only_in_case_are_one(problems: list[tuple[int, int, str]]) -> None:
    """
    scales:
      satisfaction:
        options:
          - {code: good, label: 满意, value: 100}
          - {code: Good, label: 一般, value: 60}
    """
    assert problems == [(5, 16, "duplicate-code")]


def test_two_items_may_have_the_same_codes(problems: list[tuple[int, int, str]]) -> None:
    """
    scales:
      satisfaction: {options: [{code: yes, label: 是, value: 100}, {code: no, label: 否, value: 0}]}
      other: {options: [{code: yes, label: 是, value: 100}, {code: no, label: 否, value: 0}]}
    """
    assert problems == []
