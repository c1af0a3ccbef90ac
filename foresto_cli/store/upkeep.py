"""What PostgreSQL's own housekeeping would do if the embedded server ran long enough: statistics, dead rows, sizes."""

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, text

from foresto_cli.store.fragments import count_rows
from foresto_cli.store.tables import metadata

WORTH_IT = 20_000
"""Rows written by one run from which on a table is vacuumed and analysed."""
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


def sizes(connection: Connection) -> list[tuple[str, int, int]]:
    """Return (table, rows, bytes with indexes), largest first."""
    found = [
        (
            name,
            count_rows(connection, name),
            connection.execute(SIZE, {"name": name}).scalar_one(),
        )
        for name in metadata.tables
    ]
    return sorted(found, key=lambda row: -row[2])


def database_size(connection: Connection) -> int:
    """Return the size of the whole database in bytes."""
    size: int = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return size
