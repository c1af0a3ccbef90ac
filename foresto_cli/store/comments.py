"""The comments of tables, views and columns in the database: those of :mod:`foresto_cli.store.tables`.

Written after every migration, so that no migration has to repeat a text. A change of texts alone needs an empty one.
"""

from collections.abc import Iterator
from contextlib import closing

from psycopg import sql
from sqlalchemy import Connection, text

from foresto_cli.store.tables import metadata
from foresto_cli.store.tables.more_view_columns import VIEWS

FOUND = text(
    "SELECT c.relname, c.relkind IN ('v', 'm') AS is_view, a.attname, d.description FROM pg_class c"
    " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum"
    " WHERE pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname = ANY(:names)"
    " UNION ALL SELECT c.relname, c.relkind IN ('v', 'm'), NULL, obj_description(c.oid, 'pg_class') FROM pg_class c"
    " WHERE pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname = ANY(:names)"
)
"""What the database says: one row a table (``attname`` null) and one a column."""

Place = tuple[str, str | None]


def wanted() -> dict[Place, str | None]:
    """Return the comment of every table, view (column ``None``) and column by the code."""
    found: dict[Place, str | None] = {}
    for table in [*metadata.tables.values(), *VIEWS.tables.values()]:
        found[table.name, None] = table.comment
        found |= {(table.name, column.name): column.comment for column in table.columns}
    return found


def write(connection: Connection) -> int:
    """Make the comments of our tables and views those of the code; return how many differed.

    In the caller's transaction. What is not there yet, or not known to the code, is passed over.
    """
    statements = list(_statements(connection))
    if statements:
        # One message of many statements; they have no parameters, so that psycopg leaves percent signs alone.
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(sql.SQL("; ").join(statements))
    return len(statements)


def _statements(connection: Connection) -> Iterator[sql.Composed]:
    comments = wanted()
    names = sorted({table for table, _ in comments})
    for table, is_view, column, said in connection.execute(FOUND, {"names": names}):
        place = (table, column)
        if place not in comments or comments[place] == said:
            continue
        kind = sql.SQL("COLUMN" if column is not None else "VIEW" if is_view else "TABLE")
        named = sql.Identifier(*(part for part in place if part is not None))
        yield sql.SQL("COMMENT ON {} {} IS {}").format(kind, named, sql.Literal(comments[place]))
