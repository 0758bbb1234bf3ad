"""Fills a store with the demo survey and serves it."""

from __future__ import annotations

import csv
import secrets
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import click

from questionnaires.accept import accept
from questionnaires.build import load_good, normalised
from questionnaires.model import Questionnaire
from surveyapp import auth
from surveyapp.config import Config, load_config
from surveyapp.console import BadInputError, say
from surveyapp.fieldwork import links, qr
from surveyapp.fieldwork.codes import grouped, hash_code, hashes, make_codes, make_typed_codes
from surveyapp.store import ServerRunningError, Store, Submission, sqlite_url

DEFINITION = Path(str(resources.files("questionnaires").joinpath("library/zhifu-2022.yaml")))
ROWS = Path(str(resources.files("surveyapp.demo").joinpath("rows.csv")))
ISSUED = 60
EVALUATOR = "demo"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the demo prints: the unused codes, the evaluator's password and the API token."""

    unused: tuple[str, ...]
    typed: tuple[str, ...]
    """The same unused codes as they are typed by hand."""
    password: str
    token: str


def run(instance: Path, *, host: str, port: int, public_url: str | None) -> None:
    """Make the demo's data anew, print how to use it, and serve until stopped."""
    from surveyapp import server

    free = free_port(host, port)
    _clear(instance)
    # what the environment says of the real installation is none of the demo's business
    own = {"database_url": _database_url(instance), "workers": 1, "proxies": 0, "trusted_hosts": ()}
    config = load_config(
        instance, host=host, port=free, public_url=public_url or f"http://127.0.0.1:{free}", **own
    )
    with Store.open(config.database_url) as store:
        shown = fill(store, secret=config.secret_key)
    _print(config, shown)
    server.serve(config)


def free_port(host: str, port: int) -> int:
    """Return the first port from `port` on that nothing listens on."""
    for candidate in range(port, min(port + 50, 65535) + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except socket.gaierror:
                raise BadInputError(
                    f"--host {host} 不是本机地址。", f"--host {host} is no address of this machine."
                ) from None
            except OSError:
                continue
            return candidate
    zh = f"{host} 的端口 {port} 起 50 个都被占用。"
    raise BadInputError(zh, f"No port from {port} on is free on {host}.")


def _database_url(instance: Path) -> str:
    return sqlite_url(instance.absolute() / "survey.db")


def _clear(instance: Path) -> None:
    """Remove an earlier demo, unless it is still being served; touch no folder that is not a demo's."""
    mark = instance / ".demo"
    if instance.exists() and any(instance.iterdir()) and not mark.exists():
        zh = f"{instance} 里有别的数据，演示不会覆盖它；请用 --instance 指定另一个文件夹。"
        raise BadInputError(zh, f"{instance} holds other data; name another folder by --instance.")
    database = instance / "survey.db"
    if database.exists():
        with Store.open(_database_url(instance)) as store:
            try:
                store.claim_server()
            except ServerRunningError:
                zh = "演示已经在运行；请用 --instance 指定另一个文件夹再开一个。"
                raise BadInputError(
                    zh, "The demo is running already; name another folder by --instance."
                ) from None
    shutil.rmtree(instance, ignore_errors=True)
    instance.mkdir(parents=True)
    mark.touch()


def fill(store: Store, day: str = "2022-12-20", *, secret: bytes = b"demo") -> Shown:
    """Put the demo survey into an empty store: 60 codes, 56 questionnaires returned under 56 of them, 53 valid."""
    questionnaire = load_good(DEFINITION)
    source = normalised(DEFINITION.read_bytes())
    store.publish(questionnaire.id, questionnaire.version, source, day=day, open_link=False)
    codes, typed = list(make_codes(ISSUED)), list(make_typed_codes(ISSUED))
    kept = [hashes(code, by_hand, secret) for code, by_hand in zip(codes, typed, strict=True)]
    store.issue_codes(questionnaire.id, kept, purpose="survey", channel="slip", stratum=None, day=day)
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    store.submit_many(
        [submission(questionnaire, row, code, day) for row, code in zip(rows, codes, strict=False)]
    )
    password = auth.create_account(store, EVALUATOR)
    token = auth.make_token(store, "demo", scope=None, days=30)
    unused = tuple(codes[len(rows) :])
    return Shown(unused=unused, typed=tuple(map(grouped, typed[len(rows) :])), password=password, token=token)


def submission(questionnaire: Questionnaire, row: Mapping[str, str], code: str, day: str) -> Submission:
    """Turn one of the demo's rows into a response under an access code."""
    raw = {item: [value] for item, value in row.items() if value and not item.startswith("_")}
    accepted = accept(questionnaire, raw, "import")
    assert not accepted.problems, accepted.problems
    return Submission(
        id=secrets.token_urlsafe(16), survey=questionnaire.id, version=questionnaire.version,
        channel=row["_channel"], answers=accepted.answers.canonical(), day=day, code_hash=hash_code(code),
    )  # fmt: skip


def _print(config: Config, shown: Shown) -> None:
    link = links.code_link(config, "zhifu-2022", shown.unused[0])
    click.echo(qr.terminal(link))
    say(
        "\n答题（一次性链接，扫上面的二维码或点开）：",
        "\nAnswer (a single-use link; scan the code or open it):",
    )
    click.echo(f"  {link}")
    say("  另有 3 个未用的链接：", "  three more unused ones:")
    for code in shown.unused[1:]:
        click.echo(f"  {links.code_link(config, 'zhifu-2022', code)}")
    say(
        f"  也可以打开 {links.open_link(config, 'zhifu-2022')} 输入答题码 {shown.typed[0]}",
        f"  or open {links.open_link(config, 'zhifu-2022')} and type {shown.typed[0]}",
    )
    say("\n评价人员看结果：", "\nEvaluators see the results:")
    click.echo(f"  {config.public_url}/evaluate/")
    say(
        f"  账号 {EVALUATOR}  口令 {shown.password}  （只显示这一次）",
        f"  name {EVALUATOR}  password {shown.password} (shown this once)",
    )
    say("\n程序取数：", "\nScripts fetch the scores:")
    click.echo(
        f"  curl -H 'Authorization: Bearer {shown.token}' {config.public_url}/api/v1/surveys/zhifu-2022/report"
    )
    say(
        "\n答卷是按公布的汇总数合成的，不是真实个人。按 Ctrl-C 停止。",
        "\nThe answers are synthetic, drawn from published counts. Ctrl-C stops it.",
    )
