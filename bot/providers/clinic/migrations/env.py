"""Runs the migrations on the connection that the clinic hands over; there is no other way to run them."""

from alembic import context

from bot.providers.clinic.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
