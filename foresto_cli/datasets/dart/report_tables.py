"""Statements: every version of every report, and those of an adopted database."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    String,
    Table,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, span, table_said

financial_report = Table(
    "financial_report",
    metadata,
    Column("ticker", String(6), primary_key=True, **said("종목코드(보통주)", "Stock code (of the common share)")),
    Column(
        "fiscal_year",
        Integer,
        primary_key=True,
        **said("사업연도: 결산일이 속한 해", "Fiscal year: the year in which it ends"),
    ),
    Column(
        "fiscal_quarter",
        Integer,
        primary_key=True,
        **said("1, 2(반기), 3, 4(사업보고서)", "1, 2 (half-year), 3, 4 (annual)"),
    ),
    Column("fs_div", String(3), primary_key=True, **said("CFS 연결, OFS 별도", "CFS consolidated, OFS separate")),
    Column(
        "rcept_no",
        String(14),
        primary_key=True,
        **said("DART 접수번호 14자리: 정정본마다 다르다", "DART's receipt number, 14 digits; each version has its own"),
    ),
    Column("corp_code", String(8), nullable=False, **said("DART 고유번호", "DART's company number")),
    Column(
        "rcept_dt",
        Date,
        nullable=False,
        **said(
            "접수일. 공시 목록의 날, 없으면 접수번호의 앞 여덟 자리",
            "Day of receipt: of the list of filings, else the receipt number's first eight digits",
        ),
    ),
    Column("period_end", Date, nullable=False, **said("보고 기간의 마지막 날", "Last day of the period")),
    *span(),
    Column(
        "currency",
        String(3),
        nullable=False,
        **said(
            "금액의 통화(ISO). 응답에 없던 해는 KRW", "Currency of the amounts (ISO); KRW for years without the field"
        ),
    ),
    Column(
        "is_financial",
        Boolean,
        nullable=False,
        **said(
            "유동·비유동을 나누지 않는 금융회사인지. 매출액이 없다",
            "The balance sheet has no current items (banks, insurers); they have no revenue",
        ),
    ),
    # Flows since the start of the fiscal year; null where the report does not say (an interim's blank 누적 column).
    Column(
        "revenue",
        Numeric,
        **said(
            "매출액, 회계연도 누적, currency 통화. 금융회사이거나 보고서에 없으면 NULL",
            "Revenue since the start of the fiscal year; NULL for financial companies or where not stated",
        ),
    ),
    Column(
        "operating_income",
        Numeric,
        **said(
            "영업이익, 회계연도 누적. 보고서에 없으면 NULL",
            "Operating income since the start of the fiscal year; NULL where not stated",
        ),
    ),
    Column(
        "net_income",
        Numeric,
        **said(
            "당기순이익, 회계연도 누적. 보고서에 없으면 NULL",
            "Net income since the start of the fiscal year; NULL where not stated",
        ),
    ),
    Column(
        "owners_net_income",
        Numeric,
        **said(
            "지배주주 순이익, 회계연도 누적. 보고서가 나누지 않으면 NULL",
            "Net income of the owners of the parent, cumulative; NULL where not told apart",
        ),
    ),
    # The three months alone; null in annual reports.
    Column(
        "revenue_quarter",
        Numeric,
        **said(
            "매출액, 석 달. 사업보고서이거나 없으면 NULL",
            "Revenue of the three months; NULL in annual reports or where not stated",
        ),
    ),
    Column(
        "operating_income_quarter",
        Numeric,
        **said("영업이익, 석 달. 사업보고서이거나 없으면 NULL", "Operating income of the three months; NULL likewise"),
    ),
    Column(
        "net_income_quarter",
        Numeric,
        **said("당기순이익, 석 달. 사업보고서이거나 없으면 NULL", "Net income of the three months; NULL likewise"),
    ),
    Column(
        "owners_net_income_quarter",
        Numeric,
        **said(
            "지배주주 순이익, 석 달. 사업보고서이거나 없으면 NULL",
            "Net income of the owners, three months; NULL likewise",
        ),
    ),
    Column(
        "total_assets",
        Numeric,
        **said("자산총계, 기말. 없으면 NULL", "Total assets at period end; NULL where not stated"),
    ),
    Column(
        "total_liabilities",
        Numeric,
        **said("부채총계, 기말. 없으면 NULL", "Total liabilities at period end; NULL where not stated"),
    ),
    Column(
        "total_equity",
        Numeric,
        **said("자본총계, 기말. 없으면 NULL", "Total equity at period end; NULL where not stated"),
    ),
    Column(
        "owners_equity",
        Numeric,
        **said(
            "지배주주 지분, 기말. 보고서가 나누지 않거나 주요 계정만 읽었으면 NULL",
            "Equity of the owners at period end; NULL where not told apart or only main accounts were read",
        ),
    ),
    Column(
        "current_assets",
        Numeric,
        **said(
            "유동자산, 기말. 금융회사이거나 없으면 NULL",
            "Current assets; NULL for financial companies or where not stated",
        ),
    ),
    Column(
        "current_liabilities",
        Numeric,
        **said("유동부채, 기말. 금융회사이거나 없으면 NULL", "Current liabilities; NULL likewise"),
    ),
    Column(
        "retained_earnings",
        Numeric,
        **said(
            "이익잉여금, 기말(결손금은 음수). 없으면 NULL",
            "Retained earnings (negative: deficit); NULL where not stated",
        ),
    ),
    Column(
        "operating_cash_flow",
        Numeric,
        **said(
            "영업활동 현금흐름, 누적. 전체 재무제표(--full)를 읽지 않았거나 없으면 NULL",
            "Operating cash flow, cumulative; NULL unless whole statements (--full) were read",
        ),
    ),
    Column(
        "investing_cash_flow",
        Numeric,
        **said(
            "투자활동 현금흐름, 누적. 전체 재무제표(--full)를 읽지 않았거나 없으면 NULL",
            "Investing cash flow, cumulative; NULL likewise",
        ),
    ),
    Column(
        "financing_cash_flow",
        Numeric,
        **said(
            "재무활동 현금흐름, 누적. 전체 재무제표(--full)를 읽지 않았거나 없으면 NULL",
            "Financing cash flow, cumulative; NULL likewise",
        ),
    ),
    Column(
        "eps",
        Numeric,
        **said(
            "기본주당이익, 회계연도 누적, 통화/주. 없거나 단위가 의심되면 NULL",
            "Basic earnings per share, cumulative; NULL where not stated or its unit is doubtful",
        ),
    ),
    # Whether the whole statements were read, not only the main accounts.
    Column(
        "has_details",
        Boolean,
        nullable=False,
        server_default="false",
        **said(
            "주요 계정만이 아니라 전체 재무제표(--full)를 읽었는지",
            "Whole statements (--full) were read, not only main accounts",
        ),
    ),
    *provenance(),
    CheckConstraint("fiscal_quarter BETWEEN 1 AND 4", name="chk_financial_report_quarter"),
    CheckConstraint("fs_div IN ('CFS', 'OFS')", name="chk_financial_report_fs_div"),
    Index("idx_financial_report_period", "fiscal_year", "fiscal_quarter"),
    **table_said(
        "한 행은 한 보고서의 한 정정본(접수번호): 종목, 기간, 연결·별도마다. 지워지지 않으며 접수일부터 알려진 값",
        "One row per version (접수번호) of a report: stock, period and basis; never removed, known from rcept_dt on",
        fills="dart financials, dart reparse",
        reads="statements show, stocks load, score batch, verify weekly",
    ),
)

adopted_statement = Table(
    "adopted_statement",
    metadata,
    Column("ticker", String(6), primary_key=True, **said("종목코드", "Stock code")),
    Column("fiscal_year", Integer, primary_key=True, **said("사업연도", "Fiscal year")),
    Column(
        "fiscal_quarter",
        Integer,
        primary_key=True,
        **said("1, 2(반기), 3, 4(사업보고서)", "1, 2 (half-year), 3, 4 (annual)"),
    ),
    # Since the start of the fiscal year; null at the half year and third quarter: whether three months, nobody knows.
    Column(
        "revenue",
        Numeric,
        **said(
            "매출액, 회계연도 누적, 원. 2·3분기(누적인지 모름)이거나 없으면 NULL",
            "Revenue, cumulative; NULL at quarters 2 and 3 (not known whether cumulative) or without one",
        ),
    ),
    Column(
        "operating_income",
        Numeric,
        **said("영업이익, 누적. 2·3분기이거나 없으면 NULL", "Operating income, cumulative; NULL likewise"),
    ),
    Column(
        "net_income",
        Numeric,
        **said("당기순이익, 누적. 2·3분기이거나 없으면 NULL", "Net income, cumulative; NULL likewise"),
    ),
    Column("total_assets", Numeric, **said("자산총계. 없으면 NULL", "Total assets; NULL without one")),
    Column("total_liabilities", Numeric, **said("부채총계. 없으면 NULL", "Total liabilities; NULL without one")),
    Column("total_equity", Numeric, **said("자본총계. 없으면 NULL", "Total equity; NULL without one")),
    Column(
        "operating_cash_flow",
        Numeric,
        **said(
            "영업활동 현금흐름, 원(이전 DB의 값 그대로). 없으면 NULL",
            "Operating cash flow as the old database had it; NULL without one",
        ),
    ),
    Column(
        "investing_cash_flow",
        Numeric,
        **said(
            "투자활동 현금흐름, 원(이전 DB의 값 그대로). 없으면 NULL",
            "Investing cash flow as the old database had it; NULL without one",
        ),
    ),
    Column(
        "financing_cash_flow",
        Numeric,
        **said(
            "재무활동 현금흐름, 원(이전 DB의 값 그대로). 없으면 NULL",
            "Financing cash flow as the old database had it; NULL without one",
        ),
    ),
    Column(
        "dart_rcept_no",
        String(14),
        **said("이전 DB가 적은 접수번호. 없으면 NULL", "Receipt number by the old database; NULL without one"),
    ),
    Column(
        "as_of_date",
        Date,
        **said("이전 DB가 적은 기준일. 없으면 NULL", "As-of date by the old database; NULL without one"),
    ),
    *provenance(),
    CheckConstraint("fiscal_quarter BETWEEN 1 AND 4", name="chk_adopted_statement_quarter"),
    **table_said(
        "한 행은 이전 DB에서 인수한 한 종목의 한 기간. financial_statement에 보이기만 하고 점수에는 쓰지 않는다",
        "One row per stock and period of an adopted database: shown by financial_statement, never scored",
        fills="db adopt",
        reads="statements show",
    ),
)
