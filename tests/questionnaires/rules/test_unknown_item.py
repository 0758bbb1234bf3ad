def test_every_reference_to_no_item_is_reported(problems: list[tuple[int, int, str]]) -> None:
    """
    population:
      stratum_item: are
    measures:
      satisfaction:
        title: 满意度
        kind: satisfaction_score
        items: [service, servise]
        group: {are: [A]}
      single: {title: 一题, kind: satisfaction_score, items: servise}
    validity:
      - {rule: incomplete, below: 50, items: [are]}
      - {rule: attention, item: are, codes: [A]}
      - {rule: straight_lined, items: [service, are]}
    """
    assert problems == [
        (2, 17, "unknown-item"),
        (7, 22, "unknown-item"),
        (8, 13, "unknown-item"),
        (9, 56, "unknown-item"),
        (11, 43, "unknown-item"),
        (12, 29, "unknown-item"),
        (13, 45, "unknown-item"),
    ]


def test_a_condition_about_no_item_is_reported_at_its_key(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: remarks, kind: text, text: 意见？, shown_if: {are: [A]}}
    measures: {}
    """
    assert problems == [(5, 57, "unknown-item")]


def test_an_item_whose_id_cannot_be_read_makes_no_reference_wrong(
    problems: list[tuple[int, int, str]],
) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: Service, kind: rating, text: 服务？}
    measures: {satisfaction: {title: 满意度, kind: satisfaction_score, items: [service]}}
    """
    assert problems == [(5, 14, "bad-name")]


def test_items_of_a_contradiction_and_of_identical_answers_are_known(
    problems: list[tuple[int, int, str]],
) -> None:
    """
    validity:
      - {rule: contradictory, first: {servce: A}, second: {payment: A}}
      - {rule: identical_answers, items: [service, paymnt]}
    """
    assert problems == [(2, 35, "unknown-item"), (3, 48, "unknown-item")]
