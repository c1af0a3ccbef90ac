"""Reads the prices for a stock's page: a few columns of many sessions, as floats that can be drawn directly."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.datasets.listed.names import ETF, STOCK, Security
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.views.reading.show_prices import TABLES

PRICES = ("open_price", "high_price", "low_price", "close_price")
ADJUSTED = "price_adjusted"
"""The view in which all prices of a day are adjusted by the same factor as its close."""
OTHERS = {
    STOCK: Fragment("is_halted, quality_flag, CAST(adj_close_price AS float8) AS adj_close_price"),
    ADJUSTED: Fragment("is_halted, quality_flag, CAST(close_price AS float8) AS adj_close_price"),
    ETF: Fragment(
        "volume = 0 AND open_price = 0 AS is_halted, NULL AS quality_flag, CAST(close_price AS float8)"
        " AS adj_close_price"
    ),
}
EVENTS = text(
    "SELECT trade_date, adj_event FROM stock_price_daily WHERE ticker = :code AND trade_date >= :start"
    " AND adj_event IS NOT NULL ORDER BY trade_date"
)
BY_CODE = text(
    "SELECT ticker AS code, name, is_listed, 'stock' AS kind FROM fdr_stock_listing WHERE ticker = :code"
    " UNION ALL SELECT ticker, name, is_active, 'etf' FROM etfs WHERE ticker = :code LIMIT 1"
)
Row = dict[str, Any]


def listed(connection: Connection, code: str) -> Security | None:
    """Return the stock or ETF with exactly this code, by the primary key; None when there is none."""
    found = connection.execute(BY_CODE, {"code": code}).one_or_none()
    return None if found is None else Security(*found)


def last_day(connection: Connection, one: Security) -> date | None:
    """Return the newest session of a security; None when no price of it is stored."""
    query = sql("SELECT max(trade_date) FROM {table} WHERE ticker = :code", table=TABLES[one.kind][0])
    found: date | None = connection.scalar(query, {"code": one.code})
    return found


def read(connection: Connection, one: Security, start: date, *, adjusted: bool) -> list[Row]:
    """Return the sessions since ``start``, oldest first; days without a (still unknown) adjusted close are left out."""
    is_view = adjusted and one.kind == STOCK
    query = sql(
        "SELECT trade_date, {prices}, CAST(change_rate AS float8) AS change_rate, volume, trading_value, {others}"
        " FROM {table} WHERE ticker = :code AND trade_date >= :start AND close_price IS NOT NULL ORDER BY trade_date",
        prices=[Fragment(f"CAST({name} AS float8) AS {name}") for name in PRICES],
        others=OTHERS[ADJUSTED if is_view else one.kind],
        table=ADJUSTED if is_view else TABLES[one.kind][0],
    )
    found = connection.execute(query, {"code": one.code, "start": start})
    names = (*found.keys(), "adj_event")
    return [dict(zip(names, (*row, None), strict=True)) for row in found]


def events(connection: Connection, one: Security, start: date) -> list[tuple[date, str]]:
    """Return the sessions since ``start`` on which prices were adjusted, with the class of the event."""
    return [(row.trade_date, row.adj_event) for row in connection.execute(EVENTS, {"code": one.code, "start": start})]
