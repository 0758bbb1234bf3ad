"""What a reader of a report must be told, in Chinese and English; one function for each warning.

Titles come as `Text` and are said in each language; ids are for scripts, so only what has no title is named by its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from analysis.report import Warning
from questionnaires.model import Text

LONGEST_TITLE = 30
"""A question's wording is cut to so many characters where a warning names it."""

MOST_NAMED = 10
"""So many items a warning names; the others are counted."""

_REASONS = {
    "assisted_relative": ("亲属代填或协助", "filled in with a relative's help"),
    "assisted_staff": ("工作人员代填或协助", "filled in with the help of staff"),
    "attention": ("未通过甄别题", "attention check failed"),
    "contradictory": ("前后矛盾", "contradictory answers"),
    "duplicate": ("重复", "duplicate"),
    "honeypot": ("填了看不见的栏", "a hidden field was filled in"),
    "identical_answers": ("雷同答卷", "identical answers"),
    "incomplete": ("漏答", "incomplete"),
    "late": ("逾期", "late"),
    "straight_lined": ("直线作答", "same answer throughout"),
    "stratum_differs": ("自报分层与发放分层不同", "named another stratum than the code's"),
    "too_fast": ("答题过快", "answered too fast"),
}


def reason_words(reason: str) -> tuple[str, str]:
    """Return a reason or flag in Chinese and English; one noted by hand as it was written."""
    return _REASONS.get(reason, (reason, reason))


def _both(text: Text) -> tuple[str, str]:
    return _cut(text.say("zh")), _cut(text.say("en"))


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_TITLE else words[:LONGEST_TITLE] + "…"


def no_valid_answers() -> Warning:
    return Warning(
        code="no-valid-answers",
        zh="没有有效问卷，满意度无法计算；相关指标得分由评价组另行认定。",
        en="There is no valid questionnaire, so nothing can be computed; the scores need a decision.",
    )


def no_joint_answers() -> Warning:
    return Warning(
        code="no-joint-answers",
        zh="只有逐题汇总数，没有逐份答卷：综合得分的标准误和置信区间无法计算，分组的指标值无法得出。",
        en="Only counts per item are given, not joint answers: a composite has no standard error or interval, "
        "and a group no value.",
    )


def no_answers(title: Text) -> Warning:
    zh, en = _both(title)
    return Warning(
        code="no-answers",
        zh=f"“{zh}”没有可用的答案，算不出结果。",
        en=f"“{en}” has no usable answers, so no figure.",
    )


def small_measure(title: Text) -> Warning:
    zh, en = _both(title)
    return Warning(
        code="small-group",
        zh=f"“{zh}”作答不足 5 人，为保护个人不显示结果。",
        en=f"“{en}” rests on fewer than 5 people; to protect them its result is not shown.",
    )


def item_without_answers(measure: Text, item: Text) -> Warning:
    (zh, en), (item_zh, item_en) = _both(measure), _both(item)
    return Warning(
        code="item-without-answers",
        zh=f"题目“{item_zh}”无人作答，计算“{zh}”时未计入。",
        en=f"Nobody answered “{item_en}”; “{en}” was computed without it.",
    )


def empty_stratum(label: Text, people: int) -> Warning:
    zh, en = _both(label)
    return Warning(
        code="empty-stratum",
        zh=f"“{zh}”（{people} 人）没有有效问卷，结果不代表该群体。",
        en=f"“{en}” ({people} people) has no valid questionnaire; the results do not speak for it.",
    )


def unequal_sampling(sampled: Mapping[str, Fraction], labels: Mapping[str, Text]) -> Warning:
    zh = "，".join(f"{_both(labels[code])[0]} {{{code}_share}}" for code in sampled)
    en = ", ".join(f"{_both(labels[code])[1]} {{{code}_share}}" for code in sampled)
    return Warning(
        code="unweighted-strata",
        zh=f"各层抽样比例不同（{zh}），本结果未按总体加权。",
        en=f"The strata were sampled at different rates ({en}); these results are not weighted.",
        facts=tuple((f"{code}_share", rate) for code, rate in sampled.items()),
    )


def weights_unused() -> Warning:
    return Warning(
        code="weights-unused",
        zh="答卷带有权数，但问卷定义没有写 weighting 的 method: carried，权数没有使用。",
        en="The responses carry weights, but the definition does not say method: carried under weighting; "
        "they were not used.",
    )


def no_weights() -> Warning:
    return Warning(
        code="no-weights",
        zh="定义写明权数在数据里（carried），但答卷没有权数；每份按 1 计算。",
        en="The definition says that the data carry weights, but they do not; every response weighs 1.",
    )


def weights_need_rows() -> Warning:
    return Warning(
        code="weights-need-rows",
        zh="只有逐题汇总数，没有逐份答卷：不能加权，加权结果为空。",
        en="Only counts per item are given: they cannot be weighted, so there are no weighted results.",
    )


def left_out_of_weighting(count: int) -> Warning:
    return Warning(
        code="left-out-of-weighting",
        zh=f"{count} 份有效问卷没有写明所在的层或加权题目的类别（或该类别人数为 0），未计入加权结果。",
        en=f"{count} valid questionnaires name no stratum or group that has people; the weighted results leave them out.",
    )


def weighted_coverage(covered: int, people: int, empty: Sequence[Text]) -> Warning:
    zh, en = (
        "、".join(f"“{_both(label)[0]}”" for label in empty),
        ", ".join(f"“{_both(label)[1]}”" for label in empty),
    )
    return Warning(
        code="weighted-coverage",
        zh=f"加权结果覆盖 {people} 人中的 {covered} 人（{{covered_share}}）；没有有效问卷的是：{zh}。",
        en=f"The weighted results cover {covered} of {people} people ({{covered_share}}); "
        f"without valid questionnaires: {en}.",
        facts=(("covered_share", Fraction(covered, people)),),
    )


_LONELY = {
    "fail": ("不给出标准误和区间", "no standard error or interval is given"),
    "remove": ("它的方差不计", "its variance is taken as none"),
    "certainty": ("它的方差不计", "its variance is taken as none"),
    "adjust": ("它的方差按与总平均的差计算", "its variance is taken from the overall mean"),
    "average": ("它的方差取其他层的平均", "its variance is taken as the other strata's average"),
}


def lonely_stratum(label: Text, rule: str) -> Warning:
    (zh, en), (label_zh, label_en) = _LONELY[rule], _both(label)
    return Warning(
        code="lonely-stratum",
        zh=f"“{label_zh}”只有一份有效问卷，看不出层内差异；{zh}（{rule}）。",
        en=f"“{label_en}” has one valid questionnaire, so its variance cannot be seen; {en} ({rule}).",
    )


def margins_not_met(iterations: int, gap: Fraction, trimmed: int) -> Warning:
    zh = f"；{trimmed} 份的权数被截" if trimmed else ""
    en = f"; the weights of {trimmed} were trimmed" if trimmed else ""
    return Warning(
        code="margins-not-met",
        zh=f"加权迭代 {iterations} 轮后，与给定人数最大仍差 {{gap_share}}{zh}。",
        en=f"After {iterations} rounds of fitting, the weights are still {{gap_share}} from a given number of people{en}.",
        facts=(("gap_share", gap),),
    )


def open_link(returned: int) -> Warning:
    return Warning(
        code="open-link-no-rate",
        zh=f"有答卷来自公开链接，没有发放名单，不能计算回收率和应答率。可以报告：收到 {returned} 份、有效率、"
        "各渠道和各类人员的份数；不要称为随机样本，也不要给误差界限。",
        en=f"Some answers came by an open link: there is no list behind it, so no return or response rate. What can be said: "
        f"{returned} came in, the validity rate, numbers by channel and group; not a random sample, no margin of error.",
    )


def distributed_unknown(returned: int) -> Warning:
    return Warning(
        code="distributed-unknown",
        zh=f"未填写发放份数，回收率和应答率无法计算；收到 {returned} 份。",
        en=f"How many questionnaires were distributed is not known, so there is no return or response rate; {returned} came in.",
    )


def more_returned(returned: int, distributed: int) -> Warning:
    return Warning(
        code="returned-exceeds-distributed",
        zh=f"收回 {returned} 份多于发放 {distributed} 份，请核对；回收率未计算。",
        en=f"{returned} returned of {distributed} distributed: check the numbers; no return rate is given.",
    )


def more_valid(valid: int, population: int) -> Warning:
    return Warning(
        code="valid-exceeds-population",
        zh=f"有效问卷 {valid} 份多于总体 {population} 人，请核对总体人数或重复答卷；置信区间按总体人数未知计算。",
        en=f"{valid} valid questionnaires from a population of {population}: check the population, or for duplicates; "
        "the intervals take the population as unknown.",
    )


def more_valid_in_stratum(label: Text, valid: int, people: int) -> Warning:
    zh, en = _both(label)
    return Warning(
        code="valid-exceeds-population",
        zh=f"“{zh}”有效问卷 {valid} 份多于该层 {people} 人，请核对人数、重复答卷或填错的类别。",
        en=f"“{en}”: {valid} valid questionnaires from {people} people: check the number, or for duplicates.",
    )


def small_base(title: Text, n: int) -> Warning:
    zh, en = _both(title)
    return Warning(
        code="small-base",
        zh=f"“{zh}”只有 {n} 人作答（多题时指作答最少的一题），置信区间的实际把握可能低于 95%。",
        en=f"“{en}” rests on {n} answers (to its least answered item); below 30 the interval may not hold its 95%.",
    )


def near_ceiling(title: Text) -> Warning:
    zh, en = _both(title)
    return Warning(
        code="near-ceiling",
        zh=f"“{zh}”高于 95%，少数不满意者可能未被抽到，置信区间可能偏窄。",
        en=f"“{en}” is above 95%: the few dissatisfied may be missing from the sample; the interval may be too narrow.",
    )


Reading = tuple[Fraction, Fraction | None]
"""A measure's value and the points it gives; None where another value is still missing."""


def definition_conflict(title: Text, computed: Reading, defined: Reading) -> Warning:
    zh, en = _both(title)
    facts = {
        "computed_share": computed[0],
        "computed_points": computed[1],
        "defined_share": defined[0],
        "defined_points": defined[1],
    }
    own = "，得 {computed_points} 分" if computed[1] is not None else "，得分待定"
    other = "，得 {defined_points} 分" if defined[1] is not None else "，得分待定"
    own_en = "{computed_points} points" if computed[1] is not None else "points not known yet"
    other_en = "{defined_points}" if defined[1] is not None else "points not known yet"
    return Warning(
        code="definition-conflict",
        zh=f"“{zh}”的指标解释与所用算法不一致：按算法 {{computed_share}}{own}；按指标解释 {{defined_share}}{other}。",
        en=f"“{en}”: the printed definition is not what is computed. Computed {{computed_share}} gives "
        f"{own_en}; as defined, {{defined_share}} gives {other_en}.",
        facts=tuple((name, value) for name, value in facts.items() if value is not None),
    )


def needs_entry(title: Text, part: Text | None) -> Warning:
    zh, en = _both(title)
    of_zh, of_en = (f"的“{_both(part)[0]}”", f", “{_both(part)[1]}”,") if part else ("", "")
    return Warning(
        code="needs-entry",
        zh=f"“{zh}”{of_zh}需要人工录入，尚未录入，得分待定。",
        en=f"“{en}”{of_en} waits for a value entered by hand; no score yet.",
    )


def out_of_range(title: Text) -> Warning:
    zh, en = _both(title)
    return Warning(
        code="value-out-of-range",
        zh=f"“{zh}”的值超出评分规则的范围，请核对；得分待定。",
        en=f"“{en}”: the value lies outside the rule's range, check it; no score yet.",
    )


def bad_entry(title: Text, value: str) -> Warning:
    zh, en = _both(title)
    return Warning(
        code="bad-entry",
        zh=f"“{zh}”录入的“{value}”不能用于评分，请改正；得分待定。",
        en=f"“{en}”: the entered value “{value}” cannot be scored, correct it; no score yet.",
    )


def no_survey(title: Text) -> Warning:
    zh, en = _both(title)
    return Warning(
        code="no-survey",
        zh=f"“{zh}”：已注明未开展调查，规则没有规定得分，需另行认定。",
        en=f"“{en}”: no survey was made and the rule does not say what that gives; the score needs a decision.",
    )


def mixed_versions(count: int, older: int) -> Warning:
    """`count` versions among the answers, `older` answers to another than the present one."""
    zh = f"答卷来自 {count} 个问卷版本，其中" if count > 1 else ""
    en = f"The answers were given to {count} versions of the questionnaire, " if count > 1 else ""
    return Warning(
        code="mixed-versions",
        zh=f"{zh}{older} 份不是按现在的版本作答的，这里按现在的版本计算；已不存在的题目和选项按未答处理。",
        en=f"{en}{older} of them to another than the present one, by which they are read here; "
        "items and options that are gone count as blank."
        if en
        else f"{older} answers were given to another version of the questionnaire than the present one, by which they are "
        "read here; items and options that are gone count as blank.",
    )


Gone = tuple[Text | None, str, Mapping[str, int]]
"""An item's wording, None if the definition has no such item; its id; and how often each code that is gone was chosen."""


def unknown_answers(gone: Sequence[Gone]) -> Warning:
    """Name what the answers hold and the definition does not; without codes the item itself is gone."""
    more = len(gone) - MOST_NAMED
    zh = "；".join(_gone(one, 0) for one in gone[:MOST_NAMED]) + (f"；另有 {more} 题" if more > 0 else "")
    en = "; ".join(_gone(one, 1) for one in gone[:MOST_NAMED]) + (f"; {more} more items" if more > 0 else "")
    return Warning(
        code="unknown-answers",
        zh=f"有效答卷里有现在的问卷没有的题目或选项，未计入：{zh}。若只是改了编号或编码，请改回来或先换算数据。",
        en=f"Valid answers name items or options that this questionnaire does not have; they are not counted: {en}. "
        "If only an id or a code was changed, change it back or recode the data.",
    )


def _gone(one: Gone, language: int) -> str:
    text, item, codes = one
    if text is None:
        return (f"题目 {item}（{codes['']} 份）", f"item {item} ({codes['']} answers)")[language]
    listed = [f"{code} ×{count}" for code, count in codes.items()]
    named = _both(text)[language]
    return (f"“{named}”的 {'、'.join(listed)}", f"“{named}”: {', '.join(listed)}")[language]


def flagged(reason: str, count: int) -> Warning:
    zh, en = reason_words(reason)
    return Warning(
        code="flagged",
        zh=f"{count} 份有效问卷带有标记“{zh}”，未剔除。",
        en=f"{count} valid questionnaires carry the flag “{en}”; they are included.",
    )


def suppressed(item: Text) -> Warning:
    zh, en = _both(item)
    return Warning(
        code="small-group",
        zh=f"按“{zh}”分组时，不足 5 人的组不公布结果。",
        en=f"Groups of fewer than 5 by “{en}” are not shown.",
    )
