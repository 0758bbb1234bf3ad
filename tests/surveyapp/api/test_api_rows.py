"""Rows by pages: every shown one exactly once, in an order that tells nothing, and never across a change."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from questionnaires.build import loads_good
from surveyapp import reporting
from surveyapp.deliver.rows import rows_csv
from surveyapp.store import Store, Submission
from tests.surveyapp.api.asking import REPORT, SURVEY, found, get, problem
from tests.surveyapp.sample import DAY, SLUG, submission

ROWS = f"{SURVEY}/rows"


def pages(client: FlaskClient, token: str, limit: int) -> list[dict[str, Any]]:
    got, cursor = [], ""
    while True:
        got.append(found(client, f"{ROWS}?limit={limit}{cursor}", token))
        if got[-1]["next"] is None:
            return got
        cursor = f"&cursor={got[-1]['next']}"


def rows(client: FlaskClient, token: str, limit: int) -> list[dict[str, Any]]:
    return [row for page in pages(client, token, limit) for row in page["rows"]]


@pytest.mark.parametrize("limit", [1, 7, 55, 56, 57, 1000])
def test_every_shown_row_comes_once(client: FlaskClient, rows_token: str, limit: int) -> None:
    got = pages(client, rows_token, limit)
    assert {page["total"] for page in got} == {56}
    assert [len(page["rows"]) for page in got[:-1]] == [limit] * (len(got) - 1)
    all_at_once = found(client, f"{ROWS}?limit=1000", rows_token)["rows"]
    assert [row for page in got for row in page["rows"]] == all_at_once
    assert len(all_at_once) == 56


def test_they_are_the_rows_of_the_download(client: FlaskClient, store: Store, rows_token: str) -> None:
    questionnaire = reporting.questionnaire(store, SLUG)
    sheet = b"".join(rows_csv(questionnaire, reporting.pattern_table(store, SLUG), store.responses(SLUG)))
    exported = Counter(
        (*(line[item] for item in questionnaire.items), line["_channel"], line["_stratum"], line["_invalid"])
        for line in csv.DictReader(io.StringIO(sheet.decode("utf-8-sig")))
    )
    got = Counter(
        (*(row["answers"].get(item, "") for item in questionnaire.items), row["channel"], row["stratum"], row["invalid"])
        for row in rows(client, rows_token, 20)
    )  # fmt: skip
    assert got == exported
    # three paper copies lack most answers
    assert Counter(row["invalid"] for row in rows(client, rows_token, 99)) == {"": 53, "incomplete": 3}


def test_no_row_carries_an_id_a_time_or_a_place(client: FlaskClient, store: Store, rows_token: str) -> None:
    got = rows(client, rows_token, 1000)
    assert {tuple(row) for row in got} == {
        ("answers", "text", "stratum", "channel", "version", "invalid", "flags")
    }
    text = get(client, f"{ROWS}?limit=1000", rows_token).text
    assert not [one.id for one in store.responses(SLUG) if one.id in text]


def test_the_order_is_that_of_what_they_say(client: FlaskClient, rows_token: str) -> None:
    said = [json.dumps(row["answers"], separators=(",", ":")) for row in rows(client, rows_token, 9)]
    assert said == sorted(said)


def test_words_come_beside_the_codes(client: FlaskClient, store: Store, rows_token: str) -> None:
    version = reporting.survey(store, SLUG).version
    said = [submission(version, 700 + n, {"notice": "A"}, words={"advice": f"=1+{n}"}) for n in range(5)]
    store.submit_many(said)
    # JSON runs nothing, so that nothing is put before the words
    assert sum(row["text"] == {"advice": "=1+3"} for row in rows(client, rows_token, 50)) == 1


def test_what_repeats_is_judged_over_all_pages(client: FlaskClient, store: Store, rows_token: str) -> None:
    options = [{"code": code, "label": code} for code in "AB"]
    items = [{"id": one, "kind": "single", "text": "?", "options": options} for one in ("a", "b")]
    rule = {"rule": "identical_answers", "items": ["a", "b"], "least": 3, "effect": "exclude"}
    source = json.dumps({
        "id": "same", "title": "同", "organiser": "局", "purpose": "试", "validity": [rule],
        "sections": [{"id": "s", "title": "s", "items": items}],
    })  # fmt: skip
    version = loads_good(source, "same").version
    store.publish("same", version, source, day=DAY, open_link=True)
    given = [("A", "B")] * 3 + [("B", "A")] * 2
    store.submit_many([
        Submission(
            id=f"{number:032x}", survey="same", version=version, channel="open_link", day=DAY,
            answers=f'{{"a":"{a}","b":"{b}"}}',
        )
        for number, (a, b) in enumerate(given, start=5000)
    ])  # fmt: skip
    path, reasons, cursor = "/api/v1/surveys/same/rows?limit=1", [], ""
    for _ in given:
        page = found(client, f"{path}{cursor}", rows_token)
        reasons.append(page["rows"][0]["invalid"])
        cursor = f"&cursor={page['next']}"
    assert reasons == ["identical_answers"] * 3 + ["", ""]


def test_answers_that_wait_do_not_come(client: FlaskClient, store: Store, rows_token: str) -> None:
    version = reporting.survey(store, SLUG).version
    for number in range(4):
        store.submit(submission(version, 900 + number, {"notice": "D"}))
    assert len(rows(client, rows_token, 1000)) == 56
    store.submit(submission(version, 910, {"notice": "D"}))
    assert len(rows(client, rows_token, 1000)) == 61


def test_a_change_between_two_pages_is_told(client: FlaskClient, store: Store, rows_token: str) -> None:
    first = found(client, f"{ROWS}?limit=10", rows_token)
    version = reporting.survey(store, SLUG).version
    for number in range(5):
        store.submit(submission(version, 900 + number, {"notice": "D"}))
    second = f"{ROWS}?limit=10&cursor={first['next']}"
    # a next page takes nothing up by itself; what a colleague looks at does
    assert get(client, second, rows_token).status_code == 200
    get(client, REPORT, rows_token)
    problem(get(client, second, rows_token), 409)
    assert found(client, f"{ROWS}?limit=10", rows_token)["total"] == 61


def test_only_a_cursor_made_here_for_this_survey_counts(
    client: FlaskClient, app: Flask, rows_token: str
) -> None:
    cursor = str(found(client, f"{ROWS}?limit=10", rows_token)["next"])
    place, _, signature = cursor.partition(".")
    forged = f"{place}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    problem(get(client, f"{ROWS}?cursor={forged}", rows_token), 409)
    problem(get(client, f"/api/v1/surveys/huoju-2021/rows?cursor={cursor}", rows_token), 409)
    problem(get(client, f"{ROWS}?cursor=abc", rows_token), 409)
    problem(get(client, f"{ROWS}?cursor=" + "a" * 300, rows_token), 422)


def test_a_survey_without_answers_has_one_empty_page(client: FlaskClient, rows_token: str) -> None:
    page = found(client, "/api/v1/surveys/huoju-2021/rows", rows_token)
    assert (page["total"], page["rows"], page["next"]) == (0, [], None)
