"""Earlier periods as later reports state them."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, Numeric, String, Table

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, span, table_said, ticker

financial_restated = Table(
    "financial_restated",
    metadata,
    ticker(),
    Column(
        "fiscal_year", Integer, primary_key=True, **said("이전 기간의 사업연도", "Fiscal year of the earlier period")
    ),
    Column(
        "fiscal_quarter",
        Integer,
        primary_key=True,
        **said(
            "이전 기간의 분기. 4는 사업연도 전체와 그 기말",
            "Quarter of the earlier period; 4 is a whole fiscal year and its end",
        ),
    ),
    Column("fs_div", String(3), primary_key=True, **said("CFS 연결, OFS 별도", "CFS consolidated, OFS separate")),
    Column(
        "rcept_no",
        String(14),
        primary_key=True,
        **said("이 금액을 말한 나중 보고서의 접수번호", "Receipt number of the later report that says so"),
    ),
    Column("corp_code", String(8), nullable=False, **said("DART 고유번호", "DART's company number")),
    Column(
        "rcept_dt",
        Date,
        nullable=False,
        **said(
            "나중 보고서의 접수일: 이날부터 알려진 금액", "Day of receipt of the later report, from which it was known"
        ),
    ),
    Column("period_end", Date, nullable=False, **said("이전 기간의 마지막 날", "Last day of the earlier period")),
    *span(),
    Column("currency", String(3), nullable=False, **said("금액의 통화(ISO)", "Currency of the amounts (ISO)")),
    Column("revenue", Numeric, **said("매출액, 누적. 말하지 않으면 NULL", "Revenue, cumulative; NULL where not told")),
    Column(
        "operating_income",
        Numeric,
        **said("영업이익, 누적. 말하지 않으면 NULL", "Operating income, cumulative; NULL where not told"),
    ),
    Column(
        "net_income",
        Numeric,
        **said("당기순이익, 누적. 말하지 않으면 NULL", "Net income, cumulative; NULL where not told"),
    ),
    Column(
        "owners_net_income",
        Numeric,
        **said(
            "지배주주 순이익, 누적. 말하지 않으면 NULL", "Net income of the owners, cumulative; NULL where not told"
        ),
    ),
    Column(
        "operating_cash_flow",
        Numeric,
        **said("영업활동 현금흐름, 누적. 말하지 않으면 NULL", "Operating cash flow, cumulative; NULL where not told"),
    ),
    Column(
        "investing_cash_flow",
        Numeric,
        **said("투자활동 현금흐름, 누적. 말하지 않으면 NULL", "Investing cash flow, cumulative; NULL where not told"),
    ),
    Column(
        "financing_cash_flow",
        Numeric,
        **said("재무활동 현금흐름, 누적. 말하지 않으면 NULL", "Financing cash flow, cumulative; NULL where not told"),
    ),
    Column(
        "eps",
        Numeric,
        **said("기본주당이익, 누적. 말하지 않으면 NULL", "Basic earnings per share, cumulative; NULL where not told"),
    ),
    Column(
        "total_assets",
        Numeric,
        **said("자산총계, 그 기간의 말. 말하지 않으면 NULL", "Total assets at the period's end; NULL where not told"),
    ),
    Column(
        "total_liabilities",
        Numeric,
        **said("부채총계, 기말. 말하지 않으면 NULL", "Total liabilities; NULL where not told"),
    ),
    Column("total_equity", Numeric, **said("자본총계, 기말. 말하지 않으면 NULL", "Total equity; NULL where not told")),
    Column(
        "owners_equity",
        Numeric,
        **said("지배주주 지분, 기말. 말하지 않으면 NULL", "Equity of the owners; NULL where not told"),
    ),
    Column(
        "current_assets", Numeric, **said("유동자산, 기말. 말하지 않으면 NULL", "Current assets; NULL where not told")
    ),
    Column(
        "current_liabilities",
        Numeric,
        **said("유동부채, 기말. 말하지 않으면 NULL", "Current liabilities; NULL where not told"),
    ),
    Column(
        "retained_earnings",
        Numeric,
        **said("이익잉여금, 기말. 말하지 않으면 NULL", "Retained earnings; NULL where not told"),
    ),
    Column(
        "has_details",
        Boolean,
        nullable=False,
        server_default="false",
        **said("전체 재무제표(--full)를 읽었는지", "Whole statements (--full) were read"),
    ),
    *provenance(),
    CheckConstraint("fiscal_quarter BETWEEN 1 AND 4", name="chk_financial_restated_quarter"),
    CheckConstraint("fs_div IN ('CFS', 'OFS')", name="chk_financial_restated_fs_div"),
    Index("idx_financial_restated_receipt", "rcept_no"),
    **table_said(
        "한 행은 나중 보고서가 다시 말한 이전 기간(frmtrm). 그 기간의 보고서 자신의 값은 financial_report에 있다",
        "One row per earlier period as a later report states it (frmtrm); its own report's figures stay in"
        " financial_report",
        fills="dart financials, dart reparse",
        reads="statements show, score batch",
    ),
)
