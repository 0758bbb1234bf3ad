def test_a_scale_that_is_not_defined_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: service, kind: single, text: 服务？, scale: satisfation}
    measures: {satisfaction: {title: 满意度, kind: satisfaction_score, items: [service]}}
    """
    assert problems == [(5, 55, "unknown-scale")]


def test_a_broken_scale_is_not_unknown(problems: list[tuple[int, int, str]]) -> None:
    """
    scales:
      satisfaction: {options: 满意}
    measures:
      satisfaction: {title: 满意度, kind: satisfaction_rate, items: [service], codes: [A]}
    """
    assert problems == [(2, 27, "wrong-type")]
