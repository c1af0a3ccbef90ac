"""Names in stored price rows: what the exchange called a stock on each day, before anybody kept a history of it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text

# Days of the exchange only: rows of charts have no names, and there may be years of them before the first such day.
OLDEST = text(
    "WITH first AS (SELECT min(unit)::date AS day FROM unit_ledger"
    " WHERE dataset = 'prices.day' AND status IN ('done', 'provisional'))"
    " SELECT l.ticker, p.name, p.trade_date FROM first, fdr_stock_listing l"
    " CROSS JOIN LATERAL (SELECT name, trade_date FROM stock_price_daily"
    " WHERE ticker = l.ticker AND trade_date >= first.day AND name IS NOT NULL ORDER BY trade_date LIMIT 1) p"
)
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
    for ticker, name, day in connection.execute(OLDEST):
        old = known.get(ticker)
        if old is not None and (name != old.name or (old.since is not None and day < old.since)):
            tickers.append(ticker)
    found: dict[str, list[Run]] = defaultdict(list)
    if tickers:
        for ticker, *run in connection.execute(RUNS, {"tickers": tickers}):
            found[ticker].append(Run(*run))
    return found
