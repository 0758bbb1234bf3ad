"""The routes of import: a file is read, shown as it would be taken, and stored only when somebody has confirmed it.

The file is not kept between these steps: the browser sends it again, and it must be the file that was shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from questionnaires.model import Questionnaire
from questionnaires.problems import Words
from surveyapp import importing
from surveyapp.current import current_config, current_store
from surveyapp.deliver.names import XLSX, file_name
from surveyapp.evaluate import door
from surveyapp.evaluate.desk import Desk, desk, steps
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.pages import Page, blueprint, download, today
from surveyapp.evaluate.words import CHANNELS, name
from surveyapp.importing import Column, ColumnMapping, Committed, Judged, Order, RowProblem, Table
from surveyapp.importing.mapping import Target, target_words, targets

SHOWN_PROBLEMS = 200
SHOWN_ROWS = 5


class _UnfitRequestError(Exception):
    """What was sent cannot be shown or stored; carries the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


_UNFIT = (importing.UnfitFileError, importing.UnfitMappingError, _UnfitRequestError)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file that was sent, and all that is known of it."""

    name: str
    digest: str
    """SHA-256 of the file as it was sent."""
    table: Table
    mapping: ColumnMapping
    judged: Judged
    channel: str
    batch: str


@blueprint.get("/surveys/<slug>/import")
def import_rows(slug: str) -> Page:
    """Ask for a file."""
    return _page(desk(current_store(), slug))


@blueprint.post("/surveys/<slug>/import")
def preview_import(slug: str) -> Page:
    """Show how a file would be read."""
    found = desk(current_store(), slug)
    try:
        return _page(found, sent=_sent(found))
    except _UNFIT as unfit:
        return _page(found, refused=_say(unfit)), door.REFUSED


@blueprint.post("/surveys/<slug>/import/store")
def store_import(slug: str) -> Page:
    """Store the file that was shown, or nothing."""
    found = desk(current_store(), slug)
    sent = None
    try:
        sent = _sent(found)
        _refuse_unready(sent)
        done = importing.commit(current_store(), slug, sent.judged)
    except _UNFIT as unfit:
        return _page(found, sent=sent, refused=_say(unfit)), door.REFUSED
    return _done(desk(current_store(), slug), sent, done)


@blueprint.post("/surveys/<slug>/import/rejected.xlsx")
def rejected_rows(slug: str) -> Response | Page:
    """Send the rejected rows with their reasons."""
    found = desk(current_store(), slug)
    try:
        sent = _sent(found)
    except _UNFIT as unfit:
        return _page(found, refused=_say(unfit)), door.REFUSED
    book = importing.rejected_workbook(sent.table, sent.mapping, sent.judged, spoken())
    title = file_name(found.questionnaire.title.say(), "未导入的行", today(), ending="xlsx")
    return download(book, XLSX, title, f"{slug}-rejected.xlsx")


# --- what was sent -----------------------------------------------------------------------------------------------------


def _sent(found: Desk) -> Sent:
    """Read what was sent. Raises one of _UNFIT."""
    file, store, config = request.files.get("file"), current_store(), current_config()
    if file is None or not file.filename:
        raise _UnfitRequestError("请选择文件", "choose a file")
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    table = importing.read_table(content)
    mapping = importing.mapped(
        table, found.questionnaire, source=_known_source(), changes=_changes() if _is_shown(digest) else {}
    )
    channel, batch = _channel(), request.form.get("batch", "").strip()[:80]
    order = Order(
        slug=found.slug, questionnaire=found.questionnaire, secret=config.secret_key, day=today(), zone=config.zone,
        channel=channel, batch=batch,
    )  # fmt: skip
    judged = importing.judge_rows(table, mapping, order, store)
    return Sent(
        name=file.filename, digest=digest, table=table, mapping=mapping, judged=judged, channel=channel, batch=batch,
    )  # fmt: skip


def _is_shown(digest: str) -> bool:
    return request.form.get("digest") == digest


def _known_source() -> str:
    source = request.form.get("source", "")
    return source if source in importing.SOURCES else ""


def _channel() -> str:
    channel = request.form.get("channel", "").strip()
    if channel and not importing.is_channel(channel):
        zh = "渠道只能用小写字母、数字、- 和 _，以字母开头"
        raise _UnfitRequestError(zh, "a channel is lower case letters, digits, - and _, a letter first")
    return channel


def _changes() -> dict[str, str]:
    """Return what was chosen for each column; nothing was chosen where a decision is still open."""
    chosen = {key.removeprefix("to-"): value for key, value in request.form.items() if key.startswith("to-")}
    return {f"#{number}": value for number, value in chosen.items() if value and number.isdigit()}


def _refuse_unready(sent: Sent) -> None:
    """Raise _UnfitRequestError unless this very file was shown and may be stored."""
    if not _is_shown(sent.digest):
        zh = "这不是刚才核对的那个文件，什么都没有导入。下面是这个文件的读法，请核对。"
        raise _UnfitRequestError(
            zh, "This is not the file that was shown; nothing was imported. Below is how this one is read."
        )
    if sent.mapping.doubts:
        zh, en = "还有列没有选定，什么都没有导入。", "Some columns are not decided; nothing was imported."
        raise _UnfitRequestError(zh, en)
    if sent.judged.problems and "skip" not in request.form:
        count = len(sent.judged.rejected)
        raise _UnfitRequestError(
            f"{count} 行有问题，什么都没有导入。改正后再来，或勾选“只导入没有问题的行”。",
            f"{count} rows have problems; nothing was imported. Correct them, or tick “Import the others only”.",
        )


# --- what is shown -----------------------------------------------------------------------------------------------------


def _page(found: Desk, *, sent: Sent | None = None, refused: str = "") -> str:
    shown: dict[str, Any] = {"sent": sent, "refused": refused, "sources": importing.SOURCES, "say": _in_words}
    if sent is not None:
        shown |= {
            "choices": _choices(found.questionnaire), "own_choices": _own_choices(found.questionnaire),
            "remarks": [(_in_words(words), numbers) for words, numbers in importing.remarks(sent.mapping)],
            "first": _first_rows(found.questionnaire, sent), "problems": _problem_rows(sent.judged.problems[:SHOWN_PROBLEMS]),
            "missing": [found.questionnaire.items[item].text.say(spoken()) for item in sent.mapping.missing],
        }  # fmt: skip
    return _drawn("import", found, **shown)


def _done(found: Desk, sent: Sent, done: Committed) -> Page:
    page = _drawn(
        "import_done", found, sent=sent, done=done, refused=[(n, _in_words(w)) for n, w in done.refused]
    )
    return (page, door.REFUSED) if done.refused else page


def _drawn(template: str, found: Desk, **more: Any) -> str:
    here = url_for("evaluate.import_rows", slug=found.slug)
    return render_template(
        f"evaluate/{template}.html", desk=found, steps=steps(found), step="returns", here=here, **more
    )


def _say(unfit: Exception) -> str:
    text: str = getattr(unfit, "en" if spoken() == "en" else "zh", "")
    return text[:1].upper() + text[1:]


def _in_words(words: Words) -> str:
    return words.en if spoken() == "en" else words.zh


Choices = list[tuple[str, str]]


def _choices(questionnaire: Questionnaire) -> Choices:
    """Return what a column may become, with its words."""
    return [(str(target), _chosen_words(target, questionnaire)) for target in targets(questionnaire)]


def _chosen_words(target: Target, questionnaire: Questionnaire) -> str:
    words = _in_words(target_words(target, questionnaire))
    return f"{target} · {words[:60]}{'…' if len(words) > 60 else ''}"


def _own_choices(questionnaire: Questionnaire) -> Any:
    """Return a function that gives a column's own ways of reading whole numbers."""

    def own(column: Column) -> Choices:
        readings = [column.target._replace(reading=reading) for reading in column.readings]
        return [(str(target), _chosen_words(target, questionnaire)) for target in readings]

    return own


def _first_rows(questionnaire: Questionnaire, sent: Sent) -> Mapping[str, Any]:
    """Return the first rows as they would be read: a column each, an item a line."""
    first = sent.judged.good[:SHOWN_ROWS]
    read = [dict(importing.as_read(questionnaire, good.submission, spoken())) for good in first]
    items = list(dict.fromkeys(item for answers in read for item in answers))
    ordered = sorted(items, key=lambda item: list(questionnaire.items).index(item.removesuffix(".text")))
    return {
        "lines": [good.line for good in first],
        "answers": [(_item_words(questionnaire, item), [answers.get(item, "") for answers in read]) for item in ordered],
        "more": [
            (_("Day"), [good.submission.day for good in first]),
            (_("Channel"), [name(CHANNELS, good.submission.channel) for good in first]),
            (_("Stratum"), [_stratum(questionnaire, good.submission.stratum) for good in first]),
            (_("Does not count because"), [good.submission.validity for good in first]),
            (_("Flags"), [good.submission.flags for good in first]),
        ],
    }  # fmt: skip


def _item_words(questionnaire: Questionnaire, item: str) -> str:
    text = questionnaire.items[item.removesuffix(".text")].text.say(spoken())
    return f"{text} — {_('in words')}" if item.endswith(".text") else text


def _stratum(questionnaire: Questionnaire, code: str | None) -> str:
    item = questionnaire.population.stratum_item
    option = questionnaire.option(item, code) if item and code else None
    return option.label.say(spoken()) if option else code or ""


def _problem_rows(problems: Iterable[RowProblem]) -> list[Sequence[str]]:
    return [(str(p.line), p.column, p.value, _in_words(p.what), _in_words(p.do)) for p in problems]
