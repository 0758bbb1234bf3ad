"""The rows file: one row per returned questionnaire, as `surveyapp analyse` reads it back (design §4)."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Iterator, Mapping

from analysis import Pattern, PatternTable, judge
from questionnaires.model import Questionnaire, TextItem
from surveyapp.deliver.cells import guarded, legible
from surveyapp.store import StoredResponse

SYSTEM_COLUMNS = ("_stratum", "_channel", "_version", "_invalid", "_flags")
SHUFFLED = 20_000
"""How many rows are held back to be mixed; the store's own order tells nothing either."""

_BOM = b"\xef\xbb\xbf"


def rows_csv(
    questionnaire: Questionnaire, table: PatternTable, responses: Iterable[StoredResponse]
) -> Iterator[bytes]:
    """Yield a rows file in UTF-8 with a byte order mark, in another random order every time.

    `table` holds the patterns of all responses: what repeats only shows in the whole.

    `_invalid` holds the reason why a questionnaire does not count, by the rules of this version, and `_flags` the
    remarks that exclude nothing, joined by semicolons.
    """
    columns = _columns(questionnaire)
    yield _BOM + _line([*columns, *SYSTEM_COLUMNS])
    judged = dict(zip(map(_kind, table.rows), judge(questionnaire, table).rows, strict=True))
    for response in _shuffled(responses):
        # a response that came after the table was read is judged by itself
        pattern = (
            judged.get(_kind(response)) or judge(questionnaire, PatternTable((_pattern(response),))).rows[0]
        )
        yield _line([*_answers(questionnaire, columns, response), *_remarks(response, pattern)])


def _kind(one: Pattern | StoredResponse) -> tuple[str, ...]:
    return one.answers, one.stratum or "", one.version, one.channel, one.validity, one.flags


def _columns(questionnaire: Questionnaire) -> list[str]:
    columns = []
    for item in questionnaire.items:
        columns.append(item)
        if any(option.comment for option in questionnaire.options(item)):
            columns.append(f"{item}.text")
    return columns


def _answers(questionnaire: Questionnaire, columns: Iterable[str], response: StoredResponse) -> list[str]:
    closed: Mapping[str, str | list[str]] = json.loads(response.answers)
    words: Mapping[str, str] = json.loads(response.open_text) if response.open_text else {}
    return [
        _code(closed[column]) if column in closed else _words(questionnaire, column, words.get(column, ""))
        for column in columns
    ]


def _remarks(response: StoredResponse, judged: Pattern) -> list[str]:
    remarks = (response.stratum or "", response.channel, response.version, judged.validity, judged.flags)
    return [legible(text) for text in remarks]


def _code(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else ";".join(answer)


def _words(questionnaire: Questionnaire, column: str, text: str) -> str:
    item = questionnaire.items.get(column)
    # a number stays one; everything else beside the codes was written freely
    return guarded(text) if item is None or isinstance(item, TextItem) else legible(text)


def _pattern(response: StoredResponse) -> Pattern:
    return Pattern(
        answers=response.answers, count=1, stratum=response.stratum or "", version=response.version,
        channel=response.channel, validity=response.validity, flags=response.flags,
    )  # fmt: skip


def _shuffled(responses: Iterable[StoredResponse]) -> Iterator[StoredResponse]:
    """Yield responses in random order, holding back a limited number of them."""
    chance = random.SystemRandom()
    held: list[StoredResponse] = []
    for response in responses:
        if len(held) < SHUFFLED:
            held.append(response)
            continue
        place = chance.randrange(SHUFFLED)
        out, held[place] = held[place], response
        yield out
    chance.shuffle(held)
    yield from held


def _line(cells: Iterable[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode()
