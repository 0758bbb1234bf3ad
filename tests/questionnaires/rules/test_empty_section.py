def test_a_section_without_items_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - {id: one, title: 一, items: []}
      - {id: two, title: 二, items: [{id: remarks, kind: text, text: 意见？}]}
    measures: {}
    """
    assert problems == [(2, 32, "empty-section")]


def test_items_that_are_no_list_are_reported_once(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - {id: one, title: 一, items: 意见}
    measures: {satisfaction: {title: 满意度, kind: satisfaction_score, items: [service]}}
    """
    assert problems == [(2, 32, "wrong-type")]
