"""What the store knows besides the answers, as files of the evidence pack: what went out, draws, entries by hand, evidence.

Each is a csv whose columns are the record's own names, so that it is read back without a second description of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar, cast

from analysis import Fieldwork
from analysis.aapor import DISPOSITIONS, dispositions
from analysis.ledger import Issue
from analysis.report import FieldworkResult, LedgerLine
from questionnaires.model import Questionnaire
from surveyapp import reporting
from surveyapp.deliver.apart import BOM, guard, line, lines_of, unguard
from surveyapp.store import Batch, Draw, EnteredValue, Evidence, LedgerRow, Store, Survey

Record = TypeVar("Record", Batch, Draw, EnteredValue, Evidence, LedgerRow)

KINDS: Mapping[str, type[Any]] = {
    "codes.csv": Batch,
    "codes-used.csv": LedgerRow,
    "draws.csv": Draw,
    "entered.csv": EnteredValue,
    "evidence.csv": Evidence,
}
"""Which file holds which records; the survey's name is left out of them."""


def columns(kind: type[Any]) -> list[str]:
    """Return the columns of a kind's file."""
    return [field.name for field in fields(kind) if field.name != "survey"]


def in_order(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return records in the order of their content: what is missing and what is empty are the same."""
    return tuple(sorted(map(_plain, records), key=_cells))


def _plain(record: Record) -> Record:
    values: dict[str, Any] = {f.name: _none(getattr(record, f.name), f.type) for f in fields(record)}
    return type(record)(**values)


def _none(value: Any, kind: object) -> Any:
    return None if value == "" and kind == str | None else value


def _cells(record: Any) -> list[str]:
    return ["" if (value := getattr(record, name)) is None else str(value) for name in columns(type(record))]


def csv_of(kind: type[Any], records: Iterable[Any]) -> bytes:
    """Return the file of records of a kind."""
    return b"".join((BOM, line(columns(kind)), *(line(map(guard, _cells(one))) for one in records)))


def records_of(kind: type[Any], survey: str, content: bytes) -> tuple[Any, ...]:
    """Return the records of a file. Raises ValueError, with what is wrong, where it is not one of the kind's."""
    lines = [list(map(unguard, cells)) for cells in lines_of(content)]
    if not lines or lines[0] != columns(kind):
        raise ValueError(f"columns must be {','.join(columns(kind))}")
    types = {field.name: field.type for field in fields(kind)}
    own: dict[str, Any] = {"survey": survey} if "survey" in types else {}
    made = []
    for number, cells in enumerate(lines[1:], start=2):
        try:
            values = {name: _value(cell, types[name]) for name, cell in zip(lines[0], cells, strict=True)}
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        made.append(kind(**own, **values))
    return tuple(made)


def _value(cell: str, kind: object) -> Any:
    if kind is int:
        return int(cell)
    return None if kind == str | None and not cell else cell


# --- fieldwork -----------------------------------------------------------------------------------------------------


def fieldwork_of(
    questionnaire: Questionnaire, found: FieldworkResult, entered: Iterable[EnteredValue]
) -> Fieldwork:
    """Return what a report was told besides its rows, from the report itself."""
    return Fieldwork(
        distributed=found.distributed, pending=found.pending, cases=_cases(questionnaire, found),
        issues=tuple(_issue(one) for one in found.ledger if _went_out(one)),
        entered={f"{e.indicator}.{e.part}" if e.part else e.indicator: e.value for e in entered},
    )  # fmt: skip


def _went_out(one: LedgerLine) -> bool:
    return any(count is not None for count in (one.planned, one.issued, one.opened, one.used))


def _issue(one: LedgerLine) -> Issue:
    return Issue(
        channel=one.channel, stratum=one.stratum, planned=one.planned, issued=one.issued,
        undelivered=one.undelivered or 0, opened=one.opened, used=one.used,
    )  # fmt: skip


def _cases(questionnaire: Questionnaire, found: FieldworkResult) -> dict[str, int]:
    """Return what is known of the cases that did not answer: the dispositions beyond those of silence and invalid answers."""
    if found.dispositions is None or found.distributed is None:
        return {}
    silent = dispositions(
        distributed=found.distributed, returned=found.returned, valid=found.valid, reasons=found.invalid_reasons,
        partial=questionnaire.partial_reasons,
    )  # fmt: skip
    known = {name: found.dispositions[name] - silent[name] for name in DISPOSITIONS if name != "NC"}
    return {name: count for name, count in known.items() if count > 0}


def fieldwork_json(fieldwork: Fieldwork) -> bytes:
    """Return the file of what went out by channel and stratum, and what is known of the silent."""
    content = {
        "schema": "surveyapp.pack.fieldwork/1",
        "distributed": fieldwork.distributed,
        "pending": fieldwork.pending,
        "issues": [asdict(issue) for issue in fieldwork.issues],
        "cases": dict(fieldwork.cases),
    }
    return json_bytes(content)


def read_fieldwork(content: bytes, entered: Iterable[EnteredValue]) -> Fieldwork:
    """Return what that file says. Raises ValueError where it is not one."""
    try:
        read = json.loads(content)
        return Fieldwork(
            distributed=_whole(read["distributed"]), pending=_whole(read["pending"]) or 0,
            issues=tuple(Issue(**_checked(one)) for one in read["issues"]),
            cases={str(name): _whole(count) or 0 for name, count in read["cases"].items()},
            entered={f"{e.indicator}.{e.part}" if e.part else e.indicator: e.value for e in entered},
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not what a pack holds: {error!r}") from None


def _checked(issue: Mapping[str, Any]) -> dict[str, Any]:
    words = {name: str(issue[name]) for name in ("channel", "stratum")}
    return words | {name: _whole(value) for name, value in issue.items() if name not in words}


def _whole(value: object) -> int | None:
    if value is not None and type(value) is not int:
        raise ValueError(f"{value!r} must be a whole number")
    return value


def json_bytes(content: object) -> bytes:
    """Return plain data as a file."""
    return (json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


# --- the same from the manifest ------------------------------------------------------------------------------------


class _Kept:
    """Answers what `reporting` asks a store about codes and calls, from the pack's files."""

    def __init__(
        self, survey: Survey, codes: Sequence[LedgerRow], batches: Sequence[Batch], draws: Sequence[Draw],
        evidence: Sequence[Evidence],
    ) -> None:  # fmt: skip
        self.found = {
            "survey": survey,
            "ledger": codes,
            "batches": batches,
            "draws": draws,
            "evidence": evidence,
        }

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self.found.get(name, {})


def counted_from_codes(
    survey: Survey,
    codes: Sequence[LedgerRow],
    batches: Sequence[Batch],
    draws: Sequence[Draw],
    evidence: Sequence[Evidence],
) -> tuple[list[Issue], dict[str, int]]:
    """Return what went out and what is known of the silent, counted from the manifest as the report's page counts it."""
    kept = cast(Store, _Kept(survey, codes, batches, draws, evidence))
    sent = reporting.issues(kept, survey.slug)
    return sent, reporting.cases(kept, survey.slug, sent)
