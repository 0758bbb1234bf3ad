def test_the_size_is_the_sum_of_the_strata(problems: list[tuple[int, int, str]]) -> None:
    """
    population:
      size: 1403
      stratum_item: service
      strata: {A: 1138, B: 262, D: 2}
    """
    assert problems == [(2, 9, "population-size")]


def test_strata_have_somebody_in_them(problems: list[tuple[int, int, str]]) -> None:
    """
    population:
      stratum_item: service
      strata: {A: 0, B: 0, D: 0}
    """
    assert problems == [(3, 3, "population-size")]


def test_strata_that_cannot_be_read_have_no_sum(problems: list[tuple[int, int, str]]) -> None:
    """
    population:
      size: 1403
      stratum_item: service
      strata: {A: 1138, B: 多, D: 2}
    """
    assert problems == [(4, 24, "not-a-number")]
