"""Daily prices as a frame: one stock, ETF or index by day, or many by ticker and day."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from foresto_cli.datasets.listed.names import ETF, INDEX, STOCK, security_of
from foresto_cli.frames import session
from foresto_cli.store import arrays
from foresto_cli.store.arrays import DAYS, Arrays, Kind
from foresto_cli.store.fragments import Fragment
from foresto_cli.written_days import Day, first_of, last_of

if TYPE_CHECKING:
    from pandas import DataFrame, Index

Tickers = str | Sequence[str] | None

PRICES = ("open_price", "high_price", "low_price", "close_price")
COLUMNS = (*PRICES, "volume")
ADJUSTED = "adj_close_price"


class _Table(NamedTuple):
    name: Fragment
    key: str
    columns: Mapping[str, Kind]


_TABLES = {
    STOCK: _Table(
        Fragment("stock_price_daily"), "ticker", {**dict.fromkeys(PRICES, "won"), "volume": "whole", ADJUSTED: "number"}
    ),
    ETF: _Table(Fragment("etf_price_daily"), "ticker", dict.fromkeys(COLUMNS, "number")),
    INDEX: _Table(Fragment("index_price_daily"), "index_code", dict.fromkeys(COLUMNS, "number")),
}
_SPAN = Fragment("trade_date BETWEEN {first} AND {last}")
_OF_SOME = Fragment("{key} = ANY({{codes}}) AND trade_date BETWEEN {{first}} AND {{last}}")


def prices(ticker: Tickers = None, since: Day = None, until: Day = None, *, adjusted: bool = True) -> "DataFrame":
    """Return daily prices, oldest first.

    Columns ``open_price``, ``high_price``, ``low_price``, ``close_price`` (won; an index in points) and ``volume``
    (shares), all float64. On a day without a trade open, high, low and volume are 0; what a source did not give is NaN.

    Args:
        ticker: code or name of a stock, an ETF or an index; several of them; None for every stock, delisted ones too.
        since: first day, as ``"2024"`` or ``"2024-01-02"``; None for the oldest.
        until: last day; None for the newest.
        adjusted: as if every split, bonus issue and the like of a stock had always been (the day's adjusted close by
            its close); False for the exchange's own numbers. Dividends are not taken out.

    Returns:
        Of one by ``trade_date``; of several by ``ticker`` and ``trade_date``.

    Raises:
        UsageError: nobody has that code or name, or ``since`` is no day.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    span = {"first": first_of(since), "last": last_of(until)}
    found: dict[str, Arrays] = {}
    with session.reading() as connection:
        for kind, codes in _wanted(connection, ticker).items():
            table = _TABLES[kind]
            columns = {name: how for name, how in table.columns.items() if adjusted or name != ADJUSTED}
            where = _SPAN if codes is None else Fragment(_OF_SOME.format(key=table.key))
            rows = arrays.by_ticker(connection, table.name, columns, where, key=table.key, codes=codes, **span)
            found |= {code: _adjusted(part) if ADJUSTED in part else part for code, part in rows}
    return frame(found, COLUMNS, is_one=isinstance(ticker, str))


def _wanted(connection: Connection, given: Tickers) -> dict[str, list[str] | None]:
    """Return kind → codes; None for every stock."""
    if given is None:
        return {STOCK: None}
    wanted: dict[str, list[str] | None] = {}
    for one in [given] if isinstance(given, str) else given:
        security = security_of(connection, one)
        wanted[security.kind] = [*(wanted.get(security.kind) or []), security.code]
    return wanted


def frame(found: dict[str, Arrays], columns: Sequence[str], *, is_one: bool) -> "DataFrame":
    """Return what :func:`foresto_cli.store.arrays.by_ticker` found as a frame; ``found`` is emptied on the way."""
    from pandas import DataFrame, DatetimeIndex, MultiIndex, factorize

    codes = sorted(found)
    counts = [len(found[one][DAYS]) for one in codes]

    def whole(name: str) -> NDArray[Any]:
        # One column at a time, and its parts let go: the table may be most of the memory that there is.
        parts = [found[one].pop(name) for one in codes]
        return np.concatenate(parts) if parts else np.empty(0)

    places, dates = factorize(whole(DAYS).astype(np.int32), sort=True)
    moments = DatetimeIndex(dates.astype("datetime64[D]").astype("datetime64[ns]"), name="trade_date")
    index: Index[Any] = moments
    if not is_one:
        owners = np.repeat(np.arange(len(codes), dtype=np.int16), counts)
        levels: Any = [codes, moments]  # the stubs know lists of integers only
        numbers: Any = [owners, places]
        index = MultiIndex(levels, numbers, names=["ticker", "trade_date"], verify_integrity=False)
    return DataFrame({name: whole(name) for name in columns}, index=index, copy=False)


def _adjusted(part: Arrays) -> Arrays:
    """Multiply prices by the day's factor and divide the volume by it; what has no adjusted close yet is NaN."""
    factor = part.pop(ADJUSTED) / part["close_price"]
    for name in PRICES:
        part[name] *= factor
    part["volume"] /= factor
    return part
