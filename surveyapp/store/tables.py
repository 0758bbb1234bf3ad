"""The tables, once for SQLite and PostgreSQL.

Anonymity decides their shape. `access_code` and `response` share no column but the survey: no key, no time, no
running number. On SQLite every table is WITHOUT ROWID, so rows lie in the order of their (random) keys and not in the
order in which they came. Dates are days.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
    true,
)

REVISION = "0003"
"""The schema this code works with: the newest file in migrations/versions."""

REVISION_TABLE = "schema_revision"

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _text(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=optional)


def _number(name: str, *, optional: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=optional)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _sum(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


survey = Table(
    "survey",
    metadata,
    _text("slug", key=True),
    _text("state"),
    _text("version"),
    _text("opens_on", optional=True),
    _text("closes_on", optional=True),
    _flag("open_link"),
    _number("distributed", optional=True),
    # When it was closed by hand, in unix seconds: an evaluator's act, which says when the grace time ends.
    _number("closed_at", optional=True),
    _sum("views"),
    CheckConstraint("state IN ('draft', 'open', 'paused', 'closed')", name="state"),
    CheckConstraint("distributed >= 0", name="distributed"),
    sqlite_with_rowid=False,
)

version = Table(
    "version",
    metadata,
    Column("survey", Text, ForeignKey("survey.slug"), primary_key=True),
    _text("version", key=True),
    _text("source"),
    _text("published_on"),
    sqlite_with_rowid=False,
)

draw = Table(
    "draw",
    metadata,
    _text("id", key=True),
    Column("survey", Text, ForeignKey("survey.slug"), nullable=False, index=True),
    _text("drawn_on"),
    _text("drawn_by"),
    _text("method"),
    _text("seed"),
    _text("file_hash"),
    _text("counts"),
    sqlite_with_rowid=False,
)

batch = Table(
    "batch",
    metadata,
    _text("id", key=True),
    Column("survey", Text, ForeignKey("survey.slug"), nullable=False, index=True),
    _text("purpose"),
    _text("channel"),
    _text("stratum", optional=True),
    _text("issued_on"),
    _number("count"),
    _sum("undelivered"),
    _text("draw", optional=True),
    sqlite_with_rowid=False,
)

access_code = Table(
    "access_code",
    metadata,
    _text("code_hash", key=True),
    _text("survey"),
    Column("batch", Text, ForeignKey("batch.id"), nullable=False, index=True),
    # Written over in place: a used code lies where it lay, so that the file does not tell in which order codes were used.
    _text("state"),
    _text("typed_hash", optional=True),
    Column("opened", Boolean, nullable=False, server_default=false()),
    Index("ux_access_code_typed_hash", "typed_hash", unique=True),
    CheckConstraint("state IN ('issued', 'used', 'void')", name="state"),
    sqlite_with_rowid=False,
)

response = Table(
    "response",
    metadata,
    _text("id", key=True),
    _text("survey"),
    _text("version"),
    _text("channel"),
    _text("stratum", optional=True),
    _text("validity"),
    _text("flags"),
    _text("answers"),
    _text("open_text"),
    _text("day"),
    # Whether scores and tables speak of it yet: new answers are taken up in batches (see `Responses.release`).
    Column("shown", Boolean, nullable=False, server_default=true()),
    # That the version is published is checked by the INSERT itself. A foreign key would do it by locking the version's
    # row, which on PostgreSQL costs every fourth submission (versions are never deleted, so nothing needs locking).
    # No index but the key. Measured with 300,000 rows on SQLite: by an index on the survey the pattern table takes longer
    # (0.39 s for a survey with a tenth of the rows, 0.13 s without); one that covers it takes 0.08 s and doubles the file.
    sqlite_with_rowid=False,
)

# The few that wait, found without reading all.
Index(
    "ix_response_waiting",
    response.c.survey,
    sqlite_where=~response.c.shown,
    postgresql_where=~response.c.shown,
)

call_attempt = Table(
    "call_attempt",
    metadata,
    _text("id", key=True),
    _text("survey"),
    Column("code_hash", Text, nullable=False, index=True),
    _number("attempt"),
    _text("day"),
    _text("outcome"),
    _text("call_back"),
    _text("note"),
    _text("called_by"),
    sqlite_with_rowid=False,
)

paper_entry = Table(
    "paper_entry",
    metadata,
    Column("survey", Text, ForeignKey("survey.slug"), primary_key=True),
    _text("number", key=True),
    _text("version"),
    _text("fields"),
    _text("entered_by"),
    _text("day"),
    sqlite_with_rowid=False,
)

evidence = Table(
    "evidence",
    metadata,
    Column("survey", Text, ForeignKey("survey.slug"), primary_key=True),
    _text("day", key=True),
    _text("kind", key=True),
    _number("count"),
    sqlite_with_rowid=False,
)

entered = Table(
    "entered",
    metadata,
    Column("survey", Text, ForeignKey("survey.slug"), primary_key=True),
    _text("indicator", key=True),
    _text("part", key=True),
    _text("value"),
    _text("reason"),
    _text("entered_by"),
    _text("day"),
    sqlite_with_rowid=False,
)

account = Table(
    "account",
    metadata,
    _text("name", key=True),
    _text("password_hash"),
    _flag("disabled"),
    _text("created_on"),
    sqlite_with_rowid=False,
)

session = Table(
    "session",
    metadata,
    _text("token_hash", key=True),
    Column("account", Text, ForeignKey("account.name"), nullable=False, index=True),
    _number("created_at"),
    _number("seen_at"),
    _text("data"),
    sqlite_with_rowid=False,
)

api_token = Table(
    "api_token",
    metadata,
    _text("token_hash", key=True),
    _text("name"),
    _text("scope"),
    _text("created_on"),
    _text("expires_on"),
    _text("last_used_on", optional=True),
    _flag("revoked"),
    # Whether it opens single answers as well; scores and tallies are open to every token within its scope.
    Column("reads_rows", Boolean, nullable=False, server_default=false()),
    sqlite_with_rowid=False,
)

webhook = Table(
    "webhook",
    metadata,
    _text("id", key=True),
    Column("survey", Text, ForeignKey("survey.slug"), nullable=False, index=True),
    # No secret beside it: that is derived from the installation's, so that no backup holds it.
    _text("url"),
    _text("added_on"),
    # The closing it was last called for, in unix seconds as `survey.closed_at`; 0 before the first.
    _number("closing"),
    _number("attempts"),
    _number("next_at"),
    _flag("is_done"),
    _text("last_on", optional=True),
    _text("last_result", optional=True),
    sqlite_with_rowid=False,
)
