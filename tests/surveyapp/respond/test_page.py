"""The question page: complete without scripts, small, in the respondent's language, the same for everybody."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest

from questionnaires.build import load_good
from questionnaires.model import Questionnaire
from surveyapp.respond.pages import questions
from surveyapp.respond.sheet import sheet
from tests.surveyapp.respond.conftest import HERE, LIBRARY, Respondent
from tests.surveyapp.respond.reading import Page, read

FIRST_VIEW = 14 * 1024
"""What a new connection carries in its first round trip."""


@pytest.fixture
def page(respondent: Respondent) -> Page:
    respondent.opens()
    assert respondent.page is not None
    return respondent.page


@pytest.fixture
def kinds() -> Questionnaire:
    return load_good(HERE / "kinds.yaml")


def test_the_fields_stand_in_the_order_of_the_questionnaire_and_the_end_comes_last(page: Page) -> None:
    between = ["area", "visits", "staff", "staff.text", "canteen", "canteen.text", "overall", "improve"]
    own = ["_by", "_site", "_ticket", "_end"]
    assert page.names == ["_view", "_version", *between, "improve.text", "words", *own]
    assert page.value("_end") == "1"


def test_every_option_can_be_chosen_without_a_script(page: Page, kinds: Questionnaire) -> None:
    for item in kinds.items.values():
        codes = [option.code for option in kinds.options(item.id)]
        assert page.values(item.id) == (codes or [""])
    assert not re.search(
        r"<[^>]*\s(hidden|disabled|style)\b(?!\")",
        re.sub(r'type="hidden"', "", page.source.split("<body>")[1]),
    )


def test_every_field_has_its_label_and_every_group_its_legend(page: Page, kinds: Questionnaire) -> None:
    seen = [one for one in page.fields if one.kind != "hidden"]
    assert [one.name for one in seen if not page.labels.get(one.id)] == []
    assert len(page.ids) == len(set(page.ids))
    legends = "".join(page.legends)
    for item in kinds.items.values():
        tag = page.boxes[item.id]["tag"]
        assert tag == ("fieldset" if kinds.options(item.id) else "div")
        assert tag == "div" or item.text.say() in legends


@pytest.mark.parametrize(
    "line",
    [
        "由某区民政局绩效评价组开展。了解服务好不好、哪里要改进。",
        "大约 2 分钟，不记名。",
        "第 7 题可以不答，其余请都回答。",
        "第 2 题的数不小于 1 时回答",
        "第 1 题选“南片”时回答，并且第 2 题的数大于 0 时回答",
        "选“其他”时，请注明",
        "最多选 2 项",
        "0 = 很差 · 10 = 很好",
        "请勿填写姓名、电话",
        "共 7 题",
        "原始答卷在 2027 年 6 月 30 日 前删除。",
        "咨询：010-5550 0100",
    ],
)
def test_the_page_says(page: Page, line: str) -> None:
    assert line in page.text


def test_a_notice_says_nothing_the_definition_does_not_give(respondent: Respondent) -> None:
    text = read(respondent.opens("/s/zhifu-2022").text).text
    assert "删除" not in text
    assert "咨询" not in text


def test_a_personal_link_has_its_own_privacy_notice(invited: Respondent, respondent: Respondent) -> None:
    assert "专属链接只用来保证每人答一次" in read(invited.opens().text).text
    assert "专属链接" not in read(respondent.opens().text).text


def test_two_pages_differ_in_their_ticket_alone(respondent: Respondent) -> None:
    first, second = respondent.opens().text, respondent.opens().text
    tickets = [read(text).value("_ticket") for text in (first, second)]
    assert tickets[0] != tickets[1]
    assert first.replace(tickets[0], "") == second.replace(tickets[1], "")


@pytest.mark.parametrize("slug", ["kinds", "zhifu-2022"])
def test_the_first_view_arrives_in_one_round_trip(respondent: Respondent, slug: str) -> None:
    respondent.headers["Accept-Encoding"] = "gzip, deflate, br"
    response = respondent.client.get(f"/s/{slug}", headers=respondent.headers)
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) + len(str(response.headers)) <= FIRST_VIEW
    respondent.headers["Accept-Encoding"] = "gzip;q=0"
    plain = respondent.client.get(f"/s/{slug}", headers=respondent.headers)
    assert "Content-Encoding" not in plain.headers
    assert len(gzip.decompress(response.data)) == len(plain.data)


def test_the_page_loads_nothing_and_its_policy_names_what_stands_in_it(
    respondent: Respondent, page: Page
) -> None:
    markup = re.sub(r"(?s)<script>.*?</script>", "", page.source)
    assert re.findall(r"(?:src|href|action|url)\s*[=(]\s*[\"']?([^\"'\s>)]+)", markup) == [
        "data:,",
        "?lang=en",
    ]
    policy = respondent.opens().headers["Content-Security-Policy"]
    for text in [*page.scripts, *page.styles]:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_page_can_be_zoomed(page: Page) -> None:
    assert 'content="width=device-width, initial-scale=1"' in page.source
    assert "user-scalable" not in page.source
    assert "maximum-scale" not in page.source


@pytest.mark.parametrize(
    ("accepted", "link", "language", "title"),
    [
        ("", "", "zh-CN", "社区养老服务满意度调查"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "zh-CN", "社区养老服务满意度调查"),
        ("en-GB,en;q=0.9", "", "en", "Community care survey"),
        ("fr-FR,fr;q=0.9", "", "zh-CN", "社区养老服务满意度调查"),
        ("zh-CN", "?lang=en", "en", "Community care survey"),
        ("en", "?lang=zh", "zh-CN", "社区养老服务满意度调查"),
        ("en", "?lang=xx", "en", "Community care survey"),
        ("☃,;;=q", "", "zh-CN", "社区养老服务满意度调查"),
    ],
)
def test_the_language_is_the_links_then_the_browsers_then_chinese(
    respondent: Respondent, accepted: str, link: str, language: str, title: str
) -> None:
    respondent.headers["Accept-Language"] = accepted.encode().decode("latin-1")
    page = read(respondent.opens(f"/s/kinds{link}").text)
    assert page.language == language
    assert title in page.text
    assert page.links == [f"?lang={'zh' if language == 'en' else 'en'}"]


def test_the_form_is_sent_to_the_address_it_came_from(page: Page) -> None:
    form = re.search(r"<form[^>]*>", page.source)
    assert form is not None
    assert "action" not in form[0]
    assert 'method="post"' in form[0]


def test_a_head_request_has_the_status_and_no_body(respondent: Respondent) -> None:
    response = respondent.client.head("/s/kinds")
    assert response.status_code == 200
    assert response.data == b""
    assert respondent.client.head("/s/nothing").status_code == 404


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_definition_can_be_drawn(path: Path) -> None:
    questionnaire = load_good(path)
    for language in questionnaire.languages:
        drawn = questions(sheet(questionnaire, language, by_code=True))
        assert len(drawn.gzipped("x" * 60)) <= FIRST_VIEW
        names = read(drawn.plain("x").decode()).names
        assert [name for name in names if name in questionnaire.items] == list(questionnaire.items)
