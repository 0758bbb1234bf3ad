def test_a_second_veto_of_an_id_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      satisfaction:
        title: 满意度
        points: 10
        measure: satisfaction
        branches: [{then: {proportional_to: 100}}]
        veto:
          - {id: petition, text: 上访}
          - {id: petition, text: 涉诉}
    """
    assert problems == [(9, 14, "duplicate-id")]


def test_a_second_part_of_an_id_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      satisfaction:
        title: 满意度
        points: 10
        parts:
          - {id: one, title: 一, points: 4, measure: satisfaction, branches: [{then: full}]}
          - {id: one, title: 二, points: 6, measure: satisfaction, branches: [{then: full}]}
    """
    assert problems == [(7, 14, "duplicate-id")]
