"""Packs a stored survey, which may change while it is packed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from surveyapp.config import Config
from surveyapp.deliver.contents import ChangedMeanwhileError, Contents
from surveyapp.deliver.dossier import dossier
from surveyapp.deliver.pack import definitions, pack, versions
from surveyapp.store import Store

TRIES = 3
"""How often a survey is read anew that changes while it is packed."""


def pack_survey(store: Store, config: Config, slug: str, out: Path, clock: Callable[[], float]) -> Contents:
    """Write a survey's pack, which appears under its name only when it is whole.

    Raises UnknownSurveyError, UnpackableError, TooLargeError, and ChangedMeanwhileError if answers come in too fast.
    """
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    os.close(handle)
    try:
        contents = _packed(store, config, slug, Path(name), clock)
        os.replace(name, out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return contents


def _packed(store: Store, config: Config, slug: str, path: Path, clock: Callable[[], float]) -> Contents:
    for left in reversed(range(TRIES)):
        found = dossier(store, config, slug, clock())
        try:
            return pack(found, path, versions=versions(), definitions=definitions(store, found))
        except ChangedMeanwhileError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
