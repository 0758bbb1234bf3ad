"""AAPOR rates against fractions computed by hand from the formulas of *Standard Definitions*."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.aapor import (
    DISPOSITIONS,
    RATES,
    dispositions,
    eligible_share,
    rates,
    response_rates,
    weighted_rates,
)

# I 300, P 20, R 80, NC 60, O 40, UH 50, UO 30, NE 20: e = 500 ÷ 520 = 25/26, e(UH + UO) = 2000/26 = 1000/13
CASES = {"I": 300, "P": 20, "R": 80, "NC": 60, "O": 40, "UH": 50, "UO": 30, "NE": 20}
BY_HAND = {
    "RR1": Fraction(300, 580), "RR2": Fraction(320, 580), "RR3": Fraction(300 * 13, 7500), "RR4": Fraction(320 * 13, 7500),
    "RR5": Fraction(300, 500), "RR6": Fraction(320, 500),
    "COOP1": Fraction(300, 440), "COOP2": Fraction(320, 440), "COOP3": Fraction(300, 400), "COOP4": Fraction(320, 400),
    "REF1": Fraction(80, 580), "REF2": Fraction(80 * 13, 7500), "REF3": Fraction(80, 500),
    "CON1": Fraction(440, 580), "CON2": Fraction(440 * 13, 7500), "CON3": Fraction(440, 500),
}  # fmt: skip


def test_every_rate_is_the_fraction_computed_by_hand() -> None:
    assert rates(CASES) == BY_HAND
    assert list(RATES) == list(BY_HAND)


def test_e_is_the_eligible_among_the_known_unless_given() -> None:
    assert eligible_share(CASES) == Fraction(500, 520)
    assert rates(CASES, e=Fraction(1))["RR3"] == rates(CASES)["RR1"]
    assert rates(CASES, e=Fraction(0))["RR4"] == rates(CASES)["RR6"]


def test_weighted_rates_add_weights_and_end_in_w() -> None:
    found = weighted_rates([("I", Fraction(3, 2)), ("I", 1), ("NC", Fraction(5, 2)), ("R", 0)])
    assert found["RR1w"] == Fraction(1, 2)
    assert list(found) == [f"{name}w" for name in RATES]


def test_a_rate_without_a_base_is_none() -> None:
    assert set(rates({}).values()) == {None}
    assert rates({"UO": 5})["RR1"] == 0
    assert rates({"UO": 5})["RR3"] is None  # nothing says how many of the five are eligible
    assert rates({"NC": 5})["COOP1"] is None


@pytest.mark.parametrize(
    ("counts", "e", "words"),
    [
        ({"I": 1, "X": 2, "Y": 3}, None, r"X, Y\) must be among I P R NC O UH UO NE"),
        ({"I": -1}, None, r"I = -1\) must not be negative"),
        ({"I": 1}, Fraction(3, 2), r"e \(3/2\) must lie between 0 and 1"),
    ],
)
def test_what_cannot_be_is_named(counts: dict[str, int], e: Fraction | None, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rates(counts, e=e)


@given(st.dictionaries(st.sampled_from(DISPOSITIONS), st.integers(0, 10**6)))
def test_rates_lie_between_0_and_1_and_keep_their_order(counts: dict[str, int]) -> None:
    found = rates(counts)
    assert all(rate is None or 0 <= rate <= 1 for rate in found.values())
    for low, middle, high in (("RR1", "RR3", "RR5"), ("RR2", "RR4", "RR6"), ("CON1", "CON2", "CON3")):
        ordered = [rate for name in (low, middle, high) if (rate := found[name]) is not None]
        assert ordered == sorted(ordered)
    assert all(found[f"COOP{k}"] == found[f"COOP{k + 1}"] for k in (1, 3)) or counts.get("P")


@given(st.dictionaries(st.sampled_from(DISPOSITIONS), st.integers(0, 999)), st.integers(1, 50))
def test_equal_weights_change_nothing(counts: dict[str, int], weight: int) -> None:
    cases = [(name, weight) for name, n in counts.items() for _ in range(min(n, 5))]
    plain = rates({name: min(n, 5) for name, n in counts.items()})
    assert weighted_rates(cases) == {f"{name}w": rate for name, rate in plain.items()}


def test_the_fieldwork_of_the_zhifu_survey() -> None:
    found = response_rates(distributed=60, returned=56, valid=53, reasons={"incomplete": 2, "duplicate": 1})
    assert found.dispositions == {"I": 53, "P": 0, "R": 2, "NC": 5, "O": 0, "UH": 0, "UO": 0, "NE": 0}
    assert found.rates["RR1"] == found.rates["RR3"] == found.rates["RR5"] == Fraction(53, 60)
    assert found.rates["COOP1"] == Fraction(53, 55)
    assert found.why_not is None


def test_incomplete_may_count_as_partial_and_silence_as_unknown_eligibility() -> None:
    found = response_rates(
        distributed=100, returned=60, valid=50, reasons={"incomplete": 6, "ineligible": 4},
        partial=["incomplete"], everyone_eligible=False,
    )  # fmt: skip
    assert found.dispositions == {"I": 50, "P": 6, "R": 0, "NC": 0, "O": 0, "UH": 0, "UO": 40, "NE": 4}
    assert found.e == Fraction(56, 60)
    assert found.rates["RR4"] == Fraction(56) / (56 + Fraction(56, 60) * 40)


@pytest.mark.parametrize(
    ("distributed", "open_link", "code"),
    [
        (None, False, "distributed-unknown"),
        (60, True, "open-link-no-rate"),
        (5, False, "returned-exceeds-distributed"),
    ],
)
def test_without_a_list_there_is_no_rate_and_it_says_why(
    distributed: int | None, open_link: bool, code: str
) -> None:
    found = response_rates(distributed=distributed, returned=9, valid=9, reasons={}, open_link=open_link)
    assert set(found.rates.values()) == {None}
    assert found.why_not is not None
    assert found.why_not.code == code


def test_counts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="must add up to returned"):
        dispositions(distributed=60, returned=56, valid=53, reasons={"manual": 2})
    with pytest.raises(ValueError, match="must lie between 53 and 50"):
        dispositions(distributed=50, returned=56, valid=53, reasons={"manual": 3})
