"""How the answers of each price source become rows of ``stock_price_daily``. Pure: no network, no database.

All rows have the same columns: won for prices, shares for volumes, percent for ``change_rate``. ``prev_close`` is the
official base price (기준가), close minus change; on an ordinary day it is the regular close of the session before.
``price_basis`` and ``quality_flag`` are those of an official source; :mod:`foresto_cli.datasets.prices.days` marks the
rows of the others.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from foresto_cli.collecting.readers import is_measured, number
from foresto_cli.errors import BadPayload
from foresto_cli.regimes import AFTER_MARKET_SINCE
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fdr, fsc, krx, krx_openapi, naver

CODE_LENGTH = 6
"""Of a short code of KRX."""
Record = Mapping[str, Any]

MARKETS = {"STK": "KOSPI", "KSQ": "KOSDAQ", "KNX": "KONEX"}
"""KRX's market ids. ``MKT_NM`` also says "KOSDAQ GLOBAL", a segment of KOSDAQ."""

MARKET_NAMES = {"KOSPI": "KOSPI", "KOSDAQ": "KOSDAQ", "KOSDAQ GLOBAL": "KOSDAQ", "KONEX": "KONEX"}

KRX_FIELDS = {
    "ticker": "ISU_SRT_CD",
    "name": "ISU_ABBRV",
    "open_price": "TDD_OPNPRC",
    "high_price": "TDD_HGPRC",
    "low_price": "TDD_LWPRC",
    "close_price": "TDD_CLSPRC",
    "price_change": "CMPPREVDD_PRC",
    "change_rate": "FLUC_RT",
    "volume": "ACC_TRDVOL",
    "trading_value": "ACC_TRDVAL",
    "market_cap": "MKTCAP",
    "shares_outstanding": "LIST_SHRS",
    "designation": "SECT_TP_NM",
}
OPENAPI_FIELDS = KRX_FIELDS | {"ticker": "ISU_CD", "name": "ISU_NM"}
FDR_FIELDS = {
    "ticker": "Code",
    "name": "Name",
    "open_price": "Open",
    "high_price": "High",
    "low_price": "Low",
    "close_price": "Close",
    "price_change": "Changes",
    "change_rate": "ChagesRatio",
    "volume": "Volume",
    "trading_value": "Amount",
    "market_cap": "Marcap",
    "shares_outstanding": "Stocks",
    "designation": "Dept",
}
FSC_FIELDS = {
    "ticker": "srtnCd",
    "name": "itmsNm",
    "open_price": "mkp",
    "high_price": "hipr",
    "low_price": "lopr",
    "close_price": "clpr",
    "price_change": "vs",
    "change_rate": "fltRt",
    "volume": "trqu",
    "trading_value": "trPrc",
    "market_cap": "mrktTotAmt",
    "shares_outstanding": "lstgStCnt",
}
FSC_MARKETS = {name: name for name in MARKETS.values()}
VOLUMES = ("ACC_TRDVOL", "Volume", "trqu")
"""What the sources call the volume of a day."""
NUMBERS = [name for name in KRX_FIELDS if name not in {"ticker", "name", "designation"}]
REGULAR, EXTENDED = "REGULAR", "EXTENDED"
"""``price_basis``: the regular session's numbers, or numbers that may run on to the after-market's last trade."""
DESIGNATIONS = ("관리종목", "투자주의환기종목")
"""What 소속부 says instead of a section when KRX warns of a stock; for KOSPI it says nothing."""


def from_krx(records: Sequence[Record], day: date) -> list[Row]:
    """Return the rows of MDCSTAT01501 (전종목 시세).

    Raises:
        BadPayload: a field is missing or not a number.
    """
    return _rows(records, KRX_FIELDS, lambda record: MARKETS[record["MKT_ID"]], krx.SOURCE_ID, day)


def from_openapi(records: Sequence[Record], day: date) -> list[Row]:
    """Return the rows of the OPEN API's daily trading services; the market is that of the service that gave them.

    Raises:
        BadPayload: as :func:`from_krx`.
    """
    return _rows(records, OPENAPI_FIELDS, _service_market, krx_openapi.SOURCE_ID, day)


def from_fdr(records: Sequence[Record], day: date) -> list[Row]:
    """Return the rows of FinanceDataReader's listing file.

    Raises:
        BadPayload: as :func:`from_krx`.
    """
    return _rows(records, FDR_FIELDS, lambda record: MARKETS[record["MarketId"]], fdr.SOURCE_ID, day)


def from_fsc(records: Sequence[Record], day: date) -> list[Row]:
    """Return the rows of FSC's stock prices.

    Raises:
        BadPayload: as :func:`from_krx`.
    """
    return _rows(records, FSC_FIELDS, lambda record: FSC_MARKETS[record["mrktCtg"]], fsc.SOURCE_ID, day)


def from_naver(ticker: str, bars: Sequence[naver.Bar], days: frozenset[date]) -> list[Row]:
    """Return the bars of ``ticker`` on ``days``; adjusted prices, so neither value, shares nor base price are known."""
    unknown = dict.fromkeys(
        ["trading_value", "market_cap", "shares_outstanding", "prev_close", "price_change", "change_rate"]
    )
    return [
        {
            "ticker": ticker,
            "trade_date": day,
            "open_price": opened,
            "high_price": high,
            "low_price": low,
            "close_price": close,
            "volume": volume,
            **unknown,
            "adj_close_price": close,
            "is_halted": volume == 0 and opened == 0,
            "quality_flag": "ADJUSTED",
            "price_basis": REGULAR if day < AFTER_MARKET_SINCE else EXTENDED,
            "source_id": naver.SOURCE_ID,
        }
        for day, opened, high, low, close, volume in bars
        if day in days
    ]


def after_market_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of ``after_market_daily`` of the stocks that trade after hours: KOSPI's and KOSDAQ's."""
    return [
        {
            "ticker": row["ticker"],
            "trade_date": row["trade_date"],
            "close_price": row["close_price"],
            "total_volume": row["volume"],
            "total_value": row["trading_value"],
            "source_id": row["source_id"],
        }
        for row in rows
        if row["price_basis"] == EXTENDED and row["volume"] and row["market"] != "KONEX"
    ]


def nobody_traded(records: Sequence[Record]) -> bool:
    """Say whether an answer has no trade at all: a holiday, a market not open yet, or numbers not published.

    KRX then sends every stock with ``-``, or with zeros; the OPEN API and FSC send no row.

    Raises:
        BadPayload: a volume is not a number.
    """
    try:
        return all(number(record.get(name)) in {None, 0} for record in records for name in VOLUMES)
    except ValueError as error:
        raise BadPayload(f"거래량에 숫자가 아닌 값이 있습니다({error}).") from None


def impossible(row: Row) -> str | None:
    """Say what no row of the exchange can have, or None (rules of the tables, DQ-001, DQ-002)."""
    ticker = row["ticker"]
    if len(ticker) != CODE_LENGTH or not ticker.isascii() or not ticker.isalnum() or ticker.upper() != ticker:
        return "종목코드가 여섯 자리 영숫자가 아닙니다"
    if row["close_price"] is None or row["close_price"] <= 0:
        return "종가가 없거나 0 이하입니다"
    if row["volume"] is None or row["volume"] < 0:
        return "거래량이 없거나 음수입니다"
    if any(row[name] is None or row[name] < 0 for name in ("open_price", "high_price", "low_price")):
        return "시가·고가·저가가 없거나 음수입니다"
    return None


def _service_market(record: Record) -> str:
    """Return the market of the service asked; a record that does not say which must name one that there is."""
    return str(record.get(krx_openapi.MARKET) or MARKET_NAMES[record["MKT_NM"]])


def _rows(
    records: Sequence[Record],
    fields: Mapping[str, str],
    market: Callable[[Record], str],
    source_id: str,
    day: date,
) -> list[Row]:
    try:
        return [_row(record, fields, market(record), source_id, day) for record in records]
    except KeyError as error:
        raise BadPayload(f"{day} 시세에 있어야 할 항목 {error}가 없거나 모르는 값입니다.") from None
    except (ValueError, AttributeError, TypeError) as error:
        raise BadPayload(f"{day} 시세에 숫자가 아닌 값이 있습니다({error}).") from None


def _row(record: Record, fields: Mapping[str, str], market: str, source_id: str, day: date) -> Row:
    values = {name: number(record[fields[name]]) for name in NUMBERS}
    close, change = values["close_price"], values["price_change"]
    # FSC has no 소속부: what another source said of the day stays.
    section = {"designation": designation(record[fields["designation"]])} if "designation" in fields else {}
    return {
        "ticker": record[fields["ticker"]],
        "trade_date": day,
        "name": record[fields["name"]],
        "market": market,
        **values,
        "prev_close": _less(close, change),
        "adj_close_price": close,
        "is_halted": values["volume"] == 0 and values["open_price"] == 0,
        "quality_flag": "NORMAL",
        "price_basis": REGULAR,
        "basis_evidence": None,
        **section,
        "source_id": source_id,
    }


def _less(close: int | Decimal | None, change: int | Decimal | None) -> int | Decimal | None:
    if close is None or change is None or not (is_measured(close) and is_measured(change)):
        return None
    return close - change


def designation(section: object) -> str | None:
    """Return the warning that stands in the place of a section (``관리종목(소속부없음)``); None for a section."""
    return next((name for name in DESIGNATIONS if str(section or "").strip().startswith(name)), None)
