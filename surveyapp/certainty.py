"""How sure a score is, as rows of text for the command line, the result page and the Word report."""

from __future__ import annotations

from fractions import Fraction

from analysis.uncertainty import Certainty, Chance, Reading, Tiers
from questionnaires.model import Questionnaire
from surveyapp import present

Row = tuple[str, str]

_STEPS = {
    "continuous": ("不满一步按比例", "part of a step counts in part"),
    "complete": ("不满一步不扣", "part of a step counts none"),
    "started": ("不满一步按一步", "part of a step counts whole"),
}


def rows(found: Certainty, questionnaire: Questionnaire, language: str = "zh") -> list[Row]:
    """Return what is known of how sure an indicator's score is, as name and text."""
    en, places = language == "en", questionnaire.reporting.score_places
    result = found.result
    lines = [
        (
            ("score", "得分")[not en],
            f"{present.number(result.score, places)} ({present.number_range(result.interval, places)})",
        )
    ]
    if found.chance is not None and result.target is not None:
        lines.append(_chance_row(found.chance, result.target, en=en))
    for tiers in found.tiers:
        lines += _tier_rows(tiers, en=en)
    return [*lines, *reading_rows(found, questionnaire, language)]


def reading_rows(found: Certainty, questionnaire: Questionnaire, language: str = "zh") -> list[Row]:
    """Return each reading of what the rule leaves open with its points, if they differ; the one chosen is marked."""
    places = questionnaire.reporting.score_places
    if not found.readings_differ:
        return []
    return [
        (
            ("→ " if reading.is_chosen else "") + _reading(reading, questionnaire, language),
            present.number(reading.score, places),
        )
        for reading in found.readings
    ]


def _chance_row(chance: Chance, target: Fraction, *, en: bool) -> Row:
    name = (
        f"chance that {present.percent(target, 0)} is truly met"
        if en
        else f"真值达到 {present.percent(target, 0)} 的概率"
    )
    said = {"at-least": ("不低于 ", "at least "), "at-most": ("不高于 ", "at most ")}.get(
        chance.bound, ("", "")
    )[en]
    shown = present.percent(chance.probability, 1)
    if 0 < chance.probability < 0.001:
        shown = "<0.1%"
    elif 0.999 < chance.probability < 1:
        shown = ">99.9%"
    return name, said + shown


def _tier_rows(tiers: Tiers, *, en: bool) -> list[Row]:
    where = f" ({tiers.part})" if tiers.part else ""
    count = len(tiers.touched)
    texts = [
        (("tiers in reach", "区间涉及的分段")[not en] + where, str(count)),
        (("points to the next limit up", "距上一界限（百分点）")[not en] + where, present.number(tiers.up)),
        (
            ("points to the next limit down", "距下一界限（百分点）")[not en] + where,
            present.number(tiers.down),
        ),
    ]
    return [row for row in texts if row[1] != present.UNKNOWN]


def _reading(reading: Reading, questionnaire: Questionnaire, language: str) -> str:
    en = language == "en"
    parts = [_STEPS[reading.step][en]] if reading.step else []
    parts.append(
        ("比较前修约到两位小数", "rounded to two places first")[en]
        if reading.rounded
        else ("不修约", "unrounded")[en]
    )
    if reading.measure:
        parts.append(questionnaire.measures[reading.measure].title.say(language))
    return (", " if en else "，").join(parts)
