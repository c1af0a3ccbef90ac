"""Views in an analyst's terms: adjusted prices, quarters and twelve months of statements, valuation day by day.

Each can be asked for one stock or one day without the rest being computed.
"""

from foresto_cli.store.fragments import fragment, joined

PRICE_ADJUSTED = """
SELECT ticker, trade_date,
  trim_scale(round(open_price * factor, 4)) AS open_price,
  trim_scale(round(high_price * factor, 4)) AS high_price,
  trim_scale(round(low_price * factor, 4)) AS low_price,
  adj_close_price AS close_price,
  CAST(round(volume / factor) AS bigint) AS volume,
  trading_value, change_rate, market_cap, factor, is_halted, quality_flag, price_basis
FROM (
  SELECT ticker, trade_date, open_price, high_price, low_price, adj_close_price, volume, trading_value, change_rate,
    market_cap, is_halted, quality_flag, price_basis, adj_close_price / close_price AS factor
  FROM stock_price_daily
) p
"""
"""A stock's days as if every later split, bonus issue and the like had always been; dividends are not taken out."""

_CUMULATIVE = ("revenue", "operating_income", "net_income", "owners_net_income")
_NEVER_ALONE = ("operating_cash_flow", "investing_cash_flow", "financing_cash_flow")
"""Flows of which no report says the three months alone."""


def _alone(name: str, told: str) -> str:
    return fragment(
        """coalesce(CASE WHEN months = 3 THEN {name} WHEN has_before THEN {name} - before_{name} END,
    {told}) AS {name}""",
        name=name,
        told=told,
    )


STATEMENT_QUARTER = fragment(
    """
WITH version AS (
  SELECT DISTINCT ON (ticker, fs_div, period_end) ticker, fs_div, fiscal_year, fiscal_quarter, period_end, currency,
    is_financial, rcept_no, rcept_dt, total_assets, total_liabilities, total_equity, owners_equity, {read},
    coalesce(period_months, CASE fiscal_quarter WHEN 4 THEN 12 ELSE 3 * fiscal_quarter END) AS months
  FROM financial_report ORDER BY ticker, fs_div, period_end, rcept_no DESC
), placed AS (
  SELECT *, {before},
    first_value(fiscal_quarter) OVER before AS before_quarter, first_value(fiscal_year) OVER before AS before_year,
    first_value(months) OVER before AS before_months, first_value(rcept_dt) OVER before AS before_rcept_dt
  FROM version
  WINDOW before AS (PARTITION BY ticker, fs_div ORDER BY period_end + 1
    RANGE BETWEEN INTERVAL '3 months' PRECEDING AND INTERVAL '3 months' PRECEDING)
), told AS (
  SELECT *, coalesce(before_year = fiscal_year AND before_quarter = fiscal_quarter - 1 AND before_months = months - 3
    AND months = 3 * fiscal_quarter, false) AS has_before
  FROM placed
)
SELECT ticker, fs_div, fiscal_year, fiscal_quarter,
  CAST(period_end + 1 - INTERVAL '3 months' AS date) AS period_start, period_end, currency, is_financial,
  {flows}, total_assets, total_liabilities, total_equity, owners_equity, rcept_no,
  CASE WHEN has_before THEN greatest(rcept_dt, before_rcept_dt) ELSE rcept_dt END AS known_from
FROM told WHERE fiscal_quarter < 4 OR months IN (3, 12)
""",
    read=[*_CUMULATIVE, *(f"{name}_quarter" for name in _CUMULATIVE), *_NEVER_ALONE],
    before=[
        fragment("first_value({name}) OVER before AS before_{name}", name=name)
        for name in (*_CUMULATIVE, *_NEVER_ALONE)
    ],
    flows=joined(
        ",\n  ",
        [
            *(_alone(name, fragment("{name}_quarter", name=name)) for name in _CUMULATIVE),
            *(_alone(name, fragment("CAST(NULL AS numeric)")) for name in _NEVER_ALONE),
        ],
    ),
)
"""Three months alone, of the newest versions: what was cumulative less the one before, else as the report says them.

So that four quarters are the year, and as ``foresto statements show`` says it (views/reading/statement_sql.py).
"""

STATEMENT_TTM = """
SELECT DISTINCT ON (ticker, period_end)
  ticker, period_end, fs_div, fiscal_year, fiscal_quarter, currency, is_financial,
  revenue, operating_income, net_income, owners_net_income, total_assets, total_equity, owners_equity,
  round(100 * CASE WHEN owners_net_income IS NOT NULL AND owners_equity IS NOT NULL
    THEN owners_net_income / CASE WHEN owners_equity > 0 THEN owners_equity END
    ELSE net_income / CASE WHEN total_equity > 0 THEN total_equity END END, 4) AS roe,
  round(100 * operating_income / CASE WHEN revenue > 0 THEN revenue END, 4) AS operating_margin,
  round(100 * net_income / CASE WHEN revenue > 0 THEN revenue END, 4) AS net_margin,
  rcept_no, rcept_dt, reason
FROM financial_twelve_months
ORDER BY ticker, period_end, fs_div, fiscal_quarter DESC
"""
"""Twelve months up to each period's end, consolidated where there is such a report, in the newest version."""

VALUATION_DAILY = """
SELECT p.ticker, p.trade_date, p.close_price, p.market_cap,
  round(p.close_price * (p.shares_outstanding + coalesce(k.other_shares, 0))
    / CASE WHEN k.income > 0 AND p.trade_date <= k.income_until THEN k.income END, 4) AS per,
  round(p.close_price * (p.shares_outstanding + coalesce(k.other_shares, 0))
    / CASE WHEN k.equity > 0 AND p.trade_date <= k.fresh_until THEN k.equity END, 4) AS pbr,
  round(p.close_price * (p.shares_outstanding + coalesce(k.other_shares, 0))
    / CASE WHEN k.revenue > 0 AND p.trade_date <= k.fresh_until THEN k.revenue END, 4) AS psr,
  round(100 * k.dividend / p.close_price, 4) AS dividend_yield,
  k.income_basis, k.period_end, k.dividend_year, k.known_from
FROM stock_price_daily p
LEFT JOIN (SELECT * FROM valuation_known) k
  ON k.ticker = p.ticker AND k.known_from <= p.trade_date AND k.known_to >= p.trade_date
"""
"""What a stock's price was worth on its day, by what had been received until then and by nothing later.

The table stands in a SELECT of its own: where prices are distributed (Citus 13), whoever outer-joins the view would
otherwise get NULL for its columns, and no error.
"""

MORE = {
    "price_adjusted": PRICE_ADJUSTED,
    "statement_quarter": STATEMENT_QUARTER,
    "statement_ttm": STATEMENT_TTM,
    "valuation_daily": VALUATION_DAILY,
}
