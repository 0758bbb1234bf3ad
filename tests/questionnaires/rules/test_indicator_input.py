def test_an_indicator_has_exactly_one_input(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      none: {title: 无, points: 10, branches: [{then: full}]}
      both: {title: 两个, points: 10, measure: satisfaction, entered: {value: 90}, branches: [{then: full}]}
      measure: {title: 问卷, points: 10, measure: satisfaction, branches: [{then: full}]}
      entered: {title: 录入, points: 10, entered: {}, branches: [{then: full}]}
    """
    assert problems == [(2, 3, "indicator-input"), (3, 56, "indicator-input")]


def test_points_set_by_judgement_are_entered_and_may_have_a_measure_beside(
    problems: list[tuple[int, int, str]],
) -> None:
    """
    indicators:
      bare: {title: 判定, points: 10, judged: yes}
      measured: {title: 判定, points: 10, judged: yes, measure: satisfaction}
      entered: {title: 判定, points: 10, judged: yes, entered: {value: 9.5}}
      beside: {title: 判定, points: 10, judged: yes, measure: satisfaction, entered: {value: 9.5}}
    """
    assert problems == [(2, 3, "indicator-input"), (3, 3, "indicator-input")]


def test_an_indicator_of_parts_has_no_input_of_its_own(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      sum:
        title: 合计
        points: 1
        measure: satisfaction
        parts: [{id: one, title: 一, points: 1, branches: [{then: full}]}]
    """
    assert problems == [(5, 5, "indicator-input"), (6, 13, "indicator-input")]
