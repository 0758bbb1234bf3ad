def test_a_deduction_starts_outside_its_branch(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one:
        title: 一
        points: 5
        entered: {}
        range: {at_most: none}
        branches:
          - {below: 90, then: {deduct: {start: 80, points: 1, step: continuous}}}
          - {at_least: 90, at_most: 100, then: full}
          - {above: 100, then: {deduct: {start: 110, points: 1, step: complete, direction: above}}}
      two:
        title: 二
        points: 5
        measure: satisfaction
        branches:
          - {below: 85, then: {deduct: {start: 90, points: 1, step: started}}}
          - {at_least: 85, then: full}
    """
    assert problems == [(8, 44, "deduct-start"), (10, 45, "deduct-start")]
