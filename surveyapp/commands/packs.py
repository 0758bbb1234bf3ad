"""Commands on evidence packs: pack, verify."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from pathlib import Path

import click

from surveyapp.commands.definitions import FILE
from surveyapp.commands.surveys import opened
from surveyapp.config import load_config
from surveyapp.console import BadInputError, language, say
from surveyapp.deliver.contents import Contents
from surveyapp.deliver.stored_pack import pack_survey
from surveyapp.deliver.verify import Verification
from surveyapp.deliver.verify import verify as verified
from surveyapp.respond.doors import GRACE

MOST_SHOWN = 20
"""So many differences of one file are printed as lines."""


@click.command()
@click.argument("survey")
@click.option("--out", type=FILE, required=True, help="写入的 zip the file to write")
def pack(survey: str, out: Path) -> None:
    """证据包：不凭数据库就能重算每个数的 zip。The evidence pack: a zip from which every figure can be recomputed.

    同一调查、同一版本，任何时候做出的都逐字节相同。The same survey and versions give the same bytes at any time.

    \b
    例 Examples:
      surveyapp pack zhifu-2022 --out zhifu-2022.zip
      surveyapp verify zhifu-2022.zip
    """
    config = load_config()
    if out.exists():
        raise BadInputError(f"{out} 已存在，请换一个文件名。", f"{out} exists; choose another name.")
    if not out.parent.is_dir():
        raise BadInputError(f"没有文件夹 {out.parent}", f"There is no folder {out.parent}")
    with opened(config) as store:
        contents = pack_survey(store, config, survey, out, time.time)
        closed_at = (found := store.survey(survey)) and found.closed_at
    _say_written(out, contents)
    if closed_at and time.time() < closed_at + GRACE:
        minutes = GRACE // 60
        zh = f"注意：结束不到 {minutes} 分钟，迟到的答卷还可能计入；请到时再做一次。"
        say(
            zh,
            f"Note: closed less than {minutes} minutes ago; late answers may still count. Pack again then.",
            err=True,
        )


def _say_written(out: Path, contents: Contents) -> None:
    hashed = hashlib.sha256(out.read_bytes()).hexdigest()
    say(f"已写入 {out}：{contents.table.count} 份答卷。", f"Wrote {out}: {contents.table.count} responses.")
    say(f"证据包 SHA-256  {hashed}", f"SHA-256 of the pack   {hashed}")
    say(f"全部答卷的摘要  {contents.digest}", f"digest of responses   {contents.digest}")
    if not contents.is_final:
        say(
            "注意：调查尚未结束，这是中间结果。",
            "Note: the survey is not closed; these results are preliminary.",
            err=True,
        )
    say(f"下一步：surveyapp verify {out}", f"Next: surveyapp verify {out}", err=True)


@click.command()
@click.argument("pack", type=FILE)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def verify(pack: Path, form: str) -> None:
    """核对证据包：从答卷重算每个数，一致或逐处列出不同。Verify a pack: recompute every figure, list each difference.

    不需要数据库。有不同时以状态 1 结束。Needs no database; ends with status 1 if anything differs.

    \b
    例 Examples:
      surveyapp verify zhifu-2022.zip
      surveyapp verify zhifu-2022.zip --format json
    """
    found = verified(pack)
    if form == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        _show(pack, found)
    if not found.is_same:
        raise click.exceptions.Exit(1)


def _show(pack: Path, found: Verification) -> None:
    shown: Counter[str] = Counter()
    for one in found.differences:
        shown[one.file] += 1
        if shown[one.file] <= MOST_SHOWN:
            click.echo(one.line(language()))
    for file, count in shown.items():
        if count > MOST_SHOWN:
            more = count - MOST_SHOWN
            zh = f"{file or '压缩包'}：另有 {more} 处不同，--format json 全部列出"
            say(zh, f"{file or 'archive'}: {more} more; --format json lists all")
    if found.survey:
        say(
            f"{found.title}（{found.survey}）　封存日 {found.day}　收回 {found.responses}，有效 {found.valid}",
            f"{found.title} ({found.survey})  day {found.day}  returned {found.responses}, valid {found.valid}",
        )
        if not found.is_final:
            say(
                "中间结果：做证据包时调查尚未结束。",
                "Preliminary: the survey was not closed when this was packed.",
            )
    if found.made_by is not None:
        made = ", ".join(f"{name} {version}" for name, version in found.made_by.items())
        say(
            f"由其他版本制作（{made}），比对的是各数，不是字节。",
            f"Made by other versions ({made}): figures were compared, not bytes.",
        )
    say(f"证据包 SHA-256  {found.sha256}", f"SHA-256 of the pack   {found.sha256}")
    if found.digest:
        say(f"全部答卷的摘要  {found.digest}", f"digest of responses   {found.digest}")
    if found.is_same:
        say(
            "一致：每个数都与从答卷重算的相同。请再与报告中印的摘要核对。",
            "The same: every figure is as recomputed. Compare the digest with the printed one.",
        )
    else:
        count = len(found.differences)
        say(f"不一致：{count} 处不同。", f"Not the same: {count} differences.", err=True)
