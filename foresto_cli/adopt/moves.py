"""How rows of an old table become rows of one of foresto's: in the database, counted, each that stays with a reason.

A column of the new table is filled from the old column of the same name unless the move says otherwise. A row stays
behind when what foresto requires is missing, when a text is longer than its column, or when a rule of the move says so;
of rows with one key the best is carried over. What stays is in the ``legacy_`` table, like everything else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, DateTime, Numeric, String, Table
from sqlalchemy.dialects import postgresql

from foresto_cli.store.fragments import Fragment, fragment, joined, sql

OURS = frozenset({"batch_id", "created_at", "updated_at"})
TICKER = r"'^[0-9A-Z]{6}$'"
"""A stock's code, for ``~``."""
MISSING, TOO_LONG = "필요한 값이 비어 있음", "값이 너무 김"


@dataclass(frozen=True)
class Move:
    """What becomes of one old table.

    Attributes:
        old: the predecessor's table.
        new: foresto's.
        best: SQL order of rows with one key, best first.
        columns: new column → SQL over the old row ``o``, where the old column of the same name is not it.
        rules: Korean reason → SQL that must be true of a row that is carried over.
        left: new columns that stay empty although the old table has one of the name: the meaning differs, or is unsure.
        optional: old columns that not every such database has, with their types; null where they are missing.
        source: SQL of the old rows, where one table is not enough; ``{name}`` is what an old table is called now.
        joined: columns that ``source`` adds to those of the old table.
    """

    old: str
    new: Table
    best: str
    columns: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    optional: Mapping[str, str] = field(default_factory=dict)
    source: str = "SELECT * FROM {self}"
    joined: frozenset[str] = frozenset()

    def is_possible(self, columns: frozenset[str]) -> bool:
        """Say whether a live table with these columns is the one that the move is for."""
        wanted = " ".join((*self.columns.values(), *self.rules.values(), self.best))
        return set(re.findall(r"\bo\.(\w+)", wanted)) <= columns | self.optional.keys() | self.joined


@dataclass(frozen=True)
class Moved:
    """What became of one old table.

    Attributes:
        old: its name.
        kept: its name now.
        rows: how many it had, and still has.
        carried: rows that foresto has now.
        doubled: rows of a key of which a better one was carried over.
        stayed: reason → rows that foresto has no place for.
    """

    old: str
    kept: str
    rows: int
    carried: int = 0
    doubled: int = 0
    stayed: Mapping[str, int] = field(default_factory=dict)


def carry(
    connection: Connection, move: Move, names: Mapping[str, str], columns: frozenset[str], marks: Mapping[str, object]
) -> Moved:
    """Carry the rows of one table over and return what became of each.

    Args:
        connection: an open transaction, foresto's tables in it.
        move: which.
        names: what every old table is called now.
        columns: of the old table.
        marks: ``batch`` and ``now`` of this adoption.
    """
    filled = _filled(move, columns)
    judged = _judged(move, names, columns)
    verdicts = connection.execute(
        sql("{judged} SELECT misfit, count(*) AS rows FROM judged GROUP BY 1", judged=judged),
        marks,
    )
    counts: dict[str | None, int] = {row.misfit: row.rows for row in verdicts}
    fitting = counts.pop(None, 0)
    key = [filled[column.name] for column in move.new.primary_key]
    done = connection.execute(
        sql(
            "{judged} INSERT INTO {table} ({columns}) SELECT DISTINCT ON ({key}) {values} FROM judged o"
            " WHERE misfit IS NULL ORDER BY {key}, {best} ON CONFLICT DO NOTHING",
            judged=judged,
            table=move.new.name,
            columns=filled,
            key=key,
            values=filled.values(),
            best=Fragment(move.best),
        ),
        marks,
    )
    stayed = {reason: rows for reason, rows in counts.items() if reason is not None}
    rows = fitting + sum(stayed.values())
    return Moved(move.old, names[move.old], rows, done.rowcount, fitting - done.rowcount, stayed)


def _filled(move: Move, columns: frozenset[str]) -> dict[str, Fragment]:
    known = columns | move.joined
    found = {}
    for column in move.new.columns:
        if column.name in move.columns:
            found[column.name] = Fragment(move.columns[column.name])
        elif column.name == "batch_id":
            found[column.name] = Fragment("CAST(:batch AS bigint)")
        elif column.name == "created_at":
            old = Fragment("CAST(o.created_at AS timestamp)" if "created_at" in known else "NULL")
            found[column.name] = fragment("coalesce({old}, CAST(:now AS timestamp))", old=old)
        elif column.name in OURS:
            found[column.name] = Fragment("CAST(:now AS timestamp)")
        elif column.name in known and column.name not in move.left:
            found[column.name] = _same(column)
    return found


def _same(column: Column[object]) -> Fragment:
    if isinstance(column.type, Numeric) and column.type.asdecimal:
        # A double may be no number, which pandas writes for nothing; by way of its text it loses no digit.
        return fragment(
            "CASE WHEN {shown} NOT IN ('NaN', 'Infinity', '-Infinity') THEN CAST({shown} AS numeric) END",
            shown=fragment("CAST(o.{name} AS text)", name=column.name),
        )
    return fragment("CAST(o.{name} AS {kind})", name=column.name, kind=_kind(column))


def _kind(column: Column[object]) -> Fragment:
    # A cast to varchar(6) cuts off in silence; text is refused when it is too long.
    if isinstance(column.type, String):
        return Fragment("text")
    return Fragment(column.type.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]  # SQLAlchemy's own gap


def _judged(move: Move, names: Mapping[str, str], columns: frozenset[str]) -> Fragment:
    filled = _filled(move, columns)
    required = [filled[c.name] for c in move.new.columns if not c.nullable and c.name in filled and c.name not in OURS]
    conditions = [(reason, Fragment(rule)) for reason, rule in move.rules.items()]
    conditions += [(MISSING, fragment("({value}) IS NOT NULL", value=value)) for value in required]
    for column in move.new.columns:
        length = getattr(column.type, "length", None)
        if length and column.name in filled and not isinstance(column.type, DateTime):
            fits = fragment(
                "({value}) IS NULL OR char_length({value}) <= {length}", value=filled[column.name], length=length
            )
            conditions.append((TOO_LONG, fits))
    verdict = [
        fragment("WHEN ({rule}) IS NOT TRUE THEN '{reason}'", rule=rule, reason=Fragment(reason))
        for reason, rule in conditions
    ]
    lacking = [
        fragment("CAST(NULL AS {kind}) AS {name}", kind=Fragment(kind), name=name)
        for name, kind in move.optional.items()
        if name not in columns
    ]
    named = {name: kept for name, kept in names.items() if f"{{{name}}}" in move.source}
    return fragment(
        "WITH source AS ({source}), whole AS (SELECT {whole} FROM source),"
        " judged AS (SELECT o.*, CASE {verdict} END AS misfit FROM whole o)",
        source=fragment(Fragment(move.source), self=names[move.old], **named),
        whole=[Fragment("source.*"), *lacking],
        verdict=joined(" ", verdict),
    )
