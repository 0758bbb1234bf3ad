"""Scores and their certainty in sentences: indicators, precision, rates of fieldwork, what the report rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from analysis import Estimate
from analysis.indicators import value_of
from analysis.report import IndicatorResult
from questionnaires.model import Indicator
from surveyapp import present
from surveyapp.deliver.arithmetic import indicator_line, scored_by
from surveyapp.deliver.prose import Voice
from surveyapp.deliver.prose_rules import rule_words
from surveyapp.deliver.tally import main_measure
from surveyapp.present import plain

# --- indicators --------------------------------------------------------------------------------------------------------


def score_rate(voice: Voice, found: IndicatorResult) -> str:
    """Return 得分率: the printed points as a percentage of those it carries."""
    if found.score is None:
        return present.UNKNOWN
    shown = voice.share(present.rounded(found.score, voice.report.score_places) / found.points)
    if not voice.house.trims_score_rates or "." not in shown:
        return shown
    return shown.rstrip("%").rstrip("0").rstrip(".") + "%"


def score_range(voice: Voice, found: IndicatorResult) -> str:
    """Return the range of points that the interval leaves open; a dash where the score is certain or has none."""
    if found.interval is None or found.interval[0] == found.interval[1]:
        return present.UNKNOWN
    return present.number_range(found.interval, voice.report.score_places)


def indicator_value(voice: Voice, id: str) -> str:
    """Return the value an indicator is scored by: a measure's, or what was entered."""
    found = voice.report.indicators[id]
    if found.parts:
        return voice.say("分项相加", "sum of parts")
    if found.measure is not None:
        return voice.value(scored_by(voice.report)[found.measure])
    return found.entered or present.UNKNOWN


def indicator_sentences(voice: Voice, id: str) -> str:
    """Return the paragraph on one indicator: the rule, the value, the arithmetic, the points, what is open."""
    indicator, found = voice.questionnaire.indicators[id], voice.report.indicators[id]
    return voice.say("", " ").join(part for part in _about_indicator(voice, id, indicator, found) if part)


def _about_indicator(voice: Voice, id: str, indicator: Indicator, found: IndicatorResult) -> Iterator[str]:
    yield _rule(voice, indicator)
    yield from _inputs(voice, id, indicator, found)
    if (line := indicator_line(indicator, found, voice.report)) and not indicator.judged:
        yield voice.say(f"计算过程：{line}。", f"Computation: {line}.")
    yield _points(voice, found)
    if (shown := score_range(voice, found)) != present.UNKNOWN:
        yield voice.say(f"抽样误差所及的得分范围为{shown}分。", f"Sampling error leaves {shown} points open.")
    yield _target(voice, found)
    yield _defined(voice, indicator, found)
    yield _readings(voice, found)
    if indicator.variant_of is not None:
        other = voice.words(voice.questionnaire.indicators[indicator.variant_of].title)
        yield voice.say(
            f"本项为“{other}”的另一种评分，不计入合计。", f"Another reading of “{other}”, not added up."
        )


def _rule(voice: Voice, indicator: Indicator) -> str:
    if indicator.wording is None and indicator.parts:
        rules = [f"{voice.words(p.title)}（{rule_words(voice, p)}）" for p in indicator.parts]
        return voice.say(f"评分规则：{'；'.join(rules)}。", f"Rule: {'; '.join(rules)}.")
    words = rule_words(voice, indicator)
    return voice.say(f"评分规则：{words}。", f"Rule: {words}.")


def _inputs(voice: Voice, id: str, indicator: Indicator, found: IndicatorResult) -> Iterator[str]:
    for name in voice.questionnaire.indicator_measures(indicator):
        estimate = scored_by(voice.report)[name]
        if value_of(estimate) is not None:
            yield voice.say(
                f"{voice.title(name)}为{voice.value(estimate)}。",
                f"{voice.title(name)}: {voice.value(estimate)}.",
            )
    for part, entered in [("", found.entered), *((p.id, p.entered) for p in found.parts)]:
        if entered is not None:
            yield _entry(voice, id, part, entered)
    if found.veto is not None:
        yield _veto(voice, indicator, found.veto)


def _entry(voice: Voice, id: str, part: str, entered: str) -> str:
    indicator = voice.questionnaire.indicators[id]
    nodes = {"": indicator, **{one.id: one for one in indicator.parts or ()}}
    own = nodes[part].entered
    typed = next(
        (e.reason for e in voice.entered if (e.indicator, e.part) == (id, part) and e.value == entered), ""
    )
    reason = typed or (voice.words(own.reason) if own and own.reason else "")
    name = voice.words(nodes[part].title) if part else voice.say("录入值", "Entered value")
    why = voice.say(f"（依据：{reason}）", f" ({reason})") if reason else ""
    return voice.say(f"{name}：{entered}{why}。", f"{name}: {entered}{why}.")


def _veto(voice: Voice, indicator: Indicator, veto: str) -> str:
    texts = {one.id: voice.words(one.text) for one in indicator.veto}
    words = texts.get(veto, voice.say("未开展调查", "no survey was made"))
    return voice.say(f"出现“{words}”的情形，按规则直接认定。", f"Decided by a circumstance: {words}.")


def _points(voice: Voice, found: IndicatorResult) -> str:
    carried = plain(found.points)
    if found.score is None:
        why = voice.named("REASONS", found.undecided or "")
        return voice.say(
            f"该指标分值{carried}分，得分待定：{why}。", f"It carries {carried} points; undecided: {why}."
        )
    return voice.say(
        f"该指标分值{carried}分，实际得分为{voice.points(found.score)}分，得分率为{score_rate(voice, found)}。",
        f"It carries {carried} points and scores {voice.points(found.score)}, {score_rate(voice, found)} of them.",
    )


def _target(voice: Voice, found: IndicatorResult) -> str:
    if found.target is None or found.meets_target is None:
        return ""
    target = f"{plain(found.target * 100)}%"
    if found.meets_target:
        return voice.say(f"达到目标值{target}。", f"The target of {target} is met.")
    return voice.say(f"未达到目标值{target}。", f"The target of {target} is not met.")


def _defined(voice: Voice, indicator: Indicator, found: IndicatorResult) -> str:
    if found.defined_measure is None or indicator.definition is None:
        return ""
    wording, title = voice.words(indicator.definition.wording), voice.title(found.defined_measure)
    value, points = (
        voice.value(scored_by(voice.report)[found.defined_measure]),
        voice.points(found.defined_score),
    )
    return voice.say(
        f"需要说明：指标解释原文为“{wording}”，即{title}，按此为{value}，得{points}分，与上述算法不一致。",
        f"Note: the printed definition reads “{wording}”, which is {_low(title)}: {value}, {points} points; not "
        "what is computed above.",
    )


def _low(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


_STEPS = {
    "continuous": ("不满一步按比例", "part of a step in part"),
    "complete": ("不满一步不扣", "part of a step not at all"),
    "started": ("不满一步按一步", "part of a step whole"),
}


def _readings(voice: Voice, found: IndicatorResult) -> str:
    """Return what other readings of the rule would give, where they print other points."""
    ways: dict[tuple[str | None, str | None], dict[bool, str]] = {}
    for reading in found.readings:
        ways.setdefault((reading.measure, reading.step), {})[reading.rounded] = voice.points(reading.score)
    several = len({measure for measure, _step in ways}) > 1
    parts = [
        f"{words} {points}"
        for (measure, step), given in ways.items()
        for words, points in _read(voice, measure if several else None, step, given)
        if points != voice.points(found.score)
    ]
    if not parts:
        return ""
    listed = voice.say("；", "; ").join(parts)
    return voice.say(f"规则的其他读法：{listed}（分）。", f"Other readings of the rule, in points: {listed}.")


def _read(
    voice: Voice, measure: str | None, step: str | None, given: Mapping[bool, str]
) -> Iterator[tuple[str, str]]:
    """Yield one way to read a rule with its points: once, unless rounding first makes a difference."""
    words = [*([voice.title(measure)] if measure else []), *([voice.say(*_STEPS[step])] if step else [])]
    differs = len(set(given.values())) > 1
    for rounded, points in given.items() if differs else list(given.items())[:1]:
        how = voice.say("先修约再比较", "rounded first") if rounded else voice.say("不修约", "unrounded")
        yield voice.say("，", ", ").join([*words, *([how] if differs or not words else [])]), points


def totals(voice: Voice) -> tuple[str, str, str]:
    """Return the points carried, the printed scores added up, and their rate, over scored indicators that are no variants."""
    indicators = voice.questionnaire.indicators
    scored = [
        found
        for id, found in voice.report.indicators.items()
        if indicators[id].variant_of is None and found.score is not None
    ]
    places = voice.report.score_places
    carried = sum((found.points for found in scored), Fraction(0))
    printed = sum((present.rounded(found.score or Fraction(0), places) for found in scored), Fraction(0))
    return (
        plain(carried),
        present.number(printed, places),
        voice.share(printed / carried if carried else None),
    )


def total_note(voice: Voice) -> str:
    """Return what the sum of points leaves out, and how it was added up."""
    indicators = voice.questionnaire.indicators
    missing = [
        voice.words(indicators[id].title)
        for id, found in voice.report.indicators.items()
        if indicators[id].variant_of is None and found.score is None
    ]
    note = voice.say("注：合计为各指标印出得分之和", "Note: the total adds up the printed scores")
    if any(indicator.variant_of is not None for indicator in indicators.values()):
        note += voice.say("，不含另一种评分", "; other readings are not added up")
    if missing:
        note += voice.say(
            f"；{voice.listed(missing)}得分待定，未计入",
            f"; not counted, as undecided: {voice.listed(missing)}",
        )
    return note + voice.say(
        "。得分范围由结果的置信区间推得。", ". Ranges follow from the confidence intervals."
    )


# --- how sure ------------------------------------------------------------------------------------------------------------


def sample_sentence(voice: Voice) -> str:
    """Return how many of how many people the results rest on."""
    found = voice.report.fieldwork
    if found.population is None:
        return voice.say(
            f"总体人数未知，结果依据{found.valid}份有效问卷。",
            f"The number of people is not known; the results rest on {found.valid} valid questionnaires.",
        )
    name = voice.questionnaire.population.name
    whom = voice.say(f"（{voice.words(name)}）" if name else "", f" ({voice.words(name)})" if name else "")
    share = voice.share(Fraction(found.valid, found.population))
    return voice.say(
        f"调查总体为{found.population}人{whom}，有效问卷{found.valid}份，相当于总体的{share}。",
        f"The population is {found.population} people{whom}; {found.valid} valid questionnaires are {share} of it.",
    )


def interval_sentence(voice: Voice) -> str:
    """Return what the intervals say and under which assumption."""
    estimates = [*voice.report.measures.values(), *voice.report.weighted.values()]
    methods = {found.method for found in estimates if found.interval is not None}
    if not methods:
        return voice.say("各项结果没有置信区间。", "No result has a confidence interval.")
    if methods == {"census"}:
        return voice.say(
            "调查对象全部作答，属全数调查，没有抽样误差，置信区间即结果本身。",
            "Everybody answered: a census without sampling error; the interval is the figure itself.",
        )
    level = present.percent(next(iter(estimates)).level, 0)
    corrected = any("fpc" in method or method == "hypergeometric" for method in methods)
    return voice.say(
        f"置信水平为{level}{'，按有限总体修正' if corrected else ''}。区间只反映抽样误差，"
        "并以有效问卷可视为总体的随机样本为前提；"
        "未作答者与作答者意见不同、作答不真实等误差不在其内。",
        f"The level is {level}{', corrected for the finite population' if corrected else ''}. An interval covers "
        "sampling error only, "
        "and takes the valid questionnaires for a random sample of the population; it does not cover those who did not answer "
        "and think otherwise, nor untrue answers.",
    )


def bounds_sentences(voice: Voice) -> list[str]:
    """Return how far the main measure could move, whatever those without answers would say, where that is known."""
    main = main_measure(voice.questionnaire)
    found = [
        e
        for e in (voice.report.measures.get(main or ""), voice.report.weighted.get(main or ""))
        if e is not None
    ]
    return [_bounds(voice, main or "", estimate) for estimate in found if estimate.bounds is not None]


def _bounds(voice: Voice, measure: str, found: Estimate) -> str:
    title, kind = voice.title(measure), ""
    if found is voice.report.weighted.get(measure):
        kind = voice.say("（加权）", " (weighted)")
    return voice.say(
        f"不作任何假定，没有作答的人无论怎样回答，{title}{kind}都在{voice.range(found.bounds)}之间。",
        f"With no assumption at all, whatever those without answers would say, {_low(title)}{kind} lies within "
        f"{voice.range(found.bounds)}.",
    )


def limits_sentence(voice: Voice) -> str:
    """Return the sentence on what the results cannot carry; none for a census."""
    found = voice.report.fieldwork
    if found.population is not None and found.valid == found.population:
        return ""
    return voice.say(
        "受样本数量和调查方式所限，由样本得出的结论作为总体结论具有一定的局限性。",
        "Given the size of the sample and the way it was reached, conclusions from it hold for the whole "
        "population only within limits.",
    )


def weighting_sentences(voice: Voice) -> list[str]:
    """Return how the answers were weighted and whom the weighted figures speak for."""
    found = voice.report.weighting
    if found is None:
        return []
    name = voice.named("WEIGHTINGS", found.method)
    used = voice.say(
        "指标按加权结果评分" if found.used else "指标按不加权结果评分，加权结果供对照",
        "the indicators are scored by the weighted figures"
        if found.used
        else "the indicators are scored by the plain figures; the weighted ones stand beside them",
    )
    sentences = [voice.say(f"加权方法：{name}；{used}。", f"Weighting: {name}; {used}.")]
    if found.covered is not None and found.people is not None:
        missing = voice.listed([voice.stratum(code) for code in found.empty])
        more = (
            voice.say(f"，没有有效问卷的是：{missing}", f"; without valid questionnaires: {missing}")
            if missing
            else ""
        )
        sentences.append(
            voice.say(
                f"加权结果覆盖{found.people}人中的{found.covered}人{more}。",
                f"The weighted figures speak for {found.covered} of {found.people} people{more}.",
            )
        )
    if found.smallest_weight is not None and found.kish_n_effective is not None:
        low, high = (present.number(w, 2) for w in (found.smallest_weight, found.largest_weight))
        kish = present.number(found.kish_n_effective, 1)
        sentences.append(
            voice.say(
                f"每份问卷代表{low}至{high}人；因权数不等，{found.n}份问卷约相当于{kish}份等权问卷。",
                f"Each questionnaire stands for {low} to {high} people; unequal weights make {found.n} worth "
                f"{kish} of equal weight.",
            )
        )
    return sentences


# --- rates of fieldwork ----------------------------------------------------------------------------------------------------


def rate_sentences(voice: Voice) -> list[str]:
    """Return every rate with its base: 回收率＝收回÷发放＝56÷60＝93.33%."""
    found = voice.report.fieldwork
    rates = (
        (("回收率＝收回÷发放", "Return rate = returned ÷ handed out"), found.returned, found.distributed, found.return_rate),
        (("有效率＝有效÷收回", "Validity rate = valid ÷ returned"), found.valid, found.returned, found.validity_rate),
        (
            ("有效回收率＝有效÷发放", "Valid return rate = valid ÷ handed out"),
            found.valid, found.distributed, found.valid_return_rate,
        ),
    )  # fmt: skip
    known = [(words, top, base, rate) for words, top, base, rate in rates if rate is not None]
    lines = [
        voice.say(
            f"{zh}＝{top}÷{base}＝{voice.share(rate)}。", f"{en} = {top} ÷ {base} = {voice.share(rate)}."
        )
        for (zh, en), top, base, rate in known
    ]
    return [*lines, *aapor_sentences(voice)]


def aapor_sentences(voice: Voice) -> list[str]:
    """Return AAPOR's response rates, or why there are none."""
    found = voice.report.fieldwork
    if found.no_rates is not None:
        return [present.words(found.no_rates, voice.report, voice.language)]
    if found.dispositions is None:
        return []
    cases = [
        f"{voice.named('DISPOSITIONS', code)}（{code}）{count}"
        if voice.language == "zh"
        else f"{voice.named('DISPOSITIONS', code)} ({code}) {count}"
        for code, count in found.dispositions.items()
        if count
    ]
    rates = [f"{name} {voice.share(found.response_rates.get(name))}" for name in ("RR1", "RR2")]
    return [
        voice.say(
            f"按AAPOR《标准定义》，发放的个案按最终结果分为：{voice.listed(cases)}；应答率{voice.listed(rates)}。"
            "应答率须注明编号，与回收率不是同一个数。",
            f"By AAPOR's Standard Definitions the cases ended as: {voice.listed(cases)}; response rates {voice.listed(rates)}. "
            "A response rate is quoted with its number and is not the return rate.",
        )
    ]


def invalid_sentence(voice: Voice) -> str:
    """Return for which reasons questionnaires do not count."""
    found = voice.report.fieldwork.invalid_reasons
    if not found:
        return voice.say("没有判为无效的问卷。", "No questionnaire was found invalid.")
    parts = [
        voice.say(f"{voice.named('REASONS', reason)}{count}份", f"{voice.named('REASONS', reason)} {count}")
        for reason, count in found.items()
    ]
    total = sum(found.values())
    return voice.say(
        f"判为无效的问卷{total}份，原因为：{voice.listed(parts)}。",
        f"{total} questionnaires are invalid: {voice.listed(parts)}.",
    )


def channel_sentence(voice: Voice) -> str:
    """Return how many came back and count by the way they were answered."""
    found = voice.report.fieldwork.channels
    parts: Sequence[str] = [
        voice.say(
            f"{voice.named('CHANNELS', name)}收回{counts['returned']}份、有效{counts['valid']}份",
            f"{voice.named('CHANNELS', name)} {counts['returned']} returned, {counts['valid']} valid",
        )
        for name, counts in found.items()
    ]
    if not parts:
        return ""
    listed = voice.say("；", "; ").join(parts)
    return voice.say(f"按作答方式：{listed}。", f"By way of answering: {listed}.")
