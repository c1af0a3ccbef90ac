"""How rows of an old table become rows of one of foresto's: in the database, counted, each that stays with a reason.

A column of the new table is filled from the old column of the same name unless the move says otherwise. A row stays
behind when what foresto requires is missing, when a text is longer than its column, or when a rule of the move says so;
of rows with one key the best is carried over. What stays is in the ``legacy_`` table, like everything else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, DateTime, Numeric, String, Table, text
from sqlalchemy.dialects import postgresql

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
        text(f"{judged} SELECT misfit, count(*) AS rows FROM judged GROUP BY 1"),  # noqa: S608  # our own names
        marks,
    )
    counts: dict[str | None, int] = {row.misfit: row.rows for row in verdicts}
    fitting = counts.pop(None, 0)
    key = ", ".join(filled[column.name] for column in move.new.primary_key)
    done = connection.execute(
        text(
            f"{judged} INSERT INTO {move.new.name} ({', '.join(filled)})"  # noqa: S608  # our own names and rules
            f" SELECT DISTINCT ON ({key}) {', '.join(filled.values())} FROM judged o WHERE misfit IS NULL"
            f" ORDER BY {key}, {move.best} ON CONFLICT DO NOTHING"
        ),
        marks,
    )
    stayed = {reason: rows for reason, rows in counts.items() if reason is not None}
    rows = fitting + sum(stayed.values())
    return Moved(move.old, names[move.old], rows, done.rowcount, fitting - done.rowcount, stayed)


def _filled(move: Move, columns: frozenset[str]) -> dict[str, str]:
    known = columns | move.joined
    found = {}
    for column in move.new.columns:
        if column.name in move.columns:
            found[column.name] = move.columns[column.name]
        elif column.name == "batch_id":
            found[column.name] = "CAST(:batch AS bigint)"
        elif column.name == "created_at":
            old = "CAST(o.created_at AS timestamp)" if "created_at" in known else "NULL"
            found[column.name] = f"coalesce({old}, CAST(:now AS timestamp))"
        elif column.name in OURS:
            found[column.name] = "CAST(:now AS timestamp)"
        elif column.name in known and column.name not in move.left:
            found[column.name] = _same(column)
    return found


def _same(column: Column[object]) -> str:
    if isinstance(column.type, Numeric) and column.type.asdecimal:
        # A double may be no number, which pandas writes for nothing; by way of its text it loses no digit.
        shown = f"CAST(o.{column.name} AS text)"
        return f"CASE WHEN {shown} NOT IN ('NaN', 'Infinity', '-Infinity') THEN CAST({shown} AS numeric) END"
    return f"CAST(o.{column.name} AS {_kind(column)})"


def _kind(column: Column[object]) -> str:
    # A cast to varchar(6) cuts off in silence; text is refused when it is too long.
    return "text" if isinstance(column.type, String) else column.type.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's own gap


def _judged(move: Move, names: Mapping[str, str], columns: frozenset[str]) -> str:
    filled = _filled(move, columns)
    required = [filled[c.name] for c in move.new.columns if not c.nullable and c.name in filled and c.name not in OURS]
    conditions = list(move.rules.items())
    conditions += [(MISSING, f"({expression}) IS NOT NULL") for expression in required]
    for column in move.new.columns:
        length = getattr(column.type, "length", None)
        if length and column.name in filled and not isinstance(column.type, DateTime):
            expression = filled[column.name]
            conditions.append((TOO_LONG, f"({expression}) IS NULL OR char_length({expression}) <= {length}"))
    verdict = " ".join(f"WHEN ({rule}) IS NOT TRUE THEN '{reason}'" for reason, rule in conditions)
    lacking = "".join(
        f", CAST(NULL AS {kind}) AS {name}" for name, kind in move.optional.items() if name not in columns
    )
    source = move.source.format(self=names[move.old], **names)
    lines = f"WITH source AS ({source}), whole AS (SELECT source.*{lacking} FROM source)"  # noqa: S608  # our own names
    return f"{lines}, judged AS (SELECT o.*, CASE {verdict} END AS misfit FROM whole o)"  # noqa: S608  # our own names
