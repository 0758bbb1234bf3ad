"""What the evaluators' routes share: their blueprint, a survey's page, a download, the day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, g, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import NotFound

from surveyapp import present
from surveyapp.current import current_config
from surveyapp.deliver.names import disposition
from surveyapp.evaluate import door, words
from surveyapp.evaluate.desk import Desk, steps
from surveyapp.evaluate.errors import voice
from surveyapp.evaluate.language import LANGUAGES, TAGS, spoken
from surveyapp.store import UnknownSurveyError

blueprint = Blueprint(
    "evaluate", __name__, url_prefix="/evaluate", template_folder="templates", static_folder="static"
)
blueprint.before_request(door.guard)
blueprint.after_request(door.dress)

Page = str | tuple[str, int]
"""What a route gives back that shows a page."""


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    assert isinstance(state.app, Flask)
    door.install(state.app)


@blueprint.app_context_processor
def _common() -> dict[str, Any]:
    """What every evaluator's page may use."""
    if not request.path.startswith("/evaluate"):
        return {}
    return {
        "present": present, "words": words, "name": words.name, "language": spoken(), "languages": LANGUAGES, "tags": TAGS,
        "evaluator": getattr(g, "evaluator", None), "made_with": present.made_with(),
    }  # fmt: skip


@blueprint.errorhandler(UnknownSurveyError)
def _no_such_survey(_error: UnknownSurveyError) -> Response:
    return voice(NotFound())


def page(step: str, found: Desk, **more: Any) -> str:
    """Draw one of a survey's pages; `step` names its template and its route."""
    here = url_for(f"evaluate.{step}", slug=found.slug)
    return render_template(
        f"evaluate/{step}.html", desk=found, steps=steps(found), step=step, here=here, **more
    )


def download(content: Any, kind: str, name: str, plain: str) -> Response:
    """Send a file under a name that may be Chinese; `plain` is for old browsers."""
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = disposition(name, plain)
    return response


def today() -> str:
    """Return the calendar day in the configured time zone."""
    return datetime.fromtimestamp(door.now(), current_config().zone).date().isoformat()
