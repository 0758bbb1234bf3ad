"""Every service's export, written with known answers, gives the published figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from questionnaires.accept import Answers, accept
from questionnaires.build import loads_good
from questionnaires.model import MultipleItem, NumberItem, Questionnaire, TextItem
from surveyapp import reporting
from surveyapp.importing import propose, read_table
from surveyapp.importing.judge import judge_rows
from surveyapp.store import Store
from tests.surveyapp.importing.conftest import Desk, publish
from tests.surveyapp.importing.samples import (
    FORMATS,
    SLUG,
    SOURCE_OF,
    Sheet,
    as_csv,
    as_xlsx,
    canonical,
    demo_answers,
    zhifu,
)

FILES: dict[str, Callable[[Sheet], bytes]] = {
    "utf-8": as_csv,
    "utf-8-bom": lambda sheet: as_csv(sheet, encoding="utf-8-sig", quote_all=True),
    "gb18030": lambda sheet: as_csv(sheet, encoding="gb18030"),
    "tabs": lambda sheet: as_csv(sheet, delimiter="\t"),
    "semicolons": lambda sheet: as_csv(sheet, delimiter=";", quote_all=True),
    "utf-16": lambda sheet: as_csv(sheet, encoding="utf-16", delimiter="\t"),
    "xlsx": as_xlsx,
    "xlsx-numbers": lambda sheet: as_xlsx(sheet, numbers=True),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_known_answers_give_the_published_figures(desk: Desk, name: str) -> None:
    answers = demo_answers()
    done = desk.take(as_csv(FORMATS[name](desk.questionnaire, answers)))
    report = reporting.report(desk.store, SLUG)
    assert (done.stored, done.already, report.fieldwork.returned, report.fieldwork.valid) == (56, 0, 56, 53)
    # tests/references/zhifu-2022-expected.json: 4512/53 % and 4380/53 %, printed 85.13% and 82.64%
    assert report.measures["satisfaction"].exact == Fraction(4512, 5300)
    assert report.measures["awareness"].exact == Fraction(4380, 5300)
    assert report.indicators["satisfaction"].score == Fraction(2256, 265)
    assert desk.stored() == sorted(map(canonical, answers))


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("name", ["wjx-text", "tencent"])
def test_a_file_reads_the_same_however_it_was_saved(desk: Desk, name: str, kind: str) -> None:
    answers = demo_answers()
    assert desk.take(FILES[kind](FORMATS[name](desk.questionnaire, answers))).stored == 56
    assert desk.stored() == sorted(map(canonical, answers))


@pytest.mark.parametrize("name", FORMATS)
def test_the_service_is_recognised_and_every_item_found(name: str) -> None:
    questionnaire = zhifu()
    mapping = propose(read_table(as_csv(FORMATS[name](questionnaire, demo_answers()))), questionnaire)
    assert mapping.source.id == SOURCE_OF[name]
    assert (list(mapping.missing), mapping.doubts) == ([], [])


@pytest.mark.parametrize("name", FORMATS)
def test_what_tells_who_it_was_is_neither_imported_nor_shown(name: str) -> None:
    questionnaire = zhifu()
    mapping = propose(read_table(as_csv(FORMATS[name](questionnaire, demo_answers()))), questionnaire)
    personal = {
        "来自IP",
        "IP",
        "昵称",
        "UA",
        "用户标识",
        "地理位置省",
        "地理位置市",
        "ipaddr",
        "IP address",
        "_submitted_by",
    }
    for column in mapping.columns:
        if column.name in personal:
            assert column.target.is_left_out, column.name
            assert (column.is_barred, list(column.samples)) == (True, []), column.name


# --- any answers -----------------------------------------------------------------------------------------------------

HARD = """
id: hard
title: 各种题型
organiser: 评价组
purpose: 了解情况
scales:
  agreement:
    options:
      - {code: A, label: 非常同意, value: 100}
      - {code: B, label: "同意，但有保留", value: 50}
      - {code: C, label: 不同意, value: 0, comment: 请说明原因}
sections:
  - id: all
    title: 全部
    items:
      - {id: visited, kind: single, text: 您今年来过大厅吗, options: [{code: "1", label: 来过}, {code: "2", label: 没来过}]}
      - {id: waiting, kind: single, text: 等候时间可以接受吗, scale: agreement, shown_if: {visited: "1"}}
      - {id: staff, kind: single, text: 窗口人员态度好吗, scale: agreement}
      - id: ways
        kind: multiple
        text: 您通过哪些渠道办事（可多选）
        options:
          - {code: hall, label: 大厅 窗口}
          - {code: app, label: "手机、电脑"}
          - {code: agent, label: "请人代办, 中介"}
          - {code: other, label: 其他, comment: 请注明}
          - {code: none, label: 都没有, exclusive: yes}
      - {id: recommend, kind: rating, text: 您愿意推荐给别人吗}
      - {id: times, kind: number, text: 一年办几次, minimum: 0, maximum: 999, shown_if: {visited: "1"}}
      - {id: remarks, kind: text, text: 还有什么想说的, required: no}
"""
WORDS = st.text(st.sampled_from("很好一般改进窗口abcXYZ0129，。！？-+ '\"&<>/%"), max_size=20).map(str.strip)


def _raw(questionnaire: Questionnaire) -> st.SearchStrategy[dict[str, list[str]]]:
    fields: dict[str, st.SearchStrategy[list[str]]] = {}
    for name, item in questionnaire.items.items():
        codes = [option.code for option in questionnaire.options(name) if not option.exclusive]
        if isinstance(item, TextItem):
            fields[name] = st.lists(WORDS.filter(_is_plain), max_size=1)
        elif isinstance(item, NumberItem):
            fields[name] = st.lists(st.integers(0, 999).map(str), max_size=1)
        elif isinstance(item, MultipleItem):
            alone = [[o.code] for o in questionnaire.options(name) if o.exclusive]
            fields[name] = st.lists(st.sampled_from(codes), unique=True) | st.sampled_from([[], *alone])
        else:
            fields[name] = st.lists(st.sampled_from(codes), max_size=1)
        if any(option.comment for option in questionnaire.options(name)):
            fields[f"{name}.text"] = st.lists(WORDS.filter(_is_plain), max_size=1)
    return st.fixed_dictionaries(fields)


def _is_plain(words: str) -> bool:
    """Leave out words that a service's own marks or a sheet's guard would be taken for."""
    return not words.startswith("'") and words not in ("-1", "-2", "-3", "0", "1", "空") and words != ""


def _answers(questionnaire: Questionnaire) -> st.SearchStrategy[list[Answers]]:
    one = _raw(questionnaire).map(lambda raw: accept(questionnaire, raw, "import").answers)
    return st.lists(one, min_size=1, max_size=12)


HARD_QUESTIONNAIRE = loads_good(HARD, "<hard>")


@pytest.fixture(scope="module")
def hard_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A survey with items of every kind; its store stays empty."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('hard') / 'survey.db'}") as store:
        yield Desk(store, publish(store, HARD.encode()))


def _is_also_utf8(file: bytes) -> bool:
    try:
        return not file.decode().isascii()
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_answers_come_back_as_they_were(hard_desk: Desk, name: str, data: st.DataObject) -> None:
    answers = data.draw(_answers(HARD_QUESTIONNAIRE))
    sheet: Sheet = FORMATS[name](HARD_QUESTIONNAIRE, answers)
    file = as_xlsx(sheet) if data.draw(st.booleans()) else as_csv(sheet, encoding="gb18030")
    # "一" alone is D2 BB in GB18030, which is a letter of UTF-8 too: no reader can tell which was meant
    assume(not _is_also_utf8(file))
    table = read_table(file)
    mapping = propose(table, HARD_QUESTIONNAIRE)
    judged = judge_rows(table, mapping, hard_desk.order, hard_desk.store)
    shown = [(str(c.target), c.name, c.doubt) for c in mapping.columns]
    assert (judged.problems, mapping.doubts) == ([], []), shown
    found = [(good.submission.answers, good.submission.open_text) for good in judged.good]
    # a row without any answer and without a number is an empty row of the sheet
    wanted = [canonical(a) for a in answers if SOURCE_OF[name] != "plain" or a.closed or a.open]
    assert found == wanted, shown
