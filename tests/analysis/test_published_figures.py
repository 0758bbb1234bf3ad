"""The five published surveys: their figures exactly, and as they are printed.

芝罘: zhifu-2022-expected.json (worked out by hand from the published counts). The others: the published rules and
results, seeds.md / research/domain.md part a.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from analysis import Fieldwork, Pattern, Report, evaluate
from analysis.aapor import RATES
from questionnaires.model import Questionnaire
from surveyapp import present
from tests.analysis import surveys
from tests.analysis.surveys import percent

EXPECTED = surveys.reference("zhifu-2022-expected.json")["expected"]
PRINTED = EXPECTED["printed"]
SATISFACTION = tuple(EXPECTED["items_percent"])


@pytest.fixture(params=["zhifu_report", "zhifu_tallied"])
def zhifu_either(request: pytest.FixtureRequest) -> Report:
    """The report from rows, and the one from counts alone."""
    report: Report = request.getfixturevalue(request.param)
    return report


# --- 芝罘 2022 -----------------------------------------------------------------------------------------------------


def test_zhifu_items_are_exact(zhifu_either: Report) -> None:
    found = {item: percent(zhifu_either.items[item].score) for item in SATISFACTION}
    assert found == {item: Fraction(value) for item, value in EXPECTED["items_percent"].items()}


def test_zhifu_measures_are_exact(zhifu_either: Report) -> None:
    found = {name: percent(estimate) for name, estimate in zhifu_either.measures.items()}
    assert found == {
        "satisfaction": Fraction(EXPECTED["satisfaction_score_percent"]),
        "awareness": Fraction(EXPECTED["awareness_score_percent"]),
        "satisfied_heads": Fraction(EXPECTED["satisfaction_rate_by_heads_percent (mean of items)"]),
        "aware_heads": Fraction(EXPECTED["awareness_rate_by_heads_percent"]),
    }


def test_zhifu_rates_are_exact(zhifu_either: Report) -> None:
    assert zhifu_either.fieldwork.return_rate == Fraction(EXPECTED["return_rate"])
    assert zhifu_either.fieldwork.validity_rate == Fraction(EXPECTED["validity_rate"])
    assert zhifu_either.fieldwork.valid_return_rate == Fraction(53, 60)  # 53 valid of 60, by hand
    counted = zhifu_either.fieldwork
    assert counted.dispositions == {"I": 53, "P": 3, "R": 0, "NC": 4, "O": 0, "UH": 0, "UO": 0, "NE": 0}
    assert counted.e == 1
    assert set(counted.response_rates) == set(RATES)
    found = {name: counted.response_rates[name] for name in ("RR1", "RR2", "COOP1", "REF1", "CON1")}
    assert found == {
        "RR1": Fraction(53, 60), "RR2": Fraction(56, 60), "COOP1": Fraction(53, 56), "REF1": 0, "CON1": Fraction(56, 60),
    }  # fmt: skip
    assert zhifu_either.fieldwork.invalid_reasons == {"not_seen": 3}  # 56 returned − 53


def test_zhifu_points_are_exact(zhifu_either: Report) -> None:
    found = {name: result.score for name, result in zhifu_either.indicators.items()}
    assert found == {
        "satisfaction": Fraction(EXPECTED["points"]["satisfaction (10)"]),  # 2256/265
        "awareness": Fraction(EXPECTED["points"]["awareness (4 x rate + 1)"]),  # 1141/265
        "revised_satisfaction": Fraction(2256, 265),  # seeds.md
        "revised_awareness": Fraction(438, 53),  # seeds.md
        "growth": None,  # nothing entered yet: not known, not 0
        "budget_execution": Fraction(29571, 10000),  # 3 × 98.57%, rule-limits.json
    }


def test_zhifu_prints_as_published(zhifu_either: Report) -> None:
    scores = [zhifu_either.items[item].score for item in SATISFACTION]
    assert [present.percent(found.exact) for found in scores if found] == PRINTED["items"]
    assert present.percent(zhifu_either.measures["satisfaction"].exact) == PRINTED["composite"]
    assert present.percent(zhifu_either.measures["awareness"].exact) == PRINTED["awareness"]
    assert present.percent(zhifu_either.fieldwork.return_rate) == PRINTED["return_rate"]
    assert present.percent(zhifu_either.fieldwork.validity_rate) == PRINTED["validity_rate"]
    points = [zhifu_either.indicators[name].score for name in ("satisfaction", "awareness")]
    assert [present.number(score, zhifu_either.score_places) for score in points] == PRINTED["points"]


def test_zhifu_rows_give_the_interval_that_r_gives(zhifu_report: Report) -> None:
    # statistics.md §3a, design b, logit-t
    assert present.percent_range(zhifu_report.measures["satisfaction"].interval) == "82.90%–87.12%"


def test_zhifu_points_carry_the_interval(zhifu_report: Report) -> None:
    # R: 82.90335642855962 … 87.11541282717936 percent, all of it in the proportional branch: ÷ 10
    span = zhifu_report.indicators["satisfaction"].interval
    assert span is not None
    assert [float(end) for end in span] == pytest.approx([8.290335642855962, 8.711541282717936], rel=1e-9)


def test_zhifu_counts_alone_give_no_precision_for_a_composite(zhifu_tallied: Report) -> None:
    for name in ("satisfaction", "satisfied_heads"):
        found = zhifu_tallied.measures[name]
        assert (found.standard_error, found.interval, found.n_effective) == (None, None, None)
        assert found.method == "no-joint-answers"
    assert "no-joint-answers" in [w.code for w in zhifu_tallied.warnings]
    assert zhifu_tallied.indicators["satisfaction"].interval is None


def test_zhifu_counts_alone_give_a_single_item_all_its_precision(
    zhifu_tallied: Report, zhifu_report: Report
) -> None:
    for name in ("awareness", "aware_heads"):
        assert zhifu_tallied.measures[name] == zhifu_report.measures[name]
    for item in SATISFACTION:
        assert zhifu_tallied.items[item] == zhifu_report.items[item]


def test_zhifu_warns_that_the_definition_gives_96_98_percent_and_10_points(zhifu_either: Report) -> None:
    warning = next(w for w in zhifu_either.warnings if w.code == "definition-conflict")
    facts = dict(warning.facts)
    assert facts["defined_share"] == Fraction(5140, 5300)
    assert facts["defined_points"] == 10
    assert facts["computed_points"] == Fraction(2256, 265)
    for language in ("zh", "en"):
        words = present.words(warning, zhifu_either, language)
        assert "96.98%" in words
        assert "85.13%" in words
        assert "{" not in words


def test_zhifu_warns_of_the_empty_stratum_and_of_unequal_sampling(zhifu_either: Report) -> None:
    found = {w.code: present.words(w, zhifu_either) for w in zhifu_either.warnings}
    assert "留学费用补贴" in found["empty-stratum"]
    assert "生活补贴 2.46%" in found["unweighted-strata"]  # 28 ÷ 1138
    assert "购房补贴 9.54%" in found["unweighted-strata"]  # 25 ÷ 262


def test_zhifu_misses_its_target(zhifu_either: Report) -> None:
    assert zhifu_either.indicators["satisfaction"].target == Fraction(9, 10)
    assert zhifu_either.indicators["satisfaction"].meets_target is False
    assert zhifu_either.indicators["awareness"].meets_target is None


@pytest.mark.parametrize(
    ("grade", "score"), [("已开展", Fraction(1141, 265)), ("未开展", Fraction(876, 265))]
)
def test_zhifu_awareness_adds_the_interview_s_point(
    zhifu: Questionnaire, grade: str, score: Fraction
) -> None:
    # 4 × 4380/5300 = 876/265, and 1 if publicity took place
    entered = {"awareness.publicity": grade}
    found = evaluate(zhifu, surveys.zhifu_tallies(), Fieldwork(entered=entered)).indicators["awareness"]
    assert found.score == score
    assert [part.score for part in found.parts] == [Fraction(876, 265), score - Fraction(876, 265)]


# --- the other four --------------------------------------------------------------------------------------------------

Evaluate = Callable[..., Report]


def alike(items: tuple[str, ...], code: str, count: int, **more: str) -> Pattern:
    return surveys.pattern({**dict.fromkeys(items, code), **more}, count)


HUOJU = ("publicity", "conditions", "handling", "payment")


def test_huoju_with_92_4_percent_gets_8_points_and_4_by_the_audit_sheet() -> None:
    # 31 × 100 + 19 × 80 = 4620 of 5000: the published 92.4%
    rows = surveys.table([alike(HUOJU, "A", 31), alike(HUOJU, "B", 19)])
    report = evaluate(surveys.shipped("huoju-2021"), rows, Fieldwork())
    assert percent(report.measures["satisfaction"]) == Fraction("92.4")
    assert report.indicators["policy"].score == 8
    assert report.indicators["audit_tiers"].score == 4
    assert report.measures["satisfaction"].method == "logit-t"  # no population is stated


@pytest.mark.parametrize("circumstance", ["petitions", "no_survey"])
def test_huoju_audit_sheet_gives_nothing_after_petitions_or_without_a_survey(circumstance: str) -> None:
    rows = surveys.table([alike(HUOJU, "A", 31)])
    work = Fieldwork(entered={f"audit_tiers.{circumstance}": "yes"})
    found = evaluate(surveys.shipped("huoju-2021"), rows, work).indicators["audit_tiers"]
    assert found.score == 0
    assert found.interval == (Fraction(0), Fraction(0))
    assert found.veto == circumstance


def test_longgang_with_100_percent_gets_9_points() -> None:
    rows = surveys.table([alike(("amount", "handling", "payment"), "A", 20)])
    report = evaluate(surveys.shipped("longgang-2018-2020"), rows, Fieldwork())
    assert percent(report.measures["satisfied_heads"]) == 100
    assert report.indicators["beneficiary_satisfaction"].score == 9
    assert report.indicators["attraction"].score == 9  # 优, entered in the definition


@pytest.mark.parametrize(
    ("grade", "points"), [("优", "9"), ("良", "36/5"), ("中", "27/5"), ("低", "0")]
)  # seeds.md
def test_longgang_grades_give_shares_of_9_points(grade: str, points: str) -> None:
    work = Fieldwork(entered={"attraction": grade})
    found = evaluate(surveys.shipped("longgang-2018-2020"), surveys.table([]), work)
    assert found.indicators["attraction"].score == Fraction(points)


def test_an_unknown_grade_gives_no_points_and_a_warning() -> None:
    work = Fieldwork(entered={"attraction": "特优"})
    found = evaluate(surveys.shipped("longgang-2018-2020"), surveys.table([]), work)
    assert found.indicators["attraction"].score is None
    assert "bad-entry" in [w.code for w in found.warnings]


def test_yantian_has_judged_points_beside_what_a_rule_gives() -> None:
    # 189 of 200, 22 of 25 and 23 of 25: the published 94.5%, 88% and 92%
    items = ("support", "service")
    rows = [
        alike(items, code, count, group=group)
        for group, satisfied, n in (("awarded", 189, 200), ("granted", 22, 25), ("newcomer", 23, 25))
        for code, count in (("B", satisfied), ("C", n - satisfied))
    ]
    report = evaluate(surveys.shipped("yantian-2024"), surveys.table(rows), Fieldwork())
    assert [percent(m) for m in report.measures.values()] == [Fraction("94.5"), 88, 92]
    found = {name: result.score for name, result in report.indicators.items()}
    assert found == {
        "awarded": Fraction("1.55"),
        "granted": Fraction("1.53"),
        "newcomers": Fraction("1.64"),
        "awarded_by_rule": Fraction(31563, 19000),  # seeds.md: rate ÷ target × points
        "granted_by_rule": Fraction(1837, 1125),
        "newcomers_by_rule": Fraction(83, 50),
    }
    judged = [found[name] for name in ("awarded", "granted", "newcomers")]
    assert sum(score or 0 for score in judged) == Fraction("4.72")
    assert [report.indicators[name].meets_target for name in ("awarded", "granted", "newcomers")] == [
        False,
        False,
        True,
    ]


def zengcheng(answered: int) -> Report:
    rows = [alike(("award", "service"), "A", answered - 2), alike(("award", "service"), "B", 2)]
    return evaluate(surveys.shipped("zengcheng-2023"), surveys.table(rows), Fieldwork(distributed=13))


def test_zengcheng_with_13_of_13_is_a_census_and_its_interval_a_point() -> None:
    for found in zengcheng(13).measures.values():
        assert found.method == "census"
        assert found.interval == (found.value, found.value)
        assert found.standard_error == 0


def test_zengcheng_with_12_of_13_leaves_something_open() -> None:
    for found in zengcheng(12).measures.values():
        assert found.method != "census"
        low, high = surveys.limits(found)
        assert low < high
