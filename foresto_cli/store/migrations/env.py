"""alembic environment: run on the connection that foresto hands over; there is no other way to use it."""

from alembic import context

from foresto_cli.store import comments
from foresto_cli.store.tables import metadata
from foresto_cli.store.whose import VERSION_TABLE

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
    comments.write(connection)
