"""Exchange-traded notes by trade date, through the OPEN API (service ``etp/etn_bydd_trd``).

Fields are those of the service's specification and of public answers of 2024-01-05; it was not asked live.
"""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import ByDay, OpenApi, daily_table, on_wire

etn_price_daily = daily_table(
    "etn_price_daily",
    "한 행은 한 ETN의 한 거래일",
    "One row is an ETN on a session",
    on_wire("ticker", String(12), "ISU_CD", "종목코드", "Code", key=True),
    on_wire("name", String(100), "ISU_NM", "종목명", "Name"),
    on_wire("close_price", Numeric, "TDD_CLSPRC", "종가, 원", "Close, won"),
    on_wire("price_change", Numeric, "CMPPREVDD_PRC", "전일 대비, 원", "Change, won"),
    on_wire("change_rate", Numeric, "FLUC_RT", "등락률, %", "Change, percent"),
    on_wire("open_price", Numeric, "TDD_OPNPRC", "시가, 원. 거래가 없으면 0", "Open, won; 0 without a trade"),
    on_wire("high_price", Numeric, "TDD_HGPRC", "고가, 원. 거래가 없으면 0", "High, won; 0 without a trade"),
    on_wire("low_price", Numeric, "TDD_LWPRC", "저가, 원. 거래가 없으면 0", "Low, won; 0 without a trade"),
    on_wire("volume", BigInteger, "ACC_TRDVOL", "거래량, 증권", "Volume, notes"),
    on_wire("trading_value", BigInteger, "ACC_TRDVAL", "거래대금, 원", "Value traded, won"),
    on_wire("market_cap", BigInteger, "MKTCAP", "시가총액, 원", "Market value, won"),
    on_wire("indicative_value", Numeric, "PER1SECU_INDIC_VAL", "지표가치(IV), 원/증권", "Indicative value a note, won"),
    on_wire("indicative_total", BigInteger, "INDIC_VAL_AMT", "지표가치총액, 원", "Indicative value in all, won"),
    on_wire("shares_outstanding", BigInteger, "LIST_SHRS", "상장증권수", "Listed notes"),
    on_wire("index_name", String(200), "IDX_IND_NM", "기초지수 이름", "Name of its index"),
    on_wire("index_close", Numeric, "OBJ_STKPRC_IDX", "기초지수 종가, 포인트", "Close of its index, points"),
)
DATASET = ByDay(
    name="etn",
    label="ETN 시세",
    english="ETN prices",
    table=etn_price_daily,
    service=OpenApi("etp/etn_bydd_trd", "ETN 일별매매정보"),
    since=date(2014, 11, 17),
    names=("가상 레버리지 ETN", "가상 인버스 2X ETN", "가상 원유 선물 ETN"),
)
