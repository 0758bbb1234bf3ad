"""How sure a score is, in words."""

from __future__ import annotations

from analysis import Fieldwork, evaluate
from analysis.uncertainty import certainty
from surveyapp.certainty import rows
from tests.analysis import surveys


def test_the_zhifu_score_in_both_languages() -> None:
    questionnaire = surveys.shipped("zhifu-2022")
    report = evaluate(questionnaire, surveys.table(surveys.zhifu_rows()), Fieldwork())
    found = certainty(questionnaire, "satisfaction", report.measures)
    chinese, english = (dict(rows(found, questionnaire, language)) for language in ("zh", "en"))
    assert chinese["得分"] == "8.5 (8.3–8.7)"
    assert chinese["真值达到 90% 的概率"] == "<0.1%"
    assert english["chance that 90% is truly met"] == "<0.1%"
    assert chinese["距上一界限（百分点）"] == "4.87"
    assert chinese["区间涉及的分段"] == "1"
    assert english["→ unrounded, Satisfaction score"] == "8.5"
    assert english["unrounded, Satisfaction rate (share of heads)"] == "10.0"
