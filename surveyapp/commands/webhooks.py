"""Commands on webhooks: whom to tell when a survey has closed."""

from __future__ import annotations

import time

import click

from surveyapp import webhooks
from surveyapp.commands.surveys import opened
from surveyapp.config import load_config
from surveyapp.console import Commands, language, say, table
from surveyapp.store import Webhook


@click.group(cls=Commands)
def webhook() -> None:
    """调查关闭时通知的地址。Addresses that are told when a survey has closed.

    关闭十分钟后（迟到的答卷都已计入）由服务发出：编号、版本、报告地址和数据指纹，不含答案。
    Ten minutes after closing, with late answers in, the server sends id, version, report address and data hash; no answers.

    \b
    例 Examples:
      surveyapp webhook add zhifu-2022 https://scores.example.org/surveys
      surveyapp webhook list
      surveyapp webhook remove zhifu-2022 https://scores.example.org/surveys
    """


@webhook.command("add")
@click.argument("survey")
@click.argument("url")
def webhook_add(survey: str, url: str) -> None:
    """登记一个地址，密钥只显示一次。Name an address and show its secret once."""
    config = load_config()
    with opened(config) as store:
        now = time.time()
        secret = webhooks.add(config, store, survey, url, now)
        found = store.survey(survey)
    say(
        "关闭时将通知该地址。验证签名用的密钥（只显示这一次）：",
        "It will be told of the closing. The secret its signatures are checked with, shown this once:",
        err=True,
    )
    click.echo(secret)
    if found is not None and webhooks.closing_of(config, found, now) is not None:
        say(
            "调查早已关闭；再次关闭时才通知。",
            "The survey is closed already; only another closing is told.",
            err=True,
        )
    if not config.public_url:
        say(
            "未设置 public_url，通知里的报告地址没有主机名。",
            "Without public_url the report's address has no host.",
            err=True,
        )


@webhook.command("list")
@click.argument("survey", required=False)
def webhook_list(survey: str | None) -> None:
    """列出已登记的地址及送达情况。List the addresses and what came of it."""
    with opened(load_config()) as store:
        rows = [
            (one.survey, one.url, one.added_on, *_told(one)) for one in store.webhooks(survey and [survey])
        ]
    if rows:
        click.echo(table(("survey", "地址 address", "登记 added", "最近 last", "结果 result"), rows))
    else:
        say("还没有登记地址：surveyapp webhook add SURVEY URL", "None yet: surveyapp webhook add SURVEY URL")


def _told(one: Webhook) -> tuple[str, str]:
    if one.last_on is None:
        return "", ""
    if one.last_result == webhooks.DELIVERED:
        return one.last_on, "已送达" if language() == "zh" else "delivered"
    zh = f"第 {one.attempts} 次：{one.last_result}" + ("，已放弃" if one.is_done else "，将重试")
    en = f"attempt {one.attempts}: {one.last_result}" + (
        ", given up" if one.is_done else ", will be tried again"
    )
    return one.last_on, zh if language() == "zh" else en


@webhook.command("remove")
@click.argument("survey")
@click.argument("url")
def webhook_remove(survey: str, url: str) -> None:
    """不再通知一个地址。Tell an address no more."""
    with opened(load_config()) as store:
        store.remove_webhook(survey, url)
    say(f"不再通知 {url}", f"{url} is told no more")
