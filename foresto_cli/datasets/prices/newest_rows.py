"""The newest price row of every stock of the list, in SQL that also runs where prices lie on other servers (Citus)."""

from collections.abc import Sequence

from foresto_cli.store.fragments import Fragment, fragment

EVERY = Fragment("true")


def newest_rows(columns: Sequence[str], only: Fragment = EVERY) -> Fragment:
    """Return common table expressions, the last of which is ``newest``: one row a ticker of ``fdr_stock_listing``.

    Nearly all have one on the newest session, which is read at once; the others are looked up one by one, which is
    an index look-up each from PostgreSQL 16 on (15 reads that stock's part of the index).

    Args:
        columns: what is read besides ``ticker`` and ``trade_date``.
        only: which rows count.
    """
    return fragment(
        """
session AS MATERIALIZED (
  SELECT {columns} FROM stock_price_daily
  WHERE trade_date = (SELECT max(trade_date) FROM stock_price_daily) AND {only}
), others AS MATERIALIZED (
  SELECT ticker FROM fdr_stock_listing EXCEPT SELECT ticker FROM session
), before AS MATERIALIZED (
  SELECT {their} FROM others CROSS JOIN LATERAL (
    SELECT DISTINCT ON (ticker) ticker, trade_date FROM stock_price_daily
    WHERE ticker = others.ticker AND {only} ORDER BY ticker, trade_date DESC
  ) last JOIN stock_price_daily p ON p.ticker = last.ticker AND p.trade_date = last.trade_date
), newest AS (SELECT * FROM session UNION ALL SELECT * FROM before)
""",
        columns=["ticker", "trade_date", *columns],
        their=[f"p.{name}" for name in ("ticker", "trade_date", *columns)],
        only=only,
    )
