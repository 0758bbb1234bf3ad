"""The respondents' part: the question page on their phones, and what becomes of their answers."""

from surveyapp.respond.views import blueprint

__all__ = ["blueprint"]
