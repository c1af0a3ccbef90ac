"""How much of each stock foreigners hold: KRX's page 외국인보유량(개별종목) (MDCSTAT03701), one request for everybody.

When the page has a session is not known, so each is asked for a session later. Page, form and fields are pykrx's own;
no recorded answer existed when this was written.
"""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import KrxPage, Page, daily_table, on_wire

foreign_ownership_daily = daily_table(
    "foreign_ownership_daily",
    "한 행은 한 종목, 한 거래일의 외국인 보유. 다음 거래일에 받는다",
    "One row is what foreigners hold of a stock on a session; asked for a session later",
    on_wire("ticker", String(6), "ISU_SRT_CD", "종목코드, 여섯 자리", "Stock code, six characters", key=True),
    on_wire("shares", BigInteger, "LIST_SHRS", "상장주식수, 주", "Shares listed"),
    on_wire("held", BigInteger, "FORN_HD_QTY", "외국인 보유수량, 주", "Shares held by foreigners"),
    on_wire("held_share", Numeric, "FORN_SHR_RT", "외국인 지분율, %", "Of the shares listed, percent"),
    on_wire("limit_shares", BigInteger, "FORN_ORD_LMT_QTY", "외국인 한도수량, 주", "Shares that they may hold"),
    on_wire("limit_used", Numeric, "FORN_LMT_EXHST_RT", "외국인 한도소진률, %", "Of that limit, percent"),
)
DATASET = KrxPage(
    name="foreign-ownership",
    label="외국인 보유",
    english="foreign ownership",
    table=foreign_ownership_daily,
    page=Page(
        "standard/MDCSTAT03701",
        "외국인보유량(개별종목)",
        form={"searchType": "1", "mktId": "ALL", "isuLmtRto": "0"},
    ),
    since=date(2000, 1, 4),
    needed="held",
    lag=1,
    extra="foreign",
    impossible=lambda row: "외국인이 상장주식수보다 많이 보유합니다" if row["held"] > row["shares"] else None,
)
