"""The Chinese names, in what is filed, of codes that the report carries."""

from __future__ import annotations

from collections.abc import Mapping

KINDS = {
    "satisfaction_score": "满意度（得分）：按选项赋值的平均值",
    "satisfaction_rate": "满意率：满意人数的占比",
    "awareness_score": "知晓度（得分）：按选项赋值的平均值",
    "awareness_rate": "知晓率：知晓人数的占比",
}
REASONS = {
    "incomplete": "漏答",
    "too_fast": "答题过快",
    "attention": "未通过甄别题",
    "straight_lined": "直线作答",
    "stratum_differs": "自报分层与发放分层不同",
    "not_seen": "未见原卷",
    "duplicate": "重复",
    "needs-entry": "等待人工录入，尚未定分",
    "no-answers": "没有可用的答案，尚未定分",
    "no-survey": "未开展调查，规则没有规定得分，需另行认定",
    "value-out-of-range": "值超出评分规则的范围，请核对",
    "bad-entry": "录入的值不能用于评分，请改正",
}
CHANNELS = {
    "open_link": "公开链接",
    "link": "专属链接",
    "slip": "专属二维码纸条",
    "sms": "短信",
    "mail": "信函或邮件",
    "paper": "纸质问卷",
    "telephone": "电话访问",
    "onsite": "现场访问",
    "import": "文件导入",
    "unknown": "未注明",
}
METHODS: Mapping[str, str] = {
    "logit-t": "对数几率尺度上的 t 区间",
    "logit-t, fpc": "对数几率尺度上的 t 区间，按有限总体修正",
    "hypergeometric": "超几何分布精确区间",
    "clopper-pearson": "二项分布精确区间（Clopper–Pearson）",
    "all-alike": "答案全部相同，用精确下限推算",
    "single-answer": "某题只有 1 人作答，误差无法估计",
    "census": "全数调查，无抽样误差",
    "no-joint-answers": "只有逐题汇总数，不能计算区间",
    "no-answers": "没有可用的答案",
}


def said(names: Mapping[str, str], code: str) -> str:
    """Return the name of a code; a code without a name stands for itself."""
    return names.get(code, code)
