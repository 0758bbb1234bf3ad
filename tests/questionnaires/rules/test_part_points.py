def test_the_parts_add_up_exactly(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      good:
        title: 合计
        points: 0.3
        parts:
          - {id: one, title: 一, points: 0.1, measure: satisfaction, branches: [{then: full}]}
          - {id: two, title: 二, points: 0.2, measure: satisfaction, branches: [{then: full}]}
      bad:
        title: 合计
        points: 0.31
        parts:
          - {id: one, title: 一, points: 0.1, measure: satisfaction, branches: [{then: full}]}
          - {id: two, title: 二, points: 0.2, measure: satisfaction, branches: [{then: full}]}
    """
    assert problems == [(10, 13, "part-points")]
