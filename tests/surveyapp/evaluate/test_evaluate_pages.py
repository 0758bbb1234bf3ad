"""What the evaluators' pages say, checked against the figures of the published 芝罘 report."""

import io
import json
import re
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from openpyxl import load_workbook

from analysis.report import Chance
from questionnaires.build import loads_good
from surveyapp import auth, create_app, reporting
from surveyapp.config import load_config
from surveyapp.evaluate.certain import chance_words
from surveyapp.store import Store
from tests.surveyapp.evaluate.conftest import NAME, Evaluator
from tests.surveyapp.sample import DAY, LIBRARY, SLUG, load, publish, submission

STEPS = ("questionnaire", "fieldwork", "returns", "cleaning", "results", "delivery")
PAGES = (*STEPS, "cross-tabs")


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
    assert [row[1:] for row in rows if row and row[0].startswith("申报通知") and len(row) == 10] == [
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


def test_the_picture_of_a_rule_says_where_the_value_lies(evaluator: Evaluator) -> None:
    page = evaluator.page("results")
    assert ">85.13% → 8.5 分</text>" in page
    assert ">50%：0.0 → 5.0 分</text>" in page
    assert ">90%：9.0 → 10.0 分</text>" in page
    assert "style=" not in page


def test_the_total_adds_the_printed_scores_without_variants(evaluator: Evaluator) -> None:
    (total,) = [row for row in cells(evaluator.page("results")) if row and row[0].startswith("合计")]
    assert total[:3] == ["合计 不含：引进人才增长率", "18", "15.8"]
    assert "15.7760" in total[3]


def test_returns_and_cleaning_count_what_came_back(evaluator: Evaluator) -> None:
    rows = cells(evaluator.page("returns"))
    # 计划 发放 送达 打开 收回 逾期 重复 无效 有效; the sample's codes were never opened, its rows were loaded
    assert ["专属链接", "40", "40", "40", "0", "53", "0", "0", "0", "53"] in rows
    assert ["纸质问卷", "—", "—", "—", "—", "3", "0", "0", "3", "0"] in rows
    assert ["生活补贴", "1138", "40", "40", "40", "0", "31", "0", "0", "3", "28"] in rows
    assert ["购房补贴", "262", "20", "20", "20", "0", "25", "0", "0", "0", "25"] in rows
    assert ["合计", "60", "60", "60", "0", "56", "0", "0", "3", "53"] in rows
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


def test_plain_and_weighted_figures_stand_side_by_side(evaluator: Evaluator) -> None:
    # ../shared/cases/r-survey-reference.json: population-weighted 84.10% (81.53-86.38)
    rows, page = cells(evaluator.page("results")), plain(evaluator.page("results"))
    at = next(n for n, row in enumerate(rows) if len(row) > 2 and row[1] == "未加权 报告所用")
    assert rows[at][0].startswith("综合满意度")
    assert rows[at][2:7] == ["85.13%", "82.90%–87.12%", "53", "—", "—"]
    assert rows[at + 1] == [
        "按总体加权", "84.10%", "81.53%–86.38%", "53", "39.9", "1.33",
        "对数几率尺度上的 t 区间，按有限总体修正，按各层人数加权",
    ]  # fmt: skip
    assert "评分所用 未加权（问卷定义如此规定）" in page
    assert "1400 / 1402 人（99.86%）；没有有效答卷：留学费用补贴（2 人）。" in page
    assert "不论这些人怎样回答，综合满意度都在 83.98% 到 84.13% 之间。" in page


def test_where_the_definition_says_so_the_weighted_figures_are_used(
    evaluator: Evaluator, store: Store
) -> None:
    source = (LIBRARY / f"{SLUG}.yaml").read_text(encoding="utf-8")
    source = source.replace("method: strata, use: plain", "method: strata, use: weighted")
    store.publish(SLUG, loads_good(source).version, source, day=DAY, open_link=False)
    rows, page = cells(evaluator.page("results")), plain(evaluator.page("results"))
    assert ["按总体加权 报告所用", "84.10%"] in [row[:2] for row in rows]
    assert "综合满意度为 84.10%（95% 置信区间 81.53%–86.38%）。" in page
    assert "84.10% × 10 = 8.41 → 8.4" in page
    assert ">84.10% → 8.4 分</text>" in evaluator.page("results")


def test_an_indicator_says_how_sure_it_is(evaluator: Evaluator) -> None:
    page, rows = plain(evaluator.page("results")), cells(evaluator.page("results"))
    assert "目标值 90% · 未达标 · 真实值达到目标的可能性不足 0.1%" in page
    assert "所在分档 50% ≤ x < 90%；95% 置信区间不跨档" in page
    assert "与界限的距离 距 90% 还差 4.87 个百分点；高于 50% 界限 35.13 个百分点" in page
    assert ["读法", "不修约", "先修约到两位小数"] in rows
    assert ["综合满意度 采用", "8.5", "8.5"] in rows
    assert ["满意率（按人数）", "10.0", "10.0"] in rows
    assert page.count("先修约到两位小数") == 2  # readings that print the same points are not listed


@pytest.mark.parametrize(
    ("probability", "bound", "said"),
    [
        (0.0, "", "不足 0.1%"),
        (0.004, "", "约 0.4%"),
        (0.0251, "", "约 3%"),
        (0.5, "", "约 50%"),
        (0.997, "", "约 99.7%"),
        (0.9999, "", "超过 99.9%"),
        (0.8, "at-least", "不低于 80%"),
        (0.2, "at-most", "不高于 20%"),
    ],
)
def test_a_chance_is_said_in_words(app: Flask, probability: float, bound: str, said: str) -> None:
    chance = Chance(probability=probability, model="logit-t", bound=bound)
    with app.test_request_context("/evaluate/"):
        assert chance_words(chance) == f"真实值达到目标的可能性{said}"


def test_the_response_rates_are_aapors_with_their_formulas(evaluator: Evaluator) -> None:
    rows, page = cells(evaluator.page("returns")), plain(evaluator.page("returns"))
    assert ["I", "P", "R", "NC", "O", "UH", "UO", "NE"] in rows
    assert ["53", "3", "0", "4", "0", "0", "0", "0"] in rows
    rates = {row[0]: row[1:] for row in rows if row and row[0].startswith("RR")}
    assert [rates[f"RR{n}"][0] for n in range(1, 7)] == ["88.33%", "93.33%"] * 3
    assert (
        rates["RR2"][1]
        == "算法 (I + P) ÷ (I + P + R + NC + O + UH + UO) = (53 + 3) ÷ (53 + 3 + 0 + 4 + 0 + 0 + 0)"
    )
    assert "因下列原因作废的答卷计入部分完成（P）：漏答。" in page


def test_an_open_link_has_no_response_rates_and_the_page_says_why(evaluator: Evaluator, store: Store) -> None:
    version = reporting.survey(store, SLUG).version
    load(store, submission(version, 905, {"subsidy": "A"}, channel="open_link"))
    page = plain(evaluator.page("returns"))
    assert "公开链接" in page
    assert "应答率（AAPOR）" not in page


def test_cleaning_shows_what_the_rules_change(evaluator: Evaluator) -> None:
    rows = cells(evaluator.page("cleaning"))
    assert ["按规定", "53", "85.13%", "82.64%", "96.98%", "92.45%"] in rows
    (kept,) = [row for row in rows if row and row[0] == "计入因“漏答”剔除的 3 份"]
    assert kept[1:3] == ["56", "85.08% (−0.05)"]


def test_an_item_by_stratum_hides_small_cells(evaluator: Evaluator) -> None:
    rows, page = cells(evaluator.page("cross-tabs")), plain(evaluator.page("cross-tabs"))
    assert ["生活补贴", "28", "＊", "＊", "21", "75.00%", "＊", "＊", "0", "0.00%", "＊"] in rows
    assert ["购房补贴", "25", "＊", "＊", "16", "64.00%", "＊", "＊", "0", "0.00%", "＊"] in rows
    assert ["合计", "53", "14", "26.42%", "37", "69.81%", "2", "3.77%", "0", "0.00%", "84.53%"] in rows
    assert "各组之间的差异在统计上不显著（p = 0.16）。检验方法：Rao–Scott χ² 检验。" in page


def test_groups_are_compared_in_plain_words(evaluator: Evaluator) -> None:
    rows, page = cells(evaluator.page("cross-tabs")), plain(evaluator.page("cross-tabs"))
    assert (
        "“购房补贴”比“生活补贴”高 3.61 个百分点（95% 置信区间 −0.48 至 7.70）；差异在统计上不显著（p = 0.08）。"
        in page
    )
    assert ["生活补贴", "28", "83.43%", "80.24%–86.19%"] in rows
    assert ["合计", "53", "85.13%", "82.90%–87.12%"] in rows  # as on the page of results
    assert "Cronbach α = 0.84（95% 置信区间 0.75 至 0.90，n = 53）：良好。" in page


ITEMS = ("policy_awareness", "notice", "criteria", "procedure", "review", "payment")


def test_many_groups_are_corrected_for_comparing_often(evaluator: Evaluator, store: Store) -> None:
    version = reporting.survey(store, SLUG).version
    given = {"C": "AAAAAB", "F": "CCCCCD"}
    for number, (degree, code) in enumerate(
        (degree, code) for degree, codes in given.items() for code in codes
    ):
        answers = {"subsidy": "A", "degree": degree, **dict.fromkeys(ITEMS, code)}
        store.submit(submission(version, 920 + number, answers))
    page = plain(evaluator.get(f"/evaluate/surveys/{SLUG}/cross-tabs?item=notice&by=degree").text)
    assert "两两比较 3 对，其中 3 对差异在统计上显著（多重比较已按 Holm 方法校正）。" in page
    assert "差异在统计上显著（经 Holm 校正 p" in page


def test_a_measure_that_would_tell_the_hidden_cells_is_left_out(evaluator: Evaluator) -> None:
    path = f"/evaluate/surveys/{SLUG}/cross-tabs?by=subsidy&item="
    assert "知晓率（按人数）" in plain(evaluator.get(f"{path}notice").text)
    assert "知晓率（按人数）" not in plain(evaluator.get(f"{path}policy_awareness").text)


@pytest.mark.parametrize(
    "asked", ["item=nothing&by=nowhere", "item=suggestions&by=improve", "item=subsidy&by=subsidy"]
)
def test_what_cannot_be_crossed_is_not(evaluator: Evaluator, asked: str) -> None:
    answer = evaluator.get(f"/evaluate/surveys/{SLUG}/cross-tabs?{asked}")
    assert answer.status_code == 200
    assert ("同一题不能与自身交叉" in answer.text) == (asked == "item=subsidy&by=subsidy")


def test_ratings_have_a_net_promoter_score(evaluator: Evaluator, store: Store) -> None:
    source = (LIBRARY / f"{SLUG}.yaml").read_text(encoding="utf-8")
    rating = "      - {id: recommend, kind: rating, required: no, text: {zh: 您会推荐吗？, en: Your score}}\n"
    source = source.replace("      - id: suggestions\n", f"{rating}      - id: suggestions\n", 1)
    version = loads_good(source).version
    store.publish(SLUG, version, source, day=DAY, open_link=False)
    full = {
        "policy_awareness": "A",
        **dict.fromkeys(("notice", "criteria", "procedure", "review", "payment"), "A"),
    }
    for number, code in enumerate(["10", "9", "9", "7", "3"]):
        answers = json.dumps({"subsidy": "A", **full, "recommend": code}, separators=(",", ":"))
        store.submit(replace(submission(version, 910 + number, {}), answers=answers))
    rows = cells(evaluator.page("cross-tabs"))
    (score,) = [row for row in rows if row and row[0] == "您会推荐吗？" and len(row) == 4]
    assert score[1] == "40.0"
    assert score[3] == "5 人中 3 人打 9–10 分，1 人打 0–6 分"


@pytest.mark.parametrize("step", PAGES)
def test_a_survey_without_answers_says_what_to_do(evaluator: Evaluator, store: Store, step: str) -> None:
    for path in sorted(LIBRARY.glob("*.yaml")):
        if path.stem != SLUG:
            publish(store, path.stem, open_link=path.stem.startswith("huoju"))
            page = evaluator.page(step, path.stem)
            assert ("—" if step in STEPS else "还没有有效答卷") in page


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
    for step in PAGES:
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
    assert rows[1][4] == "购房补贴"
    assert app.test_client().get(str(rows[1][3]).removeprefix("http://localhost")).status_code == 200
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
    version = loads_good(hostile).version
    store.publish(SLUG, version, hostile, day=DAY, open_link=False)
    store.submit(submission(version, 900, {"subsidy": "A", "notice": "A"}, words={"suggestions": payload}))
    enter(evaluator, "growth", "", "12", payload)
    for step in PAGES:
        page = evaluator.page(step)
        assert "<script" not in page, step
        assert "onerror=alert(1)>" not in page, step
        assert "<svg/onload" not in page, step
        assert "49" not in plain(page) or payload != "{{ 7*7 }}" or "{{ 7*7 }}" in unescape(page), step
    book = evaluator.get(f"/evaluate/surveys/{SLUG}/tallies.xlsx").data
    assert zipfile.ZipFile(io.BytesIO(book)).testzip() is None
    assert evaluator.get(f"/evaluate/surveys/{SLUG}/rows.csv").status_code == 200
