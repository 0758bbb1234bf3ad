def test_the_lower_limit_is_less_than_the_upper(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one: {title: 一, points: 3, entered: {}, range: {at_least: 100, at_most: 0}, branches: [{then: full}]}
      two: {title: 二, points: 3, entered: {}, range: {at_least: none, at_most: none}, branches: [{then: full}]}
    """
    assert problems == [(2, 50, "range-order")]
