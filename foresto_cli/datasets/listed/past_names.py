"""Names in stored price rows: what the exchange called a stock on each day, before anybody kept a history of it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text

# Days of the exchange only: rows of charts have no names, and there may be years of them before the first such day.
FIRST = text(
    "SELECT min(trade_date) FROM stock_price_daily WHERE trade_date >= (SELECT min(unit)::date FROM unit_ledger"
    " WHERE dataset = 'prices.day' AND status IN ('done', 'provisional'))"
)
# Most have a row on the first session, of the others most have one on the newest. The look-ups start from price rows,
# or take one row a ticker: where prices lie on other servers (Citus), LATERAL … LIMIT from the list finds none.
OLDEST = text(
    "WITH oldest AS MATERIALIZED (SELECT ticker, name, trade_date FROM stock_price_daily"
    " WHERE trade_date = :first AND name IS NOT NULL),"
    " later AS MATERIALIZED (SELECT s.ticker, p.name, p.trade_date FROM stock_price_daily s CROSS JOIN LATERAL"
    " (SELECT name, trade_date FROM stock_price_daily WHERE ticker = s.ticker AND trade_date >= :first"
    " AND name IS NOT NULL ORDER BY trade_date LIMIT 1) p WHERE s.trade_date = :last AND NOT EXISTS (SELECT 1 FROM"
    " stock_price_daily o WHERE o.ticker = s.ticker AND o.trade_date = :first AND o.name IS NOT NULL)),"
    " others AS MATERIALIZED (SELECT ticker FROM fdr_stock_listing EXCEPT SELECT ticker FROM oldest"
    " EXCEPT SELECT ticker FROM later)"
    " SELECT * FROM oldest UNION ALL SELECT * FROM later UNION ALL SELECT p.* FROM others CROSS JOIN LATERAL"
    " (SELECT DISTINCT ON (ticker) ticker, name, trade_date FROM stock_price_daily WHERE ticker = others.ticker"
    " AND trade_date >= :first AND name IS NOT NULL ORDER BY ticker, trade_date) p"
)
LAST = text("SELECT max(trade_date) FROM stock_price_daily")
RUNS = text(
    "SELECT ticker, name, min(trade_date) AS first_day, max(trade_date) AS last_day FROM"
    " (SELECT *, count(*) FILTER (WHERE is_new) OVER (PARTITION BY ticker ORDER BY trade_date) AS run FROM"
    " (SELECT ticker, name, trade_date,"
    " name IS DISTINCT FROM lag(name) OVER (PARTITION BY ticker ORDER BY trade_date) AS is_new"
    " FROM stock_price_daily WHERE ticker = ANY(:tickers) AND name IS NOT NULL) named) counted"
    " GROUP BY ticker, run, name ORDER BY ticker, first_day"
)


class Run(NamedTuple):
    """Priced days on end under one name."""

    name: str
    first_day: date
    last_day: date


class Known(NamedTuple):
    """The oldest thing known of a stock: its name then, and since when, where a listing date does not say it."""

    name: str
    since: date | None


def runs(connection: Connection, known: Mapping[str, Known]) -> dict[str, list[Run]]:
    """Return the runs, oldest first, of every stock whose oldest price row says more than is known of it."""
    tickers = []
    first, last = connection.scalar(FIRST), connection.scalar(LAST)
    for ticker, name, day in connection.execute(OLDEST, {"first": first, "last": last}):
        old = known.get(ticker)
        if old is not None and (name != old.name or (old.since is not None and day < old.since)):
            tickers.append(ticker)
    found: dict[str, list[Run]] = defaultdict(list)
    if tickers:
        for ticker, *run in connection.execute(RUNS, {"tickers": tickers}):
            found[ticker].append(Run(*run))
    return found
