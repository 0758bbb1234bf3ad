"""Commands between a list of people and what they are handed: draw, print, remind, reissue, void."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

import click

from analysis.planning import Allocation
from surveyapp import reporting
from surveyapp.commands.definitions import FILE
from surveyapp.commands.surveys import opened, today
from surveyapp.config import load_config
from surveyapp.console import BadInputError, language, say, table
from surveyapp.fieldwork import handout, printing, sampling, sheets
from surveyapp.fieldwork.handout import Choices, Preview, Returns, Target
from surveyapp.fieldwork.roster import Roster
from surveyapp.fieldwork.sampling import Order, Sample
from surveyapp.store import Draw, Store

BY = "command line"
"""Who drew, in the record of a draw made by command."""

LANGUAGE = click.option(
    "--language",
    "spoken",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="答题条、短信、邮件的语言 of what is handed out",
)
OUT = click.option("--out", type=FILE, required=True, help="写入的文件 the file to write")
ONLY = click.option(
    "--only", default="", metavar="3,5-9,AB12CD", help="只处理这些行（表中行号或个案号）rows or cases"
)


def target(store: Store, survey: str, spoken: str = "zh") -> Target:
    """Return the survey that something is handed out for. Raises UnknownSurveyError."""
    config = load_config()
    return Target(
        survey=reporting.survey(store, survey), questionnaire=reporting.questionnaire(store, survey), config=config,
        day=today(config), language=spoken,
    )  # fmt: skip


@contextmanager
def appearing(files: Mapping[Path, bytes]) -> Iterator[None]:
    """Write files that appear under their names only when what belongs to them was done as well."""
    with ExitStack() as stack:
        waiting = {path: _waiting(stack, path, content) for path, content in files.items()}
        yield
        for path, name in waiting.items():
            os.replace(name, path)


def _waiting(stack: ExitStack, path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    stack.callback(Path(name).unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def fresh(*paths: Path | None) -> None:
    """Refuse to write over a file, or where there is no folder, before anything is done."""
    for path in paths:
        if path is not None and path.exists():
            raise BadInputError(f"{path} 已存在，请换一个文件名。", f"{path} exists; choose another name.")
        if path is not None and not path.parent.is_dir():
            raise BadInputError(f"没有文件夹 {path.parent}", f"There is no folder {path.parent}")


# --- draw ----------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("survey")
@click.argument("roster", type=FILE)
@click.option(
    "-n", "--n", "written_n", metavar="N|A=40,B=20", help="抽多少人，或各层人数 how many, or per stratum"
)
@click.option("--stratum-column", "column", metavar="列名", help="名册里的分层列 the roster's stratum column")
@click.option(
    "--map", "pairs", multiple=True, metavar="值=编码", help="分层列的值属于哪一层，可重复 what a value means"
)
@click.option(
    "--leave-out", is_flag=True, help="不知道属于哪一层的人不参加抽样 leave out people without a stratum"
)
@click.option("--unique", metavar="列名", help="用来查重的列（如证件号）；不写则整行比较 tells people apart")
@click.option(
    "--allocation",
    type=click.Choice(["proportional", "neyman", "equal"]),
    default="proportional",
    show_default=True,
    help="各层怎么分 how to divide among strata",
)
@click.option("--share", default="0.5", metavar="P|A=0.9,B=0.7", help="neyman 用的预计比例 expected shares")
@click.option(
    "--minimum", type=click.IntRange(0), default=0, show_default=True, help="每层至少几人 least per stratum"
)
@click.option("--seed", help="随机种子；不写则随机生成并记录 the seed; made and recorded if left out")
@click.option(
    "--channel",
    type=click.Choice(handout.CHANNELS),
    default="link",
    show_default=True,
    help="渠道 how they go out",
)
@click.option("--purpose", default="survey", show_default=True, help="用途 what the codes are for")
@LANGUAGE
@click.option("--all-rows", is_flag=True, help="输出全部行，抽中的作标记 all rows, the drawn ones marked")
@click.option("--slips", type=FILE, help="同时生成答题条 PDF also write slips")
@click.option("--dry-run", is_flag=True, help="只看会抽成什么样，不发码 only show what would be drawn")
@click.option(
    "--repeat",
    metavar="抽样编号",
    help="用同一份名册重抽一次已记录的样本，不发码 draw a recorded sample again",
)
@click.option("--out", type=FILE, help="写入的 xlsx the file to write")  # fmt: skip
def draw(
    survey: str,
    roster: Path,
    out: Path | None,
    repeat: str | None,
    slips: Path | None,
    dry_run: bool,
    **chosen: Any,
) -> None:
    """从名册抽样并发码：同一张表加上答题码、链接、二维码。Draw people from a roster; the sheet comes back with codes.

    名册是 xlsx 或 csv，任意列；姓名和号码一概不存，只记录各层人数、文件摘要、种子和方法。
    Of the roster only counts, the file's hash, the seed and the method are kept.

    \b
    例 Examples:
      surveyapp draw zhifu-2022 roster.xlsx --n 60 --stratum-column 补贴类别 --out drawn.xlsx
      surveyapp draw zhifu-2022 roster.csv --n A=45,B=13,C=2 --stratum-column 补贴类别 --channel sms --out drawn.xlsx
      surveyapp draw zhifu-2022 roster.xlsx --n 60 --channel slip --slips slips.pdf --out drawn.xlsx
      surveyapp draw zhifu-2022 roster.xlsx --repeat 0a1b2c3d4e5f --out again.xlsx
    """  # fmt: skip
    if out is None and not dry_run:
        raise click.UsageError("--out")
    fresh(out, slips)
    with opened(load_config()) as store:
        to = target(store, survey, chosen.pop("spoken"))
        found = Roster.at(roster)
        if repeat is not None:
            _repeat(_recorded(store, survey, repeat), found, cast(Path, out))
            return
        before = store.draws(survey)
        seen = handout.preview(to, found, _choices(chosen, has_slips=slips is not None), before)
        _show(seen)
        if seen.problems or dry_run or out is None:
            _end_of_preview(seen)
            return
        made = handout.prepare(seen, by=BY)
        with appearing({out: made.sheet, **({slips: made.slips} if slips else {})}):
            made.issue(store)
    _tell_drawn(made.sample, made.draw, out, slips, seen.choices.channel)


def _choices(chosen: Mapping[str, Any], *, has_slips: bool) -> Choices:
    return Choices(
        column=chosen["column"], values=_pairs("--map", chosen["pairs"]), leaves_out=chosen["leave_out"],
        unique=chosen["unique"], order=_order(chosen), seed=(chosen["seed"] or "").strip(), channel=chosen["channel"],
        purpose=chosen["purpose"], keeps_all=chosen["all_rows"], has_slips=has_slips,
    )  # fmt: skip


def _order(chosen: Mapping[str, Any]) -> Order:
    written, share = (chosen["written_n"] or "").strip(), chosen["share"]
    if not written:
        raise click.UsageError("-n / --n")
    is_each = "=" in written
    if is_each and chosen["column"] is None:
        raise BadInputError(
            "写各层人数时，请用 --stratum-column 指出分层列。",
            "Name the stratum's column by --stratum-column.",
        )
    return Order(
        total=None if is_each else _number("--n", written), allocation=cast(Allocation, chosen["allocation"]),
        each={code: _number("--n", n) for code, n in _pairs("--n", [written]).items()} if is_each else {},
        shares=_shares(share), least=chosen["minimum"],
    )  # fmt: skip


def _pairs(option: str, written: Sequence[str]) -> dict[str, str]:
    parts = [part for text in written for part in text.replace("，", ",").split(",") if part.strip()]
    pairs = [part.rpartition("=") for part in parts]
    if not all(name.strip() and value.strip() for name, _, value in pairs):
        raise BadInputError(f"{option}：应写成 A=…,B=…", f"{option}: write A=…,B=…")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _number(option: str, written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= 9):
        raise BadInputError(f"{option} {written}：应为整数", f"{option} {written}: write a whole number")
    return int(written)


def _shares(written: str) -> dict[str, float]:
    pairs = _pairs("--share", [written]) if "=" in written else {}
    try:
        shares = {code: float(value) for code, value in pairs.items()}
    except ValueError:
        shares = {"": -1.0}
    if not all(0 <= share <= 1 for share in shares.values()):
        raise BadInputError(f"--share {written}：应为 0 到 1 的数", f"--share {written}: numbers from 0 to 1")
    return shares


def _show(seen: Preview) -> None:
    is_en = language() == "en"
    head = ("", "in the roster", "drawn") if is_en else ("", "名册", "抽中")
    everybody = "all" if is_en else "全部"
    rows = [(row.label or everybody, str(row.people), str(row.drawn)) for row in seen.rows]
    if len(rows) > 1:
        rows.append(("total" if is_en else "合计", str(seen.people), str(seen.size)))
    if seen.drawn:
        click.echo(table(head, rows, right=(1, 2)))
    for remark in (*seen.problems, *seen.remarks):
        say(f"! {remark.zh}", f"! {remark.en}", err=True)


def _end_of_preview(seen: Preview) -> None:
    if seen.problems:
        raise BadInputError(
            "未抽样。不认识的值可用 --map 值=编码 说明，或用 --leave-out 不让这些人参加。",
            "Nothing was drawn. Say what a value means by --map VALUE=CODE, or leave those people out by --leave-out.",
        )
    say("没有发码；去掉 --dry-run 并写上 --out 就抽样。", "No codes were issued; draw without --dry-run.")


def _tell_drawn(sample: Sample, record: Draw, out: Path, slips: Path | None, channel: str) -> None:
    say(
        f"已抽 {sample.size} 人并发码：{out}" + (f"，答题条 {slips}" if slips else ""),
        f"{sample.size} people were drawn and have codes: {out}" + (f", slips in {slips}" if slips else ""),
    )
    say(
        f"抽样编号 {record.id}，种子 {record.seed}，方法 {sampling.ALGORITHM}，名册 SHA-256 {record.file_hash}",
        f"Draw {record.id}, seed {record.seed}, method {sampling.ALGORITHM}, roster's SHA-256 {record.file_hash}",
    )
    if sample.size > sheets.MOST_PICTURES:
        most = sheets.MOST_PICTURES
        say(
            f"超过 {most} 人，表里只有链接，没有二维码图。",
            f"Above {most} people the sheet has links and no pictures.",
        )
    say(
        "这张表请妥善保管：答题码只存摘要，丢失不能再生成。",
        "Keep the sheet: codes are kept hashed only, so it cannot be made again.",
    )


def _recorded(store: Store, survey: str, id: str) -> Draw:
    draws = {one.id: one for one in store.draws(survey)}
    if id not in draws:
        known = "、".join(f"{one.id}（{one.drawn_on}）" for one in draws.values()) or "—"
        raise BadInputError(f"没有抽样 {id}；有：{known}", f"No draw {id}; there are: {known}")
    return draws[id]


def _repeat(found: Draw, roster: Roster, out: Path) -> None:
    sample = sampling.repeated(roster, found)
    with appearing({out: sheets.rows_sheet(roster, sample.strata_by_row())}):
        pass
    say(
        f"与 {found.drawn_on} 的抽样 {found.id} 相同的 {sample.size} 行：{out}（没有发码）",
        f"The same {sample.size} rows as draw {found.id} of {found.drawn_on}: {out} (no codes were issued)",
    )


# --- print ---------------------------------------------------------------------------------------------------------


@click.group(name="print")
def print_() -> None:
    """打印海报和一次性答题条（PDF）。Print posters and single-use slips as PDF.

    \b
    例 Examples:
      surveyapp print poster zhifu-2022 --out poster.pdf
      surveyapp print slips zhifu-2022 --count 60 --out slips.pdf
    """


@print_.command()
@click.argument("survey")
@click.option("--size", type=click.Choice(["A4", "A3"]), default="A4", show_default=True, help="纸张 paper")
@LANGUAGE
@OUT
def poster(survey: str, size: str, spoken: str, out: Path) -> None:
    """公开链接的海报。A poster of the open link.

    \b
    例 Example:
      surveyapp print poster zhifu-2022 --size A3 --out poster.pdf
    """
    fresh(out)
    with opened(load_config()) as store:
        to = target(store, survey, spoken)
    if not to.survey.open_link:
        zh = f"{survey} 不接受公开链接；用 surveyapp publish FILE --open-link 开启，或打印答题条：surveyapp print slips"
        raise BadInputError(
            zh, f"{survey} refuses the open link: publish FILE --open-link, or print slips instead."
        )
    with appearing({out: printing.poster(to.facts, to.address, cast(printing.PaperSize, size))}):
        pass
    say(f"已写入 {out}", f"Wrote {out}")


@print_.command()
@click.argument("survey")
@click.option("--count", type=click.IntRange(1, handout.MOST_DRAWN), help="张数 how many")
@click.option(
    "--stratum", metavar="A", help="分层（分层题的选项编码）the stratum, a code of the stratum item"
)
@click.option("--each", metavar="A=40,B=20", help="各层张数，每层另起一页 how many of each stratum")
@click.option("--purpose", default="survey", show_default=True, help="用途 what they are for")
@LANGUAGE
@OUT
def slips(
    survey: str,
    count: int | None,
    stratum: str | None,
    each: str | None,
    purpose: str,
    spoken: str,
    out: Path,
) -> None:
    """发放一次性答题条：每张一个码，A4 每页十张，最后是印制清单。Issue single-use slips, ten a sheet, with a manifest.

    \b
    例 Examples:
      surveyapp print slips zhifu-2022 --count 60 --out slips.pdf
      surveyapp print slips zhifu-2022 --each A=45,B=13,C=2 --out slips.pdf
    """
    if (count is None) == (each is None):
        raise click.UsageError("--count / --each")
    fresh(out)
    counts = (
        {code: _number("--each", n) for code, n in _pairs("--each", [each]).items()}
        if each
        else {stratum or sampling.SIMPLE: count or 0}
    )
    with opened(load_config()) as store:
        to = target(store, survey, spoken)
        made = handout.make_slips(to, counts, purpose)
        with appearing({out: handout.slips_pdf(to, made.cases, purpose)}):
            made.issue(store, survey)
    total = sum(counts.values())
    say(f"已发放 {total} 张答题条：{out}", f"{total} slips are issued: {out}")
    say(
        "答题码只存摘要：这个文件丢失不能再生成。",
        "Codes are kept hashed only: the file cannot be made again.",
    )


# --- the sheet comes back ------------------------------------------------------------------------------------------


@click.command()
@click.argument("survey")
@click.argument("sheet", type=FILE)
@click.option(
    "--channel", type=click.Choice(["sms", "mail"]), help="短信或邮件；不写则看表里有哪种 which text to write"
)
@LANGUAGE
@ONLY
@OUT
def remind(survey: str, sheet: Path, channel: str | None, spoken: str, only: str, out: Path) -> None:
    """催答：从发码时的表里挑出还没用码的行，配好文字。Whom to remind: rows whose code is unused, with the text.

    满 20 个码用过之后才可以。表不保存。Only once 20 codes are used; the sheet is not kept.

    \b
    例 Example:
      surveyapp remind zhifu-2022 drawn.xlsx --out due.xlsx
    """  # fmt: skip
    fresh(out)
    with opened(load_config()) as store:
        found = _read_back(store, survey, sheet, only)
        to = target(store, survey, spoken)
    _tell_states(found)
    if not found.due:
        say("都已用过或作废，不用催答。", "All are used or void: nobody to remind.")
        return
    chosen = channel or sheets.channel_of(found.sheet) or "sms"
    with appearing({out: handout.remind(to, found, "mail" if chosen == "mail" else "sms")}):
        pass
    say(f"要催答的 {len(found.due)} 行：{out}", f"{len(found.due)} to remind: {out}")


def _read_back(store: Store, survey: str, sheet: Path, only: str) -> Returns:
    reporting.survey(store, survey)
    try:
        return handout.read_back(store, survey, Roster.at(sheet), only)
    except ValueError as error:
        raise BadInputError(
            f"--only {error}：应写成 3,5-9 或个案号", f"--only {error}: write 3,5-9 or cases"
        ) from None


def _tell_states(found: Returns) -> None:
    issued, used, void, unknown = (found.count(state) for state in ("issued", "used", "void", "unknown"))
    say(
        f"表中 {len(found.rows)} 个码：未用 {issued}，已用 {used}，作废 {void}，不是本调查的 {unknown}。",
        f"{len(found.rows)} codes in the sheet: {issued} unused, {used} used, {void} void, {unknown} of no such survey.",
    )


@click.command()
@click.argument("survey")
@click.argument("sheet", type=FILE)
@LANGUAGE
@ONLY
@OUT
def reissue(survey: str, sheet: Path, spoken: str, only: str, out: Path) -> None:
    """补发：表里还没用的码作废，换成新码，表的样子不变。Re-issue: new codes for unused ones, in the same sheet.

    满 20 个码用过之后才可以。表不保存。Only once 20 codes are used; the sheet is not kept.

    \b
    例 Examples:
      surveyapp reissue zhifu-2022 drawn.xlsx --out new.xlsx
      surveyapp reissue zhifu-2022 drawn.xlsx --only 3,8-10,AB12CD --out new.xlsx
    """
    fresh(out)
    with opened(load_config()) as store:
        found = _read_back(store, survey, sheet, only)
        to = target(store, survey, spoken)
        _tell_states(found)
        if not found.due:
            say("没有未用的码，不用补发。", "No code is unused: nothing to re-issue.")
            return
        made = handout.replacement(to, found, sheets.channel_of(found.sheet))
        with appearing({out: made.content()}):
            done = made.issue(store)
            if not done:
                raise BadInputError(
                    "刚才这些码都已用过或作废，没有补发。",
                    "Meanwhile all these codes were used or made void; nothing was re-issued.",
                )
        if len(done) < len(made.new):
            with appearing({out: made.content(done)}):
                pass
    say(
        f"已作废 {len(done)} 个旧码，新码在 {out}",
        f"{len(done)} old codes are void; the new ones are in {out}",
    )


@click.command()
@click.argument("survey")
@click.argument("sheet", type=FILE, required=False)
@click.option("--batch", help="作废整批未用的码 make a whole batch's unused codes void")
@ONLY
def void(survey: str, sheet: Path | None, batch: str | None, only: str) -> None:
    """作废没用过的码：一整批，或表里的行。Make unused codes void: a batch, or the rows of a sheet.

    \b
    例 Examples:
      surveyapp void zhifu-2022 drawn.xlsx --only 3,5-9
      surveyapp void zhifu-2022 --batch 5f2c…
    """
    if (sheet is None) == (batch is None):
        raise click.UsageError("SHEET / --batch")
    with opened(load_config()) as store:
        reporting.survey(store, survey)
        if batch is not None:
            _refuse_unknown_batch(store, survey, batch)
            count = store.void_batch(survey, batch)
        else:
            found = _read_back(store, survey, cast(Path, sheet), only)
            count = store.void_codes(survey, [one.hash for one in found.due])
    say(f"已作废 {count} 个码。", f"{count} codes were made void.")


def _refuse_unknown_batch(store: Store, survey: str, wanted: str) -> None:
    batches = store.batches(survey)
    if not any(batch.id == wanted for batch in batches):
        known = [
            f"{one.id}  {one.issued_on}  {one.channel}  {one.stratum or '—'}  {one.purpose}  {one.count}"
            for one in batches
        ]
        listed = "\n".join(known) or "—"
        raise BadInputError(f"没有批次 {wanted}；有：\n{listed}", f"No batch {wanted}; there are:\n{listed}")
