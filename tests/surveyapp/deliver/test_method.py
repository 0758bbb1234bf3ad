"""The method statement answers the auditor: what, of whom, how drawn, out and back, by which rules."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from questionnaires.build import load_good
from surveyapp.config import load_config
from surveyapp.deliver.dossier import Dossier, dossier
from surveyapp.deliver.method import installed, method_statement
from surveyapp.store import Draw, Store
from tests.analysis.random_surveys import Survey, surveys
from tests.surveyapp.deliver.word import dossier_of, everything, opened
from tests.surveyapp.sample import LIBRARY, SLUG, fill


@pytest.fixture(scope="module")
def zhifu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dossier]:
    """The 芝罘 survey's dossier."""
    config = load_config(tmp_path_factory.mktemp("method"), public_url="http://localhost:8000")
    with Store.open(config.database_url) as store:
        fill(store)
        yield dossier(store, config, SLUG, 1_696_982_400.0)


def text_of(found: Dossier, language: str = "zh", software: Mapping[str, str] | None = None) -> str:
    return everything(opened(method_statement(found, language=language, software=software)))


def test_it_says_of_whom_and_how_many(zhifu: Dossier) -> None:
    text = text_of(zhifu)
    assert "调查对象为2022 年领取引进人才补贴的人员，共1402人。" in text
    assert "生活补贴 1138、购房补贴 262、留学费用补贴 2" in text
    assert "2023年9月20日以专属链接（生活补贴）发放答题码40个。" in text


def test_a_draw_can_be_repeated_from_what_it_says(zhifu: Dossier) -> None:
    draw = Draw(
        id="1", survey=SLUG, drawn_on="2023-09-18", drawn_by="zhang", method="{}", seed="2023-09-18 芝罘",
        file_hash="ab" * 32, counts=json.dumps({"A": {"people": 1138, "drawn": 43}, "B": {"people": 262, "drawn": 10}}),
    )  # fmt: skip
    text = text_of(replace(zhifu, draws=[draw]))
    assert "生活补贴1138人中抽43人、购房补贴262人中抽10人；种子“2023-09-18 芝罘”" in text
    assert "ab" * 32 in text
    assert "hmac-sha256/1" in text
    assert "zhang" not in text
    assert "43 of 1138 in Living subsidy" in text_of(replace(zhifu, draws=[draw]), "en")


def test_rules_counts_and_formulas_are_there(zhifu: Dossier) -> None:
    text = text_of(zhifu)
    assert "第3、4、5、6、7、8题有漏答的，判为无效。" in text
    assert "判为无效的问卷3份，原因为：漏答3份。" in text
    assert "单项满意度得分＝（∑选项分值×选择人数）÷有效问卷人数×100%" in text
    # the rule as printed and as it is carried out
    assert "原文“满意度 90% 及以上得 10 分；不足 90% 的，得分＝满意度×10；低于 50% 不得分”" in text
    assert "90% ≤ x：得10分；50% ≤ x < 90%：得分＝x×10；x < 50%：不得分" in text
    assert "答题码与答卷之间没有任何联系" in text


def test_software_is_what_it_was_given(zhifu: Dossier) -> None:
    assert "所用软件版本：Python 3.11.7、scipy 1.2。" in text_of(
        zhifu, software={"Python": "3.11.7", "scipy": "1.2"}
    )
    assert "所用软件版本" not in text_of(zhifu)
    assert {"Python", "numpy", "python-docx"} <= set(installed())


def test_equal_dossiers_give_equal_bytes(zhifu: Dossier) -> None:
    assert method_statement(zhifu) == method_statement(replace(zhifu))


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_definition_of_the_library_has_one(path: Path, language: str) -> None:
    text = text_of(dossier_of(load_good(path)), language)
    assert "None" not in text


@given(survey=surveys())
@settings(max_examples=25)
def test_any_survey_has_one(survey: Survey) -> None:
    for language in ("zh", "en"):
        assert "None" not in text_of(dossier_of(survey.questionnaire, survey.rows), language)
