"""Equity-linked warrants by trade date, through the OPEN API (service ``etp/elw_bydd_trd``).

Fields are those of the service's specification and of public answers of 2024-01-05; it was not asked live.
"""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import ByDay, OpenApi, daily_table, on_wire

elw_price_daily = daily_table(
    "elw_price_daily",
    "한 행은 한 ELW의 한 거래일. 3천 종목이 넘어 하루가 곧 수천 행",
    "One row is an ELW on a session; there are thousands of them",
    on_wire("ticker", String(12), "ISU_CD", "종목코드", "Code", key=True),
    on_wire("name", String(100), "ISU_NM", "종목명", "Name"),
    on_wire("close_price", Numeric, "TDD_CLSPRC", "종가, 원", "Close, won"),
    on_wire("price_change", Numeric, "CMPPREVDD_PRC", "전일 대비, 원", "Change, won"),
    on_wire("open_price", Numeric, "TDD_OPNPRC", "시가, 원. 거래가 없으면 0", "Open, won; 0 without a trade"),
    on_wire("high_price", Numeric, "TDD_HGPRC", "고가, 원. 거래가 없으면 0", "High, won; 0 without a trade"),
    on_wire("low_price", Numeric, "TDD_LWPRC", "저가, 원. 거래가 없으면 0", "Low, won; 0 without a trade"),
    on_wire("volume", BigInteger, "ACC_TRDVOL", "거래량, 증권", "Volume, warrants"),
    on_wire("trading_value", BigInteger, "ACC_TRDVAL", "거래대금, 원", "Value traded, won"),
    on_wire("market_cap", BigInteger, "MKTCAP", "시가총액, 원", "Market value, won"),
    on_wire("shares_outstanding", BigInteger, "LIST_SHRS", "상장증권수", "Listed warrants"),
    on_wire("underlying_name", String(100), "ULY_NM", "기초자산 이름", "Name of the underlying"),
    on_wire("underlying_close", Numeric, "ULY_PRC", "기초자산 종가, 원이나 포인트", "Close of it, won or points"),
    on_wire("underlying_change", Numeric, "CMPPREVDD_PRC_ULY", "기초자산 전일 대비", "Change of it"),
    on_wire("underlying_change_rate", Numeric, "FLUC_RT_ULY", "기초자산 등락률, %", "Change of it, percent"),
)
DATASET = ByDay(
    name="elw",
    label="ELW 시세",
    english="ELW prices",
    table=elw_price_daily,
    service=OpenApi("etp/elw_bydd_trd", "ELW 일별매매정보"),
    since=date(2010, 1, 4),
    names=("가상1콜", "가상2풋", "가상3콜"),
)
