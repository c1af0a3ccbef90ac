"""The one writer: COPY into a temporary table, then an INSERT of what is missing and an UPDATE of what differs.

Nothing else in foresto writes rows in bulk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple, cast

from psycopg import Cursor, sql
from sqlalchemy import Connection, Table, UniqueConstraint

from foresto_cli.store import values

STAGE = sql.Identifier("foresto_stage")
WRITTEN_ONCE = ("created_at", "adj_close_price")
"""Columns that a new row gets and the writer leaves alone afterwards (adjusted closes are the adjuster's)."""
PROVENANCE = ("batch_id", "run_id", "created_at", "updated_at")
"""Columns that say who wrote a row and when: written when a row is added or changed, never a reason to change it."""


Row = values.Row


@dataclass(frozen=True)
class Counts:
    """How many rows a write added, changed and found as they already were.

    Attributes:
        added: rows that were new.
        changed: rows that were there and differed.
        unchanged: rows that were there as they are.
        beside: those of the rows that went to another table than the data set's own, by its name.
        confirmed: rows that were provisional and are official now.
        corrected: those of them whose close was another one.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    beside: "Mapping[str, Counts]" = field(default_factory=dict)
    confirmed: int = 0
    corrected: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return the sums."""
        names = [*self.beside, *(name for name in other.beside if name not in self.beside)]
        return Counts(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            {name: self.beside.get(name, Counts()) + other.beside.get(name, Counts()) for name in names},
            self.confirmed + other.confirmed,
            self.corrected + other.corrected,
        )

    def of(self, table: Table) -> "Counts":
        """Return the same counts as rows of ``table``, which is not the data set's own."""
        return Counts(self.added, self.changed, self.unchanged, {table.name: self})

    def by_table(self, own: str) -> "dict[str, Counts]":
        """Return the counts of each table; ``own`` is the data set's, and has what went nowhere else."""
        rest = Counts(self.added, self.changed, self.unchanged)
        for other in self.beside.values():
            rest += Counts(-other.added, -other.changed, -other.unchanged)
        return {own: rest, **self.beside}


def upsert(  # noqa: PLR0913  # what, where, by whom; the rest has a default
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    provenance: Row,
    *,
    only_over: str = "TRUE",
    scope: Row | None = None,
) -> Counts:
    """Add or change ``rows`` in ``table`` by its primary key and return exact counts.

    Args:
        connection: an open transaction; the caller commits.
        table: target; columns that the rows do not name keep their values.
        rows: mappings with the same keys each, primary key included and unique.
        provenance: values of the columns in :data:`PROVENANCE`, the same for all rows.
        only_over: SQL condition on the existing row (alias ``old``) and the new one (``excluded``) under which it may
            be replaced.
        scope: values that all rows share; when no row of the table has them yet, the rows are copied straight in.

    Returns:
        Added, changed and unchanged; a row that ``only_over`` protects counts as unchanged.

    Raises:
        BadPayload: a value is not what its column holds.
        ValueError: two rows have the same key (a parser's bug).
    """
    if not rows:
        return Counts()
    values.refuse_unfit(table, rows)
    columns = [*rows[0], *provenance]
    key = [column.name for column in table.primary_key]
    if len(set(map(itemgetter(*key), rows))) != len(rows):
        raise ValueError(f"{table.name}: two rows with the same key {key} in one write")
    tail = tuple(provenance.values())
    cursor = cast("Cursor[Any]", connection.connection.cursor())
    try:
        if scope is not None and _is_empty(cursor, table, scope):
            _copy(cursor, sql.Identifier(table.name), columns, rows, tail)
            return Counts(added=len(rows))
        _make_stage(cursor, table, columns)
        _copy(cursor, STAGE, columns, rows, tail)
        return _merge(cursor, _Target(table, columns, only_over, scope or {}), len(rows))
    finally:
        cursor.close()


def _is_empty(cursor: Cursor[Any], table: Table, scope: Row) -> bool:
    conditions = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in scope)
    query = sql.SQL("SELECT EXISTS (SELECT 1 FROM {} WHERE {})").format(sql.Identifier(table.name), conditions)
    cursor.execute(query, tuple(scope.values()))
    return not cursor.fetchall()[0][0]


def _make_stage(cursor: Cursor[Any], table: Table, columns: list[str]) -> None:
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(STAGE))
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            STAGE, _names(columns), sql.Identifier(table.name)
        )
    )


def _copy(
    cursor: Cursor[Any], target: sql.Identifier, columns: list[str], rows: Sequence[Row], tail: tuple[Any, ...]
) -> None:
    values_of = itemgetter(*columns[: len(columns) - len(tail)])
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(target, _names(columns))) as copy:
        for row in rows:
            copy.write_row(values_of(row) + tail)


class _Target(NamedTuple):
    """What the staged rows go to, as :func:`upsert` was asked."""

    table: Table
    columns: list[str]
    only_over: str
    scope: Row


def _merge(cursor: Cursor[Any], target: _Target, rows: int) -> Counts:
    """Add what is missing, then change what differs.

    Two statements and not one ``ON CONFLICT DO UPDATE … RETURNING xmax = 0``: partitioned tables have no system columns
    to return, Citus no modifying CTE, and a compressed chunk of TimescaleDB is opened only where something differs.
    Citus counts the rows of an ``INSERT`` from a local table right only when it returns them, and refuses NOT EXISTS
    between the two; from the stored table it reads what the scope leaves.
    """
    parts = _parts(target)
    # Another writer may add the same rows meanwhile; what it added is compared like any other.
    cursor.execute(
        sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {staged} FROM {stage} AS excluded LEFT JOIN {table} AS old"
            " ON {same_key}{in_scope} WHERE {no_row} ON CONFLICT {conflict} DO NOTHING RETURNING 1"
        ).format(**parts),
        tuple(target.scope.values()),
    )
    added = cursor.rowcount
    if added == rows:
        return Counts(added)
    cursor.execute(
        sql.SQL(
            "UPDATE {table} AS old SET {assignments} FROM {stage} AS excluded"
            " WHERE {same_key} AND ({mine}) IS DISTINCT FROM ({theirs}) AND ({only_over})"
        ).format(**parts)
    )
    return Counts(added, cursor.rowcount, rows - added - cursor.rowcount)


def _parts(target: _Target) -> dict[str, sql.Composable]:
    """Return what the two statements of :func:`_merge` are made of."""
    table, columns, only_over, scope = target
    key = [column.name for column in table.primary_key]
    updated = [name for name in columns if name not in key and name not in WRITTEN_ONCE]
    compared = [name for name in updated if name not in PROVENANCE]
    return {
        "table": sql.Identifier(table.name),
        "names": _names(columns),
        "staged": sql.SQL(", ").join(sql.SQL("excluded.{}").format(sql.Identifier(name)) for name in columns),
        "stage": STAGE,
        "conflict": sql.SQL("({})").format(_names(key)) if _has_other_keys(table) else sql.SQL(""),
        "same_key": sql.SQL(" AND ").join(sql.SQL("old.{0} = excluded.{0}").format(sql.Identifier(n)) for n in key),
        "assignments": sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(n)) for n in updated),
        "mine": sql.SQL(", ").join(sql.SQL("old.{}").format(sql.Identifier(n)) for n in compared),
        "theirs": sql.SQL(", ").join(sql.SQL("excluded.{}").format(sql.Identifier(n)) for n in compared),
        "only_over": sql.SQL(only_over),
        "in_scope": sql.SQL("").join(sql.SQL(" AND old.{} = %s").format(sql.Identifier(name)) for name in scope),
        "no_row": sql.SQL("old.{} IS NULL").format(sql.Identifier(key[0])),
    }


def _has_other_keys(table: Table) -> bool:
    """Return whether the table has a unique column besides its key; if not, no conflict target has to be named.

    A table with a part on another server (postgres_fdw) can have no key of the whole, only its parts have.
    """
    return any(index.unique for index in table.indexes) or any(
        isinstance(one, UniqueConstraint) for one in table.constraints
    )


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
