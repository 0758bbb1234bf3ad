"""What the API answers, as types: the description is made from them, and tests hold every answer against them.

Each is said in two lines, Chinese and English. Within version 1 keys are only added; unknown is null, never 0.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.ledger import COLUMNS

LINES = "\n"
"""Between the Chinese and the English of a description."""


def said(zh: str, en: str) -> Any:
    """Describe a value in Chinese and English."""
    return Field(description=f"{zh}{LINES}{en}")


Whole = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[float, Field(gt=0, lt=1)]
Interval = tuple[float, float]
Counts = dict[str, Whole]
Shares = dict[str, Share]
Texts = Annotated[dict[str, str], said("按语言", "by language, such as zh and en")]
Status = Annotated[int, Field(ge=400, le=599)]

DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
SLUG = r"^[a-z][a-z0-9_-]{0,59}$"
HASH = r"^[0-9a-f]{64}$"
CURSOR = r"^[A-Za-z0-9_=.-]{1,200}$"

Day = Annotated[str, Field(pattern=DAY)]
Slug = Annotated[str, Field(pattern=SLUG)]
Hash = Annotated[str, Field(pattern=HASH)]
State = Literal["draft", "open", "paused", "closed"]


class Answer(BaseModel):
    """What all answers share."""

    model_config = ConfigDict(frozen=True, extra="ignore")


# --- problems ------------------------------------------------------------------------------------------------------


class Mistake(Answer):
    """请求中一个参数的问题
    What is wrong with one parameter of the request.
    """

    parameter: str = said("参数名", "the parameter's name")
    detail: str = said("说明（中文）", "what is wrong, in Chinese")
    detail_en: str = said("说明（英文）", "what is wrong, in English")


class Problem(Answer):
    """出错说明（RFC 9457）
    Problem details (RFC 9457).
    """

    type: str = said("错误种类的网址，指向本说明页的一节", "the kind of problem: an address within this page")
    title: str = said("状态的英文名", "the status in words")
    status: Status = said("HTTP 状态码", "the HTTP status")
    detail: str = said("怎么回事、怎么办（中文）", "what happened and what to do, in Chinese")
    detail_en: str = said("怎么回事、怎么办（英文）", "what happened and what to do, in English")
    errors: list[Mistake] | None = Field(
        default=None,
        description=f"各个参数的问题，只在 422 时有{LINES}what is wrong with each parameter, with 422 only",
    )


# --- the report ----------------------------------------------------------------------------------------------------


class Warning(Answer):
    """报告读者必须知道的事
    Something a reader of the report must know.
    """

    code: str = said("代号，不随措辞变化", "a code that does not change with the wording")
    message: str = said("中文", "in Chinese")
    message_en: str = said("英文", "in English")


class Estimate(Answer):
    """一个估计值及其精度；份额为 1 的分数
    A figure with its precision; shares are fractions of 1.
    """

    value: float | None = said("估计值；没有答案时为 null", "the estimate; null without answers")
    exact: str | None = said("精确分数，如 4512/5300", "the same as an exact fraction, such as 4512/5300")
    standard_error: float | None = said("标准误", "standard error")
    interval: Interval | None = said("置信区间", "confidence interval")
    level: Level = said("置信水平", "confidence level")
    n: Whole = said("基数：依据多少人", "how many respondents it rests on")
    n_effective: float | None = said("有效样本量", "the simple random sample that would be as precise")
    method: str = said(
        "区间的算法；suppressed 为人数太少不显示", "how the interval was made; suppressed: too few people"
    )
    df: Whole | None = said("自由度", "degrees of freedom")
    design_effect: float | None = said("设计效应（不放回）", "design effect, without replacement")
    design_effect_replace: float | None = said("设计效应（放回）", "design effect, with replacement")
    bounds: Interval | None = said(
        "未答者任意作答时的可能范围", "its range whatever those not heard would answer"
    )


class Item(Answer):
    """一道题的结果
    The result of one item.
    """

    n: Whole = said("基数：有效且计入的回答数", "the base: valid answers that count")
    counts: Counts = said("各选项人数", "how many chose each option")
    shares: Shares = said("计入基数的各选项份额", "the share of each option in the base")
    score: Estimate | None = said("单项满意度（按赋值的均值）", "the mean of the options' values")
    top_share: Estimate | None = said("满意者的人数份额", "the share of satisfied heads")
    blank: Whole = said("未答", "left blank")
    not_asked: Whole = said("未问", "not asked")


def counted(column: str) -> Any:
    """Describe a number of the ledger by the definition of its column."""
    found = next(one for one in COLUMNS if one.id == column)
    return said(f"{found.zh}：{found.means_zh}", f"{found.en}: {found.means_en}")


class LedgerLine(Answer):
    """台账的一行：一个渠道、一个分层；没有的数为 null
    One line of the ledger: a channel and a stratum; null where the channel has no such number.
    """

    channel: str = said("渠道", "the channel")
    stratum: str | None = said("分层", "the stratum")
    planned: Whole | None = counted("planned")
    issued: Whole | None = counted("issued")
    delivered: Whole | None = counted("delivered")
    opened: Whole | None = counted("opened")
    used: Whole | None = counted("used")
    submitted: Whole = counted("submitted")
    late: Whole = counted("late")
    duplicate: Whole = counted("duplicate")
    invalid: Whole = counted("invalid")
    valid: Whole = counted("valid")


class Fieldwork(Answer):
    """发放与回收
    What went out and came back.
    """

    population: Whole | None = said("总体人数", "how many people it speaks about")
    distributed: Whole | None = said(
        "发放份数；不知道时为 null", "how many went out; null where nobody can count them"
    )
    returned: Whole = said("收回份数", "how many came back")
    valid: Whole = said("有效份数", "how many of them are valid")
    return_rate: Share | None = said("回收率＝收回÷发放", "returned ÷ distributed")
    validity_rate: Share | None = said("有效率＝有效÷收回", "valid ÷ returned")
    valid_return_rate: Share | None = said("有效回收率＝有效÷发放", "valid ÷ distributed")
    response_rates: dict[str, Share | None] = said(
        "AAPOR 应答率等（RR1、COOP1…）", "AAPOR's rates, by their names"
    )
    invalid_reasons: Counts = said("各无效原因的份数", "how many are invalid, by reason")
    flags: Counts = said("有效答卷中各种标注的份数", "remarks on valid ones that exclude nothing")
    channels: dict[str, Counts] = said("各渠道的收回与有效", "returned and valid by channel")
    dispositions: Counts | None = said("AAPOR 最终结果分类", "cases by AAPOR's final disposition")
    e: float | None = said(
        "资格未知者中视为合格的份额", "of unknown eligibility, the share taken as eligible"
    )
    no_rates: Warning | None = said("为何没有应答率", "why there are no response rates")
    ledger: list[LedgerLine] = said("发放回收台账", "the lines behind these numbers")
    pending: Whole = said("已收到、满 5 份后计入的份数", "came in and wait to be taken up 5 at a time")


class Part(Answer):
    """指标的一个组成部分
    One of the parts an indicator adds up.
    """

    id: str = said("编号", "its id")
    points: float | None = said("分值", "what it carries")
    score: float | None = said("得分", "its score in points")
    measure: str | None = said("依据的指标值", "the measure it rests on")
    entered: str | None = said("手工录入的值", "the value entered by hand")


class Reading(Answer):
    """评分规则的一种读法及其得分
    One way to read the rule, and the points it gives.
    """

    step: str | None = said("不足一档怎么算", "how part of a step counts")
    rounded: bool = said("比较前是否修约", "whether the percentage is rounded before it is compared")
    by: Literal["mean", "heads"] | None = said("按均值还是按人数", "by the mean or by heads")
    measure: str | None = said("指标值", "the measure")
    score: float | None = said("得分", "points")
    exact_score: str | None = said("得分的精确分数", "points as an exact fraction")
    reported: str | None = said("修约后的得分", "points as printed")
    is_chosen: bool = said("是否即定义所定的读法", "whether the definition says so")


class NextLimit(Answer):
    """距相邻界限的百分点
    Percentage points to the limits next to the value.
    """

    down: float | None = said("向下", "downwards")
    up: float | None = said("向上", "upwards")


class Indicator(Answer):
    """一个评分指标：分值、得分、区间、规则
    A scored indicator: its points, score, interval and rule.
    """

    points: float = said("分值", "what it carries, in points")
    score: float | None = said("得分，未修约", "its score in points, at full precision")
    exact_score: str | None = said(
        "得分的精确分数，如 2256/265", "the score as an exact fraction, such as 2256/265"
    )
    reported: str | None = said("报告中印出的得分，如 8.5", "the score as a report prints it, such as 8.5")
    interval: Interval | None = said("得分的区间（分）", "the range the sample leaves open, in points")
    measure: str | None = said("依据的指标值（见 measures）", "the measure it rests on (see measures)")
    rule: str = said("规则原文", "the rule's wording")
    target: Share | None = said("目标值", "the target")
    meets_target: bool | None = said("估计值是否达标", "whether the point estimate meets it")
    entered: str | None = said("手工录入的值", "the value entered by hand")
    veto: str | None = said("否决原因", "why it was vetoed")
    undecided: str | None = said("为何还没有得分", "why there is no score yet")
    defined_measure: str | None = said("按定义原文应取的指标值", "the measure its printed definition names")
    defined_score: float | None = said("按定义原文应得的分", "what that would give")
    parts: list[Part] = said("组成部分", "its parts")
    chance_target_met: Share | None = said(
        "真值达标的概率", "the probability that the truth meets the target"
    )
    chance_model: str | None = said("该概率的模型", "by which model")
    chance_bound: str | None = said("该概率只是下限或上限", "at-least or at-most, if it is only a bound")
    tiers: list[str] | None = said("区间触及的档次", "the tiers the interval touches")
    next_limit: NextLimit | None = said("距相邻界限", "the distances to the next limits")
    readings: list[Reading] | None = said("规则的各种读法", "the points by every reading of the rule")


class Group(Answer):
    """选了同一选项的人
    The respondents who chose one option.
    """

    n: Whole = said("人数", "how many")
    measures: dict[str, Estimate | None] = said(
        "他们的指标值；人数太少为 null", "the measures among them; null: too few"
    )


class Weighting(Answer):
    """加权方法与所代表的人
    How the weighted estimates were weighted, and whom they speak for.
    """

    method: str = said("方法", "the method")
    design: str = said("抽样设计", "the sampling design")
    used: bool = said("结论是否用加权值", "whether the conclusions use them")
    n: Whole = said("计入的答卷数", "how many answers count")
    left_out: Whole = said("无法归层、未计入的", "left out because they name no stratum")
    people: Whole | None = said("总体人数", "how many people there are")
    covered: Whole | None = said("有答卷的层的人数", "how many of them are in strata with answers")
    empty: list[str] = said("没有答卷的层", "strata without answers")
    lonely: list[str] = said("只有一份答卷的层", "strata with one answer")
    lonely_rule: str = said("对只有一份的层的处理", "what was done about these")
    strata: Counts = said("各层答卷数", "answers by stratum")
    df: Whole = said("自由度", "degrees of freedom")
    sum_of_weights: float | None = said("权重之和", "the sum of the weights")
    smallest_weight: float | None = said("最小权重", "the smallest weight")
    largest_weight: float | None = said("最大权重", "the largest weight")
    kish_design_effect: float | None = said("Kish 设计效应", "Kish's design effect")
    kish_n_effective: float | None = said("Kish 有效样本量", "Kish's effective sample size")
    converged: bool | None = said("迭代是否收敛", "whether raking converged")
    iterations: Whole | None = said("迭代次数", "how many rounds it took")
    gap: float | None = said("剩余的最大相对差", "the largest relative difference left")
    trimmed: Whole = said("被截的权重个数", "how many weights were cut")


class Made(Answer):
    """所依据的问卷
    The questionnaire it was made by.
    """

    id: str = said("问卷编号", "its id")
    version: str = said("版本：问卷文件的 SHA-256", "its version: the SHA-256 of its file's text")
    title: str = said("标题", "its title")


class Report(Answer):
    """报告 JSON 第 1 版；与 surveyapp report SURVEY --format json 逐字节相同
    Report JSON, version 1; byte for byte what surveyapp report SURVEY --format json prints.
    """

    form: Literal["surveyapp.report/1"] = Field(
        alias="schema", description=f"格式版本{LINES}which format this is"
    )
    questionnaire: Made = said("问卷", "the questionnaire")
    fieldwork: Fieldwork = said("发放与回收", "what went out and came back")
    items: dict[str, Item] = said("各题结果，按题目编号", "results by item id")
    measures: dict[str, Estimate] = said("指标值，按编号（不加权）", "the measures by id, unweighted")
    indicators: dict[str, Indicator] = said("评分指标，按编号", "the indicators by id")
    groups: dict[str, dict[str, Group]] = said("分组结果：题目→选项", "groups by item and option")
    warnings: list[Warning] = said("须知", "what a reader must know")
    weighted_measures: dict[str, Estimate] = said("加权的指标值", "the measures, weighted")
    weighting: Weighting | None = said("加权说明", "how they were weighted")
    sensitivity: dict[str, dict[str, Estimate]] = said(
        "改变有效性判断时的指标值", "the measures had others counted"
    )
    data_hash: str = said("数据指纹（SHA-256）", "the SHA-256 over the pattern table")
    made_with: str = said("程序及版本", "this program's name and version")


# --- surveys -------------------------------------------------------------------------------------------------------


class Links(Answer):
    """一项调查的各个地址
    The addresses of a survey's parts.
    """

    self: str
    report: str
    indicators: str
    items: str
    tallies: str
    fieldwork: str
    ledger: str
    rows: str
    definition: str
    versions: str


class Survey(Answer):
    """一项调查
    A survey.
    """

    slug: Slug = said("编号", "its id")
    title: str = said("标题", "its title")
    state: State = said("状态", "draft, open, paused or closed")
    version: str = said("当前版本", "the version now handed out")
    returned: Whole = said("收回份数", "how many came back")
    valid: Whole = said("有效份数", "how many are valid")
    pending: Whole = said("已收到、尚未计入的份数", "came in and not taken up yet")
    opens_on: Day | None = said("第一天", "its first day")
    closes_on: Day | None = said("最后一天", "its last day")
    closed_on: Day | None = said("关闭的日期；未关闭为 null", "the day it was closed; null while it is not")
    data_hash: str = said("数据指纹", "the SHA-256 over its data")
    links: Links = said("各个地址", "where its parts are")


class SurveyList(Answer):
    """令牌可读的调查
    The surveys a token may read.
    """

    surveys: list[Survey] = said("按编号排列", "by id")


class Score(Answer):
    """给别的程序用的一行得分：值、区间、基数、方法、版本
    One score as another program needs it: value, interval, base, method.
    """

    id: str = said("指标编号", "the indicator's id")
    title: str = said("指标名称", "its title")
    points: float = said("分值", "what it carries")
    score: float | None = said(
        "得分，未修约；还没有时为 null", "its score in points, not rounded; null while there is none"
    )
    exact_score: str | None = said("得分的精确分数", "the same as an exact fraction")
    reported: str | None = said("报告中印出的得分", "as a report prints it")
    interval: Interval | None = said("得分的区间（分）", "the range the sample leaves open, in points")
    measure: str | None = said("依据的指标值", "the measure it rests on")
    value: float | None = said("指标值（1 的分数）", "the measure's value, a fraction of 1")
    value_interval: Interval | None = said("指标值的置信区间", "the measure's confidence interval")
    n: Whole | None = said("基数", "how many respondents it rests on")
    method: str | None = said("区间的算法", "how the interval was made")
    target: Share | None = said("目标值", "the target")
    meets_target: bool | None = said("是否达标", "whether the estimate meets it")
    undecided: str | None = said("为何还没有得分", "why there is no score yet")


class Scores(Answer):
    """各指标得分；数字与报告相同
    The indicators' scores; the same numbers as in the report.
    """

    slug: Slug = said("调查编号", "the survey's id")
    state: State = said("调查的状态；关闭后数字不再变", "its state; once closed, the numbers stay")
    version: str = said("问卷版本", "the questionnaire's version")
    indicators: list[Score] = said("按定义的顺序", "in the order of the definition")
    data_hash: str = said("数据指纹", "the SHA-256 over the data")
    made_with: str = said("程序及版本", "this program's name and version")


# --- items and tallies ---------------------------------------------------------------------------------------------


class OptionResult(Answer):
    """一个选项
    One option.
    """

    code: str = said("编码", "its code")
    label: Texts = said("文字，按语言", "its words, by language")
    value: float | None = said("赋值（百分数）", "what it is worth, in percent")
    missing: str | None = said("不计入基数的种类", "why whoever chooses it leaves the base")
    count: Whole = said("人数", "how many chose it")
    share: Share | None = said("份额；不计入基数为 null", "its share; null outside the base")


class ItemWithWords(Answer):
    """一道题：题目、选项和结果
    An item with its words and its result.
    """

    id: str = said("题目编号", "its id")
    kind: Literal["single", "multiple", "text", "number", "rating"] = said("题型", "its kind")
    text: Texts = said("题目文字，按语言", "its wording, by language")
    is_required: bool = said("是否必答", "whether it must be answered")
    options: list[OptionResult] = said(
        "选项；文字题和数字题没有", "its options; none where words or a number are asked"
    )
    result: Item | None = said(
        "结果；文字题和数字题为 null", "its result; null where words or a number are asked"
    )


class Items(Answer):
    """各题及其结果，按问卷顺序
    The items with their results, in the questionnaire's order.
    """

    slug: Slug = said("调查编号", "the survey's id")
    version: str = said("问卷版本", "the questionnaire's version")
    items: list[ItemWithWords] = said("题目", "the items")
    data_hash: str = said("数据指纹", "the SHA-256 over the data")


class TalliedFieldwork(Answer):
    """份数
    How many there are.
    """

    distributed: Whole | None = said("发放", "went out; null where no rate can be made of it")
    returned: Whole = said("收回", "came back")
    valid: Whole = said("有效", "are valid")


class Tallies(Answer):
    """统计数；存成文件可直接用于 surveyapp analyse FILE --tallies
    Counts; saved as a file, surveyapp analyse FILE --tallies reads it.
    """

    fieldwork: TalliedFieldwork = said("份数", "how many there are")
    items: dict[str, Counts] = said(
        "各题各选项人数（有效答卷）", "by item, how many valid ones chose each option"
    )
    entered: dict[str, str] = said("手工录入的指标值", "the values of indicators entered by hand")


# --- the ledger ----------------------------------------------------------------------------------------------------


class LiveLine(LedgerLine):
    """台账的一行，含待计入的
    One line of the ledger, with those that wait.
    """

    waiting: Whole = counted("waiting")


class ColumnMeaning(Answer):
    """台账一列的定义
    What a column of the ledger counts.
    """

    id: str = said("列名", "its key")
    zh: str = said("中文名", "its name in Chinese")
    en: str = said("英文名", "its name in English")
    means_zh: str = said("定义（中文）", "what it counts, in Chinese")
    means_en: str = said("定义（英文）", "what it counts, in English")
    formula: str = said("与其他列的关系", "how it follows from the others")


class LiveLedger(Answer):
    """实时台账：每到一份就变，不含任何答案
    The ledger as of now: it moves with every answer, and tells none.
    """

    slug: Slug = said("调查编号", "the survey's id")
    state: State = said("状态", "its state")
    lines: list[LiveLine] = said("各行", "its lines")
    columns: list[ColumnMeaning] = said("各列的定义", "what the columns count")


class SurveyFieldwork(Fieldwork):
    """一项调查的发放与回收；数字与报告相同
    What went out and came back; the same numbers as in the report.
    """

    slug: Slug = said("调查编号", "the survey's id")
    state: State = said("状态", "its state")
    version: str = said("问卷版本", "the questionnaire's version")
    data_hash: str = said("数据指纹", "the SHA-256 over the data")


# --- rows ----------------------------------------------------------------------------------------------------------


class Row(Answer):
    """一份不记名的答卷；没有编号、时间和先后
    One anonymous questionnaire, without id, time or place in an order.
    """

    answers: dict[str, str | list[str]] = said(
        "选择题答案的编码；-1 未问，-2 不适用；没有的键为未答",
        "codes by item; -1 not asked, -2 not applicable; what is not there was left blank",
    )
    text: dict[str, str] = said("文字和数字答案，按列名", "words and numbers, by column")
    stratum: str | None = said("分层", "the stratum")
    channel: str = said("作答方式", "the way it was answered")
    version: str = said("所答的问卷版本", "the version it was given to")
    invalid: str = said("无效原因；空为有效", "why it does not count; empty if it does")
    flags: list[str] = said("标注，不影响有效性", "remarks that exclude nothing")


class RowPage(Answer):
    """一页答卷，按内容排序
    A page of rows, sorted by what they say.
    """

    slug: Slug = said("调查编号", "the survey's id")
    total: Whole = said("共有多少份", "how many there are in all")
    rows: list[Row] = said("这一页的答卷", "the rows of this page")
    next: str | None = said(
        "下一页的 cursor；最后一页为 null", "the cursor of the next page; null on the last"
    )


# --- the definition ------------------------------------------------------------------------------------------------


class Version(Answer):
    """发布过的一个版本
    A published version.
    """

    version: Hash = said(
        "问卷文本的 SHA-256（UTF-8，LF）", "the SHA-256 of the text (UTF-8, LF): sha256sum gives it"
    )
    published_on: Day = said("首次发布日", "the day it was first published")
    is_current: bool = said("是否当前版本", "whether it is the one now handed out")
    definition: str = said("全文的地址", "where its text is")


class Versions(Answer):
    """发布过的各版本
    The published versions, oldest day first.
    """

    slug: Slug = said("调查编号", "the survey's id")
    versions: list[Version] = said("各版本", "the versions")


class Definition(Version):
    """问卷定义全文
    The text of a definition, as it was fielded.
    """

    slug: Slug = said("调查编号", "the survey's id")
    title: str = said("标题", "its title")
    languages: list[str] = said("语言", "its languages")
    source: str = said("YAML 全文", "the YAML text")


# --- the webhook ---------------------------------------------------------------------------------------------------


class Closing(Answer):
    """调查关闭、数字不再变时发出的通知；不含答案
    What is sent when a survey has closed and its figures stay; no answers.
    """

    event: Literal["survey.closed"] = said("事件", "what happened")
    delivery: str = said("通知编号；重发时不变", "the delivery's id; the same when it is sent again")
    slug: Slug = said("调查编号", "the survey's id")
    version: str = said("问卷版本", "the questionnaire's version")
    closed_on: Day = said("关闭日", "the day it was closed")
    report: str = said("报告的地址（取用要令牌）", "where its report is; reading it takes a token")
    data_hash: str = said("数据指纹", "the SHA-256 over its data")


# --- what a respondent's page is told --------------------------------------------------------------------------------


class Stored(Answer):
    """已收到；重复提交得到同一回执
    The answers are stored; sent again, they give the same receipt.
    """

    outcome: Literal["stored"]
    receipt: str = said("回执", "the receipt")


class Entered(Answer):
    """答题码正确，请到这个地址
    The access code is good; this is its page.
    """

    outcome: Literal["entered"]
    location: str = said("地址", "its address")


class WrongAnswer(Answer):
    """一处要改的答案
    One answer to be corrected.
    """

    item: str = said("题目", "the item")
    field: str = said("字段", "the form's field")
    message: str = said("说明，用页面的语言", "what to do, in the page's language")


class Mistaken(Answer):
    """有答案要改，什么也没存
    Answers are to be corrected; nothing was stored.
    """

    outcome: Literal["problems"]
    problems: list[WrongAnswer] = said("各处", "what is wrong")
    ticket: str = said("再次提交用的 _ticket", "the _ticket to send again with")


class Stale(Answer):
    """页面太旧：换新 _ticket 再提交
    The page is too old: send again with this _ticket.
    """

    outcome: Literal["stale"]
    message: str
    ticket: str


class Refused(Answer):
    """不接受，及原因
    It is not taken, and why.
    """

    outcome: Literal[
        "conflict", "code-used", "code-void", "code-unknown", "closed", "not-yet", "draft", "codes-only", "unknown",
        "garbled", "too-large", "wrong-kind",
    ]  # fmt: skip
    heading: str
    text: str
    final: bool = said("草稿是否不再有用", "whether the draft is of no more use")


class Later(Answer):
    """请过一会儿再发
    Send it again later.
    """

    outcome: Literal["busy", "paused", "wait"]
    message: str
    retry_after: Whole = said("秒", "seconds")


class Work(Answer):
    """大量提交时：先做一次计算
    In a flood: do this work and send again with _work.
    """

    outcome: Literal["work"]
    challenge: str
    bits: Whole
