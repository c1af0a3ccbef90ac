"""Advisory locks: what only one process of a database does at a time, given up by the server when it dies.

They belong to a transaction that stays open meanwhile, not to the session: a pooler such as pgbouncer keeps a server
connection for one client only as long as a transaction lasts. Such a transaction writes nothing and keeps no snapshot
between its statements, so that it holds no vacuum back.

Two schemas of one database are two operators: each has locks of its own. Those of the schema ``public`` are the plain
numbers, which docs/bigger.md names.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

COLLECTING = 0x_66_6F_72_73
"""Of the one host that collects."""
TELLING = 0x_66_6F_72_54
"""Of the one process that tells the channels what they do not know yet."""
MIGRATING = 0x_F0_4E_57_00
CHAIN = 0x_F0_4E_57_12
"""Of the one host that runs a chain."""
MARKET_MAIL = 0x_F0_4E_57_13
WATCHLIST = 0x_F0_4E_57_14

# A server that ends transactions which last long or do nothing would take the lock away; the second limit came with 17.
# A host that lost its power says nothing any more: without the rest the server would believe in it for two hours.
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
"""The schema is the one that our tables are in, or will be."""


@contextmanager
def alone(engine: Engine, number: int) -> Iterator[bool]:
    """Yield whether the lock ``number`` was free; if so it is ours until the block ends."""
    with _held_open(engine) as connection:
        # No parameter: a statement with one leaves its portal open until the next, and the snapshot with it.
        yield bool(connection.scalar(text(_LOCK.format(function="pg_try_advisory_xact_lock", number=number))))


@contextmanager
def in_turn(engine: Engine, number: int) -> Iterator[None]:
    """Wait until the lock ``number`` is free, and have it until the block ends."""
    with _held_open(engine) as connection:
        await_turn(connection, number)
        yield


def await_turn(connection: Connection, number: int) -> None:
    """Wait until the lock ``number`` is free, and have it until the transaction of ``connection`` ends."""
    connection.execute(text(_LOCK.format(function="pg_advisory_xact_lock", number=number)))


@contextmanager
def _held_open(engine: Engine) -> Iterator[Connection]:
    # In every other isolation the first statement's snapshot would last as long as the lock.
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        try:
            connection.execute(PATIENT)
            yield connection
        finally:
            # With the connection the lock is gone as well, and the error under way is the news.
            with suppress(DBAPIError):
                connection.rollback()
