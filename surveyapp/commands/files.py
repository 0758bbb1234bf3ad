"""Commands that write a survey's files: workbook, data."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from surveyapp import reporting
from surveyapp.commands.definitions import FILE
from surveyapp.commands.surveys import opened, today
from surveyapp.config import load_config
from surveyapp.console import BadInputError, say
from surveyapp.deliver import datafiles
from surveyapp.deliver.dossier import dossier
from surveyapp.deliver.rows import Answers
from surveyapp.deliver.workbook import data_workbook
from surveyapp.deliver.workbook import workbook as write_workbook

FORMATS: dict[str, Callable[[Answers, Path], None]] = {
    "sav": datafiles.sav_file,
    "dta": datafiles.dta_file,
    "parquet": datafiles.parquet_file,
    "xlsx": data_workbook,
}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name to write to; the file appears under its own only when it is whole."""
    if not path.parent.is_dir():
        raise BadInputError(f"没有文件夹 {path.parent}", f"There is no folder {path.parent}")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    try:
        yield Path(name)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@click.command()
@click.argument("survey")
@click.option("--out", type=FILE, required=True, help="写入的 xlsx the file to write")
@click.option(
    "--no-open-text", is_flag=True, help="不含文字题和补充说明 leave out what people wrote in their own words"
)
def workbook(survey: str, out: Path, no_open_text: bool) -> None:
    """得分、统计表、台账、数据、编码手册，一个工作簿（xlsx）。Scores with live formulas, tallies and data in one workbook.

    \b
    例 Example:
      surveyapp workbook zhifu-2022 --out zhifu.xlsx
    """
    config = load_config()
    with opened(config) as store, replacing(out) as path:
        write_workbook(dossier(store, config, survey, time.time()), path, open_text=not no_open_text)
    say(f"已写入 {out}", f"Wrote {out}")


@click.command()
@click.argument("survey")
@click.option("--format", "form", type=click.Choice(["csv", *FORMATS]), default="csv", show_default=True)
@click.option(
    "--encoding",
    type=click.Choice([*datafiles.ENCODINGS]),
    default="utf-8",
    show_default=True,
    help="csv 的编码；旧版软件用 gb18030 of a csv; gb18030 for old programs",
)
@click.option("--out", type=FILE, required=True, help="写入的文件 the file to write")
def data(survey: str, form: str, encoding: str, out: Path) -> None:
    """逐份答卷：csv、SPSS、Stata、parquet 或 xlsx。The anonymous rows for other programs, multiple choices as 0/1 columns.

    \b
    例 Examples:
      surveyapp data zhifu-2022 --out rows.csv
      surveyapp data zhifu-2022 --format csv --encoding gb18030 --out rows.csv
      surveyapp data zhifu-2022 --format sav --out zhifu.sav
    """
    config = load_config()
    if form != "csv" and encoding != "utf-8":
        raise BadInputError("--encoding 只用于 csv。", "--encoding is for csv only.")
    with opened(config) as store:
        source = Answers(
            questionnaire=reporting.questionnaire(store, survey), table=reporting.pattern_table(store, survey),
            responses=lambda: store.responses(survey), day=today(config),
        )  # fmt: skip
        with replacing(out) as path:
            if form == "csv":
                with path.open("wb") as file:
                    file.writelines(datafiles.csv_file(source, encoding))
            else:
                FORMATS[form](source, path)
    say(f"已写入 {out}", f"Wrote {out}")
