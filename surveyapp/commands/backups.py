"""Commands that copy everything out and back in: backup, restore."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from surveyapp.commands.definitions import FILE
from surveyapp.commands.surveys import opened
from surveyapp.config import SECRET_FILE, Config, load_config
from surveyapp.console import BadInputError, say
from surveyapp.store import Store
from surveyapp.store import backup as back_up
from surveyapp.store import restore as put_back


@click.command()
@click.argument("file", type=FILE, required=False)
def backup(file: Path | None) -> None:
    """备份全部数据，服务不必停。Copy everything that is kept into one file; the server may go on.

    备份里的行按随机编号排列，不含先后次序。Its rows lie by their random keys and tell no order.

    \b
    例 Examples:
      surveyapp backup
      surveyapp backup D:/backup/survey-0922.zip
    """
    config = load_config()
    path = file or _dated(config, "backup")
    if path.exists():
        raise BadInputError(f"{path} 已存在，请换一个文件名。", f"{path} exists; choose another name.")
    if not path.parent.is_dir():
        raise BadInputError(f"没有文件夹 {path.parent}", f"There is no folder {path.parent}")
    with opened(config) as store:
        rows = back_up(store, path)
    say(
        f"已备份到 {path}：{rows['survey']} 项调查，{rows['response']} 份答卷。",
        f"Wrote {path}: {rows['survey']} surveys, {rows['response']} responses.",
    )
    say(
        f"手输答题码还要用到 {SECRET_FILE}，请另外妥善保存：{config.instance / SECRET_FILE}",
        f"Codes typed by hand also need {SECRET_FILE}; keep it safe elsewhere: {config.instance / SECRET_FILE}",
        err=True,
    )


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--replace", is_flag=True, help="替换已有的全部内容（先自动备份）replace all there is, backed up first"
)
def restore(file: Path, replace: bool) -> None:
    """从备份恢复；先停止服务。Put a backup back; stop the server first.

    \b
    例 Examples:
      surveyapp restore backup-20260922-1800.zip
      surveyapp restore backup-20260922-1800.zip --replace
    """
    config = load_config()
    keep = (lambda store: _keep_what_is_there(config, store)) if replace else None
    rows = put_back(config.database_url, file, replace=replace, before=keep)
    say(
        f"已恢复 {rows['survey']} 项调查，{rows['response']} 份答卷。",
        f"Restored {rows['survey']} surveys and {rows['response']} responses.",
    )


def _keep_what_is_there(config: Config, store: Store) -> None:
    path = _dated(config, "before-restore")
    back_up(store, path)
    say(f"原有内容已备份到 {path}", f"What was there is in {path}", err=True)


def _dated(config: Config, name: str) -> Path:
    return config.instance / f"{name}-{datetime.now(config.zone):%Y%m%d-%H%M%S}.zip"
