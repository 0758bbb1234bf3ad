def test_every_code_that_is_no_option_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    population:
      stratum_item: service
      strata: {A: 3, B: 4, D: 5, Z: 6}
    measures:
      satisfied:
        title: 满意率
        kind: satisfaction_rate
        items: [service, payment]
        codes: [A, Y]
        group: {improve: [A, X]}
    validity:
      - {rule: attention, item: service, codes: W}
    """
    assert problems == [
        (3, 30, "unknown-code"),
        (9, 16, "unknown-code"),
        (10, 26, "unknown-code"),
        (12, 45, "unknown-code"),
    ]


def test_a_code_that_one_of_the_items_lacks_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    measures:
      satisfied: {title: 满意率, kind: satisfaction_rate, items: [service, payment, mark], codes: [A, "10"]}
    """
    assert problems == [(2, 93, "unknown-code"), (2, 96, "unknown-code")]


def test_a_rating_has_the_codes_0_to_10(problems: list[tuple[int, int, str]]) -> None:
    """
    measures:
      satisfied: {title: 满意率, kind: satisfaction_rate, items: [mark], codes: ["8", "9", "10"]}
    """
    assert problems == []


def test_yes_and_no_are_codes(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: paid, kind: single, text: 收到了吗？, options: [{code: yes, label: 是}, {code: no, label: 否}]}
          - {id: when, kind: text, text: 何时？, shown_if: {paid: [yes]}}
          - {id: why, kind: text, text: 为何？, shown_if: {paid: no}}
    measures: {}
    """
    assert problems == []


def test_codes_of_a_contradiction_are_known(problems: list[tuple[int, int, str]]) -> None:
    """
    validity:
      - {rule: contradictory, first: {service: Z}, second: {payment: [A, Y], mark: 11}}
    """
    assert [rule for _, _, rule in problems] == ["unknown-code"] * 3
