"""Writes the evidence pack: one zip from which a stranger recomputes every figure (docs/evidence-pack.md)."""

from __future__ import annotations

import platform
import zlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from surveyapp.deliver.container import archive, dos_date, member
from surveyapp.deliver.contents import ChangedMeanwhileError, Contents, UnpackableError, contents_of
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.parts import files
from surveyapp.store import Store

__all__ = ["ChangedMeanwhileError", "UnpackableError", "definitions", "pack", "packed", "versions"]

LIBRARIES = (
    "surveyapp",
    "numpy",
    "pandas",
    "scipy",
    "xlsxwriter",
    "python-docx",
    "lxml",
    "pillow",
    "fonttools",
)
"""What the bytes of a pack may depend on."""


def pack(
    dossier: Dossier, path: Path, *, versions: Mapping[str, str], definitions: Mapping[str, str] | None = None
) -> Contents:
    """Write a survey's evidence pack and return what is in it.

    Equal dossiers and versions give equal bytes. `definitions` are the texts of the other versions that were answered, by
    version. Raises UnpackableError, ChangedMeanwhileError, TooLargeError and OSError.
    """
    contents = contents_of(dossier, versions=versions, definitions=definitions or {})
    path.write_bytes(packed(contents))
    return contents


def packed(contents: Contents) -> bytes:
    """Return the pack of some contents. Raises TooLargeError."""
    members = sorted(member(name, content) for name, content in files(contents))
    return archive(members, dos_date(contents.day))


def definitions(store: Store, dossier: Dossier) -> dict[str, str]:
    """Return the texts of the versions that a dossier's answers were given to, by version."""
    used = {row.version for row in dossier.table.rows} | {dossier.survey.version}
    texts = ((one, store.source(dossier.survey.slug, one)) for one in sorted(used))
    return {one: text for one, text in texts if text is not None}


def versions() -> dict[str, str]:
    """Return the versions of what makes a pack here."""
    found = {"python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that is not installed
            continue
    return dict(sorted(found.items()))
