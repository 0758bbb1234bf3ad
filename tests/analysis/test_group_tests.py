"""Tests between groups against R `survey` 4.1-1 and R 4.2 (tests/references/r-survey-reference.json)."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.design import Design
from analysis.group_tests import (
    _polarised,
    covariance,
    fisher,
    holm,
    kruskal,
    mann_whitney,
    pearson,
    rank_test,
    rao_scott,
    sampled,
    student,
    t_test,
    welch,
)
from tests.analysis import surveys

R = surveys.reference("r-survey-reference.json")
VARIABLES = ("q1", "q2", "q3", "q4", "q5", "composite", "aware")
DESIGNS = ("a_srs_nofpc", "b_srs_fpc", "c_strat_fpc", "c0_strat_nofpc")
PEOPLE = {"living": 1138, "housing": 262}


def rows() -> list[dict[str, str]]:
    with (surveys.REFERENCES / "zhifu-synthetic.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str) -> NDArray[np.float64]:
    return np.array([float(row[name]) for row in rows()])


def codes(name: str) -> NDArray[np.intp]:
    found = [row[name] for row in rows()]
    return np.array([sorted(set(found)).index(value) for value in found], dtype=np.intp)


def is_housing() -> NDArray[np.bool_]:
    return np.array([row["stratum"] == "housing" for row in rows()])


def design_of(name: str) -> Design:
    ones = [1] * len(rows())
    if name.startswith(("a_", "b_")):
        return sampled(ones, people={"": 1402} if name == "b_srs_fpc" else None)
    weights = [float(row["weight"]) for row in rows()]
    strata = [row["stratum"] for row in rows()]
    return sampled(ones, weights, strata, PEOPLE if name == "c_strat_fpc" else None)


def same(found: float | None, r: float) -> bool:
    return found is not None and math.isclose(found, r, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("variable", VARIABLES)
def test_the_t_test_is_svyttest(name: str, variable: str) -> None:
    r, found = (
        R["svyttest_by_stratum"][name][variable],
        t_test(column(variable), is_housing(), design_of(name)),
    )
    assert found is not None
    check_t(found.difference, found.statistic, found.df[0], found.p, found.interval, r)


def check_t(
    difference: float | None,
    t: float,
    df: float,
    p: float,
    interval: tuple[float, float] | None,
    r: Mapping[str, Any],
) -> None:
    assert difference is not None
    assert interval is not None
    assert df == r["df"]
    assert all(map(same, (difference, t, p, *interval), (r["diff"], r["t"], r["p"], *r["ci95"])))


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("variable", VARIABLES)
def test_the_rank_test_is_svyranktest(name: str, variable: str) -> None:
    r = R["svyttest_by_stratum"][name][variable]
    found = rank_test(column(variable), is_housing(), design_of(name), ties="row-order")
    assert found is not None
    assert found.df == (r["rank_df"],)
    assert same(found.statistic, r["rank_t"])
    assert same(found.p, r["rank_p"])


@pytest.mark.parametrize("variable", VARIABLES)
def test_by_sex_the_t_test_is_svyttest_of_the_stratified_design(variable: str) -> None:
    men = np.array([row["sex"] == "M" for row in rows()])
    found = t_test(column(variable), men, design_of("c_strat_fpc"))
    assert found is not None
    check_t(
        found.difference, found.statistic, found.df[0], found.p, found.interval,
        R["svyttest_by_sex_strat"][variable],
    )  # fmt: skip


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_unweighted_tests_are_those_of_r(variable: str) -> None:
    r, y, second = R["unweighted_tests_by_stratum"][variable], column(variable), is_housing()
    ones = np.ones(len(y))
    w, s, u = welch(y, second, ones), student(y, second, ones), mann_whitney(y, second, ones)
    k = kruskal(y, second.astype(np.intp), ones)
    assert w is not None
    assert s is not None
    assert u is not None
    assert k is not None
    assert w.interval is not None
    # R compares the first group with the second, here it is the second with the first
    ours = (-w.statistic, w.df[0], w.p, -w.interval[1], -w.interval[0], -s.statistic, s.df[0], s.p)
    rs = (*(r["welch"][key] for key in ("t", "df", "p")), *r["welch"]["ci95"], *r["student"].values())
    assert all(map(same, ours, rs))
    assert same(u.statistic, r["mannwhitney_cc"]["W"])
    assert same(u.p, r["mannwhitney_cc"]["p"])
    assert same(k.statistic, r["kruskal"]["H"])
    assert same(k.p, r["kruskal"]["p"])


@pytest.mark.parametrize("variable", ["q1", "q3", "aware", "aware_sat"])
@pytest.mark.parametrize(
    ("key", "by", "name"),
    [("by_sex_strat", "sex", "c_strat_fpc"), ("by_stratum_srs", "stratum", "a_srs_nofpc")],
)
def test_rao_scott_is_svychisq(variable: str, key: str, by: str, name: str) -> None:
    r, found = R["crosstabs"][variable][key], rao_scott(codes(variable), codes(by), design_of(name))
    assert found is not None
    for ours, rs in zip(found, (r["F"], r["Chisq"]), strict=True):
        assert same(ours.statistic, rs["stat"])
        assert same(ours.p, rs["p"])
        assert all(map(same, ours.df, rs["par"] if isinstance(rs["par"], list) else [rs["par"]]))


@pytest.mark.parametrize("variable", ["q1", "q3", "aware", "aware_sat"])
def test_fisher_and_pearson_are_those_of_r(variable: str) -> None:
    r = R["crosstabs"][variable]
    assert same(float(fisher(r["counts"]) or 0), r["fisher_p_stratum"])
    found = pearson(r["counts"])
    assert found is not None
    x2 = r["pearson_stratum"]
    assert all(map(same, (found.statistic, *found.df, found.p), (x2["x2"], x2["df"], x2["p"])))


@pytest.mark.parametrize("variable", VARIABLES)
def test_with_equal_weights_ties_at_their_middle_are_r_s(variable: str) -> None:
    r = R["svyttest_by_stratum"]["b_srs_fpc"][variable]
    found = rank_test(column(variable), is_housing(), design_of("b_srs_fpc"))
    assert found is not None
    assert same(found.statistic, r["rank_t"])


def test_ties_at_their_middle_do_not_depend_on_the_order_of_rows() -> None:
    y, second, cases = column("q1"), is_housing(), design_of("c_strat_fpc")
    turned = replace(cases, count=cases.count[::-1], weight=cases.weight[::-1], stratum=cases.stratum[::-1])
    one, other = rank_test(y, second, cases), rank_test(y[::-1], second[::-1], turned)
    assert one is not None
    assert other is not None
    assert same(one.statistic, other.statistic)


def test_fisher_s_tea_tasting() -> None:
    # Fisher 1935, The Design of Experiments: three of four cups right, two-sided 34 in 70
    assert fisher([[3, 1], [1, 3]]) == Fraction(34, 70)


def test_fisher_gives_nothing_when_there_are_too_many_tables() -> None:
    assert fisher([[50, 50, 50], [50, 50, 50]], most=100) is None


def test_equal_rows_may_be_counted_together() -> None:
    y, second = np.array([1.0, 1.0, 0.5, 0.2, 0.9]), np.array([True, True, False, False, True])
    apart = sampled([1] * 5, [2.0, 2.0, 3.0, 1.0, 2.0], list("aabbb"), {"a": 30, "b": 40})
    together = sampled([2, 1, 1, 1], [2.0, 3.0, 1.0, 2.0], list("abbb"), {"a": 30, "b": 40})
    one, other = t_test(y, second, apart), t_test(y[1:], second[1:], together)
    assert one is not None
    assert other is not None
    assert same(one.statistic, other.statistic)
    assert one.df == other.df


def test_nothing_is_tested_without_variance_or_without_a_second_group() -> None:
    same_for_all, half = np.ones(4), np.array([True, True, False, False])
    cases = sampled([1] * 4)
    assert t_test(same_for_all, half, cases) is None
    assert rank_test(same_for_all, half, cases) is None
    assert t_test(np.arange(4.0), np.ones(4, dtype=bool), cases) is None
    assert mann_whitney(same_for_all, half, np.ones(4)) is None
    assert kruskal(same_for_all, half.astype(np.intp), np.ones(4)) is None
    assert rao_scott(np.zeros(4, dtype=np.intp), half.astype(np.intp), cases) is None
    assert pearson([[3, 4]]) is None


def test_a_census_leaves_nothing_to_test() -> None:
    cases = sampled([1] * 4, people={"": 4})
    assert t_test(np.arange(4.0), np.array([True, True, False, False]), cases) is None


def test_a_stratum_with_one_person_counts_as_the_design_says() -> None:
    y, second = np.arange(4.0), np.array([True, True, False, False])
    lonely = sampled([1] * 4, strata=list("aaab"))
    assert t_test(y, second, replace(lonely, lonely="fail")) is None
    assert t_test(y, second, lonely) is not None
    assert rao_scott(y.astype(np.intp) % 2, second.astype(np.intp), lonely) is not None


def test_covariances_are_the_variances_of_the_design() -> None:
    design, z = design_of("c_strat_fpc"), np.stack([column("q1"), column("q4")], axis=1)
    found = covariance(design, z)
    assert found is not None
    assert same(design.variance(z[:, 0]), float(found[0, 0]))
    polarised = _polarised(design, z)
    assert polarised is not None
    assert np.allclose(found, polarised, rtol=1e-9)


def test_holm_s_own_example() -> None:
    # R: p.adjust(c(.01, .04, .03, .005), "holm")
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_never_helps(p: list[float]) -> None:
    found = holm(p)
    assert all(before <= after <= 1 for before, after in zip(p, found, strict=True))
    assert all(a <= b for a, b in pairwise(value for _, value in sorted(zip(p, found, strict=True))))
