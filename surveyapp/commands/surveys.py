"""Commands on stored surveys: publish, surveys, codes, qr, state, report, export."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from questionnaires.build import normalised
from questionnaires.model import Questionnaire
from surveyapp import closing, present, reporting
from surveyapp.commands.definitions import FILE, as_table, load_definition
from surveyapp.config import Config, load_config
from surveyapp.console import BadInputError, say, table
from surveyapp.deliver.rows import rows_csv
from surveyapp.fieldwork import links
from surveyapp.fieldwork import qr as qr_codes
from surveyapp.fieldwork.codes import normalise_code
from surveyapp.fieldwork.issuing import code_rows, make_cases
from surveyapp.fieldwork.qr import codes_sheet
from surveyapp.store import Store
from surveyapp.versions import changes

CHANNELS = ("link", "slip", "sms", "mail", "telephone", "paper")
MOST_CODES = 100_000


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    """Open the configured store for one command."""
    with Store.open(config.database_url) as store:
        yield store


def today(config: Config) -> str:
    """Return the calendar day in the configured time zone, YYYY-MM-DD."""
    return datetime.now(config.zone).date().isoformat()


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--open-link/--no-open-link",
    default=None,
    help="是否接受公开链接（海报二维码）；新调查默认不接受，已有的保持原样 accept the open link",
)
@click.option(
    "--force", is_flag=True, help="已有答卷的含义会改变时仍然发布 publish though answers change meaning"
)
def publish(file: Path, open_link: bool | None, force: bool) -> None:
    """检查并发布一份问卷（或它的新版本）。Check a definition and publish it, or a new version of it.

    \b
    例 Examples:
      surveyapp publish zhifu-2022.yaml
      surveyapp publish zhifu-2022.yaml --open-link
    """
    questionnaire, config = load_definition(file), load_config()
    with opened(config) as store:
        before = store.survey(questionnaire.id)
        if before is not None and not force:
            _refuse_other_meaning(store, questionnaire)
        source = normalised(file.read_bytes())
        is_new = store.publish(
            questionnaire.id, questionnaire.version, source, day=today(config), open_link=bool(open_link)
        )
        if before is not None and open_link is not None:
            store.set_open_link(questionnaire.id, open_link)
        after = reporting.survey(store, questionnaire.id)
    _tell_published(
        questionnaire, is_new=is_new, was_current=before is not None and before.version == after.version
    )
    if after.open_link and config.public_url:
        click.echo(links.open_link(config, questionnaire.id))
    say(
        f"下一步：surveyapp codes {questionnaire.id} --count 60 --out codes.xlsx",
        f"Next: surveyapp codes {questionnaire.id} --count 60 --out codes.xlsx",
        err=True,
    )


def _refuse_other_meaning(store: Store, new: Questionnaire) -> None:
    """End the command if answers already given would be read differently."""
    table = reporting.every_answer(store, new.id)
    old = reporting.questionnaire(store, new.id)
    found = changes(old, new, ((row.closed, row.count) for row in table.rows))
    if found:
        zh = [f"{one.zh}（已有 {one.answers} 个答案）" for one in found]
        en = [f"{one.en} ({one.answers} answers)" for one in found]
        raise BadInputError(
            "\n".join([*zh, "已有答卷的含义会改变，未发布。请改用新的问卷编号，或加 --force 仍然发布。"]),
            "\n".join(
                [
                    *en,
                    "Answers already given would change their meaning; nothing was published. Use another id, or --force.",
                ]
            ),
        )


def _tell_published(questionnaire: Questionnaire, *, is_new: bool, was_current: bool) -> None:
    name, short = questionnaire.id, questionnaire.version[:12]
    if is_new:
        say(f"已发布 {name}，版本 {short}。", f"Published {name}, version {short}.")
    elif was_current:
        say(f"{name} 版本 {short} 早已发布，没有变化。", f"{name} {short} was published before; unchanged.")
    else:
        say(f"{name} 恢复使用以前的版本 {short}。", f"{name} uses its earlier version {short} again.")


@click.command()
def surveys() -> None:
    """列出已发布的调查。List the published surveys.

    \b
    例 Example:
      surveyapp surveys
    """
    with opened(load_config()) as store:
        rows = [
            (
                one.slug,
                reporting.questionnaire(store, one.slug).title.say(),
                one.state,
                one.version[:12],
                "✓" if one.open_link else "",
            )
            for one in store.surveys()
        ]
    if rows:
        click.echo(table(("survey", "标题 title", "状态 state", "版本 version", "公开链接 open link"), rows))
    else:
        say("还没有调查：surveyapp publish FILE", "No surveys yet: surveyapp publish FILE")


@click.command()
@click.argument("survey")
@click.option("--count", type=click.IntRange(1, MOST_CODES), required=True, help="数量 how many")
@click.option("--stratum", help="分层（分层题的选项编码）the stratum: a code of the stratum item")
@click.option("--purpose", default="survey", show_default=True, help="用途 what they are for")
@click.option(
    "--channel", type=click.Choice(CHANNELS), default="link", show_default=True, help="渠道 how they go out"
)
@click.option("--out", type=FILE, required=True, help="写入的 xlsx the file to write")
def codes(survey: str, count: int, stratum: str | None, purpose: str, channel: str, out: Path) -> None:
    """生成一次性答题码，写入表格（每行一个链接）。Issue single-use codes into a sheet, a link a row.

    答题码只存摘要，表格丢失不能恢复。Codes are kept hashed only: a lost sheet cannot be made again.

    \b
    例 Examples:
      surveyapp codes zhifu-2022 --count 60 --out codes.xlsx
      surveyapp codes zhifu-2022 --count 20 --stratum B --channel sms --out housing.xlsx
    """
    config = load_config()
    if out.exists():
        raise BadInputError(f"{out} 已存在，请换一个文件名。", f"{out} exists; choose another name.")
    with opened(config) as store:
        questionnaire = reporting.questionnaire(store, survey)
        label = _stratum_label(dict(questionnaire.strata()), stratum)
        made = make_cases(config, survey, count)
        with _written(out, codes_sheet(code_rows(made, label))):
            store.issue_codes(
                survey, [case.hashes for case in made],
                purpose=purpose, channel=channel, stratum=stratum, day=today(config),
            )  # fmt: skip
    say(f"已生成 {count} 个答题码：{out}", f"{count} codes are in {out}")


def _stratum_label(strata: dict[str, str], stratum: str | None) -> str:
    if stratum is None:
        return ""
    if stratum not in strata:
        known = "、".join(f"{code} {label}" for code, label in strata.items()) or "—"
        raise BadInputError(f"没有分层 {stratum}；有：{known}", f"No stratum {stratum}; there are: {known}")
    return strata[stratum]


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[None]:
    """Write a file that appears under its name only when what belongs to it was done as well."""
    if not path.parent.is_dir():
        raise BadInputError(f"没有文件夹 {path.parent}", f"There is no folder {path.parent}")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        yield
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@click.command()
@click.argument("survey")
@click.argument("code", required=False)
@click.option(
    "--out", type=FILE, help="写入 .svg 或 .png，不写则显示在终端 write .svg or .png instead of the terminal"
)
def qr(survey: str, code: str | None, out: Path | None) -> None:
    """公开链接（或某个答题码）的二维码。The QR code of the open link, or of one access code.

    \b
    例 Examples:
      surveyapp qr zhifu-2022
      surveyapp qr zhifu-2022 --out poster.svg
    """
    config = load_config()
    with opened(config) as store:
        found = reporting.survey(store, survey)
    if code is None and not found.open_link:
        zh = f"{survey} 不接受公开链接；用 surveyapp publish FILE --open-link 开启，或写上答题码。"
        raise BadInputError(
            zh, f"{survey} refuses the open link: publish FILE --open-link, or name an access code."
        )
    if code is not None and normalise_code(code) is None:
        raise BadInputError(
            "答题码应为 26 个字母和数字，手输的为 13 个。",
            "An access code has 26 letters and digits, one typed by hand 13.",
        )
    link = (
        links.code_link(config, survey, normalise_code(code) or "")
        if code
        else links.open_link(config, survey)
    )
    if out is None:
        click.echo(qr_codes.terminal(link))
    elif out.suffix.lower() == ".svg":
        out.write_text(qr_codes.svg(link), encoding="utf-8")
    elif out.suffix.lower() == ".png":
        out.write_bytes(qr_codes.png(link))
    else:
        raise BadInputError("文件名应以 .svg 或 .png 结尾。", "The file's name must end in .svg or .png.")
    click.echo(link)


@click.command()
@click.argument("survey")
@click.argument("state", type=click.Choice(["open", "paused", "closed"]))
def state(survey: str, state: str) -> None:
    """开放、暂停或结束一项调查。Open, pause or close a survey.

    \b
    例 Example:
      surveyapp state zhifu-2022 closed
    """
    config = load_config()
    with opened(config) as store:
        closing.set_state(config, store, survey, state)
        is_past = closing.is_past(config, store, survey)
    say(f"{survey}：{state}", f"{survey}: {state}")
    if is_past:
        say(
            "! 已过最后一天：不再接收答卷，并会自动结束。请先在网页上改最后一天。",
            "! Its last day is past: it takes no answers and will be closed again. Set a later last day on the pages.",
            err=True,
        )


@click.command()
@click.argument("survey")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def report(survey: str, form: str) -> None:
    """一项调查的结果。The report on a stored survey.

    \b
    例 Examples:
      surveyapp report zhifu-2022
      surveyapp report zhifu-2022 --format json > report.json
    """
    with opened(load_config()) as store:
        questionnaire, found = reporting.questionnaire(store, survey), reporting.report(store, survey)
    click.echo(
        present.as_json(found) if form == "json" else as_table(found, questionnaire), nl=form != "json"
    )


@click.command()
@click.argument("survey")
@click.option("--out", type=FILE, help="写入的 csv，不写则输出 the file to write, or standard output")
def export(survey: str, out: Path | None) -> None:
    """导出不记名的逐份答卷（csv）。Export the anonymous rows as csv.

    \b
    例 Examples:
      surveyapp export zhifu-2022 --out rows.csv
      surveyapp analyse zhifu-2022.yaml --responses rows.csv --distributed 60
    """
    with opened(load_config()) as store:
        questionnaire = reporting.questionnaire(store, survey)
        chunks = rows_csv(questionnaire, reporting.pattern_table(store, survey), store.responses(survey))
        if out is None:
            for chunk in chunks:
                click.echo(chunk, nl=False)
        else:
            with _written(out, b"".join(chunks)):
                pass
            say(f"已写入 {out}", f"Wrote {out}")
