"""Tests mirror the three packages; shared fixtures are in fixtures_*.py, expected numbers in references/."""
