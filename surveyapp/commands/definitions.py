"""Commands on files alone, without a database: check, analyse, rule."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import click
from pydantic_core import PydanticCustomError

from analysis import Estimate, Fieldwork, PatternTable, Report, Tallies, evaluate
from analysis.scoring import limits
from analysis.uncertainty import Certainty, certainty
from questionnaires.build import load
from questionnaires.model import Indicator, Part, Questionnaire, Range, exact
from questionnaires.problems import Problem
from surveyapp import present
from surveyapp.certainty import reading_rows
from surveyapp.console import BadInputError, bar, language, refuse, say, table
from surveyapp.entries import check_entries
from surveyapp.rows import read_tallies
from surveyapp.streaming import read_with_bar

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
@click.option("--responses", type=FILE, multiple=True, help="答卷文件，可写几个 rows: csv, xlsx, parquet")
@click.option("--tallies", type=FILE, help="逐题汇总数 counts per item: json, yaml")
@click.option("--distributed", type=click.IntRange(min=0), help="发放份数 questionnaires distributed")
@click.option("--returned", type=click.IntRange(min=0), help="收回份数（含未列入文件的无效问卷）returned")
@click.option("--entered", multiple=True, metavar="ID=VALUE", help="人工录入的值 a value entered by hand")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def analyse(
    file: Path,
    responses: tuple[Path, ...],
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
      surveyapp analyse zhifu-2022.yaml --responses east.csv --responses west.csv
    """
    if bool(responses) == (tallies is not None):
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


def _rows(
    paths: Sequence[Path], questionnaire: Questionnaire, given: Fieldwork
) -> tuple[PatternTable, Fieldwork]:
    read = read_with_bar(paths, questionnaire)
    refuse(read.problems)
    return read.table, given


def _tallies(path: Path | None, questionnaire: Questionnaire, given: Fieldwork) -> tuple[Tallies, Fieldwork]:
    assert path is not None
    read = read_tallies(path, questionnaire)
    refuse(read.problems)
    own = read.fieldwork
    _entered(questionnaire, [f"{name}={value}" for name, value in own.entered.items()])
    return read.tallies, replace(
        own,
        distributed=own.distributed if given.distributed is None else given.distributed,
        returned=own.returned if given.returned is None else given.returned,
        entered={**own.entered, **given.entered},
    )


def _entered(questionnaire: Questionnaire, written: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in written]
    found = {name.strip(): value.strip() for name, _, value in pairs}
    problems = check_entries(questionnaire, found)
    if problems:
        lines = [(f"--entered {one.zh}", f"--entered {one.en}") for one in problems]
        raise BadInputError("\n".join(zh for zh, _ in lines), "\n".join(en for _, en in lines))
    return found


# --- rule ----------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("file", type=FILE)
@click.option("--indicator", help="指标编号，不写则列出全部 the indicator's id; all of them unless named")
@click.option("--at", metavar="VALUE", help="指标值，百分数（92.4 即 92.4%）the value, in percent")
@click.option("--entered", multiple=True, metavar="ID=VALUE", help="人工录入的值；否决情形写 指标.情形=yes")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def rule(file: Path, indicator: str | None, at: str | None, entered: tuple[str, ...], form: str) -> None:
    """按评分规则，某个值得几分。Print the exact points an indicator's rule gives at a value.

    不写 --at 时，列出各界限处的得分并画图。Without --at: a table of the limits, and a plot.

    \b
    例 Examples:
      surveyapp rule huoju-2021.yaml --indicator policy --at 92.4
      surveyapp rule zhifu-2022.yaml --indicator satisfaction
      surveyapp rule zhifu-2022.yaml
      surveyapp rule huoju-2021.yaml --indicator audit_tiers --at 92.4 --entered audit_tiers.petitions=yes
    """
    if at is not None and indicator is None:
        say("--at 须与 --indicator 同用。", "--at needs --indicator.", err=True)
        raise click.exceptions.Exit(2)
    questionnaire = load_definition(file)
    names = _named(questionnaire, indicator)
    typed = _entered(questionnaire, entered)
    if at is not None:
        _print_one(questionnaire, names[0], at, typed, form)
    elif form == "json":
        click.echo(json.dumps(_all_stops(questionnaire, names, typed), ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(rule_table(questionnaire, name, typed) for name in names))


def _named(questionnaire: Questionnaire, indicator: str | None) -> list[str]:
    if indicator is None:
        return list(questionnaire.indicators)
    if indicator not in questionnaire.indicators:
        known = "、".join(questionnaire.indicators)
        raise BadInputError(
            f"没有指标 {indicator}；有：{known}", f"No indicator {indicator}; there are: {known}"
        )
    return [indicator]


def _all_stops(
    questionnaire: Questionnaire, names: Sequence[str], entered: Mapping[str, str]
) -> list[dict[str, object]]:
    return [
        _as_dict(questionnaire, name, _plain(stop), entered)
        for name in names
        for stop in _stops(questionnaire.indicators[name])
    ]


def points_at(questionnaire: Questionnaire, indicator: str, at: str, entered: Mapping[str, str]) -> Fraction:
    """Return the exact points an indicator gives when its measure (or its entered value) is `at`, in percent.

    Parts that are entered by hand keep the value in `entered` or in the definition. Raises BadInputError.
    """
    points = _certainty(questionnaire, indicator, at, entered).result.score
    if points is None:
        raise BadInputError(*_cannot_score(questionnaire.indicators[indicator], indicator, at))
    return points


def _cannot_score(node: Indicator, indicator: str, at: str) -> tuple[str, str]:
    if node.judged:
        most = f"{float(node.points):g}"
        return (
            f"指标 {indicator} 由评价人员判定：--at 应为 0 到 {most} 的分数",
            f"{indicator} is judged: --at is the points, from 0 to {most}",
        )
    return (
        f"{at} 不能用于指标 {indicator}：须在规则的范围内（或为规则中的等级）。",
        f"{at} cannot be scored by {indicator}: it must lie in the rule's range, or be one of its grades.",
    )


def _certainty(
    questionnaire: Questionnaire, indicator: str, at: str, entered: Mapping[str, str]
) -> Certainty:
    """Score an indicator as if every measure (or its entered value) were `at`, in percent."""
    node = questionnaire.indicators[indicator]
    if node.parts is None and (node.measure is None or node.judged):
        return certainty(questionnaire, indicator, _measures(questionnaire, None), {**entered, indicator: at})
    try:
        share = exact(at) / 100
    except PydanticCustomError:
        raise BadInputError(
            f"--at {at} 不是数字，请写成 92.4", f"--at {at} is not a number; write 92.4"
        ) from None
    return certainty(questionnaire, indicator, _measures(questionnaire, share), entered)


def _measures(questionnaire: Questionnaire, share: Fraction | None) -> dict[str, Estimate]:
    value = None if share is None else float(share)
    given = Estimate(value=value, exact=share, standard_error=None, interval=None, n=0, method="given")
    return dict.fromkeys(questionnaire.measures, given)


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
    readings = reading_rows(_certainty(questionnaire, indicator, at, entered), questionnaire, language())
    if readings:
        say(
            "\n规则没有写明之处，各种读法的得分（→ 为所用）：",
            "\nWhat the rule leaves open (→ is used):",
            err=True,
        )
        click.echo(table(("读法 reading", "得分 points"), readings, right=(1,)), err=True)


def _as_dict(
    questionnaire: Questionnaire, indicator: str, at: str, entered: Mapping[str, str]
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


def rule_table(questionnaire: Questionnaire, indicator: str, entered: Mapping[str, str]) -> str:
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
    if node.judged:
        wording += f" 由评价人员在 0 到 {float(node.points):g} 分之间判定 points are set by judgement"
    parts = [f"{node.title.say(language())}  {float(node.points):g} {'points' if en else '分'}", wording, ""]
    return "\n".join([*parts, table(head, rows, right=(0, 1)), "", *_plot(questionnaire, indicator, entered)])


def _plot(questionnaire: Questionnaire, indicator: str, entered: Mapping[str, str]) -> list[str]:
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
    rows = [_measure_row(report, questionnaire, name, found, "") for name, found in report.measures.items()]
    by_population = ("（按总体加权）", " (weighted)")[language() == "en"]
    rows += [
        _measure_row(report, questionnaire, name, found, by_population)
        for name, found in report.weighted.items()
    ]
    return table(en if language() == "en" else zh, rows, right=(1, 2, 3))


def _measure_row(
    report: Report, questionnaire: Questionnaire, name: str, found: Estimate, mark: str
) -> tuple[str, ...]:
    places, value = report.percent_places, found.value if found.exact is None else found.exact
    title = questionnaire.measures[name].title.say(language()) + mark
    return (
        title,
        present.percent(value, places),
        present.percent_range(found.interval, places),
        str(found.n),
        found.method,
    )


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
