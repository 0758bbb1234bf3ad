def test_a_line_is_used_between_its_ends(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_least: 60, then: {interpolate: {start: 60, end: 100, start_share: 60, end_share: 100}}}
          - {below: 60, then: {interpolate: {start: 10, end: 60, start_share: 0, end_share: 60}}}
    """
    assert problems == [(8, 41, "interpolate-limits")]
