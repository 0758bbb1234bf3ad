"""The respondents' part: the question page on their phones, and what becomes of their answers."""

from surveyapp.respond.views import blueprint, housekeeping

__all__ = ["blueprint", "housekeeping"]
