"""Packs to test: made from a store or from answers alone, taken apart, forged and put together again."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analysis import Fieldwork, Pattern, PatternTable, evaluate
from questionnaires.accept import accept
from questionnaires.build import loads_good
from surveyapp.config import Config
from surveyapp.deliver import parts
from surveyapp.deliver.container import archive, dos_date, member
from surveyapp.deliver.contents import Contents
from surveyapp.deliver.dossier import Dossier, dossier
from surveyapp.deliver.pack import definitions, pack, versions
from surveyapp.deliver.parts import SUMS, sums_file
from surveyapp.store import Store, StoredResponse, Survey
from tests.surveyapp.sample import SLUG

CLOSED_AT = 1_695_200_000
"""2023-09-20 16:53:20 in Shanghai."""
DAY = "2023-09-20"

Raw = Mapping[str, Sequence[str]]
Forge = Callable[[dict[str, bytes]], None]


def config(folder: Path) -> Config:
    return Config(instance=folder, secret_key=b"k" * 32, database_url=f"sqlite:///{folder / 'survey.db'}")


def stored_pack(
    store: Store, folder: Path, name: str = "pack.zip", *, slug: str = SLUG, now: float = CLOSED_AT
) -> Path:
    """Pack a stored survey at a moment."""
    assert config(folder).zone == ZoneInfo("Asia/Shanghai")
    found = dossier(store, config(folder), slug, now)
    pack(found, folder / name, versions=versions(), definitions=definitions(store, found))
    return folder / name


def answered(source: str, raws: Iterable[Raw], *, state: str = "closed", channel: str = "paper") -> Dossier:
    """A survey of these answers, taken in as the phone page and the clerk do, without a store."""
    questionnaire = loads_good(source)
    responses = []
    for number, raw in enumerate(raws):
        taken = accept(questionnaire, raw, channel)
        assert taken.problems == []
        responses.append(
            StoredResponse(
                id=f"{number:032x}", survey=questionnaire.id, version=questionnaire.version, channel=channel,
                stratum=None, validity="", flags="", answers=taken.answers.canonical(),
                open_text=taken.answers.open_text(), day=DAY,
            )
        )  # fmt: skip
    table = PatternTable.of(
        Pattern(answers=one.answers, count=1, version=one.version, channel=one.channel) for one in responses
    )
    survey = Survey(
        slug=questionnaire.id, state=state, version=questionnaire.version, opens_on=None, closes_on=None,
        open_link=False, distributed=None, closed_at=CLOSED_AT if state == "closed" else None,
    )  # fmt: skip
    return Dossier(
        survey=survey, questionnaire=questionnaire, source=source, table=table, day=DAY,
        report=evaluate(questionnaire, table, Fieldwork()), responses=lambda: iter(responses),
    )  # fmt: skip


def packed(found: Dossier, path: Path) -> Contents:
    return pack(found, path, versions=versions())


def leave_out_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make and verify packs without their Word documents."""
    kept = tuple(part for part in parts.PARTS if not part.name.endswith(".docx"))
    monkeypatch.setattr(parts, "PARTS", kept)


def unzipped(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(files: Mapping[str, bytes], day: str = DAY) -> bytes:
    """Return a pack of any files, as `pack` lays it out."""
    return archive((member(name, files[name]) for name in sorted(files)), dos_date(day))


def forged(path: Path, forge: Forge, *, sums: bool = True) -> Path:
    """Change a pack's files and write it again as `pack` would, with sums that fit unless told otherwise."""
    files = unzipped(path)
    forge(files)
    if sums:
        files[SUMS] = sums_file({name: _sha256(content) for name, content in files.items() if name != SUMS})
    made = path.with_name(f"forged-{path.name}")
    made.write_bytes(zipped(files))
    return made


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def inside(document: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change one part of a docx or xlsx and leave the rest as it was."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry, change(content) if entry.filename == part else content)
    return made.getvalue()
