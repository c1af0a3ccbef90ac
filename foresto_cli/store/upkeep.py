"""What PostgreSQL's own housekeeping would do if the embedded server ran long enough: statistics, dead rows, sizes."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from foresto_cli.store import price_sessions
from foresto_cli.store.fragments import count_rows, sql
from foresto_cli.store.tables import metadata

WORTH_IT = 20_000
"""Rows written by one run from which on a table is vacuumed and analysed."""
WORTH_COUNTING = 64 * 1024**2
"""Bytes of a table, with its indexes, up to which its rows are counted; a larger one is estimated."""
PRICES = "stock_price_daily"
SIZE = text(
    "WITH RECURSIVE pieces (oid) AS (SELECT CAST(CAST(:name AS regclass) AS oid)"
    " UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN pieces p ON p.oid = i.inhparent)"
    " SELECT CAST(sum(pg_total_relation_size(oid)) AS bigint) FROM pieces"
)
"""A table that the operator divided is empty itself; its rows are in its partitions."""


def tidy(engine: Engine, tables: Iterable[str]) -> None:
    """Vacuum and analyse ``tables``: the embedded server stops with the command, before autovacuum wakes up."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables:
            connection.execute(text(f"VACUUM (ANALYZE) {metadata.tables[name].name}"))


class Size(NamedTuple):
    """How large a table is.

    Attributes:
        name: the table.
        rows: how many it has.
        bytes: with indexes.
        is_estimate: the rows are what PostgreSQL estimates, because to count them would be to read a large table.
    """

    name: str
    rows: int
    bytes: int
    is_estimate: bool = False


def sizes(connection: Connection) -> list[Size]:
    """Return every table, largest first."""
    return sorted((_size(connection, name) for name in metadata.tables), key=lambda one: -one.bytes)


def _size(connection: Connection, name: str) -> Size:
    whole: int = connection.execute(SIZE, {"name": name}).scalar_one()
    if name == PRICES:
        return Size(name, price_sessions.total(connection), whole)
    if whole <= WORTH_COUNTING:
        return Size(name, count_rows(connection, name), whole)
    plan = connection.execute(sql("EXPLAIN (FORMAT JSON) SELECT 1 FROM {table}", table=name)).scalar_one()
    return Size(name, int(plan[0]["Plan"]["Plan Rows"]), whole, is_estimate=True)


def database_size(connection: Connection) -> int:
    """Return the size of the whole database in bytes."""
    size: int = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return size
