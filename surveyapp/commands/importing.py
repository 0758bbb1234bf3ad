"""The command that imports answers from elsewhere: shows what a file holds and how it is read, then stores it whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from questionnaires.model import Questionnaire
from questionnaires.problems import Words
from surveyapp import importing, reporting
from surveyapp.commands.definitions import FILE
from surveyapp.commands.surveys import opened, today
from surveyapp.config import Config, load_config
from surveyapp.console import BadInputError, language, say, table
from surveyapp.importing import Column, ColumnMapping, Judged, Order, RowProblem, Table
from surveyapp.store import Store

LARGEST = 1 << 30
FIRST_ROWS = 5
MOST_LISTED = 200
LONGEST = 34


def _spoken(words: Words) -> str:
    return words.en if language() == "en" else words.zh


class Channel(click.ParamType[str]):
    """A channel's name."""

    name = "channel"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name if it is one."""
        if importing.is_channel(value):
            return value
        self.fail(
            "小写字母、数字、- 和 _，字母开头 lower case letters, digits, - and _, a letter first", param, ctx
        )


@click.command("import")
@click.argument("survey")
@click.argument("file", type=FILE)
@click.option(
    "--map", "pairs", multiple=True, metavar="列=题目",
    help="改一列的对应，可重复：列名或 #7＝题目、题目.选项、题目.text、_id 等，- 为不导入 what a column is; repeatable",
)  # fmt: skip
@click.option("--mapping", type=FILE, help="读入保存的映射 a mapping saved before")
@click.option("--write-mapping", type=FILE, help="把映射写入 yaml，改好再用 write the mapping as yaml")
@click.option(
    "--source", type=click.Choice(list(importing.SOURCES)), help="来自哪个平台（默认自动识别）the service"
)
@click.option("--channel", type=Channel(), help="记为哪个渠道（默认 import）the channel it counts as")
@click.option(
    "--batch", default="", help="批次名：几份导出的编号会重复时用 tells exports apart whose numbers repeat"
)
@click.option("--yes", is_flag=True, help="确认无误，导入 import it")
@click.option("--skip-rejected", is_flag=True, help="只导入没有问题的行 import the rows without problems")
@click.option(
    "--rejected", type=FILE, help="把有问题的行写入 xlsx，改好再导入 write rejected rows to a workbook"
)
def import_rows(
    survey: str, file: Path, pairs: tuple[str, ...], mapping: Path | None, write_mapping: Path | None, source: str | None,
    channel: str | None, batch: str, yes: bool, skip_rejected: bool, rejected: Path | None,
) -> None:  # fmt: skip
    """导入问卷星、腾讯问卷、Kobo、LimeSurvey 或普通表格的答卷。Import answers that were collected elsewhere.

    先不加 --yes 运行：显示每一列对应哪道题、前几行怎样读、哪些行有问题；什么都不改。
    Run it without --yes first: it shows what every column is, how rows are read and what is wrong, and changes nothing.

    \b
    例 Examples:
      surveyapp import zhifu-2022 wjx.xlsx
      surveyapp import zhifu-2022 wjx.xlsx --map '9、您最希望改进什么=improve' --yes
      surveyapp import zhifu-2022 wjx.xlsx --yes --skip-rejected --rejected rejected.xlsx
    """
    config = load_config()
    with opened(config) as store:
        found = _Import(
            store=store, config=config, survey=survey, questionnaire=reporting.questionnaire(store, survey),
            table=importing.read_table(_content(file)),
        )  # fmt: skip
        found.map(mapping, _pairs(pairs), source)
        found.tell_mapping()
        if write_mapping:
            _write(write_mapping, importing.as_yaml(found.mapping).encode())
        found.judge(channel or "", batch)
        found.tell_rows()
        if rejected and found.judged.problems:
            _write(
                rejected, importing.rejected_workbook(found.table, found.mapping, found.judged, language())
            )
        found.finish(yes=yes, skip_rejected=skip_rejected)


def _content(file: Path) -> bytes:
    if file.is_dir():
        raise BadInputError(f"{file} 是文件夹。", f"{file} is a folder.")
    if file.stat().st_size > LARGEST:
        raise BadInputError("文件超过 1 GB，请分成几个。", "The file is larger than 1 GB; make it several.")
    return file.read_bytes()


def _pairs(pairs: Sequence[str]) -> dict[str, str]:
    """Return `column=target` as a mapping; the last equals sign divides, for a question's text may hold one."""
    for pair in pairs:
        if "=" not in pair:
            raise BadInputError(f"--map 应写成 列=题目：{pair}", f"--map takes column=target: {pair}")
    return {pair.rpartition("=")[0].strip(): pair.rpartition("=")[2] for pair in pairs}


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        raise BadInputError(f"{path} 已存在，请换一个文件名。", f"{path} exists; choose another name.")
    path.write_bytes(content)
    say(f"已写入 {path}", f"Wrote {path}")


class _Import:
    """One import under way, step by step."""

    def __init__(
        self, *, store: Store, config: Config, survey: str, questionnaire: Questionnaire, table: Table
    ) -> None:
        self.store, self.config, self.survey, self.table = store, config, survey, table
        self.questionnaire = questionnaire
        self.mapping: ColumnMapping
        self.judged: Judged

    def map(self, saved_at: Path | None, pairs: dict[str, str], source: str | None) -> None:
        saved = importing.read_yaml(saved_at.read_bytes(), self.questionnaire) if saved_at else None
        name = source or (saved.source if saved else "")
        self.mapping = importing.mapped(
            self.table, self.questionnaire, source=name, saved=saved, changes=pairs
        )

    def judge(self, channel: str, batch: str) -> None:
        order = Order(
            slug=self.survey, questionnaire=self.questionnaire, secret=self.config.secret_key, day=today(self.config),
            zone=self.config.zone, channel=channel, batch=batch,
        )  # fmt: skip
        self.judged = importing.judge_rows(self.table, self.mapping, order, self.store)

    # --- telling

    def tell_mapping(self) -> None:
        name, kind, rows = self.mapping.source.name, self.table.kind, len(self.table.rows)
        say(f"来源：{name.zh}（{kind}，{rows} 行）", f"Source: {name.en} ({kind}, {rows} rows)")
        head = ("", "列", "对应", "把握", "理由", "例")
        head_en = ("", "column", "becomes", "sure", "because", "cells")
        click.echo(
            table(head_en if language() == "en" else head, map(self._column_row, self.mapping.columns))
        )
        for words, numbers in importing.remarks(self.mapping):
            click.echo(f"{', '.join(f'#{number}' for number in numbers)}: {_spoken(words)}")
        if self.mapping.missing:
            names = ", ".join(self.mapping.missing)
            say(
                f"没有列对应的题目（将是空白）：{names}", f"Items without a column (they stay blank): {names}"
            )

    def _column_row(self, column: Column) -> tuple[str, ...]:
        marks = {"sure": Words("", ""), "check": Words("请核对", "check"), "none": Words("未识别", "unknown")}
        mark = Words("须选定", "decide") if column.doubt else marks[column.sureness]
        becomes = _spoken(Words("不导入", "left out")) if column.target.is_left_out else str(column.target)
        cells = " | ".join(_cut(sample, 12) for sample in column.samples)
        return (
            str(column.number),
            _cut(column.shown),
            becomes,
            _spoken(mark),
            _cut(_spoken(column.reason), 40),
            cells,
        )

    def tell_rows(self) -> None:
        self._tell_first()
        judged = self.judged
        say(f"可导入 {len(judged.good)} 行", f"Rows that can be imported: {len(judged.good)}")
        if judged.already:
            say(
                f"以前已导入 {len(judged.already)} 行，不会重复",
                f"Imported before: {len(judged.already)}, not stored twice",
            )
        for warning in judged.warnings:
            click.echo(_spoken(warning))
        if judged.problems:
            self._tell_problems(judged)

    def _tell_first(self) -> None:
        first = self.judged.good[:FIRST_ROWS]
        for good in first:
            answers = importing.as_read(self.questionnaire, good.submission, language())
            words = "；".join(f"{item}＝{said}" for item, said in answers)
            more = json.dumps([good.submission.day, good.submission.channel, good.submission.stratum or ""])
            click.echo(f"  {good.line}: {words}  {more}")

    def _tell_problems(self, judged: Judged) -> None:
        count = len(judged.rejected)
        say(f"有问题的 {count} 行：", f"Rejected rows: {count}")
        head = ("row", "column", "cell", "what is wrong", "what to do")
        head_zh = ("行", "列", "单元格", "问题", "怎么办")
        listed = [self._problem_row(problem) for problem in judged.problems[:MOST_LISTED]]
        click.echo(table(head if language() == "en" else head_zh, listed))
        more = len(judged.problems) - len(listed)
        if more:
            say(f"还有 {more} 条：用 --rejected 写入文件", f"{more} more: write them to a file by --rejected")

    def _problem_row(self, problem: RowProblem) -> tuple[str, ...]:
        cells = (problem.column, problem.value)
        return str(problem.line), *map(_cut, cells), _spoken(problem.what), _spoken(problem.do)

    def finish(self, *, yes: bool, skip_rejected: bool) -> None:
        """Import, or say why not and what to do next."""
        self._refuse(yes=yes, skip_rejected=skip_rejected)
        if not yes:
            say(
                "核对无误后加 --yes 导入；什么都还没有改。",
                "When all is right, add --yes; nothing was changed yet.",
            )
            return
        done = importing.commit(self.store, self.survey, self.judged)
        if done.refused:
            lines = "\n".join(f"{line}: {_spoken(words)}" for line, words in done.refused[:MOST_LISTED])
            raise BadInputError(f"{lines}\n什么都没有导入。", f"{lines}\nNothing was imported.")
        say(
            f"已导入 {done.stored} 份；以前已有 {done.already} 份。",
            f"Imported {done.stored}; {done.already} were there before.",
        )
        say(f"下一步：surveyapp report {self.survey}", f"Next: surveyapp report {self.survey}", err=True)

    def _refuse(self, *, yes: bool, skip_rejected: bool) -> None:
        doubts = self.mapping.doubts
        if doubts:
            names = "、".join(f"#{column.number}" for column in doubts)
            raise BadInputError(
                f"先用 --map 选定这些列：{names}。什么都没有导入。",
                f"Decide by --map: {names}. Nothing was imported.",
            )
        count = len(self.judged.rejected)
        if count and not (yes and skip_rejected):
            raise BadInputError(
                f"{count} 行有问题，什么都没有导入。改正文件或映射，或加 --yes --skip-rejected 只导入其余的行。",
                f"{count} rows are rejected; nothing was imported. Correct the file or the mapping, "
                "or import the others by --yes --skip-rejected.",
            )


def _cut(text: str, longest: int = LONGEST) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
