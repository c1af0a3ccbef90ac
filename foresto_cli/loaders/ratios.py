"""``stocks.pe_ratio``, ``pb_ratio`` and ``roe`` from the newest statements and the current prices, in one statement.

Definitions:

- The basis is consolidated if the issuer's newest report has it, else separate; the two are never mixed.
- Income is of four quarters: this year's cumulative + the last annual − last year's cumulative (an annual report: as
  it is); where one of the three is missing, the newest annual report's, at most 485 days old. The owners' share of
  income and of equity where all of it is known, else the total.
- The price of the whole issuer is the current price of the class times the shares of all its listed classes (the same
  first five characters): every share has the same claim.
- PER = price / income, null after a loss; PBR = price / equity, null without positive equity; both null for reports in
  another currency than won. ROE = income / equity in percent, null without positive equity; a loss stays negative.
- Reports more than 200 days old (annual-only issuers: 485) tell nothing about now.
"""

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.loaders import _issuers
from foresto_cli.store.upsert import Counts, Row

NAME = "stocks.ratios"

UPDATE = text(
    """
WITH version AS (
  SELECT DISTINCT ON (ticker, fiscal_year, fiscal_quarter, fs_div) * FROM financial_report
  WHERE rcept_dt <= :today
  ORDER BY ticker, fiscal_year, fiscal_quarter, fs_div, rcept_no DESC
), latest AS (
  SELECT DISTINCT ON (ticker) ticker, fiscal_year, fiscal_quarter, fs_div, period_end, currency,
    owners_equity, total_equity, owners_net_income, net_income
  FROM version ORDER BY ticker, period_end DESC, fs_div, fiscal_year DESC
), annual_only AS (
  SELECT ticker, bool_and(fiscal_quarter = 4) AS is_annual_only FROM version GROUP BY ticker
), annual AS (
  SELECT DISTINCT ON (v.ticker) v.ticker, v.owners_net_income, v.net_income
  FROM version v JOIN latest l ON l.ticker = v.ticker AND l.fs_div = v.fs_div
  WHERE v.fiscal_quarter = 4 AND v.period_end >= CAST(:today AS date) - 485
  ORDER BY v.ticker, v.period_end DESC
), summed AS (
  SELECT l.*,
    CASE WHEN l.fiscal_quarter = 4 THEN l.owners_net_income
      ELSE l.owners_net_income + y.owners_net_income - p.owners_net_income END AS owners_year,
    CASE WHEN l.fiscal_quarter = 4 THEN l.net_income
      ELSE l.net_income + y.net_income - p.net_income END AS total_year,
    a.owners_net_income AS owners_annual, a.net_income AS total_annual
  FROM latest l
  JOIN annual_only o ON o.ticker = l.ticker
  LEFT JOIN version y ON y.ticker = l.ticker AND y.fs_div = l.fs_div
    AND y.fiscal_year = l.fiscal_year - 1 AND y.fiscal_quarter = 4
  LEFT JOIN version p ON p.ticker = l.ticker AND p.fs_div = l.fs_div
    AND p.fiscal_year = l.fiscal_year - 1 AND p.fiscal_quarter = l.fiscal_quarter
  LEFT JOIN annual a ON a.ticker = l.ticker
  WHERE l.period_end >= CAST(:today AS date) - CASE WHEN o.is_annual_only THEN 485 ELSE 200 END
), issuer AS (
  SELECT ticker, currency,
    coalesce(owners_year, total_year, owners_annual, total_annual) AS income,
    coalesce(owners_equity, total_equity) AS equity,
    CASE WHEN owners_equity > 0 THEN coalesce(owners_year, CASE WHEN total_year IS NULL THEN owners_annual END)
      / owners_equity END AS owners_return,
    CASE WHEN total_equity > 0 THEN coalesce(total_year, total_annual) / total_equity END AS total_return
  FROM summed
), classes AS (
  SELECT left(ticker, 5) AS root, sum(shares) AS shares FROM stocks WHERE is_active GROUP BY 1
), wanted AS (
  SELECT s.ticker,
    round(s.current_price * c.shares / CASE WHEN i.income > 0 AND i.currency = 'KRW' THEN i.income END, 4) AS pe_ratio,
    round(s.current_price * c.shares / CASE WHEN i.equity > 0 AND i.currency = 'KRW' THEN i.equity END, 4) AS pb_ratio,
    round(100 * CASE WHEN i.equity > 0 THEN coalesce(i.owners_return, i.total_return) END, 4) AS roe
  FROM stocks s
  LEFT JOIN classes c ON c.root = left(s.ticker, 5)
  LEFT JOIN issuer i ON s.is_active AND i.ticker = left(s.ticker, 5) || '0'
), written AS (
  UPDATE stocks s SET pe_ratio = w.pe_ratio, pb_ratio = w.pb_ratio, roe = w.roe,
    batch_id = :batch_id, last_updated = :updated_at
  FROM wanted w WHERE w.ticker = s.ticker
    AND (s.pe_ratio, s.pb_ratio, s.roe) IS DISTINCT FROM (w.pe_ratio, w.pb_ratio, w.roe)
  RETURNING 1
)
SELECT (SELECT count(*) FROM wanted) AS wanted, (SELECT count(*) FROM written) AS written
"""
)


def write(connection: Connection, provenance: Row) -> Counts:
    """Bring the ratios of every stock up to date in the caller's transaction and return exact counts.

    A stock that came after the companies is given its company's number on the way.
    """
    _issuers.match(connection)
    found = connection.execute(
        UPDATE,
        {
            "today": clock.today(),
            "batch_id": provenance["batch_id"],
            "updated_at": provenance["updated_at"],
        },
    ).one()
    return Counts(changed=found.written, unchanged=found.wanted - found.written)
