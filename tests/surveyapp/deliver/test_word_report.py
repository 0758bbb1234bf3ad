"""The analysis report for the demo holds every figure of the published 芝罘 annex where the annex has it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

import pytest
from docx.document import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Fieldwork, Tallies
from questionnaires.build import load_good
from surveyapp.config import load_config
from surveyapp.deliver.dossier import Dossier, dossier
from surveyapp.deliver.house import HouseStyle
from surveyapp.deliver.tally import tally_tables
from surveyapp.deliver.wordreport import analysis_report
from surveyapp.demo.show import fill
from surveyapp.present import percent, rounded
from surveyapp.store import Store
from tests.analysis.random_surveys import Survey, surveys
from tests.conftest import REQUIRE_ALL
from tests.surveyapp.deliver.word import (
    PERCENT,
    W,
    cells,
    dossier_of,
    everything,
    numbers_in,
    opened,
    paragraphs,
    part,
)
from tests.surveyapp.sample import LIBRARY, ROOT, SLUG

REFERENCES = ROOT / "tests" / "references"
PRINTED = json.loads((REFERENCES / "zhifu-2022-expected.json").read_text("utf-8"))["expected"]["printed"]
NOW = 1_696_982_400.0
ITEMS = (
    "申报通知发布得及时吗？",
    "申报条件和补贴标准合理吗？",
    "受理、结果公示等程序公正吗？",
    "主管部门审核的速度怎么样？",
    "补贴发放得及时吗？",
)

# Annex 1-2 of the published report (tests/references/zhifu-2022-tallies.json has the counts): share × value, by option.
TABLE = (
    ("14", "26.42%", "37", "55.85%", "2", "2.26%", "0", "0.00%"),
    ("15", "28.30%", "38", "57.36%", "0", "0.00%", "0", "0.00%"),
    ("20", "37.74%", "33", "49.81%", "0", "0.00%", "0", "0.00%"),
    ("13", "24.53%", "38", "57.36%", "2", "2.26%", "0", "0.00%"),
    ("14", "26.42%", "35", "52.83%", "4", "4.53%", "0", "0.00%"),
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dossier]:
    """The demo's dossier: 53 valid answers with the published counts."""
    folder = tmp_path_factory.mktemp("demo")
    config = load_config(folder, public_url="http://localhost:8000")
    with Store.open(config.database_url) as store:
        fill(store)
        yield dossier(store, config, SLUG, NOW)


@pytest.fixture(scope="module")
def word(demo: Dossier) -> Document:
    """Its report in Chinese."""
    return opened(analysis_report(demo))


def under(document: Document, heading: str) -> str:
    """Return the text below a heading, up to the next of its level or above."""
    found, level, taken = "", 0, False
    for paragraph, text in zip(document.paragraphs, paragraphs(document), strict=True):
        name = paragraph.style.name if paragraph.style else ""
        here = int(name[-1]) if name and name.startswith("Heading") else 9
        if taken and here <= level:
            return found
        if heading in text and here < 9:
            taken, level = True, here
        elif taken:
            found += text + "\n"
    return found


# --- every published figure, where the annex has it ---------------------------------------------------------------------


def test_the_lead_has_the_rates_and_both_composites(word: Document) -> None:
    lead = paragraphs(word)[2]
    assert (
        "本次调查共发放60份调查问卷，收回56份，问卷回收率93.33%，其中有效问卷53份，问卷有效率94.64%。" in lead
    )
    assert PRINTED["return_rate"] == "93.33%"
    assert PRINTED["validity_rate"] == "94.64%"
    assert f"综合满意度为{PRINTED['composite']}，政策知晓度为{PRINTED['awareness']}" in lead
    assert lead.endswith("具体分析如下：")


@pytest.mark.parametrize(
    "figure",
    [
        # the published shares of degrees: 1, 29, 8, 2, 9, 4 of 53; 正高 was chosen by nobody and is left out
        "1人选择“博士研究生”，占比1.89%", "29人选择“硕士研究生”，占比54.72%", "，占比15.09%", "2人选择“副高级职称”，占比3.77%",
        "9人选择“普通本科”，占比16.98%", "4人选择“专科”，占比7.55%",
    ],
)  # fmt: skip
def test_the_background_has_the_six_degrees(word: Document, figure: str) -> None:
    text = under(word, "调查对象基本情况")
    assert figure in text
    assert "正高级职称" not in text


def test_the_values_and_formulas_are_the_annexs(word: Document) -> None:
    text = under(word, "计分方法")
    for value in (
        "A.非常满意：赋值为分值的100%",
        "B.满意：赋值为分值的80%",
        "C.一般：赋值为分值的60%",
        "D.不满意：赋值为分值的0%",
    ):
        assert value in text
    assert "单项满意度得分＝（∑选项分值×选择人数）÷有效问卷人数×100%" in text
    assert "综合满意度＝∑单项满意度得分÷单项项目数（5项）" in text


@pytest.mark.parametrize(("item", "row"), list(zip(ITEMS, TABLE, strict=True)))
def test_every_item_has_its_paragraph(word: Document, item: str, row: tuple[str, ...]) -> None:
    text = under(word, f"对于“{item}”的满意度")
    labels = ("非常满意", "满意", "一般", "不满意")
    for count, label in zip(row[::2], labels, strict=True):
        told = f"{count}人选择“{label}”，占比{percent(Fraction(int(count), 53))}"
        assert (told in text) == (count != "0")
    assert text.count("占比") == sum(count != "0" for count in row[::2])


def test_the_table_has_twenty_cells_five_items_and_the_composite(word: Document) -> None:
    head, below, *rows, last = cells(word.tables[0])
    assert head == ["调查内容", "非常满意", "满意", "一般", "不满意", "单项满意度"]
    assert below == ["", *(["人数", "得分"] * 4), ""]
    assert rows == [
        [item, *row, total] for item, row, total in zip(ITEMS, TABLE, PRINTED["items"], strict=True)
    ]
    assert last == ["综合得分", PRINTED["composite"]]
    assert "表1　满意度调查得分情况表" in paragraphs(word)


def test_awareness_has_its_three_shares_and_its_mean(word: Document) -> None:
    text = under(word, "政策知晓率分析")
    # 11, 38 and 4 of 53, as published
    for share in ("11人选择“非常了解”，占比20.75%", "38人选择“了解”，占比71.70%", "4人选择“一般”，占比7.55%"):
        assert share in text
    assert f"政策知晓度为{PRINTED['awareness']}" in text


def test_the_four_wishes_have_their_counts_and_the_one_left_out_in_print_is_there(word: Document) -> None:
    text = under(word, "意见或建议")
    assert "在作答的53名受访者中" in text
    # 1, 3, 2 and 2 of 53 are published; of 无 (45 in the demo) the published report says nothing
    shares = (
        ("1", "申报审批流程", "1.89%"),
        ("3", "资金拨付", "5.66%"),
        ("2", "支持力度", "3.77%"),
        ("2", "政策宣传", "3.77%"),
    )
    assert all(f"{count}人选择“{choice}”，占比{share}" in text for count, choice, share in shares)
    assert "45人选择“无”" in text


def test_the_points_are_the_published_ones(word: Document) -> None:
    text = under(word, "评分结果")
    first, second = PRINTED["points"]
    assert f"该指标分值10分，实际得分为{first}分，得分率为85.00%。" in text
    assert f"该指标分值5分，实际得分为{second}分，得分率为86.00%。" in text
    # the printed definition counts heads: 257/265 gives 10 points
    assert "即满意率（按人数），按此为96.98%，得10.0分，与上述算法不一致" in text


def test_the_chapters_stand_in_the_fields_order(word: Document) -> None:
    titles = [p.text for p in word.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert titles[:6] == [
        "一、计分方法", "二、调查对象基本情况", "三、满意度情况", "四、满意度得分分析", "五、政策知晓率分析", "六、意见或建议",
    ]  # fmt: skip
    assert paragraphs(word)[0] == "芝罘区 2022 年度引进人才补贴问卷调查统计分析报告"


def test_rates_have_their_bases_and_warnings_are_in_words(word: Document, demo: Dossier) -> None:
    text = everything(word)
    assert "回收率＝收回÷发放＝56÷60＝93.33%。" in text
    assert "应答率RR1 88.33%、RR2 93.33%" in text
    assert "“留学费用补贴”（2 人）没有有效问卷，结果不代表该群体。" in text
    assert "各层抽样比例不同（生活补贴 2.46%，购房补贴 9.54%）" in text
    assert demo.report.data_hash in text


# --- Word's own ways ------------------------------------------------------------------------------------------------------


def test_equal_dossiers_give_equal_bytes(demo: Dossier) -> None:
    assert analysis_report(demo) == analysis_report(replace(demo))
    assert analysis_report(demo) != analysis_report(replace(demo, day="2024-01-01"))


def test_nobody_and_no_clock_is_in_the_properties(demo: Dossier) -> None:
    content = analysis_report(demo)
    own = opened(content).core_properties
    assert (own.author, own.last_modified_by) == ("", "")
    assert own.created is not None
    assert own.created.date().isoformat() == demo.day
    assert own.language == "zh-CN"
    assert "python" not in part(content, "docProps/app.xml").lower()


def test_heads_repeat_rows_do_not_split_and_numbers_stand_on_the_right(word: Document) -> None:
    for table in word.tables:
        first = table.rows[0]._tr
        assert first.find(f".//{W}tblHeader") is not None
        assert all(row._tr.find(f".//{W}cantSplit") is not None for row in table.rows)
    first_count = word.tables[0].rows[2]._tr.tc_lst[1]
    found = first_count.find(f".//{W}jc")
    assert found is not None
    assert found.get(f"{W}val") == "right"


def test_no_table_is_wider_than_its_page(word: Document) -> None:
    for table in word.tables:
        width = sum(int(column.get(f"{W}w") or 0) for column in table._tbl.iter(f"{W}gridCol"))
        # 235 mm on a turned page, 156 mm on an upright one
        assert width <= 235 * 1440 / 25.4 + 20


def test_tables_continue_those_of_the_main_report(demo: Dossier) -> None:
    content = analysis_report(
        demo, style=HouseStyle(first_table=12, people="补贴人才", trims_score_rates=True)
    )
    text = paragraphs(opened(content))
    assert "表12　满意度调查得分情况表" in text
    assert any("各项得分情况见表12。" in one for one in text)
    assert any("补贴人才对项目实施的综合满意度为85.13%" in one for one in text)
    assert any("得分率为85%。" in one for one in text)
    document = part(content, "word/document.xml")
    assert re.findall(r'w:instr=" SEQ 表 \\\* ARABIC([^"]*)"', document)[0] == r" \r 12 "
    assert 'w:instr=" REF table_12 \\h "' in document
    assert {"PAGE", "NUMPAGES"} <= set(re.findall(r'w:instr=" (\w+) "', part(content, "word/footer1.xml")))


def test_fonts_are_named_with_what_a_machine_without_them_takes(demo: Dossier) -> None:
    content = analysis_report(demo)
    fonts, styles = part(content, "word/fontTable.xml"), part(content, "word/styles.xml")
    assert '<w:font w:name="方正小标宋简体"><w:altName w:val="宋体' in fonts
    for name in ("仿宋", "黑体", "楷体"):
        assert f'w:eastAsia="{name}"' in styles
    assert 'w:eastAsia="zh-CN"' in styles


def test_every_picture_says_in_words_what_it_shows(word: Document) -> None:
    drawn = [found for p in word.paragraphs for found in p._p.iter() if found.tag.endswith("}docPr")]
    assert len(drawn) >= 4
    assert all(len(found.get("descr") or "") > 20 for found in drawn)
    assert any("85.13%" in (found.get("descr") or "") for found in drawn)


def test_the_houses_places_and_names_hold_throughout(demo: Dossier) -> None:
    style = HouseStyle(percent_places=1, titles={"notice": "申报通知的及时性"}, project="人才项目")
    text = everything(opened(analysis_report(demo, style=style)))
    assert "综合满意度为85.1%" in text
    assert "85.13%" not in text.replace("85.13% ×", "")
    assert "申报通知的及时性" in text
    assert text.startswith("人才项目问卷调查统计分析报告")


def test_the_english_report_has_the_same_figures(demo: Dossier, word: Document) -> None:
    english = opened(analysis_report(demo, language="en"))
    text = everything(english)
    assert "60 questionnaires were handed out and 56 came back, a return rate of 93.33%" in text
    assert cells(english.tables[0])[2][1:] == cells(word.tables[0])[2][1:]
    plain = {figure for figure in PERCENT.findall(everything(word)) if "." in figure}
    assert plain == {figure for figure in PERCENT.findall(text) if "." in figure}
    assert not re.search("[\u4e00-\u9fff]", text.replace("已开展", "").replace("未开展", ""))


# --- any survey -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_definition_of_the_library_gives_a_report_without_answers(path: Path, language: str) -> None:
    found = opened(analysis_report(dossier_of(load_good(path)), language=language))
    text = everything(found)
    assert ("无有效问卷" in text) == (language == "zh")
    assert "NaN" not in text
    assert "None" not in text


def test_counts_alone_give_a_report_without_intervals(demo: Dossier) -> None:
    counts = json.loads((REFERENCES / "zhifu-2022-tallies.json").read_text("utf-8"))["items"]
    tallies, sent = Tallies(items=counts, valid=53), Fieldwork(distributed=60, returned=56)
    text = everything(opened(analysis_report(dossier_of(demo.questionnaire, (), sent, tallies=tallies))))
    assert "综合满意度为85.13%。" in text
    assert "只有逐题汇总数，没有逐份答卷" in text


def allowed(found: Dossier, definition: str) -> set[str]:
    """Return every percentage a report may print: its own figures, what follows from them, and what the definition states."""
    report, questionnaire = found.report, found.questionnaire
    figures = set(numbers_in(report))
    for table in tally_tables(questionnaire, report):
        figures |= {cell.adds for row in table.rows for cell in row.cells if cell.adds is not None}
    scored = {id: one for id, one in report.indicators.items() if one.score is not None}
    printed = {id: rounded(one.score or Fraction(0), report.score_places) for id, one in scored.items()}
    figures |= {printed[id] / one.points for id, one in scored.items()}
    if scored:  # no random survey has a variant, so all are added up
        figures.add(sum(printed.values()) / sum(one.points for one in scored.values()))
    if report.fieldwork.population:
        figures.add(Fraction(report.fieldwork.valid, report.fieldwork.population))
    stated = {"0", "95", "100", "10", *re.findall(r"\d+(?:\.\d+)?", definition)}
    return {percent(one, report.percent_places) for one in figures} | {f"{one}%" for one in stated}


PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""Stands for every picture: drawing them takes longer than all the rest, and the pictures have tests of their own."""


@given(survey=surveys(), language=st.sampled_from(["zh", "en"]))
@settings(max_examples=60)
def test_any_survey_gives_a_report_whose_percentages_are_the_reports(survey: Survey, language: str) -> None:
    found = dossier_of(survey.questionnaire, survey.rows)
    with patch("surveyapp.deliver.wordreport.to_png", return_value=PIXEL):
        text = everything(opened(analysis_report(found, language=language)))
    # the arithmetic of a rule has numbers of its own between the value and the points; tests/…/test_arithmetic.py has them
    text = re.sub(r"计算过程：.*?该指标|Computation: .*? It carries", "", text)
    assert set(PERCENT.findall(text)) <= allowed(found, survey.definition)
    assert "None" not in text


# --- what people wrote --------------------------------------------------------------------------------------------------------

TRAPS = (
    "竖\x0b制表", "孤\ud800立", "长" * 40_000, "=cmd()|' /C calc'!A0", "مرحبا بالعالم", "\u202e反向", "𠮷野家😀", "<w:p/>&amp;",
    "打 138 0013 8000", "邮 a.b@example.org", "证 110101199003077758", "\ufffe", "a\r\nb\tc",
)  # fmt: skip


def test_whatever_people_write_survives_or_is_visibly_cleaned(demo: Dossier) -> None:
    words = [json.dumps({"suggestions": trap}) for trap in TRAPS]
    found = replace(dossier_of(demo.questionnaire, words=words), report=demo.report)
    content = analysis_report(found)
    text = everything(opened(content))
    for kept in ("=cmd()|' /C calc'!A0", "مرحبا بالعالم", "\u202e反向", "𠮷野家😀", "<w:p/>&amp;", "a b c"):
        assert kept in text
    for cleaned in (
        "竖\ufffd制表",
        "孤\ufffd立",
        "（原文 40000 字，以下截去）",
        "打 ［号码已隐去］",
        "邮 ［邮箱已隐去］",
        "证 ［证件号已隐去］",
    ):
        assert cleaned in text
    assert "8000" not in text
    assert "example.org" not in text
    assert "姓名未作识别" in text


def test_words_come_in_an_order_that_tells_nothing_and_equal_ones_together(demo: Dossier) -> None:
    words = [json.dumps({"suggestions": text}) for text in ("甲", "乙", "丙", "甲", "丁")]
    one = replace(dossier_of(demo.questionnaire, words=words), report=demo.report)
    other = replace(dossier_of(demo.questionnaire, words=words[::-1]), report=demo.report)
    tables = [cells(t) for t in opened(analysis_report(one)).tables]
    table = next(t for t in tables if t[0] == ["意见内容", "条数"])
    assert sorted(table[1:]) == sorted([["甲", "2"], ["乙", "1"], ["丙", "1"], ["丁", "1"]])
    assert table[1:] == sorted(table[1:], key=lambda row: hashlib.sha256(row[0].encode()).hexdigest())
    assert analysis_report(one) == analysis_report(other)


def test_words_of_fewer_than_five_are_left_out(demo: Dossier) -> None:
    words = [json.dumps({"suggestions": text}) for text in ("甲甲甲", "乙", "丙", "丁")]
    found = replace(dossier_of(demo.questionnaire, words=words), report=demo.report)
    text = everything(opened(analysis_report(found)))
    assert "收到的文字意见不足5条" in text
    assert "甲甲甲" not in text


# --- a program opens it -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_libreoffice_opens_the_report_and_makes_a_pdf(demo: Dossier, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None and os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail("install Debian's libreoffice-writer")
    if office is None:
        pytest.skip("LibreOffice not installed")
    for name, content in (("zh", analysis_report(demo)), ("en", analysis_report(demo, language="en"))):
        (tmp_path / f"{name}.docx").write_bytes(content)
    own = f"-env:UserInstallation=file://{tmp_path}/lo"
    files = [str(tmp_path / f"{name}.docx") for name in ("zh", "en")]
    command = [office, own, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    for name in ("zh", "en"):
        assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")
