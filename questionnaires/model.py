"""The questionnaire: frozen models that carry the description of every key an author may write.

A definition file is one `Questionnaire`. The manual (docs/language.md) and the JSON Schema for editors are generated
from the descriptions here. Rates, values, limits and shares are percentages (90 means 90%) and are kept as exact
fractions; points are points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PrivateAttr,
    RootModel,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

NOT_ASKED = "-1"
NOT_APPLICABLE = "-2"
FIRST_LANGUAGE = "zh"

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")


def key(zh: str, en: str, **constraints: Any) -> Any:
    """Describe one key in both languages; without a default the key is required."""
    return Field(description=en, json_schema_extra={"zh": zh}, **constraints)


def mistake(kind: str, zh: str, en: str) -> PydanticCustomError:
    """Return an error for pydantic that words itself in both languages."""
    return PydanticCustomError(kind, "{en}", {"zh": zh, "en": en})


def exact(value: object) -> Fraction:
    """Read a plain decimal number as the exact fraction it names."""
    if isinstance(value, Fraction | int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Fraction(value)
    raise mistake(
        "not-a-number",
        f"“{_shown(value)}” 不是数字，请写成 90 或 0.5 这样的数（不带 % 号）",
        f"'{_shown(value)}' is not a number; write it like 90 or 0.5, without a % sign",
    )


def _shown(value: object) -> str:
    return value if isinstance(value, str) else type(value).__name__


def _flag(value: object) -> bool:
    if value in ("yes", "true", True):
        return True
    if value in ("no", "false", False):
        return False
    raise mistake("not-a-flag", f"“{_shown(value)}” 应为 yes 或 no", f"'{_shown(value)}' must be yes or no")


def _percent(value: Fraction) -> Fraction:
    if not 0 <= value <= 100:
        raise mistake(
            "not-a-percentage", f"{value} 应在 0 到 100 之间", f"{value} must lie between 0 and 100"
        )
    return value


def _share(value: Fraction) -> Fraction:
    if 0 < value <= 1:
        raise mistake(
            "share-in-percent",
            f"份额用百分数：{float(value):g} 的意思若是 {float(value * 100):g}%，请写 {float(value * 100):g}",
            f"shares are percentages: if {float(value):g} means {float(value * 100):g}%, write {float(value * 100):g}",
        )
    return _percent(value)


def _positive(value: Fraction) -> Fraction:
    if value <= 0:
        raise mistake("not-positive", f"{value} 应大于 0", f"{value} must be greater than 0")
    return value


def _above_one(value: Fraction) -> Fraction:
    if value <= 1:
        raise mistake("not-above-one", f"{value} 应大于 1", f"{value} must be greater than 1")
    return value


def _fraction_text(value: Fraction) -> str:
    return str(value)


def _bound(value: object) -> Fraction | None:
    return None if value == "none" or value is None else exact(value)


def _day(value: str) -> str:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):
            return date.fromisoformat(value).isoformat()
    raise mistake(
        "not-a-day",
        f"“{value}” 不是日期，请写成 2026-12-31",
        f"'{value}' is not a day; write it like 2026-12-31",
    )


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _one_or_list(pattern: str) -> WithJsonSchema:
    one = {"type": ["string", "integer", "boolean"], "pattern": pattern}
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})


_ID = r"^[a-z][a-z0-9_]{0,39}$"
_SLUG = r"^[a-z][a-z0-9_-]{0,59}$"
_CODE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"
_NUMERAL = r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$"
_NUMBER_SCHEMA = WithJsonSchema({"type": ["number", "string"], "pattern": _NUMERAL})
Exact = Annotated[Fraction, BeforeValidator(exact), PlainSerializer(_fraction_text), _NUMBER_SCHEMA]
Percent = Annotated[Exact, AfterValidator(_percent)]
Share = Annotated[Exact, AfterValidator(_share)]
Positive = Annotated[Exact, AfterValidator(_positive)]
AboveOne = Annotated[Exact, AfterValidator(_above_one)]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"enum": ["yes", "no", True, False]})]
Bound = Annotated[
    Fraction | None,
    BeforeValidator(_bound),
    WithJsonSchema({"anyOf": [{"type": ["number", "string"], "pattern": _NUMERAL}, {"const": "none"}]}),
]
Id = Annotated[str, StringConstraints(pattern=_ID)]
Slug = Annotated[str, StringConstraints(pattern=_SLUG)]
Code = Annotated[str, StringConstraints(pattern=_CODE)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_as_list), Field(min_length=1), _one_or_list(_CODE)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_as_list), Field(min_length=1), _one_or_list(_ID)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Language = Annotated[str, StringConstraints(pattern=_LANGUAGE.pattern)]
Languages = Annotated[
    tuple[Language, ...], BeforeValidator(_as_list), Field(min_length=1), _one_or_list(_LANGUAGE.pattern)
]
Day = Annotated[str, AfterValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


def _not_a_language(name: str) -> PydanticCustomError:
    shown = name if len(name) <= 20 else name[:20] + "…"
    return mistake(
        "text-language",
        f"“{shown}” 不是 zh、en 这样的语言代码；花括号里的文字若含逗号或冒号，请加引号",
        f"'{shown}' is not a language such as zh or en; quote a text in braces that has a comma or colon in it",
    )


class Frozen(BaseModel):
    """What every model here shares: nothing changes, nothing unknown is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(RootModel[dict[str, Words]]):
    """Words a person reads: plain text (Chinese), or one text per language: {zh: …, en: …}."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
        },
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_is_chinese(cls, value: object) -> object:
        if isinstance(value, str):
            return {FIRST_LANGUAGE: value}
        if value == {}:
            raise mistake("empty-text", "不能为空", "must not be empty")
        for name in value if isinstance(value, dict) else ():
            if not _LANGUAGE.fullmatch(str(name)):
                raise _not_a_language(str(name))
        return value

    def say(self, language: str = FIRST_LANGUAGE) -> str:
        """Return the words in a language; where it has none, the first language given."""
        return self.root.get(language) or next(iter(self.root.values()))


# --- items ---------------------------------------------------------------------------------------------------------


class Option(Frozen):
    """One allowed answer of a choice item."""

    code: Code = key(
        "选项编码，写入数据，原样保留（yes、012 都是编码）", "the code stored; kept as written (yes, 012)"
    )
    label: Text = key("选项文字", "the words shown")
    value: Percent | None = key("赋值，百分数 0–100", "what the option is worth, 0–100 percent", default=None)
    missing: Literal["not_applicable", "dont_know", "refused"] | None = key(
        "选此项的人不计入基数：not_applicable 不适用、dont_know 不清楚、refused 拒答",
        "whoever chooses this leaves the base: not_applicable, dont_know or refused",
        default=None,
    )
    exclusive: Flag = key(
        "多选题：选了它就不能再选其他（如“无”）", "multiple choice: excludes every other", default=False
    )
    comment: Text | None = key(
        "选此项时请写的文字，如“请说明原因”“其他，请注明”",
        "asks for words when chosen, such as “please say why”",
        default=None,
    )


class Scale(Frozen):
    """Ordered options that several items share."""

    options: Annotated[tuple[Option, ...], Field(min_length=2)] = key(
        "选项，由高到低", "the options, best first"
    )


class Between(Frozen):
    """A condition on the number given to a number or rating item."""

    at_least: Exact | None = key("≥", "≥", default=None)
    above: Exact | None = key(">", ">", default=None)
    at_most: Exact | None = key("≤", "≤", default=None)
    below: Exact | None = key("<", "<", default=None)

    def holds(self, number: Fraction) -> bool:
        """Say whether a number lies within the limits."""
        return (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )


def _condition_kind(value: object) -> str:
    return "kind:codes" if isinstance(value, str | list | tuple) else "kind:between"


Condition = Annotated[
    Annotated[Codes, Tag("kind:codes")] | Annotated[Between, Tag("kind:between")],
    Discriminator(_condition_kind),
]
Conditions = dict[Id, Condition]


Closed = Mapping[str, str | tuple[str, ...]]


def holds(conditions: Conditions, closed: Closed, numbers: Mapping[str, Fraction]) -> bool:
    """Say whether all conditions hold for these closed answers; `numbers` are the answers to number items."""
    return all(
        _holds(condition, closed.get(item, ()), numbers.get(item)) for item, condition in conditions.items()
    )


def _holds(
    condition: tuple[str, ...] | Between, answer: str | tuple[str, ...], number: Fraction | None
) -> bool:
    if isinstance(condition, Between):
        value = number if number is not None else _rating(answer)
        return value is not None and condition.holds(value)
    return bool(set(condition) & ({answer} if isinstance(answer, str) else set(answer)))


def _rating(answer: str | tuple[str, ...]) -> Fraction | None:
    return Fraction(answer) if isinstance(answer, str) and answer.isascii() and answer.isdigit() else None


class BaseItem(Frozen):
    """What items of every kind share."""

    id: Id = key(
        "题目编号：小写字母开头，可含数字和下划线；数据列名",
        "the column's name: lower case, digits, underscores",
    )
    text: Text = key("题目文字", "the question's wording")
    hint: Text | None = key("题目下的一行说明", "a line of help under the question", default=None)
    required: Flag = key("必答（默认 yes）", "must be answered (yes unless said otherwise)", default=True)
    shown_if: Conditions = key(
        "显示条件：题目: [编码…]，或题目: {at_least: 60}；几条须同时满足，只能引用前面的题目",
        "shown only if: item: [codes…] or item: {at_least: 60}; all must hold; earlier items only",
        default={},
    )


class _Choice(BaseItem):
    options: tuple[Option, ...] | None = key(
        "选项（与 scale 二选一）", "the options (or name a scale)", default=None
    )
    scale: Id | None = key("引用 scales 中的量表", "the name of a shared scale", default=None)


class SingleItem(_Choice):
    """单选题 Single choice."""

    kind: Literal["single"] = key("题型", "the kind of item")


class MultipleItem(_Choice):
    """多选题 Multiple choice."""

    kind: Literal["multiple"] = key("题型", "the kind of item")
    at_most: Annotated[int, Field(ge=1)] | None = key("最多选几项", "how many may be chosen", default=None)


class TextItem(BaseItem):
    """文字题 Open text."""

    kind: Literal["text"] = key("题型", "the kind of item")
    max_length: Annotated[int, Field(ge=1, le=4000)] = key(
        "最多字数", "the longest answer, in characters", default=2000
    )


class NumberItem(BaseItem):
    """数字题 A number."""

    kind: Literal["number"] = key("题型", "the kind of item")
    minimum: Exact | None = key("最小值", "the smallest number taken", default=None)
    maximum: Exact | None = key("最大值", "the largest number taken", default=None)
    decimals: Annotated[int, Field(ge=0, le=6)] = key("小数位数", "decimal places taken", default=0)
    unit: Text | None = key("单位", "the unit", default=None)


class RatingItem(BaseItem):
    """0–10 分评分题 A rating from 0 to 10; a rating r counts as 10·r percent."""

    kind: Literal["rating"] = key("题型", "the kind of item")
    lowest: Text | None = key("0 分的含义", "what 0 means", default=None)
    highest: Text | None = key("10 分的含义", "what 10 means", default=None)


KINDS = ("single", "multiple", "text", "number", "rating")


def _item_kind(value: object) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"kind:{kind}"


Item = Annotated[
    Annotated[SingleItem, Tag("kind:single")]
    | Annotated[MultipleItem, Tag("kind:multiple")]
    | Annotated[TextItem, Tag("kind:text")]
    | Annotated[NumberItem, Tag("kind:number")]
    | Annotated[RatingItem, Tag("kind:rating")],
    Discriminator(_item_kind),
]


class Section(Frozen):
    """A part of the questionnaire under one heading."""

    id: Id = key("部分编号", "the section's id")
    title: Text = key("部分标题", "its heading")
    items: tuple[Item, ...] = key("题目", "its items")


# --- population, measures, validity --------------------------------------------------------------------------------


class Population(Frozen):
    """Whom the survey speaks about."""

    name: Text | None = key("总体名称", "what the people are called", default=None)
    size: Annotated[int, Field(ge=1)] | None = key(
        "总体人数（有 strata 时可省略）", "how many people", default=None
    )
    stratum_item: Id | None = key("分层题目", "the item whose options are the strata", default=None)
    strata: dict[Code, Annotated[int, Field(ge=0)]] = key(
        "各层人数：选项编码: 人数", "people per option code", default={}
    )

    @property
    def total(self) -> int | None:
        """Return the number of people, from `size` or from the strata."""
        return self.size if self.size is not None else (sum(self.strata.values()) if self.strata else None)


Margin = dict[Code, Annotated[int, Field(ge=0)]]


class Weighting(Frozen):
    """How the answers are weighted so that they speak for the population; beside the plain figures."""

    design: Literal["simple", "stratified"] = key(
        "怎么抽的样：simple 简单随机抽样；stratified 各层分别抽（需要 population.strata）",
        "how the sample was drawn: simple random, or separately in each stratum (needs population.strata)",
        default="simple",
    )
    method: Literal["none", "strata", "post_stratify", "rake", "carried"] = key(
        "怎么加权：none 不加权；strata 各层人数÷答卷数；post_stratify 按一题的总体人数；"
        "rake 按多题的总体人数迭代；carried 用数据里的 _weight 列",
        "none; strata (people ÷ answers of each stratum); post_stratify to one item's numbers; rake to several; "
        "carried: the data's column _weight",
        default="none",
    )
    margins: dict[Id, Margin] = key(
        "总体人数：题目: {编码: 人数}，用于 post_stratify（一题）和 rake（多题）",
        "numbers of people: item: {code: people}, for post_stratify (one item) and rake (several)",
        default={},
    )
    trim: AboveOne | None = key(
        "权数上限：平均权数的几倍（大于 1）；不写则不截",
        "the largest weight, as a multiple of the mean weight (above 1); none unless given",
        default=None,
    )
    lonely: Literal["fail", "remove", "certainty", "adjust", "average"] = key(
        "只有一份答卷的层怎么算方差：adjust 与总平均比；average 用其他层的平均；remove、certainty 不计；fail 不给出区间",
        "the variance of a stratum with one answer: adjust (against the overall mean), average (of the other strata), "
        "remove or certainty (none), fail (no interval)",
        default="adjust",
    )
    fpc: Flag = key(
        "有限总体校正（默认 yes；结论要推广到本次总体以外时写 no）",
        "correct for the finite population (yes unless the result is to speak beyond it)",
        default=True,
    )
    use: Literal["plain", "weighted"] = key(
        "指标按哪个数评分：plain 不加权，weighted 加权",
        "which figure the indicators are scored by",
        default="plain",
    )

    @property
    def is_weighted(self) -> bool:
        """Say whether there is anything to compute beside the plain figures."""
        return self.method != "none" or self.design == "stratified"


IntervalMethod = Literal["default", "logit", "t", "mean", "wilson", "clopper-pearson", "beta"]
MeasureKind = Literal["satisfaction_score", "satisfaction_rate", "awareness_score", "awareness_rate"]


class Measure(Frozen):
    """A figure computed over items: a mean value (score) or a share of heads (rate)."""

    title: Text = key("名称", "its name")
    kind: MeasureKind = key(
        "satisfaction_score 满意度（得分）、satisfaction_rate 满意率（人数占比）、awareness_score 知晓度、awareness_rate 知晓率",
        "a mean of option values (…_score) or a share of heads (…_rate)",
    )
    items: Ids = key("题目", "the items it is taken over")
    codes: Codes | None = key(
        "满意率、知晓率：哪些编码算满意（知晓）", "for rates: the codes that count", default=None
    )
    weights: dict[Id, Positive] = key(
        "题目权重，未写的为 1", "item weights; 1 where none is given", default={}
    )
    group: Conditions = key("只算这一组人：题目: [编码…]", "only these people: item: [codes…]", default={})
    combine: Literal["items", "pooled", "persons"] = key(
        "多题怎么合并：items 各题得分的（加权）平均；pooled 全部答案放在一起平均；persons 先求每人平均再平均",
        "how several items combine: the (weighted) mean of item scores; all answers pooled; the mean of each person's mean",
        default="items",
    )
    missing: Literal["itemwise", "listwise"] = key(
        "漏答：itemwise 只缺那一题；listwise 该指标值有漏答的人整份不计（不适用、未问到不算漏答）",
        "a blank leaves its item only (itemwise), or the person leaves the measure (listwise); not asked is no blank",
        default="itemwise",
    )
    interval: IntervalMethod = key(
        "置信区间方法；default：得分 logit-t，一题的人数占比用精确区间（加权时 Korn–Graubard）",
        "the interval's method; default: logit-t for means, exact for a share of one item (weighted: Korn–Graubard)",
        default="default",
    )

    @property
    def is_rate(self) -> bool:
        """Say whether the measure counts heads rather than averaging values."""
        return self.kind.endswith("_rate")

    def weight(self, item: str) -> Fraction:
        """Return an item's weight, 1 unless the definition gives one."""
        return self.weights.get(item, Fraction(1))


class _Validity(Frozen):
    effect: Literal["exclude", "flag"] = key(
        "exclude 剔除，flag 只标记", "exclude, or only flag", default="exclude"
    )


class Incomplete(_Validity):
    """漏答：所列题目（不列则为本人应答的必答题）中，答了的不到 below%。

    Incomplete: of the items named (or else the required ones that were asked), fewer than below% were answered.
    """

    rule: Literal["incomplete"] = key("规则", "the rule")
    below: Percent = key("作答比例低于此百分数即无效", "invalid when fewer than this percentage are answered")
    items: Ids | None = key(
        "看哪些题目（默认本人应答的必答题）", "which items (the required ones unless named)", default=None
    )


class TooFast(_Validity):
    """答题过快：平均每题用时少于若干秒。

    Too fast: fewer than so many seconds for each item asked.
    """

    rule: Literal["too_fast"] = key("规则", "the rule")
    seconds_per_item: Positive = key("每题秒数下限", "the fewest seconds per item asked")


class Attention(_Validity):
    """甄别题：没有选指定的编码。

    Attention: none of the codes that were asked for was chosen.
    """

    rule: Literal["attention"] = key("规则", "the rule")
    item: Id = key("题目", "the item")
    codes: Codes = key("应选的编码", "the codes that pass")


class StraightLined(_Validity):
    """直线作答：所列题目选的都一样；默认只标记，因为全部“非常满意”常常是真心话。

    Straight-lined: the same code for all the items named. Only flagged unless said otherwise: it is often honest.
    """

    rule: Literal["straight_lined"] = key("规则", "the rule")
    items: Ids = key("题目", "the items")
    effect: Literal["exclude", "flag"] = key(
        "exclude 剔除，flag 只标记", "exclude, or only flag", default="flag"
    )


Chosen = Annotated[dict[Id, Codes], Field(min_length=1)]


class Contradictory(_Validity):
    """前后矛盾：first 的各题都选了所列编码之一，second 的各题也是，而两者不可能都真（如“没听说过”却“非常满意”）。
    默认只标记：也可能是题目没看懂。

    Contradictory: one of the codes named for every item of `first`, and of `second`, though both cannot be true. Only
    flagged unless said otherwise: the question may have been misread.
    """

    rule: Literal["contradictory"] = key("规则", "the rule")
    first: Chosen = key("题目: [编码…]，几题须同时满足", "item: [codes…]; all must hold")
    second: Chosen = key("与之矛盾的 题目: [编码…]", "what contradicts it: item: [codes…]")
    effect: Literal["exclude", "flag"] = key(
        "exclude 剔除，flag 只标记", "exclude, or only flag", default="flag"
    )


class IdenticalAnswers(_Validity):
    """雷同答卷：所列题目的答案逐题相同的答卷至少有 least 份；可能是一人代填。
    不看有空白的，也不看全部选同一项的（那是直线作答，常常是真心话）。题目少、答案集中时，诚实的答卷也会雷同：
    请尽量列出全部题目，并按答卷份数放宽 least。所有雷同的都标记，不分先后。

    Identical answers: at least `least` questionnaires give the same answer to every item named, as when one person fills in
    many. Vectors with a blank do not count, nor those of one code throughout (straight lines, often honest). Few items and
    answers that agree make honest questionnaires identical too: name as many items as there are, and raise `least` with the
    number of questionnaires. All of them are marked, the first one too.
    """

    rule: Literal["identical_answers"] = key("规则", "the rule")
    items: Ids = key("题目", "the items")
    least: Annotated[int, Field(ge=2)] = key(
        "同样的答案至少出现几份", "how many questionnaires at least give the same answers", default=8
    )
    effect: Literal["exclude", "flag"] = key(
        "exclude 剔除，flag 只标记", "exclude, or only flag", default="flag"
    )


class Duplicate(_Validity):
    """重复：_id 与前面的某份相同；在录入、读取文件时判定，先来的一份有效。

    Duplicate: the same `_id` as an earlier one, seen at entry or when a file is read; the first one stays.
    """

    rule: Literal["duplicate"] = key("规则", "the rule")


def _validity_kind(value: object) -> str:
    rule = value.get("rule") if isinstance(value, dict) else getattr(value, "rule", None)
    return f"kind:{rule}"


ValidityRule = Annotated[
    Annotated[Incomplete, Tag("kind:incomplete")]
    | Annotated[TooFast, Tag("kind:too_fast")]
    | Annotated[Attention, Tag("kind:attention")]
    | Annotated[StraightLined, Tag("kind:straight_lined")]
    | Annotated[Contradictory, Tag("kind:contradictory")]
    | Annotated[IdenticalAnswers, Tag("kind:identical_answers")]
    | Annotated[Duplicate, Tag("kind:duplicate")],
    Discriminator(_validity_kind),
]


# --- indicators ----------------------------------------------------------------------------------------------------


class Deduction(Frozen):
    """Points taken off for every step beyond a limit."""

    start: Exact = key("从哪个数开始扣", "the limit counted from")
    per: Positive = key(
        "每多少（百分点）扣一次", "the size of a step, in percentage points", default=Fraction(1)
    )
    points: Positive | None = key("每步扣的分数", "points off per step", default=None)
    share: Percent | None = key(
        "每步扣该项分值的百分之几", "percent of the indicator's points off per step", default=None
    )
    step: Literal["continuous", "complete", "started"] = key(
        "不满一步怎么算：continuous 按比例，complete 不满不扣，started 不满按一步扣",
        "part of a step: continuous counts its part, complete counts none, started counts it whole",
    )
    direction: Literal["below", "above"] = key(
        "低于（below）还是高于（above）时扣", "off below or above", default="below"
    )

    @model_validator(mode="after")
    def _one_amount(self) -> Deduction:
        if (self.points is None) == (self.share is None):
            raise mistake(
                "deduct-amount", "points 与 share 必须且只能写一个", "write either points or share, not both"
            )
        return self


class Interpolation(Frozen):
    """Points on a straight line between two limits."""

    start: Exact = key("起点", "where the line begins")
    end: Exact = key("终点", "where the line ends")
    start_share: Percent = key("起点得分份额（%）", "percent of the points at the beginning")
    end_share: Percent = key("终点得分份额（%）", "percent of the points at the end")

    @model_validator(mode="after")
    def _has_length(self) -> Interpolation:
        if self.start >= self.end:
            raise mistake("interpolate-order", "start 必须小于 end", "start must be less than end")
        return self


class Action(Frozen):
    """What a branch gives: full, zero, or exactly one of the keys below."""

    share: Share | None = key(
        "得该项分值的百分之几（80 即 80%）", "percent of the points (80 is 80%)", default=None
    )
    points: Exact | None = key("得几分", "so many points", default=None)
    proportional_to: Positive | None = key(
        "按比例：分值 × 数值 ÷ 此数", "points × value ÷ this number", default=None
    )
    deduct: Deduction | None = key("扣分", "points off per step", default=None)
    interpolate: Interpolation | None = key("线性插值", "a straight line between two limits", default=None)

    @model_validator(mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        words = {"full": {"share": "100"}, "zero": {"share": "0"}}
        return words.get(value, {}) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _exactly_one(self) -> Action:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise mistake(
                "action",
                "应写 full、zero，或 {share: 80} 这样的一项：share、points、proportional_to、deduct、interpolate",
                "write full, zero, or one like {share: 80}: share, points, proportional_to, deduct or interpolate",
            )
        return self


class Branch(Between):
    """One case of a scoring rule: its limits and what it gives."""

    then: Action = key("得分", "what it gives")

    @model_validator(mode="after")
    def _one_limit_a_side(self) -> Branch:
        if (self.at_least is not None and self.above is not None) or (
            self.at_most is not None and self.below is not None
        ):
            raise mistake("branch-limits", "同一侧只能写一个界限", "write one limit a side")
        return self


class Range(Frozen):
    """The values an indicator's input can take; 0 to 100 percent unless said otherwise."""

    at_least: Bound = key("下限，none 为无下限", "the least value, or none", default=Fraction(0))
    at_most: Bound = key("上限，none 为无上限", "the greatest value, or none", default=Fraction(100))


class Entered(Frozen):
    """A value that is not from the questionnaire but entered by hand."""

    value: Words | None = key(
        "录入值（数值、等级或分数）；可留待以后录入", "the value, grade or points", default=None
    )
    reason: Text | None = key("依据", "the reason or source", default=None)


class Veto(Frozen):
    """A circumstance that decides the points whatever the value is."""

    id: Id = key("编号", "its id")
    text: Text = key("情形", "the circumstance")
    share: Percent = key("出现时得分值的百分之几", "percent of the points then given", default=Fraction(0))


Shape = Literal["branches", "grades", "judged", "parts"]


class _Scored(Frozen):
    title: Text = key("名称", "its name")
    points: Positive = key("分值", "the points it carries")
    measure: Id | None = key(
        "所用的指标值（measures 中的编号）；judged 时只供对照",
        "the measure it scores; with judged only to compare with",
        default=None,
    )
    entered: Entered | None = key(
        "人工录入的值（与 measure 二选一）；judged 时即得分",
        "a value entered by hand instead of a measure; with judged the points themselves",
        default=None,
    )
    range: Range = key("输入值的范围，默认 0–100", "the values possible, 0–100 unless said", default=Range())
    branches: tuple[Branch, ...] | None = key(
        "分段规则，须恰好覆盖范围一次", "cases covering the range exactly once", default=None
    )
    grades: dict[Words, Percent] | None = key(
        "等级: 得分值的百分之几", "grade: percent of the points", default=None
    )
    judged: Flag = key(
        "由评价人员直接判定得分：得分写在 entered.value，依据写在 entered.reason；可另写 measure 供对照",
        "the points are set by judgement: they stand in entered.value, why in entered.reason; a measure may stand beside",
        default=False,
    )

    @property
    def shape(self) -> Shape:
        """Say how the points are found: by branches, by grades, by judgement, or as the sum of parts."""
        if getattr(self, "parts", None) is not None:
            return "parts"
        if self.judged:
            return "judged"
        return "grades" if self.grades is not None else "branches"


class Part(_Scored):
    """One of the parts an indicator adds up."""

    id: Id = key("编号", "its id")


class Definition(Frozen):
    """What the printed rule says the indicator is, where it says so."""

    wording: Text = key("指标解释原文", "the printed definition")
    measure: Id = key("原文所定义的指标值", "the measure those words define")


class Indicator(_Scored):
    """A node of the evaluation's table, its points and its scoring rule."""

    wording: Text | None = key("评分规则原文", "the rule as printed", default=None)
    target: Percent | None = key("目标值（%）", "the target value, percent", default=None)
    definition: Definition | None = key(
        "指标解释，用于核对", "the printed definition, to check against", default=None
    )
    parts: tuple[Part, ...] | None = key("由几部分相加", "parts that add up", default=None)
    veto: tuple[Veto, ...] = key(
        "一票否决情形，先于规则判断", "circumstances judged before the rule", default=()
    )
    no_survey: Literal["zero", "undecided"] = key(
        "未开展调查时：zero 得 0 分，undecided 由评价人员认定",
        "when no survey was made: zero or undecided",
        default="undecided",
    )
    variant_of: Id | None = key(
        "是另一指标的另一种评分表，不重复计入总分",
        "another reading of an indicator, not added up",
        default=None,
    )


class Reporting(Frozen):
    """How figures are printed; computing never rounds."""

    percent_places: Annotated[int, Field(ge=0, le=4)] = key(
        "百分数小数位", "decimal places of percentages", default=2
    )
    score_places: Annotated[int, Field(ge=0, le=4)] = key("得分小数位", "decimal places of points", default=2)


# --- the questionnaire ---------------------------------------------------------------------------------------------


class Questionnaire(Frozen):
    """One version of a questionnaire with its scales, measures, validity rules and indicators."""

    id: Slug = key("问卷编号，也是网址的一段", "the questionnaire's id, part of its address")
    title: Text = key("标题", "its title")
    organiser: Text = key("由谁开展", "who asks")
    purpose: Text = key("为什么调查，一句话", "why, in a sentence")
    minutes: Annotated[int, Field(ge=1, le=60)] = key(
        "大约几分钟", "how long it takes, in minutes", default=3
    )
    contact: Text | None = key("咨询方式", "whom to ask", default=None)
    delete_after: Day | None = key(
        "原始答卷删除日期 YYYY-MM-DD", "the day raw responses are deleted", default=None
    )
    languages: Languages = key("语言", "its languages", default=("zh",))
    mode: Literal["qr", "paper", "phone", "onsite", "mixed"] = key(
        "调查方式", "how it is fielded", default="qr"
    )
    source: Text | None = key("出处", "where the figures come from", default=None)
    population: Population = key("总体", "whom it speaks about", default=Population())
    scales: dict[Id, Scale] = key("共用量表", "shared scales", default={})
    sections: Annotated[tuple[Section, ...], Field(min_length=1)] = key("各部分", "its sections")
    measures: dict[Id, Measure] = key("指标值", "what is computed", default={})
    weighting: Weighting = key(
        "加权（与不加权的数并列）", "weighting, shown beside the plain figures", default=Weighting()
    )
    validity: tuple[ValidityRule, ...] = key("有效性规则，按序应用", "validity rules, in order", default=())
    partial_reasons: Annotated[tuple[Words, ...], BeforeValidator(_as_list)] = key(
        "收回但无效的答卷，哪些原因算“部分完成”（AAPOR 的 P，用于 RR2 等）；not_seen 指未见原卷的",
        "for which reasons an invalid questionnaire is a partial interview (AAPOR's P, as in RR2); not_seen: not among the rows",
        default=("incomplete",),
    )
    indicators: dict[Id, Indicator] = key("评分指标", "what is scored", default={})
    reporting: Reporting = key("修约", "rounding in print", default=Reporting())
    _version: str = PrivateAttr(default="")

    @property
    def version(self) -> str:
        """Return the version: the SHA-256 of the definition file's text (UTF-8, LF line ends), in hex."""
        return self._version

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Return every item by id, in questionnaire order."""
        return {item.id: item for section in self.sections for item in section.items}

    @cached_property
    def closed_items(self) -> tuple[str, ...]:
        """Return the ids of the items whose answers are codes: single, multiple and rating."""
        return tuple(item.id for item in self.items.values() if item.kind in ("single", "multiple", "rating"))

    @cached_property
    def _options(self) -> Mapping[str, tuple[Option, ...]]:
        return {item.id: self._find_options(item) for item in self.items.values()}

    def _find_options(self, item: Item) -> tuple[Option, ...]:
        if isinstance(item, RatingItem):
            return RATING
        if not isinstance(item, SingleItem | MultipleItem):
            return ()
        if item.scale is not None and item.scale in self.scales:
            return self.scales[item.scale].options
        return item.options or ()

    def options(self, item: str) -> tuple[Option, ...]:
        """Return an item's options, its own or its scale's; empty for text and number items."""
        return self._options[item]

    @cached_property
    def codes(self) -> Mapping[str, frozenset[str]]:
        """Return the codes of every item; none for text and number items."""
        return {item: frozenset(found) for item, found in self._option_index.items()}

    def option(self, item: str, code: str) -> Option | None:
        """Return the option of an item with a code."""
        return self._option_index[item].get(code)

    @cached_property
    def _option_index(self) -> Mapping[str, Mapping[str, Option]]:
        return {item: {option.code: option for option in options} for item, options in self._options.items()}

    def strata(self) -> Iterator[tuple[str, str]]:
        """Yield each stratum's code and label in the default language."""
        for code in self.population.strata:
            item = self.population.stratum_item
            option = self.option(item, code) if item else None
            yield code, option.label.say() if option else code

    def indicator_measures(self, indicator: Indicator) -> tuple[str, ...]:
        """Return the measures an indicator scores: its own, or those of its parts."""
        nodes: tuple[_Scored, ...] = indicator.parts or (indicator,)
        return tuple(node.measure for node in nodes if node.measure is not None)


RATING = tuple(Option(code=str(r), label=Text({"zh": str(r)}), value=Fraction(10 * r)) for r in range(11))
