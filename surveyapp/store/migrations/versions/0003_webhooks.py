"""Webhooks, and the right of an API token to read rows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add who is told of a closing; tokens made before read no rows."""
    op.add_column(
        "api_token", sa.Column("reads_rows", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "webhook",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "survey", "url", "added_on")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("closing", "attempts", "next_at")),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("last_on", "last_result")),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name="fk_webhook_survey"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_webhook_survey", "webhook", ["survey"])
