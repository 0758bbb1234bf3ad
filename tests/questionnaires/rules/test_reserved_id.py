def test_a_system_column_is_no_item(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: weight, kind: number, text: 体重？}
          - {id: by, kind: text, text: 由谁？}
          - {id: weights, kind: text, text: 其他？}
    measures: {}
    """
    assert problems == [(5, 14, "reserved-id"), (6, 14, "reserved-id")]


def test_an_option_of_multiple_choice_is_not_called_text(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: ways, kind: multiple, text: 怎样？, options: [{code: text, label: 文字}, {code: B, label: 电话}]}
          - {id: way, kind: single, text: 怎样？, options: [{code: text, label: 文字}, {code: B, label: 电话}]}
    measures: {}
    """
    assert problems == [(5, 64, "reserved-id")]
