"""Whole market days from a table of daily prices (``market/krx_daily_*.parquet``), written as KRX writes them.

The table holds ticker, open, high, low, close, volume, listed shares, base price and market; names, ISINs of rare
kinds and the traded value are not in it: the ticker stands for the name and volume × typical price for the value.
"""

from bisect import bisect_right
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from foresto_cli.clock import day_of
from foresto_cli.errors import ConfigError
from foresto_cli.sandbox.market.codes import isin

MARKET_IDS = {"KOSPI": "STK", "KOSDAQ": "KSQ", "KOSDAQ GLOBAL": "KSQ", "KONEX": "KNX"}
Row = dict[str, str]
DAYS_KEPT = 4
"""Days kept in memory: a client may ask the three markets of one day one after the other."""


class _Quote(NamedTuple):
    """A row of the table, which has columns of these names; missing prices are 0."""

    ticker: str
    trade_date: date
    open: int
    high: int
    low: int
    close: int
    volume: int
    listed_shares: int
    base_price: int | None
    market: str


def by_date(folder: Path, day: str, market: str) -> list[Row]:
    """Return the rows of MDCSTAT01501 for ``day`` (``20240104``); empty if the table does not hold it."""
    return [
        {
            "ISU_SRT_CD": row.ticker,
            "ISU_CD": isin(row.ticker),
            "ISU_ABBRV": row.ticker,
            "MKT_NM": row.market,
            "SECT_TP_NM": "",
            "TDD_CLSPRC": f"{row.close:,}",
            "FLUC_TP_CD": _direction(row),
            "CMPPREVDD_PRC": f"{_change(row):,}",
            "FLUC_RT": _rate(row),
            "TDD_OPNPRC": f"{row.open:,}",
            "TDD_HGPRC": f"{row.high:,}",
            "TDD_LWPRC": f"{row.low:,}",
            "ACC_TRDVOL": f"{row.volume:,}",
            "ACC_TRDVAL": f"{_value(row):,}",
            "MKTCAP": f"{row.close * row.listed_shares:,}",
            "LIST_SHRS": f"{row.listed_shares:,}",
            "MKT_ID": MARKET_IDS[row.market],
        }
        for row in _day(folder, day)
        if market in ("ALL", MARKET_IDS[row.market])
    ]


def open_api(folder: Path, day: str, market: str) -> list[Row]:
    """Return the rows of ``sto/*_bydd_trd`` for ``day`` and one market; empty if the table does not hold it."""
    return [
        {
            "ACC_TRDVAL": str(_value(row)),
            "ACC_TRDVOL": str(row.volume),
            "BAS_DD": day,
            "CMPPREVDD_PRC": str(_change(row)),
            "FLUC_RT": _rate(row),
            "ISU_CD": row.ticker,
            "ISU_NM": row.ticker,
            "LIST_SHRS": str(row.listed_shares),
            "MKTCAP": str(row.close * row.listed_shares),
            "MKT_NM": row.market,
            "SECT_TP_NM": "-",
            "TDD_CLSPRC": str(row.close),
            "TDD_HGPRC": str(row.high),
            "TDD_LWPRC": str(row.low),
            "TDD_OPNPRC": str(row.open),
        }
        for row in _day(folder, day)
        if MARKET_IDS[row.market] == market
    ]


def _change(row: _Quote) -> int:
    return 0 if row.base_price is None else row.close - row.base_price


def _direction(row: _Quote) -> str:
    change = _change(row)
    return "1" if change > 0 else "2" if change < 0 else "3" if row.volume else "0"


def _rate(row: _Quote) -> str:
    return f"{100 * _change(row) / row.base_price:.2f}" if row.base_price else "0.00"


def _value(row: _Quote) -> int:
    return row.volume * (row.open + row.high + row.low + row.close) // 4


def _day(folder: Path, day: str) -> list[_Quote]:
    try:
        when = day_of(day)
    except ValueError:
        return []
    return _read(folder, when)


@lru_cache(maxsize=DAYS_KEPT)
def _read(folder: Path, when: date) -> list[_Quote]:
    """Return the table's rows of one day: missing prices are 0, missing share counts those last known before.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    rows = []
    for path in _tables(folder):
        table = _parquet().read_table(path, columns=list(_Quote._fields), filters=[("trade_date", "=", when)])
        for row in table.to_pylist():
            if row["listed_shares"] is None:
                days, counts = _known_shares(folder)[row["ticker"]]
                row["listed_shares"] = counts[max(bisect_right(days, when) - 1, 0)]
            rows.append(_Quote(**row | {name: row[name] or 0 for name in ("open", "high", "low")}))
    return rows


@cache
def _known_shares(folder: Path) -> dict[str, tuple[list[date], list[int]]]:
    """Return per ticker the days on which its listed shares are known to differ from before, and the counts."""
    known: dict[str, tuple[list[date], list[int]]] = {}
    for path in _tables(folder):
        table = _parquet().read_table(path, columns=["ticker", "trade_date", "listed_shares"]).drop_null()
        table = table.sort_by([("ticker", "ascending"), ("trade_date", "ascending")])
        for ticker, day, count in zip(*(column.to_pylist() for column in table.columns), strict=True):
            days, counts = known.setdefault(ticker, ([], []))
            if not counts or counts[-1] != count:
                days.append(day)
                counts.append(count)
    return known


def _tables(folder: Path) -> list[Path]:
    return sorted((folder / "market").glob("krx_daily_*.parquet"))


def _parquet() -> ModuleType:
    try:
        from pyarrow import parquet
    except ImportError as missing:
        raise ConfigError(
            "기록된 시세 표를 읽으려면 pyarrow가 필요하니 'pip install pyarrow'를 실행하세요."
        ) from missing
    found: ModuleType = parquet
    return found
