"""What was fixed beforehand, in sentences: values, formulas, validity rules, scoring rules, conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from questionnaires.model import (
    Action,
    Attention,
    Between,
    Branch,
    Contradictory,
    Deduction,
    Duplicate,
    IdenticalAnswers,
    Incomplete,
    Indicator,
    Measure,
    Option,
    Part,
    StraightLined,
    TooFast,
    ValidityRule,
)
from surveyapp.deliver.arithmetic import conditions
from surveyapp.deliver.prose import Voice
from surveyapp.present import plain

Node = Indicator | Part

_WORDS = {"satisfaction": ("满意度", "satisfaction"), "awareness": ("知晓度", "awareness")}

# --- values and formulas ---------------------------------------------------------------------------------------------


def value_rules(voice: Voice) -> list[str]:
    """Return what each option is worth, a paragraph for each set of options that measures use."""
    scored = [item for m in voice.questionnaire.measures.values() if not m.is_rate for item in m.items]
    sets: list[tuple[Sequence[Option], list[str]]] = []
    for item in dict.fromkeys(scored):
        options = voice.questionnaire.options(item)
        items = next((items for same, items in sets if same == options), None)
        if items is None:
            sets.append((options, [item]))
        else:
            items.append(item)
    return [_values(voice, options, items) for options, items in sets]


def _values(voice: Voice, options: Sequence[Option], items: Sequence[str]) -> str:
    if voice.questionnaire.items[items[0]].kind == "rating":
        worth = voice.say(
            "评分为r分的，赋值为分值的10×r%，即0分为0%，10分为100%。",
            "a rating r counts as 10 × r%, so 0 is 0% and 10 is 100%.",
        )
    else:
        worth = voice.say("；", "; ").join(_worth(voice, o, items[0]) for o in options) + voice.say("。", ".")
    return voice.say(f"{_which(voice, items)}：{worth}", f"{_which(voice, items)}: {worth}")


def _worth(voice: Voice, option: Option, item: str) -> str:
    label = voice.label(option, item)
    if option.missing or option.value is None:
        return voice.say(f"{option.code}.{label}：不计入", f"{option.code}. {label}: leaves the base")
    return voice.say(
        f"{option.code}.{label}：赋值为分值的{plain(option.value)}%",
        f"{option.code}. {label}: {plain(option.value)}%",
    )


def _which(voice: Voice, items: Sequence[str]) -> str:
    if len(items) > 1:
        first = voice.about(items[0])
        return voice.say(f"“{first}”等{len(items)}题", f"“{first}” and {len(items) - 1} more")
    return f"“{voice.about(items[0])}”"


def formulas(voice: Voice) -> list[str]:
    """Return how every measure is computed, each formula once."""
    lines = (line for name, m in voice.questionnaire.measures.items() for line in _formula(voice, name, m))
    return list(dict.fromkeys(lines))


def _formula(voice: Voice, name: str, measure: Measure) -> Iterator[str]:
    yield _item_formula(voice, measure)
    if len(measure.items) > 1:
        yield _composite_formula(voice, name, measure)
    if measure.missing == "listwise":
        yield voice.say(
            f"{voice.title(name)}：有漏答的问卷整份不计入。",
            f"{voice.title(name)}: whoever left an item blank is left out.",
        )
    if measure.group:
        whom = condition_words(voice, measure.group)
        yield voice.say(
            f"{voice.title(name)}只计算{whom}的{voice.people}。",
            f"{voice.title(name)} is about those with {whom} only.",
        )


def base_words(voice: Voice, items: Sequence[str]) -> str:
    """Return the name of the items' base: all valid questionnaires where nobody left any of them out, else who answered."""
    valid = voice.report.fieldwork.valid
    if valid and all(voice.report.items[item].n == valid for item in items):
        return voice.say("有效问卷人数", "valid questionnaires")
    return voice.say("该题有效作答人数", "people who answered the item")


def _item_formula(voice: Voice, measure: Measure) -> str:
    zh, en = _WORDS[measure.kind.partition("_")[0]]
    base = base_words(voice, measure.items)
    if measure.is_rate:
        labels = _labels(voice, measure.items[0], measure.codes or ())
        rate = zh.replace("度", "率") if zh == "满意度" else "知晓率"
        return voice.say(
            f"单项{rate}＝选择{labels}的人数÷{base}×100%",
            f"{en.capitalize()} rate of an item = people who chose {labels} ÷ {base}",
        )
    return voice.say(
        f"单项{zh}得分＝（∑选项分值×选择人数）÷{base}×100%",
        f"{en.capitalize()} score of an item = ∑ (value of the option × people who chose it) ÷ {base}",
    )


def _composite_formula(voice: Voice, name: str, measure: Measure) -> str:
    title, one = voice.title(name), _WORDS[measure.kind.partition("_")[0]][0]
    if measure.is_rate:
        one = "满意率" if one == "满意度" else "知晓率"
    single = f"单项{one}" if measure.is_rate else f"单项{one}得分"
    if measure.combine == "pooled":
        return voice.say(
            f"{title}＝∑各题全部答案的分值÷答案总数",
            f"{title} = sum of the values of all answers ÷ number of answers",
        )
    if measure.combine == "persons":
        return voice.say(
            f"{title}＝∑每人各题平均值÷人数", f"{title} = mean over people of each person's mean"
        )
    if measure.weights:
        shown = voice.listed([f"“{voice.about(i)}”{plain(measure.weight(i))}" for i in measure.items])
        return voice.say(
            f"{title}＝∑（{single}×权重）÷∑权重，其中权重为：{shown}",
            f"{title} = ∑ (item × weight) ÷ ∑ weight; weights: {shown}",
        )
    return voice.say(
        f"{title}＝∑{single}÷单项项目数（{len(measure.items)}项）",
        f"{title} = sum of the items' figures ÷ {len(measure.items)} items",
    )


def _labels(voice: Voice, item: str, codes: Sequence[str]) -> str:
    options = [voice.questionnaire.option(item, code) for code in codes]
    return voice.say("", ", ").join(f"“{voice.label(option, item)}”" for option in options if option)


# --- conditions --------------------------------------------------------------------------------------------------------


def numbers(voice: Voice) -> Mapping[str, int]:
    """Return each item's number as it stands on the questionnaire."""
    return {item: number for number, item in enumerate(voice.questionnaire.items, start=1)}


def condition_words(voice: Voice, found: Mapping[str, tuple[str, ...] | Between]) -> str:
    """Return conditions in words: 第2题选“是”."""
    return voice.say("且", " and ").join(_condition(voice, item, one) for item, one in found.items())


def _condition(voice: Voice, item: str, one: tuple[str, ...] | Between) -> str:
    at = numbers(voice)[item]
    if not isinstance(one, Between):
        labels = voice.say("或", " or ").join(_labels(voice, item, [code]) for code in one)
        return voice.say(f"第{at}题选{labels}", f"{labels} at question {at}")
    limits = conditions_of(one)
    return voice.say(f"第{at}题的回答 {limits}", f"an answer {limits} at question {at}")


def conditions_of(limits: Between) -> str:
    """Return limits on a number in signs: "≥ 18 < 60"."""
    signs = (("≥", limits.at_least), (">", limits.above), ("≤", limits.at_most), ("<", limits.below))
    return " ".join(f"{sign} {plain(value)}" for sign, value in signs if value is not None)


# --- validity ----------------------------------------------------------------------------------------------------------


def validity_words(voice: Voice, rule: ValidityRule) -> str:
    """Return what a validity rule looks for, and whether it excludes or only flags."""
    effect = (
        voice.say("判为无效", "excluded")
        if rule.effect == "exclude"
        else voice.say("只作标记，不剔除", "flagged only")
    )
    return voice.say(f"{_looks_for(voice, rule)}的，{effect}", f"{_looks_for(voice, rule)}: {effect}")


def _looks_for(voice: Voice, rule: ValidityRule) -> str:
    if isinstance(rule, TooFast):
        n = plain(rule.seconds_per_item)
        return voice.say(f"平均每题用时少于{n}秒", f"Fewer than {n} seconds per item asked")
    if isinstance(rule, Attention):
        labels, at = _labels(voice, rule.item, rule.codes), numbers(voice)[rule.item]
        return voice.say(
            f"第{at}题（甄别题）未选{labels}", f"Did not choose {labels} at question {at} (attention check)"
        )
    if isinstance(rule, StraightLined):
        return voice.say(
            f"{_at(voice, rule.items)}全选同一项", f"The same answer to all of {_at(voice, rule.items)}"
        )
    if isinstance(rule, Contradictory):
        first, second = (condition_words(voice, dict(c)) for c in (rule.first, rule.second))
        return voice.say(
            f"{first}，同时{second}，前后矛盾", f"Both {first} and {second}, which cannot both be true"
        )
    if isinstance(rule, IdenticalAnswers):
        return voice.say(
            f"{_at(voice, rule.items)}的答案逐题相同、达到{rule.least}份",
            f"At least {rule.least} alike in all of {_at(voice, rule.items)}",
        )
    if isinstance(rule, Duplicate):
        return voice.say("编号与前面某份相同", "The same number as an earlier one")
    return _incomplete(voice, rule)


def _incomplete(voice: Voice, rule: Incomplete) -> str:
    which = (
        _at(voice, rule.items) if rule.items else voice.say("本人应答的必答题", "the required items asked")
    )
    if rule.below == 100:
        return voice.say(f"{which}有漏答", f"Any of {which} left unanswered")
    return voice.say(
        f"{which}中作答不足{plain(rule.below)}%", f"Fewer than {plain(rule.below)}% of {which} answered"
    )


def _at(voice: Voice, items: Sequence[str]) -> str:
    at = numbers(voice)
    shown = voice.listed([str(at[item]) for item in items])
    return voice.say(f"第{shown}题", f"questions {shown}")


# --- scoring -------------------------------------------------------------------------------------------------------------


def rule_words(voice: Voice, node: Node) -> str:
    """Return a scoring rule: as it was printed, else its branches in words."""
    wording = getattr(node, "wording", None)
    if wording is not None:
        return voice.words(wording).rstrip("。.")
    if node.judged:
        return voice.say("由评价组判定得分", "the points are set by judgement")
    if node.grades is not None:
        return voice.listed([f"{grade} {plain(share)}%" for grade, share in node.grades.items()])
    return branches_words(voice, node)


def branches_words(voice: Voice, node: Node) -> str:
    """Return a rule's branches, x being the value: 50% ≤ x < 90%：x×10；…"""
    return voice.say("；", "; ").join(_branch(voice, branch, node) for branch in node.branches or ())


def _branch(voice: Voice, branch: Branch, node: Node) -> str:
    limits, gives = conditions(branch), action_words(voice, branch.then, plain(node.points))
    return voice.say(f"{limits}：{gives}", f"{limits}: {gives}") if limits else gives


def action_words(voice: Voice, action: Action, points: str) -> str:
    """Return what a branch gives."""
    if action.share is not None:
        full = {100: voice.say(f"得{points}分", f"{points} points"), 0: voice.say("不得分", "none")}
        share = plain(action.share)
        return full.get(int(action.share) if action.share.denominator == 1 else -1) or voice.say(
            f"得{points}分的{share}%", f"{share}% of {points} points"
        )
    if action.points is not None:
        return voice.say(f"得{plain(action.points)}分", f"{plain(action.points)} points")
    if action.proportional_to is not None:
        base = "" if action.proportional_to == 100 else f"÷{plain(action.proportional_to)}%"
        return voice.say(f"得分＝x{base}×{points}", f"x{base} × {points}")
    if action.deduct is not None:
        return _deduction(voice, action.deduct)
    line = action.interpolate
    assert line is not None
    ends = [plain(value) for value in (line.start, line.end, line.start_share, line.end_share)]
    return voice.say(
        f"在{ends[0]}%与{ends[1]}%之间按直线由分值的{ends[2]}%到{ends[3]}%计",
        f"on a straight line from {ends[2]}% of the points at {ends[0]}% to {ends[3]}% at {ends[1]}%",
    )


_PART = {
    "continuous": ("不满一步按比例扣", "part of a step counts in part"),
    "complete": ("不满一步不扣", "part of a step counts none"),
    "started": ("不满一步按一步扣", "part of a step counts whole"),
}


def _deduction(voice: Voice, deduct: Deduction) -> str:
    below = deduct.direction == "below"
    start, per, part = plain(deduct.start), plain(deduct.per), _PART[deduct.step]
    each_zh = (
        f"{plain(deduct.points)}分"
        if deduct.points is not None
        else f"分值的{plain(deduct.share or Fraction(0))}%"
    )
    each_en = (
        f"{plain(deduct.points)} points"
        if deduct.points is not None
        else f"{plain(deduct.share or Fraction(0))}% of the points"
    )
    return voice.say(
        f"{'低于' if below else '高于'}{start}%的部分，每{per}个百分点扣{each_zh}（{part[0]}）",
        f"off for every {per} points {'below' if below else 'above'} {start}%: {each_en} ({part[1]})",
    )
