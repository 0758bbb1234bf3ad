"""What holds for every survey: random small questionnaires, and rows with every kind of flaw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Estimate, Fieldwork, PatternTable, Report, evaluate, judge, scoring
from analysis.evaluation import FEWEST_SHOWN
from analysis.report import SUPPRESSED
from questionnaires.build import loads
from questionnaires.model import Indicator, Measure, Option, Questionnaire
from surveyapp import present
from tests.analysis.random_surveys import Survey, indicators, surveys


def report_on(survey: Survey) -> Report:
    return evaluate(survey.questionnaire, PatternTable.of(survey.rows), Fieldwork())


def estimates(report: Report) -> Iterator[Estimate]:
    yield from report.measures.values()
    for item in report.items.values():
        yield from filter(None, (item.score, item.top_share))
    for group in (group for found in report.groups.values() for group in found.values()):
        yield from filter(None, group.measures.values())


def values(report: Report) -> dict[str, Any]:
    """Return everything exact in a report."""
    return {
        "measures": {name: (m.exact, m.n) for name, m in report.measures.items()},
        "items": {name: (i.n, dict(i.counts), dict(i.shares), i.blank, i.not_asked) for name, i in report.items.items()},
        "scores": {name: found.score for name, found in report.indicators.items()},
        "fieldwork": report.fieldwork,
        "groups": {
            item: {code: (g.n, {m: e.exact if e else None for m, e in g.measures.items()}) for code, g in found.items()}
            for item, found in report.groups.items()
        },
        "hash": report.data_hash,
    }  # fmt: skip


@settings(max_examples=50)
@given(surveys())
def test_the_definitions_drawn_here_are_good_ones(survey: Survey) -> None:
    assert loads(survey.definition).problems == []


@settings(max_examples=150)
@given(surveys())
def test_evaluating_never_fails_and_an_interval_holds_its_value_within_0_and_1(survey: Survey) -> None:
    for found in estimates(report_on(survey)):
        hidden = found.method == SUPPRESSED
        assert (found.value is None) == (found.exact is None) == (found.n == 0 or hidden)
        assert not hidden or found.n < FEWEST_SHOWN
        if found.value is None:
            assert found.interval is None
            assert found.standard_error is None
        else:
            assert 0 <= found.value <= 1
            assert found.standard_error is None or found.standard_error >= 0
        if found.interval is not None and found.value is not None:
            assert 0 <= found.interval[0] <= found.value <= found.interval[1] <= 1


@settings(max_examples=200)
@given(surveys())
def test_a_report_is_valid_json_without_nan(survey: Survey) -> None:
    report = report_on(survey)
    text = present.as_json(report)
    assert json.loads(text) == present.as_dict(report)
    assert json.dumps(present.as_dict(report), allow_nan=False)
    assert all("{" not in present.words(w, report, lang) for w in report.warnings for lang in ("zh", "en"))


@settings(max_examples=200)
@given(surveys())
def test_points_lie_within_their_range_and_that_within_0_and_the_points_there_are(survey: Survey) -> None:
    for found in report_on(survey).indicators.values():
        if found.score is not None:
            assert 0 <= found.score <= found.points
        if found.interval is not None and found.score is not None:
            assert 0 <= found.interval[0] <= found.score <= found.interval[1] <= found.points


@given(surveys(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(survey: Survey, random: Any) -> None:
    shuffled = random.sample(survey.rows, len(survey.rows))
    found = evaluate(survey.questionnaire, PatternTable(tuple(shuffled)), Fieldwork())
    assert present.as_json(found) == present.as_json(report_on(survey))


@given(surveys(), st.integers(0, 8))
def test_two_halves_of_a_table_add_up_to_the_whole(survey: Survey, at: int) -> None:
    halves = PatternTable.of(survey.rows[:at]) + PatternTable.of(survey.rows[at:])
    assert halves == PatternTable.of(survey.rows)
    assert halves.count == sum(row.count for row in survey.rows)
    assert evaluate(survey.questionnaire, halves, Fieldwork()) == report_on(survey)


@given(surveys())
def test_rows_one_by_one_are_the_same_as_rows_with_counts(survey: Survey) -> None:
    few = [replace(row, count=min(row.count, 5)) for row in survey.rows]
    single = tuple(replace(row, count=1) for row in few for _ in range(row.count))
    found = evaluate(survey.questionnaire, PatternTable(single), Fieldwork())
    assert present.as_json(found) == present.as_json(
        evaluate(survey.questionnaire, PatternTable.of(few), Fieldwork())
    )


@given(surveys())
def test_twice_as_many_of_twice_as_many_people_keep_their_values(survey: Survey) -> None:
    people = survey.questionnaire.population
    doubled = people.model_copy(
        update={
            "size": people.size * 2 if people.size else None,
            "strata": {code: 2 * size for code, size in people.strata.items()},
        }
    )
    questionnaire = survey.questionnaire.model_copy(update={"population": doubled})
    rows = tuple(replace(row, count=2 * row.count) for row in survey.rows)
    twice, once = evaluate(questionnaire, PatternTable.of(rows), Fieldwork()), report_on(survey)
    for name, found in once.measures.items():
        other = twice.measures[name]
        if found.method == SUPPRESSED:
            continue
        assert other.exact == found.exact
        assert other.n == 2 * found.n
        if None not in (found.standard_error, other.standard_error) and found.method == other.method:
            assert (other.standard_error or 0) <= (found.standard_error or 0)
    for name, result in once.indicators.items():
        if once.measures[result.measure or "one"].method != SUPPRESSED:
            assert twice.indicators[name].score == result.score


# --- against rows taken one at a time ------------------------------------------------------------------------------


def value_of(questionnaire: Questionnaire, measure: Measure, item: str, answer: object) -> Fraction | None:
    """Return what one answer is worth to a measure; None if it is not in the base."""
    options: Mapping[str, Option] = {option.code: option for option in questionnaire.options(item)}
    option = options.get(answer) if isinstance(answer, str) else None
    if option is None or option.missing:
        return None
    if measure.codes is not None:
        return Fraction(1 if option.code in measure.codes else 0)
    assert option.value is not None
    return option.value / 100


def by_rows(survey: Survey, measure: Measure) -> Fraction | None:
    """Return a measure by going through the respondents: the weighted mean of the items' own means."""
    total = weights = Fraction(0)
    valid = [row for row in judge(survey.questionnaire, PatternTable(survey.rows)).rows if not row.validity]
    for item in measure.items:
        given = []
        for row in valid:
            answers = json.loads(row.answers)
            town = answers.get("town")
            if survey.questionnaire.population.stratum_item and row.stratum:
                town = row.stratum
            if not measure.group or town == "N":
                given.append((value_of(survey.questionnaire, measure, item, answers.get(item)), row.count))
        n = sum(count for value, count in given if value is not None)
        if n:
            weight = measure.weights.get(item, Fraction(1))
            weights += weight
            total += weight * sum(value * count for value, count in given if value is not None) / n
    return total / weights if weights else None


@settings(max_examples=150)
@given(surveys())
def test_the_exact_value_is_what_going_through_the_rows_gives(survey: Survey) -> None:
    report = report_on(survey)
    for name, measure in survey.questionnaire.measures.items():
        if report.measures[name].method != SUPPRESSED:
            assert report.measures[name].exact == by_rows(survey, measure)


@given(surveys())
def test_counts_and_bases_add_up(survey: Survey) -> None:
    report = report_on(survey)
    for name, item in report.items.items():
        if survey.questionnaire.items[name].kind != "multiple":
            leaving = item.counts.get("X", 0)
            assert sum(item.counts.values()) - leaving == item.n
            assert not item.n or sum(item.shares.values()) == 1
        assert item.n + item.blank + item.not_asked <= report.fieldwork.valid


# --- rules ---------------------------------------------------------------------------------------------------------


def grid(node: Indicator, low: Fraction, high: Fraction) -> list[Fraction]:
    """Return 200 values from low to high, and those at and next to the rule's limits between them."""
    near = Fraction(1, 10**9)
    values = {low + (high - low) * i / 200 for i in range(201)}
    for limit in scoring.limits(node):
        values |= {value for value in (limit - near, limit, limit + near) if low <= value <= high}
    return sorted(values)


@settings(max_examples=150)
@given(
    indicators(),
    st.fractions(0, 100, max_denominator=40),
    st.fractions(0, 100, max_denominator=40),
    st.sampled_from([Fraction(100), Fraction(1, 10), Fraction(0)]),
)
def test_the_range_of_points_is_what_trying_every_value_gives(
    node: Indicator, one: Fraction, other: Fraction, widest: Fraction
) -> None:
    low, high = min(one, other), max(one, other)
    high = min(high, low + widest)
    tried = [scoring.score(node, value) for value in grid(node, low, high)]
    least, most = scoring.score_range(node, low, high)
    assert least <= min(tried)
    assert max(tried) <= most
    # a line can rise by 20 points over half a percent, and the grid stops 1e-9 short of a limit
    assert float(min(tried) - least) < 1e-6
    assert float(most - max(tried)) < 1e-6


@given(indicators())
def test_a_rule_covers_0_to_100_and_stays_within_its_points(node: Indicator) -> None:
    for value in grid(node, Fraction(0), Fraction(100)):
        assert 0 <= scoring.score(node, value) <= node.points


@given(indicators())
def test_limits_rise(node: Indicator) -> None:
    assert all(a < b for a, b in pairwise(scoring.limits(node)))
