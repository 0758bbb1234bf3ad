"""The services whose exports are known: how each is told by its column names, and what its own columns are.

The names are those in public code that reads such files. 问卷星 begins with 序号, 提交答卷时间, 所用时间, 来源, 来源详情, 来自IP
(older: 来源渠道); 腾讯问卷 with 编号, 开始答题时间, 结束答题时间, 答题时长 and ends, by what was ticked, with 地理位置…,
清洗数据结果, UA, Referrer and a nameless column; Kobo ends with _id, _uuid, _submission_time and more; LimeSurvey begins
with id, submitdate, lastpage, startlanguage, or with the same in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from questionnaires.problems import Words
from surveyapp.importing.plain import squeezed

SECONDS, ID, STARTED, SUBMITTED, LEFT_OUT = "_seconds", "_id", "_started", "_submitted", "-"
CHANNEL, STRATUM, CODE, VERSION, INVALID, FLAGS, COUNT = (
    "_channel", "_stratum", "_code", "_version", "_invalid", "_flags", "_count",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Source:
    """One service: what tells its files, and what its own columns are imported as."""

    id: str
    name: Words
    marks: frozenset[str] = frozenset()
    """Column names of which one alone tells the service."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Its own columns: squeezed name → what it is imported as; `-` is left out."""
    skipped: frozenset[str] = frozenset({"(跳过)", "-1"})
    """Cells, squeezed, that say: not asked."""
    empty: frozenset[str] = frozenset({"(空)"})
    """Cells, squeezed, that say: asked and left blank."""
    letters: str = r""
    """What its option codes in numbers begin with, as a regular expression."""
    times_in_utc: frozenset[str] = frozenset()


def _names(*names: str) -> frozenset[str]:
    return frozenset(map(squeezed, names))


def _columns(**found: Sequence[str]) -> dict[str, str]:
    targets = {"out": LEFT_OUT} | {target.strip("_"): target for target in (SECONDS, ID, STARTED, SUBMITTED)}
    return {squeezed(name): targets[target] for target, names in found.items() for name in names}


WJX = Source(
    id="wjx", name=Words("问卷星", "问卷星 (wjx)"),
    marks=_names("提交答卷时间", "来自IP"),
    columns=_columns(
        id=["序号"], submitted=["提交答卷时间"], seconds=["所用时间", "所用时间(秒)"],
        out=["来源", "来源详情", "来源渠道", "来自IP", "总分", "答题得分", "答卷评语", "自定义字段", "昵称", "姓名"],
    ),
    skipped=frozenset({"(跳过)", "-3"}), empty=frozenset({"(空)", "-2"}),
)  # fmt: skip
TENCENT = Source(
    id="tencent", name=Words("腾讯问卷", "腾讯问卷 (Tencent)"),
    marks=_names("开始答题时间", "结束答题时间"),
    columns=_columns(
        id=["编号"], started=["开始答题时间"], submitted=["结束答题时间"], seconds=["答题时长", "答题时长(秒)"],
        out=[
            "语言", "清洗数据结果", "智能清洗数据无效概率", "地理位置国家和地区", "地理位置国家地区", "地理位置省",
            "地理位置市", "用户类型", "用户标识", "昵称", "自定义字段", "IP", "UA", "Referrer", "总分",
        ],
    ),
)  # fmt: skip
KOBO = Source(
    id="kobo", name=Words("KoboToolbox", "KoboToolbox"),
    marks=_names("_uuid", "_submission_time", "_validation_status"),
    columns=_columns(
        id=["_uuid"], started=["start"], submitted=["end"],
        out=[
            "_id", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags",
            "_index", "_version_", "today", "deviceid", "username", "phonenumber", "subscriberid", "simserial", "audit",
            "background-audio", "meta/instanceID", "meta/rootUuid", "meta/instanceName", "formhub/uuid", "_xform_id_string",
            "_parent_index", "_geolocation", "_attachments", "_bamboo_dataset_id",
        ],
    ),
)  # fmt: skip
LIMESURVEY = Source(
    id="limesurvey", name=Words("LimeSurvey", "LimeSurvey"),
    marks=_names("lastpage", "startlanguage", "Last page", "Start language", "最后一页", "起始语言", "开始语言"),
    columns=_columns(
        id=["id", "Response ID", "答复 ID", "答卷 ID", "响应 ID", "回复 ID"],
        started=["startdate", "Date started", "开始日期"],
        submitted=["submitdate", "Date submitted", "Completed", "提交日期", "完成日期"],
        seconds=["interviewtime", "Total time", "总时间"],
        out=[
            "lastpage", "Last page", "Last page seen", "最后一页", "startlanguage", "Start language", "起始语言", "开始语言",
            "seed", "Seed", "种子", "datestamp", "Date last action", "ipaddr", "IP address", "refurl", "Referrer URL", "token",
            "Access code", "Token", "随机种子",
        ],
    ),
    skipped=frozenset({"(跳过)", "n/a", "-1"}), letters=r"(?:ao?|sq|q)0*",
)  # fmt: skip
PLAIN = Source(id="plain", name=Words("普通表格", "a plain sheet"))
SOURCES = {source.id: source for source in (WJX, TENCENT, KOBO, LIMESURVEY, PLAIN)}

_NEVER = re.compile(
    r"(?:来自)?ip(?:地址|addr(?:ess)?)?|ipaddr|ua|user-?agent|refe?rr?er(?:url)?|refurl|.*昵称|(?:您的)?(?:姓名|名字|真实姓名)|"
    r"(?:您的)?(?:手机|电话|联系电话|手机号|联系方式)(?:号码?)?|身份证(?:号码?)?|(?:电子)?邮箱|e-?mail(?:address)?|openid|unionid|"
    r"微信号?|qq号?|用户标识|用户id|地理位置.*|经纬度|经度|纬度|_?(?:geolocation|latitude|longitude|altitude)|token|"
    r"deviceid|phonenumber|username|(?:full|first|last)?-?name|phone|银行卡号?|_submitted_by"
)
_LEFT_OUT = re.compile(
    r"手机号|身份证|邮箱|openid|详细地址|家庭住址|银行卡|学号|工号|单位名称|^省份?$|^城市$|^国家"
)


def is_never_imported(name: str) -> bool:
    """Say whether a column is one that no mapping may take in: what tells who somebody is, or from where it was sent."""
    return bool(_NEVER.fullmatch(squeezed(name)))


def is_personal(name: str) -> bool:
    """Say whether a column's name sounds like what tells who somebody is; such columns are not proposed."""
    return is_never_imported(name) or bool(_LEFT_OUT.search(squeezed(name)))


def detect(header: Sequence[str]) -> Source:
    """Return the service whose own column names a header holds most of; a plain sheet if none is sure."""
    names = {squeezed(name) for name in header}
    known = [source for source in SOURCES.values() if source.marks & names]
    return max(known, key=lambda source: len(names & source.columns.keys()), default=PLAIN)
