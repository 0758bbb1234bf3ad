"""The command document: the analysis report, the blank questionnaire and the method statement as Word files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click

from questionnaires.model import Questionnaire
from surveyapp.commands.definitions import FILE, load_definition
from surveyapp.commands.surveys import opened, today
from surveyapp.config import load_config
from surveyapp.console import BadInputError, language, say
from surveyapp.deliver.blank import blank_questionnaire
from surveyapp.deliver.dossier import Dossier, dossier
from surveyapp.deliver.house import HouseStyle
from surveyapp.deliver.method import installed, method_statement
from surveyapp.deliver.wordreport import analysis_report

KINDS = ("report", "blank", "method")


@click.command()
@click.argument("survey")
@click.option(
    "--kind", type=click.Choice(KINDS), required=True, help="分析报告、空白问卷、方法说明 which document"
)
@click.option("--lang", "spoken", type=click.Choice(["zh", "en"]), help="文件的语言 the document's language")
@click.option(
    "--table-from",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="第一张表的编号 the first table's number",
)
@click.option("--places", type=click.IntRange(0, 4), help="百分数小数位 decimal places of percentages")
@click.option("--people", default="", help="对受访者的称呼，如 补贴人才 what those asked are called")
@click.option("--project", default="", help="标题中的项目名称 the project's name in the title")
@click.option(
    "--title", "titles", multiple=True, metavar="ITEM=WORDS", help="题目的简称 a short name of an item"
)
@click.option("--trim-rates", is_flag=True, help="得分率不写末尾的零 score rates without zeros at their end")
@click.option("--out", type=FILE, required=True, help="写入的 docx the file to write")
def document(
    survey: str,
    kind: str,
    spoken: str | None,
    table_from: int,
    places: int | None,
    people: str,
    project: str,
    titles: tuple[str, ...],
    trim_rates: bool,
    out: Path,
) -> None:
    """写出 Word 文件：分析报告、空白问卷或方法说明。Write a Word document on a stored survey.

    空白问卷也可以直接由定义文件写出。A blank questionnaire can be written from a definition file as well.

    \b
    例 Examples:
      surveyapp document zhifu-2022 --kind report --out report.docx
      surveyapp document zhifu-2022 --kind report --table-from 12 --people 补贴人才 --title notice=申报通知 --out annex.docx
      surveyapp document zhifu-2022.yaml --kind blank --lang en --out questionnaire.docx
      surveyapp document zhifu-2022 --kind method --out method.docx
    """
    tongue, path = spoken or language(), Path(survey)
    if kind == "blank" and path.suffix in (".yaml", ".yml"):
        _write(out, blank_questionnaire(load_definition(path), language=tongue, day=today(load_config())))
        return
    config = load_config()
    with opened(config) as store:  # the responses stream from it while the document is written
        found = dossier(store, config, survey, time.time())
        style = HouseStyle(
            percent_places=places, first_table=table_from, people=people, project=project,
            titles=_titles(found.questionnaire, titles), trims_score_rates=trim_rates,
        )  # fmt: skip
        content = _made(kind, found, tongue, style)
    _write(out, content)


def _made(kind: str, found: Dossier, tongue: str, style: HouseStyle) -> bytes:
    if kind == "blank":
        return blank_questionnaire(found.questionnaire, language=tongue, day=found.day)
    if kind == "method":
        return method_statement(found, language=tongue, style=style, software=installed())
    return analysis_report(found, language=tongue, style=style)


def _titles(questionnaire: Questionnaire, given: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    unknown = [item for item, _, words in pairs if item not in questionnaire.items or not words]
    if unknown:
        known = "、".join(questionnaire.items)
        zh = f"--title 应写成 题目编号=简称：{unknown[0]}；题目有：{known}"
        raise BadInputError(zh, f"--title takes ITEM=WORDS, not {unknown[0]}; items: {known}")
    return {item: words for item, _, words in pairs}


def _write(out: Path, content: bytes) -> None:
    if not out.parent.is_dir():
        raise BadInputError(f"没有文件夹 {out.parent}", f"There is no folder {out.parent}")
    out.write_bytes(content)
    say(f"已写入 {out}", f"Wrote {out}")
