"""The words in pictures, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "count": "{n}（{share}）", "chose": "{label} {n} 人（{share}）", "and": "、", "then": "；", "stop": "。", "colon": "：",
        "score": "得分", "rate": "满意率", "overall": "综合", "item": "题目", "option": "选项", "people": "人数", "share": "占比",
        "people_of": "{label} 人数", "share_of": "{label} 占比", "nobody": "没有人作答",
        "off_base": "{label} {n}（不计入）", "blank": "未答 {n}", "not_asked": "未问到 {n}",
        "off_base_row": "{label}（不计入）", "blank_row": "未答", "not_asked_row": "未问到",
        "centred_on": "各条以“{label}”的中点对齐，往右更好，往左更差（斜线）。占比＝人数÷n。",
        "centred": "各条以中线对齐，往右更好，往左更差（斜线）。占比＝人数÷n。",
        "stacked": "左边最差，右边最好。占比＝人数÷n。",
        "base": "n＝{n}。占比＝人数÷n。", "several": "n＝{n}，可多选。占比＝人数÷n，合计可以超过 100%。",
        "part": "{title}（{at}/{of}）", "row": "{label} {figure}（n＝{n}）", "n": "n", "value": "值", "interval": "95% 区间",
        "by": "{measure}：按{by}", "channel": "作答方式", "stratum": "分层", "group": "组别", "everyone": "全部",
        "everyone_plain": "全部（不加权）", "hidden": "人数过少，不显示", "group_nobody": "{label}没有人作答",
        "hidden_note": "不足 5 人的组、以及据此可以推算出它们的组，不显示。",
        "dots": "圆点：值；横线：95% 区间；虚线：全部。横轴不从 0 起。", "dots_from_0": "圆点：值；横线：95% 区间；虚线：全部。",
        "group_said": "{label} {value}（95% 区间 {interval}，n＝{n}）", "group_bare": "{label} {value}（n＝{n}）",
        "group_hidden": "{label}人数过少，不显示",
        "limits": "{title}：评分规则与测得值", "of_part": "{title}（{part}）", "points": "{n} 分",
        "found": "{value} → {points} 分",
        "target": "目标 {value}", "what": "项目", "points_head": "得分", "found_row": "测得值", "interval_row": "95% 区间",
        "target_row": "目标值", "just_below": "略低于 {value}", "just_above": "略高于 {value}", "limit_row": "界限",
        "limits_note": "折线：规则在各个值给的分。实心点属于该段，空心点不属于。竖条：95% 区间{range}。",
        "range": "，得分 {range}", "limits_alt": "{measure}为 {value}，按规则得 {points} 分（满分 {of} 分）",
        "interval_alt": "95% 区间 {interval}，得分 {range} 分", "at_alt": "{value} 处得 {points} 分",
        "jump_alt": "{value} 处由 {below} 分变为 {above} 分",
        "progress": "调查进度", "all": "合计", "planned": "计划", "issued": "发放", "submitted": "收回", "valid": "有效",
        "not_stated": "未注明", "progress_note": "每条的全长为该行各数中最大的一个；点线框：计划。",
        "progress_said": "{label}：计划 {planned}、发放 {issued}、收回 {submitted}、有效 {valid}",
    },
    "en": {
        "count": "{n} ({share})", "chose": "{label} {n} ({share})", "and": ", ", "then": "; ", "stop": ".", "colon": ": ",
        "score": "Score", "rate": "Share", "overall": "Overall", "item": "Item", "option": "Option", "people": "People",
        "share": "Share", "people_of": "{label}, people", "share_of": "{label}, share", "nobody": "nobody answered",
        "off_base": "{label} {n} (not counted)", "blank": "left blank {n}", "not_asked": "not asked {n}",
        "off_base_row": "{label} (not counted)", "blank_row": "Left blank", "not_asked_row": "Not asked",
        "centred_on": "Bars are centred on the middle of \"{label}\": to the right is better, to the left (hatched) worse. "
        "Share = people ÷ n.",
        "centred": "Bars are centred: to the right is better, to the left (hatched) worse. Share = people ÷ n.",
        "stacked": "Worst on the left, best on the right. Share = people ÷ n.",
        "base": "n = {n}. Share = people ÷ n.",
        "several": "n = {n}; several answers possible. Share = people ÷ n, together possibly above 100%.",
        "part": "{title} ({at}/{of})", "row": "{label} {figure} (n = {n})", "n": "n", "value": "Value",
        "interval": "95% interval",
        "by": "{measure} by {by}", "channel": "way of answering", "stratum": "stratum", "group": "Group", "everyone": "All",
        "everyone_plain": "All (unweighted)", "hidden": "too few people to show", "group_nobody": "{label}: nobody answered",
        "hidden_note": "Groups of fewer than 5 people are not shown, nor those from which such a one could be worked out.",
        "dots": "Dot: value; line: 95% interval; dashed: all. The axis does not begin at 0.",
        "dots_from_0": "Dot: value; line: 95% interval; dashed: all.",
        "group_said": "{label} {value} (95% interval {interval}, n = {n})", "group_bare": "{label} {value} (n = {n})",
        "group_hidden": "{label}: too few people to show",
        "limits": "{title}: the rule and the value found", "of_part": "{title} ({part})", "points": "{n} points",
        "found": "{value} → {points} points", "target": "target {value}", "what": "What", "points_head": "Points",
        "found_row": "Value found", "interval_row": "95% interval", "target_row": "Target",
        "just_below": "just below {value}", "just_above": "just above {value}", "limit_row": "Limit",
        "limits_note": "Line: the points the rule gives at each value. A full dot belongs to its piece, a hollow one does not. "
        "Band: 95% interval{range}.",
        "range": ", {range} points", "limits_alt": "{measure} is {value}, which gives {points} of {of} points",
        "interval_alt": "95% interval {interval}, {range} points", "at_alt": "{points} points at {value}",
        "jump_alt": "at {value} the points change from {below} to {above}",
        "progress": "Progress of fieldwork", "all": "Total", "planned": "Planned", "issued": "Issued",
        "submitted": "Returned", "valid": "Valid", "not_stated": "not stated",
        "progress_note": "The full length of a bar is the greatest number in its line; dashed frame: planned.",
        "progress_said": "{label}: planned {planned}, issued {issued}, returned {submitted}, valid {valid}",
    },
}  # fmt: skip

CHANNELS: Mapping[str, str] = {
    "open_link": "public link",
    "link": "personal link",
    "slip": "slip with a QR code",
    "sms": "text message",
    "mail": "letter or e-mail",
    "paper": "paper",
    "telephone": "telephone",
    "onsite": "on site",
    "import": "imported file",
    "unknown": "not stated",
}
"""The ways of answering in English; the Chinese stand in `deliver/chinese.py`."""

MIDDLES = frozenset(
    {"一般", "中立", "中性", "普通", "说不清", "不好说", "无所谓", "neutral", "neither", "average", "so-so", "fair",
     "neither satisfied nor dissatisfied"}
)  # fmt: skip
"""What the middle of a scale is called, where its place among the options does not tell."""


def say(language: str, key: str, **facts: object) -> str:
    """Return words with their facts put in."""
    return WORDS["en" if language == "en" else "zh"][key].format(**facts)
