"""Means, standard errors and intervals against R `survey` 4.1-1 (tests/references/r-survey-reference.json).

The designs are a_srs_nofpc (population unknown) and b_srs_fpc (1,402 people), the strata's own from c_strat_fpc,
and a census of 13. R prints percent.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy.special import expit, logit
from scipy.stats import t as student

from analysis import Estimate, Fieldwork, Report, evaluate
from tests.analysis import surveys
from tests.analysis.surveys import ITEMS, limits

R = surveys.reference("r-survey-reference.json")
WITHOUT_POPULATION = (surveys.STRATA_LINE, "")


@pytest.fixture(scope="module", params=["a_srs_nofpc", "b_srs_fpc"])
def design(request: pytest.FixtureRequest) -> tuple[str, Report]:
    name: str = request.param
    replaced = [WITHOUT_POPULATION] if name == "a_srs_nofpc" else []
    questionnaire = surveys.shipped("zhifu-2022", *replaced)
    return name, evaluate(questionnaire, surveys.table(surveys.zhifu_rows()), Fieldwork())


def scores(report: Report) -> dict[str, Estimate | None]:
    """Return the estimates by R's names of the variables."""
    found = {name: report.items[item].score for name, item in ITEMS.items()}
    return found | {"composite": report.measures["satisfaction"], "aware": report.measures["awareness"]}


def close(figure: float | None, r: float) -> bool:
    return figure is not None and math.isclose(100 * figure, r, rel_tol=1e-9)


def test_means_and_standard_errors_are_those_of_svymean(design: tuple[str, Report]) -> None:
    name, report = design
    for variable, found in scores(report).items():
        r = R["means"][name][variable]
        assert found is not None
        assert close(found.value, r["mean"]), variable
        assert close(found.standard_error, r["se"]), variable


def test_intervals_are_those_of_svyciprop_xlogit(design: tuple[str, Report]) -> None:
    name, report = design
    for variable, found in scores(report).items():
        low, high = R["bounded_mean"][name][variable]["xlogit_ci95"]
        assert close(limits(found)[0], low), variable
        assert close(limits(found)[1], high), variable


def test_the_degrees_of_freedom_are_n_minus_1(design: tuple[str, Report]) -> None:
    name, report = design
    assert report.measures["satisfaction"].n - 1 == R["means"][name]["df"] == 52


@pytest.mark.parametrize(("variable", "item"), [*ITEMS.items()])
def test_a_share_and_its_standard_error_are_those_of_svyciprop(
    design: tuple[str, Report], variable: str, item: str
) -> None:
    name, report = design
    r, found = R["svyciprop"][name][f"{variable}_sat"]["mean"], report.items[item].top_share
    assert found is not None
    assert found.value is not None
    assert math.isclose(found.value, r["est"], rel_tol=1e-9)
    assert found.standard_error is not None
    # two items have 53 of 53 satisfied, where R's standard error is rounding noise
    assert math.isclose(found.standard_error, r["se"], rel_tol=1e-9, abs_tol=1e-12)


def test_the_awareness_rate_is_that_of_svyciprop(design: tuple[str, Report]) -> None:
    name, report = design
    r, found = R["svyciprop"][name]["aware_sat"]["xlogit"], report.measures["aware_heads"]
    assert found.value is not None
    assert math.isclose(found.value, r["est"], rel_tol=1e-9)
    assert found.standard_error is not None
    assert math.isclose(found.standard_error, r["se"], rel_tol=1e-9)


@pytest.mark.parametrize("stratum", ["living", "housing"])
@pytest.mark.parametrize(("variable", "measure"), [("composite", "satisfaction"), ("aware", "awareness")])
def test_a_stratum_by_itself_is_that_of_svyby(
    zhifu_report: Report, stratum: str, variable: str, measure: str
) -> None:
    r = R["svyby"]["c_strat_fpc"]["stratum"][variable]
    at = r["level"].index(stratum)
    found = zhifu_report.groups["subsidy"][surveys.STRATA[stratum]].measures[measure]
    assert found is not None
    assert close(found.value, r["mean"][at])
    assert close(found.standard_error, r["se"][at])
    assert found.n - 1 == r["df_domain"][stratum]


def census(answered: int) -> tuple[dict[str, Any], Estimate]:
    """Return R's and our composite of the first rows in a population of 13."""
    questionnaire = surveys.shipped("zhifu-2022", (surveys.STRATA_LINE, "  size: 13\n"))
    report = evaluate(questionnaire, surveys.table(surveys.zhifu_rows()[:answered]), Fieldwork())
    return R["census13"][f"n{answered}_of_13"], report.measures["satisfaction"]


def test_all_of_13_leave_nothing_open() -> None:
    r, found = census(13)
    assert close(found.value, r["mean"])
    assert found.standard_error == r["se"] == 0
    assert found.interval == (found.value, found.value)
    assert found.method == "census"


@pytest.mark.parametrize("answered", [12, 10])
def test_fewer_than_all_of_13_have_r_s_standard_error(answered: int) -> None:
    r, found = census(answered)
    assert close(found.value, r["mean"])
    assert close(found.standard_error, r["se"])
    # R gives the t interval here; the logit-t one is worked out from R's mean and standard error
    m, se = r["mean"] / 100, r["se"] / 100
    half = student.ppf(0.975, r["df"]) * se / (m * (1 - m))
    expected = [float(expit(logit(m) + side * half)) for side in (-1, 1)]
    assert limits(found) == pytest.approx(expected, rel=1e-9)
    assert limits(found)[0] < limits(found)[1]
