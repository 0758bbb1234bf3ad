"""Builds the WTForms fields of a questionnaire: field name = item id, value = option code, `ITEM.text` = words beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.widgets import CheckboxInput, ListWidget

from questionnaires.accept import LONGEST_COMMENT
from questionnaires.model import Item, MultipleItem, NumberItem, Questionnaire, TextItem
from surveyapp.respond.body import Raw

Spec = Mapping[str, Any]


def form_spec(questionnaire: Questionnaire, language: str) -> Spec:
    """Return the fields of a questionnaire in one language, not yet bound to answers."""
    spec: dict[str, Any] = {}
    for item in questionnaire.items.values():
        spec[item.id] = _field(questionnaire, item, language)
        if any(option.comment for option in questionnaire.options(item.id)):
            name = comment_name(item)
            spec[name] = TextAreaField(id=_id(name), render_kw={"rows": 2, "maxlength": LONGEST_COMMENT})
    return spec


def bind(spec: Spec, raw: Raw | None = None) -> BaseForm:
    """Return a form, filled with what was sent if anything was."""
    form = BaseForm(spec)
    form.process(MultiDict(raw) if raw else None)
    return form


def comment_name(item: Item) -> str:
    """Return the name of the field for words beside an item's options."""
    return f"{item.id}.text"


def _field(questionnaire: Questionnaire, item: Item, language: str) -> Any:
    label = item.text.say(language)
    if isinstance(item, TextItem):
        return TextAreaField(label, id=_id(item.id), render_kw={"rows": 4, "maxlength": item.max_length})
    if isinstance(item, NumberItem):
        keyboard = {"autocomplete": "off", "maxlength": 24} | _keyboard(item)
        return StringField(label, id=_id(item.id), render_kw=keyboard)
    choices = [
        SelectChoice(option.code, option.label.say(language)) for option in questionnaire.options(item.id)
    ]
    if isinstance(item, MultipleItem):
        widgets: dict[str, Any] = {"option_widget": CheckboxInput(), "widget": ListWidget()}
        return SelectMultipleField(label, id=_id(item.id), choices=choices, **widgets)
    return RadioField(label, id=_id(item.id), choices=choices)


def _id(name: str) -> str:
    """Return a field's id in the page: an item called `send` must not take the button's."""
    return f"i-{name}"


def _keyboard(item: NumberItem) -> dict[str, str]:
    """Ask for the keypad of digits, unless a minus sign may be needed: phones' keypads have none."""
    if item.minimum is None or item.minimum < 0:
        return {}
    return {"inputmode": "decimal" if item.decimals else "numeric"}
