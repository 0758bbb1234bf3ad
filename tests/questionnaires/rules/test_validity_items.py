def test_a_straight_line_needs_two_choices(problems: list[tuple[int, int, str]]) -> None:
    """
    validity:
      - {rule: straight_lined, items: service}
      - {rule: straight_lined, items: [service, suggestions]}
      - {rule: straight_lined, items: [service, mark]}
    """
    assert problems == [(2, 35, "validity-items"), (3, 45, "validity-items")]


def test_an_attention_item_has_options(problems: list[tuple[int, int, str]]) -> None:
    """
    validity:
      - {rule: attention, item: suggestions, codes: [A]}
    """
    assert problems == [(2, 29, "validity-items")]


def test_identical_answers_need_two_items_with_options(problems: list[tuple[int, int, str]]) -> None:
    """
    validity:
      - {rule: identical_answers, items: service}
      - {rule: identical_answers, items: [service, age]}
      - {rule: identical_answers, items: [service, improve], least: 3}
    """
    assert problems == [(2, 38, "validity-items"), (3, 48, "validity-items")]


def test_contradictory_answers_are_given_to_items_with_options(problems: list[tuple[int, int, str]]) -> None:
    """
    validity:
      - {rule: contradictory, first: {service: A}, second: {age: A}}
      - {rule: contradictory, first: {mark: [0, 1]}, second: {payment: A, improve: F}}
    """
    assert ("validity-items", 2, 57) in [(rule, line, column) for line, column, rule in problems]
    assert {line for line, _, _ in problems} == {2}


def test_one_answer_cannot_be_of_both_sides(problems: list[tuple[int, int, str]]) -> None:
    """
    validity:
      - {rule: contradictory, first: {service: A}, second: {service: [B, D]}}
      - {rule: contradictory, first: {improve: A}, second: {improve: F}}
    """
    assert problems == [(2, 57, "validity-items")]
