"""Rounding half-up, in the one place that rounds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp import present


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("0.285", 2, "0.29"), ("2.675", 2, "2.68"), ("8.25", 1, "8.3"), ("-0.125", 2, "-0.13"), ("-0.004", 2, "0.00"),
        ("0", 0, "0"), ("99.995", 2, "100.00"), ("0.5", 0, "1"), ("1.005", 2, "1.01"), ("4.3056", 1, "4.3"),
    ],
)  # fmt: skip
def test_halves_round_away_from_zero(value: str, places: int, text: str) -> None:
    assert present.half_up(Fraction(value), places) == text


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(min_value=0, max_value=6))
def test_the_rounded_value_is_the_nearest(value: Fraction, places: int) -> None:
    assert abs(present.rounded(value, places) - value) <= Fraction(1, 2 * 10**places)


@given(st.fractions(min_value=0, max_value=100), st.integers(min_value=0, max_value=3))
def test_the_unrounded_figure_rounds_to_the_printed_one(value: Fraction, places: int) -> None:
    shown = Fraction(present.unrounded(value, places))
    assert present.half_up(shown, places) == present.half_up(value, places)


@pytest.mark.parametrize(("value", "text"), [("8.4496", "8.4496"), ("8.5132", "8.51"), ("8.444", "8.44")])
def test_the_unrounded_figure_shows_why_it_rounds_so(value: str, text: str) -> None:
    assert present.unrounded(Fraction(value), 1) == text


@pytest.mark.parametrize(("value", "text"), [("10", "10"), ("1.67", "1.67"), ("1/3", "0.3333"), ("0", "0")])
def test_a_plain_number_has_no_zeros_at_its_end(value: str, text: str) -> None:
    assert present.plain(Fraction(value)) == text


def test_a_float_stands_for_its_shortest_decimal() -> None:
    assert present.percent(0.28505) == "28.51%"
    assert present.percent(None) == "—"
    assert present.percent_range((0.829, 0.8712)) == "82.90%–87.12%"
    assert present.number_range((Fraction(83, 10), Fraction(87, 10)), 1) == "8.3–8.7"


def test_an_exact_share_is_written_over_hundred_times_its_percentage() -> None:
    assert present.exact_share(Fraction(4512, 5300)) == "4512/5300"
    assert present.exact_share(None) is None
