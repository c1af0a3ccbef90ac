"""Who bought and sold each stock: KRX's page 투자자별 순매수상위종목 (MDCSTAT02401), asked once an investor group.

Page, form and fields are those of pykrx's own class; no recorded answer existed when this was written. Corporations
(기타법인) and other foreigners are not asked for: what the three bought net comes to about nothing, not to nothing.
"""

from datetime import date

from sqlalchemy import BigInteger, String

from foresto_cli.declared import PART, KrxPage, Page, daily_table, on_wire

investor_flow_daily = daily_table(
    "investor_flow_daily",
    "한 행은 한 종목, 한 거래일, 한 투자자 구분의 매매. 그 투자자가 매매하지 않은 종목은 없을 수 있다",
    "One row is what a group of investors traded of a stock on a session",
    on_wire("ticker", String(6), "ISU_SRT_CD", "종목코드, 여섯 자리", "Stock code, six characters", key=True),
    on_wire(
        "investor",
        String(12),
        PART,
        "투자자. FOREIGN 외국인, INSTITUTION 기관합계, INDIVIDUAL 개인",
        "Who",
        key=True,
    ),
    on_wire("sell_volume", BigInteger, "ASK_TRDVOL", "매도 거래량, 주", "Shares sold"),
    on_wire("buy_volume", BigInteger, "BID_TRDVOL", "매수 거래량, 주", "Shares bought"),
    on_wire("net_volume", BigInteger, "NETBID_TRDVOL", "순매수 거래량, 주", "Shares bought net"),
    on_wire("sell_value", BigInteger, "ASK_TRDVAL", "매도 거래대금, 원", "Sold, won"),
    on_wire("buy_value", BigInteger, "BID_TRDVAL", "매수 거래대금, 원", "Bought, won"),
    on_wire("net_value", BigInteger, "NETBID_TRDVAL", "순매수 거래대금, 원", "Bought net, won"),
    fills="flows load",
    reads="flows show",
)
GROUPS = {"FOREIGN": "9000", "INSTITUTION": "7050", "INDIVIDUAL": "8000"}
DATASET = KrxPage(
    name="flows",
    label="투자자별 매매",
    english="investor flows",
    table=investor_flow_daily,
    page=Page(
        "standard/MDCSTAT02401",
        "투자자별 순매수상위종목",
        form={"mktId": "ALL"},
        days=("strtDd", "endDd"),
        parts={name: {"invstTpCd": code} for name, code in GROUPS.items()},
    ),
    since=date(2001, 1, 2),
    needed="net_value",
    extra="flows",
    impossible=lambda row: (
        None
        if row["net_volume"] == row["buy_volume"] - row["sell_volume"]
        else "순매수가 매수에서 매도를 뺀 것이 아닙니다"
    ),
)
