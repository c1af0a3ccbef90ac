"""Advisory locks for work that only one process may do at a time in a database; the server frees them if it dies.

A lock belongs to a transaction that stays open, not to the session, because a pooler such as pgbouncer keeps a server
connection for a client only while a transaction lasts. The transaction writes nothing and keeps no snapshot between
its statements, so it does not hold back vacuum.

Each schema of a database has its own locks, because it can belong to another operator. The locks of the schema
``public`` are the plain numbers that docs/bigger.md lists.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

COLLECTING = 0x_66_6F_72_73
"""Held by the host that collects."""
TELLING = 0x_66_6F_72_54
"""Held by the process that sends alerts to the channels."""
MIGRATING = 0x_F0_4E_57_00
CHAIN = 0x_F0_4E_57_12
"""Held by the host that runs a chain."""
MARKET_MAIL = 0x_F0_4E_57_13
WATCHLIST = 0x_F0_4E_57_14

# Servers may be set to end long or idle transactions, which would free the lock; transaction_timeout exists since 17.
# The keepalives free the lock soon after a host lost its power; by default the server would wait for two hours.
PATIENT = text(
    "SELECT set_config('idle_in_transaction_session_timeout', '0', true),"
    " CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL"
    " THEN set_config('transaction_timeout', '0', true) END,"
    " set_config('tcp_keepalives_idle', '60', true), set_config('tcp_keepalives_interval', '10', true),"
    " set_config('tcp_keepalives_count', '6', true)"
)


_LOCK = """
SELECT {function}({number:d}
  + CASE WHEN schema.name = 'public' THEN 0 ELSE CAST(hashtext(schema.name) AS bigint) << 32 END)
FROM (SELECT coalesce((SELECT CAST(n.nspname AS text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = to_regclass('foresto_version')), current_schema(), 'public') AS name) schema
"""
"""``schema`` is the schema that holds foresto's tables, or the one in which they will be created."""


@contextmanager
def alone(engine: Engine, number: int) -> Iterator[bool]:
    """Yield whether the lock ``number`` was free; if so it is held until the block ends."""
    with _held_open(engine) as connection:
        # No bound parameter: with one, the portal and its snapshot would stay open until the next statement.
        yield bool(connection.scalar(text(_LOCK.format(function="pg_try_advisory_xact_lock", number=number))))


@contextmanager
def in_turn(engine: Engine, number: int) -> Iterator[None]:
    """Wait until the lock ``number`` is free, and hold it until the block ends."""
    with _held_open(engine) as connection:
        await_turn(connection, number)
        yield


def await_turn(connection: Connection, number: int) -> None:
    """Wait until the lock ``number`` is free, and hold it until the transaction of ``connection`` ends."""
    connection.execute(text(_LOCK.format(function="pg_advisory_xact_lock", number=number)))


@contextmanager
def _held_open(engine: Engine) -> Iterator[Connection]:
    # In a higher isolation level the first statement's snapshot would be kept as long as the lock.
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        try:
            connection.execute(PATIENT)
            yield connection
        finally:
            # A broken connection has lost the lock already; its error must not hide the one that is being raised.
            with suppress(DBAPIError):
                connection.rollback()
