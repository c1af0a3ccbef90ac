"""What the views of the database say about themselves; their queries stand in :mod:`foresto_cli.store.views`.

``VIEWS`` holds them as tables that nobody creates: only their names, columns and descriptions count.
"""

from typing import Any

from sqlalchemy import Column, Date, MetaData, Numeric, String, Table, Text
from sqlalchemy.types import TypeEngine

from foresto_cli.datasets.dart.report_tables import financial_report
from foresto_cli.declared.said import BATCH, CHANGED, CREATED, SOURCE, said, table_said

VIEWS = MetaData()
COMPUTED: dict[str, TypeEngine[Any]] = {
    "report_type": Text(),
    "dart_rcept_no": String(14),
    "as_of_date": Date(),
    "ratio_reason": Text(),
    "reason": Text(),
}
"""Types of the columns that no table underneath has; the others are ratios."""


def _column(name: str, korean: str, english: str) -> Column[Any]:
    """Return a column of the table underneath, or one that is computed."""
    known = financial_report.columns.get(name)
    kind: TypeEngine[Any] = COMPUTED.get(name, Numeric()) if known is None else known.type
    return Column(name, kind, **said(korean, english))


financial_statement = Table(
    "financial_statement",
    VIEWS,
    _column("ticker", "종목코드(보통주)", "Stock code (of the common share)"),
    _column("fiscal_year", "사업연도: 결산일이 속한 해", "Fiscal year: the year in which it ends"),
    _column("fiscal_quarter", "1, 2(반기), 3, 4(사업보고서)", "1, 2 (half-year), 3, 4 (annual)"),
    _column("report_type", "Q1, Q2, Q3, ANNUAL", "Q1, Q2, Q3, ANNUAL"),
    _column(
        "fs_div",
        "CFS 연결, OFS 별도. 이전 DB에서 인수한 행은 NULL",
        "CFS consolidated, OFS separate; NULL in rows of an adopted database",
    ),
    _column(
        "period_end",
        "보고 기간의 마지막 날. 인수한 행은 NULL",
        "Last day of the period; NULL in adopted rows",
    ),
    _column("currency", "금액의 통화(ISO). 인수한 행은 NULL", "Currency of the amounts (ISO); NULL in adopted rows"),
    _column(
        "is_financial",
        "유동·비유동을 나누지 않는 금융회사인지. 인수한 행은 NULL",
        "Whether the balance sheet has no current items (banks, insurers); NULL in adopted rows",
    ),
    _column(
        "revenue",
        "매출액, 회계연도 누적. 금융회사이거나 보고서에 없으면 NULL",
        "Revenue since the start of the fiscal year; NULL for financial companies or where not stated",
    ),
    _column("operating_income", "영업이익, 누적. 없으면 NULL", "Operating income, cumulative; NULL where not stated"),
    _column("net_income", "당기순이익, 누적. 없으면 NULL", "Net income, cumulative; NULL where not stated"),
    _column(
        "owners_net_income",
        "지배주주 순이익, 누적. 보고서가 나누지 않으면 NULL",
        "Net income of the owners of the parent, cumulative; NULL where not told apart",
    ),
    _column("total_assets", "자산총계, 기말. 없으면 NULL", "Total assets at period end; NULL where not stated"),
    _column("total_liabilities", "부채총계, 기말. 없으면 NULL", "Total liabilities; NULL where not stated"),
    _column("total_equity", "자본총계, 기말. 없으면 NULL", "Total equity; NULL where not stated"),
    _column("owners_equity", "지배주주 지분, 기말. 없으면 NULL", "Equity of the owners; NULL where not stated"),
    _column("current_assets", "유동자산. 금융회사나 인수한 행은 NULL", "Current assets; NULL for financial companies"),
    _column(
        "current_liabilities",
        "유동부채. 금융회사나 인수한 행은 NULL",
        "Current liabilities; NULL for financial companies",
    ),
    _column("retained_earnings", "이익잉여금(결손금은 음수). 없으면 NULL", "Retained earnings; NULL where not stated"),
    _column("operating_cash_flow", "영업활동 현금흐름, 누적. 없으면 NULL", "Operating cash flow, cumulative"),
    _column("investing_cash_flow", "투자활동 현금흐름, 누적. 없으면 NULL", "Investing cash flow, cumulative"),
    _column("financing_cash_flow", "재무활동 현금흐름, 누적. 없으면 NULL", "Financing cash flow, cumulative"),
    _column("eps", "기본주당이익, 누적, 통화/주. 없으면 NULL", "Basic earnings per share, cumulative"),
    _column(
        "roe",
        "최근 12개월 순이익 ÷ 자본, %. 알면 지배주주 기준. 12개월을 모르거나 자본이 0 이하면 NULL",
        "Income of twelve months / equity, percent, the owners' where known; NULL without twelve months or equity",
    ),
    _column("roa", "최근 12개월 순이익 ÷ 자산, %. 모르면 NULL", "Income of twelve months / assets, percent; or NULL"),
    _column(
        "debt_ratio", "부채 ÷ 자본, %. 자본이 0 이하면 NULL", "Liabilities / equity, percent; NULL unless positive"
    ),
    _column(
        "operating_margin",
        "12개월 영업이익 ÷ 매출액, %. 아니면 NULL",
        "Operating income / revenue, twelve months, percent",
    ),
    _column("net_margin", "12개월 순이익 ÷ 매출액, %. 없으면 NULL", "Net income / revenue of twelve months, percent"),
    _column("corp_code", "DART 고유번호. 인수한 행은 NULL", "DART's company number; NULL in adopted rows"),
    _column("dart_rcept_no", "접수번호. 인수한 행은 NULL일 수 있음", "Receipt number; may be NULL in adopted rows"),
    _column(
        "rcept_dt",
        "접수일: 이날부터 알려진 값. 인수한 행은 NULL",
        "Day of receipt, from which it was known; NULL in adopted rows",
    ),
    _column(
        "as_of_date",
        "rcept_dt와 같음. 인수한 행은 이전 DB가 적은 날",
        "As rcept_dt; in adopted rows the day that the old database had",
    ),
    _column("source_id", *SOURCE),
    _column("batch_id", *BATCH),
    _column("created_at", *CREATED),
    _column("updated_at", *CHANGED),
    _column("period_start", "누적 금액이 시작하는 날. 모르면 NULL", "First day of the cumulative amounts; or NULL"),
    _column("period_months", "누적 금액의 개월 수. 모르면 NULL", "Months of the cumulative amounts; or NULL"),
    _column(
        "ratio_reason",
        "12개월 지표가 없는 사유: TTM_INCOMPLETE(보고서가 모자람), FY_CHANGE(사업연도가 12개월이 아님). 있으면 NULL",
        "Why there are no ratios of twelve months: TTM_INCOMPLETE, FY_CHANGE (a year not twelve months long); or NULL",
    ),
    **table_said(
        "한 행은 종목의 한 보고 기간: 연결이 별도보다 먼저, 가장 새 정정본. 없으면 adopted_statement",
        "One row per stock and period: consolidated before separate, the newest version; adopted_statement where"
        " financial_report has nothing of the period",
        fills="dart financials",
        reads="sql",
    ),
)

_YEAR = ("최근 12개월, 없으면 NULL", "twelve months; NULL where they cannot be summed up")

financial_twelve_months = Table(
    "financial_twelve_months",
    VIEWS,
    _column("ticker", "종목코드(보통주)", "Stock code (of the common share)"),
    _column("fs_div", "CFS 연결, OFS 별도", "CFS consolidated, OFS separate"),
    _column("fiscal_year", "사업연도", "Fiscal year"),
    _column("fiscal_quarter", "1, 2(반기), 3, 4(사업보고서)", "1, 2 (half-year), 3, 4 (annual)"),
    _column("period_end", "12개월의 마지막 날", "Last day of the twelve months"),
    _column(
        "period_start", "보고 기간의 첫날(모르면 셈한 날)", "First day of the report's period, computed if not told"
    ),
    _column("rcept_no", "그 기간의 가장 새 정정본의 접수번호", "Receipt number of the newest version"),
    _column("rcept_dt", "접수일", "Day of receipt"),
    _column("corp_code", "DART 고유번호", "DART's company number"),
    _column("currency", "금액의 통화(ISO)", "Currency of the amounts (ISO)"),
    _column("is_financial", "금융회사인지", "Whether a bank, insurer or the like"),
    _column("total_assets", "자산총계, 기말", "Total assets at period end"),
    _column("total_equity", "자본총계, 기말", "Total equity at period end"),
    _column("owners_equity", "지배주주 지분, 기말. 없으면 NULL", "Equity of the owners; NULL where not stated"),
    _column("revenue", f"매출액, {_YEAR[0]}", f"Revenue of {_YEAR[1]}"),
    _column("operating_income", f"영업이익, {_YEAR[0]}", f"Operating income of {_YEAR[1]}"),
    _column("net_income", f"당기순이익, {_YEAR[0]}", f"Net income of {_YEAR[1]}"),
    _column("owners_net_income", f"지배주주 순이익, {_YEAR[0]}", f"Net income of the owners of {_YEAR[1]}"),
    _column("reason", "12개월이 없는 사유. 있으면 NULL", "Why there are no twelve months; NULL where there are"),
    **table_said(
        "한 행은 종목, 연결·별도, 보고 기간 하나: 그 말일까지 12개월의 합. 짧은 기간은 앞의 사업보고서를 더한다",
        "One row per stock, basis and period: sums of the twelve months up to its end; shorter periods are added up",
        fills="dart financials",
        reads="statements show, stocks load",
    ),
)
