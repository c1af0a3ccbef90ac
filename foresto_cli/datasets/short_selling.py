"""Short selling of each stock by trade date: KRX's page 개별종목 공매도 거래 (MDCSTAT30101), asked once a market.

Page, form and fields are those of pykrx's own class; no recorded answer existed when this was written.
"""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import PART, KrxPage, Page, daily_table, on_wire

short_selling_daily = daily_table(
    "short_selling_daily",
    "한 행은 한 종목, 한 거래일의 공매도 거래",
    "One row is what was sold short of a stock on a session",
    on_wire("ticker", String(6), "ISU_CD", "종목코드, 여섯 자리", "Stock code, six characters", key=True),
    on_wire("market", String(6), PART, "시장. KOSPI, KOSDAQ", "KOSPI or KOSDAQ"),
    on_wire("short_volume", BigInteger, "CVSRTSELL_TRDVOL", "공매도 거래량, 주", "Shares sold short"),
    on_wire("volume", BigInteger, "ACC_TRDVOL", "거래량, 주", "Volume, shares"),
    on_wire("volume_share", Numeric, "TRDVOL_WT", "거래량 가운데 공매도의 비중, %", "Of the volume, percent"),
    on_wire("short_value", BigInteger, "CVSRTSELL_TRDVAL", "공매도 거래대금, 원", "Sold short, won"),
    on_wire("trading_value", BigInteger, "ACC_TRDVAL", "거래대금, 원", "Value traded, won"),
    on_wire("value_share", Numeric, "TRDVAL_WT", "거래대금 가운데 공매도의 비중, %", "Of the value, percent"),
)
DATASET = KrxPage(
    name="short-selling",
    label="공매도 거래",
    english="short selling",
    table=short_selling_daily,
    page=Page(
        "srt/MDCSTAT30101",
        "개별종목 공매도 거래",
        answers="OutBlock_1",
        form={"inqCond": "STMFRTSCIFDRFS"},
        parts={"KOSPI": {"mktId": "STK"}, "KOSDAQ": {"mktId": "KSQ"}},
    ),
    since=date(2009, 1, 2),
    needed="short_volume",
    extra="short",
    impossible=lambda row: "공매도가 거래량보다 많습니다" if row["short_volume"] > row["volume"] else None,
)
