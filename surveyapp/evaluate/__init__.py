"""The evaluators' part: a survey's pages in the order of the work, behind a sign-in."""

from surveyapp.evaluate import (  # noqa: F401  # their routes hang on the blueprint
    delivery_views,
    import_views,
    paper_views,
    pictures_views,
    progress_views,
    sampling_views,
    telephone_views,
    views,
)
from surveyapp.evaluate.errors import voice
from surveyapp.evaluate.pages import blueprint

__all__ = ["blueprint", "voice"]
