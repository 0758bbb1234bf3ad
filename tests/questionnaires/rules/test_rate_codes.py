def test_a_rate_has_codes_and_a_score_has_none(problems: list[tuple[int, int, str]]) -> None:
    """
    measures:
      rate: {title: 满意率, kind: satisfaction_rate, items: [service]}
      score: {title: 满意度, kind: satisfaction_score, items: [service], codes: [A]}
    """
    assert problems == [(2, 3, "rate-codes"), (3, 67, "rate-codes")]


def test_an_option_outside_the_base_does_not_count(problems: list[tuple[int, int, str]]) -> None:
    """
    scales:
      satisfaction:
        options:
          - {code: A, label: 满意, value: 100}
          - {code: D, label: 不满意, value: 0}
          - {code: E, label: 不清楚, missing: dont_know}
    measures:
      rate: {title: 满意率, kind: satisfaction_rate, items: [service], codes: [A, E]}
    """
    assert problems == [(8, 76, "rate-codes")]
