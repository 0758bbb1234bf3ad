"""The file around a Word document: the same bytes for the same content, whoever writes it and when."""

from __future__ import annotations

import io
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part

_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>surveyapp</Application></Properties>"
)
_TEMPLATES_OWN = (RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.CUSTOM_XML)


def saved(document: Document, *, title: str, language: str, day: str) -> bytes:
    """Return a document's file; its properties name nobody, and every time in it is that day."""
    _properties(document, title=title, language=language, day=day)
    _leave_out_the_templates(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return _packed(buffer, day)


def _properties(document: Document, *, title: str, language: str, day: str) -> None:
    own = document.core_properties
    own.title, own.language = title[:255], language
    own.author = own.last_modified_by = own.comments = own.keywords = own.subject = own.category = ""
    own.created = own.modified = datetime.fromisoformat(day)
    own.revision = 1


def _leave_out_the_templates(document: Document) -> None:
    """Drop what the library's template brought along: its thumbnail, its stored data, the program that made it."""
    package = document.part.package
    for holder in (package, document.part):
        for id in [id for id, rel in holder.rels.items() if rel.reltype in _TEMPLATES_OWN]:
            holder.rels.pop(id)
    for part in package.iter_parts():
        if part.partname == "/docProps/app.xml" and isinstance(part, Part):
            part._blob = _APP


def _packed(buffer: io.BytesIO, day: str) -> bytes:
    """Return the zip with its entries in a fixed order and at a fixed time."""
    at, packed = date.fromisoformat(day), io.BytesIO()
    with ZipFile(buffer) as made, ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=6) as fixed:
        for name in sorted(made.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = ZipInfo(name, (at.year, at.month, at.day, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 0, 0
            fixed.writestr(entry, made.read(name))
    return packed.getvalue()
