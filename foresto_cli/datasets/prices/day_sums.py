"""What each stored trade date comes to, in one pass over a span: rows, sums, and how it fits the one before it."""

from sqlalchemy import text

from foresto_cli.adjustment.proof import regular_close
from foresto_cli.collecting.checks import Rows, Scope
from foresto_cli.datasets.prices.days import NAME
from foresto_cli.store.fragments import sql

# While the regular close of the day before is not known, a base price within that day's prices is no contradiction.
PASS = sql(
    """
SELECT trade_date, count(*) AS rows, count(*) FILTER (WHERE quality_flag <> 'ADJUSTED') AS official,
       count(*) FILTER (WHERE quality_flag = 'PROVISIONAL') AS provisional,
       sum(trading_value) AS value, sum(volume) FILTER (WHERE quality_flag <> 'ADJUSTED') AS volume,
       count(*) FILTER (WHERE is_other) AS other, count(is_other) AS compared,
       count(*) FILTER (WHERE is_same) AS same, count(is_same) AS traded, max(batch_id) AS batch
FROM (
  SELECT trade_date, quality_flag, trading_value, volume, batch_id,
         CASE WHEN quality_flag = 'ADJUSTED' THEN NULL
              WHEN lag({known}) OVER w THEN prev_close <> lag(close_price) OVER w
              ELSE NOT prev_close BETWEEN lag(low_price) OVER w AND lag(high_price) OVER w END AS is_other,
         CASE WHEN quality_flag <> 'ADJUSTED' AND volume > 0
              THEN (volume, close_price) = (lag(volume) OVER w, lag(close_price) OVER w) END AS is_same
  FROM stock_price_daily p WHERE trade_date >= :first
  WINDOW w AS (PARTITION BY ticker, quality_flag = 'ADJUSTED' ORDER BY trade_date)
) AS pairs
GROUP BY trade_date ORDER BY trade_date
""",
    known=regular_close("p"),
)


def every(scope: Scope) -> Rows:
    """Return one row a stored trade date, oldest first."""
    return scope.rows(PASS, first=scope.sessions[0])


def units(scope: Scope) -> Rows:
    """Return the ledger's entries of market days, with the trade date each is of."""
    return scope.rows(
        text(
            "SELECT CAST(unit AS date) AS trade_date, status, source_id, row_count, reason FROM unit_ledger"
            " WHERE dataset = :name AND unit ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' ORDER BY 1"
        ),
        name=NAME,
    )


def oldest(scope: Scope) -> Rows:
    """Return the oldest stored trade date; no row when nothing is stored."""
    found = scope.rows(text("SELECT min(trade_date) AS trade_date FROM stock_price_daily"))
    return [row for row in found if row["trade_date"] is not None]
