"""Makes access codes for a sample: one batch for each stratum and channel, with what is printed of each code."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from surveyapp.config import Config
from surveyapp.fieldwork.codes import case_label, grouped, hashes, make_codes, make_typed_codes
from surveyapp.fieldwork.links import code_link
from surveyapp.fieldwork.qr import CodeRow
from surveyapp.fieldwork.sampling import SIMPLE, Sample
from surveyapp.store import CodeHashes, Draw, NewBatch


@dataclass(frozen=True, kw_only=True)
class Case:
    """One access code in the forms that are handed out, and what is kept of it."""

    link: str
    typed: str
    """The short code in groups, as it is printed."""
    label: str
    """Six characters that name the case on sheets and screens."""
    hashes: CodeHashes


def make_cases(config: Config, slug: str, count: int) -> list[Case]:
    """Make so many access codes. Raises PublicUrlMissingError."""
    return [
        _case(config, slug, code, typed)
        for code, typed in zip(make_codes(count), make_typed_codes(count), strict=True)
    ]


def _case(config: Config, slug: str, code: str, typed: str) -> Case:
    kept = hashes(code, typed, config.secret_key)
    return Case(
        link=code_link(config, slug, code), typed=grouped(typed), label=case_label(kept.link), hashes=kept
    )


def code_rows(cases: Iterable[Case], stratum: str) -> list[CodeRow]:
    """Return the rows of the sheet that is handed out."""
    return [CodeRow(link=case.link, typed=case.typed, case=case.label, stratum=stratum) for case in cases]


def batches(
    cases: Mapping[str, list[Case]],
    *,
    channel: str,
    day: str,
    purpose: str = "survey",
    has_strata: bool = True,
) -> list[NewBatch]:
    """Return the batches of codes by stratum; where the questionnaire defines no strata, no code carries one."""
    return [
        NewBatch(
            purpose=purpose, channel=channel, stratum=code if has_strata and code != SIMPLE else None, day=day,
            codes=[case.hashes for case in some],
        )
        for code, some in cases.items()
        if some
    ]  # fmt: skip


def make_draw_id() -> str:
    """Return a new draw's id: short, since people write it down."""
    return secrets.token_hex(6)


def record(sample: Sample, slug: str, *, day: str, by: str, id: str) -> Draw:
    """Return what is kept of a draw."""
    return Draw(
        id=id, survey=slug, drawn_on=day, drawn_by=by, method=sample.method, seed=sample.seed,
        file_hash=sample.file_hash, counts=sample.counts,
    )  # fmt: skip
