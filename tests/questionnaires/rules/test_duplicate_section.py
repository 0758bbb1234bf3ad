def test_a_second_section_of_an_id_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items: [{id: remarks, kind: text, text: 意见？}]
      - id: one
        title: 二
        items: [{id: advice, kind: text, text: 建议？}]
    measures: {}
    """
    assert problems == [(5, 9, "duplicate-section")]
