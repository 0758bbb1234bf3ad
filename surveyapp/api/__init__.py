"""The scripts' part: reports as JSON, by token."""

from surveyapp.api.problems import voice
from surveyapp.api.views import blueprint

__all__ = ["blueprint", "voice"]
