def test_nothing_is_listed_twice(problems: list[tuple[int, int, str]]) -> None:
    """
    languages: [zh, zh]
    measures:
      satisfied: {title: 满意率, kind: satisfaction_rate, items: [service, service], codes: [A, A], group: {improve: [B, B]}}
    validity:
      - {rule: straight_lined, items: [service, payment, payment]}
    """
    assert problems == [
        (1, 17, "repeated-entry"),
        (3, 69, "repeated-entry"),
        (3, 90, "repeated-entry"),
        (3, 115, "repeated-entry"),
        (5, 54, "repeated-entry"),
    ]
