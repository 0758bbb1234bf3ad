"""What the evaluators' pages say, checked against the figures of the published 芝罘 report."""

import io
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from openpyxl import load_workbook

from surveyapp import auth, create_app, reporting
from surveyapp.config import load_config
from surveyapp.store import Store
from tests.surveyapp.evaluate.conftest import NAME, Evaluator
from tests.surveyapp.sample import DAY, LIBRARY, SLUG, publish, submission

STEPS = ("questionnaire", "fieldwork", "returns", "cleaning", "results", "delivery")


def cells(page: str) -> list[list[str]]:
    """Return the cells of all tables' rows as they are copied into a sheet."""
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    return [[plain(cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)] for row in rows]


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_result_opens_with_the_sentences_of_a_report(evaluator: Evaluator) -> None:
    page = plain(evaluator.page("results"))
    assert "发放问卷 60 份，收回 56 份，回收率 93.33%；其中有效问卷 53 份，有效率 94.64%。" in page
    assert "综合满意度为 85.13%（95% 置信区间 82.90%–87.12%）。" in page
    assert "政策知晓度为 82.64%" in page
    assert "“补贴对象满意度”分值 10 分，得 8.5 分，得分率 85.00%。" in page
    assert "“政策知晓人群覆盖率”分值 5 分，得 4.3 分，得分率 86.00%。" in page


def test_the_table_of_items_is_the_one_reports_print(evaluator: Evaluator) -> None:
    rows = cells(evaluator.page("results"))
    assert ["调查内容", "非常满意 100%", "满意 80%", "一般 60%", "不满意 0%", "单项满意度"] in rows
    assert [row[1:] for row in rows if row and row[0].startswith("申报通知")] == [
        ["14", "26.42%", "37", "55.85%", "2", "2.26%", "0", "0.00%", "84.53%"]
    ]
    figures = [row[-1] for row in rows if len(row) == 10 and row[-1].endswith("%")]
    assert figures == ["84.53%", "85.66%", "87.55%", "84.15%", "83.77%"]
    assert ["综合得分", "85.13%"] in rows


def test_an_indicator_shows_how_it_came_about(evaluator: Evaluator) -> None:
    page = plain(evaluator.page("results"))
    assert "85.13% × 10 = 8.51 → 8.5" in page
    assert "(82.64% × 4) + (已开展：100% × 1) = 3.31 + 1 = 4.31 → 4.3" in page
    assert "满意度 90% 及以上得 10 分；不足 90% 的，得分＝满意度×10；低于 50% 不得分。" in page
    assert "按算法 85.13%，得 8.5 分；按指标解释 96.98%，得 10.0 分。" in page
    assert "未达标" in page
    assert "8.3–8.7" in page


def test_the_bar_stands_where_the_figures_say(evaluator: Evaluator) -> None:
    page = evaluator.page("results")
    assert '<circle class="value" cx="85.13%"' in page
    assert '<rect class="interval" x="82.90%" y="33" width="4.21%"' in page
    assert 'x="50.00%"' in page
    assert 'x1="90.00%"' in page
    assert "style=" not in page


def test_the_total_adds_the_printed_scores_without_variants(evaluator: Evaluator) -> None:
    (total,) = [row for row in cells(evaluator.page("results")) if row and row[0].startswith("合计")]
    assert total[:3] == ["合计 不含：引进人才增长率", "18", "15.8"]
    assert "15.7760" in total[3]


def test_returns_and_cleaning_count_what_came_back(evaluator: Evaluator) -> None:
    rows = cells(evaluator.page("returns"))
    assert ["专属链接", "40", "53", "53"] in rows
    assert ["纸质问卷", "—", "3", "0"] in rows
    assert ["生活补贴", "1138", "40", "31", "28"] in rows
    assert ["购房补贴", "262", "20", "25", "25"] in rows
    assert [DAY, "53", "3", "56"] in rows
    (rule,) = [
        row for row in cells(evaluator.page("cleaning")) if row and row[0].startswith("下列题目有漏答")
    ]
    assert rule[1:] == ["漏答", "剔除", "3"]


def test_the_questionnaire_shows_points_at_the_limits(evaluator: Evaluator) -> None:
    rows = cells(evaluator.page("questionnaire"))
    assert ["50%", "0.0", "5.0", "5.0"] in rows
    assert ["90%", "9.0", "10.0", "10.0"] in rows
    assert ["已开展", "1.0"] in rows


@pytest.mark.parametrize("step", STEPS)
def test_a_survey_without_answers_says_what_to_do(evaluator: Evaluator, store: Store, step: str) -> None:
    for path in sorted(LIBRARY.glob("*.yaml")):
        if path.stem != SLUG:
            publish(store, path.stem, open_link=path.stem.startswith("huoju"))
            assert "—" in evaluator.page(step, path.stem)


def test_an_empty_list_says_how_to_publish(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'empty.db'}") as store:
        app = create_app(load_config(tmp_path), store)
        nobody = Evaluator(app.test_client(), auth.create_account(store, NAME))
        nobody.sign_in()
        assert "surveyapp publish my-survey.yaml" in nobody.get("/evaluate/").text


def test_every_page_reads_english_too_and_remembers_it(evaluator: Evaluator) -> None:
    assert evaluator.get("/evaluate/?lang=en").status_code == 200
    page = plain(evaluator.page("results"))
    assert "60 questionnaires were handed out and 56 came back, a return rate of 93.33%." in page
    assert "Satisfaction score: 85.13% (95% interval 82.90%–87.12%)." in page
    for step in STEPS:
        own = re.sub(r"[“”]", "", plain(evaluator.page(step)).replace("中文", ""))
        assert re.findall(r"[\u4e00-\u9fff]+", re.sub("[已未]开展", "", own)) == [], step


def test_the_browser_is_a_first_guess_only(visitor: Evaluator) -> None:
    def heading(header: str) -> str:
        page = visitor.client.get("/evaluate/sign-in", headers={"Accept-Language": header}).text
        found = re.search(r"<h1>(.*?)</h1>", page)
        return found[1] if found else ""

    assert heading("en-GB, zh;q=0.5") == "Sign in"
    assert heading("zh-CN, en;q=0.9") == "登录"
    assert heading("de") == "登录"


def test_every_word_is_translated() -> None:
    path = Path(__file__).parents[3] / "surveyapp" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert path.with_suffix(".mo").stat().st_mtime >= path.stat().st_mtime - 60


# --- acts ----------------------------------------------------------------------------------------------------------


def test_issued_codes_come_as_a_sheet_and_open_the_survey(
    app: Flask, evaluator: Evaluator, store: Store
) -> None:
    answer = evaluator.post(
        f"/evaluate/surveys/{SLUG}/codes", count="7", stratum="B", channel="sms", purpose="第二批"
    )
    assert answer.status_code == 200
    assert "%E7%AD%94%E9%A2%98%E7%A0%81" in answer.headers["Content-Disposition"]
    rows = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 8
    assert rows[1][3] == "购房补贴"
    assert app.test_client().get(str(rows[1][2]).removeprefix("http://localhost")).status_code == 200
    assert ["第二批", "短信", "购房补贴", "7", "0", "0"] in cells(evaluator.page("fieldwork"))


@pytest.mark.parametrize("count", ["0", "10001", "", "many"])
def test_an_unfit_number_of_codes_issues_none(evaluator: Evaluator, store: Store, count: str) -> None:
    before = store.ledger(SLUG)
    answer = evaluator.post(
        f"/evaluate/surveys/{SLUG}/codes", count=count, stratum="", channel="link", purpose=""
    )
    assert answer.status_code == 422
    assert store.ledger(SLUG) == before


def test_without_a_public_address_no_code_is_issued_and_the_page_says_why(
    tmp_path: Path, store: Store
) -> None:
    app = create_app(load_config(tmp_path / "bare"), store)
    evaluator = Evaluator(app.test_client(), auth.create_account(store, "li"))
    evaluator.sign_in("li")
    before = store.ledger(SLUG)
    answer = evaluator.post(
        f"/evaluate/surveys/{SLUG}/codes", count="5", stratum="", channel="link", purpose=""
    )
    assert answer.status_code == 422
    assert "尚未设置公开网址" in answer.text
    assert "public_url = " in answer.text
    assert store.ledger(SLUG) == before


def test_a_batch_can_be_made_void(evaluator: Evaluator, store: Store) -> None:
    batch = store.batches(SLUG)[0]
    evaluator.post(f"/evaluate/surveys/{SLUG}/codes/void", batch=batch.id)
    assert sum(row.void for row in store.ledger(SLUG)) == batch.count


@pytest.mark.parametrize("state", ["paused", "closed", "open"])
def test_the_state_changes_by_a_form(evaluator: Evaluator, store: Store, state: str) -> None:
    assert evaluator.post(f"/evaluate/surveys/{SLUG}/state", state=state).status_code == 302
    assert reporting.survey(store, SLUG).state == state
    assert evaluator.post(f"/evaluate/surveys/{SLUG}/state", state="gone").status_code == 400


def test_the_public_link_and_its_code_can_be_switched_on(evaluator: Evaluator, store: Store) -> None:
    evaluator.post(f"/evaluate/surveys/{SLUG}/open-link", accepted="yes")
    assert reporting.survey(store, SLUG).open_link
    assert f"http://localhost/s/{SLUG}" in evaluator.page("fieldwork")
    assert evaluator.get(f"/evaluate/surveys/{SLUG}/qr.svg").mimetype == "image/svg+xml"
    assert evaluator.get(f"/evaluate/surveys/{SLUG}/qr.png?download=1").data.startswith(b"\x89PNG")


def test_what_went_out_by_hand_counts_as_handed_out(evaluator: Evaluator, store: Store) -> None:
    evaluator.post(f"/evaluate/surveys/{SLUG}/distributed", number="40")
    assert reporting.report(store, SLUG).fieldwork.distributed == 100
    evaluator.post(f"/evaluate/surveys/{SLUG}/distributed", number="")
    assert reporting.report(store, SLUG).fieldwork.distributed == 60
    assert evaluator.post(f"/evaluate/surveys/{SLUG}/distributed", number="-3").status_code == 422


def enter(evaluator: Evaluator, indicator: str, part: str, value: str, reason: str = "查账") -> int:
    fields = {"indicator": indicator, "part": part, "value": value, "reason": reason}
    return evaluator.post(f"/evaluate/surveys/{SLUG}/entries", **fields).status_code


def test_a_value_entered_by_hand_is_scored_and_signed(evaluator: Evaluator, store: Store) -> None:
    assert enter(evaluator, "growth", "", "12") == 302
    (entry,) = store.entered(SLUG)
    assert (entry.value, entry.reason, entry.entered_by) == ("12", "查账", NAME)
    page = plain(evaluator.page("results"))
    assert "10% ≤ 12.00% < 15%：90% × 10 = 9.0" in page
    assert f"{NAME} 于 {entry.day} 录入" in page
    assert ["合计", "28", "24.8"] in [row[:3] for row in cells(evaluator.page("results")) if row]


def test_a_grade_and_a_circumstance_can_be_entered(evaluator: Evaluator, store: Store) -> None:
    assert enter(evaluator, "awareness", "publicity", "未开展") == 302
    score = reporting.report(store, SLUG).indicators["awareness"].score
    assert score is not None
    assert round(float(score), 4) == 3.3057
    assert enter(evaluator, "satisfaction", "no_survey", "yes") == 302
    assert reporting.report(store, SLUG).indicators["satisfaction"].score is None


@pytest.mark.parametrize(
    ("indicator", "part", "value", "reason"),
    [
        ("growth", "", "很多", "查账"),
        ("growth", "", "12", ""),
        ("growth", "", "", "查账"),
        ("satisfaction", "", "99", "查账"),
        ("awareness", "publicity", "也许", "查账"),
        ("awareness", "questionnaire", "4", "查账"),
        ("unknown", "", "1", "查账"),
        ("budget_execution", "", "-5", "查账"),
    ],
)
def test_what_cannot_be_scored_is_not_kept(
    evaluator: Evaluator, store: Store, indicator: str, part: str, value: str, reason: str
) -> None:
    assert enter(evaluator, indicator, part, value, reason) == 422
    assert store.entered(SLUG) == []


# --- hostile text --------------------------------------------------------------------------------------------------

PAYLOADS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "{{ 7*7 }}", "%(n)s %s",
    "</textarea><script>alert(1)</script>", "javascript:alert(1)", "<svg/onload=alert(1)>",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_inert_on_every_page(evaluator: Evaluator, store: Store, payload: str) -> None:
    quoted = payload.replace("'", "''")
    source = (LIBRARY / f"{SLUG}.yaml").read_text(encoding="utf-8")
    hostile = re.sub(
        r"zh: (芝罘区 2022 年度引进人才补贴满意度调查|生活补贴|非常满意)", f"zh: '{quoted}'", source
    )
    hostile = hostile.replace("zh: 申报通知发布得及时吗？您对此是否满意？", f"zh: '{quoted}'")
    hostile = hostile.replace("zh: 补贴对象满意度,", f"zh: '{quoted}',").replace(
        "zh: 综合满意度,", f"zh: '{quoted}',"
    )
    from questionnaires.build import loads_good

    version = loads_good(hostile).version
    store.publish(SLUG, version, hostile, day=DAY, open_link=False)
    store.submit(submission(version, 900, {"subsidy": "A", "notice": "A"}, words={"suggestions": payload}))
    enter(evaluator, "growth", "", "12", payload)
    for step in STEPS:
        page = evaluator.page(step)
        assert "<script" not in page, step
        assert "onerror=alert(1)>" not in page, step
        assert "<svg/onload" not in page, step
        assert "49" not in plain(page) or payload != "{{ 7*7 }}" or "{{ 7*7 }}" in unescape(page), step
    book = evaluator.get(f"/evaluate/surveys/{SLUG}/tallies.xlsx").data
    assert zipfile.ZipFile(io.BytesIO(book)).testzip() is None
    assert evaluator.get(f"/evaluate/surveys/{SLUG}/rows.csv").status_code == 200
