"""US stocks and ETFs from Alpha Vantage; prices and amounts in the currency of the listing."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Numeric, String, Table, Text

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said

alpha_vantage_stocks = Table(
    "alpha_vantage_stocks",
    metadata,
    Column("symbol", String(20), primary_key=True, **said("종목 기호", "Symbol")),
    Column("name", String(200), nullable=False, **said("회사 이름", "Name")),
    Column("exchange", String(50), **said("거래소. 없으면 NULL", "Exchange; NULL where not told")),
    Column("currency", String(10), **said("시세 통화(ISO). 없으면 NULL", "Currency (ISO); NULL where not told")),
    Column("sector", String(100), **said("업종(Alpha Vantage). 없으면 NULL", "Sector; NULL where not told")),
    Column("industry", String(200), **said("세부 업종. 없으면 NULL", "Industry; NULL where not told")),
    Column("description", Text, **said("회사 소개(영문). 없으면 NULL", "Description; NULL where not told")),
    Column(
        "market_cap",
        Numeric,
        **said("시가총액, currency 통화. 없으면 NULL", "Market value, in currency; NULL where not told"),
    ),
    Column("pe_ratio", Numeric, **said("PER, 배. 없으면 NULL", "Price/earnings; NULL where not told")),
    Column("peg_ratio", Numeric, **said("PEG, 배. 없으면 NULL", "Price/earnings to growth; NULL where not told")),
    Column("pb_ratio", Numeric, **said("PBR, 배. 없으면 NULL", "Price/book; NULL where not told")),
    Column(
        "dividend_yield",
        Numeric,
        **said(
            "배당수익률, %(출처의 비율 × 100). 없으면 NULL",
            "Dividend yield, percent (the source's ratio times 100); NULL where not told",
        ),
    ),
    Column(
        "eps",
        Numeric,
        **said("주당순이익, currency 통화/주. 없으면 NULL", "Earnings per share, in currency; NULL where not told"),
    ),
    Column("beta", Numeric, **said("베타. 없으면 NULL", "Beta; NULL where not told")),
    Column(
        "week_52_high",
        Numeric,
        **said("52주 최고가, currency 통화. 없으면 NULL", "52-week high, in currency; NULL where not told"),
    ),
    Column(
        "week_52_low",
        Numeric,
        **said("52주 최저가, currency 통화. 없으면 NULL", "52-week low, in currency; NULL where not told"),
    ),
    Column(
        "day_50_ma",
        Numeric,
        **said("50일 이동평균, currency 통화. 없으면 NULL", "50-day average, in currency; NULL where not told"),
    ),
    Column(
        "day_200_ma",
        Numeric,
        **said("200일 이동평균, currency 통화. 없으면 NULL", "200-day average, in currency; NULL where not told"),
    ),
    Column(
        "current_price",
        Numeric,
        **said(
            "price_date의 종가, currency 통화. 시세를 받지 않았으면 NULL",
            "Close of price_date, in currency; NULL without stored prices",
        ),
    ),
    Column(
        "previous_close",
        Numeric,
        **said("그 전 거래일의 종가. 없으면 NULL", "Close of the session before; NULL without one"),
    ),
    Column(
        "change_percent",
        Numeric,
        **said("전 거래일 대비, %. 전 거래일을 모르면 NULL", "Change, percent; NULL without the session before"),
    ),
    Column(
        "volume",
        BigInteger,
        **said(
            "price_date의 거래량, 주. 시세를 받지 않았으면 NULL",
            "Volume of price_date, shares; NULL without stored prices",
        ),
    ),
    Column(
        "price_date",
        Date,
        **said("저장된 마지막 시세의 거래일. 없으면 NULL", "Session of the newest stored price; NULL without one"),
    ),
    Column(
        "is_active",
        Boolean,
        nullable=False,
        **said("지금 거래되는지(개요를 받은 종목은 언제나 true)", "Traded now (always true once an overview was read)"),
    ),
    *provenance(),
    **table_said(
        "한 행은 미국 기업 하나. 알려 주지 않는 값은 0이 아니라 NULL",
        "One row per US company; what is not told is NULL, never 0",
        fills="us load, us prices",
        reads="us show, us load",
    ),
)

alpha_vantage_etfs = Table(
    "alpha_vantage_etfs",
    metadata,
    Column("symbol", String(20), primary_key=True, **said("종목 기호", "Symbol")),
    Column("name", String(200), nullable=False, **said("이름", "Name")),
    Column("exchange", String(50), **said("거래소. 없으면 NULL", "Exchange; NULL where not told")),
    Column("inception_date", Date, **said("상장일. 없으면 NULL", "Day of listing; NULL where not told")),
    Column(
        "current_price",
        Numeric,
        **said(
            "price_date의 종가, 상장 통화. 시세를 받지 않았으면 NULL",
            "Close of price_date, in the listing's currency; NULL without stored prices",
        ),
    ),
    Column(
        "previous_close",
        Numeric,
        **said("그 전 거래일의 종가. 없으면 NULL", "Close of the session before; NULL without one"),
    ),
    Column(
        "change_percent",
        Numeric,
        **said("전 거래일 대비, %. 전 거래일을 모르면 NULL", "Change, percent; NULL without the session before"),
    ),
    Column(
        "volume",
        BigInteger,
        **said(
            "price_date의 거래량, 주. 시세를 받지 않았으면 NULL", "Volume of price_date; NULL without stored prices"
        ),
    ),
    Column(
        "price_date",
        Date,
        **said("저장된 마지막 시세의 거래일. 없으면 NULL", "Session of the newest stored price; NULL without one"),
    ),
    Column("is_active", Boolean, nullable=False, **said("지금 상장되어 있는지", "Listed now")),
    *provenance(),
    **table_said(
        "한 행은 설정한 미국 ETF 하나(Alpha Vantage의 상장 목록에서)",
        "One row per wanted US exchange-traded fund, from Alpha Vantage's list",
        fills="us load, us prices",
        reads="us show",
    ),
)

alpha_vantage_financials = Table(
    "alpha_vantage_financials",
    metadata,
    Column("symbol", String(20), primary_key=True, **said("종목 기호", "Symbol")),
    Column("fiscal_date", Date, primary_key=True, **said("회계 기간의 마지막 날", "Last day of the fiscal period")),
    Column(
        "report_type",
        String(20),
        primary_key=True,
        **said("ANNUAL 1년, QUARTERLY 석 달", "ANNUAL, QUARTERLY (three months)"),
    ),
    Column(
        "currency", String(10), **said("보고 통화(ISO). 없으면 NULL", "Reported currency (ISO); NULL where not told")
    ),
    Column("revenue", Numeric, **said("매출액. 없으면 NULL", "Revenue; NULL where not told")),
    Column("cost_of_revenue", Numeric, **said("매출원가. 없으면 NULL", "Cost of revenue; NULL where not told")),
    Column("gross_profit", Numeric, **said("매출총이익. 없으면 NULL", "Gross profit; NULL where not told")),
    Column("operating_income", Numeric, **said("영업이익. 없으면 NULL", "Operating income; NULL where not told")),
    Column("net_income", Numeric, **said("당기순이익. 없으면 NULL", "Net income; NULL where not told")),
    Column("ebitda", Numeric, **said("EBITDA. 없으면 NULL", "EBITDA; NULL where not told")),
    Column("total_assets", Numeric, **said("자산총계. 없으면 NULL", "Total assets; NULL where not told")),
    Column("total_liabilities", Numeric, **said("부채총계. 없으면 NULL", "Total liabilities; NULL where not told")),
    Column("total_equity", Numeric, **said("자본총계. 없으면 NULL", "Shareholders' equity; NULL where not told")),
    Column(
        "cash_and_equivalents",
        Numeric,
        **said("현금및현금성자산. 없으면 NULL", "Cash and equivalents; NULL where not told"),
    ),
    Column("short_term_debt", Numeric, **said("단기차입금. 없으면 NULL", "Short-term debt; NULL where not told")),
    Column("long_term_debt", Numeric, **said("장기차입금. 없으면 NULL", "Long-term debt; NULL where not told")),
    Column(
        "operating_cash_flow",
        Numeric,
        **said("영업활동 현금흐름. 없으면 NULL", "Operating cash flow; NULL where not told"),
    ),
    Column(
        "investing_cash_flow",
        Numeric,
        **said("투자활동 현금흐름. 없으면 NULL", "Investing cash flow; NULL where not told"),
    ),
    Column(
        "financing_cash_flow",
        Numeric,
        **said("재무활동 현금흐름. 없으면 NULL", "Financing cash flow; NULL where not told"),
    ),
    *provenance(),
    CheckConstraint("report_type IN ('ANNUAL', 'QUARTERLY')", name="chk_alpha_vantage_report_type"),
    **table_said(
        "한 행은 미국 기업의 한 회계 기간: 손익, 재무상태, 현금흐름을 기간 말일로 합친 것. 보고 통화",
        "One row per US company and fiscal period: the three statements joined by period end, in the reported currency",
        fills="us load",
        reads="us show",
    ),
)

alpha_vantage_timeseries = Table(
    "alpha_vantage_timeseries",
    metadata,
    Column("symbol", String(20), primary_key=True, **said("종목 기호", "Symbol")),
    Column("date", Date, primary_key=True, **said("거래일(뉴욕)", "Session (New York)")),
    Column("open", Numeric, nullable=False, **said("시가", "Open")),
    Column("high", Numeric, nullable=False, **said("고가", "High")),
    Column("low", Numeric, nullable=False, **said("저가", "Low")),
    Column("close", Numeric, nullable=False, **said("종가", "Close")),
    Column("volume", BigInteger, nullable=False, **said("거래량, 주", "Volume, shares")),
    *provenance(),
    CheckConstraint("close > 0", name="chk_alpha_vantage_close_positive"),
    **table_said(
        "한 행은 미국 종목의 한 거래일, 조정하지 않은 시세. 상장 통화",
        "One row per US symbol and session: prices as traded, not adjusted, in the listing's currency",
        fills="us prices",
        reads="us show, us prices",
    ),
)
