"""COPY: rows out of the database and into it as a stream. SQLAlchemy has no word for it, so psycopg is asked."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql
from sqlalchemy import Connection

from foresto_cli.errors import BadPayload
from foresto_cli.store.fragments import Fragment

UNFIT = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.NotSupportedError,
    psycopg.ProgrammingError,
    errors.ProgramLimitExceeded,
)
"""What the server says of rows, not of itself."""


PLAIN = sql.SQL("{0}")
QUOTED = sql.SQL("CASE WHEN {0} ~ E'^[-=+@\\t\\r\\n\uff1d\uff0b\uff0d\uff20]' THEN '''' || {0} ELSE {0} END AS {0}")


@contextmanager
def rows_out(  # noqa: PLR0913  # which rows, in which order, how
    connection: Connection,
    table: str,
    columns: Iterable[str],
    where: str,
    order: Iterable[str],
    *,
    quoted: Container[str] = (),
) -> Iterator[Iterator[bytes]]:
    """Yield the rows of ``table`` for which ``where`` holds, our own SQL, in ``order``: blocks of CSV with a header.

    What is a :class:`Fragment` in ``order`` is SQL, anything else a column.

    Texts of the columns ``quoted`` that a spreadsheet would take for a formula begin with an apostrophe.
    """
    selected = sql.SQL(", ").join(
        (QUOTED if name in quoted else PLAIN).format(sql.Identifier(name)) for name in columns
    )
    query = sql.SQL("COPY (SELECT {} FROM {} WHERE {} ORDER BY {}) TO STDOUT (FORMAT csv, HEADER)").format(
        selected, sql.Identifier(table), sql.SQL(where), sql.SQL(", ").join(map(_placed, order))
    )
    with closing(connection.connection.cursor()) as cursor, cursor.copy(query) as copy:
        yield (bytes(block) for block in copy)


def _placed(by: str) -> sql.Composable:
    return sql.SQL(by) if isinstance(by, Fragment) else sql.Identifier(by)


def rows_in(
    connection: Connection, table: str, columns: Iterable[str], blocks: Iterable[bytes], *, header: bool
) -> int:
    """Write blocks of CSV, with a ``header`` or without, to ``table`` and return how many rows it took.

    Raises:
        BadPayload: a row does not fit the table; the message says which line and column, and holds no value.
    """
    query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv{})").format(
        sql.Identifier(table), _names(columns), sql.SQL(", HEADER" if header else "")
    )
    try:
        with closing(connection.connection.cursor()) as cursor:
            with cursor.copy(query) as copy:
                for block in blocks:
                    copy.write(block)
            return cursor.rowcount
    except UNFIT as error:
        raise BadPayload(_where(error)) from None


def _where(error: psycopg.Error) -> str:
    # What PostgreSQL says of the value begins behind a colon; the value itself is a stranger's.
    said = (error.diag.message_primary or type(error).__name__).partition(":")[0]
    line = re.search(r"line (\d+)(?:, column (\w+))?", error.diag.context or "")
    column = f" {line[2]} 열" if line and line[2] else ""
    return f"{line[1]}번째 줄{column}: {said}" if line else said


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
