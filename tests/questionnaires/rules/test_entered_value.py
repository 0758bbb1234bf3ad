def test_an_entered_value_is_a_number_in_its_range(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      good: {title: 执行率, points: 3, entered: {value: 98.57}, branches: [{then: {proportional_to: 100}}]}
      sign: {title: 执行率, points: 3, entered: {value: 98.57%}, branches: [{then: {proportional_to: 100}}]}
      over: {title: 执行率, points: 3, entered: {value: 104}, branches: [{then: {proportional_to: 100}}]}
      wide: {title: 执行率, points: 3, entered: {value: 104}, range: {at_most: none}, branches: [{then: full}]}
    """
    assert problems == [(3, 50, "entered-value"), (4, 50, "entered-value")]


def test_judged_points_lie_between_none_and_all(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      good: {title: 判定, points: 1.67, judged: yes, entered: {value: 1.67}}
      over: {title: 判定, points: 1.67, judged: yes, entered: {value: 94.5}}
    """
    assert problems == [(3, 65, "entered-value")]
