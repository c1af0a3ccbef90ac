"""``stocks``: one row per stock as it is now, from the listing and the newest stored prices.

Nothing is ever deleted: who left the market stays with ``is_active`` false and the last price. Stocks that left before
our prices begin are not taken in (``fdr_stock_listing`` and ``stock_history`` have them).
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy import Row as Stored

from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DAILY, DataSet, priced
from foresto_cli.datasets.listed import designations
from foresto_cli.datasets.listed.sectors import sector_of
from foresto_cli.datasets.listed.stock_tables import stocks
from foresto_cli.datasets.prices.newest_rows import newest_rows
from foresto_cli.store.fragments import sql
from foresto_cli.store.upsert import Counts, Row, upsert

DATASET = DataSet(
    name="stocks",
    label="종목",
    table="stocks",
    command="stocks load",
    jobs=(*DAILY, "weekly"),
    newest="SELECT max(price_date) FROM stocks WHERE is_active",
    reached=priced,
)
PERCENT = 100
PLACES = 4
"""Decimals of a return, in percent."""
LEAP_DAY = (2, 29)

# A price of the listing's own day or later knows shares and value better: the listing before 18:00 has yesterday's.
LISTED = sql(
    "WITH {newest} SELECT l.ticker, l.name, l.market, l.industry, l.isin, l.is_listed, l.listing_date,"
    " p.trade_date, p.close_price, p.adj_close_price,"
    " CASE WHEN p.trade_date >= l.as_of_date OR l.marcap IS NULL THEN coalesce(p.market_cap, l.marcap)"
    " ELSE l.marcap END AS market_cap,"
    " CASE WHEN p.trade_date >= l.as_of_date OR l.shares IS NULL THEN coalesce(p.shares_outstanding, l.shares)"
    " ELSE l.shares END AS shares"
    " FROM fdr_stock_listing l LEFT JOIN newest p ON p.ticker = l.ticker"
    " WHERE l.is_listed OR p.trade_date IS NOT NULL OR EXISTS (SELECT 1 FROM stocks s WHERE s.ticker = l.ticker)",
    newest=newest_rows(("close_price", "adj_close_price", "market_cap", "shares_outstanding")),
)
BASES = text(
    "SELECT ticker, trade_date, adj_close_price FROM stock_price_daily"
    " WHERE trade_date = ANY(:days) AND adj_close_price IS NOT NULL"
)

Closes = Mapping[tuple[str, date], Decimal]


def write(connection: Connection, calendar: Calendar, provenance: Row) -> Counts:
    """Bring ``stocks`` up to date in the caller's transaction and return exact counts."""
    return upsert(connection, stocks, wanted(connection, calendar), provenance)


def wanted(connection: Connection, calendar: Calendar) -> list[Row]:
    """Return the rows that follow from the listing and the stored prices."""
    listed = connection.execute(LISTED).all()
    days = {row.trade_date for row in listed if row.is_listed and row.trade_date}
    bases = {day: (a_year_before(day, calendar), calendar.previous(date(day.year, 1, 1))) for day in days}
    found = connection.execute(BASES, {"days": [base for pair in bases.values() for base in pair]})
    closes = {(row.ticker, row.trade_date): row.adj_close_price for row in found}
    names = {row.ticker: row.name for row in listed}
    industries = {row.ticker: row.industry for row in listed}
    marked = designations.as_of(connection)
    return [
        {
            "ticker": row.ticker,
            "name": row.name,
            "market": row.market,
            "sector": sector_of(row.ticker, names, industries),
            "industry": row.industry,
            "isin": row.isin,
            "is_active": row.is_listed,
            "current_price": row.close_price,
            "price_date": row.trade_date,
            "market_cap": row.market_cap,
            "shares": row.shares,
            "listing_date": row.listing_date,
            "designation": marked[row.ticker].word if row.is_listed and row.ticker in marked else None,
            "designated_since": marked[row.ticker].since if row.is_listed and row.ticker in marked else None,
            **_returns(row, bases, closes),
        }
        for row in listed
    ]


def a_year_before(day: date, calendar: Calendar) -> date:
    """Return the last session not after the same day of the year before."""
    same = date(day.year - 1, 2, 28) if (day.month, day.day) == LEAP_DAY else day.replace(year=day.year - 1)
    return calendar.previous(same + timedelta(days=1))


def _returns(row: Stored[Any], bases: Mapping[date, Sequence[date]], closes: Closes) -> Row:
    """Return the returns up to the newest close; none for who has left, or whose base day has no row."""
    year, this_year = (
        (closes.get((row.ticker, base)) for base in bases[row.trade_date])
        if row.is_listed and row.trade_date
        else (None, None)
    )
    return {"one_year_return": _percent(row, year), "ytd_return": _percent(row, this_year)}


def _percent(row: Stored[Any], base: Decimal | None) -> Decimal | None:
    close: Decimal | None = row.adj_close_price
    return round(PERCENT * (close / base - 1), PLACES) if base and close is not None else None
