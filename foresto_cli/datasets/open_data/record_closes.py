"""The last close up to each record date, which the amount of a dividend is held against."""

from foresto_cli.store.fragments import Fragment

# One row a ticker and not LIMIT 1: prices that lie on other servers (Citus) can be looked up so.
CLOSES = Fragment(
    "closes AS MATERIALIZED (SELECT d.ticker, d.day, p.close_price FROM (SELECT DISTINCT ticker, dvdn_bas_dt AS day"
    " FROM dividend_history WHERE source_id = :source AND dvdn_bas_dt >= :first_day) d CROSS JOIN LATERAL"
    " (SELECT DISTINCT ON (ticker) ticker, close_price FROM stock_price_daily WHERE ticker = d.ticker"
    " AND close_price > 0 AND trade_date BETWEEN d.day - 30 AND d.day ORDER BY ticker, trade_date DESC) p)"
)
"""The common table ``closes``: by ticker and record date, those of ``:source`` from ``:first_day`` on."""
