"""Records of ETFs as rows: KRX's list and Naver's, and a session as the OPEN API, KRX's page and FSC have it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from foresto_cli.collecting import readers
from foresto_cli.collecting.loader import Answer
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fdr, fsc, krx, krx_openapi

ACTIVE = "액티브"
OTHER = "기타"
NAVER_CATEGORIES = {
    "1": "국내 시장지수",
    "2": "국내 업종·테마",
    "3": "국내 파생",
    "4": "해외 주식",
    "5": "원자재",
    "6": "채권",
    "7": OTHER,
}
"""Other codes are kept as 기타."""
CODES = ("ISU_SRT_CD", "ISU_CD", "Symbol", "srtnCd")
"""Where the sources have the six-letter code; the first that a record has."""
PRICES = {
    "open_price": "TDD_OPNPRC",
    "high_price": "TDD_HGPRC",
    "low_price": "TDD_LWPRC",
    "close_price": "TDD_CLSPRC",
    "price_change": "CMPPREVDD_PRC",
    "change_rate": "FLUC_RT",
    "nav": "NAV",
    "volume": "ACC_TRDVOL",
    "trading_value": "ACC_TRDVAL",
    "market_cap": "MKTCAP",
    "net_assets": "INVSTASST_NETASST_TOTAMT",
    "shares_outstanding": "LIST_SHRS",
    "index_close": "OBJ_STKPRC_IDX",
}
FIELDS = {
    krx_openapi.SOURCE_ID: {"ticker": "ISU_CD", "name": "ISU_NM", "index_name": "IDX_IND_NM", **PRICES},
    krx.SOURCE_ID: {"ticker": "ISU_SRT_CD", "name": "ISU_ABBRV", "index_name": "IDX_IND_NM", **PRICES},
    fsc.SOURCE_ID: {
        "ticker": "srtnCd",
        "name": "itmsNm",
        "index_name": "bssIdxIdxNm",
        "open_price": "mkp",
        "high_price": "hipr",
        "low_price": "lopr",
        "close_price": "clpr",
        "price_change": "vs",
        "change_rate": "fltRt",
        "nav": "nav",
        "volume": "trqu",
        "trading_value": "trPrc",
        "market_cap": "mrktTotAmt",
        "net_assets": "nPptTotAmt",
        "shares_outstanding": "stLstgCnt",
        "index_close": "bssIdxClpr",
    },
}
"""Source → column → where it stands on the wire."""
ZERO_IS_NONE = ("nav", "net_assets")
"""No fund is worth nothing: the sources write 0 of what they do not have."""

Record = Mapping[str, Any]


def list_row(record: Record) -> Row:
    """Return one fund of KRX's list; category is the exchange's market and asset class, the fee percent a year."""
    return {
        "ticker": record["ISU_SRT_CD"],
        "isin": record["ISU_CD"],
        "name": record["ISU_ABBRV"],
        "category": f"{record['IDX_MKT_CLSS_NM']} {record['IDX_ASST_CLSS_NM']}",
        "index_name": record["ETF_OBJ_IDX_NM"],
        "leverage": record["IDX_CALC_INST_NM2"],
        "is_actively_managed": ACTIVE in record["ETF_REPLICA_METHD_TP_CD"],
        "manager": record["COM_ABBRV"],
        "expense_ratio": readers.number(record["ETF_TOT_FEE"]),
        "listing_date": readers.day(record["LIST_DD"]),
        "shares": readers.number(record["LIST_SHRS"]),
        "is_active": True,
        "source_id": krx.SOURCE_ID,
    }


def naver_row(record: Record, day: date) -> Row:
    """Return one fund of Naver's list: what it knows, prices of the moment."""
    return {
        "ticker": record["Symbol"],
        "name": record["Name"],
        "category": NAVER_CATEGORIES.get(str(record["Category"]).removesuffix(".0"), OTHER),
        "current_price": readers.number(record["Price"]),
        "nav": readers.number(record["NAV"]) or None,
        "price_date": day,
        "is_active": True,
        "source_id": fdr.SOURCE_ID,
    }


def price_row(record: Record, day: date, source_id: str = krx.SOURCE_ID) -> Row:
    """Return one fund's session; net_assets (순자산총액) in won, NULL like the NAV where the source writes 0."""
    fields = FIELDS[source_id]
    values = {name: readers.number(record[fields[name]]) for name in PRICES}
    return {
        "ticker": record[fields["ticker"]],
        "trade_date": day,
        **values,
        **{name: values[name] or None for name in ZERO_IS_NONE},
        "source_id": source_id,
    }


def named(record: Record, source_id: str) -> Row:
    """Return what a session says of a fund that no list has brought yet."""
    fields = FIELDS[source_id]
    return {name: record[fields[name]] for name in ("ticker", "name", "index_name")}


def each(answer: Answer, row_of: Callable[[Record], Row]) -> list[Row]:
    """Return a row for every record; of one that cannot be read only the code, so that it is left out by name.

    Raises:
        BadPayload: none can be read.
    """
    read: list[Row | None] = []
    failure: Exception | None = None
    for record in answer.payload:
        try:
            read.append(row_of(record))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            failure = failure or error
            read.append(None)
    columns = next((list(row) for row in read if row is not None), None)
    if columns is None and failure is not None:
        raise BadPayload(f"{answer.unit.label}에 없거나 읽을 수 없는 항목이 있습니다({failure}).")
    return [
        {**dict.fromkeys(columns or []), "ticker": code_of(record)} if row is None else row
        for row, record in zip(read, answer.payload, strict=True)
    ]


def code_of(record: Record) -> str:
    """Return the code of a record that cannot be read otherwise; empty when it has none."""
    return str(next((record[name] for name in CODES if name in record), ""))
