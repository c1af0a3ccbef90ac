"""KRX emissions market (K-ETS): allowances and credits by trade date, OPEN API service ``gen/ets_bydd_trd``."""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import ByDay, OpenApi, daily_table, on_wire

emissions_price_daily = daily_table(
    "emissions_price_daily",
    "한 행은 KRX 배출권시장의 한 종목, 한 거래일. 가격은 1톤당 원",
    "One row is an instrument of the KRX emissions market on a session; prices in won a tonne",
    on_wire("ticker", String(12), "ISU_CD", "종목코드", "Code", key=True),
    on_wire("name", String(100), "ISU_NM", "종목명. KAU는 할당, KCU는 상쇄, KOC는 외부사업", "Name"),
    on_wire("close_price", Numeric, "TDD_CLSPRC", "종가, 원/톤. 거래가 없으면 마지막 종가", "Close, won a tonne"),
    on_wire("price_change", Numeric, "CMPPREVDD_PRC", "전일 대비, 원/톤", "Change, won a tonne"),
    on_wire("change_rate", Numeric, "FLUC_RT", "등락률, %", "Change, percent"),
    on_wire("open_price", Numeric, "TDD_OPNPRC", "시가, 원/톤. 거래가 없으면 0", "Open; 0 without a trade"),
    on_wire("high_price", Numeric, "TDD_HGPRC", "고가, 원/톤. 거래가 없으면 0", "High; 0 without a trade"),
    on_wire("low_price", Numeric, "TDD_LWPRC", "저가, 원/톤. 거래가 없으면 0", "Low; 0 without a trade"),
    on_wire("volume", BigInteger, "ACC_TRDVOL", "거래량, 톤", "Volume, tonnes"),
    on_wire("trading_value", BigInteger, "ACC_TRDVAL", "거래대금, 원", "Value traded, won"),
)
DATASET = ByDay(
    name="emissions",
    label="배출권 시세",
    english="emission allowances",
    table=emissions_price_daily,
    service=OpenApi("gen/ets_bydd_trd", "배출권 시장 일별매매정보"),
    since=date(2015, 1, 12),
    names=("KAU26", "KAU27", "KCU26", "KOC26-31"),
)
