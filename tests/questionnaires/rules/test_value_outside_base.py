def test_an_option_outside_the_base_has_no_value(problems: list[tuple[int, int, str]]) -> None:
    """
    scales:
      satisfaction:
        options:
          - {code: A, label: 满意, value: 100}
          - {code: D, label: 不满意, value: 0}
          - {code: E, label: 不适用, value: 0, missing: not_applicable}
          - {code: F, label: 不清楚, missing: dont_know}
    """
    assert problems == [(6, 38, "value-outside-base")]
