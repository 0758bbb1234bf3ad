"""The arrows of the house: surveyapp → analysis → questionnaires, and each big library in its own room.

Imports are read from the source, so that one inside a function, under TYPE_CHECKING or by
`importlib.import_module("…")` counts like any other. A new arrow needs a page in docs/decisions/.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("surveyapp", "analysis", "questionnaires")

# A package of this repository -> what it may import of this repository besides itself.
ARROWS: dict[str, tuple[str, ...]] = {
    "surveyapp": ("analysis", "questionnaires"),
    "analysis": ("questionnaires.model",),
    "questionnaires": (),
}

# Libraries (a trailing * stands for any ending) -> where alone they may be imported.
ROOMS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("flask*", "werkzeug", "wtforms", "babel"): ("surveyapp",),
    ("sqlalchemy", "alembic", "psycopg*"): ("surveyapp/store",),
    ("pandas", "numpy", "scipy"): ("analysis", "surveyapp/deliver"),
}

# Top-level names of this repository that no package may import.
OUTSIDE = ("tests", "benchmarks")


@dataclass(frozen=True, kw_only=True)
class Import:
    """One import: the file (from the root, with slashes), its line, and the dotted name that is imported."""

    path: str
    line: int
    name: str

    @property
    def package(self) -> str:
        return self.path.split("/", 1)[0]


def read_imports(root: Path, path: Path) -> Iterator[Import]:
    """Yield every import of a file with its full dotted name."""
    place = path.relative_to(root)
    here = place.with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_bytes(), filename=str(place))):
        for name in imported_names(node, here):
            yield Import(path=place.as_posix(), line=getattr(node, "lineno", 0), name=name)


def imported_names(node: ast.AST, here: tuple[str, ...]) -> list[str]:
    """Return the dotted names a node imports, in a module whose path has the parts `here`."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            base = ".".join([*(here[:-level] if level else ()), *([module] if module else [])])
            return [f"{base}.{alias.name}" for alias in names]
        case ast.Call(
            func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return [name]
    return []


def is_within(name: str, parent: str, separator: str = ".") -> bool:
    return name == parent or name.startswith(parent + separator)


def is_library(name: str, library: str) -> bool:
    """Return whether a dotted name belongs to a library; `flask*` takes in flask_wtf."""
    top = name.partition(".")[0]
    return top.startswith(library[:-1]) if library.endswith("*") else top == library


def objection(found: Import) -> str | None:
    """Return what is wrong with an import, if anything."""
    top = found.name.partition(".")[0]
    if top in OUTSIDE:
        return f"no package imports {top}"
    if top in PACKAGES and top != found.package:
        allowed = ARROWS[found.package]
        if not any(is_within(found.name, name) for name in allowed):
            return f"{found.package} may import {' and '.join(allowed) or 'neither of the other two'}"
    for libraries, rooms in ROOMS.items():
        if any(is_library(found.name, library) for library in libraries):
            # "surveyapp/store" is the folder or, while it is small, the file surveyapp/store.py.
            module = found.path.removesuffix(".py")
            if not any(is_within(module, room, "/") for room in rooms):
                return f"{top} belongs in {' or '.join(rooms)}"
    return None


def objections(root: Path, package: str) -> list[str]:
    """Return `path:line: imports name: what is wrong` for a package."""
    return [
        f"{found.path}:{found.line}: imports {found.name}: {wrong}"
        for path in sorted((root / package).rglob("*.py"))
        for found in read_imports(root, path)
        if (wrong := objection(found)) is not None
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_the_house_allows(package: str) -> None:
    assert (ROOT / package / "__init__.py").is_file()
    wrong = objections(ROOT, package)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("path", "source", "line"),
    [
        ("questionnaires/a.py", "import os\nimport analysis", 2),
        ("questionnaires/rules/a.py", "from surveyapp.store import rows", 1),
        ("questionnaires/rules/a.py", "from ...surveyapp import store", 1),
        ("analysis/a.py", "from surveyapp import config", 1),
        ("analysis/a.py", "import questionnaires", 1),
        ("analysis/a.py", "from questionnaires import accept", 1),
        ("analysis/a.py", "from questionnaires.accept import accept", 1),
        ("analysis/a.py", "from questionnaires.modelling import x", 1),
        ("analysis/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import surveyapp.app", 3),
        ("analysis/a.py", "def late():\n    import flask", 2),
        ("analysis/a.py", "from flask_babel import gettext", 1),
        ("analysis/a.py", "import importlib\nimportlib.import_module('werkzeug.http')", 2),
        ("analysis/a.py", "import sqlalchemy as sa", 1),
        ("questionnaires/a.py", "from babel.core import Locale", 1),
        ("questionnaires/a.py", "import numpy.typing as npt", 1),
        ("surveyapp/a.py", "import pandas as pd", 1),
        ("surveyapp/respond/a.py", "from scipy import stats", 1),
        ("surveyapp/fieldwork/a.py", "from sqlalchemy import select", 1),
        ("surveyapp/storefront.py", "import psycopg_pool", 1),
        ("surveyapp/a.py", "from tests.fixtures_browser import chromium", 1),
    ],
)
def test_a_planted_violation_is_caught(tmp_path: Path, path: str, source: str, line: int) -> None:
    plant(tmp_path, path, source)
    (found,) = objections(tmp_path, path.partition("/")[0])
    assert found.startswith(f"{path}:{line}: imports ")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("questionnaires/a.py", "from . import model\nfrom .model import Item\nimport questionnaires.rules"),
        ("analysis/a.py", "from questionnaires.model import Item\nimport questionnaires.model as model"),
        ("analysis/a.py", "from questionnaires import model\nimport numpy, scipy.stats, pandas"),
        ("analysis/a.py", "from analysis import estimate\nimport flashing"),
        ("surveyapp/store/a.py", "import sqlalchemy, alembic.op, psycopg, psycopg_pool"),
        ("surveyapp/store.py", "import sqlalchemy"),
        ("surveyapp/deliver/a.py", "import pandas"),
        ("surveyapp/a.py", "import analysis\nfrom questionnaires.accept import accept\nimport flask, babel"),
    ],
)
def test_an_allowed_import_passes(tmp_path: Path, path: str, source: str) -> None:
    plant(tmp_path, path, source)
    assert objections(tmp_path, path.partition("/")[0]) == []


def plant(root: Path, path: str, source: str) -> None:
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(source, encoding="utf-8")
