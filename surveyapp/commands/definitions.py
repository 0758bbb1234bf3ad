"""Commands on files alone, without a database: check, analyse, rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import click

from analysis import Estimate, Fieldwork, PatternTable, Report, Tallies, evaluate
from analysis.indicators import Scorer
from analysis.report import IndicatorResult
from analysis.scoring import limits
from questionnaires.build import load
from questionnaires.model import Indicator, Part, Questionnaire, Range, exact
from questionnaires.problems import Problem
from surveyapp import present
from surveyapp.console import BadInputError, bar, language, refuse, say, table
from surveyapp.rows import read_rows, read_tallies

FILE = click.Path(path_type=Path, dir_okay=False)


def load_definition(path: Path) -> Questionnaire:
    """Load a definition; its problems end the command."""
    loaded = load(path)
    refuse(loaded.problems)
    assert loaded.questionnaire is not None
    return loaded.questionnaire


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
def check(files: tuple[Path, ...]) -> None:
    """检查问卷定义，列出全部问题。Check definitions and list every problem.

    \b
    每行一个问题 one problem a line:  文件 path:行 line:列 column: 说明 message [规则 rule]
    没有问题时退出码为 0，有问题为 1。Exit status 0 if all is well, 1 if not.

    \b
    例 Examples:
      surveyapp check questionnaires/library/zhifu-2022.yaml
      surveyapp check *.yaml
    """
    problems = [problem for path in files for problem in _problems(path)]
    for problem in problems:
        click.echo(problem.show(language()))
    if problems:
        raise click.exceptions.Exit(1)
    say(f"{len(files)} 个文件没有问题。", f"{len(files)} files, no problems.", err=True)


def _problems(path: Path) -> list[Problem]:
    try:
        return load(path).problems
    except OSError as error:
        why = error.strerror or str(error)
        return [
            Problem(
                file=str(path),
                line=1,
                column=1,
                rule="file",
                zh=f"打不开文件：{why}",
                en=f"cannot open: {why}",
            )
        ]


@click.command()
@click.argument("file", type=FILE)
@click.option("--responses", type=FILE, help="答卷文件 rows: csv, xlsx, parquet")
@click.option("--tallies", type=FILE, help="逐题汇总数 counts per item: json, yaml")
@click.option("--distributed", type=click.IntRange(min=0), help="发放份数 questionnaires distributed")
@click.option("--returned", type=click.IntRange(min=0), help="收回份数（含未列入文件的无效问卷）returned")
@click.option("--entered", multiple=True, metavar="ID=VALUE", help="人工录入的值 a value entered by hand")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def analyse(
    file: Path,
    responses: Path | None,
    tallies: Path | None,
    distributed: int | None,
    returned: int | None,
    entered: tuple[str, ...],
    form: str,
) -> None:
    """不用数据库，直接分析答卷或汇总数。Analyse rows or tallies without a database.

    \b
    例 Examples:
      surveyapp analyse zhifu-2022.yaml --responses rows.csv --distributed 60 --returned 56
      surveyapp analyse zhifu-2022.yaml --tallies tallies.json --format json
      surveyapp analyse zhifu-2022.yaml --responses rows.xlsx --entered growth=16.2
    """
    if (responses is None) == (tallies is None):
        say(
            "请用 --responses 或 --tallies 指定一个数据文件。",
            "Name one file by --responses or --tallies.",
            err=True,
        )
        raise click.exceptions.Exit(2)
    questionnaire = load_definition(file)
    given = Fieldwork(distributed=distributed, returned=returned, entered=_entered(questionnaire, entered))
    read = _rows(responses, questionnaire, given) if responses else _tallies(tallies, questionnaire, given)
    try:
        report = evaluate(questionnaire, *read)
    except ValueError as error:
        zh = "收回份数少于已有的答卷数，请核对 --returned。"
        raise BadInputError(zh, f"Check --returned: {error}") from None
    click.echo(
        present.as_json(report) if form == "json" else as_table(report, questionnaire), nl=form != "json"
    )


def _rows(path: Path, questionnaire: Questionnaire, given: Fieldwork) -> tuple[PatternTable, Fieldwork]:
    read = read_rows(path, questionnaire)
    refuse(read.problems)
    return read.table, given


def _tallies(path: Path | None, questionnaire: Questionnaire, given: Fieldwork) -> tuple[Tallies, Fieldwork]:
    assert path is not None
    read = read_tallies(path, questionnaire)
    refuse(read.problems)
    own = read.fieldwork
    return read.tallies, replace(
        own,
        distributed=own.distributed if given.distributed is None else given.distributed,
        returned=own.returned if given.returned is None else given.returned,
        entered={**own.entered, **given.entered},
    )


def _entered(questionnaire: Questionnaire, written: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in written]
    for name, sign, _ in pairs:
        if not sign or name.partition(".")[0] not in questionnaire.indicators:
            zh, en = f"--entered {name}：应写成 指标编号=值", f"--entered {name}: write INDICATOR=VALUE"
            raise BadInputError(zh, en)
    return {name: value for name, _, value in pairs}


# --- rule ----------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("file", type=FILE)
@click.option("--indicator", required=True, help="指标编号 the indicator's id")
@click.option("--at", metavar="VALUE", help="指标值，百分数（92.4 即 92.4%）the value, in percent")
@click.option("--entered", multiple=True, metavar="ID=VALUE", help="人工录入的值；否决情形写 指标.情形=yes")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def rule(file: Path, indicator: str, at: str | None, entered: tuple[str, ...], form: str) -> None:
    """按评分规则，某个值得几分。Print the exact points an indicator's rule gives at a value.

    不写 --at 时，列出各界限处的得分并画图。Without --at: a table of the limits, and a plot.

    \b
    例 Examples:
      surveyapp rule huoju-2021.yaml --indicator policy --at 92.4
      surveyapp rule zhifu-2022.yaml --indicator satisfaction
      surveyapp rule huoju-2021.yaml --indicator audit_tiers --at 92.4 --entered audit_tiers.petitions=yes
    """
    questionnaire = load_definition(file)
    node = questionnaire.indicators.get(indicator)
    if node is None:
        known = "、".join(questionnaire.indicators)
        raise BadInputError(
            f"没有指标 {indicator}；有：{known}", f"No indicator {indicator}; there are: {known}"
        )
    typed = _entered(questionnaire, entered)
    if at is not None:
        _print_one(questionnaire, indicator, at, typed, form)
    elif form == "json":
        click.echo(
            json.dumps(
                [_as_dict(questionnaire, indicator, str(v), typed) for v in _stops(node)],
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        click.echo(rule_table(questionnaire, indicator, typed))


def points_at(questionnaire: Questionnaire, indicator: str, at: str, entered: dict[str, str]) -> Fraction:
    """Return the exact points an indicator gives when its measure (or its entered value) is `at`, in percent.

    Parts that are entered by hand keep the value in `entered` or in the definition. Raises BadInputError.
    """
    found = _result(questionnaire, indicator, at, entered)
    if found.score is None:
        zh = f"{at} 不能用于指标 {indicator}：须在规则的范围内（或为规则中的等级）。"
        raise BadInputError(
            zh,
            f"{at} cannot be scored by {indicator}: it must lie in the rule's range, or be one of its grades.",
        )
    return found.score


def _result(
    questionnaire: Questionnaire, indicator: str, at: str, entered: dict[str, str]
) -> IndicatorResult:
    node = questionnaire.indicators[indicator]
    values = dict(entered)
    share = None
    if node.parts is None and (node.measure is None or node.judged):
        values[indicator] = at
    else:
        try:
            share = exact(at) / 100
        except Exception:
            raise BadInputError(
                f"--at {at} 不是数字，请写成 92.4", f"--at {at} is not a number; write 92.4"
            ) from None
    value = Estimate(
        value=None if share is None else float(share),
        exact=share,
        standard_error=None,
        interval=None,
        n=0,
        method="given",
    )
    return Scorer(
        questionnaire=questionnaire, measures=dict.fromkeys(questionnaire.measures, value), entered=values
    ).result(indicator)[0]


def _print_one(
    questionnaire: Questionnaire, indicator: str, at: str, entered: dict[str, str], form: str
) -> None:
    found = _as_dict(questionnaire, indicator, at, entered)
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    click.echo(found["exact_score"])
    title = questionnaire.indicators[indicator].title.say(language())
    zh = f"{title}：{at} 得 {found['exact_score']} 分，修约为 {found['reported']} 分（满分 {found['points']:g} 分）"
    en = f"{title}: {at} gives {found['exact_score']} points, reported as {found['reported']} of {found['points']:g}"
    say(zh, en, err=True)


def _as_dict(
    questionnaire: Questionnaire, indicator: str, at: str, entered: dict[str, str]
) -> dict[str, object]:
    points = points_at(questionnaire, indicator, at, entered)
    return {
        "indicator": indicator,
        "at": at,
        "points": float(questionnaire.indicators[indicator].points),
        "score": float(points),
        "exact_score": str(points),
        "reported": present.half_up(points, questionnaire.reporting.score_places),
    }


def _scored_nodes(node: Indicator) -> list[Indicator | Part]:
    return [n for n in (node.parts or (node,)) if n.branches]


def _ends(node: Indicator) -> tuple[Fraction, Fraction]:
    """Return the least and greatest values worth showing, also where the range has no end."""
    nodes = _scored_nodes(node)
    allowed: Range = nodes[0].range if nodes else Range()
    known = sorted(limit for n in nodes for limit in limits(n)) or [Fraction(0), Fraction(100)]
    low = allowed.at_least if allowed.at_least is not None else known[0] - 10
    return low, allowed.at_most if allowed.at_most is not None else known[-1] + 10


def _stops(node: Indicator) -> list[Fraction | str]:
    """Return the values where the rule is worth looking at: its ends, its limits and just below and above them."""
    grades: list[Fraction | str] = [*(node.grades or ())]
    if grades or node.judged:
        return grades
    low, high = _ends(node)
    near = {low, high}
    for one in _scored_nodes(node):
        for limit in limits(one):
            near |= {limit - Fraction(1, 100), limit, limit + Fraction(1, 100)}
    return sorted(value for value in near if low <= value <= high)


def rule_table(questionnaire: Questionnaire, indicator: str, entered: dict[str, str]) -> str:
    """Return an indicator's points at its limits, and a plot of them over its range."""
    node = questionnaire.indicators[indicator]
    en = language() == "en"
    head = ("value", "points", "exact") if en else ("指标值", "得分", "精确值")
    rows = []
    for stop in _stops(node):
        points = points_at(questionnaire, indicator, _plain(stop), entered)
        rows.append(
            (_plain(stop), present.half_up(points, questionnaire.reporting.score_places), str(points))
        )
    wording = node.wording.say(language()) if node.wording else ""
    parts = [f"{node.title.say(language())}  {float(node.points):g} {'points' if en else '分'}", wording, ""]
    return "\n".join([*parts, table(head, rows, right=(0, 1)), "", *_plot(questionnaire, indicator, entered)])


def _plot(questionnaire: Questionnaire, indicator: str, entered: dict[str, str]) -> list[str]:
    node = questionnaire.indicators[indicator]
    if not _scored_nodes(node):
        return []
    low, high = _ends(node)
    lines = []
    for step in range(21):
        value = low + (high - low) * step / 20
        points = points_at(questionnaire, indicator, _plain(value), entered)
        lines.append(f"{float(value):>8g} │{bar(float(points / node.points))} {present.half_up(points, 2)}")
    return lines


def _plain(value: Fraction | str) -> str:
    return value if isinstance(value, str) else f"{float(value):.9f}".rstrip("0").rstrip(".")


# --- a report on the terminal --------------------------------------------------------------------------------------


def as_table(report: Report, questionnaire: Questionnaire) -> str:
    """Return a report as aligned tables in the reader's language."""
    parts = [
        _fieldwork_lines(report),
        _measure_table(report, questionnaire),
        _indicator_table(report, questionnaire),
    ]
    notes = [f"! {present.words(warning, report, language())}" for warning in report.warnings]
    return "\n\n".join([report.title, *parts, *(["\n".join(notes)] if notes else [])])


def _fieldwork_lines(report: Report) -> str:
    work, places = report.fieldwork, report.percent_places
    head = ("distributed", "returned", "valid", "return rate", "validity rate", "valid return rate")
    zh = ("发放", "收回", "有效", "回收率", "有效率", "有效回收率")
    rates = [
        present.percent(rate, places)
        for rate in (work.return_rate, work.validity_rate, work.valid_return_rate)
    ]
    counts = [
        present.UNKNOWN if work.distributed is None else str(work.distributed),
        str(work.returned),
        str(work.valid),
    ]
    return table(head if language() == "en" else zh, [[*counts, *rates]], right=range(6))


def _measure_table(report: Report, questionnaire: Questionnaire) -> str:
    zh, en = (
        ("指标值", "结果", "95% 置信区间", "人数", "方法"),
        ("measure", "value", "95% interval", "n", "method"),
    )
    rows = []
    for name, found in report.measures.items():
        title = questionnaire.measures[name].title.say(language())
        interval = present.percent_range(found.interval, report.percent_places)
        rows.append(
            (
                title,
                present.percent(found.value if found.exact is None else found.exact, report.percent_places),
                interval,
                str(found.n),
                found.method,
            )
        )
    return table(en if language() == "en" else zh, rows, right=(1, 2, 3))


def _indicator_table(report: Report, questionnaire: Questionnaire) -> str:
    zh, en = (
        ("评分指标", "分值", "得分", "区间", "是否达标"),
        ("indicator", "points", "score", "range", "target met"),
    )
    said = {True: ("是", "yes"), False: ("否", "no"), None: (present.UNKNOWN,) * 2}
    rows = []
    for name, found in report.indicators.items():
        title = questionnaire.indicators[name].title.say(language())
        met = said[found.meets_target][language() == "en"]
        score = present.number(found.score, report.score_places)
        rows.append(
            (
                title,
                f"{float(found.points):g}",
                score,
                present.number_range(found.interval, report.score_places),
                met,
            )
        )
    return table(en if language() == "en" else zh, rows, right=(1, 2, 3))
