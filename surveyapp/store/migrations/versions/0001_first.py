"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _surveys()
    _codes()
    _responses()
    _accounts()


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=optional)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _surveys() -> None:
    op.create_table(
        "survey",
        _text("slug"),
        _text("state"),
        _text("version"),
        _text("opens_on", optional=True),
        _text("closes_on", optional=True),
        sa.Column("open_link", sa.Boolean(), nullable=False),
        sa.Column("distributed", sa.Integer(), nullable=True),
        _key("survey", "slug"),
        sa.CheckConstraint("state IN ('draft', 'open', 'paused', 'closed')", name="ck_survey_state"),
        sa.CheckConstraint("distributed >= 0", name="ck_survey_distributed"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "version",
        *map(_text, ("survey", "version", "source", "published_on")),
        _key("version", "survey", "version"),
        _link("version", "survey", "survey.slug"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entered",
        *map(_text, ("survey", "indicator", "part", "value", "reason", "entered_by", "day")),
        _key("entered", "survey", "indicator", "part"),
        _link("entered", "survey", "survey.slug"),
        sqlite_with_rowid=False,
    )


def _codes() -> None:
    op.create_table(
        "batch",
        *map(_text, ("id", "survey", "purpose", "channel")),
        _text("stratum", optional=True),
        _text("issued_on"),
        sa.Column("count", sa.Integer(), nullable=False),
        _key("batch", "id"),
        _link("batch", "survey", "survey.slug"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_batch_survey", "batch", ["survey"])
    op.create_table(
        "access_code",
        *map(_text, ("code_hash", "survey", "batch", "state")),
        _key("access_code", "code_hash"),
        _link("access_code", "batch", "batch.id"),
        sa.CheckConstraint("state IN ('issued', 'used', 'void')", name="ck_access_code_state"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_access_code_batch", "access_code", ["batch"])


def _responses() -> None:
    op.create_table(
        "response",
        *map(_text, ("id", "survey", "version", "channel")),
        _text("stratum", optional=True),
        *map(_text, ("validity", "flags", "answers", "open_text", "day")),
        _key("response", "id"),
        sqlite_with_rowid=False,
    )


def _accounts() -> None:
    op.create_table(
        "account",
        *map(_text, ("name", "password_hash")),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        _text("created_on"),
        _key("account", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        *map(_text, ("token_hash", "account")),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.Integer(), nullable=False),
        _text("data"),
        _key("session", "token_hash"),
        _link("session", "account", "account.name"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_session_account", "session", ["account"])
    op.create_table(
        "api_token",
        *map(_text, ("token_hash", "name", "scope", "created_on", "expires_on")),
        _text("last_used_on", optional=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        _key("api_token", "token_hash"),
        sqlite_with_rowid=False,
    )
