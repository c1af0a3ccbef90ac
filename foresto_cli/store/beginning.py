"""A new database: every table, view and source of this version, made at once.

alembic is for upgrades only; a database that is made here begins at the newest revision.
"""

from sqlalchemy import Connection, insert, text

from foresto_cli import data_sets
from foresto_cli.store import comments, described
from foresto_cli.store.fragments import sql
from foresto_cli.store.sources import SOURCES
from foresto_cli.store.tables import data_source, metadata
from foresto_cli.store.views import VIEWS
from foresto_cli.store.whose import VERSION_TABLE


def make(connection: Connection, revision: str) -> None:
    """Make everything in the caller's transaction, and write down that it is at ``revision``."""
    metadata.create_all(connection, checkfirst=False)
    for name, query in VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {query}"))
    comments.write(connection)
    connection.execute(insert(data_source), SOURCES)
    # As alembic makes it.
    connection.execute(
        text(
            f"CREATE TABLE {VERSION_TABLE} (version_num varchar(32) NOT NULL,"
            f" CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num))"
        )
    )
    described.note(connection, data_sets.labels())
    connection.execute(
        sql("INSERT INTO {table} (version_num) VALUES (:revision)", table=VERSION_TABLE),
        {"revision": revision},
    )
