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
    "assisted_relative": "亲属代填或协助",
    "assisted_staff": "工作人员代填或协助",
    "honeypot": "填了看不见的栏",
    "late": "逾期",
    "not_seen": "未见原卷",
    "duplicate": "重复",
    "contradictory": "前后矛盾",
    "identical_answers": "雷同答卷",
    "refused": "拒访",
    "ineligible": "不属于调查对象",
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
    "suppressed": "人数太少，不公布",
    "no-joint-answers": "只有逐题汇总数，不能计算区间",
    "no-answers": "没有可用的答案",
}


BASES: Mapping[str, str] = {
    "logit-t": "对数几率尺度上的 t 区间",
    "t": "t 区间",
    "mean": "t 区间，截在 0–100% 之内",
    "korn-graubard": "按有效样本量的精确区间（Korn–Graubard）",
    "beta": "按有效样本量的精确区间（Beta，不设上限）",
    "wilson": "Wilson 区间",
    "clopper-pearson": "二项分布精确区间（Clopper–Pearson）",
    "lonely-stratum": "有一层只有 1 份答卷，误差无法估计",
}
REMARKS: Mapping[str, str] = {
    "fpc": "按有限总体修正",
    "strata": "按各层人数加权",
    "post_stratify": "事后分层加权",
    "rake": "多题迭代加权",
    "carried": "按数据所带权数加权",
    "stratified": "按分层设计",
}
WEIGHTINGS: Mapping[str, str] = {
    "strata": "按总体加权",
    "post_stratify": "按总体加权（事后分层）",
    "rake": "按总体加权（多题迭代）",
    "carried": "按数据所带权数加权",
    "none": "按分层设计（不加权）",
}
DISPOSITIONS: Mapping[str, str] = {
    "I": "完成（有效）",
    "P": "部分完成",
    "R": "拒访或中断",
    "NC": "未联系上或未收回",
    "O": "其他",
    "UH": "资格不明（住户）",
    "UO": "资格不明（其他）",
    "NE": "不合格",
}


def method_words(code: str) -> str:
    """Return the name of an interval's method; one with remarks, such as "logit-t, fpc, strata", is put together."""
    if code in METHODS:
        return METHODS[code]
    base, *remarks = code.split(", ")
    return "，".join([said({**METHODS, **BASES}, base), *(said(REMARKS, remark) for remark in remarks)])


def said(names: Mapping[str, str], code: str) -> str:
    """Return the name of a code; a code without a name stands for itself."""
    return names.get(code, code)
