"""Dossiers of the 芝罘 survey and of any questionnaire, and LibreOffice, for the tests of files."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from analysis import Fieldwork, Pattern, PatternTable, evaluate
from questionnaires.model import Questionnaire
from surveyapp.deliver.dossier import Dossier
from surveyapp.store import StoredResponse, Survey

VERSION = "f" * 64
DAY = "2026-09-20"


@dataclass(frozen=True, kw_only=True)
class Given:
    """One response as a test gives it: closed answers, and words."""

    closed: Mapping[str, str | Sequence[str]]
    words: Mapping[str, str] | None = None
    stratum: str | None = None
    channel: str = "link"
    validity: str = ""
    flags: str = ""
    version: str = VERSION


def made(
    questionnaire: Questionnaire, given: Iterable[Given], entered: Mapping[str, str] | None = None
) -> Dossier:
    """Return the dossier of a closed survey with these responses."""
    responses = [_stored(questionnaire.id, number, one) for number, one in enumerate(given)]
    table = PatternTable.of(map(_pattern, responses))
    survey = Survey(
        slug=questionnaire.id, state="closed", version=VERSION, opens_on=None, closes_on=None, open_link=True, distributed=None
    )  # fmt: skip
    return Dossier(
        survey=survey, questionnaire=questionnaire, source="", table=table, responses=lambda: responses, day=DAY,
        report=evaluate(questionnaire, table, Fieldwork(entered=dict(entered or {}))),
    )  # fmt: skip


def _stored(slug: str, number: int, one: Given) -> StoredResponse:
    words = json.dumps(one.words, ensure_ascii=False, separators=(",", ":")) if one.words else ""
    answers = json.dumps(one.closed, ensure_ascii=False, separators=(",", ":"))
    return StoredResponse(
        id=f"{number:032x}", survey=slug, version=one.version, channel=one.channel, stratum=one.stratum,
        validity=one.validity, flags=one.flags, answers=answers, open_text=words, day=DAY,
    )  # fmt: skip


def _pattern(one: StoredResponse) -> Pattern:
    return Pattern(
        answers=one.answers, count=1, stratum=one.stratum or "", version=one.version, channel=one.channel,
        validity=one.validity, flags=one.flags,
    )  # fmt: skip


@cache
def _office() -> str | None:
    return os.environ.get("SURVEYAPP_SOFFICE") or shutil.which("soffice")


def converted(path: Path, kind: str) -> Path:
    """Return what LibreOffice makes of a file; formulas are computed anew. Skips where it is not installed."""
    program = _office()
    if program is None:
        pytest.skip("LibreOffice not installed")
    folder = Path(tempfile.mkdtemp(dir=path.parent))
    home = f"-env:UserInstallation=file://{folder / 'home'}"
    subprocess.run(
        [program, home, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    (found,) = (one for one in folder.iterdir() if one.is_file())
    return found
