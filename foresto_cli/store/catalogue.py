"""Which tables and views a database has, what they and their columns mean: from its own comments."""

from difflib import get_close_matches

from sqlalchemy import Connection, text

from foresto_cli.errors import UsageError

_RELATIONS = """
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
  c.relkind IN ('v', 'm') AS is_view,
  CASE WHEN c.relkind IN ('r', 'p', 'm') AND c.reltuples >= 0 THEN CAST(c.reltuples AS bigint) END AS rows,
  obj_description(c.oid, 'pg_class') AS said, c.oid
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' AND has_schema_privilege(n.oid, 'USAGE')
ORDER BY NOT pg_table_is_visible(c.oid), 1
"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, col_description(a.attrelid, a.attnum)
FROM pg_attribute a WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


def relations(connection: Connection) -> list[tuple[str, str, int | None, str | None]]:
    """Return (name, 표 or 뷰, rows, meaning); rows are the server's estimate, None of views and before any ANALYZE."""
    return [
        (name, "뷰" if is_view else "표", rows, said)
        for name, is_view, rows, said, _ in connection.execute(text(_RELATIONS))
    ]


def columns(connection: Connection, name: str) -> list[tuple[str, str, bool, str | None]]:
    """Return (column, type, whether it may be NULL, meaning) of a table or view.

    Raises:
        UsageError: there is none of this name; the message names the nearest.
    """
    found = {row.name: row.oid for row in connection.execute(text(_RELATIONS))}
    oid = found.get(name.strip().lower().removeprefix("public."))
    if oid is None:
        near = get_close_matches(name.lower(), found, n=3)
        advice = f" 비슷한 것: {', '.join(near)}." if near else ""
        raise UsageError(f"{name}: 그런 표나 뷰가 없습니다.{advice} 모두는 foresto sql --tables.")
    return [tuple(row) for row in connection.execute(text(_COLUMNS), {"oid": oid})]
