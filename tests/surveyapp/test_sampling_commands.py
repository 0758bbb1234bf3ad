"""The commands between a list of people and what they are handed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from click.testing import CliRunner, Result

from surveyapp.cli import main
from surveyapp.commands import sampling as commands
from surveyapp.fieldwork import handout
from surveyapp.fieldwork.codes import hash_code
from surveyapp.store import CodeExistsError, Store
from tests.surveyapp.fieldwork.people import as_csv, people
from tests.surveyapp.sample import LIBRARY, SLUG, submission

Run = Callable[..., Result]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an installation, the published 芝罘 survey and a roster of its 1,402 invented people."""
    monkeypatch.setenv("SURVEYAPP_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("SURVEYAPP_PUBLIC_URL", "https://diaocha.example.gov.cn")
    monkeypatch.setenv("SURVEYAPP_LANG", "zh")
    (tmp_path / "roster.csv").write_bytes(as_csv(people()))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["publish", str(LIBRARY / f"{SLUG}.yaml")])
    assert result.exit_code == 0, result.output
    return tmp_path


@pytest.fixture
def run(place: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return invoke


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{place / 'instance' / 'survey.db'}") as store:
        yield store


def table(path: Path) -> list[list[str]]:
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def draw(run: Run, *more: str, out: str = "drawn.xlsx") -> Result:
    return run(
        "draw", SLUG, "roster.csv", "--n", "60", "--minimum", "2", "--stratum-column", "补贴类别", "--out", out, *more
    )  # fmt: skip


def use(store: Store, sheet: Path, count: int) -> None:
    """Have the codes of a sheet's first rows used."""
    header, *rows = table(sheet)
    version = store.versions(SLUG)[0].version
    for number, row in enumerate(rows[:count]):
        code = hash_code(row[header.index("链接")].rpartition("/")[2])
        one = submission(version, number, {"subsidy": "A", "notice": "B"})
        store.submit(type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"code_hash": code}))


def test_a_draw_issues_codes_by_stratum_and_is_recorded(run: Run, place: Path) -> None:
    result = draw(run, "--channel", "slip", "--seed", "2026", "--slips", "slips.pdf")
    assert result.exit_code == 0, result.output
    header, *rows = table(place / "drawn.xlsx")
    assert len(rows) == 60
    with Store.open(f"sqlite:///{place / 'instance' / 'survey.db'}") as store:
        assert {(b.stratum, b.channel, b.count) for b in store.batches(SLUG)} == {
            ("A", "slip", 47), ("B", "slip", 11), ("C", "slip", 2),
        }  # fmt: skip
        (record,) = store.draws(SLUG)
        assert {batch.draw for batch in store.batches(SLUG)} == {record.id}
        assert (record.seed, record.drawn_by) == ("2026", commands.BY)
        assert json.loads(record.counts)["A"] == {"people": 1138, "drawn": 47}
        link, kind = header.index("链接"), header.index("补贴类别")
        for row in rows:
            code = store.code(SLUG, hash_code(row[link].rpartition("/")[2]))
            assert code is not None
            assert {"生活补贴": "A", "购房补贴": "B", "留学费用补贴": "C"}[row[kind]] == code.stratum
    assert record.id in result.output
    assert record.seed in result.output
    assert len(pypdfium2.PdfDocument(place / "slips.pdf")) == 5 + 2 + 1 + 1


def test_nothing_of_the_roster_is_stored(run: Run, place: Path) -> None:
    assert draw(run).exit_code == 0
    with Store.open(f"sqlite:///{place / 'instance' / 'survey.db'}"):
        pass
    stored = b"".join(path.read_bytes() for path in (place / "instance").rglob("*") if path.is_file())
    for _, name, phone, _, place_of_work in people():
        assert name.encode() not in stored
        assert phone.encode() not in stored
        assert place_of_work.encode() not in stored


def test_a_draw_can_be_repeated_from_the_same_file_alone(run: Run, place: Path) -> None:
    assert draw(run).exit_code == 0
    with Store.open(f"sqlite:///{place / 'instance' / 'survey.db'}") as store:
        (record,) = store.draws(SLUG)
    result = run("draw", SLUG, "roster.csv", "--repeat", record.id, "--out", "again.xlsx")
    assert result.exit_code == 0, result.output
    assert [row[:5] for row in table(place / "drawn.xlsx")] == table(place / "again.xlsx")
    with Store.open(f"sqlite:///{place / 'instance' / 'survey.db'}") as store:
        assert sum(batch.count for batch in store.batches(SLUG)) == 60  # no new codes

    (place / "roster.csv").write_bytes((place / "roster.csv").read_bytes() + b"\n")
    result = run("draw", SLUG, "roster.csv", "--repeat", record.id, "--out", "other.xlsx")
    assert result.exit_code == 1
    assert "不是当时的文件" in result.output
    assert not (place / "other.xlsx").exists()
    assert "没有抽样 x" in run("draw", SLUG, "roster.csv", "--repeat", "x", "--out", "o.xlsx").output


def test_the_same_seed_draws_the_same_people(run: Run, place: Path) -> None:
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert draw(run, "--seed", seed, out=f"{name}.xlsx").exit_code == 0
    a, b, c = ([row[:5] for row in table(place / f"{name}.xlsx")] for name in "abc")
    assert a == b != c


def test_a_dry_run_issues_nothing_and_a_second_draw_is_warned_of(run: Run, place: Path, store: Store) -> None:
    result = run("draw", SLUG, "roster.csv", "--n", "60", "--dry-run")
    assert result.exit_code == 0, result.output
    assert store.batches(SLUG) == []
    assert draw(run).exit_code == 0
    assert "抽过 1 次样" in draw(run, out="second.xlsx").output


def test_a_roster_that_does_not_fit_changes_nothing(run: Run, place: Path, store: Store) -> None:
    (place / "roster.csv").write_bytes(as_csv([("1", "甲", "", "住房", ""), ("2", "乙", "", "生活补贴", "")]))
    result = draw(run)
    assert result.exit_code == 1
    assert "“住房”不认识：1 人（第 2 行）" in result.output
    assert "Traceback" not in result.output
    assert (store.batches(SLUG), store.draws(SLUG)) == ([], [])
    assert not (place / "drawn.xlsx").exists()
    result = draw(run, "--map", "住房=B")
    assert result.exit_code == 0, result.output
    assert {batch.stratum for batch in store.batches(SLUG)} == {"A", "B"}


def test_what_cannot_be_issued_leaves_no_sheet(
    run: Run, place: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise CodeExistsError

    monkeypatch.setattr(handout.Handout, "issue", fail)
    assert draw(run, "--slips", "slips.pdf").exit_code != 0
    assert sorted(path.name for path in place.iterdir()) == ["instance", "roster.csv"]


def test_a_file_is_never_written_over(run: Run, place: Path, store: Store) -> None:
    (place / "drawn.xlsx").write_text("precious")
    assert "已存在" in draw(run).output
    assert (place / "drawn.xlsx").read_text() == "precious"
    assert store.batches(SLUG) == []


def test_numbers_by_stratum_are_drawn_as_given(run: Run, place: Path, store: Store) -> None:
    result = run(
        "draw", SLUG, "roster.csv", "--n", "A=5,B=3", "--stratum-column", "补贴类别", "--out", "drawn.xlsx"
    )
    assert result.exit_code == 0, result.output
    assert {(batch.stratum, batch.count) for batch in store.batches(SLUG)} == {("A", 5), ("B", 3)}
    assert "留学费用补贴：2 人中一个也没抽" in result.output


def test_reminders_wait_for_twenty_used_codes(run: Run, place: Path, store: Store) -> None:
    assert draw(run, "--channel", "sms").exit_code == 0
    use(store, place / "drawn.xlsx", 19)
    for command in (["remind", SLUG, "drawn.xlsx", "--out", "due.xlsx"], ["reissue", SLUG, "drawn.xlsx", "--out", "due.xlsx"],
                    ["void", SLUG, "drawn.xlsx"]):  # fmt: skip
        result = run(*command)
        assert result.exit_code == 1
        assert "只有 19 个" in result.output
        assert not (place / "due.xlsx").exists()


def test_a_reminder_goes_to_the_unused_and_keeps_their_codes(run: Run, place: Path, store: Store) -> None:
    assert draw(run, "--channel", "sms").exit_code == 0
    use(store, place / "drawn.xlsx", 25)
    result = run("remind", SLUG, "drawn.xlsx", "--out", "due.xlsx")
    assert result.exit_code == 0, result.output
    assert "未用 35，已用 25" in result.output
    header, *rows = table(place / "due.xlsx")
    _, *before = table(place / "drawn.xlsx")
    assert [row[:8] for row in rows] == [row[:8] for row in before[25:]]
    assert all(row[header.index("短信内容")].startswith("提醒：") for row in rows)
    assert all(row[header.index("链接")] in row[header.index("短信内容")] for row in rows)


def test_a_reissue_voids_the_old_code_and_the_new_one_works(run: Run, place: Path, store: Store) -> None:
    assert draw(run).exit_code == 0
    use(store, place / "drawn.xlsx", 20)
    result = run("reissue", SLUG, "drawn.xlsx", "--only", "2,30-31", "--out", "new.xlsx")
    assert result.exit_code == 0, result.output
    header, *rows = table(place / "new.xlsx")
    _, *before = table(place / "drawn.xlsx")
    link = header.index("链接")
    old, new = ([hash_code(row[link].rpartition("/")[2]) for row in some] for some in (before[28:30], rows))
    assert len(new) == 2  # row 2 is used
    assert set(store.code_states(SLUG, old).values()) == {"void"}
    assert set(store.code_states(SLUG, new).values()) == {"issued"}
    codes = [store.code(SLUG, one) for one in (*old, *new)]
    assert [code.stratum for code in codes if code] == [code.stratum for code in codes[:2] if code] * 2
    assert [row[:5] for row in rows] == [row[:5] for row in before[28:30]]


def test_rows_and_batches_can_be_made_void(run: Run, place: Path, store: Store) -> None:
    assert draw(run).exit_code == 0
    use(store, place / "drawn.xlsx", 20)
    assert (
        "已作废 2 个码" in run("void", SLUG, "drawn.xlsx", "--only", "21-23").output
    )  # row 21 is the 20th person
    batch = next(one for one in store.batches(SLUG) if one.stratum == "C")
    assert run("void", SLUG, "--batch", batch.id).exit_code == 0
    assert "--only x" in run("void", SLUG, "drawn.xlsx", "--only", "x").output
    unknown = run("void", SLUG, "--batch", "nonsense")
    assert (unknown.exit_code, batch.id in unknown.output) == (1, True)


def test_a_reissue_that_comes_too_late_writes_no_sheet(
    run: Run, place: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert draw(run).exit_code == 0
    use(store, place / "drawn.xlsx", 20)
    monkeypatch.setattr(Store, "reissue", lambda *_args, **_more: set())
    result = run("reissue", SLUG, "drawn.xlsx", "--out", "new.xlsx")
    assert (result.exit_code, "没有补发" in result.output) == (1, True)
    assert not (place / "new.xlsx").exists()


def test_slips_are_issued_by_stratum_and_printed(run: Run, place: Path, store: Store) -> None:
    result = run("print", "slips", SLUG, "--each", "A=12,C=2", "--out", "slips.pdf")
    assert result.exit_code == 0, result.output
    assert {(b.channel, b.stratum, b.count) for b in store.batches(SLUG)} == {
        ("slip", "A", 12),
        ("slip", "C", 2),
    }
    assert len(pypdfium2.PdfDocument(place / "slips.pdf")) == 4
    assert (
        "没有分层 X" in run("print", "slips", SLUG, "--count", "1", "--stratum", "X", "--out", "x.pdf").output
    )
    assert run("print", "slips", SLUG, "--count", "3", "--out", "three.pdf").exit_code == 0
    assert [b.count for b in store.batches(SLUG) if b.stratum is None] == [3]


def test_a_poster_is_printed_where_the_open_link_is_taken(run: Run, place: Path, store: Store) -> None:
    refused = run("print", "poster", SLUG, "--out", "poster.pdf")
    assert refused.exit_code == 1
    assert "不接受公开链接" in refused.output
    store.set_open_link(SLUG, True)
    assert run("print", "poster", SLUG, "--size", "A3", "--out", "poster.pdf").exit_code == 0
    width, height = pypdfium2.PdfDocument(place / "poster.pdf")[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 420)


@pytest.mark.parametrize("written", ["x", "0", "A=1", "-5", "1.5", "A=,B=2"])
def test_numbers_that_are_none_are_refused(run: Run, place: Path, store: Store, written: str) -> None:
    result = run("draw", SLUG, "roster.csv", f"--n={written}", "--out", "drawn.xlsx")
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.output
    assert store.batches(SLUG) == []


def test_questionnaires_without_strata_may_be_drawn_by_any_column_but_their_codes_carry_none(
    run: Run, place: Path, store: Store
) -> None:
    text = (LIBRARY / f"{SLUG}.yaml").read_text(encoding="utf-8")
    without = "\n".join(
        line for line in text.replace("id: zhifu-2022", "id: plain").splitlines()
        if not line.strip().startswith(("stratum_item:", "strata:", "weighting:"))
    )  # fmt: skip
    (place / "plain.yaml").write_text(without, encoding="utf-8")
    published = run("publish", "plain.yaml")
    assert published.exit_code == 0, published.output
    arguments = ["draw", "plain", "roster.csv", "--n", "60", "--out", "drawn.xlsx", "--stratum-column"]
    assert "不像分层" in run(*arguments, "姓名").output
    result = run(*arguments, "补贴类别")
    assert result.exit_code == 0, result.output
    assert {batch.stratum for batch in store.batches("plain")} == {None}
    (record,) = store.draws("plain")
    assert json.loads(record.counts)["购房补贴"]["people"] == 262
    again = run("draw", "plain", "roster.csv", "--repeat", record.id, "--out", "again.xlsx")
    assert again.exit_code == 0, again.output
