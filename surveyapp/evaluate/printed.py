"""Posters and slips as pages for the browser's own print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveyapp.fieldwork import printing, qr
from surveyapp.fieldwork.handout import Target
from surveyapp.fieldwork.messages import Facts
from surveyapp.fieldwork.printing import Manifest, Pile, Slip


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A QR code as one path in a square of so many modules: each dark run of a row is a stroke one module thick."""

    size: int
    path: str


@dataclass(frozen=True, kw_only=True)
class PrintedPoster:
    """What stands on a poster."""

    facts: Facts
    said: Mapping[str, str]
    address: str
    code: Drawn


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of slips of a stratum."""

    stratum: str
    number: int
    slips: Sequence[tuple[Slip, Drawn]]


@dataclass(frozen=True, kw_only=True)
class PrintedSlips:
    """Sheets of slips and their manifest."""

    facts: Facts
    said: Mapping[str, str]
    address: str
    sheets: Sequence[Sheet]
    piles: Sequence[Pile]
    manifest: Manifest


def drawn(link: str, side: float) -> Drawn:
    """Return a link's QR code for a square of this side in mm."""
    _correction, rows = printing.code_on(link, side)
    parts = (
        f"M{left} {number}.5h{right - left}"
        for number, row in enumerate(rows)
        for left, right in sorted(qr.runs(row))
    )
    return Drawn(size=len(rows), path="".join(parts))


def printed_poster(target: Target) -> PrintedPoster:
    """Return the poster of a survey. Raises PublicUrlMissingError."""
    address = target.address
    return PrintedPoster(
        facts=target.facts, said=printing.WORDS[target.language], address=printing.short_address(address),
        code=drawn(address, 120),
    )  # fmt: skip


def printed_slips(target: Target, piles: Sequence[Pile], manifest: Manifest) -> PrintedSlips:
    """Return sheets of slips, each of one stratum. Raises PublicUrlMissingError."""
    cut = [
        (pile, pile.slips[start : start + printing.PER_SHEET])
        for pile in piles
        for start in range(0, len(pile.slips), printing.PER_SHEET)
    ]
    return PrintedSlips(
        facts=target.facts, said=printing.WORDS[target.language], address=printing.short_address(target.address),
        sheets=[
            Sheet(
                stratum=pile.stratum, number=number,
                slips=[(slip, drawn(slip.link, printing.SLIP_QR)) for slip in some],
            )
            for number, (pile, some) in enumerate(cut, start=1)
        ],
        piles=[pile for pile in piles if pile.slips], manifest=manifest,
    )  # fmt: skip
