"""The evaluators' part: a survey's pages in the order of the work, behind a sign-in."""

from surveyapp.evaluate.errors import voice
from surveyapp.evaluate.views import blueprint

__all__ = ["blueprint", "voice"]
