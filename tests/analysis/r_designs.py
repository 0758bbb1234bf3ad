"""The nine designs of tests/references/r-survey-reference.R, built from the same rows."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np

from analysis.design import Adjustment, Calibrated, Design, Floats, PostStratified, Raked, Whole
from analysis.weights import Fitted, Margin, rake
from tests.analysis import surveys

R = surveys.reference("r-survey-reference.json")
VARIABLES = ("q1", "q2", "q3", "q4", "q5", "composite", "aware")
SHARES = ("q1_sat", "q2_sat", "q3_sat", "q4_sat", "q5_sat", "comp_sat", "aware_sat", "aware_any")
LEVELS = {"stratum": ("living", "housing"), "sex": ("F", "M"), "degree": ("bachelor", "master+")}
RAKED = (
    "e_rake_sex_degree_from_strat",
    "e2_rake_stratum_degree_from_srs",
    "e3_calibrate_raking_sex_degree_from_strat",
)

EVERYBODY = R["meta"]["N_all"]
UNKNOWN = np.inf


@cache
def rows() -> tuple[dict[str, str], ...]:
    with (surveys.REFERENCES / "zhifu-synthetic.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def column(name: str) -> Floats:
    """Return a variable of the rows; the two shares that are not in the file as the R script makes them."""
    if name == "comp_sat":
        return (column("composite") >= 80).astype(np.float64)
    if name == "aware_any":
        return (column("aware") > 0).astype(np.float64)
    return np.array([float(row[name]) for row in rows()])


def groups(name: str) -> Whole:
    return np.array([LEVELS[name].index(row[name]) for row in rows()], dtype=np.intp)


def margin(name: str) -> Margin:
    people = [R["meta"]["margins"][name][level] for level in LEVELS[name]]
    return Margin(groups=groups(name), people=np.array(people, dtype=np.float64))


ONES = np.ones(53)
NOWHERE = np.zeros(53, dtype=np.intp)


def base_weights(*, stratified: bool) -> Floats:
    if not stratified:
        return np.full(53, EVERYBODY / 53)
    stratum = groups("stratum")
    found: Floats = (margin("stratum").people / np.bincount(stratum))[stratum]
    return found


def fitted(*names: str, stratified: bool) -> Fitted:
    return rake(ONES, base_weights(stratified=stratified), [margin(name) for name in names])


def design(
    weight: Floats, *, stratified: bool, fpc: bool = True, adjustments: tuple[Adjustment, ...] = ()
) -> Design:
    people = margin("stratum").people if stratified else np.array([float(EVERYBODY)])
    return Design(
        count=ONES, weight=weight, stratum=groups("stratum") if stratified else NOWHERE,
        population=people if fpc else people * UNKNOWN, adjustments=adjustments,
    )  # fmt: skip


@cache
def designs() -> dict[str, Design]:
    """Return every design by R's name of it."""
    flat, strata = base_weights(stratified=False), base_weights(stratified=True)
    sex_degree = fitted("sex", "degree", stratified=True).weight
    both = (groups("sex"), groups("degree"))
    return {
        "a_srs_nofpc": design(flat, stratified=False, fpc=False),
        "b_srs_fpc": design(flat, stratified=False),
        "c_strat_fpc": design(strata, stratified=True),
        "c0_strat_nofpc": design(strata, stratified=True, fpc=False),
        "d_post_stratum_from_srs": design(
            fitted("stratum", stratified=False).weight, stratified=False,
            adjustments=(PostStratified(groups=groups("stratum"), base=flat),),
        ),
        "d2_post_sex_from_strat": design(
            fitted("sex", stratified=True).weight, stratified=True,
            adjustments=(PostStratified(groups=groups("sex"), base=strata),),
        ),
        "e_rake_sex_degree_from_strat": design(
            sex_degree, stratified=True, adjustments=(Raked(margins=both),)
        ),
        "e2_rake_stratum_degree_from_srs": design(
            fitted("stratum", "degree", stratified=False).weight, stratified=False,
            adjustments=(Raked(margins=(groups("stratum"), groups("degree"))),),
        ),
        "e3_calibrate_raking_sex_degree_from_strat": design(
            sex_degree, stratified=True, adjustments=(Calibrated(margins=both, base=strata),)
        ),
    }  # fmt: skip


def tolerance(name: str) -> float:
    """Return the relative difference allowed: raking stops by iteration, in R and here."""
    return 1e-6 if name in RAKED else 1e-9
