"""KRX derivatives indices by trade date (futures, options and V-KOSPI, strategies), OPEN API ``idx/drvprod_dd_trd``."""

from datetime import date

from sqlalchemy import Numeric, String

from foresto_cli.declared import ByDay, OpenApi, daily_table, on_wire

derivatives_index_daily = daily_table(
    "derivatives_index_daily",
    "한 행은 한 파생상품지수, 한 거래일. 코스피 200 변동성지수(V-KOSPI)도 여기에 있다",
    "One row is a derivatives index on a session; V-KOSPI is one of them",
    on_wire("index_name", String(200), "IDX_NM", "지수명", "Index", key=True),
    on_wire("index_class", String(50), "IDX_CLSS", "계열: 선물지수, 옵션지수, 전략지수, 상품지수", "Class"),
    on_wire("close_price", Numeric, "CLSPRC_IDX", "종가", "Close"),
    on_wire("price_change", Numeric, "CMPPREVDD_IDX", "전일 대비", "Change"),
    on_wire("change_rate", Numeric, "FLUC_RT", "등락률, %", "Change, percent"),
    on_wire("open_price", Numeric, "OPNPRC_IDX", "시가(장중에 산출하는 지수만)", "Open, if made intraday"),
    on_wire("high_price", Numeric, "HGPRC_IDX", "고가", "High"),
    on_wire("low_price", Numeric, "LWPRC_IDX", "저가", "Low"),
)
DATASET = ByDay(
    name="derivatives-index",
    label="파생상품지수",
    english="derivatives indices",
    table=derivatives_index_daily,
    service=OpenApi("idx/drvprod_dd_trd", "파생상품지수 시세정보"),
    since=date(2010, 1, 4),
    names=("미국달러선물지수", "코스피200선물지수", "코스피 200 변동성지수"),
)
