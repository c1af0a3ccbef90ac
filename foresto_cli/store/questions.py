"""Questions of others to the database: one statement, read only, with a time limit, streamed.

The embedded server is asked as :data:`READER`, a role that owns nothing and may only read: nothing that a statement
calls may write, look at files or start a program. The operator's server is asked by the operator's own account in a
read-only transaction; a superuser is put into the role ``pg_read_all_data`` first.
"""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple, cast

import psycopg
from psycopg import sql
from sqlalchemy import Engine, text

from foresto_cli.store import mistakes
from foresto_cli.store.addresses import connect_timeout

READER = "foresto_reader"
"""Login role of the embedded server for reading; its sessions begin read-only."""
_MOST_TEMPORARY = "8GB"
"""What one question may put on the disk while it is sorted."""
_AT_ONCE = 1_000 if psycopg.capabilities.has_stream_chunked() else 1
"""Rows that libpq hands over together; before its version 17 one by one."""
_PREPARED = (
    text(f"CREATE ROLE {READER} LOGIN"),
    text(f"GRANT pg_read_all_data TO {READER}"),
    text(f"ALTER ROLE {READER} SET default_transaction_read_only = on"),
    text(f"ALTER ROLE {READER} SET temp_file_limit = '{_MOST_TEMPORARY}'"),
)


class Answer(NamedTuple):
    """What a question came to.

    Attributes:
        columns: name and type (OID of PostgreSQL) of each.
        rows: streamed; closed with the question.
    """

    columns: list[tuple[str, int]]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def asked(engine: Engine, statement: str, *, seconds: float, own: bool) -> Iterator[Answer]:
    """Ask one statement and yield its rows as they come; afterwards the connection is gone.

    Args:
        engine: the database.
        statement: somebody's SQL.
        seconds: time limit of the server; 0 is none.
        own: whether the server is the embedded one.

    Raises:
        UsageError: the statement is refused, wrong or too slow; the message says where and why.
    """
    with reader(engine, own=own) as connection:
        try:
            _limit(connection, seconds, own=own)
            yield from _answered(connection, statement)
        except psycopg.Error as error:
            if mistakes.is_of_the_statement(error):
                raise mistakes.explained(error, statement, seconds) from None
            raise


def _answered(connection: "psycopg.Connection[tuple[Any, ...]]", statement: str) -> Iterator[Answer]:
    cursor = connection.cursor()
    # Streaming sends the statement by itself, so that the server refuses a second one behind it.
    with closing(cast("Generator[tuple[Any, ...]]", cursor.stream(statement, size=_AT_ONCE))) as rows:
        first = next(rows, None)
        # Without a row the driver does not say which columns there would have been.
        found = [(one.name, one.type_code) for one in cursor.description or ()] or _described(connection, statement)
        if not found:
            raise mistakes.without_rows()
        yield Answer(found, _all(first, rows))


def _described(connection: "psycopg.Connection[tuple[Any, ...]]", statement: str) -> list[tuple[str, int]]:
    line = connection.pgconn
    line.prepare(b"", statement.encode())
    said = line.describe_prepared(b"")
    return [((said.fname(place) or b"").decode(), said.ftype(place)) for place in range(said.nfields)]


def _all(first: tuple[Any, ...] | None, rest: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    if first is not None:
        yield first
        yield from rest


@contextmanager
def reader(engine: Engine, *, own: bool) -> "Iterator[psycopg.Connection[tuple[Any, ...]]]":
    """Yield a connection for reading, which is rolled back and closed."""
    url = engine.url
    if own:
        make_reader(engine)
        url = url.set(username=READER)
    connection = psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        application_name="foresto sql",
        client_encoding="UTF8",
        connect_timeout=connect_timeout(url),
        prepare_threshold=None,
    )
    try:
        connection.read_only = True
        yield connection
    finally:
        connection.close()


def make_reader(engine: Engine) -> None:
    """Make the role of the embedded server that may only read, if it is not there yet."""
    with engine.begin() as connection:
        # Of two that come first, one makes it.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": READER})
        if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": READER}).first() is None:
            for statement in _PREPARED:
                connection.execute(statement)


def _limit(connection: "psycopg.Connection[tuple[Any, ...]]", seconds: float, *, own: bool) -> None:
    limit = sql.SQL("SET LOCAL statement_timeout = {}").format(sql.Literal(round(seconds * 1000)))
    connection.execute(limit)
    connection.execute("SET LOCAL timezone = 'Asia/Seoul'")
    if not own and connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (
        True,
    ):
        connection.execute("SET LOCAL ROLE pg_read_all_data")
