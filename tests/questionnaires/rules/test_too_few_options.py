def test_one_option_is_no_choice(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: area, kind: single, text: 哪里？, options: [{code: A, label: 城}]}
          - {id: areas, kind: multiple, text: 哪里？, options: []}
    measures: {}
    """
    assert problems == [(5, 54, "too-few-options"), (6, 57, "too-few-options")]


def test_one_good_and_one_broken_option_are_two(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: area, kind: single, text: 哪里？, options: [{code: A, label: 城}, {code: B}]}
    measures: {}
    """
    assert problems == [(5, 76, "missing-key")]
