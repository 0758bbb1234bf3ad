def test_a_number_forms_no_group(problems: list[tuple[int, int, str]]) -> None:
    """
    measures:
      old: {title: 老人, kind: satisfaction_score, items: [service], group: {age: {at_least: 60}}}
      high: {title: 高分, kind: satisfaction_score, items: [service], group: {mark: {at_least: 8}}}
    """
    assert problems == [(2, 72, "group-item")]
