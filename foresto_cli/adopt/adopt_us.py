"""US stocks: a missing number was stored as zero, a yield as a fraction, and a day could be there twice."""

from sqlalchemy import Numeric

from foresto_cli.adopt.moves import Move
from foresto_cli.store import tables
from foresto_cli.upstream import alphavantage

SOURCE = {"source_id": f"'{alphavantage.SOURCE_ID}'"}
ACTIVE = {"is_active": "coalesce(o.is_active, true)"}
NO_OLD = frozenset({"currency", "price_date"})
ZERO_IS_NOTHING = {
    column.name: f"CAST(nullif(o.{column.name}, 0) AS numeric)"
    for column in tables.alpha_vantage_stocks.columns
    if isinstance(column.type, Numeric) and column.name not in {"change_percent", "dividend_yield"}
}

STOCKS = Move(
    "alpha_vantage_stocks",
    tables.alpha_vantage_stocks,
    "o.id DESC",
    {**SOURCE, **ACTIVE, **ZERO_IS_NOTHING, "dividend_yield": "CAST(nullif(o.dividend_yield, 0) * 100 AS numeric)"},
    left=NO_OLD,
)
ETFS = Move("alpha_vantage_etfs", tables.alpha_vantage_etfs, "o.id DESC", SOURCE | ACTIVE, left=NO_OLD)
FINANCIALS = Move(
    "alpha_vantage_financials",
    tables.alpha_vantage_financials,
    "o.id DESC",
    {
        **SOURCE,
        "report_type": "CASE upper(o.report_type) WHEN 'ANNUAL' THEN 'ANNUAL' WHEN 'QUARTERLY' THEN 'QUARTERLY' END",
    },
    left=NO_OLD,
)
SERIES = Move(
    "alpha_vantage_timeseries",
    tables.alpha_vantage_timeseries,
    "o.id DESC",
    SOURCE,
    {"종가가 0 이하": "o.close > 0"},
)

MOVES = (STOCKS, ETFS, FINANCIALS, SERIES)
