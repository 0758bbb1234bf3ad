def test_every_option_has_its_number_of_people(problems: list[tuple[int, int, str]]) -> None:
    """
    population:
      stratum_item: service
      strata: {A: 3}
    """
    assert problems == [(3, 3, "missing-stratum")]


def test_strata_may_be_without_numbers(problems: list[tuple[int, int, str]]) -> None:
    """
    population: {stratum_item: service}
    """
    assert problems == []
