"""How the answers of each index source become rows of ``index_price_daily``."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from foresto_cli import clock
from foresto_cli.collecting.readers import number
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fdr, krx, naver
from foresto_cli.upstream.naver import IndexBar

FDR_FIELDS = {
    "open_price": "Open",
    "high_price": "High",
    "low_price": "Low",
    "close_price": "Close",
    "volume": "Volume",
    "trading_value": "Amount",
    "market_cap": "MarCap",
    "price_change": "Comp",
}
KRX_FIELDS = {
    "open_price": "OPNPRC_IDX",
    "high_price": "HGPRC_IDX",
    "low_price": "LWPRC_IDX",
    "close_price": "CLSPRC_IDX",
    "volume": "ACC_TRDVOL",
    "trading_value": "ACC_TRDVAL",
    "market_cap": "MKTCAP",
    "price_change": "PRV_DD_CMPR",
    "change_rate": "UPDN_RATE",
}


def level(code: str, day: date, record: Mapping[str, Any], fields: Mapping[str, str], source_id: str) -> Row:
    """Return one index on one day, its numbers read from ``fields`` of the record; ``-`` is NULL."""
    numbers = {name: number(record[field]) for name, field in fields.items()}
    return {"index_code": code, "trade_date": day, **numbers, "source_id": source_id}


def from_naver(code: str, bars: Sequence[IndexBar], start: date, end: date) -> list[Row]:
    """Return the bars of a span: change and rate by the close before, volume to the thousand, no market value."""
    return [
        {
            "index_code": code,
            "trade_date": bar.day,
            "open_price": bar.open,
            "high_price": bar.high,
            "low_price": bar.low,
            "close_price": bar.close,
            "volume": bar.thousands * 1_000,
            "trading_value": None,
            "market_cap": None,
            "price_change": bar.close - before.close if before else None,
            "change_rate": round(100 * (bar.close / before.close - 1), 2) if before else None,
            "source_id": naver.SOURCE_ID,
        }
        for bar, before in zip(bars, [None, *bars], strict=False)
        if start <= bar.day <= end
    ]


def from_fdr(code: str, records: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of the mirror's year files; their ``Change`` is a ratio, ours a percent.

    Raises:
        BadPayload: a field is missing or not a number.
    """
    try:
        return [
            {
                **level(code, record["Date"].date(), record, FDR_FIELDS, fdr.SOURCE_ID),
                "change_rate": None if record["Change"] is None else round(100 * record["Change"], 6),
            }
            for record in records
        ]
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise BadPayload(f"{code} 지수 파일에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None


def from_krx(code: str, records: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of MDCSTAT00301 (개별지수 시세).

    Raises:
        BadPayload: a field is missing or not a number.
    """
    try:
        return [
            level(code, clock.day_of(record["TRD_DD"], "%Y/%m/%d"), record, KRX_FIELDS, krx.SOURCE_ID)
            for record in records
        ]
    except (KeyError, ValueError, TypeError) as error:
        raise BadPayload(f"KRX 지수 응답에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
