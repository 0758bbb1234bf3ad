"""What each column is: recognised, doubted where it could be two things, corrected by hand, kept as yaml."""

from __future__ import annotations

import pytest

from surveyapp.importing import UnfitMappingError, as_yaml, judge_rows, mapped, propose, read_table, read_yaml
from surveyapp.importing.cells import moment, seconds
from surveyapp.importing.sources import is_never_imported, is_personal
from surveyapp.store import Store
from tests.surveyapp.importing.conftest import Desk, publish
from tests.surveyapp.importing.samples import Sheet, as_csv, demo_answers, plain, wjx_text, zhifu

NUMERIC = """
id: numeric
title: 编码是数字
organiser: 评价组
purpose: 了解情况
scales:
  s:
    options:
      - {code: "5", label: 非常满意, value: 100}
      - {code: "4", label: 满意, value: 80}
      - {code: "3", label: 一般, value: 60}
      - {code: "2", label: 不满意, value: 0}
sections:
  - id: all
    title: 全部
    items:
      - {id: a, kind: single, text: 环境满意吗, scale: s}
      - {id: b, kind: single, text: 服务满意吗, scale: s}
      - id: c
        kind: multiple
        text: 哪里要改进
        options: [{code: A, label: 大厅 窗口}, {code: B, label: 停车 难}, {code: C, label: 网上 办事}]
"""


@pytest.fixture
def numeric(store: Store) -> Desk:
    """A survey whose codes are numbers, the best one the highest."""
    return Desk(store, publish(store, NUMERIC.encode()))


def answers(desk: Desk, sheet: Sheet) -> list[str]:
    return [good.submission.answers for good in desk.judge(sheet).good]


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_numbers_that_are_codes_are_read_as_codes_and_this_is_told(numeric: Desk) -> None:
    column = numeric.columns([["a"], ["4"], ["3"]])["a"]
    assert str(column.target) == "a"
    assert "按编码读" in column.notes[0].zh
    assert "a:number" in column.notes[0].zh
    assert answers(numeric, [["a"], ["4"], ["3"]]) == ['{"a":"4"}', '{"a":"3"}']


def test_numbers_that_are_codes_only_in_part_must_be_decided(numeric: Desk) -> None:
    sheet = [["a"], ["1"], ["2"], ["4"]]
    (doubted,) = (column for column in numeric.columns(sheet).values() if column.doubt)
    assert doubted.doubt is not None
    assert "a:number" in doubted.doubt.zh
    numeric.changes = {"a": "a:number"}
    assert answers(numeric, sheet) == ['{"a":"5"}', '{"a":"4"}', '{"a":"2"}']


def test_numbers_may_count_from_the_last_option(numeric: Desk) -> None:
    numeric.changes = {"a": "a:reverse"}
    assert answers(numeric, [["a"], ["1"], ["4"]]) == ['{"a":"2"}', '{"a":"5"}']


def test_option_numbers_are_told_with_what_each_means(desk: Desk) -> None:
    column = desk.columns([["notice"], ["1"], ["4"]])["notice"]
    assert (str(column.target), column.sureness) == ("notice:number", "check")
    assert "1＝非常满意" in column.notes[0].zh
    assert "4＝不满意" in column.notes[0].zh


def test_what_options_are_worth_is_read_as_such(desk: Desk) -> None:
    sheet = [["notice"], ["100"], ["80"], ["0"]]
    assert str(desk.columns(sheet)["notice"].target) == "notice:value"
    assert answers(desk, sheet) == ['{"notice":"A"}', '{"notice":"B"}', '{"notice":"D"}']


# --- labels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "非常满意",
        "A",
        "A.非常满意",
        "1、非常满意",
        " 非常 满意 ",
        "非常满意：",
        "“非常满意”",
        "Very satisfied",
        "very satisfied",
    ],
)
def test_an_option_is_known_however_it_is_written(desk: Desk, written: str) -> None:
    assert answers(desk, [["notice", "review"], [written, "一般"]]) == ['{"notice":"A","review":"C"}']


@pytest.mark.parametrize("written", ["不满意〖太慢〗", "不满意：太慢", "不满意(太慢)", "D.不满意〖太慢〗"])
def test_the_words_behind_an_option_are_kept_beside_it(desk: Desk, written: str) -> None:
    (good,) = desk.judge([["notice"], [written]]).good
    assert (good.submission.answers, good.submission.open_text) == (
        '{"notice":"D"}',
        '{"notice.text":"太慢"}',
    )


@pytest.mark.parametrize(
    "written",
    [
        "申报审批流程┋资金拨付",
        "A;B",
        "申报审批流程；资金拨付",
        "B,A",
        "申报审批流程、资金拨付",
        "A B",
        "资金拨付\n申报审批流程",
    ],
)
def test_choices_are_told_apart_whatever_joins_them(desk: Desk, written: str) -> None:
    assert answers(desk, [["improve"], [written]]) == ['{"improve":["A","B"]}']


def test_labels_that_hold_what_joins_them_are_told_apart(numeric: Desk) -> None:
    assert answers(numeric, [["c"], ["大厅 窗口 网上 办事"]]) == ['{"c":["A","C"]}']


def test_an_unknown_option_names_the_near_one(desk: Desk) -> None:
    (problem,) = desk.judge([["notice"], ["非常滿意"]]).problems
    assert (problem.line, problem.column, problem.value) == (2, "notice", "非常滿意")
    assert "是不是“非常满意”" in problem.what.zh
    assert "Very satisfied" in problem.what.en or "非常满意" in problem.what.en


# --- columns ---------------------------------------------------------------------------------------------------------


def test_the_other_of_limesurvey_is_the_option_that_asks_for_words(desk: Desk) -> None:
    desk.source = "limesurvey"
    sheet = [["improve", "notice", "notice[other]", "review"], ["-oth-", "-oth-", "太慢", "A2"]]
    (good,) = desk.judge(sheet).good
    assert good.submission.answers == '{"notice":"D","review":"B","improve":["E"]}'
    assert good.submission.open_text == '{"notice.text":"太慢"}'
    assert "A2＝满意" in desk.columns(sheet)["review"].notes[0].zh


def test_the_groups_of_kobo_stand_before_the_question(desk: Desk) -> None:
    sheet = [
        ["about/you/notice", "g/improve", "g/improve/A", "g/improve/B", "_uuid"],
        ["B", "A B", "1", "1", "u1"],
    ]
    found = desk.columns(sheet)
    assert [str(column.target) for column in found.values()] == ["notice", "improve", "-", "-", "_id"]
    assert answers(desk, sheet) == ['{"notice":"B","improve":["A","B"]}']


def test_wordings_alike_are_proposed_to_be_looked_at(desk: Desk) -> None:
    column = desk.columns([["4、申报通知发布是否及时？您对此是否满意？"], ["满意"]])
    (found,) = column.values()
    assert (str(found.target), found.sureness) == ("notice", "check")
    assert "相似" in found.reason.zh


def test_a_wording_that_could_be_two_items_is_none(desk: Desk) -> None:
    (found,) = desk.columns([["您对此是否满意？"], ["满意"]]).values()
    assert str(found.target) == "-"


def test_a_number_alone_is_the_item_of_that_place(desk: Desk) -> None:
    found = desk.columns([["4", "Q5", "第6题"], ["满意", "满意", "满意"]])
    assert [str(column.target) for column in found.values()] == ["notice", "criteria", "procedure"]
    assert {column.sureness for column in found.values()} == {"check"}


def test_two_columns_of_one_name_must_be_told_apart(desk: Desk) -> None:
    sheet = [["notice", "notice"], ["满意", "一般"]]
    _, mapping, _ = desk.read(sheet)
    assert [bool(column.doubt) for column in mapping.columns] == [False, True]
    desk.changes = {"notice": "-"}
    with pytest.raises(UnfitMappingError) as unfit:
        desk.read(sheet)
    assert "#1" in unfit.value.zh
    desk.changes = {"#1": "-", "#2": "notice"}
    assert answers(desk, sheet) == ['{"notice":"C"}']


def test_a_target_given_twice_is_doubted(desk: Desk) -> None:
    desk.changes = {"#2": "notice"}
    _, mapping, _ = desk.read([["notice", "x"], ["满意", "一般"]])
    assert [bool(column.doubt) for column in mapping.columns] == [False, True]


def test_what_tells_who_somebody_is_cannot_be_mapped(desk: Desk) -> None:
    desk.changes = {"来自IP": "suggestions"}
    with pytest.raises(UnfitMappingError) as unfit:
        desk.read(wjx_text(desk.questionnaire, demo_answers()[:2]))
    assert "个人信息" in unfit.value.zh


@pytest.mark.parametrize(
    "name",
    ["IP", "来自IP", "微信昵称", "姓名", "您的手机号码", "地理位置市", "E-mail", "openid", "UA", "token"],
)
def test_personal_columns_are_never_imported(name: str) -> None:
    assert is_never_imported(name)


@pytest.mark.parametrize(
    "name", ["您用手机办过业务吗？", "您对IP地址管理是否满意", "1、您的性别", "城市环境满意吗"]
)
def test_questions_are_not_taken_for_personal_data(name: str) -> None:
    assert not is_personal(name)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"notices": "review"}, "没有列“notices”；是否指 “notice”"),
        ({"notice": "revieww"}, "没有“revieww”可以对应；是否指 “review”"),
        ({"notice": "improve.Z"}, "improve.Z"),
        ({"notice": "notice:backwards"}, "notice:backwards"),
        ({"notice": "suggestions.text"}, "suggestions.text"),
        ({"#99": "notice"}, "#99"),
    ],
)
def test_a_correction_that_means_nothing_is_refused(desk: Desk, changes: dict[str, str], words: str) -> None:
    desk.changes = changes
    with pytest.raises(UnfitMappingError) as unfit:
        desk.read([["notice"], ["满意"]])
    assert words in unfit.value.zh


# --- yaml ------------------------------------------------------------------------------------------------------------


def test_a_mapping_written_and_read_again_is_the_same() -> None:
    questionnaire = zhifu()
    table = read_table(as_csv(wjx_text(questionnaire, demo_answers())))
    proposed = propose(table, questionnaire)
    saved = read_yaml(as_yaml(proposed).encode(), questionnaire)
    again = mapped(table, questionnaire, source=saved.source, saved=saved)
    assert [str(c.target) for c in again.columns] == [str(c.target) for c in proposed.columns]


def test_a_saved_mapping_may_name_the_code_of_a_cell(desk: Desk) -> None:
    saved = read_yaml(
        "columns: {满意度: notice}\nvalues: {notice: {很好: A, 还行: B}}".encode(), desk.questionnaire
    )
    table = read_table("满意度\n很好\n还行\n一般\n".encode())
    mapping = mapped(table, desk.questionnaire, saved=saved)
    assert as_yaml(mapping).count("很好") == 1

    found = judge_rows(table, mapping, desk.order, desk.store)
    assert [good.submission.answers for good in found.good] == [
        '{"notice":"A"}',
        '{"notice":"B"}',
        '{"notice":"C"}',
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"columns: [a, b]",
        b"- a",
        b"columns: {a: {b: c}}",
        b"a: [",
        b"\xff\xfe",
        b"source: excel\ncolumns: {}",
        b"values: {notice: {x: Z}}",
    ],
)
def test_a_broken_mapping_file_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(UnfitMappingError) as unfit:
        read_yaml(content, zhifu())
    assert unfit.value.zh
    assert unfit.value.en


# --- durations and days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("126秒", 126), ("2分6秒", 126), ("00:02:06", 126), ("2:06", 126), ("126.43", 126), ("1小时2分", 3720), ("2 min 6 s", 126),
     ("soon", None), ("", None), ("-5", None), ("秒", None), ("9" * 5000, None), ("9" * 5000 + "秒", None)],
)  # fmt: skip
def test_durations(cell: str, wanted: int | None) -> None:
    assert seconds(cell) == wanted


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("2026/9/3 12:00:05", "2026-09-03"), ("2026-09-03", "2026-09-03"), ("2026年9月3日 8:00", "2026-09-03"),
     ("2026-09-03T23:30:00.000+08:00", "2026-09-03"), ("2026-09-03T23:30:00Z", "2026-09-04"), ("46268.5", "2026-09-03"),
     ("2026.9.3", "2026-09-03"), ("2026-13-03", None), ("昨天", None), ("12", None),
     ("0001-01-01T00:00:00+12:00", None), ("9999-12-31T23:00:00-12:00", None), ("2026-09-03" + " " * 9999 + "x", None)],
)  # fmt: skip
def test_days(desk: Desk, cell: str, wanted: str | None) -> None:
    found = moment(cell, desk.order.zone)
    assert (found.date().isoformat() if found else None) == wanted


def test_a_sheet_of_labels_needs_no_header_of_ids(desk: Desk) -> None:
    _, mapping, judged = desk.read(plain(desk.questionnaire, demo_answers()))
    assert {column.sureness for column in mapping.columns if column.target.item} == {"sure"}
    assert len(judged.good) == 56


def test_the_codes_of_a_questionnaire_in_another_language_are_the_same() -> None:
    questionnaire = zhifu()
    texts = [item.text.say("en") for item in questionnaire.items.values()]
    mapping = propose(read_table(as_csv([texts, [""] * len(texts), ["Living subsidy"]])), questionnaire)
    assert mapping.missing == []
