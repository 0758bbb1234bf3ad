"""The command `plan`: how many answers a survey needs, before it is fielded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from analysis.planning import Plan, Stratum
from analysis.planning import plan as planned
from surveyapp import present
from surveyapp.commands.definitions import FILE, load_definition
from surveyapp.console import BadInputError, language, say, table

SILENT_DIFFER = 10
"""Percentage points by which the silent are supposed to differ, to show what non-response can do."""


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--population", type=click.IntRange(min=1), help="总体人数 how many people there are")
@click.option("--strata", "written_strata", metavar="A=1138,B=262", help="各层人数 people in each stratum")
@click.option(
    "--margin",
    type=click.FloatRange(0, 50, min_open=True),
    help="允许误差，百分点（5 即 ±5 个百分点）margin, in points",
)
@click.option(
    "-n",
    "--n",
    "answers",
    type=click.IntRange(min=1),
    help="已定的有效份数，反推误差 a given number of answers",
)
@click.option(
    "--share",
    default="0.5",
    show_default=True,
    metavar="P",
    help="预计比例，或各层 A=0.9,B=0.7；0.5 最保守 expected share",
)
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="置信水平 level",
)
@click.option(
    "--allocation", type=click.Choice(["proportional", "neyman", "equal"]), default="proportional", show_default=True,
    help="按人数、奈曼、平均分配 how to divide among strata",
)  # fmt: skip
@click.option(
    "--minimum",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="每层至少几份 least per stratum",
)
@click.option(
    "--response-rate", type=click.FloatRange(0, 1, min_open=True), default=1.0, show_default=True,
    help="预计应答率（0.8 即八成）expected response rate",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def plan(
    file: Path | None,
    population: int | None,
    written_strata: str | None,
    margin: float | None,
    answers: int | None,
    share: str,
    level: float,
    allocation: str,
    minimum: int,
    response_rate: float,
    form: str,
) -> None:
    """调查前算样本量：要多少份、发多少份、误差多大。Sample size: answers, invitations, margin.

    \b
    总体写 --population 或 --strata，也可给出问卷定义 FILE（取其中的总体和分层）。
    People by --population or --strata, or from the population of a definition FILE.

    \b
    例 Examples:
      surveyapp plan --population 1402 --margin 5
      surveyapp plan --population 1402 -n 53
      surveyapp plan --strata A=1138,B=262,C=2 --margin 5 --minimum 2 --response-rate 0.8
      surveyapp plan zhifu-2022.yaml --margin 5 --allocation neyman --share A=0.9,B=0.7,C=0.5
    """
    if (margin is None) == (answers is None):
        say("请写 --margin 或 -n 之一。", "Give either --margin or -n.", err=True)
        raise click.exceptions.Exit(2)
    strata = _strata(file, population, written_strata)
    try:
        found = planned(
            strata, margin=None if margin is None else margin / 100, n=answers, share=_share(share, strata), level=level,
            allocation=allocation, least=minimum, response_rate=response_rate,  # type: ignore[arg-type]
        )  # fmt: skip
    except ValueError as error:
        zh = f"无法计算，请核对 -n（不超过总体人数、不少于各层最少份数之和）和 --share：{error}"
        raise BadInputError(
            zh, f"Check -n (at most the population, at least the strata's minimum) and --share: {error}"
        ) from None
    click.echo(as_json(found) if form == "json" else as_table(found, response_rate))


def _strata(file: Path | None, population: int | None, written: str | None) -> dict[str, int]:
    """Return people by stratum; one stratum without a name where there are none."""
    if sum(source is not None for source in (file, population, written)) != 1:
        say(
            "请从 FILE、--population、--strata 中选一个。",
            "Give one of FILE, --population and --strata.",
            err=True,
        )
        raise click.exceptions.Exit(2)
    if file is not None:
        return _of_definition(file)
    return {"": population} if population is not None else _people(written or "")


def _of_definition(file: Path) -> dict[str, int]:
    people = load_definition(file).population
    if people.total is None:
        zh, en = (
            "问卷定义没有写总体人数（population），请用 --population。",
            "The definition has no population; use --population.",
        )
        raise BadInputError(zh, en)
    return dict(people.strata) or {"": people.total}


def _pairs(option: str, written: str) -> dict[str, str]:
    parts = [text.partition("=") for text in written.replace("，", ",").split(",") if text.strip()]
    pairs = [(name.strip(), value.strip()) for name, _, value in parts]
    names = [name for name, _ in pairs]
    if not pairs or not all(name and value for name, value in pairs) or len(set(names)) < len(names):
        raise BadInputError(f"{option} {written}：应写成 A=…,B=…", f"{option} {written}: write A=…,B=…")
    return dict(pairs)


def _people(written: str) -> dict[str, int]:
    pairs = _pairs("--strata", written)
    wrong = [value for value in pairs.values() if not (value.isascii() and value.isdigit())]
    if wrong or not any(map(int, pairs.values())):
        raise BadInputError(
            f"--strata {written}：人数应为整数", f"--strata {written}: people must be whole numbers"
        )
    return {name: int(value) for name, value in pairs.items()}


def _share(written: str, strata: Mapping[str, int]) -> float | dict[str, float]:
    texts = _pairs("--share", written) if "=" in written else {"": written}
    try:
        numbers = {name: float(value) for name, value in texts.items()}
    except ValueError:
        numbers = {"": math.nan}
    if not all(0 <= value <= 1 for value in numbers.values()):
        raise BadInputError(
            f"--share {written}：应为 0 到 1 的数", f"--share {written}: write numbers from 0 to 1"
        )
    unknown = [name for name in texts if "=" in written and name not in strata]
    if unknown:
        known = ", ".join(strata)
        raise BadInputError(
            f"--share：没有层 {unknown[0]}；有 {known}",
            f"--share: no stratum {unknown[0]}; there are {known}",
        )
    return numbers if "=" in written else numbers[""]


def as_json(found: Plan) -> str:
    """Return a plan as JSON; margins and shares are shares of 1."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=2)


def as_table(found: Plan, response_rate: float) -> str:
    """Return a plan as a table with the sentences that go with it, in the reader's language."""
    zh, en = (
        ("", "人数", "单独需要", "有效份数", "发放", "误差"),
        ("", "people", "alone", "answers", "invite", "margin"),
    )
    is_en = language() == "en"
    rows = [_row(row) for row in found.strata] if len(found.strata) > 1 else []
    total = (
        "all" if is_en else "合计",
        str(found.population),
        present.UNKNOWN,
        str(found.n),
        str(found.invited),
        _points(found.margin),
    )
    if found.wanted_margin is not None and not rows:
        total = (*total[:2], str(found.n), *total[3:])
    shown = table(en if is_en else zh, [*rows, total], right=range(1, 6))
    return "\n".join([shown, "", *_sentences(found, response_rate, is_en)])


def _row(row: Stratum) -> tuple[str, ...]:
    alone = present.UNKNOWN if row.alone is None else str(row.alone)
    return row.name, str(row.people), alone, str(row.n), str(row.invited), _points(row.margin)


def _points(margin: float | None) -> str:
    return present.UNKNOWN if margin is None else f"±{present.number(100 * margin, 1)}"


def _sentences(found: Plan, response_rate: float, is_en: bool) -> list[str]:
    level, margin, share = (
        present.percent(found.level, 0),
        _points(found.margin),
        present.percent(found.share, 0),
    )
    zh = [f"置信水平 {level}、比例约 {share} 时，误差 {margin} 个百分点。"]
    en = [f"With {level} confidence a share of about {share} is known to {margin} percentage points."]
    if response_rate < 1:
        rate, moved = present.percent(response_rate, 0), present.number(SILENT_DIFFER * found.silence, 1)
        expected = _points(found.expected_margin)
        zh += [
            f"应答率 {rate} 时，发放 {found.invited} 份约收 {found.answers} 份（误差 {expected}）。",
            f"份数再多也补不了不应答：未答者若相差 {SILENT_DIFFER} 个百分点，结果就偏 {moved} 个百分点。",
        ]
        en += [
            f"At {rate} response, {found.invited} invitations bring about {found.answers} answers ({expected}).",
            f"No number mends silence: if the silent differ by {SILENT_DIFFER} points, the result is off by {moved}.",
        ]
    if found.answers < found.n and found.invited == found.population:
        zh.append("即使全部发放，也收不到所需份数。")
        en.append("Even asking everybody does not bring the answers wanted.")
    if found.uncovered:
        zh.append(f"{'、'.join(found.uncovered)} 没有分到份数，结果不代表该层；可用 --minimum 规定最少份数。")
        en.append(
            f"Nobody is asked in {', '.join(found.uncovered)}: the result does not speak for them. See --minimum."
        )
    return en if is_en else zh
