"""Makes `rows.csv`: 56 synthetic questionnaires whose 53 valid ones have the published marginals.

`python -m surveyapp.demo.make_rows JOINT.csv` reads 53 joint answers to the satisfaction items, awareness and the
subsidy (tests/references/zhifu-synthetic.csv) and adds degree, improve and three incomplete paper questionnaires. The
seed is fixed, so the same file comes out every time.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SEED = 2022
COLUMNS = (
    "subsidy", "degree", "policy_awareness", "notice", "criteria", "procedure", "review", "payment", "improve",
    "_channel",
)  # fmt: skip
SCORED = {
    "policy_awareness": "aware",
    "notice": "q1",
    "criteria": "q2",
    "procedure": "q3",
    "review": "q4",
    "payment": "q5",
}
CODE = {"100": "A", "80": "B", "60": "C", "0": "D"}
STRATUM = {"living": "A", "housing": "B"}
DEGREES = {"A": 1, "B": 29, "C": 8, "E": 2, "F": 9, "G": 4}
IMPROVE = {"A": 1, "B": 3, "C": 2, "D": 2}
"""Published counts; the count of F (nothing) was not published: here everybody else chose it."""

INCOMPLETE = (
    {"subsidy": "A", "degree": "B", "policy_awareness": "B", "notice": "B"},
    {"subsidy": "B", "degree": "F", "notice": "A", "criteria": "B", "procedure": "B"},
    {"subsidy": "A", "degree": "C", "policy_awareness": "C"},
)


def make_rows(joint: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Yield the 56 rows, in random but fixed order."""
    drawn = random.Random(SEED)  # a draw that can be repeated, not a secret
    people = list(joint)
    degrees = _shuffled(drawn, [code for code, count in DEGREES.items() for _ in range(count)])
    wishes = _shuffled(
        drawn,
        [c for c, n in IMPROVE.items() for _ in range(n)] + ["F"] * (len(people) - sum(IMPROVE.values())),
    )
    rows = [
        {"subsidy": STRATUM[person["stratum"]], "degree": degree, "improve": wish, "_channel": "slip"}
        | {item: CODE[person[column]] for item, column in SCORED.items()}
        for person, degree, wish in zip(people, degrees, wishes, strict=True)
    ]
    yield from _shuffled(drawn, [*rows, *({**row, "_channel": "paper"} for row in INCOMPLETE)])


def _shuffled(drawn: random.Random, values: list[T]) -> list[T]:
    return drawn.sample(values, len(values))


def write_rows(joint: Path, out: Path) -> None:
    """Read the joint answers and write the demo's rows."""
    with (
        joint.open(encoding="utf-8", newline="") as source,
        out.open("w", encoding="utf-8", newline="") as target,
    ):
        writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(make_rows(csv.DictReader(source)))


if __name__ == "__main__":
    write_rows(Path(sys.argv[1]), Path(str(resources.files("surveyapp.demo").joinpath("rows.csv"))))
