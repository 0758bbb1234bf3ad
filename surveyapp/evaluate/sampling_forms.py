"""The forms of the pages below 发放: drawing, slips, and the sheet that comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, Length, NumberRange, Optional, Regexp

from analysis.planning import Allocation
from surveyapp.evaluate.forms import _Form
from surveyapp.evaluate.words import CHANNELS
from surveyapp.fieldwork import handout
from surveyapp.fieldwork.handout import Choices, Preview
from surveyapp.fieldwork.roster import Roster
from surveyapp.fieldwork.sampling import SIMPLE, Order

_l: Any = lazy_gettext

MOST_SLIPS = 2_000
"""More would keep a browser waiting for minutes; the command prints as many as are wanted."""
NUMBERS = "numbers"
ALLOCATIONS = ("proportional", "equal", "neyman")
LANGUAGES = [SelectChoice("zh", "中文"), SelectChoice("en", "English")]
_MAPPED = "map:"
_EACH = "each:"


class DrawForm(_Form):
    """What is drawn from a roster, and how the codes go out."""

    draw = HiddenField(validators=[Optional(), Regexp(r"^[0-9a-f]{12}$")])
    looked = HiddenField()
    column = StringField(_l("Stratum column"), [Length(max=200)])
    unique = StringField(_l("Column that tells people apart"), [Length(max=200)])
    count = IntegerField(
        _l("How many people"),
        [Optional(), NumberRange(1, handout.MOST_DRAWN, _l("Between 1 and 100,000"))],
        render_kw={"min": 1, "max": handout.MOST_DRAWN, "inputmode": "numeric"},
    )
    allocation = SelectField(
        _l("Divided among the strata"),
        choices=[
            SelectChoice("proportional", _l("by people")), SelectChoice("equal", _l("equally")),
            SelectChoice("neyman", _l("by people and spread (Neyman)")), SelectChoice(NUMBERS, _l("as entered below")),
        ],
    )  # fmt: skip
    minimum = IntegerField(
        _l("At least, per stratum"), [Optional(), NumberRange(0, 10_000, _l("A whole number, 0 or more"))],
        default=2, render_kw={"min": 0, "inputmode": "numeric"},
    )  # fmt: skip
    seed = StringField(
        _l("Seed"), [Length(max=64, message=_l("At most 64 characters")), Regexp(r"^[^\x00-\x1f\x7f]*$")],
        render_kw={"spellcheck": "false", "autocomplete": "off"},
    )  # fmt: skip
    channel = SelectField(
        _l("How they go out"), choices=[SelectChoice(code, CHANNELS[code]) for code in handout.CHANNELS]
    )
    language = SelectField(_l("Language of what is handed out"), choices=LANGUAGES)
    purpose = StringField(
        _l("Purpose (may be left out)"), [Length(max=40, message=_l("At most 40 characters"))],
        render_kw={"placeholder": _l("main fieldwork")},
    )  # fmt: skip
    leave_out = BooleanField(_l("Leave out people without a known stratum"))
    keeps_all = BooleanField(_l("Keep all rows in the sheet and mark those drawn"))
    has_slips = BooleanField(_l("Also make slips to print (PDF)"))

    @property
    def is_first_look(self) -> bool:
        """Say whether the roster has not been looked at yet, so that nothing was chosen."""
        return not self.looked.data


@dataclass(frozen=True, kw_only=True)
class LookedAt:
    """A roster that was looked at, and what a draw would do."""

    preview: Preview
    roster: Roster

    @property
    def mapped(self) -> list[tuple[str, int, str]]:
        """Return the values nobody could place: value, people, the field's name."""
        found = self.preview.frame.unknown
        return [(value, places.count, f"{_MAPPED}{value}") for value, places in found.items() if value != "…"]

    @property
    def given(self) -> list[tuple[str, str, str]]:
        """Return the values that were given a stratum by hand: the field's name, value, stratum."""
        return [(f"{_MAPPED}{value}", value, code) for value, code in self.preview.choices.values.items()]

    def field_of(self, code: str) -> str:
        """Return the name of the field for a stratum's number."""
        return f"{_EACH}{code}"

    @property
    def is_ready(self) -> bool:
        """Say whether it can be drawn."""
        return bool(self.preview.drawn) and not self.preview.problems


def choices_of(form: DrawForm, roster: Roster, fields: Mapping[str, str]) -> Choices:
    """Return what was chosen; a column that another roster had is no choice."""
    column = form.column.data if form.column.data in roster.columns else None
    unique = form.unique.data if form.unique.data in roster.columns else None
    values = {
        name.removeprefix(_MAPPED): code for name, code in fields.items() if name.startswith(_MAPPED) and code
    }
    return Choices(
        column=column or None, values=values if column else {}, leaves_out=bool(form.leave_out.data), unique=unique or None,
        order=_order(form, fields, has_strata=bool(column)), seed=(form.seed.data or "").strip(),
        channel=form.channel.data or "link", purpose=(form.purpose.data or "").strip() or "survey",
        keeps_all=bool(form.keeps_all.data), has_slips=bool(form.has_slips.data),
    )  # fmt: skip


def _order(form: DrawForm, fields: Mapping[str, str], *, has_strata: bool) -> Order:
    if has_strata and form.allocation.data == NUMBERS:
        return Order(each=_numbers(fields))
    how = cast(Allocation, form.allocation.data if form.allocation.data in ALLOCATIONS else "proportional")
    least = (form.minimum.data or 0) if has_strata else 0
    return Order(total=form.count.data or 0, allocation=how, least=least if form.count.data else 0)


def _numbers(fields: Mapping[str, str]) -> dict[str, int]:
    """Return the numbers entered for strata; what is no number counts as none."""
    found = {
        name.removeprefix(_EACH): value.strip() for name, value in fields.items() if name.startswith(_EACH)
    }
    return {code: int(value) for code, value in found.items() if re.fullmatch(r"[0-9]{1,7}", value)}


class SlipsForm(_Form):
    """How many slips of each stratum, and in which form."""

    language = SelectField(_l("Language"), choices=LANGUAGES)
    purpose = StringField(
        _l("Purpose (may be left out)"), [Length(max=40, message=_l("At most 40 characters"))],
        render_kw={"placeholder": _l("main fieldwork")},
    )  # fmt: skip
    form = RadioField(
        _l("As"), choices=[SelectChoice("pdf", _l("PDF")), SelectChoice("page", _l("a page for the browser's print"))],
        default="pdf", validators=[AnyOf(("pdf", "page"))],
    )  # fmt: skip

    @property
    def purpose_kept(self) -> str:
        """Return the purpose as it is stored."""
        return (self.purpose.data or "").strip() or "survey"

    def counts(
        self, fields: Mapping[str, str], strata: Mapping[str, str]
    ) -> tuple[dict[str, int], list[str]]:
        """Return how many slips of each stratum are wanted, and what is wrong with that."""
        numbers = _numbers(fields)
        counts = {code: numbers.get(code, 0) for code in strata or {SIMPLE: ""}}
        if not sum(counts.values()):
            return {}, [_("Enter how many slips are wanted.")]
        if sum(counts.values()) > MOST_SLIPS:
            return {}, [_("At most %(n)s slips at a time.", n=MOST_SLIPS)]
        return counts, []


class SheetForm(_Form):
    """What is done with a sheet that comes back."""

    only = StringField(
        _l("Only these rows (may be left out)"), [Length(max=2000, message=_l("At most 2,000 characters"))],
        render_kw={"placeholder": "3,5-9,AB12CD", "spellcheck": "false", "autocomplete": "off"},
    )  # fmt: skip
    channel = SelectField(
        _l("Text of the reminder"),
        choices=[SelectChoice("sms", CHANNELS["sms"]), SelectChoice("mail", _l("e-mail"))],
    )
    language = SelectField(_l("Language"), choices=LANGUAGES)
