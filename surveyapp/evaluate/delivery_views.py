"""What evaluators take away: Word documents, the workbook, data files and the evidence pack, each made when it is asked for."""

from __future__ import annotations

import tempfile
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Response, abort, render_template, request
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length, NumberRange, Optional

from surveyapp import reporting
from surveyapp.current import current_config, current_store
from surveyapp.deliver import datafiles, method, names, workbook
from surveyapp.deliver.blank import blank_questionnaire
from surveyapp.deliver.contents import ChangedMeanwhileError, UnpackableError
from surveyapp.deliver.dossier import Dossier, dossier
from surveyapp.deliver.house import HouseStyle
from surveyapp.deliver.rows import Answers
from surveyapp.deliver.stored_pack import pack_survey
from surveyapp.deliver.wordreport import analysis_report
from surveyapp.evaluate import door
from surveyapp.evaluate.desk import desk, steps
from surveyapp.evaluate.language import LANGUAGES, spoken
from surveyapp.evaluate.pages import Page, blueprint, download, today
from surveyapp.respond.words import NAMES
from surveyapp.store import Store

_l: Any = lazy_gettext

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
PLAIN = "application/octet-stream"
CHUNK = 256 * 1024


class StyleForm(Form):
    """How the report is numbered and worded; it changes nothing, so it is sent in the address."""

    language = SelectField(_l("Language"), choices=[SelectChoice(code, NAMES[code]) for code in LANGUAGES])
    table_from = IntegerField(
        _l("First table's number"), [Optional(), NumberRange(1, 999, _l("Between 1 and 999"))], default=1,
        render_kw={"min": 1, "max": 999, "inputmode": "numeric"},
    )  # fmt: skip
    places = SelectField(
        _l("Places of percentages"),
        choices=[SelectChoice("", _l("as defined")), *(SelectChoice(str(n), str(n)) for n in range(4))],
    )
    people = StringField(_l("Those asked are called"), [Optional(), Length(max=20)])
    project = StringField(_l("Project in the title"), [Optional(), Length(max=60)])

    @property
    def style(self) -> HouseStyle:
        """Return what was chosen."""
        return HouseStyle(
            percent_places=int(self.places.data) if self.places.data else None,
            first_table=self.table_from.data or 1,
            people=(self.people.data or "").strip(),
            project=(self.project.data or "").strip(),
        )


@blueprint.get("/surveys/<slug>/delivery")
def delivery(slug: str) -> Page:
    """Show what can be taken away."""
    return _page(slug, StyleForm(language=spoken()))


def _page(slug: str, style: StyleForm) -> str:
    found = desk(current_store(), slug)
    return render_template(
        "evaluate/delivery.html", desk=found, steps=steps(found), step="delivery", style=style,
        here=f"{request.script_root}/evaluate/surveys/{slug}/delivery", public_url=current_config().public_url,
    )  # fmt: skip


def _dossier(slug: str) -> Dossier:
    return dossier(current_store(), current_config(), slug, door.now())


# --- documents -----------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/report.docx")
def report_docx(slug: str) -> Response | Page:
    """Send the analysis report."""
    form = StyleForm(MultiDict({"language": spoken(), "places": ""} | request.args.to_dict()))
    if not form.validate():
        return _page(slug, form), door.REFUSED
    content = analysis_report(_dossier(slug), language=_language(), style=form.style)
    return _document(slug, content, "问卷调查统计分析报告", "report")


@blueprint.get("/surveys/<slug>/questionnaire.docx")
def questionnaire_docx(slug: str) -> Response:
    """Send the blank questionnaire."""
    found = _dossier(slug)
    content = blank_questionnaire(found.questionnaire, language=_language(), day=found.day)
    return _document(slug, content, "空白问卷", "questionnaire")


@blueprint.get("/surveys/<slug>/method.docx")
def method_docx(slug: str) -> Response:
    """Send the method statement."""
    content = method.method_statement(_dossier(slug), language=_language(), software=method.installed())
    return _document(slug, content, "方法说明", "method")


def _language() -> str:
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else spoken()


def _document(slug: str, content: bytes, title: str, plain: str) -> Response:
    name = names.file_name(desk(current_store(), slug).report.title, title, ending="docx")
    return download(content, DOCX, name, f"{slug}-{plain}.docx")


# --- data ----------------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/tallies.xlsx", endpoint="workbook")
def send_workbook(slug: str) -> Response:
    """Send the workbook with all rows."""
    found = _dossier(slug)
    return download(
        workbook.streamed(found), names.XLSX, _name(found, "统计表", "xlsx"), f"{slug}-tallies.xlsx"
    )


@blueprint.get("/surveys/<slug>/data.<any(csv, sav, dta, parquet):kind>")
def data(slug: str, kind: str) -> Response:
    """Send the anonymous rows as another program's file; csv in GB18030 where that is asked for."""
    if kind != "csv":
        return _made(_answers(current_store(), slug, today()), kind)
    encoding = request.args.get("encoding", "utf-8")
    if encoding not in datafiles.ENCODINGS:
        abort(404)
    title = reporting.questionnaire(current_store(), slug).title.say()
    name = names.file_name(title, "数据", ending="csv")
    lines = _csv(current_store(), slug, today(), encoding)
    return download(lines, f"text/csv; charset={encoding}", name, f"{slug}-data.csv")


def _csv(store: Store, slug: str, day: str, encoding: str) -> Iterator[bytes]:
    """Yield the csv; the byte order mark goes before the answers are grouped, so that a large download begins at once."""
    mark = BOM_UTF8 if encoding == "utf-8" else b""
    if mark:
        yield mark
    lines = datafiles.csv_file(_answers(store, slug, day), encoding)
    yield next(lines).removeprefix(mark)
    yield from lines


def _answers(store: Store, slug: str, day: str) -> Answers:
    return Answers(
        questionnaire=reporting.questionnaire(store, slug), table=reporting.pattern_table(store, slug),
        responses=lambda: store.responses(slug), day=day,
    )  # fmt: skip


def _made(found: Answers, kind: str) -> Response:
    makers: dict[str, Callable[[Answers, Path], None]] = {
        "sav": datafiles.sav_file, "dta": datafiles.dta_file, "parquet": datafiles.parquet_file,
    }  # fmt: skip
    try:
        content = _through_file(lambda path: makers[kind](found, path))
        first = next(content)  # makes the file, so that what goes wrong is known before anything is sent
    except datafiles.ParquetMissingError as missing:
        return Response(missing.en if spoken() == "en" else missing.zh, 501, mimetype="text/plain")
    return download(
        _after(first, content), PLAIN, _name(found, "数据", kind), f"{found.questionnaire.id}-data.{kind}"
    )


def _through_file(make: Callable[[Path], object]) -> Iterator[bytes]:
    """Yield what is written to a file that goes afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        make(path)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


def _after(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _name(found: Dossier | Answers, title: str, ending: str) -> str:
    return names.file_name(found.questionnaire.title.say(), title, ending=ending)


# --- evidence ------------------------------------------------------------------------------------------------------


@blueprint.get("/surveys/<slug>/pack.zip")
def evidence_pack(slug: str) -> Response:
    """Send the evidence pack."""
    store, config = current_store(), current_config()
    title = reporting.questionnaire(store, slug).title.say()
    content = _through_file(lambda path: pack_survey(store, config, slug, path, door.now))
    try:
        first = next(content)
    except (ChangedMeanwhileError, UnpackableError) as refused:
        return _refused(refused)
    return download(
        _after(first, content), ZIP, names.file_name(title, "证据包", ending="zip"), f"{slug}-pack.zip"
    )


def _refused(error: Exception) -> Response:
    words = getattr(error, "en" if spoken() == "en" else "zh", str(error))
    return Response(f"{words}\n", 503, mimetype="text/plain")
