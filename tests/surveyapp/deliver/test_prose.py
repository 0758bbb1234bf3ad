"""Sentences: the field's patterns, nothing without its base, nothing identifying."""

import json

import pytest

from analysis import Fieldwork, Pattern
from analysis.warnings import reason_words
from questionnaires.model import Questionnaire
from surveyapp.deliver import chinese, english, prose
from surveyapp.deliver.house import HouseStyle
from surveyapp.deliver.opinions import masked
from surveyapp.deliver.prose import Voice, shortened
from surveyapp.deliver.prose_rules import formulas
from surveyapp.deliver.wordreport import numeral
from tests.surveyapp.deliver.word import dossier_of

SCALE = [
    {"code": "A", "label": "满意", "value": "100"},
    {"code": "B", "label": "不满意", "value": "0"},
    {"code": "X", "label": "不适用", "missing": "not_applicable"},
]


def definition(**more: object) -> Questionnaire:
    return Questionnaire.model_validate(
        {
            "id": "small", "title": "某县 2024 年路灯项目满意度调查", "organiser": "县财政局", "purpose": "试",
            "sections": [{"id": "one", "title": "一", "items": [
                {"id": "light", "kind": "single", "text": "您对路灯亮度是否满意？", "options": SCALE},
                {"id": "repair", "kind": "single", "text": "您对维修速度是否满意？", "options": SCALE},
            ]}],
            "measures": {"m": {"title": "综合满意度", "kind": "satisfaction_score", "items": ["light", "repair"]}},
            **more,
        }
    )  # fmt: skip


def voice(
    answers: list[dict[str, str]],
    language: str = "zh",
    house: HouseStyle | None = None,
    distributed: int | None = None,
) -> Voice:
    rows = [Pattern(answers=json.dumps(one), count=1) for one in answers]
    return Voice.of(dossier_of(definition(), rows, Fieldwork(distributed=distributed)), language, house)


def test_the_lead_has_the_fields_sentences() -> None:
    # 3 of 4 came back; (100 + 0 + 100) / 3 = 66.67, (100 + 100 + 0) / 3 = 66.67
    answers = [{"light": "A", "repair": "A"}, {"light": "B", "repair": "A"}, {"light": "A", "repair": "B"}]
    assert prose.lead(voice(answers, distributed=4)) == (
        "为全面了解某县 2024 年路灯项目的开展情况以及绩效目标的实现情况，及时发现实施过程中存在的问题并提出改进建议，"
        "县财政局对受访者开展问卷调查。本次调查共发放4份调查问卷，收回3份，问卷回收率75.00%，其中有效问卷3份，问卷有效率100.00%。"
        "根据问卷调查结果显示，受访者对项目实施的综合满意度为66.67%。具体分析如下："
    )


def test_without_a_number_handed_out_there_is_no_return_rate() -> None:
    lead = prose.lead(voice([{"light": "A", "repair": "A"}]))
    assert "本次调查共收回调查问卷1份，其中有效问卷1份" in lead
    assert "回收率" not in lead


def test_without_answers_it_says_so_and_nothing_else() -> None:
    lead = prose.lead(voice([], distributed=10))
    assert "本次调查共发放10份调查问卷，收回0份，问卷回收率0.00%，无有效问卷，满意度无法计算" in lead
    assert "具体分析" not in lead


def test_who_left_the_base_is_said_and_the_formula_names_the_base() -> None:
    answers = [{"light": "A", "repair": "A"}, {"light": "X", "repair": "A"}, {"repair": "B"}]
    found = voice(answers)
    assert prose.heads(found, "light") == (
        "1人选择“满意”，占比100.00%。另有1人选择“不适用”、1人未作答，不计入该题基数（1人）。"
    )
    assert "÷该题有效作答人数×100%" in formulas(found)[0]
    full = voice([{"light": "A", "repair": "A"}])
    assert "÷有效问卷人数×100%" in formulas(full)[0]


def test_options_nobody_chose_are_left_out() -> None:
    assert prose.heads(voice([{"light": "A", "repair": "A"}]), "light") == "1人选择“满意”，占比100.00%。"
    assert prose.heads(voice([]), "light") == "该题无人作答。"


@pytest.mark.parametrize(
    ("questions", "language", "short"),
    [
        (["您对路灯亮度是否满意？", "您对维修速度是否满意？"], "zh", ["路灯亮度", "维修速度"]),
        (["亮吗？您满意吗？", "快吗？您满意吗？"], "zh", ["亮吗？", "快吗？"]),
        (["亮吗？", "快吗？"], "zh", ["亮吗？", "快吗？"]),
        (["只有一题？您满意吗？"], "zh", ["只有一题？您满意吗？"]),
        (["How happy are you with the light?", "How happy are you with the road?"], "en", ["The light", "The road"]),
        (["Is it bright?", "Is it fast?"], "en", ["Is it bright?", "Is it fast?"]),
        ([], "en", []),
    ],
)  # fmt: skip
def test_what_all_questions_share_is_left_out(questions: list[str], language: str, short: list[str]) -> None:
    assert shortened(questions, language) == short


@pytest.mark.parametrize(
    ("title", "project"),
    [
        ("某县 2024 年路灯项目满意度调查", "某县 2024 年路灯项目"),
        ("人才补贴满意度与政策知晓调查", "人才补贴"),
        ("专项资金回访", "专项资金"),
        ("调查", "调查"),
    ],
)
def test_the_project_is_the_title_without_the_words_for_a_survey(title: str, project: str) -> None:
    found = dossier_of(definition(title=title))
    assert prose.project(Voice.of(found)) == project


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13800138000。", "电话［号码已隐去］。"),
        ("０５３５－６６６１２３４", "［号码已隐去］"),
        ("+86 138 0013 8000", "［号码已隐去］"),
        ("(0535) 666 1234", "(［号码已隐去］"),
        ("11010119900307775X", "［证件号已隐去］"),
        ("x_y+z@mail.example.com.cn", "［邮箱已隐去］"),
        ("2022年发了1500000元，增长15.5%", "2022年发了1500000元，增长15.5%"),
        ("2022-2023年", "2022-2023年"),
    ],
)
def test_numbers_that_identify_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_chapters_are_numbered_in_chinese() -> None:
    assert [numeral(n) for n in (1, 9, 10, 11, 19, 20, 21, 99)] == [
        "一",
        "九",
        "十",
        "十一",
        "十九",
        "二十",
        "二十一",
        "九十九",
    ]


@pytest.mark.parametrize(
    "table", ["KINDS", "REASONS", "CHANNELS", "METHODS", "BASES", "REMARKS", "WEIGHTINGS", "DISPOSITIONS"]
)
def test_both_languages_name_the_same_codes(table: str) -> None:
    assert set(getattr(english, table)) == set(getattr(chinese, table))


def test_reasons_are_named_as_the_warnings_name_them() -> None:
    named = {code: reason_words(code)[1] for code in english.REASONS if reason_words(code)[1] != code}
    assert {code: english.REASONS[code] for code in named} == named


@pytest.mark.parametrize("wrong", [{"percent_places": 5}, {"percent_places": -1}, {"first_table": 0}])
def test_a_house_style_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        HouseStyle(**wrong)  # type: ignore[arg-type]
