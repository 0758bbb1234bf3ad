"""The Flask application, its store and its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from surveyapp.config import Config
    from surveyapp.store import Store


def create_app(config: Config, store: Store | None = None) -> Flask:
    """Return the application of an installation; without a store it opens the configured one."""
    # Imported here, so that commands which serve nothing do not wait for Flask.
    from surveyapp.application import make_app

    return make_app(config, store)
