def test_points_come_about_in_exactly_one_way(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      none: {title: 无, points: 10, measure: satisfaction}
      both: {title: 两种, points: 10, entered: {}, branches: [{then: full}], grades: {优: 100, 差: 0}}
      empty: {title: 空, points: 10, measure: satisfaction, branches: []}
    """
    assert problems == [(2, 3, "indicator-shape"), (3, 72, "indicator-shape"), (4, 56, "indicator-shape")]


def test_a_misspelt_scoring_rule_is_one_mistake(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one: {title: 一, points: 10, measure: satisfaction, branchs: [{then: full}]}
    """
    assert problems == [(2, 54, "unknown-key")]
