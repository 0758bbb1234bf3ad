"""The command line: what it prints, what it refuses, and with which exit status."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from surveyapp.cli import main
from surveyapp.config import load_config
from surveyapp.console import bar, table, width
from surveyapp.fieldwork.codes import case_label, hash_code, hash_typed, normalise_code
from surveyapp.store import Store

LIBRARY = "questionnaires/library"
ZHIFU = f"{LIBRARY}/zhifu-2022.yaml"
TALLIES = "tests/references/zhifu-2022-tallies.json"
DEMO_ROWS = "surveyapp/demo/rows.csv"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on an installation of its own."""
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("SURVEYAPP_PUBLIC_URL", "https://survey.example.org")
    monkeypatch.setenv("SURVEYAPP_LANG", "zh")
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL", raising=False)
    return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)


def stored(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path / 'instance' / 'survey.db'}")


# --- files alone ---------------------------------------------------------------------------------------------------


def test_check_prints_every_problem_at_its_place_and_ends_with_one(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("id: bad\ntitle: x\nsections: []\nminuts: 3\n", encoding="utf-8")
    done = run("check", path, ZHIFU, tmp_path / "none.yaml")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert all(line.startswith((f"{path}:", f"{tmp_path / 'none.yaml'}:1:1: ")) for line in lines)
    assert [line.rsplit("[", 1)[1] for line in lines if "minuts" in line] == ["unknown-key]"]
    assert lines[-1].endswith("[file]")


def test_check_is_silent_about_good_files_on_standard_output(run: Run) -> None:
    done = run("check", *sorted(map(str, Path(LIBRARY).glob("*.yaml"))))
    assert (done.exit_code, done.stdout) == (0, "")


@pytest.mark.parametrize(
    "arguments", [("--tallies", TALLIES), ("--responses", DEMO_ROWS, "--distributed", "60")]
)
def test_analyse_prints_the_published_figures(run: Run, arguments: tuple[str, ...]) -> None:
    shown = run("analyse", ZHIFU, *arguments).stdout
    # seeds.md and zhifu-2022-expected.json: rates, composite, awareness, points
    for figure in ("93.33%", "94.64%", "85.13%", "82.64%", " 8.5 ", " 4.3 ", "96.98%"):
        assert figure in shown
    assert ("82.90%–87.12%" in shown) is (arguments[0] == "--responses")  # statistics.md 3a, row b


def test_analyse_as_json_is_the_report(run: Run) -> None:
    report = json.loads(run("analyse", ZHIFU, "--tallies", TALLIES, "--format", "json").stdout)
    assert report["schema"] == "surveyapp.report/1"
    assert report["measures"]["satisfaction"]["exact"] == "4512/5300"  # seeds.md
    assert report["measures"]["satisfaction"]["interval"] is None
    assert report["indicators"]["satisfaction"]["exact_score"] == "2256/265"
    assert {w["code"] for w in report["warnings"]} >= {
        "no-joint-answers",
        "definition-conflict",
        "empty-stratum",
    }


def test_returned_above_the_rows_adds_unseen_invalid_ones_and_below_is_an_error(run: Run) -> None:
    more = json.loads(
        run("analyse", ZHIFU, "--responses", DEMO_ROWS, "--returned", "58", "--format", "json").stdout
    )
    assert more["fieldwork"]["returned"] == 58
    assert more["fieldwork"]["invalid_reasons"] == {"incomplete": 3, "not_seen": 2}
    assert more["fieldwork"]["return_rate"] is None  # nobody said how many were distributed
    fewer = run("analyse", ZHIFU, "--responses", DEMO_ROWS, "--returned", "50")
    assert fewer.exit_code == 1


def test_an_entered_value_is_scored(run: Run) -> None:
    arguments = ("analyse", ZHIFU, "--tallies", TALLIES, "--format", "json", "--entered")
    report = json.loads(run(*arguments, "growth=31.29").stdout)
    assert report["indicators"]["growth"]["exact_score"] == "10"  # rule-limits.json: 3129/100 gives 10
    assert run(*arguments, "nothing=1").exit_code == 1


@pytest.mark.parametrize(
    ("file", "indicator", "entry"),
    [
        ("huoju-2021", "audit_tiers", "audit_tiers.petitions=maybe"),
        ("huoju-2021", "audit_tiers", "audit_tiers.petition=yes"),
        ("huoju-2021", "audit_tiers", "audit_tiers.no_survey=true"),
        ("zhifu-2022", "awareness", "awareness.publicity=也许"),
        ("zhifu-2022", "growth", "growth=much"),
        ("zhifu-2022", "budget_execution", "budget_execution=-1"),
        ("zhifu-2022", "satisfaction", "satisfaction=90"),
    ],
)
def test_an_entry_that_has_no_place_or_cannot_be_scored_is_refused(
    run: Run, file: str, indicator: str, entry: str
) -> None:
    done = run("rule", f"{LIBRARY}/{file}.yaml", "--indicator", indicator, "--at", "92.4", "--entered", entry)
    assert done.exit_code == 1
    assert entry.partition("=")[0] in done.stderr


def test_several_files_of_rows_are_read_as_one(run: Run, tmp_path: Path) -> None:
    header, *lines = Path(DEMO_ROWS).read_text(encoding="utf-8").splitlines(keepends=True)
    for name, part in (("east.csv", lines[:20]), ("west.csv", lines[20:])):
        (tmp_path / name).write_text("".join([header, *part]), encoding="utf-8")
    files = [word for name in ("east.csv", "west.csv") for word in ("--responses", str(tmp_path / name))]
    whole = run("analyse", ZHIFU, "--responses", DEMO_ROWS, "--format", "json").stdout
    assert run("analyse", ZHIFU, *files, "--format", "json").stdout == whole


def test_the_rule_table_is_also_json(run: Run) -> None:
    for file, indicator in (
        ("huoju-2021", "policy"),
        ("zhifu-2022", "growth"),
        ("longgang-2018-2020", "attraction"),
    ):
        done = run("rule", f"{LIBRARY}/{file}.yaml", "--indicator", indicator, "--format", "json")
        assert done.exit_code == 0
        assert all(Fraction(row["exact_score"]) >= 0 for row in json.loads(done.stdout))


def test_the_report_shows_plain_and_weighted_side_by_side(run: Run) -> None:
    shown = run("analyse", ZHIFU, "--responses", DEMO_ROWS).stdout
    # statistics.md 3a, rows b and c
    assert "82.90%–87.12%" in shown
    assert "84.10%" in shown
    assert "81.53%–86.38%" in shown


def test_two_surveys_are_compared_where_items_and_options_match(run: Run, tmp_path: Path) -> None:
    text = Path(ZHIFU).read_text(encoding="utf-8")
    old = tmp_path / "old.yaml"
    old.write_text(
        text.replace("id: payment\n", "id: payout\n").replace("payment]", "payout]"), encoding="utf-8"
    )
    rows = tmp_path / "old.csv"
    rows.write_text(
        Path(DEMO_ROWS).read_text(encoding="utf-8").replace("payment", "payout"), encoding="utf-8"
    )
    done = run("--lang", "en", "compare", old, rows, ZHIFU, DEMO_ROWS)
    assert done.exit_code == 0, done.output
    assert "payment: it was not there before" in done.stdout
    assert "satisfaction: other items or weights" in done.stdout
    notice = next(
        line
        for line in done.stdout.splitlines()
        if line.startswith("Was the call") or "84.53%  84.53%" in line
    )
    assert "0.00" in notice  # the same answers: no change
    assert "improve first" in done.stdout


def test_a_plan_for_the_five_per_cent_margin(run: Run) -> None:
    found = json.loads(run("plan", "--population", "1402", "--margin", "5", "--format", "json").stdout)
    assert "302" in json.dumps(found)  # statistics.md section 6
    assert run("plan", "--population", "60", "--margin", "5").exit_code == 0


def test_analyse_needs_exactly_one_data_file(run: Run) -> None:
    assert run("analyse", ZHIFU).exit_code == 2
    assert run("analyse", ZHIFU, "--tallies", TALLIES, "--responses", DEMO_ROWS).exit_code == 2


@pytest.mark.parametrize(
    ("file", "indicator", "at", "points"),
    [
        ("huoju-2021", "policy", "92.4", "8"),  # seeds.md
        ("huoju-2021", "audit_tiers", "92.4", "4"),
        ("longgang-2018-2020", "beneficiary_satisfaction", "100", "9"),
        ("zhifu-2022", "satisfaction", "89.995", "17999/2000"),  # rule-limits.json
        ("zhifu-2022", "budget_execution", "100.5", "5/2"),
        ("longgang-2018-2020", "attraction", "良", "36/5"),
    ],
)
def test_rule_prints_the_exact_points_at_a_value(
    run: Run, file: str, indicator: str, at: str, points: str
) -> None:
    done = run("rule", f"{LIBRARY}/{file}.yaml", "--indicator", indicator, "--at", at)
    assert (done.exit_code, done.stdout) == (0, f"{points}\n")


def test_a_veto_and_no_survey_made_decide_before_the_rule(run: Run) -> None:
    arguments = (
        "rule",
        f"{LIBRARY}/huoju-2021.yaml",
        "--indicator",
        "audit_tiers",
        "--at",
        "92.4",
        "--entered",
    )
    assert run(*arguments, "audit_tiers.petitions=yes").stdout == "0\n"
    assert run(*arguments, "audit_tiers.no_survey=yes").stdout == "0\n"


def test_a_value_that_cannot_be_scored_is_refused(run: Run) -> None:
    for at in ("101", "-1", "many"):
        assert run("rule", ZHIFU, "--indicator", "satisfaction", "--at", at).exit_code == 1
    assert run("rule", ZHIFU, "--indicator", "none", "--at", "1").exit_code == 1


def test_rule_without_an_indicator_shows_them_all(run: Run) -> None:
    shown = run("rule", ZHIFU).stdout
    for title in (
        "补贴对象满意度  10 分",
        "政策知晓人群覆盖率  5 分",
        "引进人才增长率  10 分",
        "预算执行率  3 分",
    ):
        assert title in shown
    assert run("rule", ZHIFU, "--at", "90").exit_code == 2


def test_rule_without_a_value_shows_every_limit_of_every_indicator(run: Run) -> None:
    for path in Path(LIBRARY).glob("*.yaml"):
        from questionnaires.build import load_good

        for indicator in load_good(path).indicators:
            assert run("rule", path, "--indicator", indicator).exit_code == 0
    shown = run("rule", ZHIFU, "--indicator", "satisfaction").stdout
    assert "89.99   9.0  8999/1000" in shown


# --- the store -----------------------------------------------------------------------------------------------------


def test_publish_codes_and_report_make_a_survey(run: Run, tmp_path: Path) -> None:
    assert run("publish", ZHIFU).exit_code == 0
    sheet = tmp_path / "codes.xlsx"
    assert run("codes", "zhifu-2022", "--count", "3", "--stratum", "B", "--out", sheet).exit_code == 0
    rows = list(openpyxl.load_workbook(sheet).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert len(rows) == 3
    with stored(tmp_path) as store:
        secret = load_config(tmp_path / "instance").secret_key
        for _, case, typed, link, stratum in rows:
            address, _, code = str(link).rpartition("/")
            assert (address, stratum) == ("https://survey.example.org/s/zhifu-2022", "购房补贴")
            found = store.code("zhifu-2022", hash_code(code))
            assert found is not None
            assert (found.state, found.stratum, case_label(found.hash)) == ("issued", "B", case)
            by_hand = normalise_code(str(typed)) or ""
            assert store.typed_code("zhifu-2022", hash_typed(by_hand, secret)) == found
    report = json.loads(run("report", "zhifu-2022", "--format", "json").stdout)
    assert report["fieldwork"] | {"distributed": 3, "returned": 0, "valid": 0} == report["fieldwork"]


def test_a_sheet_of_codes_is_never_written_over(run: Run, tmp_path: Path) -> None:
    run("publish", ZHIFU)
    sheet = tmp_path / "codes.xlsx"
    sheet.write_bytes(b"mine")
    assert run("codes", "zhifu-2022", "--count", "1", "--out", sheet).exit_code == 1
    assert sheet.read_bytes() == b"mine"


@pytest.mark.parametrize(
    "arguments",
    [
        ("codes", "nothing", "--count", "1", "--out", "x.xlsx"),
        ("codes", "zhifu-2022", "--count", "1", "--stratum", "Z", "--out", "x.xlsx"),
        ("codes", "zhifu-2022", "--count", "1", "--out", "no-such-folder/x.xlsx"),
        ("report", "nothing"),
        ("export", "nothing"),
        ("state", "nothing", "closed"),
        ("qr", "nothing"),
        ("qr", "zhifu-2022", "short"),
        ("qr", "zhifu-2022", "--out", "x.pdf"),
        ("publish", "none.yaml"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    run: Run, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    run("publish", ZHIFU)
    done = run(*(str(tmp_path / a) if a.endswith((".xlsx", ".pdf", ".yaml")) else a for a in arguments))
    assert done.exit_code == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.output


def test_publishing_the_same_text_again_changes_nothing(run: Run) -> None:
    first, second = run("publish", ZHIFU), run("publish", ZHIFU)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "没有变化" in second.stdout


def test_the_open_link_is_set_by_publishing_and_otherwise_kept(run: Run, tmp_path: Path) -> None:
    link = "https://survey.example.org/s/zhifu-2022"
    assert link not in run("publish", ZHIFU).stdout
    assert run("qr", "zhifu-2022").exit_code == 1
    assert link in run("publish", ZHIFU, "--open-link").stdout
    assert link in run("publish", ZHIFU).stdout
    assert run("qr", "zhifu-2022").exit_code == 0
    assert link not in run("publish", ZHIFU, "--no-open-link").stdout


def test_an_earlier_version_can_be_made_current_again(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(Path(ZHIFU).read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    run("publish", ZHIFU)
    run("publish", other)
    assert "恢复使用" in run("publish", ZHIFU).stdout


def test_a_version_that_reads_given_answers_differently_needs_force(run: Run, tmp_path: Path) -> None:
    from surveyapp.demo.show import fill

    run("surveys")
    with stored(tmp_path) as store:
        fill(store)
    text = Path(ZHIFU).read_text(encoding="utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(
        text.replace("{code: B, label: {zh: 满意,", "{code: BB, label: {zh: 满意,").replace(
            "codes: [A, B]", "codes: [A]"
        ),
        encoding="utf-8",
    )
    done = run("publish", other)
    assert done.exit_code == 1
    assert "notice" in done.stderr
    # 37 valid questionnaires chose B for notice (tallies), and one of the three incomplete ones
    assert "notice 的选项 B 没有了（已有 38 个答案）" in done.stderr
    assert run("publish", other, "--force").exit_code == 0


def test_an_exported_file_gives_the_same_report(run: Run, tmp_path: Path) -> None:
    from surveyapp.demo.show import fill

    run("surveys")  # makes the instance
    with stored(tmp_path) as store:
        fill(store)
    out = tmp_path / "rows.csv"
    assert run("export", "zhifu-2022", "--out", out).exit_code == 0
    own = run("report", "zhifu-2022", "--format", "json").stdout
    again = run("analyse", ZHIFU, "--responses", out, "--distributed", "60", "--format", "json").stdout
    assert json.loads(own)["measures"]["satisfaction"]["exact"] == "4512/5300"
    # byte for byte but for the ledger: what went out by which channel only the store knows
    ledger = re.compile(r'"ledger": \[.*?\n    \]', re.DOTALL)
    assert ledger.sub("", again) == ledger.sub("", own)
    assert ledger.search(own)


def test_doctor_says_that_a_new_installation_is_well(run: Run) -> None:
    run("publish", ZHIFU)
    assert run("doctor").exit_code == 0


def test_accounts_and_tokens_are_shown_once_and_listed_without_secrets(run: Run) -> None:
    password = run("user", "add", "wang").stdout.strip()
    token = run("token", "add", "sheet", "--days", "30").stdout.strip()
    listed = run("user", "list").stdout + run("token", "list").stdout
    assert "wang" in listed
    assert "sheet" in listed
    assert password not in listed
    assert token not in listed
    assert run("user", "add", "wang").exit_code == 1
    assert run("token", "revoke", "nothing").exit_code == 1


def test_the_language_can_be_chosen(run: Run) -> None:
    assert "No survey" in run("--lang", "en", "surveys").output
    assert "还没有调查" in run("surveys").output


# --- tables --------------------------------------------------------------------------------------------------------


def test_tables_line_up_where_chinese_takes_two_columns() -> None:
    lines = table(("a", "数"), [("满意", "1"), ("ab", "22")], right=(1,)).splitlines()
    assert len({width(line) for line in lines}) == 1
    assert lines[2] == "满意   1"


def test_a_bar_is_as_long_as_its_share() -> None:
    assert bar(0.5, 10) == "█" * 5
    assert bar(0, 10) == ""
    assert bar(1, 10) == "█" * 10
