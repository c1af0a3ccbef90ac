"""KRX gold market: the price of one gram by trade date, through the OPEN API (service ``gen/gold_bydd_trd``)."""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import ByDay, OpenApi, daily_table, on_wire

gold_price_daily = daily_table(
    "gold_price_daily",
    "한 행은 KRX 금시장의 한 종목, 한 거래일. 가격은 1g당 원",
    "One row is an instrument of the KRX gold market on a session; prices in won a gram",
    on_wire("ticker", String(12), "ISU_CD", "종목코드", "Code", key=True),
    on_wire("name", String(100), "ISU_NM", "종목명", "Name"),
    on_wire("close_price", Numeric, "TDD_CLSPRC", "종가, 원/g", "Close, won a gram"),
    on_wire("price_change", Numeric, "CMPPREVDD_PRC", "전일 대비, 원/g", "Change, won a gram"),
    on_wire("change_rate", Numeric, "FLUC_RT", "등락률, %", "Change, percent"),
    on_wire("open_price", Numeric, "TDD_OPNPRC", "시가, 원/g. 거래가 없으면 0", "Open, won a gram; 0 without a trade"),
    on_wire("high_price", Numeric, "TDD_HGPRC", "고가, 원/g. 거래가 없으면 0", "High, won a gram; 0 without a trade"),
    on_wire("low_price", Numeric, "TDD_LWPRC", "저가, 원/g. 거래가 없으면 0", "Low, won a gram; 0 without a trade"),
    on_wire("volume", BigInteger, "ACC_TRDVOL", "거래량, g", "Volume, grams"),
    on_wire("trading_value", BigInteger, "ACC_TRDVAL", "거래대금, 원", "Value traded, won"),
)
DATASET = ByDay(
    name="gold",
    label="금 시세",
    english="gold prices",
    table=gold_price_daily,
    service=OpenApi("gen/gold_bydd_trd", "금시장 일별매매정보"),
    since=date(2014, 3, 24),
    names=("금 99.99_1kg", "미니금 99.99_100g"),
)
