"""The files of an evidence pack: which there are, what each is for, and how it is made from the contents."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from analysis.ledger import COLUMNS, Ledger
from questionnaires.model import NumberItem
from surveyapp.deliver.apart import BOM, guard, line, rows_csv, words_csv
from surveyapp.deliver.blank import blank_questionnaire
from surveyapp.deliver.contents import Contents
from surveyapp.deliver.exclusions import exclusions_csv
from surveyapp.deliver.facts import KINDS, csv_of, fieldwork_json, json_bytes
from surveyapp.deliver.method import method_statement
from surveyapp.deliver.wordreport import analysis_report
from surveyapp.deliver.workbook import tally_workbook, workbook
from surveyapp.present import as_json
from surveyapp.store import Survey

SCHEMA = "surveyapp.pack/1"
PACK, VERSIONS, SUMS, README = "pack.json", "versions.json", "SHA256SUMS", "README.txt"
DEFINITION, EARLIER, ROWS, FIELDWORK = "definition.yaml", "earlier/", "rows.csv", "fieldwork.json"
WORDS, FIGURES, LEFT_OUT, REPORT = "words/", "figures/", "words-left-out.txt", "report.json"
TOTAL = "*"
"""The channel of the ledger's last line, which is the sum of the others."""

SETTINGS = tuple(field.name for field in fields(Survey) if field.name != "closed_at")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file, or all of a folder if `name` ends in a slash, and what stands about it in the pack's README."""

    name: str
    zh: str
    en: str
    make: Callable[[Contents], Mapping[str, bytes]]


def _one(name: str, zh: str, en: str, make: Callable[[Contents], bytes]) -> Part:
    return Part(name=name, zh=zh, en=en, make=lambda contents: {name: make(contents)})


# --- what the others are made from ---------------------------------------------------------------------------------


def _pack(contents: Contents) -> bytes:
    about = {
        "schema": SCHEMA,
        "survey": {name: getattr(contents.survey, name) for name in SETTINGS},
        "title": contents.dossier.report.title,
        "day": contents.day,
        "final": contents.is_final,
        "responses": contents.table.count,
        "digest": contents.digest,
        "data_hash": contents.dossier.report.data_hash,
    }
    return json_bytes(about)


def _earlier(contents: Contents) -> Mapping[str, bytes]:
    texts = contents.definitions.texts
    return {f"{EARLIER}{v}.yaml": texts[v].encode() for v in sorted(texts) if v != contents.survey.version}


def _written(contents: Contents, *, figures: bool) -> Mapping[str, bytes]:
    folder, counted = FIGURES if figures else WORDS, contents.words.counted
    chosen = [field for field in counted if contents.definitions.is_number(field) is figures]
    return {f"{folder}item-{field}.csv": words_csv(field, counted[field]) for field in chosen}


def _left_out(contents: Contents) -> Mapping[str, bytes]:
    hashes = contents.words.left_out
    return {LEFT_OUT: "".join(f"{one}\n" for one in hashes).encode()} if hashes else {}


# --- what is made from them ----------------------------------------------------------------------------------------


def _ledger(contents: Contents) -> bytes:
    lines = contents.dossier.report.fieldwork.ledger
    total = replace(Ledger(lines).total, channel=TOTAL)
    names = [column.id for column in COLUMNS if column.id != "waiting"]
    rows = (
        [one.channel, one.stratum, *(_count(getattr(one, name)) for name in names)] for one in (*lines, total)
    )
    return b"".join((BOM, line(["channel", "stratum", *names]), *(line(map(guard, row)) for row in rows)))


def _count(number: int | None) -> str:
    return "" if number is None else str(number)


def _workbook(contents: Contents) -> bytes:
    """Return the workbook with the rows in the order of the rows file, and without what was written.

    Where numbers are asked it has no sheets of rows: they would have columns for numbers, and nothing in them.
    """
    made = contents.dossier
    if any(isinstance(item, NumberItem) for item in made.questionnaire.items.values()):
        return tally_workbook(
            made.questionnaire, made.report, entered=made.entered, table=made.table, day=made.day
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "workbook.xlsx")
        workbook(made, path, order="content", open_text=False)
        return path.read_bytes()


def _documents(
    kind: str, make: Callable[[Contents, str], bytes]
) -> Callable[[Contents], Mapping[str, bytes]]:
    return lambda contents: {f"{kind}-{language}.docx": make(contents, language) for language in ("zh", "en")}


def _blank(contents: Contents, language: str) -> bytes:
    return blank_questionnaire(contents.definitions.current, language=language, day=contents.day)


def _report(contents: Contents, language: str) -> bytes:
    return analysis_report(contents.wordy, language=language)


def _method(contents: Contents, language: str) -> bytes:
    return method_statement(contents.dossier, language=language, software=contents.versions)


def _records(name: str, of: Callable[[Contents], Any], zh: str, en: str) -> Part:
    return _one(name, zh, en, lambda contents: csv_of(KINDS[name], of(contents)))


PARTS = (
    _one(
        PACK, "调查的设置、封存日、答卷份数和全部答卷的摘要",
        "the survey's settings, day, number of responses and digest", _pack,
    ),
    _one(
        DEFINITION, "问卷定义原文（发布时的版本；文件的 SHA-256 就是版本号）",
        "the definition as fielded; the SHA-256 of this file is its version",
        lambda contents: contents.definitions.texts[contents.survey.version].encode(),
    ),
    Part(name=EARLIER, zh="有答卷的其他版本", en="other versions that were answered", make=_earlier),
    Part(name="questionnaire-*.docx", zh="空白问卷", en="the blank questionnaire", make=_documents("questionnaire", _blank)),
    _records(
        "codes.csv", lambda c: c.facts.batches, "答题码清单：每批的用途、渠道、分层、日期、数量（没有码本身）",
        "manifest of access codes: counts of each batch by purpose, channel, stratum and day (never codes)",
    ),
    _records(
        "codes-used.csv", lambda c: c.facts.codes, "答题码的去向：发放、已用、作废、打开、未送达",
        "what became of them: issued, used, void, opened, undelivered",
    ),
    _records(
        "draws.csv", lambda c: c.facts.draws, "抽样：方法、种子、名单文件的 SHA-256、各层人数（没有姓名）",
        "draws: method, seed, SHA-256 of the list, numbers by stratum (no names)",
    ),
    _one(
        FIELDWORK, "发放情况与未作答者的已知情况", "what went out, and what is known of those who did not answer",
        lambda contents: fieldwork_json(contents.fieldwork),
    ),
    _records(
        "entered.csv", lambda c: c.facts.entered, "人工录入的值：理由、何人、何日",
        "values entered by hand: why, who, when",
    ),
    _records("evidence.csv", lambda c: c.facts.evidence, "按日留存的计数（集中到达、电话结果）", "counts kept by day"),
    _one(
        ROWS, "不记名答卷，一行一份，按内容排序；空白为未答，-1 未问，-2 不适用",
        "anonymous rows, one for each response, sorted by content; blank: not answered, -1 not asked, -2 not applicable",
        lambda contents: rows_csv(contents.definitions, contents.rows),
    ),
    Part(
        name=WORDS, zh="填写的文字，每题一个文件，排序，不与答卷对应；只含有效答卷的",
        en="what was written, a file for each item, sorted, not joined to rows; of questionnaires that count",
        make=lambda contents: _written(contents, figures=False),
    ),
    Part(
        name=FIGURES, zh="填写的数字，每题一个文件，排序，不与答卷对应；只含有效答卷的",
        en="numbers that were written, in the same way", make=lambda contents: _written(contents, figures=True),
    ),
    Part(
        name=LEFT_OUT, zh="无效答卷所填文字的 SHA-256（文字本身不放入）",
        en="SHA-256s of what was written to questionnaires that do not count (not the words)", make=_left_out,
    ),
    _one(
        "exclusions.csv", "清理记录：不计入的每份答卷（rows.csv 的行号）、原因、规则、由谁判定",
        "exclusion log: each questionnaire that does not count (line of rows.csv), why, by which rule, decided by whom",
        exclusions_csv,
    ),
    _one("ledger.csv", "发放回收台账，末行为合计", "the ledger of fieldwork; its last line is the total", _ledger),
    _one(
        REPORT, "全部结果（Report JSON 第 1 版）", "every result (Report JSON, version 1)",
        lambda c: as_json(c.dossier.report).encode(),
    ),
    _one("workbook.xlsx", "统计表与评分表（带公式）", "tallies and scores, with formulas", _workbook),
    Part(name="report-*.docx", zh="统计分析报告", en="the analysis report", make=_documents("report", _report)),
    Part(name="method-*.docx", zh="方法说明", en="the method statement", make=_documents("method", _method)),
    _one(VERSIONS, "所用程序和库的版本", "versions of the programs used", lambda c: json_bytes(dict(c.versions))),
)  # fmt: skip


def files(contents: Contents) -> Iterator[tuple[str, bytes]]:
    """Yield every file of a pack, its README and the list of sums last."""
    sums: dict[str, str] = {}
    for part in PARTS:
        for name, content in part.make(contents).items():
            sums[name] = hashlib.sha256(content).hexdigest()
            yield name, content
    about = readme(contents, sums)
    sums[README] = hashlib.sha256(about).hexdigest()
    yield README, about
    yield SUMS, sums_file(sums)


def sums_file(sums: Mapping[str, str]) -> bytes:
    """Return the list of sums as `sha256sum --check` reads it."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()


def readme(contents: Contents, names: Mapping[str, str]) -> bytes:
    """Return what a stranger has to know, in Chinese and English."""
    report = contents.dossier.report
    present = [part for part in PARTS if any(_belongs(name, part.name) for name in names)]
    zh = [f"  {part.name:<22}{part.zh}" for part in present]
    en = [f"  {part.name:<22}{part.en}" for part in present]
    text = _README.format(
        title=report.title, slug=contents.survey.slug, day=contents.day, count=contents.table.count,
        valid=report.fieldwork.valid, digest=contents.digest, version=contents.survey.version,
        program=contents.versions.get("surveyapp", ""), files_zh="\n".join(zh), files_en="\n".join(en),
        note_zh=("" if contents.is_final else _OPEN_ZH), note_en=("" if contents.is_final else _OPEN_EN),
    )  # fmt: skip
    return (BOM.decode() + text.replace("\n", "\r\n")).encode()


def _belongs(name: str, part: str) -> bool:
    if part.endswith("/"):
        return name.startswith(part)
    head, star, tail = part.partition("*")
    return name.startswith(head) and name.endswith(tail) if star else name == part


_OPEN_ZH = "\n注意：调查尚未结束，或有答卷待计入。这是中间结果，以后的证据包会不同。\n"
_OPEN_EN = "\nNote: the survey is not closed, or answers wait. These results are preliminary; a later pack will differ.\n"
_README = """证据包 Evidence pack

{title}
调查 survey {slug}
封存日 day {day}
收回 returned {count}，有效 valid {valid}
问卷版本 version {version}
全部答卷的摘要 digest of all responses
  {digest}
{note_zh}{note_en}
这里有什么
{files_zh}
  SHA256SUMS            以上各文件的 SHA-256

怎样核对
  1. 装有 surveyapp 时：surveyapp verify 证据包.zip
     从 rows.csv 重算每一个数，不需要数据库，逐处列出不同，或说“一致”。
     所用版本见 versions.json；同一版本（surveyapp {program}）逐字节比对。
  2. 只核对文件是否完好：解压后 sha256sum -c SHA256SUMS
  3. 核对答卷是不是当时的答卷：报告中印有全部答卷的摘要，应与上面的相同。
     摘要的算法见 surveyapp 的 docs/evidence-pack.md，用任何工具都可以重算。
  姓名、电话、答题码、作答时刻都不在这里。填写的文字按原样保存，可能含有个人信息，请按此保管。

What is here
{files_en}
  SHA256SUMS            SHA-256 of all these files

How to verify
  1. With surveyapp: surveyapp verify PACK.zip
     It recomputes every figure from rows.csv, without a database, and lists each difference or says "the same".
     versions.json has the versions used; with the same one (surveyapp {program}) it compares byte by byte.
  2. Whether the files are intact: unpack, then sha256sum -c SHA256SUMS
  3. Whether the responses are those of the time: the report prints the digest of all responses; it must be the one above.
     docs/evidence-pack.md of surveyapp says how it is made; any tool can make it again.
  Names, telephone numbers, access codes and times of answering are not here. What was written is kept as it was written
  and may identify people: keep it accordingly.
"""
