"""``valuation_known``: what each stock's PER, PBR, PSR and dividend yield rest on, from the day it was known.

As :mod:`.ratios` has it for today: income of twelve months of the basis that the newest report has, the owners' share
where it is known, an annual report's where they cannot be summed up; equity; reports in another currency than won give
nothing. A day knows the reports received until then. The dividend is DART's of the newest fiscal year that its own
report told, times the factors of later splits. It is missing where nothing was decided when the report was filed, where
a newer annual report is known without it, and where a fiscal year is shorter than twelve months.

An issuer is computed anew when the fingerprint of what it rests on has changed: its reports, dividends, price events,
classes and their shares.
"""

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.datasets.dart.payouts import UNDECIDED
from foresto_cli.store.fragments import Fragment, fragment, sql
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.store.views import twelve_months

DATASET = DataSet(name="stocks.valuation", label="밸류에이션 근거", table="valuation_known", command="stocks load")
NEEDED_DAYS, FRESH_DAYS, FRESH_ANNUAL_DAYS = 1300, 200, 485
"""Days back that twelve months may reach, and for which a report counts (:mod:`.ratios`)."""
SHORTEST_YEAR = 350
"""Days between two fiscal years' ends, from which on they are whole years."""
AT_ONCE = 200
"""Issuers that are computed together."""

MOVED = Fragment(
    """
classes AS (
  SELECT ticker FROM (SELECT ticker, count(*) OVER (PARTITION BY left(ticker, 5)) AS many FROM stocks) s
  WHERE many > 1
), shares AS (
  SELECT ticker, trade_date, sum(shares_outstanding) OVER (PARTITION BY left(ticker, 5), trade_date)
    - shares_outstanding AS others
  FROM stock_price_daily JOIN classes USING (ticker) WHERE shares_outstanding IS NOT NULL
), moved AS (
  SELECT ticker, trade_date AS day, others
  FROM (SELECT *, lag(others) OVER (PARTITION BY ticker ORDER BY trade_date) AS before FROM shares) s
  WHERE others IS DISTINCT FROM before
)"""
)
"""``moved``: since when the issuer's other classes have how many shares, of stocks whose issuer has several."""
INPUTS = sql(
    """
WITH {moved}, stock AS (
  SELECT left(ticker, 5) AS root, string_agg(ticker, ',' ORDER BY ticker) AS mark FROM stocks GROUP BY 1
), report AS (
  SELECT left(ticker, 5) AS root, concat_ws('/', count(*), max(batch_id),
    sum(hashtextextended(concat_ws('/', fs_div, rcept_no, rcept_dt), 0))) AS mark
  FROM financial_report WHERE right(ticker, 1) = '0' GROUP BY 1
), payment AS (
  SELECT left(ticker, 5) AS root, concat_ws('/', count(*), max(dividend_history.batch_id)) AS mark
  FROM dividend_history JOIN stocks USING (ticker)
  WHERE source_id = 'DART' AND scrs_itms_kcd = '' AND rcept_dt IS NOT NULL GROUP BY 1
), event AS (
  SELECT left(ticker, 5) AS root, sum(hashtextextended(concat_ws('/', ticker, trade_date, adj_factor), 0)) AS mark
  FROM stock_price_daily WHERE adj_event IS NOT NULL GROUP BY 1
), other AS (
  SELECT left(ticker, 5) AS root, sum(hashtextextended(concat_ws('/', ticker, day, others), 0)) AS mark
  FROM moved GROUP BY 1
), known AS (
  SELECT left(ticker, 5) AS root, min(inputs) AS inputs FROM valuation_known GROUP BY 1
), wanted AS (
  SELECT s.root, md5(concat_ws('|', s.mark, r.mark, p.mark, e.mark, o.mark)) AS inputs
  FROM stock s LEFT JOIN report r USING (root) LEFT JOIN payment p USING (root) LEFT JOIN event e USING (root)
  LEFT JOIN other o USING (root) WHERE r.mark IS NOT NULL OR p.mark IS NOT NULL
)
SELECT root, w.inputs FROM wanted w FULL JOIN known k USING (root) WHERE w.inputs IS DISTINCT FROM k.inputs ORDER BY 1
""",
    moved=MOVED,
)
"""Issuers whose rows are not what they would be now, with their new fingerprint; without one they have no rows.

Only what makes a row is in it: the reports of the common share (its ticker ends with 0) and the dividends that
:data:`ROWS` reads. Else an issuer without rows would differ for ever. What changed is told by the numbers of batches,
which rise when a clock goes back.
"""
STATEMENT = fragment(
    """
received AS (
  SELECT DISTINCT ticker, rcept_dt AS known_from FROM financial_report WHERE ticker = ANY(:issuers)
), told_by AS (
  SELECT r.ticker || to_char(d.known_from, 'YYYY-MM-DD') AS ticker, r.fs_div, r.fiscal_year, r.fiscal_quarter,
    r.period_end, r.period_start, r.rcept_no, r.rcept_dt, r.corp_code, r.currency, r.is_financial, r.total_assets,
    r.total_equity, r.owners_equity, r.revenue, r.operating_income, r.net_income, r.owners_net_income
  FROM received d JOIN financial_report r ON r.ticker = d.ticker AND r.rcept_dt <= d.known_from
    AND r.period_end >= d.known_from - {needed_days}
  WHERE r.ticker = ANY(:issuers)
), known AS MATERIALIZED (
  SELECT * FROM ({known}) twelve_months
), latest AS (
  SELECT DISTINCT ON (ticker) *, CAST(substr(ticker, 7) AS date) AS known_from
  FROM known ORDER BY ticker, period_end DESC, fs_div, fiscal_quarter DESC
), filer AS (
  SELECT ticker, bool_and(fiscal_quarter = 4) AS is_annual_only,
    max(period_end) FILTER (WHERE fiscal_quarter = 4) AS annual_end
  FROM known GROUP BY ticker
), annual AS (
  SELECT DISTINCT ON (v.ticker) v.ticker, v.period_end, v.owners_net_income, v.net_income
  FROM known v JOIN latest l ON l.ticker = v.ticker AND l.fs_div = v.fs_div
  WHERE v.fiscal_quarter = 4 AND v.period_end >= l.known_from - {fresh_annual} AND v.net_income IS NOT NULL
    AND l.reason IS DISTINCT FROM 'FY_CHANGE'
  ORDER BY v.ticker, v.period_end DESC
), statement AS (
  SELECT left(l.ticker, 6) AS issuer, l.known_from, l.period_end, l.fs_div, f.annual_end,
    l.period_end + CASE WHEN f.is_annual_only THEN {fresh_annual} ELSE {fresh} END AS fresh_until,
    a.period_end + {fresh_annual} AS annual_until, l.currency = 'KRW' AS is_won, l.net_income, l.revenue,
    coalesce(l.owners_net_income, l.net_income, a.owners_net_income, a.net_income) AS income,
    l.owners_net_income IS NULL AND l.net_income IS NULL AS fell_back,
    l.owners_net_income IS NOT NULL OR (l.net_income IS NULL AND a.owners_net_income IS NOT NULL) AS is_owners,
    coalesce(l.owners_equity, l.total_equity) AS equity
  FROM latest l JOIN filer f ON f.ticker = l.ticker LEFT JOIN annual a ON a.ticker = l.ticker
)""",
    needed_days=NEEDED_DAYS,
    fresh=FRESH_DAYS,
    fresh_annual=FRESH_ANNUAL_DAYS,
    known=twelve_months("told_by"),
)
"""``statement``: what was known of each of ``:issuers`` from each day of a receipt on."""
ROWS = sql(
    """
WITH {moved}, {statement}, stock AS (
  SELECT ticker, left(ticker, 5) || '0' AS issuer FROM stocks WHERE left(ticker, 5) = ANY(:roots)
), payment AS (
  SELECT d.ticker, d.dvdn_bas_dt AS ends, max(d.rcept_dt) AS day, max(d.fiscal_year) AS fiscal_year,
    CASE WHEN count(DISTINCT d.stck_genr_dvdn_amt) = 1 AND NOT bool_or(d.is_outlier OR d.stck_genr_dvdn_amt IS NULL
      OR coalesce(d.stck_dvdn_rcd_nm = '{undecided}', false)) THEN max(d.stck_genr_dvdn_amt) END AS amount
  FROM dividend_history d JOIN stock USING (ticker)
  WHERE d.source_id = 'DART' AND d.scrs_itms_kcd = '' AND d.rcept_dt IS NOT NULL GROUP BY 1, 2
), whole AS (
  SELECT *, coalesce(ends - lag(ends) OVER (PARTITION BY ticker ORDER BY ends) >= {year}, true) AS is_whole FROM payment
), told AS (
  SELECT ticker, day, max(ends) AS ends FROM whole GROUP BY 1, 2
), event AS (
  SELECT p.ticker, p.trade_date AS day, p.adj_factor FROM stock_price_daily p JOIN stock USING (ticker)
  WHERE p.adj_event IS NOT NULL
), point AS (
  SELECT s.ticker, d.known_from AS day FROM stock s JOIN received d ON d.ticker = s.issuer
  UNION SELECT ticker, day FROM told
  UNION SELECT ticker, day FROM event
  UNION SELECT ticker, day FROM moved JOIN stock USING (ticker)
), placed AS (
  SELECT p.ticker, s.issuer, p.day, max(d.known_from) OVER w AS statement_from, max(t.ends) OVER w AS ends,
    max(m.day) OVER w AS moved_on
  FROM point p JOIN stock s USING (ticker)
  LEFT JOIN received d ON d.ticker = s.issuer AND d.known_from = p.day
  LEFT JOIN told t ON t.ticker = p.ticker AND t.day = p.day
  LEFT JOIN moved m ON m.ticker = p.ticker AND m.day = p.day
  WINDOW w AS (PARTITION BY p.ticker ORDER BY p.day)
)
INSERT INTO valuation_known (ticker, known_from, known_to, period_end, fs_div, fresh_until, income, income_until,
  income_basis, net_income, revenue, equity, other_shares, dividend, dividend_year, inputs, source_id, batch_id,
  created_at, updated_at)
SELECT p.ticker, p.day, coalesce(lead(p.day) OVER (PARTITION BY p.ticker ORDER BY p.day) - 1, DATE '9000-01-01'),
  s.period_end, s.fs_div, s.fresh_until,
  CASE WHEN s.is_won THEN s.income END,
  CASE WHEN s.is_won AND s.income IS NOT NULL THEN
    CASE WHEN s.fell_back THEN least(s.annual_until, s.fresh_until) ELSE s.fresh_until END END,
  CASE WHEN NOT s.is_won OR s.income IS NULL THEN NULL WHEN s.is_owners THEN 'OWNERS' WHEN s.fs_div = 'OFS' THEN
    'SEPARATE' ELSE 'TOTAL' END,
  CASE WHEN s.is_won THEN s.net_income END, CASE WHEN s.is_won THEN s.revenue END,
  CASE WHEN s.is_won THEN s.equity END,
  coalesce(m.others, 0),
  CASE WHEN d.is_whole AND coalesce(s.annual_end <= d.ends, true) THEN trim_scale(round(d.amount * coalesce(
    (SELECT CAST(exp(sum(ln(e.adj_factor))) AS numeric) FROM event e
      WHERE e.ticker = p.ticker AND e.day > d.ends AND e.day <= p.day), 1), 6)) END,
  CASE WHEN d.is_whole AND coalesce(s.annual_end <= d.ends, true) AND d.amount IS NOT NULL THEN d.fiscal_year END,
  i.inputs, 'FORESTO', :batch_id, :created_at, :updated_at
FROM placed p
JOIN unnest(CAST(:roots AS text[]), CAST(:inputs AS text[])) i (root, inputs) ON i.root = left(p.ticker, 5)
LEFT JOIN statement s ON s.issuer = p.issuer AND s.known_from = p.statement_from
LEFT JOIN whole d ON d.ticker = p.ticker AND d.ends = p.ends
LEFT JOIN moved m ON m.ticker = p.ticker AND m.day = p.moved_on
""",
    moved=Fragment(MOVED.replace("WHERE many > 1", "WHERE many > 1 AND left(ticker, 5) = ANY(:roots)")),
    statement=STATEMENT,
    undecided=Fragment(UNDECIDED),
    year=SHORTEST_YEAR,
)
"""Write the rows of the issuers ``:roots`` (five characters), whose common shares are ``:issuers``."""


def write(connection: Connection, provenance: Row) -> Counts:
    """Bring the table up to date in the caller's transaction and return exact counts."""
    changed = [(row.root, row.inputs) for row in connection.execute(INPUTS)]
    gone = text("DELETE FROM valuation_known WHERE left(ticker, 5) = ANY(:roots)")
    written = 0
    for first in range(0, len(changed), AT_ONCE):
        some = changed[first : first + AT_ONCE]
        connection.execute(gone, {"roots": [root for root, _ in some]})
        kept = [(root, inputs) for root, inputs in some if inputs is not None]
        found = connection.execute(
            ROWS,
            {
                "roots": [root for root, _ in kept],
                "inputs": [inputs for _, inputs in kept],
                "issuers": [f"{root}0" for root, _ in kept],
                "batch_id": provenance["batch_id"],
                "created_at": provenance["created_at"],
                "updated_at": provenance["updated_at"],
            },
        )
        written += found.rowcount
    total = connection.execute(text("SELECT count(*) FROM valuation_known")).scalar_one()
    return Counts(changed=written, unchanged=total - written)
