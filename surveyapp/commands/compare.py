"""The command `compare`: what changed between two surveys, and what to improve first."""

from __future__ import annotations

from pathlib import Path

import click

from analysis import Fieldwork, PatternTable, evaluate, judge
from analysis.comparison import Change, Importance, importance_performance, year_on_year
from analysis.respondents import Respondents
from questionnaires.model import Questionnaire
from surveyapp import present
from surveyapp.commands.definitions import FILE, load_definition
from surveyapp.console import language, refuse, table
from surveyapp.streaming import read_with_bar

WHY = {
    "gone": ("上次没有这道题或这个指标值", "it was not there before"),
    "kind": ("题型不同", "another kind of item"),
    "options": ("选项或赋值不同", "other options or values"),
    "codes": ("算法或所计编码不同", "another way of counting"),
    "items": ("题目或权重不同", "other items or weights"),
    "group": ("人群不同", "other people"),
}
QUARTERS = {
    "keep": ("保持：重要且评价高", "keep: important and well rated"),
    "improve": ("优先改进：重要但评价低", "improve first: important but badly rated"),
    "low": ("次要：不太重要、评价低", "low priority"),
    "enough": ("足够：不太重要、评价高", "enough: well rated, less important"),
}


@click.command()
@click.argument("earlier", type=FILE)
@click.argument("earlier_rows", type=FILE)
@click.argument("later", type=FILE)
@click.argument("later_rows", type=FILE)
def compare(earlier: Path, earlier_rows: Path, later: Path, later_rows: Path) -> None:
    """两次调查相比，变化多少个百分点；这一次先改进什么。What changed between two surveys, and what to improve first.

    只比较题目、选项和赋值都相同的部分。Only what has the same items, options and values is compared.

    \b
    例 Example:
      surveyapp compare 2024.yaml rows-2024.csv 2025.yaml rows-2025.csv
    """
    old, new = load_definition(earlier), load_definition(later)
    before, after = _read(earlier_rows, old), _read(later_rows, new)
    reports = [(q, evaluate(q, rows, Fieldwork())) for q, rows in ((old, before), (new, after))]
    found = year_on_year(*reports)
    changes = {
        **{new.measures[name].title.say(language()): change for name, change in found.measures.items()},
        **{new.items[name].text.say(language()): change for name, change in found.items.items()},
    }
    click.echo(_changes(changes, new.reporting.percent_places))
    for name, why in found.not_comparable.items():
        click.echo(f"! {name}: {WHY[why][language() == 'en']}")
    if priorities := _priorities(new, after):
        click.echo(f"\n{priorities}")


def _read(path: Path, questionnaire: Questionnaire) -> PatternTable:
    read = read_with_bar([path], questionnaire)
    refuse(read.problems)
    return read.table


def _changes(changes: dict[str, Change], places: int) -> str:
    zh, en = (
        ("", "上次", "这次", "变化（百分点）", "95% 置信区间", "是否明显"),
        ("", "earlier", "later", "change (points)", "95% interval", "clear"),
    )
    rows = [(name, *_change(one, places)) for name, one in changes.items()]
    return table(en if language() == "en" else zh, rows, right=(1, 2, 3, 4))


def _change(one: Change, places: int) -> tuple[str, ...]:
    clear = {True: ("是", "yes"), False: ("否", "no"), None: (present.UNKNOWN,) * 2}[one.is_clear]
    by = None if one.exact is None else one.exact * 100
    low_high = one.interval and tuple(present.number(end * 100, places) for end in one.interval)
    return (
        present.percent(one.earlier.value, places), present.percent(one.later.value, places),
        present.UNKNOWN if by is None else ("+" if by > 0 else "") + present.number(by, places),
        " – ".join(low_high) if low_high else present.UNKNOWN, clear[language() == "en"],
    )  # fmt: skip


def _priorities(questionnaire: Questionnaire, rows: PatternTable) -> str:
    """Return the importance–performance table of the first satisfaction score over three items or more."""
    scores = [
        m for m in questionnaire.measures.values() if m.kind == "satisfaction_score" and len(m.items) >= 3
    ]
    if not scores:
        return ""
    people = Respondents.of(questionnaire, judge(questionnaire, rows))
    found = importance_performance(people, scores[0].items)
    zh, en = ("题目", "满意度", "重要性（推算）", "建议"), ("item", "score", "importance (derived)", "advice")
    lines = [_priority(questionnaire, item, one) for item, one in found.items()]
    return table(en if language() == "en" else zh, lines, right=(1, 2))


def _priority(questionnaire: Questionnaire, item: str, one: Importance) -> tuple[str, ...]:
    quarter = QUARTERS.get(one.quarter or "", (present.UNKNOWN,) * 2)[language() == "en"]
    score = present.percent(one.performance, questionnaire.reporting.percent_places)
    return questionnaire.items[item].text.say(language()), score, present.number(one.importance), quarter
