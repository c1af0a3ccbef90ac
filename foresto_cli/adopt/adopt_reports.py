"""Statements and dividends.

A statement of the predecessor does not say of which company number it is, nor whether it is consolidated, so it is no
version of a report; it is seen through the view ``financial_statement`` until DART has answered. Ratios are computed
anew: the old ones had four digits before the point. Decisions about shares (``corporate_action``) lack the company
number by which DART is asked for their fields; that table keeps its name and its null ratios.
"""

from foresto_cli.adopt.moves import TICKER, Move
from foresto_cli.datasets.open_data.dividend_rows import LARGEST_PAR, MOST_WON
from foresto_cli.store import tables
from foresto_cli.upstream import dart, fsc

QUARTER = (
    "CASE WHEN o.fiscal_quarter BETWEEN 1 AND 4 THEN o.fiscal_quarter"
    " WHEN o.report_type = 'ANNUAL' THEN 4"
    " WHEN o.report_type ~ '^Q[123]$' THEN CAST(right(o.report_type, 1) AS integer) END"
)
FROM_THE_START = f"({QUARTER}) IN (1, 4)"
"""The half year's and third quarter's flows were three months or since January, whichever the company had put first."""
FLOWS = ("revenue", "operating_income", "net_income")

STATEMENTS = Move(
    "financial_statement",
    tables.adopted_statement,
    f"(o.source_id = '{dart.SOURCE_ID}') DESC, o.statement_id DESC",
    {"fiscal_quarter": QUARTER, **{name: f"CASE WHEN {FROM_THE_START} THEN o.{name} END" for name in FLOWS}},
    {
        "종목코드가 아님": f"o.ticker ~ {TICKER}",
        "분기를 알 수 없음": f"({QUARTER}) IS NOT NULL",
        "분기와 보고서 종류가 어긋남": f"o.report_type NOT IN ('ANNUAL', 'Q1', 'Q2', 'Q3')"
        f" OR o.report_type = CASE ({QUARTER}) WHEN 4 THEN 'ANNUAL' ELSE 'Q' || ({QUARTER}) END",
    },
)

DIVIDENDS = Move(
    "dividend_history",
    tables.dividend_history,
    "o.dividend_id DESC",
    {
        "security_id": "CAST(o.isin_cd AS text)",
        "scrs_itms_kcd": "coalesce(o.scrs_itms_kcd, '')",
        "source_id": f"CASE o.source_id WHEN 'FSC_DATA_GO_KR' THEN '{fsc.SOURCE_ID}' ELSE o.source_id END",
        # The one asked for was written on every row of the answer; a first common share's ISIN holds its own.
        "ticker": "CASE WHEN o.isin_cd ~ '^KR7[0-9A-Z]{5}000[0-9]$' THEN substr(o.isin_cd, 4, 6) END",
        "crno": "nullif(o.crno, '0')",
        "stck_genr_dvdn_amt": "CASE WHEN coalesce(o.stck_genr_dvdn_amt, 0) <> 0"
        " OR coalesce(o.stck_genr_cash_dvdn_rt, 0) = 0 THEN o.stck_genr_dvdn_amt END",
        "is_outlier": f"coalesce(o.stck_genr_dvdn_amt > {MOST_WON}"
        f" OR 100 * o.stck_genr_dvdn_amt > {LARGEST_PAR} * nullif(o.stck_genr_cash_dvdn_rt, 0), false)",
    },
    {"ISIN이 아님": "o.isin_cd ~ '^[A-Z]{2}[0-9A-Z]{9}[0-9]$'", "기준일이 없음": "o.dvdn_bas_dt < DATE '9999-12-31'"},
)

MOVES = (STATEMENTS, DIVIDENDS)
