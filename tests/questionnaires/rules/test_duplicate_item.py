def test_a_second_item_of_an_id_is_reported_in_any_section(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: remarks, kind: text, text: 意见？}
      - id: two
        title: 二
        items:
          - {id: remarks, kind: text, text: 建议？}
    measures: {}
    """
    assert problems == [(9, 14, "duplicate-item")]


def test_a_broken_item_keeps_its_id(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: remarks, kind: txt, text: 意见？}
          - {id: other, kind: text, text: 建议？}
    measures: {}
    validity: [{rule: incomplete, below: 50, items: [remarks, other]}]
    """
    assert problems == [(5, 29, "not-a-choice")]
