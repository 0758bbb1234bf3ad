"""The evaluators' forms; their words are translated where they are shown."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, DataRequired, EqualTo, InputRequired, Length, NumberRange, Optional

from surveyapp.auth import LONGEST_PASSWORD, SHORTEST_PASSWORD
from surveyapp.evaluate.words import CODE_CHANNELS

_l: Any = lazy_gettext

MOST_CODES = 10_000
MOST_DISTRIBUTED = 10_000_000


class _Form(FlaskForm):
    """What every form here shares: its token, checked before the route is entered."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)  # type: ignore[no-untyped-call]


class SignInForm(_Form):
    """Who is there."""

    name = StringField(
        _l("Account"),
        [DataRequired(_l("Enter the account")), Length(max=200)],
        render_kw={
            "autocomplete": "username",
            "autofocus": True,
            "autocapitalize": "none",
            "spellcheck": "false",
        },
    )
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Enter the password"))],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(_Form):
    """A new password."""

    old = PasswordField(
        _l("Present password"), [DataRequired(_l("Enter the present password"))],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip
    new = PasswordField(
        _l("New password"), [DataRequired(_l("Enter a new password"))],
        description=_l("At least %(n)s characters, of any kind; several words are easy to remember.", n=SHORTEST_PASSWORD),
        render_kw={"autocomplete": "new-password", "maxlength": LONGEST_PASSWORD},
    )  # fmt: skip
    again = PasswordField(
        _l("New password once more"), [EqualTo("new", _l("The two new passwords differ"))],
        render_kw={"autocomplete": "new-password", "maxlength": LONGEST_PASSWORD},
    )  # fmt: skip


class StateForm(_Form):
    """Open, pause or close."""

    state = HiddenField(validators=[AnyOf(("open", "paused", "closed"))])


class OpenLinkForm(_Form):
    """Accept or refuse answers by the public link."""

    accepted = HiddenField(validators=[AnyOf(("yes", "no"))])


class IssueForm(_Form):
    """How many access codes, for whom, going out how."""

    count = IntegerField(
        _l("How many"),
        [InputRequired(_l("Enter a number")), NumberRange(1, MOST_CODES, _l("Between 1 and 10,000"))],
        render_kw={"min": 1, "max": MOST_CODES, "inputmode": "numeric"},
    )
    stratum = SelectField(_l("Stratum"), validate_choice=True)
    channel = SelectField(
        _l("How they go out"), choices=[SelectChoice(*channel) for channel in CODE_CHANNELS.items()]
    )
    purpose = StringField(
        _l("Purpose (may be left out)"),
        [Optional(), Length(max=40, message=_l("At most 40 characters"))],
        render_kw={"placeholder": _l("main fieldwork")},
    )

    def offer(self, strata: list[tuple[str, str]]) -> IssueForm:
        """Fill in the strata there are."""
        self.stratum.choices = [
            SelectChoice("", _l("not fixed")),
            *(SelectChoice(*stratum) for stratum in strata),
        ]
        return self


class VoidForm(_Form):
    """Which batch of codes is made void."""

    batch = HiddenField(validators=[DataRequired(), Length(max=64)])


class UndeliveredForm(_Form):
    """How many of a batch came back unread: text messages that failed, letters returned."""

    batch = HiddenField(validators=[DataRequired(), Length(max=64)])
    number = IntegerField(validators=[InputRequired(), NumberRange(0, MOST_DISTRIBUTED)])


class DistributedForm(_Form):
    """How many went out by hand."""

    number = IntegerField(
        _l("Handed out without a code"),
        [Optional(), NumberRange(0, MOST_DISTRIBUTED, _l("A whole number, 0 or more"))],
        render_kw={"min": 0, "inputmode": "numeric"},
    )


class EntryForm(_Form):
    """A value for an indicator, with its reason."""

    indicator = HiddenField(validators=[DataRequired(), Length(max=40)])
    part = HiddenField(validators=[Length(max=40)])
    value = StringField(
        _l("Value"), [DataRequired(_l("Enter a value")), Length(max=40, message=_l("At most 40 characters"))]
    )
    reason = TextAreaField(
        _l("Reason or source"),
        [DataRequired(_l("Say where it comes from")), Length(max=500, message=_l("At most 500 characters"))],
        render_kw={"rows": 2},
    )

    @property
    def key(self) -> tuple[str, str]:
        """Return what the value is for: indicator and part."""
        return str(self.indicator.data or ""), str(self.part.data or "")


def errors_of(form: Any) -> list[str]:
    """Return everything that is wrong with a form, in words."""
    return [str(message) for messages in form.errors.values() for message in messages]
