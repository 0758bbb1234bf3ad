"""Fieldwork: draws, typed codes, openings, call records, paper copies, evidence, answers that wait to be shown."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what fieldwork keeps."""
    op.add_column("survey", sa.Column("closed_at", sa.Integer(), nullable=True))
    op.add_column("survey", _sum("views"))
    _draws()
    _codes()
    _responses()
    _calls()
    _paper()
    _evidence()


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=optional)


def _sum(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0"))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of_survey(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name=f"fk_{table}_survey")


def _draws() -> None:
    op.create_table(
        "draw",
        *map(_text, ("id", "survey", "drawn_on", "drawn_by", "method", "seed", "file_hash", "counts")),
        _key("draw", "id"),
        _of_survey("draw"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_draw_survey", "draw", ["survey"])
    op.add_column("batch", _sum("undelivered"))
    op.add_column("batch", _text("draw", optional=True))


def _codes() -> None:
    op.add_column("access_code", _text("typed_hash", optional=True))
    op.add_column("access_code", sa.Column("opened", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ux_access_code_typed_hash", "access_code", ["typed_hash"], unique=True)


def _responses() -> None:
    op.add_column("response", sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.true()))
    # Worded as the queries word it, or the index would not serve them.
    op.create_index(
        "ix_response_waiting", "response", ["survey"],
        sqlite_where=sa.text("shown = 0"), postgresql_where=sa.text("NOT shown"),
    )  # fmt: skip


def _calls() -> None:
    op.create_table(
        "call_attempt",
        *map(_text, ("id", "survey", "code_hash")),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *map(_text, ("day", "outcome", "call_back", "note", "called_by")),
        _key("call_attempt", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_call_attempt_code_hash", "call_attempt", ["code_hash"])


def _paper() -> None:
    op.create_table(
        "paper_entry",
        *map(_text, ("survey", "number", "version", "fields", "entered_by", "day")),
        _key("paper_entry", "survey", "number"),
        _of_survey("paper_entry"),
        sqlite_with_rowid=False,
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        *map(_text, ("survey", "day", "kind")),
        sa.Column("count", sa.Integer(), nullable=False),
        _key("evidence", "survey", "day", "kind"),
        _of_survey("evidence"),
        sqlite_with_rowid=False,
    )
