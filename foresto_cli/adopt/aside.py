"""Setting the predecessor's relations aside: what has a name that foresto needs becomes ``legacy_`` and that name."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from foresto_cli.store.tables import metadata
from foresto_cli.store.views import VIEWS
from foresto_cli.store.whose import FORMER_VERSION_TABLE, VERSION_TABLE

PREFIX = "legacy_"
LONGEST = 63
"""Bytes of a PostgreSQL name; a longer one is cut off in silence."""
VERSIONS = frozenset({f"{table}{end}" for table in (VERSION_TABLE, FORMER_VERSION_TABLE) for end in ("", "_pkc")})
"""The predecessor's own goes too, so that its migrations cannot run on what is no longer its own."""
KINDS = {"r": "TABLE", "p": "TABLE", "f": "FOREIGN TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW", "S": "SEQUENCE"}
INDEXES = {"i": "INDEX", "I": "INDEX"}

RELATIONS = text(
    "SELECT oid, relname AS name, relkind::text AS kind FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I')"
    " ORDER BY relname"
)
BELONGING = text(
    "SELECT c.relname AS name, c.relkind::text AS kind FROM pg_class c WHERE c.oid IN"
    " (SELECT indexrelid FROM pg_index WHERE indrelid = ANY(:tables)"
    "  UNION SELECT objid FROM pg_depend WHERE refobjid = ANY(:tables) AND classid = 'pg_class'::regclass"
    "  AND deptype IN ('a', 'i')) AND c.relkind IN ('i', 'I', 'S') ORDER BY c.relname"
)
VIEWS_ABOVE = text(
    "SELECT DISTINCT v.relname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid"
    " JOIN pg_class v ON v.oid = r.ev_class"
    " WHERE d.refobjid = ANY(:tables) AND d.classid = 'pg_rewrite'::regclass AND v.oid <> d.refobjid ORDER BY 1"
)


def set_aside(connection: Connection) -> dict[str, str]:
    """Free every name that foresto needs and return old name → new name of the tables and views that had one.

    Indexes and sequences go with their table: they share one space of names.
    """
    there = connection.execute(RELATIONS).all()
    taken = {row.name for row in there}
    needed = _needed()
    moved = {row.name: _rename(connection, row, taken) for row in there if row.kind in KINDS and row.name in needed}
    tables = [row.oid for row in there if row.name in moved]
    done = set(moved)
    for row in connection.execute(BELONGING, {"tables": tables}).all():
        if row.name not in done:
            _rename(connection, row, taken)
            done.add(row.name)
    # An index by one of our names on a table that stays.
    for row in there:
        if row.name in needed and row.name not in done:
            _rename(connection, row, taken)
    return moved


def views_above(connection: Connection, kept: Iterable[str]) -> list[str]:
    """Return the operator's own views that read a table that was set aside, as they did before."""
    tables = connection.scalars(text("SELECT oid FROM pg_class WHERE relname = ANY(:names)"), {"names": list(kept)})
    return list(connection.scalars(VIEWS_ABOVE, {"tables": tables.all()}))


def _needed() -> frozenset[str]:
    tables = metadata.tables.values()
    indexes = {index.name for table in tables for index in table.indexes}
    constraints = {constraint.name for table in tables for constraint in table.constraints}
    keys = {f"{table.name}_pkey" for table in tables}
    sequences = {f"{table.name}_{column.name}_seq" for table in tables for column in table.primary_key}
    found = {*metadata.tables, *VIEWS, *VERSIONS, *indexes, *constraints, *keys}
    return frozenset(str(name) for name in found | sequences if name)


def _rename(connection: Connection, row: object, taken: set[str]) -> str:
    name, kind = row.name, row.kind  # type: ignore[attr-defined]  # a row of RELATIONS or BELONGING
    quote = connection.dialect.identifier_preparer.quote
    new = _free(name, taken)
    taken.add(new)
    connection.execute(text(f"ALTER {(KINDS | INDEXES)[kind]} {quote(name)} RENAME TO {quote(new)}"))
    return new


def _free(name: str, taken: set[str]) -> str:
    number = 1
    while True:
        tail = "" if number == 1 else f"_{number}"
        room = LONGEST - len(PREFIX) - len(tail)
        new = f"{PREFIX}{name.encode()[:room].decode(errors='ignore')}{tail}"
        if new not in taken:
            return new
        number += 1
