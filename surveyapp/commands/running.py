"""Commands that run an installation: serve, demo, user, token, doctor."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import click

from surveyapp import auth
from surveyapp.commands.surveys import opened, today
from surveyapp.config import load_config
from surveyapp.console import Commands, language, say, table
from surveyapp.store import diagnose


@click.command()
@click.option("--host", help="监听地址 the address to listen on")
@click.option("--port", type=click.IntRange(1, 65535), help="端口 the port")
def serve(host: str | None, port: int | None) -> None:
    """启动服务。Run the server.

    \b
    例 Examples:
      surveyapp serve
      SURVEYAPP_PUBLIC_URL=https://survey.example.org surveyapp serve --host 0.0.0.0 --port 8000
    """
    from surveyapp import server  # Flask and the server cost a second that other commands need not pay

    given = {"host": host, "port": port}
    config = load_config(**{name: value for name, value in given.items() if value is not None})
    name = f"[{config.host}]" if ":" in config.host else config.host
    say(
        f"正在启动 http://{name}:{config.port}/  按 Ctrl-C 停止",
        f"Starting http://{name}:{config.port}/  Ctrl-C stops it",
        err=True,
    )
    server.serve(config)


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="监听地址；0.0.0.0 可让同一网络的手机打开"
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="端口，被占用时自动换下一个",
)
@click.option("--public-url", help="手机打开的网址，如 http://192.168.1.5:8000 the address phones open")
@click.option("--instance", type=click.Path(path_type=Path), default=Path("instance/demo"), show_default=True)
def demo(host: str, port: int, public_url: str | None, instance: Path) -> None:
    """演示：芝罘 2022 调查，60 个答题码、56 份答卷，扫码即可再答。The whole job, with invented answers.

    每次启动都重新生成，不影响正式数据。It starts anew each time and leaves other data alone.

    \b
    例 Examples:
      surveyapp demo
      surveyapp demo --host 0.0.0.0 --public-url http://192.168.1.5:8000
    """
    from surveyapp.demo import show

    show.run(instance, host=host, port=port, public_url=public_url)


@click.group(cls=Commands)
def user() -> None:
    """评价人员账号。Evaluators' accounts.

    \b
    例 Examples:
      surveyapp user add wang
      surveyapp user reset wang
    """


@user.command("add")
@click.argument("name")
def user_add(name: str) -> None:
    """新建账号，显示一次性口令。Add an account and show its password once."""
    with opened(load_config()) as store:
        password = auth.create_account(store, name)
    _show_password(name, password)


@user.command("reset")
@click.argument("name")
def user_reset(name: str) -> None:
    """换新口令并退出其所有登录。Give a new password and end the account's sessions."""
    with opened(load_config()) as store:
        password = auth.reset_password(store, name)
    _show_password(name, password)


def _show_password(name: str, password: str) -> None:
    say(f"账号 {name} 的口令（只显示这一次）：", f"The password of {name}, shown this once:", err=True)
    click.echo(password)


@user.command("disable")
@click.argument("name")
def user_disable(name: str) -> None:
    """停用账号。Disable an account and end its sessions."""
    with opened(load_config()) as store:
        store.set_disabled(name, True)
        store.drop_sessions_of(name)
    say(f"已停用 {name}。", f"{name} is disabled.")


@user.command("list")
def user_list() -> None:
    """列出账号。List the accounts."""
    with opened(load_config()) as store:
        rows = [(a.name, a.created_on, "停用 disabled" if a.disabled else "") for a in store.accounts()]
    click.echo(table(("账号 name", "创建 created", "状态 state"), rows))


@click.group(cls=Commands)
def token() -> None:
    """供程序取数的令牌。Tokens for scripts.

    \b
    例 Examples:
      surveyapp token add scoresheet --survey zhifu-2022
      surveyapp token add analyst --survey zhifu-2022 --rows
      surveyapp token list
      surveyapp token revoke scoresheet
    """


@token.command("add")
@click.argument("name")
@click.option("--survey", "surveys", multiple=True, help="只许取这些调查（默认全部）only these surveys")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=365,
    show_default=True,
    help="有效天数 valid for so many days",
)
@click.option(
    "--rows", is_flag=True, help="也许取逐份答卷（默认只取汇总）single answers too, not only totals"
)
def token_add(name: str, surveys: tuple[str, ...], days: int, rows: bool) -> None:
    """新建令牌，只显示一次。Make a token and show it once."""
    config = load_config()
    with opened(config) as store:
        made = auth.make_token(
            store, name, scope=surveys or None, days=days, today=today(config), reads_rows=rows
        )
    until = date.fromisoformat(today(config)) + timedelta(days=days)
    say(
        f"令牌 {name}（只显示这一次，{until} 到期）：",
        f"Token {name}, shown this once, valid until {until}:",
        err=True,
    )
    click.echo(made)


@token.command("list")
def token_list() -> None:
    """列出令牌。List the tokens."""
    with opened(load_config()) as store:
        rows = [
            (
                *(t.name, t.scope, "✓" if t.reads_rows else "", t.expires_on, t.last_used_on or ""),
                "✗" if t.revoked else "",
            )
            for t in store.tokens()
        ]
    header = ("名称 name", "范围 scope", "逐份 rows", "到期 expires", "最近使用 last used", "作废 revoked")
    click.echo(table(header, rows))


@token.command("revoke")
@click.argument("name")
def token_revoke(name: str) -> None:
    """作废令牌。Revoke a token."""
    with opened(load_config()) as store:
        store.revoke_token(name)
    say(f"已作废 {name}。", f"{name} is revoked.")


@click.command()
def doctor() -> None:
    """检查这套系统是否正常。Say whether this installation is well.

    \b
    例 Example:
      surveyapp doctor
    """
    config = load_config()
    marks = {"ok": "✓", "warning": "!", "error": "✗"}
    findings = diagnose(config.database_url)
    for found in findings:
        click.echo(f"{marks[found.level]} {found.subject}: {found.en if language() == 'en' else found.zh}")
    if not config.public_url:
        say(
            "! public_url: 未设置公开网址，不能生成链接和二维码",
            "! public_url: not set; no links or QR codes can be made",
        )
    if any(found.level == "error" for found in findings):
        raise click.exceptions.Exit(1)
