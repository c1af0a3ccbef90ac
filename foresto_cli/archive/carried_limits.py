"""What was asked of each upstream, and who blocked us: when two databases know of it, the larger counts.

Neither a restore nor an import may forget a block or the requests of today: the upstream has not forgotten them.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from foresto_cli.store.fragments import Fragment, sql

MERGED = {
    "upstream_block": Fragment(
        "ON CONFLICT (upstream) DO UPDATE SET since = excluded.since, blocked_until = excluded.blocked_until,"
        " reason = excluded.reason WHERE excluded.blocked_until > own.blocked_until"
    ),
    "upstream_usage": Fragment(
        "ON CONFLICT (upstream, usage_date) DO UPDATE SET used = greatest(own.used, excluded.used),"
        " spent_at = coalesce(excluded.spent_at, own.spent_at),"
        " spent_reason = CASE WHEN excluded.spent_at IS NULL THEN own.spent_reason ELSE excluded.spent_reason END"
    ),
}
"""What becomes of a row that is there already, by table."""
TABLES = tuple(MERGED)
Limits = Mapping[str, str]
"""The rows of each table as JSON: the database they come from may be of an earlier revision."""


def read(connection: Connection) -> Limits:
    """Return what the database knows; a table that it lacks knows nothing."""
    there = [name for name in TABLES if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name})]
    query = "SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]')::text FROM {table} row"
    return {name: connection.execute(sql(query, table=name)).scalar_one() for name in there}


def merge(connection: Connection, limits: Limits) -> None:
    """Add ``limits`` to what the database of today's revision knows."""
    query = (
        "INSERT INTO {table} AS own SELECT * FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))"
        " {merged}"
    )
    for name, rows in limits.items():
        connection.execute(sql(query, table=name, merged=MERGED[name]), {"rows": rows})
