"""Report JSON, version 1: the keys and meanings that scripts rely on (docs: the report's JSON)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analysis import Fieldwork, Report, evaluate
from questionnaires.model import Questionnaire
from surveyapp import present
from tests.analysis import surveys

TOP = {
    "schema", "questionnaire", "fieldwork", "items", "measures", "indicators", "groups", "warnings", "data_hash",
    "made_with", "weighted_measures", "weighting", "sensitivity",
}  # fmt: skip
FIELDWORK = {
    "population", "distributed", "returned", "valid", "return_rate", "validity_rate", "valid_return_rate",
    "response_rates", "invalid_reasons", "channels",
}  # fmt: skip
ITEM = {"n", "counts", "shares", "score", "top_share"}
ESTIMATE = {"value", "exact", "standard_error", "interval", "level", "n", "n_effective", "method"}
INDICATOR = {
    "points", "score", "exact_score", "reported", "interval", "measure", "rule", "target", "meets_target",
}  # fmt: skip


@pytest.fixture(scope="module")
def found(zhifu_report: Report) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(present.as_json(zhifu_report))
    return loaded


def test_every_promised_key_is_there(found: dict[str, Any]) -> None:
    assert set(found) == TOP
    assert found["schema"] == "surveyapp.report/1"
    assert set(found["questionnaire"]) == {"id", "version", "title"}
    assert set(found["fieldwork"]) >= FIELDWORK
    assert all(set(item) >= ITEM for item in found["items"].values())
    assert all(set(m) >= ESTIMATE for m in found["measures"].values())
    assert all(set(i) >= INDICATOR for i in found["indicators"].values())
    assert all(
        set(group) >= {"n", "measures"} for codes in found["groups"].values() for group in codes.values()
    )
    assert all(set(warning) >= {"code", "message"} for warning in found["warnings"])


def test_figures_are_shares_of_1_at_full_precision_and_points_at_full_precision(
    found: dict[str, Any],
) -> None:
    # zhifu-2022-expected.json: 4512/53 percent, 2256/265 points, printed 8.5
    measure, indicator = found["measures"]["satisfaction"], found["indicators"]["satisfaction"]
    assert measure["value"] == 4512 / 5300
    assert measure["exact"] == "4512/5300"
    assert measure["level"] == 0.95
    assert measure["n"] == measure["n_effective"] == 53
    assert indicator["exact_score"] == "2256/265"
    assert indicator["score"] == 2256 / 265
    assert indicator["reported"] == "8.5"
    assert indicator["target"] == 0.9
    assert indicator["meets_target"] is False
    assert indicator["measure"] == "satisfaction"
    assert found["fieldwork"]["return_rate"] == 56 / 60


def test_unknown_is_null(found: dict[str, Any]) -> None:
    growth = found["indicators"]["growth"]
    assert [growth[key] for key in ("score", "exact_score", "reported", "interval", "meets_target")] == [
        None
    ] * 5
    assert found["items"]["subsidy"]["score"] is None
    assert found["items"]["subsidy"]["top_share"] is None
    assert found["groups"]["subsidy"]["C"] == {
        "n": 0,
        "measures": {"satisfaction": None, "awareness": None, "satisfied_heads": None, "aware_heads": None},
    }


def test_equal_reports_are_equal_bytes(zhifu: Questionnaire, zhifu_report: Report) -> None:
    rows = surveys.zhifu_rows()
    again = evaluate(zhifu, surveys.table(rows[::-1]), Fieldwork(distributed=60, returned=56))
    assert present.as_json(again) == present.as_json(zhifu_report)


def test_a_report_without_any_answer_is_valid_json(zhifu: Questionnaire) -> None:
    empty = evaluate(zhifu, surveys.table([]), Fieldwork())
    loaded = json.loads(present.as_json(empty), parse_constant=pytest.fail)
    assert loaded["measures"]["satisfaction"]["value"] is None
    assert loaded["indicators"]["satisfaction"]["score"] is None
    assert loaded["fieldwork"]["validity_rate"] is None


def test_how_sure_a_score_is_stands_with_the_indicator(found: dict[str, Any]) -> None:
    # test_uncertainty.py has the models by hand
    indicator = found["indicators"]["satisfaction"]
    assert 0 < indicator["chance_target_met"] < 0.001
    assert indicator["chance_model"] == "logit-t"
    assert indicator["tiers"] == ["[50, 90)"]
    assert indicator["next_limit"]["up"] == pytest.approx(90 - 4512 / 53)
    assert indicator["next_limit"]["down"] == pytest.approx(4512 / 53 - 50)
    readings = {(one["by"], one["rounded"]): one["reported"] for one in indicator["readings"]}
    assert readings == {
        ("mean", False): "8.5", ("mean", True): "8.5", ("heads", False): "10.0", ("heads", True): "10.0",
    }  # fmt: skip
    assert [one["rounded"] for one in indicator["readings"] if one["is_chosen"]] == [False]
    growth = found["indicators"]["growth"]
    assert [growth[key] for key in ("chance_target_met", "tiers", "next_limit", "readings")] == [None] * 4


def test_the_dispositions_stand_with_the_rates(found: dict[str, Any]) -> None:
    assert found["fieldwork"]["response_rates"]["RR2"] == 56 / 60
    assert found["fieldwork"]["dispositions"]["P"] == 3
    assert found["fieldwork"]["e"] == 1
    assert found["fieldwork"]["no_rates"] is None
    assert found["sensitivity"] == {}


def test_without_a_list_the_rates_are_null_and_it_says_why(zhifu: Questionnaire) -> None:
    written = present.as_dict(evaluate(zhifu, surveys.table(surveys.zhifu_rows()), Fieldwork()))["fieldwork"]
    assert set(written["response_rates"].values()) == {None}
    assert written["dispositions"] is None
    assert written["no_rates"]["code"] == "distributed-unknown"
