"""Alembic's entry: runs the migrations on the connection, and in the transaction, that opening.py passes."""

from alembic import context

from stressvision.db.schema.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
