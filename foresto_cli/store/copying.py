"""COPY: rows out of the database and into it as a stream. SQLAlchemy has no word for it, so psycopg is asked."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from psycopg import sql
from sqlalchemy import Connection


@contextmanager
def rows_out(
    connection: Connection, table: str, columns: Iterable[str], where: str, order: Iterable[str]
) -> Iterator[Iterator[bytes]]:
    """Yield the rows of ``table`` for which ``where`` holds, our own SQL, in ``order``: blocks of CSV with a header."""
    query = sql.SQL("COPY (SELECT {} FROM {} WHERE {} ORDER BY {}) TO STDOUT (FORMAT csv, HEADER)").format(
        _names(columns), sql.Identifier(table), sql.SQL(where), _names(order)
    )
    with closing(connection.connection.cursor()) as cursor, cursor.copy(query) as copy:
        yield (bytes(block) for block in copy)


def rows_in(
    connection: Connection, table: str, columns: Iterable[str], blocks: Iterable[bytes], *, header: bool
) -> None:
    """Write blocks of CSV, with a ``header`` or without, to ``table``."""
    query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv{})").format(
        sql.Identifier(table), _names(columns), sql.SQL(", HEADER" if header else "")
    )
    with closing(connection.connection.cursor()) as cursor, cursor.copy(query) as copy:
        for block in blocks:
            copy.write(block)


def values_out(
    connection: Connection, query: str, types: Sequence[str], **literals: object
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``query``, a ``COPY … TO STDOUT (FORMAT BINARY)`` of our own, as values of ``types``.

    Names in braces stand for ``literals``.
    """
    whole = sql.SQL(query).format(**{name: sql.Literal(value) for name, value in literals.items()})
    with closing(connection.connection.cursor()) as cursor, cursor.copy(whole) as copy:
        copy.set_types(types)
        yield from copy.rows()


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
