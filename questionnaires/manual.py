"""Writes the manual of the definition language and the JSON Schema from the models and the rules.

`python -m questionnaires.manual` writes docs/language.md and questionnaires/schema.json; `--check` only says whether
they are up to date.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from questionnaires import model
from questionnaires.intervals import Interval, decimal
from questionnaires.model import Action, Branch, Deduction
from questionnaires.rules import RULES
from questionnaires.schema import schema_text

HERE = Path(__file__).parent
MANUAL = HERE.parent / "docs" / "language.md"
SCHEMA = HERE / "schema.json"
EXAMPLE = HERE / "example.yaml"
PROSE = HERE / "manual.md"
NOTICE = "<!-- 由 python -m questionnaires.manual 生成，请勿手改。Generated; do not edit. -->"


def main(arguments: Sequence[str]) -> int:
    """Write both files, or with `--check` compare them; return the exit status."""
    wanted = {MANUAL: manual_text(), SCHEMA: schema_text()}
    stale = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if list(arguments) == ["--check"]:
        for path in stale:
            print(f"{path.name} is out of date; run python -m questionnaires.manual", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8", newline="\n")
        print(f"wrote {path}")
    return 0


def manual_text() -> str:
    """Return the manual as Markdown: the prose of manual.md with the generated parts in their places."""
    parts = {
        "example": [f"```yaml\n{EXAMPLE.read_text(encoding='utf-8')}```"],
        "actions": _actions(),
        "keys": _models(),
        "rules": [_reading_rules(), *map(_rule, RULES)],
    }
    text = PROSE.read_text(encoding="utf-8")
    for name, generated in parts.items():
        text = text.replace(f"<!-- {name} -->", "\n\n".join(generated))
    return f"{NOTICE}\n\n{text}"


# --- actions with worked examples -----------------------------------------------------------------------------------

ACTIONS: tuple[tuple[str, str, int, str, tuple[str, ...]], ...] = (
    (
        "得满分、不得分、得几分、得百分之几",
        "full, zero, so many points, a share",
        10,
        """\
- {at_least: 90, then: full}
- {at_least: 80, below: 90, then: {share: 80}}
- {at_least: 60, below: 80, then: {points: 5}}
- {below: 60, then: zero}""",
        ("90", "89.995", "80", "60", "59.99"),
    ),
    (
        "按比例：分值 × 数值 ÷ 此数",
        "in proportion: points × value ÷ this number",
        10,
        """\
- {at_least: 95, then: full}
- {below: 95, then: {proportional_to: 95}}""",
        ("95", "94.05", "76"),
    ),
    (
        "扣分，不满一步按比例（continuous）",
        "points off, part of a step in proportion",
        8,
        """\
- {at_least: 90, then: full}
- {below: 90, then: {deduct: {start: 90, per: 1, points: 0.1, step: continuous}}}""",
        ("90", "89", "88.01"),
    ),
    (
        "扣分，不满一步不扣（complete）",
        "points off for complete steps only",
        8,
        """\
- {at_least: 90, then: full}
- {below: 90, then: {deduct: {start: 90, per: 1, points: 0.1, step: complete}}}""",
        ("90", "89", "88.01"),
    ),
    (
        "扣分，不满一步按一步扣（started）",
        "points off for every step begun",
        8,
        """\
- {at_least: 90, then: full}
- {below: 90, then: {deduct: {start: 90, per: 1, points: 0.1, step: started}}}""",
        ("90", "89", "88.01"),
    ),
    (
        "每步扣该项分值的百分之几",
        "a share of the points off per step",
        9,
        """\
- {at_least: 90, then: full}
- {below: 90, then: {deduct: {start: 90, per: 1, share: 2, step: continuous}}}""",
        ("89", "80", "30"),
    ),
    (
        "超过起点时扣分（范围没有上限）",
        "points off above a limit (a range without an upper end)",
        3,
        """\
- {at_most: 100, then: {proportional_to: 100}}
- {above: 100, then: {deduct: {start: 100, per: 1, points: 1, step: continuous, direction: above}}}""",
        ("98.57", "100.5", "104"),
    ),
    (
        "线性插值",
        "a straight line between two limits",
        10,
        """\
- {at_least: 90, then: full}
- {at_least: 60, below: 90, then: {interpolate: {start: 60, end: 90, start_share: 60, end_share: 100}}}
- {below: 60, then: zero}""",
        ("90", "75", "60"),
    ),
)


def _actions() -> Iterator[str]:
    for zh, en, points, text, values in ACTIONS:
        branches = [Branch.model_validate(branch) for branch in yaml.load(text, Loader=yaml.BaseLoader)]
        rows = [
            f"| {value} | {decimal(worked(branches, Fraction(points), Fraction(value)))} |"
            for value in values
        ]
        table = "\n".join(["| 数值 value | 得分 points |", "|---:|---:|", *rows])
        body = "\n".join(f"  {line}" for line in text.split("\n"))
        yield f"### {zh} · {en}\n\n```yaml\npoints: {points}\nbranches:\n{body}\n```\n\n{table}"


def worked(branches: Sequence[Branch], points: Fraction, value: Fraction) -> Fraction:
    """Return the points at a value, for the manual's examples (`analysis` scores surveys)."""
    (branch,) = [branch for branch in branches if branch.holds(value)]
    return min(max(_given(branch.then, points, value), Fraction(0)), points)


def _given(action: Action, points: Fraction, value: Fraction) -> Fraction:
    if action.share is not None:
        return points * action.share / 100
    if action.points is not None:
        return action.points
    if action.proportional_to is not None:
        return points * value / action.proportional_to
    if action.deduct is not None:
        return points - _taken(action.deduct, points, value)
    line = action.interpolate
    assert line is not None
    share = line.start_share + (line.end_share - line.start_share) * (value - line.start) / (
        line.end - line.start
    )
    return points * share / 100


def _taken(deduct: Deduction, points: Fraction, value: Fraction) -> Fraction:
    beyond = deduct.start - value if deduct.direction == "below" else value - deduct.start
    steps = beyond / deduct.per
    counted = {"continuous": steps, "complete": Fraction(steps // 1), "started": Fraction(-(-steps // 1))}[
        deduct.step
    ]
    return counted * (deduct.points if deduct.points is not None else points * (deduct.share or 0) / 100)


# --- keys -----------------------------------------------------------------------------------------------------------

MODELS: tuple[tuple[type[BaseModel], str, str], ...] = (
    (model.Questionnaire, "问卷", "The questionnaire"),
    (model.Population, "总体", "Population"),
    (model.Scale, "量表", "Scale"),
    (model.Section, "部分", "Section"),
    (model.BaseItem, "每道题", "Every item"),
    (model.SingleItem, "单选题", "Single choice item"),
    (model.MultipleItem, "多选题", "Multiple choice item"),
    (model.RatingItem, "评分题", "Rating item"),
    (model.NumberItem, "数字题", "Number item"),
    (model.TextItem, "文字题", "Text item"),
    (model.Option, "选项", "Option"),
    (model.Between, "界限条件", "Limits of a condition"),
    (model.Measure, "指标值", "Measure"),
    (model.Weighting, "加权", "Weighting"),
    (model.Incomplete, "有效性：漏答", "Validity: incomplete"),
    (model.TooFast, "有效性：答题过快", "Validity: too fast"),
    (model.Attention, "有效性：甄别题", "Validity: attention"),
    (model.StraightLined, "有效性：直线作答", "Validity: straight-lined"),
    (model.Contradictory, "有效性：前后矛盾", "Validity: contradictory"),
    (model.IdenticalAnswers, "有效性：雷同答卷", "Validity: identical answers"),
    (model.Duplicate, "有效性：重复", "Validity: duplicate"),
    (model.Indicator, "指标", "Indicator"),
    (model.Part, "指标的组成部分", "Part of an indicator"),
    (model.Definition, "指标解释", "Definition of an indicator"),
    (model.Range, "取值范围", "Range"),
    (model.Branch, "分段", "Branch"),
    (model.Action, "得分", "What a branch gives"),
    (model.Deduction, "扣分", "Deduction"),
    (model.Interpolation, "线性插值", "Interpolation"),
    (model.Entered, "录入值", "Entered value"),
    (model.Veto, "否决情形", "Veto"),
    (model.Reporting, "修约", "Reporting"),
)
TYPES: tuple[tuple[Any, str], ...] = (
    (model.Text, "文字 text"),
    (model.Words, "文字 text"),
    (model.Id, "编号 id"),
    (model.Slug, "编号 id"),
    (model.Code, "编码 code"),
    (model.Codes, "编码（列表）codes"),
    (model.Ids, "题目编号（列表）item ids"),
    (model.Languages, "语言（列表）languages"),
    (model.Condition, "编码列表或[界限](#between) codes or [limits](#between)"),
    (model.Day, "日期 day"),
    (model.Flag, "`yes` · `no`"),
    (model.Share, "百分数 percent"),
    (model.Percent, "百分数 percent"),
    (model.Positive, "正数 number > 0"),
    (model.AboveOne, "大于 1 的数 number > 1"),
    (model.Bound, "数或 `none` number or `none`"),
    (model.Exact, "数 number"),
    (int, "整数 whole number"),
    (str, "文字 text"),
)
VALIDITY = (
    model.Incomplete, model.TooFast, model.Attention, model.StraightLined,
    model.Contradictory, model.IdenticalAnswers, model.Duplicate,
)  # fmt: skip
COLUMNS = "| 键 key | 类型 type | 省略时 default | 说明 | Meaning |"
SHARED = "除了[每道题](#baseitem)都有的键，还有： Besides the keys of [every item](#baseitem):"
TITLES = {cls: (zh, en) for cls, zh, en in MODELS}


def _models() -> Iterator[str]:
    for cls, zh, en in MODELS:
        rows = [_row(cls, name, info) for name, info in cls.model_fields.items() if name not in _shared(cls)]
        head = [f'<a id="{cls.__name__.lower()}"></a>', f"### {zh} · {en}"]
        doc = inspect.getdoc(cls) or ""
        head += [doc] if cls in VALIDITY else []
        head += [SHARED] if _shared(cls) else []
        yield "\n\n".join([*head, "\n".join([COLUMNS, "|---|---|---|---|---|", *rows])])


def _shared(cls: type[BaseModel]) -> Iterable[str]:
    """Return the keys that a kind of item has in common with every other."""
    own = issubclass(cls, model.BaseItem) and cls is not model.BaseItem
    return model.BaseItem.model_fields if own else ()


def _row(cls: type[BaseModel], name: str, info: FieldInfo) -> str:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    hint = get_type_hints(cls, include_extras=True)[name]
    cells = [f"`{name}`", _type(hint), _default(info), str(extra["zh"]), str(info.description)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(hint: Any) -> str:
    for alias, words in TYPES:
        if hint == alias:
            return words
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(inner[0])
    if origin in (Union, UnionType):
        named = list(dict.fromkeys(_type(kind) for kind in inner if kind is not type(None)))
        return " · ".join(named)
    if origin is Literal:
        return " · ".join(f"`{value}`" for value in inner)
    if origin is tuple:
        return f"列表 list: {_type(inner[0])}"
    if origin is dict:
        return f"{_type(inner[0])}: {_type(inner[1])}"
    zh, en = TITLES[hint]
    return f"[{zh} {en.lower()}](#{hint.__name__.lower()})"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**必写**"
    value = info.default
    if isinstance(value, bool):
        return "`yes`" if value else "`no`"
    if isinstance(value, tuple) and value:
        return f"`[{', '.join(value)}]`"
    if isinstance(value, model.Range):
        return f"`{Interval.whole(value)}`"
    if isinstance(value, Fraction):
        return f"`{decimal(value)}`"
    return f"`{value}`" if isinstance(value, str | int) else ""


# --- the catalogue of rules -----------------------------------------------------------------------------------------

READING: tuple[tuple[str, str, str], ...] = (
    ("encoding", "文件不是 UTF-8", "the file is not UTF-8"),
    ("file-size", "文件超过 300 KB", "the file is larger than 300 KB"),
    (
        "yaml-syntax",
        "YAML 写法不对：缩进、引号、括号、锚点等",
        "not YAML: indentation, quotes, brackets, anchors …",
    ),
    ("duplicate-key", "同一处的键写了两次", "a key stands twice"),
    ("unknown-key", "没有这个键", "there is no such key"),
    ("missing-key", "缺少必写的键", "a required key is missing"),
    (
        "wrong-type",
        "该写文字、列表或映射的地方写了别的",
        "something else than the text, list or mapping that belongs here",
    ),
    ("bad-name", "编号或编码含不允许的字符", "an id or code has characters it cannot have"),
    ("empty-text", "没有写内容", "nothing is written"),
    ("long-text", "文字太长", "a text is too long"),
    ("empty-list", "列表项数不够", "a list has too few entries"),
    ("not-a-choice", "不在可选值中", "not one of the values possible"),
    ("not-a-number", "不是数字", "not a number"),
    ("not-a-percentage", "不在 0 到 100 之间", "not between 0 and 100"),
    (
        "share-in-percent",
        "份额写成了小数，如 0.8；应写 80",
        "a share written as a fraction, such as 0.8 for 80",
    ),
    ("not-positive", "应大于 0", "must be greater than 0"),
    ("not-above-one", "应大于 1", "must be greater than 1"),
    ("too-small", "太小", "too small"),
    ("too-large", "太大", "too large"),
    ("not-a-flag", "应为 yes 或 no", "must be yes or no"),
    ("not-a-day", "不是日期", "not a day"),
    ("text-language", "文字的键不是语言代码", "a text has a key that is no language"),
    ("branch-limits", "一段的同一侧写了两个界限", "a branch has two limits on one side"),
    ("action", "`then` 不是一种得分", "`then` is not one of the things a branch can give"),
    (
        "deduct-amount",
        "扣分没有写，或同时写了 points 和 share",
        "a deduction has neither points nor share, or both",
    ),
    ("interpolate-order", "插值的起点不小于终点", "a line begins where it should end"),
)


def _reading_rules() -> str:
    rows = [f"| `{rule}` | {zh} | {en} |" for rule, zh, en in READING]
    head = "### 读取时 · While reading"
    return "\n".join([head, "", "| 规则 rule | 错误 | Mistake |", "|---|---|---|", *rows])


def _rule(module: Any) -> str:
    words, wrong, right = _split(inspect.getdoc(module) or "")
    chinese = [part for part in words if re.search(r"[\u4e00-\u9fff]{4}", part)]
    english = [part for part in words if part not in chinese]
    example = f"```yaml\n# 错 wrong\n{wrong}\n\n# 对 right\n{right}\n```"
    return "\n\n".join([f'<a id="{module.ID}"></a>\n\n### `{module.ID}`', *chinese, *english, example])


def _split(text: str) -> tuple[list[str], str, str]:
    """Take a rule's docstring apart: its paragraphs, the wrong and the right example."""
    prose, _, examples = text.partition("\nWrong:\n")
    wrong, _, right = examples.partition("\nRight:\n")
    return prose.strip().split("\n\n"), inspect.cleandoc("\n" + wrong), inspect.cleandoc("\n" + right)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
