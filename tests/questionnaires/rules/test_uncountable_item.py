def test_a_measure_counts_single_and_rating_items_only(problems: list[tuple[int, int, str]]) -> None:
    """
    measures:
      satisfaction:
        title: 满意度
        kind: satisfaction_score
        items: [service, mark, improve, age, suggestions]
    """
    assert problems == [(5, 28, "uncountable-item"), (5, 37, "uncountable-item"), (5, 42, "uncountable-item")]
