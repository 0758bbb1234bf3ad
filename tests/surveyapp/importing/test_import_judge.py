"""Rows: what they are stored as, what repeats, what conflicts, which codes are spent, and why one is rejected."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace

import openpyxl
import pytest

from surveyapp import reporting
from surveyapp.deliver.rows import rows_csv
from surveyapp.fieldwork.codes import hash_typed, hashes, make_codes, make_typed_codes
from surveyapp.importing import commit, judge_rows, read_table, rejected_workbook
from surveyapp.importing.mapping import mapped
from surveyapp.store import NewBatch, Outcome, Store, Submission
from tests.surveyapp.importing.conftest import DAY, SECRET, Desk, publish
from tests.surveyapp.importing.samples import (
    LIBRARY,
    SLUG,
    Writer,
    as_csv,
    as_xlsx,
    demo_answers,
    kobo,
    limesurvey,
    plain,
    plain_codes,
    tencent,
    wjx_text,
)  # fmt: skip

HEAD = ["_id", "notice", "review"]


def reasons(desk: Desk, sheet: list[list[str]]) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.what.zh) for p in desk.judge(sheet).problems]


# --- repeats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [wjx_text, tencent, kobo, limesurvey, plain])
def test_the_same_file_twice_stores_nothing_twice(desk: Desk, write: Writer) -> None:
    sheet = write(desk.questionnaire, demo_answers())
    assert desk.take(sheet).stored == 56
    before = desk.stored()
    again = desk.take(as_xlsx(sheet))
    assert (again.stored, again.already) == (0, 56)
    assert desk.stored() == before


def test_a_longer_export_adds_only_what_is_new(desk: Desk) -> None:
    answers = demo_answers()
    desk.take(wjx_text(desk.questionnaire, answers[:20]))
    done = desk.take(wjx_text(desk.questionnaire, answers))
    assert (done.stored, done.already) == (36, 20)


def test_a_changed_row_of_the_same_number_is_a_conflict(desk: Desk) -> None:
    desk.take([HEAD, ["1", "满意", "满意"], ["2", "一般", "满意"]])
    changed = [HEAD, ["1", "满意", "满意"], ["2", "不满意", "满意"]]
    assert reasons(desk, changed) == [(3, "_id", "这个编号的答卷已经导入过，内容不同")]
    desk.batch = "另一个街道"
    assert desk.take(changed).stored == 2


def test_equal_rows_without_numbers_are_different_people(desk: Desk) -> None:
    sheet = [["notice"], ["满意"], ["满意"], ["满意"]]
    assert desk.take(sheet).stored == 3
    assert desk.take(sheet).already == 3
    assert "没有编号列" in desk.judge([*sheet, ["一般"]]).warnings[0].zh


def test_ids_tell_nothing_without_the_secret(desk: Desk) -> None:
    first = desk.judge([HEAD, ["1", "满意", "满意"]]).good[0].submission.id
    assert re.fullmatch("[0-9a-f]{32}", first)
    table = read_table(as_csv([HEAD, ["1", "满意", "满意"]]))
    order = replace(desk.order, secret=b"t" * 32)
    other = judge_rows(table, mapped(table, desk.questionnaire), order, desk.store)
    assert other.good[0].submission.id != first


def test_a_number_twice_in_a_file_is_rejected_unless_the_definition_has_a_rule(
    desk: Desk, store: Store
) -> None:
    sheet = [HEAD, ["7", "满意", "满意"], ["7", "一般", "满意"]]
    assert reasons(desk, sheet) == [(3, "_id", "编号与第 2 行相同")]
    source = (
        (LIBRARY / f"{SLUG}.yaml")
        .read_text(encoding="utf-8")
        .replace("validity:", "validity:\n  - rule: duplicate", 1)
    )
    other = Desk(store, publish(store, source.replace("id: zhifu-2022", "id: zhifu-dup", 1).encode()))
    judged = other.judge(sheet)
    assert [good.submission.validity for good in judged.good] == ["", "duplicate"]
    assert commit(store, "zhifu-dup", judged).stored == 2


# --- nothing half imported -------------------------------------------------------------------------------------------


def test_what_changed_since_the_look_leaves_everything_as_it_was(desk: Desk) -> None:
    judged = desk.judge([HEAD, ["1", "满意", "满意"], ["2", "满意", "满意"]])
    desk.take([HEAD, ["2", "一般", "满意"]])
    done = commit(desk.store, SLUG, judged)
    assert (done.stored, [line for line, _ in done.refused]) == (0, [3])
    assert len(desk.store.patterns(SLUG, live=True)) == 1


def test_the_order_of_a_file_is_not_that_of_the_store(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[str] = []

    def submit_all(rows: Sequence[Submission]) -> list[Outcome]:
        came.extend(row.day for row in rows)
        return [Outcome.STORED] * len(rows)

    monkeypatch.setattr(desk.store, "submit_all", submit_all)
    sheet = [["notice", "_submitted"], *(["满意", f"2026-0{n % 8 + 1}-{n % 28 + 1:02d}"] for n in range(60))]
    judged = desk.judge(sheet)
    commit(desk.store, SLUG, judged)
    assert sorted(came) == sorted(good.submission.day for good in judged.good)
    assert came != [good.submission.day for good in judged.good]


def test_less_than_five_new_answers_wait_like_any_others(desk: Desk) -> None:
    answers = demo_answers()
    desk.take(wjx_text(desk.questionnaire, answers[:20]))
    desk.take(wjx_text(desk.questionnaire, answers[:22]))
    assert sum(row.count for row in desk.store.patterns(SLUG)) == 20
    assert sum(row.count for row in desk.store.patterns(SLUG, live=True)) == 22


def test_what_is_imported_into_a_closed_survey_counts_at_once(desk: Desk) -> None:
    desk.store.set_state(SLUG, "closed")
    desk.take([HEAD, ["1", "满意", "满意"], ["2", "满意", "满意"]])
    assert sum(row.count for row in desk.store.patterns(SLUG)) == 2


# --- codes -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def codes(store: Store) -> list[tuple[str, str]]:
    """Three access codes of the housing stratum, each as link and to be typed."""
    made = list(zip(make_codes(3), make_typed_codes(3), strict=True))
    both = [hashes(link, typed, SECRET) for link, typed in made]
    store.issue(SLUG, [NewBatch(purpose="survey", channel="slip", stratum="B", day=DAY, codes=both)])
    return made


def test_a_code_is_spent_and_gives_its_stratum(desk: Desk, codes: list[tuple[str, str]]) -> None:
    link, typed = codes[0][0], codes[1][1]
    sheet = [
        ["_code", "subsidy", "notice"], [link.upper(), "A", "A"], [f"{typed[:4]} {typed[4:8]}-{typed[8:]}", "B", "B"],
        [f"https://survey.example.org/s/{SLUG}/{codes[2][0]}", "", "C"],
    ]  # fmt: skip
    assert desk.take(sheet).stored == 3
    assert desk.store.ledger(SLUG)[0].used == 3
    rows = {
        row.answers: (row.stratum, row.flags, row.channel) for row in desk.store.patterns(SLUG, live=True)
    }
    assert rows['{"subsidy":"A","notice":"A"}'] == ("B", "stratum_differs", "import")
    assert rows['{"subsidy":"B","notice":"B"}'] == ("B", "", "import")
    again = desk.judge(sheet)
    assert (len(again.already), again.problems) == (3, [])


def test_codes_that_cannot_be_used_are_refused_kindly(desk: Desk, codes: list[tuple[str, str]]) -> None:
    desk.take([["_code", "notice"], [codes[0][0], "A"]])
    desk.store.void_codes(SLUG, [hashes(*codes[2], SECRET).link])
    sheet = [
        ["_code", "notice"], [codes[0][0], "B"], [codes[1][0], "B"], [codes[1][1], "C"], [codes[2][0], "A"],
        [next(make_codes(1)), "A"], ["abc", "A"], ["", "A"],
    ]  # fmt: skip
    assert reasons(desk, sheet) == [
        (2, "_code", "这个答题码已经用过，那份答卷已收到"),
        (4, "_code", "答题码与第 3 行相同"),
        (5, "_code", "这个答题码已作废"),
        (6, "_code", "这个调查没有这个答题码"),
        (7, "_code", "不是答题码"),
    ]
    assert [good.line for good in desk.judge(sheet).good] == [3, 8]
    assert desk.store.typed_code(SLUG, hash_typed(codes[1][1], SECRET)) is not None


# --- what else a row says --------------------------------------------------------------------------------------------


def test_time_is_reduced_to_the_day_and_to_whether_it_was_too_fast(store: Store) -> None:
    source = (LIBRARY / f"{SLUG}.yaml").read_text(encoding="utf-8")
    rule = "validity:\n  - {rule: too_fast, seconds_per_item: 2}"
    fast = source.replace("validity:", rule, 1).replace("id: zhifu-2022", "id: zhifu-fast", 1)
    desk = Desk(store, publish(store, fast.encode()))
    sheet = [
        ["_id", "_started", "_submitted", "_seconds", "notice"], ["1", "", "2026-09-01 23:59:59", "19秒", "A"],
        ["2", "", "2026/9/2", "20秒", "A"], ["3", "2026-09-03 10:00:00", "2026-09-03 10:00:05", "", "A"],
        ["4", "", "1980-01-01 00:00:00", "", "A"], ["5", "", "", "", "A"],
    ]  # fmt: skip
    judged = desk.judge(sheet)
    # ten items at two seconds each: below 20 seconds is too fast
    found = [(good.submission.day, good.submission.validity) for good in judged.good]
    assert found == [
        ("2026-09-01", "too_fast"),
        ("2026-09-02", ""),
        ("2026-09-03", "too_fast"),
        (DAY, ""),
        (DAY, ""),
    ]
    assert "1980-01-01" in judged.warnings[0].zh
    assert not any("59" in f"{good.submission.answers}{good.submission.day}" for good in judged.good)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("_seconds", "soon", "不是时长"), ("_submitted", "昨天", "不是日期"), ("_submitted", "2099-01-01", "日期在今天之后"),
        ("_submitted", "1899-01-01", "日期太早"),
        ("_channel", "微信 <b>", "渠道只能是小写字母、数字、- 和 _"), ("_stratum", "丙", "没有“丙”这一层"),
        ("_flags", "<script>", "标记应是 too_fast 这样的词"), ("_version", "abc", "答卷属于问卷的另一个版本"),
        ("_count", "0", "应为 1 到 100000 的整数"), ("notice", "<b>很好</b>", "没有选项“<b>很好</b>”"),
        ("improve", "A;F", "“无”不能与其他选项同时选"), ("suggestions", "x" * 2001, "请缩短到 2000 字以内"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_reported_at_its_place(desk: Desk, column: str, cell: str, reason: str) -> None:
    judged = desk.judge([["review", column], ["满意", ""], ["满意", cell]])
    ((line, name, value, what, do),) = judged.problems
    assert (line, name, value) == (3, column, cell)
    assert what.zh.startswith(reason)
    assert all((what.en, do.zh, do.en))
    assert [good.line for good in judged.good] == [2]


def test_every_problem_of_a_row_is_listed(desk: Desk) -> None:
    sheet = [["notice", "review", "_seconds"], ["好", "坏", "soon"]]
    assert [column for _, column, _ in reasons(desk, sheet)] == ["notice", "review", "_seconds"]


def test_a_header_once_more_and_a_row_too_long_are_rejected(desk: Desk) -> None:
    sheet = [["notice", "review"], ["满意", "满意"], ["notice", "review"], ["满意", "满意", "多"]]
    assert reasons(desk, sheet) == [(3, "", "又是一行列名"), (4, "", "这一行的格数多于列名")]


def test_not_asked_and_blank_are_told_apart(desk: Desk) -> None:
    desk.source = "wjx"
    judged = desk.judge([["notice", "review", "payment"], ["(跳过)", "（空）", "满意"], ["-3", "-2", "2"]])
    assert [good.submission.answers for good in judged.good] == ['{"notice":"-1","payment":"B"}'] * 2


def test_an_export_of_this_program_comes_back_as_it_is(desk: Desk, store: Store) -> None:
    """Design §4: what `export` writes and `analyse` reads is importable as it is."""
    desk.take(plain_codes(desk.questionnaire, demo_answers()))
    chunks = rows_csv(desk.questionnaire, reporting.pattern_table(store, SLUG), store.responses(SLUG))
    desk.batch = "export"
    judged = desk.judge(b"".join(chunks))
    assert judged.problems == []
    assert sorted(good.submission.answers for good in judged.good) == [a for a, _ in desk.stored()]


def test_a_count_is_so_many_questionnaires(desk: Desk) -> None:
    assert desk.take([["notice", "_count"], ["满意", "7"], ["一般", "1"]]).stored == 8
    assert desk.take([["notice", "_count"], ["满意", "7"], ["一般", "1"]]).already == 8


def test_cells_made_to_take_long_do_not(desk: Desk) -> None:
    """Two hundred long cells and names of brackets and separators; taken apart in every way they would take minutes."""
    cell = "流程 、;|,，" * 2000
    names = ["improve", "_seconds", "_submitted", "[" * 20_000 + "]", "notice" + ":" * 20_000]
    judged = desk.judge([names, *([f"{n}{cell}", "9" * 9000, "1:" * 9000, "", ""] for n in range(200))])
    assert len(judged.rejected) == 200


def test_rejected_rows_come_back_without_personal_data_and_can_be_imported_when_corrected(desk: Desk) -> None:
    sheet = wjx_text(desk.questionnaire, demo_answers())
    sheet[5][9], sheet[7][2] = "=cmd|x", "soon"
    table, mapping, judged = desk.read(sheet)
    assert commit(desk.store, SLUG, judged).stored == 54
    book = openpyxl.load_workbook(io.BytesIO(rejected_workbook(table, mapping, judged)))
    assert book.active is not None
    rows = [[str(cell or "") for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert "来自IP" not in rows[0]
    assert [row[-2] for row in rows[1:]] == ["6", "8"]
    assert "没有选项“=cmd|x”" in rows[1][-1]
    cell = book.active["I2"]
    assert (cell.value, cell.data_type) == ("=cmd|x", "s")
    rows[1][8], rows[2][2] = "满意", "90秒"
    assert desk.take(rows).stored == 2
    assert desk.judge(sheet).rejected == [6, 8]
