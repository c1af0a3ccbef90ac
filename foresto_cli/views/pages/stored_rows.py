"""Reads any table or view: its newest rows, rows per day, all rows. Names are checked and put into SQL unquoted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from foresto_cli.errors import UsageError
from foresto_cli.output.rows import Column, Kind, Rows
from foresto_cli.store import catalogue, dictionary
from foresto_cli.store.fragments import NAME, Fragment, fragment, sql

SHOWN = 50
"""Number of newest rows on the page."""
BLOCK = 1_000
"""Rows fetched at a time for a file."""
MOMENTS = ("updated_at", "asked_at", "created_at", "started_at", "sent_at", "changed_at")
"""Columns with the time when a row was stored or changed, the most suitable first."""
KINDS = {
    "bigint": Kind.WHOLE,
    "integer": Kind.WHOLE,
    "smallint": Kind.WHOLE,
    "double precision": Kind.NUMBER,
    "real": Kind.NUMBER,
    "numeric": Kind.NUMBER,
    "date": Kind.DAY,
    "timestamp without time zone": Kind.MOMENT,
    "timestamp with time zone": Kind.MOMENT,
    "boolean": Kind.TRUTH,
}


@dataclass(frozen=True)
class Stored:
    """A table or view.

    Attributes:
        name: in SQL.
        is_view: whether it is a view.
        said: its comment in the database.
        count: the database's estimate of the number of rows; None when it has none.
        columns: name, type, whether it may be NULL, and comment of each.
        key: columns of the primary key; empty for a table that is not foresto's.
        day: the column with the day of a row, or the time when it was stored; empty when there is none.
    """

    name: str
    is_view: bool
    said: str
    count: int | None
    columns: Sequence[tuple[str, str, bool, str | None]]
    key: Sequence[str]
    day: str

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Return the kind of each column."""
        return {name: KINDS.get(type_.partition("(")[0], Kind.TEXT) for name, type_, _, _ in self.columns}


def stored(connection: Connection, name: str) -> Stored:
    """Return the table or view called ``name``.

    Raises:
        UsageError: there is none, or a name in it has letters that cannot be put into SQL here.
    """
    columns = catalogue.columns(connection, name)
    found = next(
        one for one in catalogue.relations(connection) if one[0] == name.strip().lower().removeprefix("public.")
    )
    called, kind, count, said = found
    if not all(NAME.fullmatch(one) for one in (called, *(column[0] for column in columns))):
        raise UsageError(f"{called}: 이름에 특별한 글자가 있어 여기에서는 볼 수 없습니다. foresto sql로 보세요.")
    table = dictionary.described().get(called)
    key = [] if table is None else [column.name for column in table.primary_key]
    return Stored(called, kind == "뷰", said or "", count, columns, key, _day(columns, key))


def _day(columns: Sequence[tuple[str, str, bool, str | None]], key: Sequence[str]) -> str:
    types = {name: type_ for name, type_, _, _ in columns}
    days = [name for name in key if types.get(name) == "date"]
    days += [name for name in MOMENTS if types.get(name, "").startswith("timestamp")]
    days += [name for name, type_ in types.items() if type_ == "date" and name.endswith("_date")]
    return days[0] if days else ""


def newest(connection: Connection, of: Stored) -> list[tuple[object, ...]]:
    """Return the newest rows; of a view, or of a table without a suitable column, the first ones in any order."""
    order = _order(of)
    query = sql(
        "SELECT {columns} FROM {table} {order} LIMIT :shown",
        columns=[column[0] for column in of.columns],
        table=of.name,
        order=order,
    )
    return [tuple(row) for row in connection.execute(query, {"shown": SHOWN})]


def _order(of: Stored) -> Fragment:
    if of.is_view:
        return Fragment("")
    if of.day:
        return fragment("ORDER BY {day} DESC NULLS LAST", day=of.day)
    return fragment("ORDER BY {key} DESC", key=of.key[0]) if len(of.key) == 1 else Fragment("")


def a_day(connection: Connection, of: Stored, since: date) -> dict[date, float]:
    """Return the number of rows of each day since ``since``; empty for a view or without a suitable column."""
    if not of.day or of.is_view:
        return {}
    query = sql(
        "SELECT CAST({day} AS date) AS day, count(*) AS rows FROM {table} WHERE {day} >= :since AND {day} < :until"
        " GROUP BY 1",
        day=of.day,
        table=of.name,
    )
    until = date.max - timedelta(days=1)
    return {row.day: float(row.rows) for row in connection.execute(query, {"since": since, "until": until})}


def everything(connection: Connection, of: Stored) -> Rows:
    """Return all rows, streamed while the connection stays open."""
    names = [column[0] for column in of.columns]
    query = sql("SELECT {columns} FROM {table}", columns=names, table=of.name)

    def rows() -> Iterator[tuple[object, ...]]:
        streaming = connection.execution_options(stream_results=True, yield_per=BLOCK)
        for row in streaming.execute(query):
            yield tuple(row)

    return Rows(tuple(Column(name, name, of.kinds[name], grouped=False) for name in names), rows())


def bounded(connection: Connection, seconds: int) -> None:
    """Limit each further statement of the transaction to ``seconds``."""
    connection.execute(text("SELECT set_config('statement_timeout', :limit, true)"), {"limit": f"{seconds}s"})
