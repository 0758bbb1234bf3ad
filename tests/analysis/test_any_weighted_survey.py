"""What holds for weighted estimates of every survey: random small questionnaires, weightings and rows with every flaw."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Estimate, Fieldwork, Pattern, PatternTable, Report, evaluate
from analysis.report import SUPPRESSED
from questionnaires.model import Questionnaire, Weighting
from surveyapp import present
from tests.analysis.random_surveys import Survey, surveys


@st.composite
def weightings(draw: st.DrawFn, has_strata: bool) -> Weighting:
    """Draw a weighting over the items of the random surveys; margins may be far from the rows, or name empty groups."""
    stratified = has_strata and draw(st.booleans())
    methods = ["post_stratify", "rake", "carried", *(["strata", "none"] if stratified else [])]
    people = st.integers(0, 3000)
    town = {"N": draw(people), "S": draw(people) + 1}
    total = sum(town.values())
    some = draw(st.integers(0, total))
    margins: dict[str, Any] = {
        "post_stratify": {"town": town},
        "rake": {"town": town, "q0": {"A": some, "B": total - some, "C": 0, "10": 0}},
    }
    method = draw(st.sampled_from(methods))
    return Weighting.model_validate(
        {
            "design": "stratified" if stratified else "simple",
            "method": method,
            "margins": margins.get(method, {}),
            "trim": draw(st.sampled_from([None, None, "1.2", "3"])) if method != "none" else None,
            "lonely": draw(st.sampled_from(["fail", "remove", "certainty", "adjust", "average"])),
            "fpc": draw(st.sampled_from(["yes", "yes", "no"])),
            "use": draw(st.sampled_from(["plain", "weighted"])),
        }
    )


@st.composite
def weighted(draw: st.DrawFn) -> Survey:
    """Draw a survey whose definition weights, combines and names intervals in any way."""
    survey = draw(surveys())
    questionnaire = survey.questionnaire
    chosen = {
        "combine": draw(st.sampled_from(["items", "pooled", "persons"])),
        "missing": draw(st.sampled_from(["itemwise", "listwise"])),
        "interval": draw(
            st.sampled_from(["default", "logit", "t", "mean", "wilson", "clopper-pearson", "beta"])
        ),
    }
    changed = {name: measure.model_copy(update=chosen) for name, measure in questionnaire.measures.items()}
    weighting = draw(weightings(bool(questionnaire.population.strata)))
    made = questionnaire.model_copy(update={"measures": changed, "weighting": weighting})
    rows = tuple(replace(row, weight=draw(st.sampled_from([1.0, 0.25, 3.7, 1e6]))) for row in survey.rows)
    return replace(survey, questionnaire=made, rows=rows)


def report_on(questionnaire: Questionnaire, rows: tuple[Pattern, ...]) -> Report:
    return evaluate(questionnaire, PatternTable.of(rows), Fieldwork())


def same(ours: float | None, other: float | None) -> bool:
    if ours is None or other is None:
        return ours is other
    return math.isclose(ours, other, rel_tol=1e-6, abs_tol=1e-9)


def assert_same(found: Mapping[str, Estimate], other: Mapping[str, Estimate]) -> None:
    for name, estimate in found.items():
        assert (estimate.n, estimate.exact) == (other[name].n, other[name].exact)
        assert same(estimate.value, other[name].value)
        assert same(estimate.standard_error, other[name].standard_error)
        assert (estimate.interval is None) == (other[name].interval is None)
        for end, again in zip(estimate.interval or (), other[name].interval or (), strict=True):
            assert same(end, again)


@settings(max_examples=150)
@given(weighted())
def test_evaluating_never_fails_and_an_interval_holds_its_value_within_0_and_1(survey: Survey) -> None:
    report = report_on(survey.questionnaire, survey.rows)
    assert set(report.weighted) == set(report.measures)
    for found in (*report.weighted.values(), *report.measures.values()):
        assert (found.value is None) == (found.n == 0 or found.method == SUPPRESSED)
        if found.value is None:
            assert (found.interval, found.standard_error) == (None, None)
            continue
        assert -1e-12 <= found.value <= 1 + 1e-12
        assert found.standard_error is None or found.standard_error >= 0
        for interval in filter(None, (found.interval, found.bounds)):
            assert -1e-12 <= interval[0] <= found.value + 1e-12
            assert found.value - 1e-12 <= interval[1] <= 1 + 1e-12


@settings(max_examples=100)
@given(weighted())
def test_a_report_is_json_without_nan(survey: Survey) -> None:
    report = report_on(survey.questionnaire, survey.rows)
    loaded = json.loads(present.as_json(report), parse_constant=pytest.fail)
    assert set(loaded["weighted_measures"]) == set(report.measures)
    for warning in report.warnings:
        assert "{" not in present.words(warning, report)


@settings(max_examples=100)
@given(weighted(), st.randoms(use_true_random=False))
def test_scrambling_and_splitting_rows_changes_nothing(survey: Survey, chance: random.Random) -> None:
    ones = [
        part
        for row in survey.rows
        for part in ([replace(row, count=row.count - 1), replace(row, count=1)] if row.count > 1 else [row])
    ]
    chance.shuffle(ones)
    cut = chance.randint(0, len(ones))
    whole = report_on(survey.questionnaire, survey.rows)
    added = PatternTable.of(ones[:cut]) + PatternTable.of(ones[cut:])
    parts = evaluate(survey.questionnaire, added, Fieldwork())
    assert parts.weighted == whole.weighted
    assert parts.data_hash == whole.data_hash
    ungrouped = evaluate(survey.questionnaire, PatternTable(tuple(ones)), Fieldwork())
    assert_same(ungrouped.weighted, whole.weighted)


@settings(max_examples=100)
@given(weighted())
def test_doubling_all_weights_changes_no_weighted_estimate(survey: Survey) -> None:
    twice = tuple(replace(row, weight=2 * row.weight) for row in survey.rows)
    found = report_on(survey.questionnaire, survey.rows).weighted
    assert_same(found, report_on(survey.questionnaire, twice).weighted)


@settings(max_examples=100)
@given(weighted())
def test_weighting_leaves_the_plain_figures_alone(survey: Survey) -> None:
    plain = survey.questionnaire.model_copy(update={"weighting": Weighting()})
    assert report_on(plain, survey.rows).measures == report_on(survey.questionnaire, survey.rows).measures
    assert report_on(plain, survey.rows).items == report_on(survey.questionnaire, survey.rows).items
