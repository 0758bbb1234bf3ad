"""The blank questionnaire has every item with its options, its conditions in words, and room to write."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings

from questionnaires.build import load_good
from questionnaires.model import Questionnaire
from surveyapp.deliver.blank import blank_questionnaire
from tests.analysis.random_surveys import Survey, surveys
from tests.surveyapp.deliver.word import DAY, everything, opened, paragraphs, part
from tests.surveyapp.sample import LIBRARY

ZHIFU = LIBRARY / "zhifu-2022.yaml"


def text_of(questionnaire: Questionnaire, language: str = "zh") -> str:
    return everything(opened(blank_questionnaire(questionnaire, language=language, day=DAY)))


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_item_and_option_of_the_library_is_on_the_sheet(path: Path, language: str) -> None:
    questionnaire = load_good(path)
    text = text_of(questionnaire, language)
    for number, item in enumerate(questionnaire.items.values(), start=1):
        assert f"{number}. {item.text.say(language)}" in text
        for option in questionnaire.options(item.id):
            assert option.label.say(language) in text


def test_one_answer_has_circles_and_several_have_squares() -> None:
    text = text_of(load_good(ZHIFU))
    assert "○ A. 非常满意" in text
    assert "□ A. 申报审批流程" in text
    assert "○ D. 不满意（请说明原因：____" in text
    assert "□ F. 无（选此项则不选其他）" in text
    assert "10. 您还有什么意见或建议？（选答）" in text


def test_it_says_who_asks_why_and_that_it_is_anonymous() -> None:
    text = text_of(load_good(ZHIFU))
    assert "本次调查由引进人才补贴绩效评价工作组开展，目的是：了解补贴申报" in text
    assert "问卷不记名" in text
    assert "答题码（如有）：____" in text


def test_the_version_stands_small_in_the_footer() -> None:
    questionnaire = load_good(ZHIFU)
    content = blank_questionnaire(questionnaire, day=DAY)
    assert f"版本 {questionnaire.version[:12]}" in part(content, "word/footer1.xml")


def definition(*items: Mapping[str, object]) -> Questionnaire:
    sections = [{"id": "one", "title": "一", "items": list(items)}]
    return Questionnaire.model_validate(
        {"id": "small", "title": "试", "organiser": "局", "purpose": "试", "sections": sections}
    )


ASKED = {
    "id": "asked",
    "kind": "single",
    "text": "去过吗",
    "options": [{"code": "Y", "label": "去过"}, {"code": "N", "label": "没有"}],
}


def test_a_condition_is_said_in_words() -> None:
    then = {
        "id": "age",
        "kind": "number",
        "text": "几岁",
        "minimum": "18",
        "maximum": "99",
        "unit": "岁",
        "shown_if": {"asked": ["Y"]},
    }
    text = text_of(definition(ASKED, then))
    assert "〔第1题选“去过”时回答〕" in text
    assert "岁（18–99）" in text
    last = {"id": "why", "kind": "text", "text": "为什么", "shown_if": {"age": {"at_least": "60"}}}
    assert "〔第2题的回答 ≥ 60时回答〕" in text_of(definition(ASKED, then, last))


def test_a_rating_has_eleven_circles_and_its_ends() -> None:
    rating = {"id": "r", "kind": "rating", "text": "打分", "lowest": "很差", "highest": "很好"}
    text = text_of(definition(rating))
    assert all(f"○ {n}" in text for n in range(11))
    assert "0 很差" in text
    assert "很好 10" in text


def test_at_most_so_many_is_said() -> None:
    several = {**ASKED, "kind": "multiple", "at_most": 1}
    assert "1. 去过吗（可多选）（最多选1项）" in text_of(definition(several))


def test_open_text_has_lines_to_write_on() -> None:
    document = opened(blank_questionnaire(definition({"id": "t", "kind": "text", "text": "说说"}), day=DAY))
    lines = [p for p in document.paragraphs if p.style is not None and p.style.name == "Writing Line"]
    assert len(lines) == 4


def test_equal_input_gives_equal_bytes() -> None:
    first, second = (blank_questionnaire(load_good(ZHIFU), day=DAY) for _ in range(2))
    assert first == second


@given(survey=surveys())
@settings(max_examples=25)
def test_any_questionnaire_can_be_printed(survey: Survey) -> None:
    for language in ("zh", "en"):
        assert paragraphs(opened(blank_questionnaire(survey.questionnaire, language=language, day=DAY)))
