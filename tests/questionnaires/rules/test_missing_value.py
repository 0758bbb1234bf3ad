def test_a_score_needs_a_value_for_every_option_that_counts(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - id: service
            kind: single
            text: 服务？
            options: [{code: A, label: 好, value: 100}, {code: B, label: 差}, {code: E, label: 不适用, missing: not_applicable}]
    measures:
      score: {title: 满意度, kind: satisfaction_score, items: [service]}
      rate: {title: 满意率, kind: satisfaction_rate, items: [service], codes: [A]}
    """
    assert problems == [(10, 57, "missing-value")]
