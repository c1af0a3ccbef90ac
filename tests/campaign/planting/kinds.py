"""Kinds of faults that follow from the declarations: every column of every table of data, every set and its ledger.

Nothing here knows what a table means: a table or column that is added brings its kinds with it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from campaign.matrix import OPERATIONS
from campaign.planting.columns import Distortion, distortions
from campaign.planting.kind import Kind
from sqlalchemy import Column, Table

from foresto_cli.collecting import registry
from foresto_cli.collecting.checks import DAILY, MONTHLY, WEEKLY
from foresto_cli.store.tables import metadata

NO_DATA = OPERATIONS | {
    "watchlist",
    "market_email_log",
    "saved_screen",
    "saved_screen_member",
    "market_closure",
    "adjustment_override",
    "adjustment_pending",
}
DAYS = ("trade_date", "score_date", "date")
GROUPS = (
    "fiscal_year, fiscal_quarter", "top_fin_grp_no", "fin_co_no", "market", "index_class", "dvdn_bas_dt", "issuer",
)  # fmt: skip
"""Columns that make a unit of a table without sessions."""
FAMILIES = ("index_code", "ticker", "symbol", "corp_code", "fin_co_no")
"""Columns that make a family: one stock's, one company's, one index's rows."""


class Frame(NamedTuple):
    """How a table is divided.

    Attributes:
        table: itself.
        day: its column of sessions, if it has one.
        group: columns of a unit.
        dataset: its name in the ledger, if it has one.
        level: of what concerns its newest rows.
    """

    table: Table
    day: str | None
    group: str | None
    dataset: str | None
    level: str

    @property
    def name(self) -> str:
        """Return the table's name."""
        return self.table.name

    @property
    def key(self) -> str:
        """Return the columns of the key."""
        return ", ".join(column.name for column in self.table.primary_key)

    def row(self, where: str = "true") -> str:
        """Return SQL of one row in the middle, of a session not long ago."""
        recent = f" AND {self.day} = '{{d10}}'" if self.day in {"trade_date", "date"} else ""
        return (
            f"ctid = (SELECT ctid FROM {self.name} WHERE ({where}){recent}"
            f" ORDER BY md5(ROW({self.key})::text), {self.key} LIMIT 1)"
        )

    def unit(self, back: str = "d20") -> str | None:
        """Return SQL of the rows of one unit."""
        if self.day == "score_date":
            return f"score_date = (SELECT max(score_date) FROM {self.name})"
        if self.day:
            return f"{self.day} = '{{{back}}}'"
        if self.group:
            largest = f"SELECT {self.group} FROM {self.name} GROUP BY {self.group} ORDER BY count(*) DESC, 1 LIMIT 1"
            return f"({self.group}) = ({largest})"
        return None


def frames() -> list[Frame]:
    """Return every table of data."""
    return [_frame(table) for table in metadata.sorted_tables if table.name not in NO_DATA]


def _frame(table: Table) -> Frame:
    names = set(table.columns.keys())
    day = next((name for name in DAYS if name in names and name in table.primary_key.columns), None)
    group = day or next((one for one in GROUPS if set(one.split(", ")) <= names), None)
    sets = [one for one in registry.every().values() if one.table == table.name]
    loaded = next((one for one in sets if one.jobs), sets[0] if sets else None)
    jobs = loaded.jobs if loaded else ()
    level = DAILY if day else MONTHLY if "monthly" in jobs else WEEKLY
    return Frame(table, day, group, loaded.name if loaded else None, level)


def generated() -> Iterator[Kind]:
    """Yield every kind that follows from the declarations."""
    for frame in frames():
        for column in frame.table.columns:
            for distortion in distortions(frame.table, column):
                yield from _of_column(frame, column, distortion)
        yield from _of_set(frame)


def _of_column(frame: Frame, column: Column, how: Distortion) -> Iterator[Kind]:
    other = (
        f"(SELECT o.{column.name} FROM {frame.name} o WHERE o.{column.name} IS DISTINCT FROM {frame.name}.{column.name}"
        f" AND o.{column.name} IS NOT NULL ORDER BY md5(ROW({_of('o', frame)})::text) LIMIT 1)"
    )
    value = how.value.format(c=column.name, other=other)
    needs = how.needs.format(c=column.name, other=other)
    places = {"row": frame.row(needs), "unit": frame.unit(), "all": "true"}
    for scope in ("row", *how.also):
        where = places[scope]
        if where is None:
            continue
        yield Kind(
            f"{frame.name}.{column.name}.{how.name}.{scope}",
            frame.name,
            frame.level,
            f"{column.name} {how.name.replace('_', ' ')}, {scope}",
            f"UPDATE {frame.name} SET {column.name} = {value} WHERE ({needs}) AND {where}",
            how.unknowable if scope == "row" else "",
        )


def _of(alias: str, frame: Frame) -> str:
    return ", ".join(f"{alias}.{column.name}" for column in frame.table.primary_key)


def _of_set(frame: Frame) -> Iterator[Kind]:
    """Yield what can happen to rows as such: gone, doubled, old; with the ledger knowing of it or not."""
    unit = frame.unit()
    places = {"row": frame.row(), "third": f"hashtext(ROW({frame.key})::text) % 3 = 0", "all": "true"}
    if unit is not None:
        places["unit"] = unit
    if frame.day or "fiscal_year" in frame.table.columns:
        places["oldest"] = _oldest(frame)
    family = next((name for name in FAMILIES if name in frame.table.columns and name != frame.key), None)
    if family:
        places["family"] = f"{family} = (SELECT max({family}) FROM {frame.name})"
    for scope, where in places.items():
        level = MONTHLY if scope == "oldest" else frame.level
        gone = f"DELETE FROM {frame.name} WHERE {where}"
        yield Kind(f"{frame.name}.gone.{scope}", frame.name, level, f"{scope} gone, ledger intact", gone)
        if frame.dataset:
            yield Kind(
                f"{frame.name}.gone_lowered.{scope}",
                frame.name,
                level,
                f"{scope} never arrived: row_count lowered",
                f"{_lowered(frame, where)};\n{gone}",
            )
    yield from _ledger(frame, unit)
    yield Kind(f"{frame.name}.doubled", frame.name, frame.level, "3 rows twice, no key", _doubled(frame))


def _ledger(frame: Frame, unit: str | None) -> Iterator[Kind]:
    if not frame.dataset:
        return
    mine = f"dataset = '{frame.dataset}'"
    aged = f"UPDATE unit_ledger SET asked_at = asked_at - interval '200 days' WHERE {mine}"
    log = "UPDATE data_collection_log SET started_at = started_at - interval '200 days'"
    yield Kind(f"{frame.name}.aged", frame.name, frame.level, "asked 200 days ago", f"{aged};\n{log}")
    if unit is not None and frame.day:
        forgotten = f"DELETE FROM unit_ledger WHERE {mine} AND unit = '{{d20}}'"
        gone = f"DELETE FROM {frame.name} WHERE {unit}"
        yield Kind(f"{frame.name}.gone_forgotten.unit", frame.name, frame.level, "unit gone, its ledger row too",
                   f"{gone};\n{forgotten}")  # fmt: skip
    yield Kind(f"{frame.name}.ledger_failed", "unit_ledger", DAILY, "a unit failed",
               "UPDATE unit_ledger SET status = 'failed', reason = 'planted' WHERE ctid = (SELECT ctid FROM"
               f" unit_ledger WHERE {mine} AND status = 'done' ORDER BY unit DESC LIMIT 1)")  # fmt: skip


def _oldest(frame: Frame) -> str:
    column = frame.day or "fiscal_year"
    return f"{column} <= (SELECT percentile_disc(0.3) WITHIN GROUP (ORDER BY {column}) FROM {frame.name})"


def _lowered(frame: Frame, where: str) -> str:
    """Return SQL that makes the ledger agree with rows that are about to go."""
    if frame.day:
        gone = f"SELECT {frame.day}::text AS unit, count(*) AS n FROM {frame.name} WHERE {where} GROUP BY 1"
    else:
        newest = f"SELECT max(unit) FROM unit_ledger WHERE dataset = '{frame.dataset}' AND status = 'done'"
        gone = f"SELECT ({newest}) AS unit, count(*) AS n FROM {frame.name} WHERE {where}"
    return (
        f"UPDATE unit_ledger l SET row_count = greatest(0, l.row_count - g.n) FROM ({gone}) g"
        f" WHERE l.dataset = '{frame.dataset}' AND l.unit = g.unit"
    )


def _doubled(frame: Frame) -> str:
    name = frame.name
    return (
        f"ALTER TABLE {name} DROP CONSTRAINT {frame.table.primary_key.name or name + '_pkey'} CASCADE;\n"
        f"INSERT INTO {name} SELECT * FROM {name} ORDER BY md5(ROW({frame.key})::text) LIMIT 3"
    )
