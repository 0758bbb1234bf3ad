"""The shipped definitions carry the published content; figures from the five reports (see each file's `source`)."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

import questionnaires
from questionnaires.build import load_good
from questionnaires.manual import worked
from questionnaires.model import Questionnaire

LIBRARY = Path(questionnaires.__file__).parent / "library"
REFERENCES = Path(__file__).parent.parent / "references"
SLUGS = ["huoju-2021", "longgang-2018-2020", "yantian-2024", "zengcheng-2023", "zhifu-2022"]
SATISFACTION = ("notice", "criteria", "procedure", "review", "payment")


def shipped(slug: str) -> Questionnaire:
    return load_good(LIBRARY / f"{slug}.yaml")


def values(questionnaire: Questionnaire, item: str) -> dict[str, Fraction | None]:
    return {option.code: option.value for option in questionnaire.options(item)}


def labels(questionnaire: Questionnaire, item: str) -> list[str]:
    return [option.label.say() for option in questionnaire.options(item)]


def points(questionnaire: Questionnaire) -> dict[str, Fraction]:
    return {name: indicator.points for name, indicator in questionnaire.indicators.items()}


def test_these_definitions_are_shipped() -> None:
    assert sorted(path.stem for path in LIBRARY.iterdir()) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_every_definition_is_good_and_in_both_languages(slug: str) -> None:
    questionnaire = shipped(slug)
    assert questionnaire.id == slug
    assert questionnaire.languages == ("zh", "en")
    assert questionnaire.source is not None
    assert (
        (LIBRARY / f"{slug}.yaml")
        .read_text(encoding="utf-8")
        .startswith("# yaml-language-server: $schema=../schema.json\n#")
    )


# --- 芝罘 2022 ------------------------------------------------------------------------------------------------------


def test_zhifu_asks_what_was_published() -> None:
    zhifu = shipped("zhifu-2022")
    expected = ["subsidy", "degree", "policy_awareness", *SATISFACTION, "improve", "suggestions"]
    assert list(zhifu.items) == expected
    assert labels(zhifu, "subsidy") == ["生活补贴", "购房补贴", "留学费用补贴"]
    assert [option.code for option in zhifu.options("degree")] == list("ABCDEFG")
    assert values(zhifu, "policy_awareness") == {"A": 100, "B": 80, "C": 60, "D": 0}
    assert labels(zhifu, "policy_awareness") == ["非常了解", "了解", "一般", "不了解"]
    for item in SATISFACTION:
        assert values(zhifu, item) == {"A": 100, "B": 80, "C": 60, "D": 0}
        assert labels(zhifu, item) == ["非常满意", "满意", "一般", "不满意"]
        assert [option.code for option in zhifu.options(item) if option.comment] == ["D"]
    assert labels(zhifu, "improve") == ["申报审批流程", "资金拨付", "支持力度", "政策宣传", "其他", "无"]
    assert [option.code for option in zhifu.options("improve") if option.exclusive] == ["F"]
    assert [item.id for item in zhifu.items.values() if not item.required] == ["suggestions"]


def test_zhifu_has_the_published_population() -> None:
    population = shipped("zhifu-2022").population
    assert population.stratum_item == "subsidy"
    assert population.strata == {"A": 1138, "B": 262, "C": 2}
    assert population.total == 1402


def test_zhifu_computes_means_and_heads() -> None:
    zhifu = shipped("zhifu-2022")
    assert {name: measure.kind for name, measure in zhifu.measures.items()} == {
        "satisfaction": "satisfaction_score",
        "awareness": "awareness_score",
        "satisfied_heads": "satisfaction_rate",
        "aware_heads": "awareness_rate",
    }
    assert zhifu.measures["satisfaction"].items == zhifu.measures["satisfied_heads"].items == SATISFACTION
    assert zhifu.measures["satisfied_heads"].codes == zhifu.measures["aware_heads"].codes == ("A", "B")


def test_zhifu_needs_all_scored_items() -> None:
    (rule,) = shipped("zhifu-2022").validity
    assert rule.rule == "incomplete"
    assert (rule.items, rule.effect) == (("policy_awareness", *SATISFACTION), "exclude")
    assert rule.below == 100


def test_zhifu_scores_as_its_report_does() -> None:
    zhifu = shipped("zhifu-2022")
    assert points(zhifu) == {
        "satisfaction": 10,
        "awareness": 5,
        "revised_satisfaction": 10,
        "revised_awareness": 10,
        "growth": 10,
        "budget_execution": 3,
    }
    variants = {
        name: indicator.variant_of for name, indicator in zhifu.indicators.items() if indicator.variant_of
    }
    assert variants == {"revised_satisfaction": "satisfaction", "revised_awareness": "awareness"}
    definition = zhifu.indicators["satisfaction"].definition
    assert definition is not None
    assert definition.measure == "satisfied_heads"
    execution = zhifu.indicators["budget_execution"].entered
    assert execution is not None
    assert execution.value == "98.57"
    growth = zhifu.indicators["growth"]
    assert growth.entered is not None
    assert growth.entered.value is None
    assert zhifu.reporting.score_places == 1


def test_zhifu_awareness_is_four_parts_questionnaire_and_one_part_interview() -> None:
    awareness = shipped("zhifu-2022").indicators["awareness"]
    assert awareness.shape == "parts"
    survey, interview = awareness.parts or ()
    assert (survey.measure, survey.shape, interview.shape) == ("awareness", "branches", "grades")
    assert [survey.points, interview.points] == [Fraction(4), Fraction(1)]
    assert interview.entered is not None
    assert interview.grades is not None
    assert interview.grades[interview.entered.value or ""] == 100
    rate = Fraction(4380, 53)
    assert worked(survey.branches or (), survey.points, rate) + 1 == Fraction(1141, 265)


# --- the others -----------------------------------------------------------------------------------------------------


def test_huoju_has_its_scale_and_both_rules() -> None:
    huoju = shipped("huoju-2021")
    for item in huoju.measures["satisfaction"].items:
        assert values(huoju, item) == {"A": 100, "B": 80, "C": 60, "D": 40}
        assert labels(huoju, item) == ["满意", "比较满意", "基本满意", "不满意"]
    assert points(huoju) == {"policy": 8, "audit_tiers": 5}
    tiers = huoju.indicators["audit_tiers"]
    assert (tiers.variant_of, tiers.no_survey) == ("policy", "zero")
    assert [(veto.id, veto.share) for veto in tiers.veto] == [("petitions", Fraction(0))]
    assert huoju.indicators["policy"].no_survey == "undecided"


def test_longgang_was_asked_by_telephone() -> None:
    longgang = shipped("longgang-2018-2020")
    assert longgang.mode == "phone"
    assert points(longgang) == {"beneficiary_satisfaction": 9, "attraction": 9}
    attraction = longgang.indicators["attraction"]
    assert attraction.grades == {
        name: Fraction(share) for name, share in {"优": 100, "良": 80, "中": 60, "低": 0}.items()
    }
    assert attraction.entered is not None
    assert attraction.entered.value == "优"


def test_yantian_judges_three_groups_and_sets_a_rule_beside_each() -> None:
    yantian = shipped("yantian-2024")
    groups = [measure.group for measure in yantian.measures.values()]
    assert groups == [{"group": ("awarded",)}, {"group": ("granted",)}, {"group": ("newcomer",)}]
    judged = [indicator for indicator in yantian.indicators.values() if indicator.shape == "judged"]
    assert [(i.points, i.target, i.entered.value if i.entered else None) for i in judged] == [
        (Fraction("1.67"), Fraction(95), "1.55"),
        (Fraction("1.67"), Fraction(90), "1.53"),
        (Fraction("1.66"), Fraction(90), "1.64"),
    ]
    assert all(indicator.entered and indicator.entered.reason and indicator.measure for indicator in judged)


def test_yantian_rules_give_the_points_worked_out_by_hand() -> None:
    yantian = shipped("yantian-2024")
    found = {"awarded_by_rule": "94.5", "granted_by_rule": "88", "newcomers_by_rule": "92"}
    rules = {name: yantian.indicators[name] for name in found}
    scores = [worked(rule.branches or (), rule.points, Fraction(found[name])) for name, rule in rules.items()]
    assert scores == [Fraction(31563, 19000), Fraction(1837, 1125), Fraction(83, 50)]
    assert [rule.variant_of for rule in rules.values()] == ["awarded", "granted", "newcomers"]


def test_zengcheng_is_a_census_of_thirteen() -> None:
    zengcheng = shipped("zengcheng-2023")
    assert (zengcheng.mode, zengcheng.population.total) == ("onsite", 13)
    assert len(zengcheng.items) == 2
    assert zengcheng.indicators == {}


# --- the rules, at their limits -------------------------------------------------------------------------------------

LIMITS = {
    "zhifu-satisfaction (10)": ("zhifu-2022", "satisfaction"),
    "zhifu-growth tiers in shares (10)": ("zhifu-2022", "growth"),
    "zhifu-budget-execution (3)": ("zhifu-2022", "budget_execution"),
    "huoju-policy (8), step continuous": ("huoju-2021", "policy"),
    "huoju-audit tiers (5)": ("huoju-2021", "audit_tiers"),
    "longgang (9), step continuous": ("longgang-2018-2020", "beneficiary_satisfaction"),
}


@pytest.mark.parametrize("rule", LIMITS)
def test_a_shipped_rule_gives_the_exact_points_at_its_limits(rule: str) -> None:
    """references/rule-limits.json: exact fractions, made apart from this code."""
    expected = json.loads((REFERENCES / "rule-limits.json").read_text(encoding="utf-8"))["rules"][rule]
    slug, name = LIMITS[rule]
    indicator = shipped(slug).indicators[name]
    found = {x: str(worked(indicator.branches or (), indicator.points, Fraction(x))) for x in expected}
    assert found == expected
