"""What a reader of a report must be told, in Chinese and English; one function for each warning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from analysis.report import Warning


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


def no_answers(measure: str, title: str) -> Warning:
    return Warning(
        code="no-answers",
        zh=f"“{title}”（{measure}）没有可用的答案，结果为空。",
        en=f"'{measure}' has no usable answers; its result is null.",
    )


def item_without_answers(measure: str, item: str) -> Warning:
    return Warning(
        code="item-without-answers",
        zh=f"题目 {item} 无人作答，计算 {measure} 时未计入。",
        en=f"Nobody answered item {item}; {measure} was computed without it.",
    )


def empty_stratum(code: str, label: str, people: int) -> Warning:
    return Warning(
        code="empty-stratum",
        zh=f"“{label}”（{people} 人）没有有效问卷，结果不代表该群体。",
        en=f"Stratum {code} ({people} people) has no valid questionnaire; the results do not speak for it.",
    )


def unequal_sampling(sampled: Mapping[str, Fraction], labels: Mapping[str, str]) -> Warning:
    return Warning(
        code="unweighted-strata",
        zh=f"各层抽样比例不同（{'，'.join(f'{labels[c]} {{{c}_share}}' for c in sampled)}），本结果未按总体加权。",
        en=f"The strata were sampled at different rates ({', '.join(f'{c} {{{c}_share}}' for c in sampled)}); "
        "these results are not weighted.",
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
        en="Only counts per item are given: they cannot be weighted, so weighted results are null.",
    )


def left_out_of_weighting(count: int) -> Warning:
    return Warning(
        code="left-out-of-weighting",
        zh=f"{count} 份有效问卷没有写明所在的层或加权题目的类别（或该类别人数为 0），未计入加权结果。",
        en=f"{count} valid questionnaires name no stratum or group that has people; the weighted results leave them out.",
    )


def weighted_coverage(covered: int, people: int, empty: Sequence[str]) -> Warning:
    return Warning(
        code="weighted-coverage",
        zh=f"加权结果覆盖 {people} 人中的 {covered} 人（{{covered_share}}）；没有有效问卷的是：{'、'.join(empty)}。",
        en=f"The weighted results cover {covered} of {people} people ({{covered_share}}); "
        f"without valid questionnaires: {', '.join(empty)}.",
        facts=(("covered_share", Fraction(covered, people)),),
    )


_LONELY = {
    "fail": ("不给出标准误和区间", "no standard error or interval is given"),
    "remove": ("它的方差不计", "its variance is taken as none"),
    "certainty": ("它的方差不计", "its variance is taken as none"),
    "adjust": ("它的方差按与总平均的差计算", "its variance is taken from the overall mean"),
    "average": ("它的方差取其他层的平均", "its variance is taken as the other strata's average"),
}


def lonely_stratum(code: str, label: str, rule: str) -> Warning:
    zh, en = _LONELY[rule]
    return Warning(
        code="lonely-stratum",
        zh=f"“{label}”只有一份有效问卷，看不出层内差异；{zh}（{rule}）。",
        en=f"Stratum {code} has one valid questionnaire, so its variance cannot be seen; {en} ({rule}).",
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


def open_link() -> Warning:
    return Warning(
        code="open-link-no-rate",
        zh="含公开链接的答卷：没有发放名单，不能计算回收率。",
        en="Some answers came by an open link: there is no list behind it, so no return rate.",
    )


def distributed_unknown() -> Warning:
    return Warning(
        code="distributed-unknown",
        zh="未填写发放份数，回收率无法计算。",
        en="How many questionnaires were distributed is not known, so there is no return rate.",
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


def more_valid_in_stratum(code: str, label: str, valid: int, people: int) -> Warning:
    return Warning(
        code="valid-exceeds-population",
        zh=f"“{label}”有效问卷 {valid} 份多于该层 {people} 人，请核对人数、重复答卷或填错的类别。",
        en=f"Stratum {code}: {valid} valid questionnaires from {people} people: check the number, or for duplicates.",
    )


def small_base(measure: str, title: str, n: int) -> Warning:
    return Warning(
        code="small-base",
        zh=f"“{title}”只有 {n} 人作答（多题时指作答最少的一题），置信区间的实际把握可能低于 95%。",
        en=f"'{measure}' rests on {n} answers (to its least answered item); below 30 the interval may not hold its 95%.",
    )


def near_ceiling(measure: str, title: str) -> Warning:
    return Warning(
        code="near-ceiling",
        zh=f"“{title}”高于 95%，少数不满意者可能未被抽到，置信区间可能偏窄。",
        en=f"'{measure}' is above 95%: the few dissatisfied may be missing from the sample; the interval may be too narrow.",
    )


Reading = tuple[Fraction, Fraction | None]
"""A measure's value and the points it gives; None where another value is still missing."""


def definition_conflict(indicator: str, title: str, computed: Reading, defined: Reading) -> Warning:
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
        zh=f"“{title}”的指标解释与所用算法不一致：按算法 {{computed_share}}{own}；按指标解释 {{defined_share}}{other}。",
        en=f"Indicator {indicator}: the printed definition is not what is computed. Computed {{computed_share}} gives "
        f"{own_en}; as defined, {{defined_share}} gives {other_en}.",
        facts=tuple((name, value) for name, value in facts.items() if value is not None),
    )


def needs_entry(indicator: str, title: str, part: str) -> Warning:
    where = f"“{title}”" + (f"的 {part}" if part else "")
    return Warning(
        code="needs-entry",
        zh=f"{where}需要人工录入，尚未录入，得分为空。",
        en=f"Indicator {indicator}{f' ({part})' if part else ''} waits for a value entered by hand; its score is null.",
    )


def out_of_range(indicator: str, title: str) -> Warning:
    return Warning(
        code="value-out-of-range",
        zh=f"“{title}”的值超出评分规则的范围，请核对；得分为空。",
        en=f"Indicator {indicator}: the value lies outside the rule's range; its score is null.",
    )


def bad_entry(indicator: str, title: str, value: str) -> Warning:
    return Warning(
        code="bad-entry",
        zh=f"“{title}”录入的“{value}”不能用于评分，请改正；得分为空。",
        en=f"Indicator {indicator}: the entered value '{value}' cannot be scored; its score is null.",
    )


def no_survey(indicator: str, title: str) -> Warning:
    return Warning(
        code="no-survey",
        zh=f"“{title}”：已注明未开展调查，规则没有规定得分，需另行认定。",
        en=f"Indicator {indicator}: no survey was made and the rule does not say what that gives.",
    )


def mixed_versions(count: int) -> Warning:
    return Warning(
        code="mixed-versions",
        zh=f"答卷来自 {count} 个问卷版本；已不存在的选项按未答处理。",
        en=f"The answers were given to {count} versions of the questionnaire; options that are gone count as blank.",
    )


def flagged(reason: str, count: int) -> Warning:
    return Warning(
        code="flagged",
        zh=f"{count} 份有效问卷带有标记“{reason}”，未剔除。",
        en=f"{count} valid questionnaires carry the flag '{reason}'; they are included.",
    )


def suppressed(item: str) -> Warning:
    return Warning(
        code="small-group",
        zh=f"按 {item} 分组时，不足 5 人的组不公布结果。",
        en=f"Groups of fewer than 5 by {item} are not shown.",
    )
