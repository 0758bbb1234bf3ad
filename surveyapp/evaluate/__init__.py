"""The evaluators' part: a survey's pages in the order of the work, behind a sign-in."""

from surveyapp.evaluate import views  # noqa: F401  # its routes hang on the blueprint
from surveyapp.evaluate.errors import voice
from surveyapp.evaluate.pages import blueprint

__all__ = ["blueprint", "voice"]
