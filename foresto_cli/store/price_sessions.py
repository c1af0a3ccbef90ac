"""How many rows of stock prices each session has, kept in ``price_sessions``: thousands of rows instead of millions.

Whoever writes, changes the quality of, or deletes rows of ``stock_price_daily`` counts their days here in the same
transaction. What somebody does by SQL is not counted: ``verify`` compares, and what must know the truth of recent
sessions counts the prices themselves (:func:`counted`).
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, TextClause, text

COUNTED = (
    "SELECT trade_date, count(*) AS row_count, count(*) FILTER (WHERE quality_flag <> 'ADJUSTED') AS official_count"
    " FROM stock_price_daily"
)
OF_ALL = text(f"{COUNTED} GROUP BY 1")
OF_DAYS = text(f"{COUNTED} WHERE trade_date = ANY(:days) GROUP BY 1")
OF_SPAN = text(f"{COUNTED} WHERE trade_date BETWEEN :first AND :last GROUP BY 1")
# Counted first and written then, by two statements: an INSERT that reads prices which lie on other servers is refused
# by some of them.
KEEP = text(
    "INSERT INTO price_sessions AS p (trade_date, row_count, official_count) SELECT * FROM"
    " unnest(CAST(:days AS date[]), CAST(:rows AS integer[]), CAST(:official AS integer[])) AS c"
    " ON CONFLICT (trade_date) DO UPDATE SET row_count = excluded.row_count, official_count = excluded.official_count"
    " WHERE (p.row_count, p.official_count) <> (excluded.row_count, excluded.official_count)"
)
DROP = text("DELETE FROM price_sessions WHERE trade_date = ANY(:days)")
DROP_OTHERS = text("DELETE FROM price_sessions WHERE trade_date <> ALL(:days)")
ONE_MORE = text(
    "INSERT INTO price_sessions AS p (trade_date, row_count, official_count)"
    " SELECT day, 1, 0 FROM unnest(CAST(:days AS date[])) AS c (day)"
    " ON CONFLICT (trade_date) DO UPDATE SET row_count = p.row_count + 1"
)
KEPT = text(
    "SELECT trade_date, row_count, official_count FROM price_sessions WHERE trade_date BETWEEN :first AND :last"
)


class Count(NamedTuple):
    """What a session comes to.

    Attributes:
        rows: of any quality.
        official: those of the exchange, provisional ones included; the others came adjusted.
    """

    rows: int
    official: int


def recount(connection: Connection, days: Sequence[date] | None = None) -> None:
    """Count ``days``, or every day when None, from the prices, in the caller's transaction.

    A day without a row has no row here either.
    """
    found = _counts(connection, OF_ALL) if days is None else _counts(connection, OF_DAYS, days=list(days))
    if days is None:
        connection.execute(DROP_OTHERS, {"days": list(found)})
    elif gone := [day for day in days if day not in found]:
        connection.execute(DROP, {"days": gone})
    if found:
        given = {
            "days": list(found),
            "rows": [count.rows for count in found.values()],
            "official": [count.official for count in found.values()],
        }
        connection.execute(KEEP, given)


def one_more(connection: Connection, days: Sequence[date]) -> None:
    """Note that each of ``days`` has got one row that came adjusted, in the caller's transaction.

    For the history of one stock, whose days have thousands of rows of others that nobody wants to count.
    """
    if days:
        connection.execute(ONE_MORE, {"days": list(days)})


def kept(connection: Connection, first: date = date.min, last: date = date.max) -> dict[date, Count]:
    """Return what is kept of the stored days from ``first`` to ``last``."""
    return _counts(connection, KEPT, first=first, last=last)


def counted(connection: Connection, first: date, last: date) -> dict[date, Count]:
    """Return the same from the prices themselves: it reads every row of these days."""
    return _counts(connection, OF_SPAN, first=first, last=last)


def total(connection: Connection) -> int:
    """Return how many rows of prices there are in all."""
    rows: int = connection.execute(
        text("SELECT CAST(coalesce(sum(row_count), 0) AS bigint) FROM price_sessions")
    ).scalar_one()
    return rows


def newest(connection: Connection, until: date, count: int) -> list[date]:
    """Return the newest ``count`` stored days up to ``until``, oldest first; the last one is looked up in prices."""
    last = connection.scalar(
        text("SELECT max(trade_date) FROM stock_price_daily WHERE trade_date <= :until"), {"until": until}
    )
    before = connection.scalars(
        text("SELECT trade_date FROM price_sessions WHERE trade_date < :last ORDER BY 1 DESC LIMIT :count"),
        {"last": last, "count": count - 1},
    ).all()
    return [] if last is None else [*reversed(before), last]


def official_since(connection: Connection, since: date) -> list[date]:
    """Return the days with rows of the exchange, oldest first, from the last one before ``since`` on."""
    days = connection.scalars(
        text(
            "SELECT trade_date FROM price_sessions WHERE official_count > 0 AND trade_date >= COALESCE((SELECT"
            " max(trade_date) FROM price_sessions WHERE official_count > 0 AND trade_date < :since), :since) ORDER BY 1"
        ),
        {"since": since},
    )
    return list(days)


def _counts(connection: Connection, query: TextClause, **given: object) -> dict[date, Count]:
    return {row.trade_date: Count(row.row_count, row.official_count) for row in connection.execute(query, given)}
