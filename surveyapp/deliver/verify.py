"""Verifies an evidence pack: makes everything in it again from its rows, with no database, and says what differs.

What this shows is that every figure follows from the rows. That the rows are those that came in, only the digest shows that was
printed in the report and filed elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from questionnaires.problems import Words
from surveyapp.deliver.compare import compared
from surveyapp.deliver.container import dos_date
from surveyapp.deliver.contents import Contents, UnpackableError, manifest_contradicts
from surveyapp.deliver.differences import Difference, nowhere
from surveyapp.deliver.pack import versions
from surveyapp.deliver.parts import FIELDWORK, SUMS, files, sums_file
from surveyapp.deliver.readback import UnreadablePackError, readback
from surveyapp.deliver.unpack import Unpacked, unpack

__all__ = ["Difference", "Verification", "verify"]

_SUM = re.compile(r"([0-9a-f]{64})  (\S+)")
_NOT_RECOMPUTED = Words("读不全，没有重算各数", "too damaged: its figures were not recomputed")


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found: nothing that differs, or each difference.

    `sha256` is that of the archive; `digest` the one recomputed from the rows, empty where they could not be read.
    `made_by` are the versions that made the pack where they are not those that verified it.
    """

    sha256: str
    size: int
    differences: tuple[Difference, ...]
    survey: str = ""
    title: str = ""
    day: str = ""
    is_final: bool = False
    responses: int = 0
    valid: int = 0
    digest: str = ""
    made_by: Mapping[str, str] | None = None

    @property
    def is_same(self) -> bool:
        """Say whether everything agrees."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "schema": "surveyapp.verification/1",
            "same": self.is_same,
            "archive": {"sha256": self.sha256, "size": self.size},
            "survey": self.survey,
            "title": self.title,
            "day": self.day,
            "final": self.is_final,
            "responses": self.responses,
            "valid": self.valid,
            "digest": self.digest,
            "made_by": None if self.made_by is None else dict(self.made_by),
            "differences": [
                {
                    "file": one.file, "place": one.place.en, "place_zh": one.place.zh, "what": one.what.en,
                    "what_zh": one.what.zh, "stands": one.stands, "computed": one.computed,
                }
                for one in self.differences
            ],
        }  # fmt: skip


def verify(path: Path) -> Verification:
    """Verify a pack; whatever is wrong with it is a difference. Raises OSError if the file cannot be opened."""
    found = unpack(path)
    differences = [*found.differences, *_sums(found)]
    try:
        contents, unfit = readback(found.files)
    except UnreadablePackError as error:
        # a file that the archive damaged is not said to be missing as well
        differences += [one for one in error.differences if one.file not in found.damaged]
        differences.append(Difference(file="", place=nowhere(), what=_NOT_RECOMPUTED))
        return Verification(sha256=found.sha256, size=found.size, differences=tuple(differences))
    differences += unfit
    return _verified(found, contents, differences)


def _verified(found: Unpacked, contents: Contents, differences: list[Difference]) -> Verification:
    try:
        made = dict(files(contents))
        differences += [*_day(found, contents), *_manifest(contents), *_again(found, contents, made)]
        dossier, digest = contents.dossier, contents.digest
    except Exception as error:  # contents that nobody vouches for may break the computation in any way
        stands = error.en if isinstance(error, UnpackableError) else f"{type(error).__name__}: {error}"
        what = Words("各数不能重算", "its figures cannot be recomputed")
        differences.append(Difference(file="", place=nowhere(), what=what, stands=stands))
        return Verification(sha256=found.sha256, size=found.size, differences=tuple(differences))
    return Verification(
        sha256=found.sha256, size=found.size, differences=tuple(differences), survey=contents.survey.slug,
        title=dossier.report.title, day=contents.day, is_final=contents.is_final, responses=contents.table.count,
        valid=dossier.report.fieldwork.valid, digest=digest,
        made_by=None if contents.versions == versions() else contents.versions,
    )  # fmt: skip


def _sums(found: Unpacked) -> Iterator[Difference]:
    """Compare the list of sums with the files, in both directions."""
    if SUMS not in found.files:
        if SUMS not in found.damaged:
            yield _about(SUMS, "没有这个文件", "this file is missing")
        return
    listed: dict[str, str] = {}
    for number, line in enumerate(
        found.files[SUMS].decode("utf-8", "backslashreplace").splitlines(), start=1
    ):
        if (one := _SUM.fullmatch(line)) and one[2] not in listed:
            listed[one[2]] = one[1]
        else:
            place, what = Words(f"第 {number} 行", f"line {number}"), Words("不是校验和", "is no sum")
            yield Difference(file=SUMS, place=place, what=what, stands=line)
    if sums_file(listed) != found.files[SUMS]:
        yield _about(SUMS, "写法或顺序不是证据包的", "is not written as in a pack")
    for name, content in found.files.items():
        if name in listed and (computed := hashlib.sha256(content).hexdigest()) != listed[name]:
            what = Words("内容与校验和不符", "does not match its sum")
            yield Difference(file=name, place=nowhere(), what=what, stands=computed, computed=listed[name])
        elif name not in listed and name != SUMS:
            yield _about(name, f"没有列在 {SUMS} 里", f"is not listed in {SUMS}")
    for name in listed.keys() - found.files.keys() - found.damaged:
        yield _about(name, f"列在 {SUMS} 里，但压缩包里没有", f"is listed in {SUMS} but is not there")


def _about(file: str, zh: str, en: str) -> Difference:
    return Difference(file=file, place=nowhere(), what=Words(zh, en))


def _day(found: Unpacked, contents: Contents) -> Iterator[Difference]:
    if found.date != dos_date(contents.day):
        zh, en = "文件日期不是封存日", "the dates of its files are not its day"
        yield Difference(file="", place=nowhere(), what=Words(zh, en), computed=contents.day)


def _manifest(contents: Contents) -> Iterator[Difference]:
    for where, reported, counted in manifest_contradicts(contents):
        what = Words("与答题码清单算出的不同", "differs from what the manifest of codes counts")
        yield Difference(
            file=FIELDWORK, place=Words(where, where), what=what, stands=reported, computed=counted
        )


def _again(found: Unpacked, contents: Contents, made: Mapping[str, bytes]) -> Iterator[Difference]:
    """Compare every file with the one made again; the list of sums was compared with the files."""
    same_versions = contents.versions == versions()
    for name in sorted({*made, *found.files} - {SUMS} - found.damaged):
        if name not in found.files:
            yield _about(name, "没有这个文件", "this file is missing")
        elif name not in made:
            yield _about(name, "证据包里不应有这个文件", "is no part of a pack")
        else:
            yield from compared(name, found.files[name], made[name], same_versions=same_versions)
