"""Every design, interval, domain and special case against R `survey` 4.1-1 (tests/references/r-survey-reference.json).

Relative differences up to 1e-9, 1e-6 where R rakes by iteration, 1e-12 absolute where R says 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from analysis import intervals
from analysis.design import Design, Linearised, Lonely, mean, total
from tests.analysis import r_designs
from tests.analysis.r_designs import LEVELS, SHARES, VARIABLES, R, column, designs, tolerance

NAMES = tuple(R["means"])
ALL_SATISFIED = ("q2_sat", "q3_sat", "aware_any")
"""Shares of 53 of 53, where R gives NaN or a point: test_a_share_of_1_has_a_lower_limit_below_1."""
CASES = [(name, variable) for name in NAMES for variable in VARIABLES]


def agree(ours: float | None, r: float, rel: float) -> bool:
    return ours is not None and math.isclose(ours, r, rel_tol=rel, abs_tol=1e-12)


def assert_agree(ours: Mapping[str, float | None], r: Mapping[str, Any], rel: float) -> None:
    for name, figure in ours.items():
        assert agree(figure, r[name], rel), (name, figure, r[name])


def assert_both(ours: Sequence[float], r: Sequence[float], rel: float) -> None:
    assert len(r) == 2
    assert all(agree(figure, expected, rel) for figure, expected in zip(ours, r, strict=True)), (ours, r)


def found_in(design: Design, variable: str) -> Linearised:
    found = mean(design, column(variable))
    assert found is not None
    return found


def around(found: Linearised, quantile: float) -> tuple[float, float]:
    assert found.standard_error is not None
    return found.value - quantile * found.standard_error, found.value + quantile * found.standard_error


def known(found: Linearised, scale: float = 1.0) -> intervals.Known:
    """Return what an interval is made from, as a share of 1."""
    assert found.standard_error is not None
    return intervals.Known(
        mean=found.value / scale, standard_error=found.standard_error / scale, n=found.n, df=found.df
    )


def hundredfold(interval: tuple[float, float]) -> tuple[float, float]:
    return 100 * interval[0], 100 * interval[1]


@pytest.mark.parametrize(("name", "variable"), CASES)
def test_means_errors_and_design_effects_are_those_of_svymean(name: str, variable: str) -> None:
    found, r = found_in(designs()[name], variable), R["means"][name][variable]
    ours = {
        "mean": found.value, "se": found.standard_error, "var": found.variance, "deff": found.design_effect,
        "deff_replace": found.design_effect_replace,
    }  # fmt: skip
    assert_agree(ours, r, tolerance(name))
    assert_both(hundredfold(intervals.t_interval(known(found, 100))), r["ci95_t"], tolerance(name))
    assert_both(around(found, float(ndtri(0.975))), r["ci95_z"], tolerance(name))


@pytest.mark.parametrize("name", NAMES)
def test_degrees_of_freedom_and_kish_are_r_s(name: str) -> None:
    design, r = designs()[name], R["means"][name]
    assert design.df == r["df"]
    ours = {
        "sum_w": design.people,
        "kish_deff": design.kish_design_effect,
        "kish_neff": design.kish_n_effective,
    }
    assert_agree(ours, r, tolerance(name))


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_r_s(name: str) -> None:
    rel = tolerance(name)
    assert len(R["weights"][name]) == 53
    assert all(
        agree(ours, r, rel)
        for ours, r in zip(designs()[name].weight.tolist(), R["weights"][name], strict=True)
    )


@pytest.mark.parametrize(("name", "variable"), CASES)
def test_intervals_of_bounded_means_are_those_of_svyciprop(name: str, variable: str) -> None:
    found, r = known(found_in(designs()[name], variable), 100), R["bounded_mean"][name][variable]
    assert_both(hundredfold(intervals.named("logit-t", found)), r["xlogit_ci95"], tolerance(name))
    assert_both(hundredfold(intervals.named("beta", found)), r["beta_ci95"], tolerance(name))


R_METHODS = {"logit": "logit-t", "xlogit": "logit-t", "beta": "beta", "mean": "mean"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("variable", [name for name in SHARES if name not in ALL_SATISFIED])
@pytest.mark.parametrize("method", R_METHODS)
def test_intervals_of_shares_are_those_of_svyciprop(name: str, variable: str, method: str) -> None:
    found, r = found_in(designs()[name], variable), R["svyciprop"][name][variable][method]
    assert_agree({"est": found.value, "se": found.standard_error}, r, tolerance(name))
    ours = intervals.named(R_METHODS[method], known(found))
    # Wald's limits leave [0, 1] in R; ours are cut
    assert_both(ours, [max(r["ci95"][0], 0), min(r["ci95"][1], 1)], tolerance(name))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("variable", ALL_SATISFIED)
def test_a_share_of_1_has_a_lower_limit_below_1(name: str, variable: str) -> None:
    found = known(found_in(designs()[name], variable))
    assert R["svyciprop"][name][variable]["beta"]["est"] == pytest.approx(1, abs=1e-12)
    assert found.mean == pytest.approx(1, abs=1e-12)
    # statistics.md §3b, Clopper-Pearson 53 of 53: 93.28
    at_1 = intervals.Known(mean=1.0, standard_error=0.0, n=53, df=found.df)
    for method in ("korn-graubard", "beta", "clopper-pearson"):
        assert list(intervals.named(method, at_1)) == pytest.approx([0.9328, 1.0], abs=5e-5)
    assert list(intervals.named("wilson", at_1)) == pytest.approx([0.9324, 1.0], abs=5e-5)


BY = [
    (name, item, variable) for name in R["svyby"] for item in R["svyby"][name] for variable in R["svyby"][name][item]
]  # fmt: skip


@pytest.mark.parametrize(("name", "item", "variable"), BY)
def test_groups_are_those_of_svyby(name: str, item: str, variable: str) -> None:
    design, r = designs()[name], R["svyby"][name][item][variable]
    groups = r_designs.groups(item)
    for at, level in enumerate(r["level"]):
        found = mean(design, column(variable), groups == LEVELS[item].index(level))
        assert found is not None
        assert agree(found.value, r["mean"][at], tolerance(name))
        assert agree(found.standard_error, r["se"][at], tolerance(name))
        assert found.df == r["df_domain"][level]
        t = known(found, 100)
        by_design = intervals.Known(mean=t.mean, standard_error=t.standard_error, n=t.n, df=design.df)
        ours = hundredfold(intervals.t_interval(by_design))
        assert_both(ours, np.clip(r["ci95_t_degf"][at], 0, 100).tolist(), tolerance(name))
        assert_both(around(found, float(ndtri(0.975))), r["ci95_z"][at], tolerance(name))


def with_a_lonely_stratum(lonely: Lonely, people: float = 2.0) -> Linearised:
    """Return the composite of the stratified design with a third stratum whose one row is a copy of the first."""
    base = designs()["c_strat_fpc"]
    design = Design(
        count=np.ones(54), weight=np.append(base.weight, people), lonely=lonely,
        stratum=np.append(base.stratum, 2), population=np.append(base.population, people),
    )  # fmt: skip
    values = column("composite")
    found = mean(design, np.append(values, values[0]))
    assert found is not None
    return found


@pytest.mark.parametrize("lonely", ["remove", "certainty", "adjust", "average"])
def test_a_lonely_stratum_is_treated_as_in_r(lonely: Lonely) -> None:
    found, r = with_a_lonely_stratum(lonely), R["lonely_psu"][lonely]
    assert_agree({"mean": found.value, "se": found.standard_error, "df": found.df}, r, 1e-9)


def test_where_r_fails_on_a_lonely_stratum_there_is_no_standard_error() -> None:
    assert "only one PSU" in R["lonely_psu"]["fail"]["error"]
    assert with_a_lonely_stratum("fail").standard_error is None


@pytest.mark.parametrize("lonely", ["fail", "remove", "certainty", "adjust", "average"])
def test_a_stratum_of_one_person_who_answered_is_a_census(lonely: Lonely) -> None:
    found, r = with_a_lonely_stratum(lonely, people=1.0), R["lonely_psu"]["certainty_stratum_N1_n1"]
    assert_agree({"mean": found.value, "se": found.standard_error, "df": found.df}, r, 1e-9)


@pytest.mark.parametrize("n", [13, 12, 10])
def test_a_population_of_13_is_that_of_r(n: int) -> None:
    r = R["census13"][f"n{n}_of_13"]
    design = Design(
        count=np.ones(n),
        weight=np.full(n, 13 / n),
        stratum=np.zeros(n, dtype=np.intp),
        population=np.array([13.0]),
    )
    found = mean(design, column("composite")[:n])
    assert found is not None
    assert_agree({"n": found.n, "mean": found.value, "se": found.standard_error, "df": found.df}, r, 1e-9)
    assert_both(hundredfold(intervals.t_interval(known(found, 100))), r["ci95_t"], 1e-9)
    assert design.is_census == (n == 13)


@pytest.mark.parametrize("name", ["c_strat_fpc", "c0_strat_nofpc", "d_post_stratum_from_srs"])
def test_a_total_is_the_mean_times_the_people_where_their_number_is_fixed(name: str) -> None:
    found, r = total(designs()[name], column("q1")), R["means"][name]
    assert agree(found.value, r["q1"]["mean"] * r["sum_w"], 1e-9)
    assert agree(found.standard_error, r["q1"]["se"] * r["sum_w"], 1e-9)


def test_the_total_of_post_stratified_groups_has_no_error() -> None:
    living = (r_designs.groups("stratum") == 0).astype(np.float64)
    found = total(designs()["d_post_stratum_from_srs"], living)
    assert agree(found.value, 1138, 1e-12)
    assert found.standard_error == pytest.approx(0, abs=1e-9)
