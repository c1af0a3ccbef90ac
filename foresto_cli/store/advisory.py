"""Advisory locks: what only one process of this database does at a time, given up by the server when it dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

MARKET_MAIL = 0x_F0_4E_57_13
WATCHLIST = 0x_F0_4E_57_14


@contextmanager
def alone(engine: Engine, number: int) -> Iterator[bool]:
    """Yield whether the lock ``number`` was free; if so it is ours until the block ends."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}))
        try:
            yield taken
        finally:
            if taken:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
