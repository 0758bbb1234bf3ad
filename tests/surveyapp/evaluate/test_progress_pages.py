"""Progress, the ledger and evidence on pages; and that no way out of the system tells one answer from the next."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from openpyxl import load_workbook

from analysis.ledger import Ledger
from surveyapp import auth, reporting
from surveyapp.cli import main
from surveyapp.evaluate import door
from surveyapp.fieldwork.codes import hash_code, make_codes
from surveyapp.store import Call, CodeHashes, Draw, NewBatch, Store, Submission
from tests.surveyapp.evaluate.conftest import Evaluator
from tests.surveyapp.evaluate.test_evaluate_pages import cells, plain
from tests.surveyapp.sample import DAY, SLUG, answers, publish, submission

ITEMS = ("policy_awareness", "notice", "criteria", "procedure", "review", "payment")
OPEN_SLUG = "huoju-2021"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the 芝罘 survey published and nothing else."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        publish(store)
        yield store


@pytest.fixture
def version(store: Store) -> str:
    """The version handed out."""
    return reporting.survey(store, SLUG).version


def issue(store: Store, channel: str, stratum: str | None, count: int, draw: Draw | None = None) -> list[str]:
    """Issue codes and return their hashes."""
    hashes = [hash_code(code) for code in make_codes(count)]
    codes = [CodeHashes(link=one) for one in hashes]
    batch = NewBatch(purpose="survey", channel=channel, stratum=stratum, day=DAY, codes=codes)
    store.issue(SLUG, [batch], draw)
    return hashes


def drawn(id: str, counts: dict[str, int]) -> Draw:
    """Return a draw of so many people from each stratum."""
    told = json.dumps({code: {"people": 10 * n, "drawn": n} for code, n in counts.items()})
    return Draw(
        id=id,
        survey=SLUG,
        drawn_on=DAY,
        drawn_by="wang",
        method="{}",
        seed="s",
        file_hash="0" * 64,
        counts=told,
    )


def full(version: str, number: int, code: str = "A", **more: Any) -> Submission:
    """Return a complete questionnaire."""
    closed = {"subsidy": "A", "degree": "B", **dict.fromkeys(ITEMS, code)}
    return replace(submission(version, number, closed, channel="slip", stratum="A"), **more)


# --- the ledger ----------------------------------------------------------------------------------------------------


def test_opening_a_survey_whose_last_day_is_past_says_that_it_takes_no_answers(
    evaluator: Evaluator, store: Store
) -> None:
    for last, is_told in (("2026-01-01", True), (None, False)):
        store.set_window(SLUG, None, last)
        evaluator.post(f"/evaluate/surveys/{SLUG}/state?lang=en", state="open")
        page = evaluator.get(f"/evaluate/surveys/{SLUG}/fieldwork?lang=en").text
        assert ("its last day is past" in page) == is_told


def test_the_ledger_counts_codes_calls_and_answers(store: Store, version: str, evaluator: Evaluator) -> None:
    """40 slips drawn, 10 text messages; 12 answer by slip, 3 of the slips by telephone, 2 messages come back, 1 refuses."""
    slips = issue(store, "slip", "A", 40, drawn("d1", {"A": 40}))
    sms = issue(store, "sms", "B", 10)
    (batch,) = [batch.id for batch in store.batches(SLUG) if batch.channel == "sms"]
    store.set_undelivered(SLUG, batch, 2)
    mine = [full(version, n, code_hash=slips.pop()) for n in range(12)]
    mine += [full(version, 20 + n, code_hash=slips.pop(), channel="telephone") for n in range(3)]
    store.submit_many(mine)
    store.mark_opened(SLUG, [*slips[:5], sms[0]])
    store.log_call(SLUG, Call(id="c1", code_hash=slips[9], day=DAY, outcome="refused"))

    found = reporting.report(store, SLUG).fieldwork
    ledger = Ledger(found.ledger)
    by = {(line.channel, line.stratum): line for line in ledger.lines}
    slip, message, phone = by["slip", "A"], by["sms", "B"], by["telephone", "A"]
    assert (slip.planned, slip.issued, slip.delivered, slip.opened, slip.used, slip.submitted) == (
        40,
        40,
        40,
        20,
        15,
        12,
    )
    assert (message.planned, message.issued, message.delivered, message.opened) == (10, 10, 8, 1)
    assert (phone.issued, phone.submitted, phone.valid) == (None, 3, 3)
    # 50 went out, 15 came back; 1 refused, 2 undelivered, 32 silent
    assert found.dispositions == {"I": 15, "P": 0, "R": 1, "NC": 32, "O": 0, "UH": 0, "UO": 2, "NE": 0}
    page = evaluator.page("returns")
    assert ["二维码纸条", "40", "40", "40", "20", "15", "12", "0", "0", "0", "12"] in cells(page)
    assert ["合计", "50", "50", "48", "21", "15", "15", "0", "0", "0", "15"] in cells(page)
    assert "31.25%" in plain(page)  # 15 ÷ 48, beside 15 ÷ 50 = 30.00%
    assert "30.00%" in plain(page)


def test_what_calls_told_is_kept_when_the_survey_closes(store: Store, version: str) -> None:
    hashes = issue(store, "slip", "A", 30)
    store.submit_many([full(version, n, code_hash=hashes.pop()) for n in range(6)])
    for number, outcome in enumerate(["refused", "refused", "not_eligible", "no_answer"]):
        store.log_call(SLUG, Call(id=f"c{number}", code_hash=hashes[number], day=DAY, outcome=outcome))
    before = reporting.report(store, SLUG).fieldwork.dispositions
    reporting.note_called(store, SLUG, DAY)
    store.set_state(SLUG, "closed")
    reporting.note_called(store, SLUG, DAY)
    assert store.calls(SLUG) == []
    assert reporting.report(store, SLUG).fieldwork.dispositions == before
    assert before == {"I": 6, "P": 0, "R": 2, "NC": 21, "O": 0, "UH": 0, "UO": 0, "NE": 1}


def test_a_case_that_answers_after_all_is_no_refusal(store: Store, version: str) -> None:
    hashes = issue(store, "slip", "A", 10)
    store.log_call(SLUG, Call(id="c", code_hash=hashes[0], day=DAY, outcome="refused"))
    assert reporting.called(store, SLUG)["R"] == 1
    store.submit(full(version, 1, code_hash=hashes[0]))
    assert reporting.called(store, SLUG)["R"] == 0


def test_a_draw_made_anew_is_planned_once(store: Store) -> None:
    issue(store, "slip", "A", 60, drawn("d1", {"A": 60}))
    (batch,) = store.batches(SLUG)
    store.void_batch(SLUG, batch.id)
    issue(store, "slip", "A", 50, drawn("d2", {"A": 50}))
    (sent,) = reporting.issues(store, SLUG)
    assert (sent.planned, sent.issued) == (50, 50)


def test_of_two_draws_that_stand_both_are_planned_also_where_codes_were_withdrawn(store: Store) -> None:
    first = issue(store, "slip", "A", 60, drawn("d1", {"A": 60}))
    issue(store, "slip", "A", 50, drawn("d2", {"A": 50}))
    store.void_codes(SLUG, first[:59])
    (sent,) = reporting.issues(store, SLUG)
    assert (sent.planned, sent.issued) == (110, 51)


def test_an_empty_survey_has_a_ledger_page(evaluator: Evaluator) -> None:
    for step in ("returns", "progress", "cleaning"):
        assert evaluator.get(f"/evaluate/surveys/{SLUG}/{step}").status_code == 200


# --- batches of five -----------------------------------------------------------------------------------------------


@pytest.fixture
def token(store: Store) -> str:
    """A script's token."""
    return auth.make_token(store, "all", None, 30)


Look = Callable[[], Any]


@pytest.fixture
def looks(
    app: Flask,
    evaluator: Evaluator,
    store: Store,
    token: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Look]:
    """Every way to look at scores, tables and rows; each gives something comparable that tells answers apart."""
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path))

    def api() -> Any:
        found = app.test_client().get(
            f"/api/v1/surveys/{SLUG}/report", headers={"Authorization": f"Bearer {token}"}
        )
        told = json.loads(found.data)
        told["fieldwork"].pop("pending")
        for line in told["fieldwork"]["ledger"]:
            line.pop("opened"), line.pop("used")
        return json.dumps(told)

    def rows() -> Any:
        content = evaluator.get(f"/evaluate/surveys/{SLUG}/rows.csv").data.decode("utf-8-sig")
        return sorted(map(str, csv.DictReader(io.StringIO(content))))

    def sheet() -> Any:
        book = load_workbook(io.BytesIO(evaluator.get(f"/evaluate/surveys/{SLUG}/tallies.xlsx").data))
        book["发放回收台账"].delete_cols(6)  # 打开 counts codes, live
        return str(
            [sorted(map(str, page.iter_rows(values_only=True))) for page in book.worksheets]
        )  # rows lie in random order

    def page(step: str) -> Look:
        return lambda: without_counts(evaluator.page(step))

    pages = {step: page(step) for step in ("results", "cross-tabs", "delivery", "cleaning")}
    return {"api": api, "rows": rows, "workbook": sheet, **pages}


def without_counts(page: str) -> str:
    """Leave out the note on how many wait, and tokens, which say nothing about answers."""
    page = re.sub(r'<p class="note waiting">.*?</p>', "", page, flags=re.DOTALL)
    return re.sub(r'name="csrf_token"[^>]*value="[^"]+"', "", page)


def test_no_state_differs_from_the_next_by_fewer_than_five(
    store: Store, version: str, looks: dict[str, Look]
) -> None:
    """Answers come one by one; whoever fetches everything after each sees a new state at every fifth, and nothing else new."""
    hashes = issue(store, "slip", "A", 40)
    last = {name: look() for name, look in looks.items()}
    changed: dict[str, list[int]] = {name: [] for name in looks}
    for number in range(1, 14):
        store.submit(full(version, number, "ABCD"[number % 4], code_hash=hashes.pop()))
        for name, look in looks.items():
            state = look()
            if state != last[name]:
                changed[name].append(number)
            last[name] = state
    assert changed == {name: [5, 10] for name in looks}
    store.set_state(SLUG, "closed")
    assert reporting.report(store, SLUG).fieldwork.returned == 13
    assert all(look() != last[name] for name, look in looks.items())


def test_the_command_line_shows_what_the_page_shows(
    store: Store, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.submit_many([full(version, n) for n in range(6)])
    for number in range(3):
        store.submit(full(version, 50 + number, "D"))
    shown = reporting.report(store, SLUG)
    store.close()
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'survey.db'}")
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path))
    told = json.loads(CliRunner().invoke(main, ["report", SLUG, "--format", "json"]).output)
    assert (told["fieldwork"]["returned"], told["fieldwork"]["pending"]) == (6, 3)
    assert told["data_hash"] == shown.data_hash
    exported = CliRunner().invoke(main, ["export", SLUG]).output
    assert len(list(csv.reader(io.StringIO(exported)))) == 1 + 6


def test_counts_move_with_every_answer_but_tell_nothing_about_it(
    store: Store, version: str, evaluator: Evaluator
) -> None:
    """An invalid, flagged answer looks the same while it waits as any other, but for day, channel and being late."""
    issue(store, "slip", "A", 40)
    store.submit_many([full(version, n) for n in range(6)])
    store.submit(full(version, 60, validity="too_fast", flags="assisted_staff;late"))
    found = reporting.report(store, SLUG)
    total = reporting.live_ledger(store, SLUG, found).total
    assert (total.submitted, total.waiting, total.late, total.invalid, total.valid) == (7, 1, 1, 0, 6)
    page = evaluator.page("returns")
    assert ["合计", "40", "40", "40", "0", "7", "1", "0", "0", "6", "1"] in cells(page)
    assert [DAY, "7", "7"] in cells(page)
    assert (found.fieldwork.returned, found.fieldwork.valid, found.fieldwork.pending) == (6, 6, 1)


def test_a_stratum_named_in_an_answer_waits_with_it(store: Store, version: str) -> None:
    """By the open link the stratum is what somebody answered; by a code it is what the list says."""
    store.set_open_link(SLUG, True)
    issue(store, "slip", "B", 5)
    store.submit(full(version, 1, channel="open_link", stratum="A"))
    store.submit(full(version, 2, channel="slip", stratum="B"))
    ledger = reporting.live_ledger(store, SLUG, reporting.report(store, SLUG))
    assert {(one.channel, one.stratum): one.waiting for one in ledger.lines if one.waiting} == {
        ("open_link", ""): 1,
        ("slip", "B"): 1,
    }


# --- progress ------------------------------------------------------------------------------------------------------


def test_progress_against_the_plan(
    store: Store, version: str, evaluator: Evaluator, monkeypatch: Any
) -> None:
    """28 in the seven days before today and 2 today, of 60; five days are left: 28 + 5 × 4 = 48."""
    monkeypatch.setattr("surveyapp.evaluate.progress_views.today", lambda: "2026-11-20")
    hashes = issue(store, "slip", "A", 60, drawn("d1", {"A": 60}))
    days = [f"2026-11-{13 + n // 4}" for n in range(28)] + ["2026-11-20"] * 2
    store.submit_many([full(version, n, day=day, code_hash=hashes.pop()) for n, day in enumerate(days)])
    store.set_window(SLUG, "2026-11-13", "2026-11-24")
    page = plain(evaluator.get(f"/evaluate/surveys/{SLUG}/progress?lang=en").text)
    assert "30 of 60, 50% 30 to go" in page
    assert "Pace: 4.0 a day" in page
    assert "48 will have come in by 2026-11-24 (days left, today included: 5), 48 of them valid" in page
    # n = 30 of stratum A's 1,138 people: 1.96 × √(.25 ÷ 30 × 1108 ÷ 1137) = 17.7 points; of 48: 13.85, 13.8
    assert "±17.7" in page
    assert "±13.8" in page


def test_the_page_refreshes_itself_only_while_open_and_wanted(store: Store, evaluator: Evaluator) -> None:
    path = f"/evaluate/surveys/{SLUG}/progress"
    assert "progress.js" in evaluator.get(path).text
    assert "progress.js" not in evaluator.get(f"{path}?still=1").text
    store.set_state(SLUG, "paused")
    assert "progress.js" not in evaluator.get(path).text


def test_the_days_of_fielding_are_kept(store: Store, evaluator: Evaluator) -> None:
    path = f"/evaluate/surveys/{SLUG}/window"
    assert evaluator.post(path, opens_on="2026-11-01", closes_on="2026-11-30").status_code == 302
    found = reporting.survey(store, SLUG)
    assert (found.opens_on, found.closes_on) == ("2026-11-01", "2026-11-30")
    assert 'value="2026-11-30"' in evaluator.page("progress")
    assert evaluator.post(path, opens_on="", closes_on="").status_code == 302
    assert reporting.survey(store, SLUG).closes_on is None


@pytest.mark.parametrize(
    ("opens_on", "closes_on"), [("2026-11-30", "2026-11-01"), ("tomorrow", ""), ("", "2026-02-30")]
)
def test_days_that_are_none_are_refused(
    store: Store, evaluator: Evaluator, opens_on: str, closes_on: str
) -> None:
    answer = evaluator.post(f"/evaluate/surveys/{SLUG}/window", opens_on=opens_on, closes_on=closes_on)
    assert answer.status_code == door.REFUSED
    assert "is-invalid" in answer.text
    assert reporting.survey(store, SLUG).closes_on is None


# --- evidence ------------------------------------------------------------------------------------------------------


def test_evidence_is_shown_and_deletes_nothing(store: Store, version: str, evaluator: Evaluator) -> None:
    rows = list(answers(version))
    alike = [full(version, 200 + n, channel="sms", flags="assisted_staff") for n in range(20)]
    store.submit_many([*rows, *alike])
    store.note_evidence(SLUG, DAY, "burst", 26)
    store.note_evidence(SLUG, DAY, "one_network", 31)
    found = cells(evaluator.page("cleaning"))
    assert [DAY, "26", "31"] in found
    page = plain(evaluator.page("cleaning"))
    assert "20" in page
    report = reporting.report(store, SLUG).fieldwork
    assert (report.returned, report.flags["assisted_staff"]) == (76, 20)


def test_a_stratum_nobody_answered_from_stands_in_the_ledger(
    evaluator: Evaluator, store: Store, version: str
) -> None:
    for number in range(5):
        store.submit(full(version, number))
    page = evaluator.page("returns")
    # The definition's three strata have 1138, 262 and 2 people.
    assert {row[0]: row[1] for row in cells(page) if len(row) > 3 and row[1] in ("1138", "262", "2")} == {
        "生活补贴": "1138",
        "购房补贴": "262",
        "留学费用补贴": "2",
    }
