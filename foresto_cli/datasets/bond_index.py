"""KRX bond indices by trade date, through the OPEN API (service ``idx/bon_dd_trd``): three, with five levels each."""

from datetime import date

from sqlalchemy import Numeric, String

from foresto_cli.declared import ByDay, OpenApi, daily_table, on_wire

bond_index_daily = daily_table(
    "bond_index_daily",
    "한 행은 한 채권지수, 한 거래일",
    "One row is a bond index on a session",
    on_wire("index_name", String(100), "BND_IDX_GRP_NM", "지수명", "Index", key=True),
    on_wire("total_return", Numeric, "TOT_EARNG_IDX", "총수익지수", "Total return index"),
    on_wire("total_return_change", Numeric, "TOT_EARNG_IDX_CMPPREVDD", "총수익지수 전일 대비", "Its change"),
    on_wire("net_price", Numeric, "NETPRC_IDX", "순가격지수", "Clean price index"),
    on_wire("net_price_change", Numeric, "NETPRC_IDX_CMPPREVDD", "순가격지수 전일 대비", "Its change"),
    on_wire("zero_reinvested", Numeric, "ZERO_REINVST_IDX", "제로재투자지수", "Zero reinvestment index"),
    on_wire("zero_reinvested_change", Numeric, "ZERO_REINVST_IDX_CMPPREVDD", "제로재투자지수 전일 대비", "Its change"),
    on_wire("call_reinvested", Numeric, "CALL_REINVST_IDX", "콜재투자지수", "Call reinvestment index"),
    on_wire("call_reinvested_change", Numeric, "CALL_REINVST_IDX_CMPPREVDD", "콜재투자지수 전일 대비", "Its change"),
    on_wire("market_price", Numeric, "MKT_PRC_IDX", "시장가격지수", "Market price index"),
    on_wire("market_price_change", Numeric, "MKT_PRC_IDX_CMPPREVDD", "시장가격지수 전일 대비", "Its change"),
    on_wire("duration", Numeric, "AVG_DURATION", "평균 듀레이션, 년", "Average duration, years"),
    on_wire("convexity", Numeric, "AVG_CONVEXITY_PRC", "평균 볼록성", "Average convexity"),
    on_wire("yield_to_maturity", Numeric, "BND_IDX_AVG_YD", "평균 만기수익률(YTM), %", "Average yield, percent"),
)
DATASET = ByDay(
    name="bond-index",
    label="채권지수",
    english="bond indices",
    table=bond_index_daily,
    service=OpenApi("idx/bon_dd_trd", "채권지수 시세정보"),
    since=date(2010, 1, 4),
    needed="total_return",
    names=("KRX채권지수", "KTB지수", "국고채프라임지수"),
)
