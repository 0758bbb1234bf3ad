def test_strata_need_a_single_choice_item(problems: list[tuple[int, int, str]]) -> None:
    """
    population: {stratum_item: improve}
    """
    assert problems == [(1, 28, "stratum-item")]


def test_strata_need_an_item_that_everybody_is_asked(problems: list[tuple[int, int, str]]) -> None:
    """
    population: {stratum_item: area}
    sections:
      - id: one
        title: 一
        items:
          - {id: mark, kind: rating, text: 几分？}
          - id: area
            kind: single
            text: 哪里？
            options: [{code: A, label: 城}, {code: B, label: 乡}]
            shown_if: {mark: {at_least: 5}}
    measures: {}
    """
    assert problems == [(1, 28, "stratum-item")]
