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
