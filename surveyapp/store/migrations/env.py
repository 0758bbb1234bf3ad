"""Alembic runs this file; the connection is handed over by `surveyapp.store.migration`."""

from alembic import context

from surveyapp.store.tables import REVISION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=REVISION_TABLE,
    # SQLite changes a table by copying it; Alembic writes such changes as batches.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
