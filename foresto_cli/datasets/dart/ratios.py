"""``stocks.pe_ratio``, ``pb_ratio`` and ``roe`` from the newest statements and the current prices, in one statement.

Definitions:

- The basis is consolidated if the issuer's newest report has it, else separate; the two are never mixed.
- Income is of twelve months (the view ``financial_twelve_months``); where they cannot be summed up, the newest annual
  report's of twelve months, at most 485 days old, and ``ratio_reason`` says ANNUAL_FALLBACK. After a fiscal year that
  was not twelve months long nothing falls back: there is no income, and the reason is FY_CHANGE.
- The owners' share of income and of equity where all of it is known, else the total: ``income_basis`` says which.
- The price of the whole issuer is the current price of the class times the shares of all its listed classes (the same
  first five characters): every share has the same claim.
- PER = price / income, null after a loss; PBR = price / equity, null without positive equity; both null for reports in
  another currency than won. ROE = income / equity in percent, null without positive equity; a loss stays negative.
- Reports more than 200 days old (annual-only issuers: 485) tell nothing about now.
"""

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.datasets.dart import issuers
from foresto_cli.store.fragments import fragment, sql
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.store.views import twelve_months

DATASET = DataSet(name="stocks.ratios", label="종목 지표", table="stocks", command="stocks load")
NEEDED_DAYS = 1300
"""An annual report 485 days old, and the two years before it that its twelve months may reach into."""

WANTED = fragment(
    """
WITH recent AS (
  SELECT * FROM financial_report WHERE rcept_dt <= :today AND period_end >= CAST(:today AS date) - {needed_days}
), known AS MATERIALIZED (
  SELECT * FROM ({known}) twelve_months
), latest AS (
  SELECT DISTINCT ON (ticker) * FROM known ORDER BY ticker, period_end DESC, fs_div, fiscal_quarter DESC
), annual_only AS (
  SELECT ticker, bool_and(fiscal_quarter = 4) AS is_annual_only FROM known GROUP BY ticker
), annual AS (
  SELECT DISTINCT ON (v.ticker) v.ticker, v.owners_net_income, v.net_income
  FROM known v JOIN latest l ON l.ticker = v.ticker AND l.fs_div = v.fs_div
  WHERE v.fiscal_quarter = 4 AND v.period_end >= CAST(:today AS date) - 485 AND v.net_income IS NOT NULL
  ORDER BY v.ticker, v.period_end DESC
), issuer AS (
  SELECT l.ticker, l.currency, l.fs_div, l.total_equity, l.owners_equity, l.reason,
    l.period_end < CAST(:today AS date) - CASE WHEN o.is_annual_only THEN 485 ELSE 200 END AS is_stale,
    l.owners_net_income AS owners_year, l.net_income AS total_year,
    CASE WHEN l.reason IS DISTINCT FROM 'FY_CHANGE' THEN a.owners_net_income END AS owners_annual,
    CASE WHEN l.reason IS DISTINCT FROM 'FY_CHANGE' THEN a.net_income END AS total_annual
  FROM latest l JOIN annual_only o ON o.ticker = l.ticker LEFT JOIN annual a ON a.ticker = l.ticker
), told AS (
  SELECT ticker, currency, fs_div, reason, is_stale,
    coalesce(owners_year, total_year, owners_annual, total_annual) AS income,
    coalesce(owners_equity, total_equity) AS equity,
    owners_year IS NULL AND total_year IS NULL AS fell_back,
    owners_year IS NOT NULL OR (total_year IS NULL AND owners_annual IS NOT NULL) AS is_owners,
    CASE WHEN owners_equity > 0 THEN coalesce(owners_year, CASE WHEN total_year IS NULL THEN owners_annual END)
      / owners_equity END AS owners_return,
    CASE WHEN total_equity > 0 THEN coalesce(total_year, total_annual) / total_equity END AS total_return
  FROM issuer
), classes AS (
  SELECT left(ticker, 5) AS root, sum(shares) AS shares FROM stocks WHERE is_active GROUP BY 1
), wanted AS (
  SELECT s.ticker,
    round(s.current_price * c.shares / CASE WHEN i.income > 0 AND i.currency = 'KRW' THEN i.income END, 4) AS pe_ratio,
    round(s.current_price * c.shares / CASE WHEN i.equity > 0 AND i.currency = 'KRW' THEN i.equity END, 4) AS pb_ratio,
    round(100 * CASE WHEN i.equity > 0 THEN coalesce(i.owners_return, i.total_return) END, 4) AS roe,
    CASE WHEN i.income IS NULL THEN NULL WHEN i.is_owners THEN 'OWNERS' WHEN i.fs_div = 'OFS' THEN 'SEPARATE'
      ELSE 'TOTAL' END AS income_basis,
    CASE WHEN n.ticker IS NULL THEN 'NO_FS' WHEN n.is_stale THEN 'STALE_FS' WHEN i.currency <> 'KRW' THEN 'FX_CURRENCY'
      WHEN i.income IS NULL THEN coalesce(i.reason, 'TTM_INCOMPLETE') WHEN i.equity <= 0 THEN 'NEG_EQUITY'
      WHEN i.income <= 0 THEN 'LOSS' WHEN i.fell_back THEN 'ANNUAL_FALLBACK' END AS ratio_reason
  FROM stocks s
  LEFT JOIN classes c ON c.root = left(s.ticker, 5)
  LEFT JOIN told n ON s.is_active AND n.ticker = left(s.ticker, 5) || '0'
  LEFT JOIN told i ON i.ticker = n.ticker AND NOT i.is_stale
)
""",
    needed_days=NEEDED_DAYS,
    known=twelve_months("recent"),
)
"""The common table ``wanted``: each stock's ratios as of ``:today``."""
COLUMNS = ("pe_ratio", "pb_ratio", "roe", "income_basis", "ratio_reason")
UPDATE = sql(
    """{wanted}, written AS (
  UPDATE stocks s SET {set}, batch_id = :batch_id, updated_at = :updated_at
  FROM wanted w WHERE w.ticker = s.ticker AND ({old}) IS DISTINCT FROM ({new})
  RETURNING 1
)
SELECT (SELECT count(*) FROM wanted) AS wanted, (SELECT count(*) FROM written) AS written
""",
    wanted=WANTED,
    set=[fragment("{name} = w.{name}", name=name) for name in COLUMNS],
    old=[f"s.{name}" for name in COLUMNS],
    new=[f"w.{name}" for name in COLUMNS],
)


def write(connection: Connection, provenance: Row) -> Counts:
    """Bring the ratios of every stock up to date in the caller's transaction and return exact counts.

    A stock that came after the companies is given its company's number on the way.
    """
    issuers.match(connection)
    found = connection.execute(
        UPDATE,
        {
            "today": clock.today(),
            "batch_id": provenance["batch_id"],
            "updated_at": provenance["updated_at"],
        },
    ).one()
    return Counts(changed=found.written, unchanged=found.wanted - found.written)
