"""What the views in an analyst's terms say about themselves; their queries: :mod:`foresto_cli.store.more_views`."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Numeric, String, Table, Text

from foresto_cli.declared.said import said, table_said
from foresto_cli.store.tables.view_columns import VIEWS

__all__ = ["VIEWS"]

_WON_ADJUSTED = "이후의 분할·유무상증자 등을 반영, 원", "adjusted for later events, won"
_QUARTER = "석 달, 모르면 NULL", "the three months alone; NULL where not known"
_YEAR = "최근 12개월, 합할 수 없으면 NULL", "twelve months; NULL where they cannot be summed up"


def _number(name: str, korean: str, english: str) -> Column[Any]:
    return Column(name, Numeric, **said(korean, english))


_COMMON = ("종목코드(보통주)", "Stock code (of the common share)")

price_adjusted = Table(
    "price_adjusted",
    VIEWS,
    Column("ticker", String(6), **said("종목코드", "Stock code")),
    Column("trade_date", Date, **said("거래일", "Session")),
    _number(
        "open_price", f"시가, {_WON_ADJUSTED[0]}. 거래가 없던 날은 0", f"Open, {_WON_ADJUSTED[1]}; 0 without a trade"
    ),
    _number(
        "high_price", f"고가, {_WON_ADJUSTED[0]}. 거래가 없던 날은 0", f"High, {_WON_ADJUSTED[1]}; 0 without a trade"
    ),
    _number(
        "low_price", f"저가, {_WON_ADJUSTED[0]}. 거래가 없던 날은 0", f"Low, {_WON_ADJUSTED[1]}; 0 without a trade"
    ),
    _number(
        "close_price",
        f"종가, {_WON_ADJUSTED[0]}(stock_price_daily.adj_close_price). 계산 전이면 NULL",
        f"Close, {_WON_ADJUSTED[1]} (stock_price_daily.adj_close_price); NULL before it is computed",
    ),
    Column("volume", BigInteger, **said("거래량, 지금의 주식 수로", "Volume, in today's shares")),
    Column("trading_value", BigInteger, **said("거래대금, 원. 없으면 NULL", "Value traded, won; or NULL")),
    _number("change_rate", "등락률, %. 없으면 NULL", "Change, percent; or NULL"),
    Column("market_cap", BigInteger, **said("시가총액, 원. 없으면 NULL", "Market value, won; or NULL")),
    _number("factor", "그날의 가격에 곱한 값", "What the day's prices were multiplied by"),
    Column("is_halted", Boolean, **said("거래정지로 보이는지", "Looks halted")),
    Column("quality_flag", String(12), **said("NORMAL, PROVISIONAL, ADJUSTED", "NORMAL, PROVISIONAL, ADJUSTED")),
    Column("price_basis", String(8), **said("REGULAR, EXTENDED", "REGULAR, EXTENDED")),
    **table_said(
        "한 행은 한 종목의 한 거래일, 수정주가로. 현금배당은 반영하지 않는다",
        "One row per stock and session, adjusted for splits and the like; cash dividends are not taken out",
        fills="prices incremental, prices load, prices repair",
        reads="sql",
    ),
)

statement_quarter = Table(
    "statement_quarter",
    VIEWS,
    Column("ticker", String(6), **said(*_COMMON)),
    Column("fs_div", String(3), **said("CFS 연결, OFS 별도", "CFS consolidated, OFS separate")),
    Column("fiscal_year", Integer, **said("사업연도", "Fiscal year")),
    Column("fiscal_quarter", Integer, **said("1부터 4", "1 to 4")),
    Column("period_start", Date, **said("석 달의 첫날", "First day of the three months")),
    Column("period_end", Date, **said("석 달의 마지막 날", "Last day of the three months")),
    Column("currency", String(3), **said("금액의 통화(ISO)", "Currency of the amounts (ISO)")),
    Column("is_financial", Boolean, **said("금융회사인지", "Whether a bank, insurer or the like")),
    _number("revenue", f"매출액, {_QUARTER[0]}", f"Revenue of {_QUARTER[1]}"),
    _number("operating_income", f"영업이익, {_QUARTER[0]}", f"Operating income of {_QUARTER[1]}"),
    _number("net_income", f"당기순이익, {_QUARTER[0]}", f"Net income of {_QUARTER[1]}"),
    _number("owners_net_income", f"지배주주 순이익, {_QUARTER[0]}", f"Net income of the owners of {_QUARTER[1]}"),
    _number("operating_cash_flow", f"영업활동 현금흐름, {_QUARTER[0]}", f"Operating cash flow of {_QUARTER[1]}"),
    _number("investing_cash_flow", f"투자활동 현금흐름, {_QUARTER[0]}", f"Investing cash flow of {_QUARTER[1]}"),
    _number("financing_cash_flow", f"재무활동 현금흐름, {_QUARTER[0]}", f"Financing cash flow of {_QUARTER[1]}"),
    _number("total_assets", "자산총계, 기말. 없으면 NULL", "Total assets at the end; or NULL"),
    _number("total_liabilities", "부채총계, 기말. 없으면 NULL", "Total liabilities at the end; or NULL"),
    _number("total_equity", "자본총계, 기말. 없으면 NULL", "Total equity at the end; or NULL"),
    _number("owners_equity", "지배주주 지분, 기말. 없으면 NULL", "Equity of the owners at the end; or NULL"),
    Column(
        "rcept_no", String(14), **said("그 기간의 가장 새 정정본의 접수번호", "Receipt number of the newest version")
    ),
    Column("known_from", Date, **said("이 값이 알려진 날(접수일)", "Day of receipt from which the values were known")),
    **table_said(
        "한 행은 종목, 연결·별도, 분기 하나: 석 달만의 금액. 4분기는 사업보고서에서 3분기 누적을 뺀 것",
        "One row per stock, basis and quarter: the three months alone; the fourth is the year less nine months",
        fills="dart financials",
        reads="sql",
    ),
)

statement_ttm = Table(
    "statement_ttm",
    VIEWS,
    Column("ticker", String(6), **said(*_COMMON)),
    Column("period_end", Date, **said("12개월의 마지막 날", "Last day of the twelve months")),
    Column("fs_div", String(3), **said("CFS 연결, 없으면 OFS 별도", "CFS consolidated, else OFS separate")),
    Column("fiscal_year", Integer, **said("사업연도", "Fiscal year")),
    Column("fiscal_quarter", Integer, **said("1, 2(반기), 3, 4(사업보고서)", "1, 2 (half-year), 3, 4 (annual)")),
    Column("currency", String(3), **said("금액의 통화(ISO)", "Currency of the amounts (ISO)")),
    Column("is_financial", Boolean, **said("금융회사인지", "Whether a bank, insurer or the like")),
    _number("revenue", f"매출액, {_YEAR[0]}", f"Revenue of {_YEAR[1]}"),
    _number("operating_income", f"영업이익, {_YEAR[0]}", f"Operating income of {_YEAR[1]}"),
    _number("net_income", f"당기순이익, {_YEAR[0]}", f"Net income of {_YEAR[1]}"),
    _number("owners_net_income", f"지배주주 순이익, {_YEAR[0]}", f"Net income of the owners of {_YEAR[1]}"),
    _number("total_assets", "자산총계, 기말. 없으면 NULL", "Total assets at the end; or NULL"),
    _number("total_equity", "자본총계, 기말. 없으면 NULL", "Total equity at the end; or NULL"),
    _number("owners_equity", "지배주주 지분, 기말. 없으면 NULL", "Equity of the owners at the end; or NULL"),
    _number("roe", "순이익 ÷ 자본, %. 알면 지배주주 기준", "Income / equity, percent, the owners' where known"),
    _number("operating_margin", "영업이익 ÷ 매출액, %. 없으면 NULL", "Operating income / revenue, percent; or NULL"),
    _number("net_margin", "순이익 ÷ 매출액, %. 없으면 NULL", "Net income / revenue, percent; or NULL"),
    Column(
        "rcept_no", String(14), **said("그 기간의 가장 새 정정본의 접수번호", "Receipt number of the newest version")
    ),
    Column("rcept_dt", Date, **said("접수일: 이날부터 알려진 값", "Day of receipt, from which it was known")),
    Column("reason", Text, **said("12개월이 없는 사유. 있으면 NULL", "Why there are no twelve months; or NULL")),
    **table_said(
        "한 행은 종목의 한 보고 기간: 그 말일까지 12개월의 합, 연결이 별도보다 먼저",
        "One row per stock and period: sums of the twelve months up to its end, consolidated before separate",
        fills="dart financials",
        reads="sql",
    ),
)

valuation_daily = Table(
    "valuation_daily",
    VIEWS,
    Column("ticker", String(6), **said("종목코드", "Stock code")),
    Column("trade_date", Date, **said("거래일", "Session")),
    _number("close_price", "종가, 원", "Close, won"),
    Column("market_cap", BigInteger, **said("시가총액, 원. 없으면 NULL", "Market value, won; or NULL")),
    _number(
        "per",
        "PER, 배: 모든 종류주의 시가 ÷ 12개월 순이익. 손실이거나 그날 모르던 것이면 NULL",
        "PER: price of all classes / income of twelve months; NULL after a loss or where not known on the day",
    ),
    _number("pbr", "PBR, 배: 모든 종류주의 시가 ÷ 자본. 없으면 NULL", "PBR: price of all classes / equity; or NULL"),
    _number("psr", "PSR, 배: 모든 종류주의 시가 ÷ 12개월 매출액. 없으면 NULL", "PSR: likewise / revenue; or NULL"),
    _number(
        "dividend_yield",
        "배당수익률, %: 마지막으로 보고된 사업연도의 주당 현금배당 ÷ 종가. 확실하지 않으면 NULL",
        "Dividend yield, percent: cash a share of the last reported fiscal year / close; NULL unless certain",
    ),
    Column(
        "income_basis", String(8), **said("OWNERS, TOTAL, SEPARATE. 없으면 NULL", "OWNERS, TOTAL, SEPARATE; or NULL")
    ),
    Column("period_end", Date, **said("그날 알던 재무제표의 말일. 없으면 NULL", "End of the statement known; or NULL")),
    Column("dividend_year", Integer, **said("배당의 사업연도. 없으면 NULL", "Fiscal year of the dividend; or NULL")),
    Column("known_from", Date, **said("그 값이 알려진 날. 없으면 NULL", "Day from which that was known; or NULL")),
    **table_said(
        "한 행은 한 종목의 한 거래일: 그날까지 접수된 것만으로 셈한 PER, PBR, PSR, 배당수익률",
        "One row per stock and session: PER, PBR, PSR, dividend yield by what had been received until that day",
        fills="prices incremental, stocks load, dart financials, dart dividends",
        reads="sql",
    ),
)
