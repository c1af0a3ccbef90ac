"""KRX's own fundamentals by trade date (MDCSTAT03501, PER/PBR/배당수익률): KOSPI and KOSDAQ, on the last annual report.

EPS and PER are ``-`` after a loss, BPS and PBR without equity, all four of preferred shares; the dividend is 0 where
none is paid. Compared with a recorded page of 2021-01-08.
"""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import KrxPage, Page, daily_table, on_wire

krx_fundamental_daily = daily_table(
    "krx_fundamental_daily",
    "한 행은 한국거래소가 셈한 한 종목, 한 거래일의 주당 지표. 마지막 사업보고서가 바탕이다",
    "One row is a stock on a session, with the exchange's own ratios by the last annual report",
    on_wire("ticker", String(6), "ISU_SRT_CD", "종목코드, 여섯 자리", "Stock code, six characters", key=True),
    on_wire("market", String(3), "MKT_ID", "시장. STK는 유가증권, KSQ는 코스닥", "STK is KOSPI, KSQ is KOSDAQ"),
    on_wire("close_price", Numeric, "TDD_CLSPRC", "종가, 원. 16시부터는 애프터마켓 가격일 수 있다", "Close, won"),
    on_wire("price_change", Numeric, "CMPPREVDD_PRC", "기준가 대비, 원", "Change against the base price, won"),
    on_wire("change_rate", Numeric, "FLUC_RT", "등락률, %", "Change, percent"),
    on_wire("eps", Numeric, "EPS", "주당순이익(EPS), 원. 적자면 NULL", "Earnings a share, won; NULL after a loss"),
    on_wire("per", Numeric, "PER", "주가수익비율(PER), 배. 적자면 NULL", "Price / earnings; NULL after a loss"),
    on_wire("forward_eps", Numeric, "FWD_EPS", "추정 EPS, 원", "Forward EPS, won"),
    on_wire("forward_per", Numeric, "FWD_PER", "추정 PER, 배", "Forward PER"),
    on_wire("bps", Numeric, "BPS", "주당순자산(BPS), 원", "Book value a share, won"),
    on_wire("pbr", Numeric, "PBR", "주가순자산비율(PBR), 배", "Price / book value"),
    on_wire("dps", BigInteger, "DPS", "주당배당금, 원. 배당이 없으면 0", "Dividend a share, won; 0 without one"),
    on_wire("dividend_yield", Numeric, "DVD_YLD", "배당수익률, %", "Dividend yield, percent"),
    fills="fundamentals load",
    reads="fundamentals show, prices fundamentals, verify weekly",
)
DATASET = KrxPage(
    name="fundamentals",
    label="거래소 지표",
    english="the exchange's own ratios",
    table=krx_fundamental_daily,
    page=Page("standard/MDCSTAT03501", "PER/PBR/배당수익률(개별종목)", form={"mktId": "ALL"}),
    since=date(2001, 1, 2),
    chain="weekday",
    is_default=True,
)
