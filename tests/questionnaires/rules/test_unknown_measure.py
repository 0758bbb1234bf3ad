def test_every_reference_to_no_measure_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      satisfaction:
        title: 满意度
        points: 10
        measure: satisfation
        branches: [{then: {proportional_to: 100}}]
        definition: {wording: 满意的人数÷全部人数, measure: heads}
      sum:
        title: 合计
        points: 1
        parts: [{id: one, title: 一, points: 1, measure: rate, branches: [{then: full}]}]
    """
    assert problems == [(5, 14, "unknown-measure"), (7, 48, "unknown-measure"), (11, 53, "unknown-measure")]


def test_a_broken_measure_is_not_unknown(problems: list[tuple[int, int, str]]) -> None:
    """
    measures: {satisfaction: {title: 满意度, kind: score, items: [service]}}
    indicators:
      satisfaction: {title: 满意度, points: 10, measure: satisfaction, branches: [{then: full}]}
    """
    assert problems == [(1, 45, "not-a-choice")]


def test_misspelt_measures_are_one_mistake(problems: list[tuple[int, int, str]]) -> None:
    """
    measures:
      satisfaction: {title: 满意度, kind: satisfaction_score, items: [service]}
    indicater:
      satisfaction: {title: 满意度, points: 10, measure: satisfaction, branches: [{then: full}]}
    """
    assert problems == [(3, 1, "unknown-key")]
