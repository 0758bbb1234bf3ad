"""The 芝罘 survey as the tests meet it: 53 valid answers with the published counts, 3 incomplete paper ones, 60 codes."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from questionnaires.build import load_good, normalised
from surveyapp.fieldwork.codes import hash_code, make_codes
from surveyapp.store import Store, Submission

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "questionnaires" / "library"
SLUG = "zhifu-2022"
DAY = "2023-09-20"

_CODES = {"100": "A", "80": "B", "60": "C", "0": "D"}
_ITEMS = {
    "aware": "policy_awareness",
    "q1": "notice",
    "q2": "criteria",
    "q3": "procedure",
    "q4": "review",
    "q5": "payment",
}
_STRATA = {"living": "A", "housing": "B"}


def publish(store: Store, slug: str = SLUG, *, open_link: bool = False) -> str:
    """Publish a definition of the library and return its version."""
    path = LIBRARY / f"{slug}.yaml"
    version = load_good(path).version
    store.publish(slug, version, normalised(path.read_bytes()), day=DAY, open_link=open_link)
    return version


def fill(store: Store) -> None:
    """Publish the 芝罘 survey, issue its codes and store its answers."""
    version = publish(store)
    codes = list(make_codes(60))
    hashes = [hash_code(code) for code in codes]
    store.issue_codes(SLUG, hashes[:40], purpose="survey", channel="link", stratum="A", day=DAY)
    store.issue_codes(SLUG, hashes[40:], purpose="survey", channel="slip", stratum="B", day=DAY)
    store.submit_many(list(answers(version)))


def answers(version: str) -> Iterator[Submission]:
    """Yield the 56 returned questionnaires."""
    with (ROOT / "tests" / "references" / "zhifu-synthetic.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        closed = {
            "subsidy": _STRATA[row["stratum"]],
            "degree": "B",
            **{_ITEMS[q]: _CODES[row[q]] for q in _ITEMS},
        }
        yield submission(version, number, closed, stratum=_STRATA[row["stratum"]])
    for number in range(3):
        yield submission(version, 100 + number, {"subsidy": "A", "notice": "B"}, channel="paper", stratum="A")


def submission(
    version: str,
    number: int,
    closed: dict[str, str],
    *,
    words: dict[str, str] | None = None,
    channel: str = "link",
    stratum: str | None = None,
    survey: str = SLUG,
) -> Submission:
    """Return one questionnaire as it would be submitted; items stand in questionnaire order."""
    kept = {item: closed[item] for item in _order(survey) if item in closed}
    return Submission(
        id=f"{number:032x}", survey=survey, version=version, channel=channel, stratum=stratum, day=DAY,
        answers=json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
        open_text=json.dumps(words, ensure_ascii=False, separators=(",", ":")) if words else "",
    )  # fmt: skip


@cache
def _order(survey: str) -> tuple[str, ...]:
    return tuple(load_good(LIBRARY / f"{survey}.yaml").items)


def load(store: Store, one: Submission) -> None:
    """Store a questionnaire together with four empty ones: five that are loaded at once are shown at once."""
    empty = [replace(one, id=f"{10**6 + n:032x}", answers="{}", open_text="") for n in range(4)]
    store.submit_many([one, *empty])
