"""Numbers with a true minus sign, as a page prints changes and bounds that may be negative."""

from __future__ import annotations

from fractions import Fraction

from surveyapp.present import number


def minus(value: Fraction | float | None, places: int) -> str:
    """Print a number with a true minus sign: −0.48; unknown is a dash."""
    return number(value, places).replace("-", "\N{MINUS SIGN}")


def signed(value: Fraction, places: int) -> str:
    """Print a change with its sign: +0.05, −0.05, 0.00."""
    shown = minus(value, places)
    return f"+{shown}" if value > 0 and Fraction(shown) else shown
