"""Sample sizes: the formula's published values (epiR epi.sssimpleestb), allocations by hand, and what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.planning import allocate, margin_of, plan, sample_size, stratified_margin

ZHIFU = {"A": 1138, "B": 262, "C": 2}
strata = st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 2000), min_size=1)


@pytest.mark.parametrize(
    ("population", "n"), [(1402, 302), (1138, 288), (262, 157), (60, 53), (13, 13), (1, 1)]
)
def test_answers_for_five_points(population: int, n: int) -> None:
    assert sample_size(population, 0.05) == n


def test_a_huge_population_needs_385() -> None:
    assert sample_size(10**9, 0.05) == 385


def test_53_of_1402_leave_13_point_2_points() -> None:
    found = margin_of(53, 1402)
    assert found is not None
    assert round(100 * found, 1) == 13.2


def test_a_census_has_no_margin_and_nobody_has_none() -> None:
    assert margin_of(13, 13) == 0
    assert margin_of(0, 13) is None


@given(st.integers(1, 10**6), st.floats(0.005, 0.5), st.floats(0.01, 0.99))
def test_the_size_found_is_the_smallest_that_reaches_the_margin(n: int, margin: float, share: float) -> None:
    size = sample_size(n, margin, share)
    reached = margin_of(size, n, share)
    assert reached is not None
    assert reached <= margin * (1 + 1e-9)
    if size > 1:
        below = margin_of(size - 1, n, share)
        assert below is not None
        assert below > margin * (1 - 1e-9)


# --- allocation ----------------------------------------------------------------------------------------------------


def test_53_in_proportion_to_people() -> None:
    # 53 × 1138 ÷ 1402 = 43.02, 53 × 262 ÷ 1402 = 9.90, 53 × 2 ÷ 1402 = 0.08
    assert allocate(53, ZHIFU) == {"A": 43, "B": 10, "C": 0}
    assert allocate(53, ZHIFU, least=2) == {"A": 41, "B": 10, "C": 2}


def test_equally_but_nobody_twice() -> None:
    assert allocate(53, ZHIFU, "equal") == {"A": 26, "B": 25, "C": 2}


def test_neyman_weighs_people_by_their_spread() -> None:
    # √(.5 · .5) = .5 and √(.9 · .1) = .3: 100 × 500 ÷ (500 + 300) = 62.5, 37.5
    assert allocate(100, {"A": 1000, "B": 1000}, "neyman", {"A": 0.5, "B": 0.9}) in (
        {"A": 63, "B": 37},
        {"A": 62, "B": 38},
    )


@given(
    strata,
    st.integers(0, 3),
    st.sampled_from(["proportional", "neyman", "equal"]),
    st.floats(0, 1),
    st.data(),
)
def test_any_allocation_adds_up_and_asks_nobody_twice(
    people: dict[str, int], least: int, how: str, share: float, data: st.DataObject
) -> None:
    floor = {name: min(least, size) for name, size in people.items()}
    n = data.draw(st.integers(sum(floor.values()), sum(people.values())))
    found = allocate(n, people, how, dict.fromkeys(list(people)[:1], share), least)  # type: ignore[arg-type]
    assert sum(found.values()) == n
    assert all(floor[name] <= found[name] <= people[name] for name in people)


def test_a_minimum_that_exceeds_n_is_refused() -> None:
    with pytest.raises(ValueError, match=r"n \(3\) must be at least 6"):
        allocate(3, ZHIFU, least=2)
    with pytest.raises(ValueError, match=r"allocation \(by lot\)"):
        allocate(3, ZHIFU, "by lot")  # type: ignore[arg-type]


# --- plans ---------------------------------------------------------------------------------------------------------


def test_the_zhifu_survey_for_five_points() -> None:
    found = plan(ZHIFU, margin=0.05)
    assert found.n == sum(row.n for row in found.strata)
    assert found.n in (302, 303)
    assert [row.alone for row in found.strata] == [288, 157, 2]
    assert found.margin is not None
    assert found.margin <= 0.05


def test_what_53_answers_give() -> None:
    found = plan({"": 1402}, n=53)
    assert found.margin is not None
    assert round(100 * found.margin, 1) == 13.2
    assert (found.n, found.invited, found.answers) == (53, 53, 53)


def test_silence_needs_more_invitations_and_leaves_a_doubt() -> None:
    found = plan({"": 1402}, margin=0.05, response_rate=0.8)
    assert (found.n, found.invited, found.answers) == (302, 378, 302)
    assert found.silence == pytest.approx(0.2)


def test_too_few_people_for_the_response_rate() -> None:
    found = plan({"": 60}, margin=0.05, response_rate=0.5)
    assert (found.n, found.invited, found.answers) == (53, 60, 30)
    assert found.expected_margin is not None
    assert found.expected_margin > 0.05


def test_a_stratum_nobody_is_asked_in_is_named() -> None:
    assert plan(ZHIFU, n=53).uncovered == ("C",)
    assert plan(ZHIFU, n=53, least=1).uncovered == ()


@given(strata, st.floats(0.02, 0.4), st.sampled_from(["proportional", "neyman", "equal"]))
def test_any_plan_reaches_its_margin(people: dict[str, int], margin: float, how: str) -> None:
    found = plan(people, margin=margin, allocation=how, least=1)  # type: ignore[arg-type]
    assert found.margin is not None
    assert found.margin <= margin * (1 + 1e-6)
    assert found.n == sum(row.n for row in found.strata) <= found.population


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "give either margin"),
        ({"margin": 0.05, "n": 3}, "give either margin"),
        ({"margin": 5}, r"margin \(5\)"),
        ({"n": 2000}, r"n \(2000\)"),
        ({"n": 5, "share": 2}, r"share \(2\)"),
        ({"n": 5, "level": 95}, r"level \(95\)"),
        ({"n": 5, "response_rate": 0}, r"response_rate \(0\)"),
    ],
)
def test_what_cannot_be_planned_is_named(wrong: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        plan({"": 1402}, **wrong)  # type: ignore[arg-type]


def test_no_stratum_with_answers_no_margin() -> None:
    assert stratified_margin(ZHIFU, {}, dict.fromkeys(ZHIFU, 0.5)) is None
