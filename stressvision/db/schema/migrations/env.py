"""Alembic's entry: runs on the connection (and in the transaction) that migration.py hands over."""

from alembic import context

from stressvision.db.schema.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
