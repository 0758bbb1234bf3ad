def test_a_weight_belongs_to_an_item_of_the_measure(problems: list[tuple[int, int, str]]) -> None:
    """
    measures:
      score: {title: 满意度, kind: satisfaction_score, items: [service], weights: {service: 2, payment: 1}}
    """
    assert problems == [(2, 89, "foreign-weight")]
