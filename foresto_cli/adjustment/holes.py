"""Stocks that are missing on a session although they traded on the sessions before and after it."""

from collections import defaultdict
from datetime import date

from sqlalchemy import Connection

from foresto_cli.store.fragments import Fragment, fragment, sql

LACKED = "빠진 시장: "
"""Part of a ledger's reason: the markets that a session lacks because their service is not approved."""


def lacks(day: Fragment, market: str) -> Fragment:
    """Return SQL: the session ``day`` is known to lack ``market``, for want of approval."""
    return fragment(
        "EXISTS (SELECT 1 FROM unit_ledger u WHERE u.dataset = 'prices.day' AND u.unit = CAST({day} AS text)"
        " AND u.reason LIKE '%{lacked}%' || split_part({market}, ' ', 1) || '%')",
        day=day,
        market=market,
        lacked=Fragment(LACKED),
    )


HOLES = sql(
    """
WITH sessions AS (
  SELECT day, lead(day) OVER (ORDER BY day) AS next_day, lead(day, 2) OVER (ORDER BY day) AS day_after
  FROM (SELECT DISTINCT trade_date AS day FROM stock_price_daily
        WHERE trade_date >= :since AND quality_flag <> 'ADJUSTED') AS stored
), traded AS (
  SELECT ticker, trade_date, market FROM stock_price_daily
  WHERE trade_date >= :since AND quality_flag <> 'ADJUSTED' AND volume > 0
), missing AS MATERIALIZED (
  SELECT s.next_day AS trade_date, before.ticker, before.market
  FROM sessions s
  JOIN traded before ON before.trade_date = s.day
  JOIN traded after ON after.trade_date = s.day_after AND after.ticker = before.ticker
  LEFT JOIN stock_price_daily p ON p.ticker = before.ticker AND p.trade_date = s.next_day
  WHERE p.ticker IS NULL
)
SELECT m.trade_date, m.ticker FROM missing m WHERE NOT {lacked} ORDER BY 1, 2
""",
    lacked=lacks(Fragment("m.trade_date"), "m.market"),
)


def holes_since(connection: Connection, since: date) -> dict[date, frozenset[str]]:
    """Return the missing stocks by session, for the stored sessions from ``since`` on; one query.

    A stock that is listed has a row on every session, halted or not, so a hole is always an answer that lacked it.
    """
    found: defaultdict[date, set[str]] = defaultdict(set)
    for row in connection.execute(HOLES, {"since": since}):
        found[row.trade_date].add(row.ticker)
    return {day: frozenset(tickers) for day, tickers in found.items()}
