"""A small life of the sandbox made old: every stock gets the sessions of years before its first one, by SQL.

A stock's price goes up and down by one tick around the base price of its first stored session, so that rows, days and
events hold together and the verification finds the whole history in order.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Engine, text

from foresto_cli.calendar import Calendar
from foresto_cli.store import price_sessions, upkeep
from foresto_cli.store.fragments import Fragment, sql

YEARLY = 250
"""Sessions that one statement makes."""

KEY = Fragment("ALTER TABLE stock_price_daily ADD CONSTRAINT stock_price_daily_pkey PRIMARY KEY (ticker, trade_date)")
INDEXES = text(
    "SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = current_schema()"
    " AND tablename = 'stock_price_daily' AND indexname <> 'stock_price_daily_pkey'"
)
PRICES = text(
    """
INSERT INTO stock_price_daily (ticker, trade_date, open_price, high_price, low_price, close_price, volume,
  trading_value, market_cap, shares_outstanding, prev_close, price_change, change_rate, name, market, is_halted,
  quality_flag, price_basis, source_id, batch_id, created_at, updated_at, adj_factor, adj_close_price)
SELECT ticker, day, least(now, before), greatest(now, before), least(now, before), now, volume, volume * now,
  now * shares_outstanding, shares_outstanding, before, now - before, round(100 * (now - before) / before, 2), name,
  market, false, 'NORMAL', 'REGULAR', source_id, batch_id, created_at, created_at, 1,
  trim_scale(round(now * factor, 4))
FROM (
  SELECT f.*, d.day, base + (d.back + 1) % 2 * tick AS now, base + d.back % 2 * tick AS before,
         greatest(f.usual, 1000) + (d.back * 37 + f.number * 101) % 5000 AS volume
  FROM first f CROSS JOIN unnest(CAST(:days AS date[]), CAST(:backs AS integer[])) AS d (day, back)
) AS made ORDER BY day, ticker
"""
)
FIRST = text(
    """
CREATE TEMPORARY TABLE first ON COMMIT DROP AS
SELECT ticker, name, market, shares_outstanding, source_id, batch_id, created_at, prev_close AS base, volume AS usual,
  CAST(CASE WHEN prev_close < 2000 THEN 1 WHEN prev_close < 20000 THEN 10 ELSE 100 END AS numeric) AS tick,
  CAST(row_number() OVER (ORDER BY ticker) AS integer) AS number,
  adj_close_price / close_price * CAST(adj_factor AS numeric) AS factor
FROM stock_price_daily WHERE trade_date = (SELECT min(trade_date) FROM stock_price_daily) AND prev_close > 0
"""
)
LISTED = text(
    "UPDATE fdr_stock_listing l SET listing_date = :day FROM first f WHERE l.ticker = f.ticker AND listing_date > :day"
)
INDICES = text(
    """
INSERT INTO index_price_daily (index_code, trade_date, open_price, high_price, low_price, close_price, volume,
  trading_value, market_cap, price_change, change_rate, source_id, batch_id, created_at, updated_at)
SELECT index_code, day, level, level, level, level, volume, trading_value, market_cap, 0, 0, source_id, batch_id,
  created_at, created_at
FROM (SELECT *, close_price - coalesce(price_change, 0) AS level FROM index_price_daily
      WHERE trade_date = (SELECT min(trade_date) FROM index_price_daily)) AS f
CROSS JOIN unnest(CAST(:days AS date[])) AS d (day) ON CONFLICT DO NOTHING
"""
)
LEDGER = text(
    "INSERT INTO unit_ledger (dataset, unit, status, source_id, row_count, attempts, run_id, asked_at)"
    " SELECT 'prices.day', CAST(trade_date AS text), 'done', 'KRX_OPENAPI', official_count, 1, 1,"
    " trade_date + interval '32 hours' FROM price_sessions ON CONFLICT DO NOTHING"
)


def grow(engine: Engine, sessions: int) -> int:
    """Give every stock of the oldest stored session ``sessions`` sessions in all; return the rows of prices."""
    with engine.begin() as connection:
        first, there = connection.execute(text("SELECT min(trade_date), count(*) FROM price_sessions")).one()
        days = _before(first, sessions - there)
        indices = _without_indices(connection)
        connection.execute(FIRST)
        connection.execute(LISTED, {"day": days[0]})
        for start in range(0, len(days), YEARLY):
            part = days[start : start + YEARLY]
            backs = list(range(len(days) - start, len(days) - start - len(part), -1))
            connection.execute(PRICES, {"days": part, "backs": backs})
        for definition in indices:
            connection.execute(text(definition))
        connection.execute(INDICES, {"days": days})
        price_sessions.recount(connection)
        connection.execute(LEDGER)
    upkeep.tidy(engine, ["stock_price_daily", "index_price_daily", "unit_ledger", "price_sessions"])
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT sum(row_count) FROM price_sessions")).scalar_one())


def _before(first: date, count: int) -> Sequence[date]:
    days, calendar = [first], Calendar()
    for _ in range(count):
        days.append(calendar.previous(days[-1]))
    return days[:0:-1]


def _without_indices(connection: Connection) -> list[Fragment]:
    """Drop key and indices of the prices, and return what makes them again: at the end it takes a third of the time."""
    found = connection.execute(INDEXES).all()
    for row in found:
        connection.execute(sql("DROP INDEX {name}", name=row.name))
    connection.execute(text("ALTER TABLE stock_price_daily DROP CONSTRAINT stock_price_daily_pkey"))
    return [*(Fragment(row.definition) for row in found), KEY]
