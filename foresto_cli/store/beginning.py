"""A new database: every table, view and source of this version, made at once.

alembic is for upgrades only; a database that is made here begins at the newest revision.
"""

from sqlalchemy import Connection, create_mock_engine, insert, text
from sqlalchemy.schema import ExecutableDDLElement, SetColumnComment, SetTableComment

from foresto_cli import data_sets
from foresto_cli.store import comments, described
from foresto_cli.store.fragments import sql
from foresto_cli.store.sources import SOURCES
from foresto_cli.store.tables import data_source, metadata
from foresto_cli.store.views import VIEWS
from foresto_cli.store.whose import VERSION_TABLE


def make(connection: Connection, revision: str) -> None:
    """Make everything in the caller's transaction, and write down that it is at ``revision``."""
    # One message: a thousand statements one by one would take a tenth of a first start.
    connection.exec_driver_sql(";\n".join(_tables(connection)))
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


def _tables(connection: Connection) -> list[str]:
    """Return what makes every table and its indexes. Comments are left out: :mod:`.comments` writes them all."""
    made: list[str] = []

    def take(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
        if not isinstance(statement, SetTableComment | SetColumnComment):
            made.append(str(statement.compile(dialect=connection.dialect)).strip())

    metadata.create_all(create_mock_engine(connection.engine.url, take), checkfirst=False)
    return made
