def test_a_condition_about_a_later_or_the_same_item_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: early, kind: text, text: 一？, shown_if: {area: [A]}}
          - id: area
            kind: single
            text: 哪里？
            options: [{code: A, label: 城}, {code: B, label: 乡}]
            shown_if: {area: [A]}
      - id: two
        title: 二
        items: [{id: late, kind: text, text: 二？, shown_if: {area: [A]}}]
    measures: {}
    """
    assert problems == [(5, 54, "condition-order"), (10, 20, "condition-order")]
