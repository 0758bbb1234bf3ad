def test_a_choice_item_without_options_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: area, kind: single, text: 哪里？}
    measures: {satisfaction: {title: 满意度, kind: satisfaction_score, items: [area]}}
    """
    assert problems == [(5, 9, "options-or-scale")]


def test_options_and_scale_exclude_each_other(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - id: area
            kind: single
            text: 哪里？
            scale: satisfaction
            options: [{code: A, label: 城}, {code: B, label: 乡}]
    measures: {satisfaction: {title: 满意度, kind: satisfaction_score, items: [area]}}
    """
    assert problems == [(8, 9, "options-or-scale")]
