"""Cross-tabs, measures by group, year on year, promoters, importance and performance."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Estimate, Fieldwork, Report, evaluate, judge
from analysis.comparison import TOTAL, change, cross_tab, importance_performance, measure_by, year_on_year
from analysis.promoters import net_promoters
from analysis.respondents import STRATUM, Respondents
from questionnaires.model import Questionnaire
from tests.analysis import random_surveys, surveys
from tests.analysis.surveys import ITEMS

R = surveys.reference("r-survey-reference.json")


@pytest.fixture(scope="module")
def people(zhifu: Questionnaire) -> Respondents:
    return Respondents.of(zhifu, judge(zhifu, surveys.table(surveys.zhifu_rows())), weighted=True)


@pytest.mark.parametrize("variable", ["q1", "q3", "aware"])
def test_the_weighted_cross_tab_is_svytable(people: Respondents, variable: str) -> None:
    item = {**ITEMS, "aware": "policy_awareness"}[variable]
    found, r = cross_tab(people, item, STRATUM, fewest=1), R["crosstabs"][variable]
    for row, code in enumerate(r["rows"]):
        for column, stratum in enumerate(r["cols"]):
            cell = found.cells[surveys.CODES[code]][surveys.STRATA[stratum]]
            assert cell.count == r["counts"][row][column]
            assert cell.share is not None
            base = sum(line[column] for line in r["weighted"])
            assert math.isclose(cell.share, r["weighted"][row][column] / base, rel_tol=1e-9)


def test_the_aware_by_stratum_are_svytable(people: Respondents) -> None:
    # aware_sat is 1 for the codes A and B of policy_awareness
    found, r = cross_tab(people, "policy_awareness", STRATUM, fewest=1), R["crosstabs"]["aware_sat"]
    for row, codes in enumerate(("CD", "AB")):
        for column, stratum in enumerate(r["cols"]):
            cells = [found.cells[code][surveys.STRATA[stratum]] for code in codes]
            assert sum(cell.count or 0 for cell in cells) == r["counts"][row][column]
            base = sum(line[column] for line in r["weighted"])
            share = sum(cell.share or 0 for cell in cells)
            assert math.isclose(share, r["weighted"][row][column] / base, rel_tol=1e-9)


def test_small_cells_and_what_would_tell_them_are_hidden(people: Respondents) -> None:
    # 通知及时 by stratum is 5, 21, 2 and 9, 16, 0: the 2 takes the 0 beside it, and the 5 and 9 with them
    found = cross_tab(people, "notice", "subsidy")
    assert [found.cells[code]["A"].count for code in "ABCD"] == [None, 21, None, 0]
    assert [found.cells[code]["B"].count for code in "ABCD"] == [None, 16, None, 0]
    assert {code: row[TOTAL].count for code, row in found.cells.items()} == {"A": 14, "B": 37, "C": 2, "D": 0}
    assert found.scores["A"].value is None  # the mean would tell hidden cells apart
    assert found.scores[TOTAL].value is not None


def test_a_measure_by_stratum_is_svyby_and_its_test_is_svyttest(people: Respondents) -> None:
    found, r = (
        measure_by(people, "satisfaction", "subsidy"),
        R["svyby"]["c_strat_fpc"]["stratum"]["composite"],
    )
    for stratum, mean, se in zip(r["level"], r["mean"], r["se"], strict=True):
        group = found.groups[surveys.STRATA[stratum]]
        assert group.value is not None
        assert group.standard_error is not None
        assert math.isclose(100 * group.value, mean, rel_tol=1e-9)
        assert math.isclose(100 * group.standard_error, se, rel_tol=1e-9)
    test, t = found.differences["A", "B"], R["svyttest_by_stratum"]["c_strat_fpc"]["composite"]
    assert math.isclose(test.statistic, t["t"], rel_tol=1e-9)
    assert math.isclose(test.p, t["p"], rel_tol=1e-9)
    assert test.p_holm == test.p
    assert found.groups[TOTAL].value == pytest.approx(R["means"]["c_strat_fpc"]["composite"]["mean"] / 100)


def test_unknown_items_and_groups_are_named(people: Respondents) -> None:
    with pytest.raises(ValueError, match=r"item \(nothing\) must be one of"):
        cross_tab(people, "nothing", "subsidy")
    with pytest.raises(ValueError, match=r"by \(improve\) must be a single choice"):
        cross_tab(people, "notice", "improve")


@given(random_surveys.surveys(), st.booleans())
def test_any_survey_can_be_cross_tabulated(survey: random_surveys.Survey, weighted: bool) -> None:
    questionnaire = survey.questionnaire
    found = Respondents.of(questionnaire, judge(questionnaire, surveys.table(survey.rows)), weighted=weighted)
    for item in questionnaire.closed_items:
        tab = cross_tab(found, item, "town")
        for code in tab.cells:
            shown = [cell.count for group, cell in tab.cells[code].items() if group != TOTAL]
            assert all(count is None or count == 0 or count >= 5 for count in shown)
            assert shown.count(None) != 1 or tab.cells[code][TOTAL].count is None
        for side in tab.independence or ():
            assert 0 <= side.p <= 1
    for measure in questionnaire.measures:
        by = measure_by(found, measure, "town")
        assert all(g.n is None or g.n == 0 or g.n >= 5 for name, g in by.groups.items() if name != TOTAL)
    importance_performance(found, [i for i in ("q0", "q1", "q2") if i in questionnaire.items])


# --- year on year --------------------------------------------------------------------------------------------------


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(
        value=value, exact=Fraction(repr(value)), standard_error=None, interval=(low, high), n=9, method="x"
    )


def test_a_change_of_two_wilson_intervals_is_newcombe_s_method_10() -> None:
    # Newcombe 1998 (Stat. Med. 17:873), table II (a): 56/70 − 48/80, method 10: 0.0524 to 0.3339
    later = estimate(0.8, 0.6918, 0.8769)
    earlier = estimate(0.6, 0.4903, 0.7005)
    found = change(earlier, later)
    assert found.exact == Fraction(1, 5)
    assert found.interval == pytest.approx((0.0524, 0.3339), abs=2e-4)
    assert found.is_clear


@given(*[st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted)] * 2)
def test_a_change_never_leaves_minus_1_to_1(one: list[float], other: list[float]) -> None:
    (l1, m1, u1), (l2, m2, u2) = one, other
    found = change(estimate(m1, l1, u1), estimate(m2, l2, u2)).interval
    assert found is not None
    assert -1 - 1e-12 <= found[0] <= m2 - m1 <= found[1] <= 1 + 1e-12


def test_the_same_survey_twice_has_not_changed(zhifu: Questionnaire, zhifu_report: Report) -> None:
    found = year_on_year((zhifu, zhifu_report), (zhifu, zhifu_report))
    assert found.not_comparable == {}
    assert set(found.measures) == set(zhifu.measures)
    assert all(one.exact == 0 and one.is_clear is False for one in found.measures.values())


def test_what_is_asked_otherwise_is_not_compared(zhifu: Questionnaire, zhifu_report: Report) -> None:
    other = surveys.shipped(
        "zhifu-2022",
        ("- id: notice", "- id: notified"),
        ("[notice,", "[notified,"),
        ("notice, ", "notified, "),
    )
    report = evaluate(other, surveys.table([]), Fieldwork())
    found = year_on_year((zhifu, zhifu_report), (other, report))
    assert found.not_comparable["notified"] == "gone"
    assert found.not_comparable["satisfaction"] == "items"
    assert "criteria" in found.items


def test_without_an_interval_there_is_none(zhifu_report: Report) -> None:
    known = zhifu_report.measures["satisfaction"]
    found = change(replace(known, interval=None), known)
    assert found.interval is None
    assert found.is_clear is None


# --- promoters -----------------------------------------------------------------------------------------------------


def test_promoters_by_hand() -> None:
    # 5 promoters, 3 passives, 2 detractors: 30; var = (0.7 − 0.09) ÷ 9
    found = net_promoters({"9": 2, "10": 3, "7": 1, "8": 2, "0": 1, "6": 1})
    assert (found.promoters, found.detractors, found.n) == (5, 2, 10)
    assert found.score == Fraction(3, 10)
    assert found.standard_error == pytest.approx(math.sqrt(0.61 / 9))


def test_promoters_of_everybody_leave_nothing_open() -> None:
    found = net_promoters({"10": 3, "0": 1}, population=4)
    assert (found.interval, found.method) == ((0.5, 0.5), "census")


@given(st.dictionaries(st.integers(0, 10).map(str), st.integers(0, 50)), st.integers(0, 60))
def test_promoters_stay_between_minus_1_and_1(counts: dict[str, int], unseen: int) -> None:
    found = net_promoters(counts, sum(counts.values()) + unseen)
    if found.interval is not None and found.score is not None:
        assert -1 <= found.interval[0] <= float(found.score) <= found.interval[1] <= 1


def test_a_rating_of_11_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ratings \(11\)"):
        net_promoters({"11": 1})


# --- importance ----------------------------------------------------------------------------------------------------


def test_importance_derived_from_the_composite(people: Respondents) -> None:
    found = importance_performance(people, list(ITEMS.values()))
    assert all(one.importance is not None and 0 < one.importance < 1 for one in found.values())
    assert found["payment"].performance == pytest.approx(R["means"]["c_strat_fpc"]["q5"]["mean"] / 100)
    assert {one.quarter for one in found.values()} <= {"keep", "improve", "low", "enough"}


def test_importance_asked_is_its_mean(people: Respondents) -> None:
    found = importance_performance(
        people, ["notice", "review"], asked={"notice": "review", "review": "notice"}
    )
    assert found["notice"].importance == found["review"].performance
    assert {one.quarter for one in found.values()} <= {"improve", "enough", "keep", "low"}
