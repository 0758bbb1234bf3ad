def test_a_variant_names_another_indicator_that_is_no_variant(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      one: {title: 一, points: 10, measure: satisfaction, branches: [{then: full}]}
      two: {title: 二, points: 10, measure: satisfaction, branches: [{then: full}], variant_of: one}
      three: {title: 三, points: 10, measure: satisfaction, branches: [{then: full}], variant_of: two}
      four: {title: 四, points: 10, measure: satisfaction, branches: [{then: full}], variant_of: four}
      five: {title: 五, points: 10, measure: satisfaction, branches: [{then: full}], variant_of: fiv}
    """
    assert problems == [(4, 94, "variant-of"), (5, 93, "variant-of"), (6, 93, "variant-of")]
