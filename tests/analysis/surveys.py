"""Definitions, rows and reference numbers that the tests of `analysis` share."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from analysis import Estimate, Pattern, PatternTable, Tallies
from questionnaires.build import loads_good
from questionnaires.model import Questionnaire

ROOT = Path(__file__).parent.parent.parent
REFERENCES = ROOT / "tests" / "references"
LIBRARY = ROOT / "questionnaires" / "library"

ITEMS = {"q1": "notice", "q2": "criteria", "q3": "procedure", "q4": "review", "q5": "payment"}
"""Names in the reference data → item ids of the 芝罘 definition (tests/references/README.md)."""

CODES = {"100": "A", "80": "B", "60": "C", "0": "D"}
STRATA = {"living": "A", "housing": "B"}
STRATA_LINE = (
    "  stratum_item: subsidy\n  strata: {A: 1138, B: 262, C: 2}\n"
    "weighting: {design: stratified, method: strata, use: plain}  # 报告用不加权的数 the report prints plain figures\n"
)
"""The strata with the weighting that needs them."""

Answers = Mapping[str, str | list[str]]


def reference(name: str) -> Any:
    """Return a file of tests/references/."""
    return json.loads((REFERENCES / name).read_text(encoding="utf-8"))


def shipped(name: str, *replaced: tuple[str, str]) -> Questionnaire:
    """Return a shipped definition, with pieces of its text replaced; each piece must be there."""
    text = (LIBRARY / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text, old
        text = text.replace(old, new)
    return loads_good(text, name)


def pattern(answers: Answers, count: int = 1, weight: float = 1.0, **more: str) -> Pattern:
    """Return a pattern from plain answers; what is not given is empty."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    return Pattern(answers=text, count=count, weight=weight, **more)


def table(rows: Iterable[Pattern]) -> PatternTable:
    return PatternTable.of(rows)


def zhifu_rows() -> list[Pattern]:
    """Return the 53 synthetic rows as answers to the 芝罘 definition."""
    with (REFERENCES / "zhifu-synthetic.csv").open(encoding="utf-8", newline="") as file:
        return [_zhifu_row(line) for line in csv.DictReader(file)]


def _zhifu_row(line: Mapping[str, str]) -> Pattern:
    answers = {"subsidy": STRATA[line["stratum"]], "policy_awareness": CODES[line["aware"]]}
    answers |= {item: CODES[line[column]] for column, item in ITEMS.items()}
    return pattern(answers, channel="paper", version="v1")


def zhifu_tallies() -> Tallies:
    found = reference("zhifu-2022-tallies.json")
    return Tallies(valid=found["fieldwork"]["valid"], items=found["items"])


def percent(estimate: Estimate | None) -> Fraction:
    """Return an estimate's exact value in percent."""
    assert estimate is not None
    assert estimate.exact is not None
    return estimate.exact * 100


def limits(estimate: Estimate | None) -> tuple[float, float]:
    assert estimate is not None
    assert estimate.interval is not None
    return estimate.interval
