"""The evidence pack: what is in it, what is not, and that it is the same at any time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis import Fieldwork, evaluate
from questionnaires.build import load_good, loads_good, normalised
from surveyapp import present, reporting
from surveyapp.cli import main
from surveyapp.deliver.contents import ChangedMeanwhileError, UnpackableError
from surveyapp.deliver.digest import digest
from surveyapp.deliver.dossier import dossier
from surveyapp.deliver.pack import pack, versions
from surveyapp.deliver.verify import verify
from surveyapp.rows import read_rows
from surveyapp.store import Store
from tests.surveyapp.deliver.packing import (
    CLOSED_AT,
    answered,
    config,
    leave_out_documents,
    packed,
    stored_pack,
    unzipped,
)
from tests.surveyapp.sample import LIBRARY, SLUG, submission

EXAMPLE = (LIBRARY.parent / "example.yaml").read_text(encoding="utf-8")
NUMBERS = """
id: numbers
title: 数字
organiser: 办事处
purpose: 了解情况。
sections:
  - id: s
    title: 一
    items:
      - {id: times, kind: number, minimum: -5, text: 来过几次？}
      - id: why
        kind: multiple
        text: 为什么来？
        shown_if: {times: {at_least: 2}}
        options: [{code: A, label: 办事}, {code: B, label: 咨询}]
      - {id: happy, kind: single, text: 满意吗？, options: [{code: A, label: 是, value: 100}, {code: B, label: 否, value: 0}]}
measures:
  happy: {title: 满意度, kind: satisfaction_score, items: [happy]}
"""


@pytest.fixture
def closed(store: Store) -> Store:
    store.set_state(SLUG, "closed", at=CLOSED_AT)
    return store


@pytest.fixture
def without_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out_documents(monkeypatch)


quick = pytest.mark.usefixtures("without_documents")
"""For tests that no document bears on: drawing its pictures takes most of the time."""


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def inner_texts(files: dict[str, bytes]) -> Iterator[bytes]:
    """Yield everything that is in a pack, the parts of its documents too."""
    for content in files.values():
        yield content
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as document:
                yield from (document.read(name) for name in document.namelist())


# --- what is in it -------------------------------------------------------------------------------------------------


def test_the_files_are_those_a_reviewer_looks_for(closed: Store, tmp_path: Path) -> None:
    files = unzipped(stored_pack(closed, tmp_path))
    assert sorted(files) == [
        "README.txt", "SHA256SUMS", "codes-used.csv", "codes.csv", "definition.yaml", "draws.csv", "entered.csv",
        "evidence.csv", "exclusions.csv", "fieldwork.json", "ledger.csv", "method-en.docx", "method-zh.docx",
        "pack.json", "questionnaire-en.docx", "questionnaire-zh.docx", "report-en.docx", "report-zh.docx", "report.json",
        "rows.csv", "versions.json", "workbook.xlsx",
    ]  # fmt: skip
    about = json.loads(files["pack.json"])
    assert about["survey"]["version"] == hashlib.sha256(files["definition.yaml"]).hexdigest()
    assert about["digest"] == digest(closed.responses(SLUG))
    assert about["digest"].encode() in files["README.txt"]
    assert [row["count"] for row in rows_of(files["codes.csv"])] == ["40", "20"]
    assert json.loads(files["versions.json"]) == versions()


def test_the_printed_report_carries_the_digest(closed: Store, tmp_path: Path) -> None:
    files = unzipped(stored_pack(closed, tmp_path))
    wanted = json.loads(files["pack.json"])["digest"].encode()
    for name in ("report-zh.docx", "report-en.docx"):
        with zipfile.ZipFile(io.BytesIO(files[name])) as document:
            assert wanted in document.read("word/document.xml"), name


@quick
def test_the_rows_are_sorted_and_give_the_report(closed: Store, tmp_path: Path) -> None:
    files = unzipped(stored_pack(closed, tmp_path))
    lines = files["rows.csv"].decode("utf-8-sig").splitlines()
    assert len(lines) == 57
    assert lines[1:] == sorted(lines[1:])
    (tmp_path / "rows.csv").write_bytes(files["rows.csv"])
    questionnaire = load_good(LIBRARY / f"{SLUG}.yaml")
    read = read_rows(tmp_path / "rows.csv", questionnaire)
    assert not read.problems
    again = evaluate(questionnaire, read.table, Fieldwork(distributed=60))
    assert again.data_hash == json.loads(files["report.json"])["data_hash"]
    assert present.as_dict(again)["measures"] == json.loads(files["report.json"])["measures"]


@quick
def test_the_report_is_the_stored_one(closed: Store, tmp_path: Path) -> None:
    files = unzipped(stored_pack(closed, tmp_path))
    assert json.loads(files["report.json"]) == present.as_dict(reporting.report(closed, SLUG))


@quick
def test_every_exclusion_is_logged_with_its_line_rule_and_who(store: Store, tmp_path: Path) -> None:
    version = load_good(LIBRARY / f"{SLUG}.yaml").version
    by_hand = replace(submission(version, 800, {"subsidy": "A", "notice": "D"}), validity="工作人员误填")
    fast = replace(submission(version, 801, {"subsidy": "A", "notice": "C"}), validity="too_fast")
    store.submit_many([by_hand, fast])
    store.set_state(SLUG, "closed", at=CLOSED_AT)
    files = unzipped(stored_pack(store, tmp_path))
    log, rows = rows_of(files["exclusions.csv"]), rows_of(files["rows.csv"])
    assert [one["reason"] for one in log].count("incomplete") == 3
    found = {one["reason"]: one for one in log}
    assert found["工作人员误填"]["by"].startswith("人工")
    assert found["too_fast"]["by"].startswith("系统")
    assert found["incomplete"]["rule"].startswith("incomplete; below: 100")
    for reason, answer in (("工作人员误填", "D"), ("too_fast", "C")):
        assert rows[int(found[reason]["line"]) - 2]["notice"] == answer


def test_sha256sum_checks_it(closed: Store, tmp_path: Path) -> None:
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("sha256sum not installed")
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(stored_pack(closed, tmp_path)) as opened:
        assert opened.testzip() is None
        opened.extractall(folder)
    checked = subprocess.run(
        [tool, "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout.count(b": OK")) == (0, len(list(folder.iterdir())) - 1)


# --- what is not ---------------------------------------------------------------------------------------------------


def test_nothing_in_it_tells_who_answered(store: Store, tmp_path: Path) -> None:
    version = load_good(LIBRARY / f"{SLUG}.yaml").version
    store.submit_many([
        submission(version, 700 + n, {"subsidy": "A", "notice": "D"}, words={"notice.text": f"第{n}句"}, channel="paper")
        for n in range(6)
    ])  # fmt: skip
    store.set_state(SLUG, "closed", at=CLOSED_AT)
    everything = b"\0".join(inner_texts(unzipped(stored_pack(store, tmp_path))))
    ids = [one.id for one in store.responses(SLUG)]
    assert len(ids) == 62
    assert not [one for one in ids if one.encode() in everything]
    assert not [batch.id for batch in store.batches(SLUG) if batch.id.encode() in everything]
    # these six do not count; what a report does not print of a pack's words would tell which rows they belong to
    assert "句".encode() not in everything


@quick
def test_words_lie_apart_and_sorted(tmp_path: Path) -> None:
    given = ["乙", "甲", "=1+1", "'引号", "两\n行", "甲"]
    raws = [{"speed": ["A"], "attitude": ["B"], "advice": [text]} for text in given]
    found = answered(EXAMPLE, [*raws, {"speed": ["A"], "advice": ["漏答者的话"]}])
    packed(found, tmp_path / "p.zip")
    files = unzipped(tmp_path / "p.zip")
    assert [row["advice"] for row in rows_of(files["words/item-advice.csv"])] == [
        "''引号",
        "'=1+1",
        "两\n行",
        "乙",
        "甲",
        "甲",
    ]
    assert "甲".encode() not in files["rows.csv"]
    assert "漏答者".encode() not in b"".join(inner_texts(files))
    assert len(files["words-left-out.txt"].splitlines()) == 1
    assert json.loads(files["pack.json"])["digest"] == digest(found.responses())
    assert verify(tmp_path / "p.zip").is_same


@quick
def test_numbers_lie_apart_and_the_rows_keep_what_they_decided(tmp_path: Path) -> None:
    raws = [{"times": [str(n)], "why": ["A", "B"] if n >= 2 else [], "happy": ["A"]} for n in (-3, 1, 2, 7)]
    packed(answered(NUMBERS, raws), tmp_path / "p.zip")
    files = unzipped(tmp_path / "p.zip")
    assert [row["times"] for row in rows_of(files["figures/item-times.csv"])] == ["-3", "1", "2", "7"]
    assert [row["why"] for row in rows_of(files["rows.csv"])] == ["-1", "-1", "A;B", "A;B"]
    assert "times" not in rows_of(files["rows.csv"])[0]
    assert verify(tmp_path / "p.zip").is_same


# --- surveys of every kind -----------------------------------------------------------------------------------------


@quick
def test_entered_values_are_in_it_with_reason_who_and_when(store: Store, tmp_path: Path) -> None:
    store.enter(SLUG, "growth", "", "12", "=统计局数", "wang", "2023-09-19")
    store.set_state(SLUG, "closed", at=CLOSED_AT)
    path = stored_pack(store, tmp_path)
    (entry,) = rows_of(unzipped(path)["entered.csv"])
    assert (entry["value"], entry["reason"], entry["entered_by"], entry["day"]) == (
        "12",
        "'=统计局数",
        "wang",
        "2023-09-19",
    )
    assert json.loads(unzipped(path)["report.json"])["indicators"]["growth"]["score"] is not None
    assert verify(path).is_same


@quick
def test_every_version_that_was_answered_is_in_it(store: Store, tmp_path: Path) -> None:
    before = load_good(LIBRARY / f"{SLUG}.yaml").version
    source = normalised((LIBRARY / f"{SLUG}.yaml").read_bytes()) + "\n# 第二版\n"
    after = loads_good(source).version
    store.publish(SLUG, after, source, day="2023-09-20", open_link=False)
    store.submit_many([submission(after, 900 + n, {"subsidy": "B", "notice": "A"}) for n in range(5)])
    store.set_state(SLUG, "closed", at=CLOSED_AT)
    path = stored_pack(store, tmp_path)
    files = unzipped(path)
    assert hashlib.sha256(files["definition.yaml"]).hexdigest() == after
    assert hashlib.sha256(files[f"earlier/{before}.yaml"]).hexdigest() == before
    assert "mixed-versions" in files["report.json"].decode()
    assert verify(path).is_same


def test_a_version_without_its_definition_is_refused(store: Store, tmp_path: Path) -> None:
    found = dossier(store, config(tmp_path), SLUG, CLOSED_AT)
    source = found.source + "\n# 第二版\n"
    survey = replace(found.survey, version=loads_good(source).version)
    newer = replace(found, survey=survey, source=source, questionnaire=loads_good(source))
    with pytest.raises(UnpackableError):
        pack(newer, tmp_path / "p.zip", versions=versions())
    assert not (tmp_path / "p.zip").exists()


def test_a_dossier_of_two_moments_is_refused(store: Store, tmp_path: Path) -> None:
    found = dossier(store, config(tmp_path), SLUG, CLOSED_AT)
    later = list(found.responses())[1:]
    with pytest.raises(ChangedMeanwhileError):
        pack(replace(found, responses=lambda: iter(later)), tmp_path / "p.zip", versions=versions())


def test_a_survey_without_answers_can_be_packed(tmp_path: Path) -> None:
    packed(answered(EXAMPLE, []), tmp_path / "p.zip")
    found = verify(tmp_path / "p.zip")
    assert (found.is_same, found.responses) == (True, 0)


@quick
def test_an_open_survey_says_it_is_preliminary(store: Store, tmp_path: Path) -> None:
    path = stored_pack(store, tmp_path)
    files = unzipped(path)
    assert json.loads(files["pack.json"])["final"] is False
    assert "中间结果" in files["README.txt"].decode()
    found = verify(path)
    assert (found.is_same, found.is_final) == (True, False)


def test_answers_that_wait_are_not_in_it(store: Store, tmp_path: Path) -> None:
    version = load_good(LIBRARY / f"{SLUG}.yaml").version
    waiting = submission(version, 999, {"subsidy": "A", "notice": "D"}, words={"notice.text": "等着的话"})
    store.submit(waiting)
    path = stored_pack(store, tmp_path)
    files = unzipped(path)
    assert json.loads(files["pack.json"])["responses"] == 56
    assert json.loads(files["fieldwork.json"])["pending"] == 1
    assert "等着".encode() not in b"".join(inner_texts(files))
    assert verify(path).is_same


@quick
def test_draws_and_the_telephone_are_verified_too(store: Store, tmp_path: Path) -> None:
    store.note_evidence(SLUG, "2023-09-19", "call:R", 2)
    store.set_state(SLUG, "closed", at=CLOSED_AT)
    path = stored_pack(store, tmp_path)
    assert json.loads(unzipped(path)["fieldwork.json"])["cases"] == {"R": 2}
    assert json.loads(unzipped(path)["report.json"])["fieldwork"]["dispositions"]["R"] == 2
    assert verify(path).is_same


# --- the same bytes ------------------------------------------------------------------------------------------------


def test_a_pack_is_the_same_years_later(closed: Store, tmp_path: Path) -> None:
    first = stored_pack(closed, tmp_path, "first.zip")
    later = stored_pack(closed, tmp_path, "later.zip", now=CLOSED_AT + 10 * 365 * 86_400)
    assert first.read_bytes() == later.read_bytes()


def test_a_pack_is_the_same_from_another_process(store: Store, tmp_path: Path) -> None:
    store.set_state(SLUG, "closed", at=CLOSED_AT)
    made = []
    for seed, zone, locale in (("1", "Asia/Shanghai", "zh_CN.UTF-8"), ("2", "America/Los_Angeles", "C")):
        out = tmp_path / f"{seed}.zip"
        url = f"sqlite:///{tmp_path / 'survey.db'}"
        environment = os.environ | {
            "SURVEYAPP_INSTANCE": str(tmp_path / "instance"), "SURVEYAPP_DATABASE_URL": url, "PYTHONHASHSEED": seed,
            "TZ": zone, "LC_ALL": locale, "SURVEYAPP_LANG": "en",
        }  # fmt: skip
        command = [sys.executable, "-m", "surveyapp", "pack", SLUG, "--out", str(out)]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert made[0] == stored_pack(store, tmp_path).read_bytes()


def test_every_date_in_it_is_the_day_of_closing(closed: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(stored_pack(closed, tmp_path)) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(2023, 9, 20, 0, 0, 0)}


# --- commands ------------------------------------------------------------------------------------------------------


@pytest.fixture
def installation(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'survey.db'}")
    monkeypatch.setenv("SURVEYAPP_LANG", "en")
    return store


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_commands_pack_and_verify(
    installation: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.set_state(SLUG, "closed", at=CLOSED_AT)
    out = tmp_path / "p.zip"
    made = run("pack", SLUG, "--out", out)
    assert made.exit_code == 0
    assert hashlib.sha256(out.read_bytes()).hexdigest() in made.output
    # verifying needs neither a database nor an instance folder
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path / "nowhere"))
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL")
    good = run("verify", out)
    assert (good.exit_code, "The same" in good.output) == (0, True)
    assert not (tmp_path / "nowhere").exists()
    plain = json.loads(run("verify", out, "--format", "json").output)
    assert (plain["same"], plain["differences"], plain["final"]) == (True, [], True)
    assert plain["archive"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    out.write_bytes(out.read_bytes() + b"x")
    bad = run("--lang", "zh", "verify", out)
    assert (bad.exit_code, "不一致：1 处不同" in bad.output) == (1, True)
    assert not re.search("Traceback", bad.output)


def test_pack_overwrites_nothing_and_leaves_nothing_half_made(installation: Store, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("x")
    assert run("pack", SLUG, "--out", tmp_path / "there.zip").exit_code == 1
    assert run("pack", "no-such-survey", "--out", tmp_path / "new.zip").exit_code == 1
    assert run("pack", SLUG, "--out", tmp_path / "nowhere" / "new.zip").exit_code == 1
    assert run("verify", tmp_path / "missing.zip").exit_code in (1, 2)
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["there.zip"]
