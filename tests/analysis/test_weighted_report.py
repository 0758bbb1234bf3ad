"""Weighted estimates through a definition: against R, side by side with the plain ones, and every case that is special.

R: tests/references/r-survey-reference.json. Figures worked by hand say so.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import pytest

from analysis import Fieldwork, PatternTable, Report, evaluate
from questionnaires.build import loads_good
from questionnaires.model import Questionnaire
from surveyapp import present
from tests.analysis import surveys
from tests.analysis.r_designs import R, rows, tolerance
from tests.analysis.surveys import CODES, STRATA, pattern, table

DEFINITION = """
id: test
title: 试
organiser: 局
purpose: 试
population: {POPULATION}
weighting: {WEIGHTING}
scales:
  four:
    options:
      - {code: A, label: 一, value: 100}
      - {code: B, label: 二, value: 80}
      - {code: C, label: 三, value: 60}
      - {code: D, label: 四, value: 0}
      - {code: N, label: 不适用, missing: not_applicable}
sections:
  - id: one
    title: 一
    items:
      - {id: subsidy, kind: single, text: 层, options: [{code: A, label: 生活}, {code: B, label: 购房}, {code: C, label: 留学}]}
      - {id: sex, kind: single, text: 性别, options: [{code: F, label: 女}, {code: M, label: 男}]}
      - {id: degree, kind: single, text: 学历, options: [{code: bachelor, label: 本科}, {code: master, label: 硕士}]}
      - {id: q1, kind: single, text: 一, scale: four}
      - {id: q2, kind: single, text: 二, scale: four}
      - {id: q3, kind: single, text: 三, scale: four}
      - {id: q4, kind: single, text: 四, scale: four}
      - {id: q5, kind: single, text: 五, scale: four}
      - {id: aware, kind: single, text: 知, scale: four}
measures:
  composite: {title: 综合, kind: satisfaction_score, items: [q1, q2, q3, q4, q5]MORE}
  q1: {title: 一, kind: satisfaction_score, items: q1}
  aware: {title: 知, kind: awareness_score, items: aware}
  aware_sat: {title: 知, kind: awareness_rate, items: aware, codes: [A, B]}
  q2_sat: {title: 二, kind: satisfaction_rate, items: q2, codes: [A, B]}
"""
FOUR = ("q1", "q2", "q3", "q4", "q5", "aware")
THREE_STRATA = "{stratum_item: subsidy, strata: {A: 1138, B: 262, C: 2}}"
TWO_STRATA = "{stratum_item: subsidy, strata: {A: 1138, B: 262, C: 0}}"
SEX, DEGREE = "sex: {F: 690, M: 710}", "degree: {bachelor: 1010, master: 390}"
STRATIFIED = "{design: stratified, method: strata}"


def survey(weighting: str, population: str = THREE_STRATA, more: str = "") -> Questionnaire:
    text = (
        DEFINITION.replace("{POPULATION}", population).replace("{WEIGHTING}", weighting).replace("MORE", more)
    )
    return loads_good(text)


def answers() -> list[dict[str, str]]:
    """Return R's 53 rows as answers."""
    return [
        {
            "subsidy": STRATA[row["stratum"]], "sex": row["sex"], "degree": row["degree"].removesuffix("+"),
            **{item: CODES[row[item]] for item in FOUR},
        }
        for row in rows()
    ]  # fmt: skip


def report_on(questionnaire: Questionnaire, given: list[dict[str, str]] | None = None) -> Report:
    found = table([pattern(one) for one in (answers() if given is None else given)])
    return evaluate(questionnaire, found, Fieldwork())


def codes(report: Report) -> set[str]:
    return {warning.code for warning in report.warnings}


DESIGNS = {
    "c_strat_fpc": (STRATIFIED, THREE_STRATA),
    "c0_strat_nofpc": ("{design: stratified, method: strata, fpc: no}", THREE_STRATA),
    "d_post_stratum_from_srs": (
        "{method: post_stratify, margins: {subsidy: {A: 1138, B: 262, C: 2}}}", "{size: 1402}",
    ),
    "d2_post_sex_from_strat": (
        f"{{design: stratified, method: post_stratify, margins: {{{SEX}}}}}", THREE_STRATA,
    ),
    "e_rake_sex_degree_from_strat": (
        f"{{design: stratified, method: rake, margins: {{{SEX}, {DEGREE}}}}}", THREE_STRATA,
    ),
    "e2_rake_stratum_degree_from_srs": (
        f"{{method: rake, margins: {{subsidy: {{A: 1138, B: 262, C: 0}}, {DEGREE}}}}}", "{size: 1402}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DESIGNS)
def test_a_definition_s_weighted_scores_are_those_of_r(name: str) -> None:
    report, rel = report_on(survey(*DESIGNS[name])), tolerance(name)
    assert report.weighting is not None
    assert report.weighting.df == R["means"][name]["df"]
    for variable in ("composite", "q1", "aware"):
        found, r = report.weighted[variable], R["means"][name][variable]
        assert found.value == pytest.approx(r["mean"] / 100, rel=rel)
        assert found.standard_error == pytest.approx(r["se"] / 100, rel=rel)
        assert found.design_effect == pytest.approx(r["deff"], rel=rel)
        assert found.design_effect_replace == pytest.approx(r["deff_replace"], rel=rel)
        limits = [100 * end for end in surveys.limits(found)]
        assert limits == pytest.approx(R["bounded_mean"][name][variable]["xlogit_ci95"], rel=rel)
    assert report.weighting.kish_n_effective == pytest.approx(R["means"][name]["kish_neff"], rel=rel)
    assert report.weighting.sum_of_weights == pytest.approx(R["means"][name]["sum_w"], rel=rel)


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("method", ["logit", "beta", "mean"])
def test_a_definition_s_weighted_share_has_r_s_interval_by_its_name(name: str, method: str) -> None:
    weighting, population = DESIGNS[name]
    text = DEFINITION.replace("codes: [A, B]}", f"codes: [A, B], interval: {method}}}").replace("MORE", "")
    report = report_on(loads_good(text.replace("{POPULATION}", population).replace("{WEIGHTING}", weighting)))
    low, high = R["svyciprop"][name]["aware_sat"]["xlogit" if method == "logit" else method]["ci95"]
    assert surveys.limits(report.weighted["aware_sat"]) == pytest.approx(
        (low, min(high, 1)), rel=tolerance(name)
    )


def test_zhifu_shows_both_figures_side_by_side(zhifu_report: Report) -> None:
    plain, weighted = zhifu_report.measures["satisfaction"], zhifu_report.weighted["satisfaction"]
    assert (present.percent(plain.exact), present.percent_range(plain.interval)) == (
        "85.13%",
        "82.90%–87.12%",
    )
    assert (present.percent(weighted.exact), present.percent_range(weighted.interval)) == (
        "84.10%",
        "81.53%–86.38%",
    )
    # statistics.md §6: the two who were not sampled can move the composite only to 83.98–84.13
    assert present.percent_range(weighted.bounds) == "83.98%–84.13%"
    # by hand: (1138 ÷ 28 Σ of the 28 + 262 ÷ 25 Σ of the 25) ÷ 1400, from the group means of svyby
    by_hand = (1138 * R["svyby"]["c_strat_fpc"]["stratum"]["composite"]["mean"][0]
               + 262 * R["svyby"]["c_strat_fpc"]["stratum"]["composite"]["mean"][1]) / 140_000  # fmt: skip
    assert weighted.value == pytest.approx(by_hand, rel=1e-12)
    assert weighted.exact is not None
    found = zhifu_report.weighting
    assert found is not None
    assert (found.covered, found.people, found.empty) == (1400, 1402, ("C",))
    assert zhifu_report.indicators["satisfaction"].score == Fraction(2256, 265)
    said = next(w for w in zhifu_report.warnings if w.code == "weighted-coverage")
    assert "1400" in present.words(said, zhifu_report)
    assert "留学费用补贴" in next(w.zh for w in zhifu_report.warnings if w.code == "empty-stratum")


def test_the_json_carries_them(zhifu_report: Report) -> None:
    found: dict[str, Any] = json.loads(present.as_json(zhifu_report), parse_constant=pytest.fail)
    assert found["weighted_measures"]["satisfaction"]["value"] == pytest.approx(0.841044, abs=1e-6)
    assert found["weighted_measures"]["satisfaction"]["design_effect"] == pytest.approx(1.327689, abs=1e-6)
    assert found["measures"]["satisfaction"]["design_effect"] is None
    assert found["weighting"]["covered"] == 1400
    assert found["weighting"]["empty"] == ["C"]


def test_without_weighting_there_are_no_weighted_figures() -> None:
    report = report_on(survey("{}"))
    assert report.weighted == {}
    assert report.weighting is None


def test_indicators_go_by_the_figure_that_is_used() -> None:
    text = (surveys.LIBRARY / "zhifu-2022.yaml").read_text(encoding="utf-8")
    report = evaluate(
        loads_good(text.replace("use: plain", "use: weighted")), table(surveys.zhifu_rows()), Fieldwork()
    )
    weighted = report.weighted["satisfaction"].exact
    assert weighted is not None
    assert report.indicators["satisfaction"].score == 10 * weighted
    assert "unweighted-strata" not in codes(report)


# --- one stratum short, one answer, everybody ----------------------------------------------------------------------


def with_one_of_c() -> list[dict[str, str]]:
    """Return the rows with a copy of the first in the third stratum (R: lonely_psu)."""
    return [*answers(), {**answers()[0], "subsidy": "C"}]


@pytest.mark.parametrize("lonely", ["remove", "certainty", "adjust", "average"])
def test_a_stratum_with_one_answer_is_treated_as_the_definition_says(lonely: str) -> None:
    weighting = f"{{design: stratified, method: strata, lonely: {lonely}}}"
    report, r = report_on(survey(weighting), with_one_of_c()), R["lonely_psu"][lonely]
    found = report.weighted["composite"]
    assert found.value == pytest.approx(r["mean"] / 100, rel=1e-9)
    assert found.standard_error == pytest.approx(r["se"] / 100, rel=1e-9)
    assert found.df == r["df"]
    assert found.bounds is None
    assert "留学" in next(w.zh for w in report.warnings if w.code == "lonely-stratum")


def test_where_a_lonely_stratum_fails_there_is_a_value_without_interval() -> None:
    report = report_on(survey("{design: stratified, method: strata, lonely: fail}"), with_one_of_c())
    found = report.weighted["composite"]
    assert found.value == pytest.approx(
        R["lonely_psu"]["fail"].get("mean", 84.12710006113716) / 100, rel=1e-9
    )
    assert (found.standard_error, found.interval, found.method) == (None, None, "lonely-stratum")


def test_everybody_in_every_stratum_is_a_census() -> None:
    given = [{"subsidy": s, **dict.fromkeys(FOUR, code)} for s in "AB" for code in "ABB"]
    report = report_on(survey(STRATIFIED, "{stratum_item: subsidy, strata: {A: 3, B: 3, C: 0}}"), given)
    found = report.weighted["composite"]
    assert found.exact == Fraction(26, 30)
    assert (found.interval, found.method, found.standard_error) == ((26 / 30, 26 / 30), "census", 0.0)


def test_answers_alike_in_every_stratum_do_not_give_a_point() -> None:
    given = [
        {"subsidy": s, **dict.fromkeys(FOUR, code)} for s, code in (("A", "A"), ("B", "B")) for _ in range(5)
    ]
    found = report_on(survey(STRATIFIED, TWO_STRATA), given).weighted["composite"]
    assert found.method == "all-alike"
    low, high = surveys.limits(found)
    # by hand: 5 of 5 are at least 47.82% (Clopper–Pearson), value (1138 × 1 + 262 × 0.8) ÷ 1400
    value = (1138 + 262 * 0.8) / 1400
    assert low == pytest.approx(0.025 ** (1 / 5) * value)
    assert high == pytest.approx(1 - 0.025 ** (1 / 5) * (1 - value))


def test_whoever_names_no_stratum_is_left_out_and_said_so() -> None:
    given = [*answers(), dict.fromkeys(FOUR, "D")]
    report = report_on(survey(STRATIFIED), given)
    assert report.weighting is not None
    assert report.weighting.left_out == 1
    assert report.weighted["composite"].value == pytest.approx(
        R["means"]["c_strat_fpc"]["composite"]["mean"] / 100
    )
    assert report.measures["composite"].n == 54
    assert "left-out-of-weighting" in codes(report)


def test_an_item_nobody_answered_has_no_weighted_value() -> None:
    given = [{k: v for k, v in one.items() if k not in ("aware", "q1")} for one in answers()]
    report = report_on(survey(STRATIFIED), given)
    assert report.weighted["aware"].value is None
    assert report.weighted["aware"].method == "no-answers"
    assert report.weighted["composite"].value is not None
    assert {"no-answers", "item-without-answers"} <= codes(report)


@pytest.mark.parametrize("name", DESIGNS)
def test_no_answers_at_all_give_nulls(name: str) -> None:
    report = report_on(survey(*DESIGNS[name]), [])
    assert all(found.value is None for found in report.weighted.values())
    json.loads(present.as_json(report), parse_constant=pytest.fail)


def test_tallies_cannot_be_weighted(zhifu_tallied: Report) -> None:
    assert all(found.value is None for found in zhifu_tallied.weighted.values())
    assert "weights-need-rows" in codes(zhifu_tallied)


# --- trimming, carried weights -------------------------------------------------------------------------------------


def test_trimming_is_reported_and_keeps_the_sum() -> None:
    weighting = f"{{design: stratified, method: rake, margins: {{{SEX}, {DEGREE}}}, trim: 1.3}}"
    report = report_on(survey(weighting, TWO_STRATA))
    found = report.weighting
    assert found is not None
    assert found.sum_of_weights == pytest.approx(1400)
    assert found.largest_weight == pytest.approx(1.3 * 1400 / 53)
    assert found.trimmed > 0
    assert found.gap is not None
    assert found.converged == (found.gap < 1e-9)
    assert ("margins-not-met" in codes(report)) == (not found.converged)
    # weights that are trimmed are no ratios of counts
    assert report.weighted["composite"].exact is None


def test_raking_reports_how_it_went() -> None:
    found = report_on(survey(*DESIGNS["e_rake_sex_degree_from_strat"])).weighting
    assert found is not None
    assert found.converged is True
    assert found.iterations is not None
    assert 1 < found.iterations < 50


def carried(weights: dict[str, float]) -> Report:
    given = [pattern(one, weight=weights[one["subsidy"]]) for one in answers()]
    return evaluate(survey("{design: stratified, method: carried}"), PatternTable.of(given), Fieldwork())


def test_weights_carried_in_the_data_give_what_the_strata_give() -> None:
    found, r = carried({"A": 1138 / 28, "B": 262 / 25}), R["means"]["c_strat_fpc"]["composite"]
    assert found.weighted["composite"].value == pytest.approx(r["mean"] / 100, rel=1e-12)
    assert found.weighted["composite"].standard_error == pytest.approx(r["se"] / 100, rel=1e-9)


def test_doubling_carried_weights_changes_no_estimate() -> None:
    once, twice = carried({"A": 1138 / 28, "B": 262 / 25}), carried({"A": 2276 / 28, "B": 524 / 25})
    for name, found in once.weighted.items():
        other = twice.weighted[name]
        assert other.value == pytest.approx(found.value, rel=1e-12)
        assert other.standard_error == pytest.approx(found.standard_error, rel=1e-9)
        assert other.interval == pytest.approx(found.interval, rel=1e-9)
        if found.design_effect_replace is not None:  # None for q2_sat, 53 of 53
            assert other.design_effect_replace == pytest.approx(found.design_effect_replace, rel=1e-9)
    assert once.data_hash != twice.data_hash


def test_weights_that_the_definition_does_not_use_are_named() -> None:
    given = table([pattern(one, weight=2.0) for one in answers()])
    assert "weights-unused" in codes(evaluate(survey(STRATIFIED), given, Fieldwork()))
    assert "no-weights" in codes(report_on(survey("{method: carried}")))


@pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf])
def test_a_weight_is_a_number_above_0(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        table([pattern({}, weight=weight)])


# --- ways to combine, readings of blanks ---------------------------------------------------------------------------

FEW = [
    {"q1": "A", "q2": "A"},  # 100 100
    {"q1": "A", "q2": "D"},  # 100   0
    {"q1": "B"},             #  80
    {"q1": "C", "q2": "N"},  #  60 not applicable
]  # fmt: skip
READINGS = {
    # by hand, q1 100 100 80 60 and q2 100 0
    (", combine: items", ""): Fraction(85 + 50, 200),
    (", combine: pooled", ""): Fraction(100 + 100 + 80 + 60 + 100, 600),
    (", combine: persons", ""): Fraction(100 + 50 + 80 + 60, 400),
    # the third left q2 blank and goes; the fourth was not concerned and stays
    (", combine: items", ", missing: listwise"): (Fraction(260, 3) + 50) / 200,
    (", combine: pooled", ", missing: listwise"): Fraction(360, 500),
    (", combine: persons", ", missing: listwise"): Fraction(210, 300),
    # q1 counts three times as much as q2
    (", weights: {q1: 3}, combine: items", ""): Fraction(3 * 85 + 50, 400),
    (", weights: {q1: 3}, combine: pooled", ""): Fraction(3 * 340 + 100, 1400),
    (", weights: {q1: 3}, combine: persons", ""): Fraction(100 + 75 + 80 + 60, 400),
}


@pytest.mark.parametrize("reading", READINGS)
def test_items_combine_as_the_definition_says(reading: tuple[str, str]) -> None:
    text = DEFINITION.replace("items: [q1, q2, q3, q4, q5]MORE", "items: [q1, q2]" + "".join(reading))
    text = text.replace("{POPULATION}", "{size: 8, stratum_item: subsidy, strata: {A: 4, B: 4, C: 0}}")
    plain = loads_good(text.replace("{WEIGHTING}", "{}"))
    weighted = loads_good(text.replace("{WEIGHTING}", STRATIFIED))
    assert report_on(plain, FEW).measures["composite"].exact == READINGS[reading]
    # the same four in a stratum that is half of everybody, and four of a kind in the other
    others = [{"subsidy": "B", "q1": "A", "q2": "A"}, {"subsidy": "B", "q1": "B", "q2": "B"}]
    given = [*({"subsidy": "A", **one} for one in FEW), *others, *others]
    found, own = (
        report_on(weighted, given).weighted["composite"],
        report_on(plain, given).measures["composite"],
    )
    # four of four and four of four: the weights are alike, so the values are the plain ones
    assert found.exact == own.exact


@pytest.mark.parametrize("reading", READINGS)
def test_weighing_alike_gives_the_plain_standard_error(reading: tuple[str, str]) -> None:
    text = DEFINITION.replace("items: [q1, q2, q3, q4, q5]MORE", "items: [q1, q2]" + "".join(reading))
    text = text.replace("{POPULATION}", "{}")
    given = FEW * 3
    plain = report_on(loads_good(text.replace("{WEIGHTING}", "{}")), given).measures["composite"]
    found = report_on(loads_good(text.replace("{WEIGHTING}", "{method: carried}")), given).weighted[
        "composite"
    ]
    assert found.value == pytest.approx(plain.value, rel=1e-12)
    assert found.standard_error is not None
    assert plain.standard_error is not None
    # the design keeps those who answered nothing (none here itemwise; three listwise): n ÷ (n − 1) differs by that
    assert found.standard_error == pytest.approx(plain.standard_error, rel=0.02)
    if "listwise" not in reading[1]:
        assert found.standard_error == pytest.approx(plain.standard_error, rel=1e-12)


# --- named intervals, bounds ---------------------------------------------------------------------------------------


def plain_share(method: str) -> tuple[float, float]:
    text = DEFINITION.replace("codes: [A, B]}", f"codes: [A, B], interval: {method}}}").replace("MORE", "")
    report = report_on(loads_good(text.replace("{POPULATION}", "{size: 1402}").replace("{WEIGHTING}", "{}")))
    return surveys.limits(report.measures["aware_sat"])


# statistics.md §3b: statsmodels for Wilson and Clopper-Pearson of 49 of 53; R for the others (design b)
@pytest.mark.parametrize(
    ("method", "low", "high"),
    [("wilson", 82.14, 97.03), ("clopper-pearson", 81.79, 97.91), ("default", 82.03, 97.79), ("logit", 81.34, 97.18),
     ("beta", 81.93, 97.87), ("mean", 85.24, 99.66), ("t", 85.24, 99.66)],
)  # fmt: skip
def test_a_plain_share_has_the_interval_that_is_named(method: str, low: float, high: float) -> None:
    assert [100 * end for end in plain_share(method)] == pytest.approx([low, high], abs=0.005)


@pytest.mark.parametrize("method", ["default", "logit", "t", "mean", "wilson", "clopper-pearson", "beta"])
@pytest.mark.parametrize("weighting", ["{}", STRATIFIED])
def test_no_interval_of_53_satisfied_of_53_is_a_point_or_leaves_0_to_1(method: str, weighting: str) -> None:
    text = DEFINITION.replace("codes: [A, B]}", f"codes: [A, B], interval: {method}}}").replace("MORE", "")
    text = text.replace("{POPULATION}", THREE_STRATA).replace("{WEIGHTING}", weighting)
    report = report_on(loads_good(text))
    found = (report.weighted or report.measures)["q2_sat"]
    low, high = surveys.limits(found)
    assert found.value == high == 1
    # Clopper–Pearson 93.28, hypergeometric 93.44, Wilson 93.24 (statistics.md §3b, §5b)
    assert 0.9323 < low < 0.9345


def test_bounds_are_given_where_few_are_missing() -> None:
    # statistics.md §5a: 53 of 60 leave 11.7 points
    found = report_on(survey("{}", "{size: 60}")).measures["composite"]
    assert found.bounds is not None
    assert found.bounds[1] - found.bounds[0] == pytest.approx(7 / 60)
    assert found.value is not None
    assert found.bounds[0] == pytest.approx(found.value * 53 / 60)
    assert report_on(survey("{}", "{size: 80}")).measures["composite"].bounds is None
    assert report_on(survey("{}", "{size: 53}")).measures["composite"].bounds is None
