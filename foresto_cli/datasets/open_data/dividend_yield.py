"""``stocks.dividend_yield`` (배당수익률, percent): the last year's cash per share over the current price, set-based.

The last year is that of record dates after the same day of the year before, up to today; announced dividends do not
count yet. An amount of before a split counts as what it is on today's shares (times the later days' ``adj_factor``).
Null where that year's cash is not known: no record of the stock at all, an amount that was not recorded, one flagged as
an outlier. Records, but none that paid in that year: 0.
"""

from datetime import date, timedelta

from sqlalchemy import Connection

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import fsc

DATASET = DataSet(name="stocks.dividend_yield", label="배당수익률", table="stocks", command="stocks load")
YEAR = timedelta(days=365)

WANTED = Fragment(
    "WITH events AS MATERIALIZED (SELECT ticker, trade_date, adj_factor FROM stock_price_daily"
    " WHERE adj_event IS NOT NULL AND trade_date > :since),"
    " later AS (SELECT d.ticker, d.dvdn_bas_dt, exp(sum(ln(e.adj_factor) ORDER BY e.trade_date))::numeric AS factor"
    " FROM (SELECT DISTINCT ticker, dvdn_bas_dt FROM dividend_history"
    " WHERE dvdn_bas_dt > :since AND source_id = :source) d"
    " JOIN events e ON e.ticker = d.ticker AND e.trade_date > d.dvdn_bas_dt GROUP BY 1, 2),"
    " paid AS (SELECT d.ticker, d.stck_genr_dvdn_amt * coalesce(later.factor, 1) AS cash,"
    " d.stck_genr_dvdn_amt IS NULL OR d.is_outlier AS is_doubtful,"
    " d.dvdn_bas_dt > :since AND d.dvdn_bas_dt <= :today AS counts"
    " FROM dividend_history d LEFT JOIN later USING (ticker, dvdn_bas_dt)"
    " WHERE d.source_id = :source AND d.ticker IS NOT NULL),"
    " year AS (SELECT ticker, CASE WHEN bool_or(counts AND is_doubtful) THEN NULL"
    " ELSE coalesce(sum(cash) FILTER (WHERE counts), 0) END AS cash FROM paid GROUP BY 1),"
    " wanted AS (SELECT s.ticker, CASE WHEN s.is_active AND s.current_price > 0"
    " THEN round(100 * y.cash / s.current_price, 4) END AS percent FROM stocks s LEFT JOIN year y USING (ticker))"
)
"""The common table ``wanted``: each stock's yield of the year from ``:since`` to ``:today``."""
WRITE = sql(
    "{wanted}, written AS (UPDATE stocks s SET dividend_yield = w.percent, batch_id = :batch_id,"
    " updated_at = :updated_at FROM wanted w WHERE w.ticker = s.ticker"
    " AND s.dividend_yield IS DISTINCT FROM w.percent RETURNING 1)"
    " SELECT (SELECT count(*) FROM wanted) AS wanted, (SELECT count(*) FROM written) AS written",
    wanted=WANTED,
)


def write(connection: Connection, today: date, provenance: Row) -> Counts:
    """Bring the yields up to date in the caller's transaction and return exact counts."""
    found = connection.execute(
        WRITE,
        {
            "since": today - YEAR,
            "today": today,
            "source": fsc.SOURCE_ID,
            "batch_id": provenance["batch_id"],
            "updated_at": provenance["updated_at"],
        },
    ).one()
    return Counts(changed=found.written, unchanged=found.wanted - found.written)
