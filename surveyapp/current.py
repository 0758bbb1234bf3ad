"""What the routes of a running application share: its configuration and its store."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from surveyapp.config import Config
from surveyapp.store import Store

KEY = "surveyapp"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One configured installation with its open store."""

    config: Config
    store: Store


def installation(app: Flask | None = None) -> Installation:
    """Return the installation of an application, or of the one that serves the present request."""
    return cast(Installation, (app or current_app).extensions[KEY])


def current_config() -> Config:
    """Return the configuration of the application that serves the present request."""
    return installation().config


def current_store() -> Store:
    """Return the store of the application that serves the present request."""
    return installation().store
