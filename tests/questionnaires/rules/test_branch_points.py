def test_a_branch_gives_between_none_and_all_of_the_points(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        measure: satisfaction
        branches:
          - {at_least: 90, then: {points: 5.01}}
          - {at_least: 60, below: 90, then: {points: 5}}
          - {below: 60, then: {points: -1}}
    """
    assert problems == [(7, 39, "branch-points"), (9, 36, "branch-points")]
