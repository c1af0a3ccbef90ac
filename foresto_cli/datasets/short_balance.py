"""What is sold short and not yet bought back: KRX's page 개별종목 공매도 잔고 (MDCSTAT30501), asked once a market.

Balances are reported with a delay: the page has a session two sessions later. Page, form and fields are pykrx's
own; no recorded answer existed when this was written.
"""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import PART, KrxPage, Page, daily_table, on_wire

short_balance_daily = daily_table(
    "short_balance_daily",
    "한 행은 한 종목, 한 거래일의 공매도 잔고. 두 거래일 뒤에 나온다",
    "One row is the balance sold short of a stock on a session; known two sessions later",
    on_wire("ticker", String(6), "ISU_CD", "종목코드, 여섯 자리", "Stock code, six characters", key=True),
    on_wire("market", String(6), PART, "시장. KOSPI, KOSDAQ", "KOSPI or KOSDAQ"),
    on_wire("balance", BigInteger, "BAL_QTY", "공매도 잔고, 주", "Shares sold short and not bought back"),
    on_wire("shares", BigInteger, "LIST_SHRS", "상장주식수, 주", "Shares listed"),
    on_wire("balance_value", BigInteger, "BAL_AMT", "공매도 잔고 금액, 원", "Balance, won"),
    on_wire("market_cap", BigInteger, "MKTCAP", "시가총액, 원", "Market value, won"),
    on_wire("balance_share", Numeric, "BAL_RTO", "상장주식수 가운데 잔고의 비중, %", "Of the shares listed, percent"),
)
DATASET = KrxPage(
    name="short-balance",
    label="공매도 잔고",
    english="short balances",
    table=short_balance_daily,
    page=Page(
        "srt/MDCSTAT30501",
        "개별종목 공매도 잔고",
        answers="OutBlock_1",
        parts={"KOSPI": {"mktTpCd": "1"}, "KOSDAQ": {"mktTpCd": "2"}},
    ),
    since=date(2016, 6, 30),
    needed="balance",
    lag=2,
    extra="short",
    impossible=lambda row: "잔고가 상장주식수보다 많습니다" if row["balance"] > row["shares"] else None,
)
